//! Tables: rows with the lines they begin on, columns found by any of several names.

use std::sync::Arc;

use kernel::text::fold;

use crate::collect::{Bad, Reason};
use crate::decode::{Encoding, FileError, decode, line_at};
use crate::workbook;

/// A parsed table: one header row and the rows under it.
#[derive(Clone, Debug)]
pub struct Table {
    file: Arc<str>,
    encoding: Encoding,
    headers: Vec<Arc<str>>,
    keys: Vec<String>,
    header_line: u64,
    records: Vec<(u64, csv::StringRecord)>,
    /// From a workbook: cells have addresses, and some may be unfit.
    sheet: Option<Vec<Bad>>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column(usize);

impl Column {
    /// Its place in the row, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    table: &'t Table,
    line: u64,
    record: &'t csv::StringRecord,
}

/// A header under which it is found: NFKC, kana and case folded, no spaces, every kind of dash as one, no trailing dot.
///
/// Files write `コード` with a long-vowel mark, a horizontal bar (U+2015), a minus or a hyphen, and `№`, `NO`, `No.`.
#[must_use]
pub fn header_key(header: &str) -> String {
    let folded = fold(header);
    let dashes = folded.trim_end_matches('.').chars().map(|character| match character {
        'ー' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '─' | '━' | '﹣' | '～' | '〜' => '-',
        other => other,
    });
    dashes.collect()
}

impl Table {
    /// Reads a table of at most `max` bytes: separated by commas, or by tabs when the header holds tabs and no comma.
    ///
    /// Empty rows are passed over; cells missing at the end of a row are empty. Extra cells are found by
    /// [`Table::surplus`].
    ///
    /// # Errors
    /// Any [`FileError`] but [`FileError::Unreadable`].
    pub fn read(file: &str, bytes: &[u8], max: usize) -> Result<Self, FileError> {
        let (text, encoding) = decode(file, bytes, max)?;
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let delimiter = if first.contains('\t') && !first.contains(',') { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let mut lines = Lines::new(text.as_bytes());
        let mut records = Vec::new();
        for record in reader.records() {
            // The text is known to be UTF-8 in memory, so reading it cannot fail.
            let Ok(record) = record else { continue };
            let at = record.position().map_or(0, csv::Position::byte);
            let line = lines.of(usize::try_from(at).unwrap_or(usize::MAX));
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                records.push((line, record));
            }
        }
        if let Some(line) = unclosed(&text, delimiter, records.last()) {
            return Err(FileError::UnclosedQuote { file: file.to_owned(), line });
        }
        if records.len() < 2 {
            return Err(FileError::Empty { file: file.to_owned() });
        }
        let (header_line, header) = records.remove(0);
        let headers: Vec<Arc<str>> = header.iter().map(|header| Arc::from(header.trim())).collect();
        let keys = headers.iter().map(|header| header_key(header)).collect();
        Ok(Self { file: Arc::from(file), encoding, headers, keys, header_line, records, sheet: None })
    }

    /// Reads a table from a workbook (`.xlsx`) or, if it is none, as [`Table::read`] does.
    ///
    /// `sheet` says which sheet; without it, the workbook must have only one that holds something. Formulas, joined cells and
    /// error cells are among [`Table::faults`]; a fault's column then names the cell as well: `国庫支出金(C5)`.
    ///
    /// # Errors
    /// Any [`FileError`] but [`FileError::Unreadable`].
    pub fn open(file: &str, bytes: &[u8], max: usize, sheet: Option<&str>) -> Result<Self, FileError> {
        if !workbook::is_workbook(bytes) {
            return Self::read(file, bytes, max);
        }
        if bytes.len() > max {
            return Err(FileError::TooLarge { file: file.to_owned(), max });
        }
        let found = workbook::read(file, bytes, sheet)?;
        let mut records = found.rows;
        if records.len() < 2 {
            return Err(FileError::Empty { file: file.to_owned() });
        }
        let (header_line, header) = records.remove(0);
        let headers: Vec<Arc<str>> = header.iter().map(|header| Arc::from(header.trim())).collect();
        let keys = headers.iter().map(|header| header_key(header)).collect();
        let mut table = Self {
            file: Arc::from(file),
            encoding: Encoding::Workbook,
            headers,
            keys,
            header_line,
            records,
            sheet: Some(Vec::new()),
        };
        let faults = found.unfit.into_iter().map(|unfit| Bad {
            file: Arc::clone(&table.file),
            line: u64::from(unfit.row) + 1,
            column: Some(
                table.cell_name(usize::try_from(unfit.column).unwrap_or(usize::MAX), u64::from(unfit.row) + 1),
            ),
            value: shortened(&unfit.value),
            reason: unfit.reason,
        });
        table.sheet = Some(faults.collect());
        Ok(table)
    }

    /// Whatever is wrong with the table before its cells are read: surplus cells; in a workbook formulas and joined cells.
    #[must_use]
    pub fn faults(&self) -> Vec<Bad> {
        let mut faults = self.sheet.clone().unwrap_or_default();
        faults.extend(self.surplus());
        faults
    }

    /// A header, with the cell's address in a workbook.
    fn cell_name(&self, column: usize, line: u64) -> Arc<str> {
        let header = self.headers.get(column).cloned().unwrap_or_else(|| Arc::from(""));
        if self.sheet.is_some() { Arc::from(format!("{header}({}{line})", workbook::letters(column))) } else { header }
    }

