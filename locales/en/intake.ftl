# Why a file, a row or a cell was refused.

intake-missing = A value is missing
intake-no-column = There is no column named “{ $name }”
intake-surplus = { $found } cells under { $expected } headings
intake-number = This is not a number
intake-range = This is not between { $min } and { $max }
intake-date = This is not a date or time
intake-money = This is not an amount of money
intake-too-long = This is longer than { $max } characters
intake-control = This contains characters that cannot be used
intake-shape = This does not have the expected form
intake-duplicate = This is the same as line { $line }
intake-unknown = This is not known here
intake-file-unreadable = { $file } cannot be read ({ $reason })
intake-file-too-large = { $file } is too large. The limit is { $max } MB
intake-file-empty = { $file } contains no rows
intake-file-not-text = { $file } is not a text file ({ $kind }). Save it as CSV first
intake-file-encoding = { $file } is neither UTF-8 nor Shift_JIS (line { $line }). Save it as UTF-8
intake-file-unclosed-quote = { $file }: a quotation mark opened in line { $line } never closes
intake-formula = A formula stands here. Paste it as a value
intake-merged = Cells are merged. Split them
intake-broken-cell = The spreadsheet has an error here
intake-file-workbook = { $file } cannot be read as an Excel file ({ $reason }). Remove its password or save it as xlsx or CSV
intake-file-sheets = Choose a sheet of { $file } with --sheet (sheets: { $sheets })
intake-file-too-much = { $file } holds too much (at most { $max })
