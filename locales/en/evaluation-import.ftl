# Why a table of programmes, costs or indicators was refused.

evaluation-import-unit = Units of money are mixed. This table is read in { $unit }
evaluation-import-year = The fiscal year is unclear. Write 令和6年度 or 2024
evaluation-import-mixed-years = Japanese and Western years are mixed. Write them as in the rows above
evaluation-import-year-twice = Two columns are of the same fiscal year
evaluation-import-no-years = No column is a fiscal year (a heading like 令和6年度 or 2024)
evaluation-import-node = A code above is missing, or the code has a / in it
evaluation-import-assessed = The assessed year is unknown. Write year under [assessment] in the mapping
evaluation-import-direction = Not a known direction (拡充・現状維持・改善・手段変更・縮小・統合・休止・終了・廃止・移管・判定不能)
evaluation-import-label = The mapping does not know this word. Write it under [labels]
evaluation-import-sum = The sum does not add up (off by { $off })
evaluation-import-rate = This cannot be the cost of so many hours. Is the unit ({ $unit }) right?
evaluation-import-jump = 300 times what the other years cost, or more. Is the unit right?
evaluation-import-other-name = The same indicator as in line { $line }, but with another name or unit
evaluation-import-no-programme = There is no programme with this code. Import programmes first
