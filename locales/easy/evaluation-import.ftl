# じぎょうの ひょうを いれるとき、なぜ とまったか。

evaluation-import-unit = おかねの たんいが まざっています。この ひょうは { $unit }で よんでいます
evaluation-import-year = どの ねんどか わかりません。令和6年度 か 2024 のように かいてください
evaluation-import-mixed-years = 令和と 西暦(2024など)が まざっています。おなじ かきかたに してください
evaluation-import-year-twice = おなじ ねんどの れつが 2つ あります
evaluation-import-no-years = ねんどの れつが ありません(令和6年度 か 2024)
evaluation-import-node = うえの だんの ばんごうが ないか、ばんごうに / が あります
evaluation-import-assessed = どの ねんどの ひょうかか わかりません。[assessment] に year を かいてください
evaluation-import-direction = しらない ほうこうです(拡充・現状維持・改善・手段変更・縮小・統合・休止・終了・廃止・移管・判定不能)
evaluation-import-label = しらない ことばです。[labels] に かいてください
evaluation-import-sum = たしざんが あいません(ちがい { $off })
evaluation-import-rate = じかんに くらべて、おかねが おかしいです。たんい({ $unit })を たしかめてください
evaluation-import-jump = ほかの ねんどの 300ばい いじょうです。たんいを たしかめてください
evaluation-import-other-name = { $line }ぎょうめと おなじ ものですが、なまえか たんいが ちがいます
evaluation-import-no-programme = この ばんごうの じぎょうが ありません。さきに programmes を いれてください
