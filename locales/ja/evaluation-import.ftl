# 事務事業・事業費・指標の表を取り込むとき、なぜ止まったか。

evaluation-import-unit = 金額の単位が混ざっています。この表は{ $unit }で読んでいます
evaluation-import-year = どの年度か分かりません。令和6年度 または 2024 のように書いてください
evaluation-import-mixed-years = 和暦と西暦が混ざっています。上の行と同じ書き方にしてください
evaluation-import-year-twice = 同じ年度の列が2つあります
evaluation-import-no-years = 年度の列がありません(見出しが 令和6年度 または 2024 の列)
evaluation-import-node = 上の段の番号がないか、番号に / が入っています
evaluation-import-assessed = 評価対象の年度が分かりません。対応表の [assessment] に year を書いてください
evaluation-import-direction = 知らない方向です(拡充・現状維持・改善・手段変更・縮小・統合・休止・終了・廃止・移管・判定不能)
evaluation-import-label = 対応表にないことばです。対応表の [labels] に書いてください
evaluation-import-sum = 合計が合いません(差 { $off })
evaluation-import-rate = 業務時間から見て、ありえない人件費です。単位({ $unit })が違っていませんか
evaluation-import-jump = ほかの年度の300倍以上です。単位が違っていませんか
evaluation-import-other-name = { $line }行目と同じ指標ですが、名前か単位が違います
evaluation-import-no-programme = この番号の事務事業がありません。先に programmes を取り込んでください
