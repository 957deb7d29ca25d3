# 窓口の予約: pages for residents and the API's refusals.

visits-refused-no-service = この手続きは予約できません。手続きを選び直してください。
visits-refused-no-slot = この時間はありません。日と時間を選び直してください。
visits-refused-past = この時間はもう過ぎています。これからの時間を選んでください。
visits-refused-not-yet = この日の予約は{ $day }から受け付けます。もっと近い日を選んでください。
visits-refused-too-late = この時間の受付は終わりました。もっと後の日を選んでください。
visits-refused-closed = この時間、窓口は休みです。別の日を選んでください。
visits-refused-full-title = この時間は、いま満席になりました
visits-refused-full-next = 予約はまだできていません。別の時間を選んでください。
visits-refused-cancel-late-title = この予約は取り消せません
visits-refused-cancel-late-next = 窓口での手続きが始まっているか、終わっています。窓口の職員に声をかけてください。
visits-refused-key-title = この Idempotency-Key は別の内容で使われています
visits-refused-key-next = 別の内容を送るときは、新しい値を付けてください。
visits-field-day = 日付は 2026-11-24 の形で書いてください
visits-field-days = 日数は1から{ $max }までで書いてください
visits-field-name = お名前は80文字までで、改行を入れずに書いてください
visits-field-email = メールアドレスは name@example.jp の形で書いてください
visits-field-phone = 電話番号は 090-1234-5678 のように、市外局番から書いてください
visits-field-locale = 言葉は ja・easy・en のどれかを書いてください
visits-field-key = Idempotency-Key は255文字までの英数字で書いてください
