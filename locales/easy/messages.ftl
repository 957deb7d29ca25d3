# Letters to residents: what stands around every text; and the delivery record as staff read it.

messages-mail-subject = 【{ $city }】{ $subject }
messages-mail-closing =
    ----------------------------------------
    { $city }
    この メールに 返事を しても、答える ことが できません。
    わからない ことは、上に 書いて ある 課に 電話か FAXで 聞いて ください。
    この メールを 知らない 人は、メールを 消して ください。

messages-state-queued = これから 送ります
messages-state-handed-over = 送って います
messages-state-accepted = 相手の サーバーが 受け取りました
messages-state-failed = 送る ことが できませんでした(もう一度 送ります)
messages-state-dead = 送る ことが できませんでした(職員が 見て ください)
messages-state-stale = 時間が すぎたので 送りませんでした
messages-state-withdrawn = 取り消したので 送りませんでした
messages-state-discarded = 職員が 送るのを やめました

messages-channel-mail = メール
messages-channel-inbox = 受信箱
messages-channel-simulator = 送らないで、ここに 出して います

messages-why-unreachable = メールの サーバーに つながりません。
messages-why-unanswered = メールの サーバーの 返事が 途中で 切れました。相手に 届いて いる ことも あります。
messages-why-busy = 相手の メールの サーバーが「あとで もう一度」と 言いました。
messages-why-setup = メールの サーバーが 送る ことを 断りました。メールの 設定を 見て ください。
messages-why-recipient = 相手の メールアドレスが ないか、断られました。アドレスが まちがって いるかも しれません。
messages-why-content = メールの 中身が 相手の サーバーに 断られました。
messages-why-text = この お知らせの 文が ありません。プログラムの 更新中なら、すこし あとで 送ります。
messages-why-no-channel = この 相手に 送る 方法が ありません。
messages-why-exhausted = 何回も 送りましたが、だめでした。

# In place of an empty list.
messages-mail-none = ありません。