    /// The file's name.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How its text was written.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The headers as written, trimmed.
    pub fn headers(&self) -> impl ExactSizeIterator<Item = &str> {
        self.headers.iter().map(AsRef::as_ref)
    }

    /// Every column, in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = Column> + use<> {
        (0..self.headers.len()).map(Column)
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Never true: a table without rows is refused by [`Table::read`].
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The column with one of these names; earlier names win. Compared by [`header_key`].
    #[must_use]
    pub fn column(&self, names: &[&str]) -> Option<Column> {
        names.iter().find_map(|name| {
            let key = header_key(name);
            self.keys.iter().position(|header| *header == key).map(Column)
        })
    }

    /// The column that must be there under one of these names.
    ///
    /// # Errors
    /// A [`Bad`] header that says which name was looked for.
    pub fn require(&self, names: &[&str]) -> Result<Column, Bad> {
        self.column(names).ok_or_else(|| Bad {
            file: Arc::clone(&self.file),
            line: self.header_line,
            column: None,
            value: String::new(),
            reason: Reason::NoColumn { name: names.first().copied().unwrap_or_default().to_owned() },
        })
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.records.iter().map(|(line, record)| Row { table: self, line: *line, record })
    }

    /// Rows with more cells than there are headers: their cells may stand in wrong columns.
    #[must_use]
    pub fn surplus(&self) -> Vec<Bad> {
        let surplus = self.rows().filter_map(|row| {
            let extra = row.record.iter().skip(self.headers.len()).find(|cell| !cell.trim().is_empty())?;
            Some(row.bad(None, extra, Reason::Surplus { expected: self.headers.len(), found: row.record.len() }))
        });
        surplus.collect()
    }
}

impl<'t> Row<'t> {
    /// The line on which the row begins.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// A cell as written, trimmed; empty when the row is too short.
    #[must_use]
    pub fn raw(&self, column: Column) -> &'t str {
        self.record.get(column.0).unwrap_or_default().trim()
    }

    /// Reads a cell that must be filled, by one of the readers in [`crate::cell`] or a function of one's own.
    ///
    /// # Errors
    /// A [`Bad`] cell.
    pub fn required<T>(&self, column: Column, read: impl FnOnce(&str) -> Result<T, Reason>) -> Result<T, Bad> {
        match self.raw(column) {
            "" => Err(self.refuse(column, Reason::Missing)),
            value => read(value).map_err(|reason| self.refuse(column, reason)),
        }
    }

    /// Reads a cell that may be empty or whose column may be missing.
    ///
    /// # Errors
    /// A [`Bad`] cell.
    pub fn optional<T>(
        &self,
        column: Option<Column>,
        read: impl FnOnce(&str) -> Result<T, Reason>,
    ) -> Result<Option<T>, Bad> {
        match column {
            Some(column) if !self.raw(column).is_empty() => self.required(column, read).map(Some),
            _ => Ok(None),
        }
    }

    /// This cell refused for a reason found elsewhere (an unknown code, a number used twice).
    #[must_use]
    pub fn refuse(&self, column: Column, reason: Reason) -> Bad {
        self.bad(Some(self.table.cell_name(column.0, self.line)), self.raw(column), reason)
    }

    /// The whole row refused.
    #[must_use]
    pub fn refuse_row(&self, reason: Reason) -> Bad {
        self.bad(None, "", reason)
    }

    fn bad(&self, column: Option<Arc<str>>, value: &str, reason: Reason) -> Bad {
        Bad { file: Arc::clone(&self.table.file), line: self.line, column, value: shortened(value), reason }
    }
}

/// The beginning of a value, on one line, enough to recognise it.
fn shortened(value: &str) -> String {
    const SHOWN: usize = 40;
    let mut short: String =
        value.chars().take(SHOWN).map(|character| if character.is_control() { ' ' } else { character }).collect();
    if value.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

/// Counts lines going forward only, so that a large file is counted once.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    const fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line of the row that begins at or after this byte; empty lines before it are passed over.
    fn of(&mut self, byte: usize) -> u64 {
        let mut to = byte.clamp(self.at, self.text.len());
        while matches!(self.text.get(to), Some(b'\r' | b'\n')) {
            to += 1;
        }
        self.line += line_at(&self.text[self.at..], to - self.at) - 1;
        self.at = to;
        self.line
    }
}

/// The line of the last row if it ends inside quotation marks; the reader takes the rest of the file for its cell.
fn unclosed(text: &str, delimiter: u8, last: Option<&(u64, csv::StringRecord)>) -> Option<u64> {
    let (line, record) = last?;
    let start = usize::try_from(record.position()?.byte()).ok()?;
    let row = text.get(start..)?.trim_start_matches(['\r', '\n']).as_bytes();
    let (mut quoted, mut cell_start) = (false, true);
    for byte in row {
        match byte {
            b'"' if quoted => quoted = false,
            // A doubled mark closes and opens again; a mark inside a bare cell is a plain character.
            b'"' if cell_start => quoted = true,
            _ => {}
        }
        cell_start = !quoted && (*byte == delimiter || *byte == b'"' || *byte == b'\n' || *byte == b'\r');
    }
    quoted.then_some(*line)
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
