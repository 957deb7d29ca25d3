# Letters to residents: what stands around every text; and the delivery record as staff read it.

messages-mail-subject = 【{ $city }】{ $subject }
messages-mail-closing =
    ----------------------------------------
    { $city }
    このメールは自動でお送りしています。ご返信いただいてもお答えできません。
    ご不明な点は、上に書いた担当課へお電話かFAXでお問い合わせください。
    お心当たりがない場合は、お手数ですがこのメールを削除してください。

messages-state-queued = 送信待ち
messages-state-handed-over = 送信中
messages-state-accepted = 相手のサーバーが受け付けました
messages-state-failed = 送れませんでした(もう一度送ります)
messages-state-dead = 送れませんでした(対応が必要です)
messages-state-stale = 期限を過ぎたため送りませんでした
messages-state-withdrawn = 取り消したため送りませんでした
messages-state-discarded = 職員が破棄しました

messages-channel-mail = メール
messages-channel-inbox = 受信箱
messages-channel-simulator = 送信せず、ここに表示しています

messages-why-unreachable = メールサーバーにつながりません。
messages-why-unanswered = メールサーバーの返事が途中で切れました。相手に届いている場合もあります。
messages-why-busy = 相手のメールサーバーから「あとでもう一度」と返事がありました。
messages-why-setup = メールサーバーがこちらからの送信を断りました。メールの設定を確かめてください。
messages-why-recipient = 相手のメールアドレスが見つからないか、受け取りを断られました。アドレスの間違いかもしれません。
messages-why-content = メールの内容が相手のメールサーバーに断られました。
messages-why-text = このお知らせの文面が見つかりません。更新の途中なら、しばらくすると送られます。
messages-why-no-channel = この宛先に届ける方法がありません。
messages-why-exhausted = 何度も試しましたが送れませんでした。

# In place of an empty list.
messages-mail-none = 特にありません。
