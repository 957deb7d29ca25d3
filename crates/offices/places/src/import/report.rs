//! A refused import: every bad row with its line, its column and the reason.

use std::fmt;

/// One place in a file that stops the import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Line in the file, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// The column's heading, or the character's position in files without columns; empty when the whole row is meant.
    pub column: String,
    /// Why.
    pub reason: String,
}

impl BadRow {
    /// A bad row.
    pub fn new(line: usize, column: impl Into<String>, reason: impl Into<String>) -> BadRow {
        BadRow { line, column: column.into(), reason: reason.into() }
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}", self.line)?;
            if !self.column.is_empty() {
                write!(f, ", {}", self.column)?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.reason)
    }
}

/// Why a file was refused; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    bad: Vec<BadRow>,
}

impl Report {
    /// A fault of the file as a whole.
    pub fn file(reason: impl Into<String>) -> Report {
        Report { bad: vec![BadRow::new(0, "", reason)] }
    }

    /// A fault at one place.
    pub fn one(line: usize, column: impl Into<String>, reason: impl Into<String>) -> Report {
        Report { bad: vec![BadRow::new(line, column, reason)] }
    }

    /// Bad rows, of which there must be some.
    pub fn of(bad: Vec<BadRow>) -> Report {
        if bad.is_empty() { Report::file("the file holds no rows") } else { Report { bad } }
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
