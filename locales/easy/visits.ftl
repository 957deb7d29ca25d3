# 窓口の予約: pages for residents and the API's refusals.

visits-refused-no-service = この てつづきは 予約が できません。もう いちど 選んで ください。
visits-refused-no-slot = この 時間は ありません。もう いちど 選んで ください。
visits-refused-past = この 時間は 終わりました。これからの 時間を 選んで ください。
visits-refused-not-yet = この 日の 予約は { $day }から できます。もっと 近い 日を 選んで ください。
visits-refused-too-late = この 時間の 予約は 終わりました。もっと 後の 日を 選んで ください。
visits-refused-closed = この 時間 まどぐちは 休みです。ほかの 日を 選んで ください。
visits-refused-full-title = この 時間は もう いっぱいです
visits-refused-full-next = まだ 予約は できて いません。ほかの 時間を 選んで ください。
visits-refused-cancel-late-title = この 予約は やめることが できません
visits-refused-cancel-late-next = まどぐちの てつづきが 始まりました。または 終わりました。市役所の 人に 言って ください。
visits-refused-key-title = この Idempotency-Key は ほかの 内容で 使いました
visits-refused-key-next = 新しい Idempotency-Key を 使って ください。
visits-field-day = 日は 2026-11-24 の ように 書いて ください
visits-field-days = 日の 数は 1から { $max }までで 書いて ください
visits-field-name = 名前は 80文字までで 書いて ください
visits-field-email = メールアドレスは name@example.jp の ように 書いて ください
visits-field-phone = 電話番号は 090-1234-5678 の ように 書いて ください
visits-field-locale = ことばは ja・easy・en から 選んで ください
visits-field-key = Idempotency-Key は 255文字までの 英語の 文字と 数字で 書いて ください
