//! A table of a city's file with every column kept, whatever it is called.

use super::{BadRow, MOST_BYTES, Report};
use crate::sentence::Sentence;
use intake::{FileError, Reason};
use std::borrow::Cow;

/// A row and the line it starts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// Line in the file, from 1.
    pub line: usize,
    /// As many cells as there are headings.
    pub cells: Vec<String>,
}

/// A table with headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The headings, trimmed.
    pub headings: Vec<String>,
    /// The rows; blank ones are left out.
    pub rows: Vec<TableRow>,
}

/// The text of a file whose encoding nobody said.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Report> {
    intake::decode("", bytes, MOST_BYTES).map(|(text, _)| text).map_err(|error| refused(&error))
}

impl Table {
    /// Reads a CSV file; rows with more cells than headings are refused, because their cells may stand in wrong columns.
    pub fn read(bytes: &[u8]) -> Result<Table, Report> {
        let table = intake::Table::read("", bytes, MOST_BYTES).map_err(|error| refused(&error))?;
        let surplus = table.surplus();
        if !surplus.is_empty() {
            return Err(Report::of(
                surplus.iter().map(|bad| BadRow::new(line(bad.line), "", surplus_sentence(&bad.reason))).collect(),
            ));
        }
        let rows = table.rows().map(|row| TableRow {
            line: line(row.line()),
            cells: table.columns().map(|column| row.raw(column).to_owned()).collect(),
        });
        Ok(Table { headings: table.headers().map(str::to_owned).collect(), rows: rows.collect() })
    }
}

fn line(line: u64) -> usize {
    usize::try_from(line).unwrap_or(usize::MAX)
}

fn surplus_sentence(reason: &Reason) -> Sentence {
    match reason {
        Reason::Surplus { expected, found } => {
            Sentence::new("places-row-surplus").with("expected", expected).with("found", found)
        }
        other => Sentence::new("places-file-unreadable").with("reason", other),
    }
}

fn refused(error: &FileError) -> Report {
    match error {
        FileError::Encoding { line: at, .. } => Report::one(line(*at), "", Sentence::new("places-file-encoding")),
        FileError::UnclosedQuote { line: at, .. } => {
            Report::one(line(*at), "", Sentence::new("places-file-unclosed-quote"))
        }
        FileError::Empty { .. } => Report::file(Sentence::new("places-file-no-rows")),
        FileError::TooLarge { max, .. } => {
            Report::file(Sentence::new("places-file-too-large").with("max", max / 1024 / 1024))
        }
        FileError::NotText { kind, .. } => Report::file(Sentence::new("places-file-not-text").with("kind", kind)),
        // Only what is opened as a workbook can fail as one, and tables of places are not.
        FileError::Workbook { .. } | FileError::Sheets { .. } | FileError::TooMuch { .. } => {
            Report::file(Sentence::new("places-file-not-text").with("kind", "xlsx"))
        }
        FileError::Unreadable { source, .. } => {
            Report::file(Sentence::new("places-file-unreadable").with("reason", source))
        }
    }
}
