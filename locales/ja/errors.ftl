# What is said when something cannot be done: what happened, and what to do now.

errors-not-found-title = このページは見つかりません
errors-not-found-next =
    アドレスが違うか、期限が過ぎているか、ページがなくなったようです。
    予約の番号やリンクをお持ちのときは、もう一度よく見て入力してください。
errors-forbidden-title = このページを開く権限がありません
errors-forbidden-next = いまの職では見られないページです。必要なときは、所属の管理者に役割の追加を頼んでください。
errors-foreign-title = 別のサイトから送られたため、受け付けませんでした
errors-foreign-next = 何も変わっていません。このサイトのページを開き直して、もう一度お試しください。
errors-sign-in-title = サインインが必要です
errors-sign-in-next = サインインの時間が切れたか、まだサインインしていません。サインインしてから、もう一度お試しください。
errors-moved-title = 別のページに移りました
errors-moved-next = 移った先のページをご覧ください。
errors-unreadable-title = 送られた内容を読み取れませんでした
errors-unreadable-next = 何も変わっていません。前のページに戻り、もう一度入力してください。
errors-not-text-title = 使えない文字が入っています
errors-not-text-next = 何も変わっていません。前のページに戻り、ふつうの文字で入力し直してください。
errors-invalid-title = 入力を確かめてください
errors-invalid-next = 下の項目を直して、もう一度送ってください。まだ何も変わっていません。
errors-conflict-title = ほかの人が先に変更しました
errors-conflict-next = 前のページを開き直して、いまの内容を確かめてから、もう一度お試しください。
errors-too-large-title = 送られた内容が大きすぎます
errors-too-large-next = 送れるのは{ $kib }KBまでです。何も変わっていません。
errors-wrong-type-title = 受け付けていない形式です
errors-wrong-type-next = { $wanted } の形で送ってください。
errors-wrong-method-title = この操作はできません
errors-wrong-method-next = ページを開き直してから、画面のボタンでお試しください。
errors-too-many-title = 続けて試された回数が多すぎます
errors-too-many-next = 少し時間をおいてから、もう一度お試しください。お急ぎのときは、お電話ください。
errors-busy-title = ただいま混み合っています
errors-busy-next = 受け付けられませんでした。少し待ってから、もう一度お試しください。お急ぎのときは、お電話ください。
errors-internal-title = こちらの不具合で、表示できませんでした
errors-internal-next = お手数をおかけします。時間をおいて、もう一度お試しください。続くときは、お電話ください。
errors-offline-title = インターネットにつながっていません
errors-offline-text =
    電波のよい所で、もう一度開いてください。
    予約の番号を控えてある方は、そのまま窓口でお伝えになれます。

errors-step-home = トップページへ
errors-step-staff = 業務のトップへ
errors-step-again = もう一度開く
errors-step-call = 電話で聞く { $phone }

errors-field-required = 入力してください
errors-field-unreadable = 書き方を確かめてください
errors-field-too-long = { $max }文字までにしてください
errors-field-control = 使えない文字が入っています
errors-field-named = { $field }: { $fault }
