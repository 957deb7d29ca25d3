# Letters about a visit to a counter. Subjects name no procedure: they show on locked screens.
# $number, $service, $day, $time, $place, $bring (a list), $link, $office, $phone, $fax, $hours.

visits-mail-confirmed-subject = 窓口の 予約が できました(予約番号 { $number })
visits-mail-confirmed-body =
    窓口の 予約が できました。

    予約番号: { $number }
    手続き(する こと): { $service }
    日と 時間: { $day } { $time }
    場所: { $place }

    ■ 持って くる もの
    { $bring }

    ■ その日に する こと
    予約の 時間の 5分くらい 前に、窓口に 来て ください。
    窓口の 人に 予約番号を 言って ください。この メールを 見せても いいです。

    ■ 予約を 見る、やめる
    { $link }
    この ページを 開く ことが できる 人は、予約を 見たり やめたり できます。
    ほかの 人に 送らないで ください。
    来る ことが できなく なったら、この ページで 予約を やめて ください。

    ■ わからない とき
    { $office }
    電話 { $phone }
    FAX { $fax }
    開いて いる 時間 { $hours }

visits-mail-cancelled-subject = 窓口の 予約を やめました(予約番号 { $number })
visits-mail-cancelled-body =
    つぎの 予約を やめました。窓口に 来なくて いいです。

    予約番号: { $number }
    手続き(する こと): { $service }
    日と 時間: { $day } { $time }
    場所: { $place }

    ■ もう一度 予約する とき
    { $link }

    自分で やめて いない 人は、つぎの ところに 電話か FAXを して ください。

    ■ わからない とき
    { $office }
    電話 { $phone }
    FAX { $fax }
    開いて いる 時間 { $hours }

visits-mail-reminder-subject = もうすぐ 窓口の 予約の 日です({ $day } { $time })
visits-mail-reminder-body =
    もうすぐ 予約の 日です。

    予約番号: { $number }
    手続き(する こと): { $service }
    日と 時間: { $day } { $time }
    場所: { $place }

    ■ 持って くる もの(家を 出る 前に もう一度 見て ください)
    { $bring }

    ■ 来る ことが できなく なった とき
    つぎの ページで 予約を やめて ください。
    { $link }

    ■ わからない とき
    { $office }
    電話 { $phone }
    FAX { $fax }
    開いて いる 時間 { $hours }

visits-mail-link-subject = 窓口の 予約を 見る ページ
visits-mail-link-body =
    「予約を 見る ページを もう一度 知りたい」と 連絡が ありました。
    ページを 送ります。

    予約番号: { $number }
    手続き(する こと): { $service }
    日と 時間: { $day } { $time }
    場所: { $place }

    ■ 予約を 見る、やめる
    { $link }
    この ページを 開く ことが できる 人は、予約を 見たり やめたり できます。
    ほかの 人に 送らないで ください。

    連絡を して いない 人も、何も しなくて いいです。予約は そのままです。

    ■ わからない とき
    { $office }
    電話 { $phone }
    FAX { $fax }
    開いて いる 時間 { $hours }

visits-mail-survey-subject = 窓口は どうでしたか(質問は 1つです)
visits-mail-survey-body =
    窓口に 来て くれて、ありがとう ございました。
    窓口を もっと よく したいです。
    質問に 1つだけ 答えて ください。1分も かかりません。

    { $link }

    あなたの 名前は 聞きません。答えは 職員の 成績には 使いません。
    答えなくても、手続きは 変わりません。

    ■ わからない とき
    { $office }
    電話 { $phone }
    FAX { $fax }
    開いて いる 時間 { $hours }
