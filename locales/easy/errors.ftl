# What is said when something cannot be done: what happened, and what to do now.

errors-not-found-title = この ページは ありません
errors-not-found-next =
    アドレスが ちがうか、もう つかえない ページです。
    予約番号や リンクを もう一度 よく 見て ください。
errors-forbidden-title = この ページは ひらけません
errors-forbidden-next = いまの しごとでは 見ることが できません。見る ひつようが あるときは、かんりしゃに 言って ください。
errors-foreign-title = ほかの サイトから 送られたので、うけつけませんでした
errors-foreign-next = なにも かわって いません。この サイトの ページを もう一度 ひらいて、やって ください。
errors-sign-in-title = サインインして ください
errors-sign-in-next = サインインの 時間が おわったか、まだ サインインして いません。サインインして、もう一度 やって ください。
errors-moved-title = ほかの ページに うつりました
errors-moved-next = うつった ページを 見て ください。
errors-unreadable-title = 送った ものを 読むことが できません
errors-unreadable-next = なにも かわって いません。前の ページに もどって、もう一度 書いて ください。
errors-not-text-title = つかえない 文字が あります
errors-not-text-next = なにも かわって いません。前の ページに もどって、ふつうの 文字で 書いて ください。
errors-invalid-title = 書いた ものを 見て ください
errors-invalid-next = 下の ところを なおして、もう一度 送って ください。まだ なにも かわって いません。
errors-conflict-title = ほかの 人が 先に かえました
errors-conflict-next = 前の ページを もう一度 ひらいて、いまの ようすを 見てから、やって ください。
errors-too-large-title = 大きすぎて 送れません
errors-too-large-next = { $kib }KBまで 送ることが できます。なにも かわって いません。
errors-wrong-type-title = この かたちは つかえません
errors-wrong-type-next = { $wanted } で 送って ください。
errors-wrong-method-title = これは できません
errors-wrong-method-next = ページを もう一度 ひらいて、ボタンで やって ください。
errors-too-many-title = なんども ためしたので、いまは できません
errors-too-many-next = すこし まってから、もう一度 やって ください。いそぐ ときは、電話を して ください。
errors-busy-title = いま とても こんで います
errors-busy-next = うけつけることが できませんでした。すこし まってから、もう一度 やって ください。いそぐ ときは、電話を して ください。
errors-internal-title = こちらの もんだいで、見せることが できません
errors-internal-next = もうしわけ ありません。すこし まってから、もう一度 やって ください。なんども だめな ときは、電話を して ください。
errors-offline-title = インターネットに つながって いません
errors-offline-text =
    でんぱの よい ところで、もう一度 ひらいて ください。
    予約番号が あれば、そのまま 窓口で 言うことが できます。

errors-step-home = さいしょの ページへ
errors-step-staff = しごとの さいしょの ページへ
errors-step-again = もう一度 ひらく
errors-step-call = 電話で 聞く { $phone }

errors-field-required = 書いて ください
errors-field-unreadable = 書きかたを 見て ください
errors-field-too-long = { $max }文字までに して ください
errors-field-control = つかえない 文字が あります
errors-field-named = { $field }: { $fault }
