# Why a file, a row or a cell was refused.

intake-missing = なにも かいて ありません
intake-no-column = 「{ $name }」の れつが ありません
intake-surplus = みだしは { $expected }こですが、あたいが { $found }こ あります
intake-number = すうじでは ありません
intake-range = { $min }から { $max }までの すうじでは ありません
intake-date = ひづけ または じかんでは ありません
intake-money = おかねの がくでは ありません
intake-too-long = { $max }もじより ながいです
intake-control = つかえない もじが はいって います
intake-shape = きまった かたちでは ありません
intake-duplicate = { $line }ぎょうめと おなじです
intake-unknown = とうろく されて いません
intake-file-unreadable = { $file } を よむことが できません（{ $reason }）
intake-file-too-large = { $file } が おおきすぎます。{ $max } MBまでに して ください
intake-file-empty = { $file } に ぎょうが ありません
intake-file-not-text = { $file } は もじだけの ファイルでは ありません（{ $kind }）。CSVで ほぞんして ください
intake-file-encoding = { $file } の もじの しゅるいが わかりません（{ $line }ぎょうめ）。UTF-8で ほぞんして ください
intake-file-unclosed-quote = { $file } の { $line }ぎょうめの 「"」が とじて いません
intake-formula = けいさんの しき(=…)が あります。こたえの かずだけに してください
intake-merged = ひょうの ますが つながっています。わけて ください
intake-broken-cell = ひょうの ソフトの まちがい(#REF! など)が あります
intake-file-workbook = { $file } は Excelの ファイルとして よめません({ $reason })。パスワードを とるか、xlsx か CSV で もういちど ほぞんして ください
intake-file-sheets = { $file } の どの シートか わかりません。--sheet で えらんで ください(シート: { $sheets })
intake-file-too-much = { $file } の なかみが おおきすぎます({ $max }まで)
