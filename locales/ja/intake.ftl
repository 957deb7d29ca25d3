# Why a file, a row or a cell was refused.

intake-missing = 値がありません
intake-no-column = 「{ $name }」の列がありません
intake-surplus = 見出しが{ $expected }列なのに、値が{ $found }列あります
intake-number = 数字ではありません
intake-range = { $min }から{ $max }までの数字ではありません
intake-date = 日付または時刻ではありません
intake-money = 金額ではありません
intake-too-long = { $max }文字より長くなっています
intake-control = 使えない文字(制御文字)が入っています
intake-shape = 決められた形になっていません
intake-duplicate = { $line }行目と同じです
intake-unknown = 登録されていないものです
intake-file-unreadable = { $file } を読めません({ $reason })
intake-file-too-large = { $file } が大きすぎます。{ $max } MBまでにしてください
intake-file-empty = { $file } に行がありません
intake-file-not-text = { $file } は文字だけのファイルではありません({ $kind })。CSVで保存し直してください
intake-file-encoding = { $file } の文字コードが分かりません({ $line }行目)。UTF-8またはShift_JISで保存し直してください
intake-file-unclosed-quote = { $file } の{ $line }行目で始まる引用符(")が閉じていません
intake-formula = 計算式が入っています。値として貼り付け直してください
intake-merged = セルが結合されています。結合を解いてください
intake-broken-cell = 表計算ソフトのエラーが入っています
intake-file-workbook = { $file } をExcelのファイルとして読めません({ $reason })。パスワードを外すか、xlsxまたはCSVで保存し直してください
intake-file-sheets = { $file } のどのシートを読むか決められません。--sheet で選んでください(シート: { $sheets })
intake-file-too-much = { $file } の中身が大きすぎます({ $max }まで)
