//! A refused import: every bad row with its line, its column and the reason.

use crate::sentence::Sentence;
use kernel::locale::Locale;
use std::fmt;

/// One place in a file that stops the import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Line in the file, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// The column's heading, or the character's position in files without columns; empty when the whole row is meant.
    pub column: String,
    /// Why.
    pub reason: Sentence,
}

impl BadRow {
    /// A bad row.
    pub fn new(line: usize, column: impl Into<String>, reason: Sentence) -> BadRow {
        BadRow { line, column: column.into(), reason }
    }
}

impl BadRow {
    /// Line, column and reason in a language.
    pub fn in_locale(&self, locale: Locale) -> String {
        self.sentence().in_locale(locale)
    }

    fn sentence(&self) -> Sentence {
        let reason = self.reason.clone();
        match (self.line, self.column.as_str()) {
            (0, _) => reason,
            (line, "") => Sentence::new("places-at-line").with("line", line).said("reason", reason),
            (line, column) => {
                Sentence::new("places-at-column").with("line", line).with("column", column).said("reason", reason)
            }
        }
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

/// Why a file was refused; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    bad: Vec<BadRow>,
}

impl Report {
    /// A fault of the file as a whole.
    pub fn file(reason: Sentence) -> Report {
        Report { bad: vec![BadRow::new(0, "", reason)] }
    }

    /// A fault at one place.
    pub fn one(line: usize, column: impl Into<String>, reason: Sentence) -> Report {
        Report { bad: vec![BadRow::new(line, column, reason)] }
    }

    /// Bad rows, of which there must be some.
    pub fn of(bad: Vec<BadRow>) -> Report {
        if bad.is_empty() { Report::file(Sentence::new("places-file-no-rows")) } else { Report { bad } }
    }

    /// Every bad row in a language, one a line.
    pub fn in_locale(&self, locale: Locale) -> String {
        self.bad.iter().map(|bad| bad.in_locale(locale)).collect::<Vec<_>>().join("\n")
    }

    /// Every bad row, in file order.
    pub fn bad_rows(&self) -> &[BadRow] {
        &self.bad
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, bad) in self.bad.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{bad}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}
