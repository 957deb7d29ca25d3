# Letters about a visit to a counter. Subjects name no procedure: they show on locked screens.
# $number, $service, $day, $time, $place, $bring (a list), $link, $office, $phone, $fax, $hours.

visits-mail-confirmed-subject = 窓口の予約を受け付けました(予約番号 { $number })
visits-mail-confirmed-body =
    窓口の予約を受け付けました。お待ちしております。

    予約番号: { $number }
    手続き: { $service }
    日時: { $day } { $time }
    場所: { $place }

    ■ 当日お持ちいただくもの
    { $bring }

    ■ 当日の受付
    予約の時間の5分ほど前に窓口へお越しになり、予約番号をお知らせください。
    この画面を見せていただいてもかまいません。

    ■ 予約の確認と取り消し
    { $link }
    このページを開ける人は、だれでも予約を見たり取り消したりできます。
    ほかの人に転送しないでください。
    ご都合が悪くなったときは、ここから取り消してください。
    空いた時間をほかの方が使えます。

    ■ お問い合わせ
    { $office }
    電話 { $phone }
    FAX { $fax }
    受付時間 { $hours }

visits-mail-cancelled-subject = 窓口の予約を取り消しました(予約番号 { $number })
visits-mail-cancelled-body =
    次の予約を取り消しました。お越しいただく必要はありません。

    予約番号: { $number }
    手続き: { $service }
    日時: { $day } { $time }
    場所: { $place }

    ■ もう一度予約するとき
    { $link }

    ご自分で取り消した覚えがないときは、お手数ですが次へご連絡ください。

    ■ お問い合わせ
    { $office }
    電話 { $phone }
    FAX { $fax }
    受付時間 { $hours }

visits-mail-reminder-subject = 窓口の予約の日が近づきました({ $day } { $time })
visits-mail-reminder-body =
    ご予約の日が近づきましたので、お知らせします。

    予約番号: { $number }
    手続き: { $service }
    日時: { $day } { $time }
    場所: { $place }

    ■ お持ちいただくもの(お出かけの前にお確かめください)
    { $bring }

    ■ ご都合が悪くなったとき
    次のページから取り消せます。空いた時間をほかの方が使えます。
    { $link }

    ■ お問い合わせ
    { $office }
    電話 { $phone }
    FAX { $fax }
    受付時間 { $hours }

visits-mail-link-subject = 窓口の予約を確認するページのご案内
visits-mail-link-body =
    「予約を確認するページをもう一度知りたい」とのお申し出がありました。
    次のページです。

    予約番号: { $number }
    手続き: { $service }
    日時: { $day } { $time }
    場所: { $place }

    ■ 予約の確認と取り消し
    { $link }
    このページを開ける人は、だれでも予約を見たり取り消したりできます。
    ほかの人に転送しないでください。

    お申し出に心当たりがないときも、予約はそのままです。
    何もなさらなくて大丈夫です。

    ■ お問い合わせ
    { $office }
    電話 { $phone }
    FAX { $fax }
    受付時間 { $hours }

visits-mail-survey-subject = 窓口はいかがでしたか(1問だけお聞かせください)
visits-mail-survey-body =
    窓口へお越しいただき、ありがとうございました。
    これからの窓口をよくするために、1問だけお聞かせください。1分もかかりません。

    { $link }

    お答えは、担当した職員の評価には使いません。お名前もお聞きしません。
    お答えいただかなくても、手続きには何の影響もありません。

    ■ お問い合わせ
    { $office }
    電話 { $phone }
    FAX { $fax }
    受付時間 { $hours }
