//! Files of programmes, costs and indicators: read and checked whole, then written under one batch.
//!
//! [`parse`] needs no database and names every fault by file, line and column; [`store()`] checks what only the database
//! knows (codes), writes some hundred rows a transaction under a batch nobody reads, and publishes it by one row.

mod costs;
mod indicators;
mod mapping;
mod programmes;
mod reading;
mod save;
mod workers;

pub use mapping::{Mapping, MappingError, MoneyUnit};
pub use plan::batch::{Batch, BatchError, Kind, Seq, drafts, published};
pub use save::{ImportError, Imported, Mode, SWEPT, YearSum, discard, publish, store, tidy};

use intake::{Bad, BadRows, FileError, Table};
use sha2::{Digest as _, Sha256};

use crate::model::Indicator;
use crate::money::MoneyYear;

pub(crate) const STATEMENTS: &[&[store::Statement]] = &[save::STATEMENTS];

/// The most bytes one file may have: a city of ten thousand programmes needs less than half.
pub const MOST_BYTES: usize = 32 << 20;

/// A file as it was given.
#[derive(Clone, Copy, Debug)]
pub struct File<'f> {
    /// What it shall hold.
    pub kind: Kind,
    /// Its name.
    pub name: &'f str,
    /// Everything in it.
    pub bytes: &'f [u8],
    /// Which sheet of a workbook.
    pub sheet: Option<&'f str>,
}

/// Why a file is refused before the database is asked.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// The file cannot be read at all.
    #[error(transparent)]
    File(#[from] FileError),
    /// Rows or columns are at fault; nothing is taken.
    #[error(transparent)]
    Rows(#[from] BadRows),
}

/// A row and where it stands: faults that only the database knows are named by line, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed<T> {
    pub(crate) line: u64,
    /// The programme's code.
    pub(crate) code: String,
    pub(crate) row: T,
}

/// What a good file holds.
#[derive(Clone, Debug)]
enum Content {
    Programmes(programmes::ProgrammesFile),
    Costs(Vec<Placed<MoneyYear>>),
    Indicators(Vec<Placed<Indicator>>),
}

/// A file that was read and found good.
#[derive(Clone, Debug)]
pub struct Parsed {
    kind: Kind,
    file: String,
    digest: String,
    mapping: String,
    /// The heading of the code's column, for faults.
    code_heading: String,
    content: Content,
    /// What whoever imports should look at: nothing is wrong with it, but it is unusual.
    pub notes: Vec<Bad>,
}

impl Parsed {
    /// Its rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        match &self.content {
            Content::Programmes(file) => file.rows.len(),
            Content::Costs(rows) => rows.len(),
            Content::Indicators(rows) => rows.len(),
        }
    }

    /// Whether every row's sums hold within one yen.
    #[cfg(test)]
    pub(crate) fn money_adds_up(&self) -> bool {
        let Content::Costs(rows) = &self.content else { return true };
        let small = |off: Option<kernel::yen::Yen>| off.is_some_and(|off| off.amount().abs() <= 1);
        rows.iter().all(|row| small(row.row.money.sources_off()) && small(row.row.money.total_off()))
    }

    /// Its name.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }
}

/// Reads and checks a file.
///
/// # Errors
/// [`ParseError`].
pub fn parse(file: File<'_>, mapping: &Mapping) -> Result<Parsed, ParseError> {
    let table = Table::open(file.name, file.bytes, MOST_BYTES, file.sheet)?;
    let (content, code_heading, notes) = match file.kind {
        Kind::Programmes => programmes::read(&table, mapping)?,
        Kind::Costs => costs::read(&table, mapping)?,
        Kind::Indicators => indicators::read(&table, mapping)?,
    };
    Ok(Parsed {
        kind: file.kind,
        file: file.name.to_owned(),
        digest: data_encoding::HEXLOWER.encode(&Sha256::digest(file.bytes)),
        mapping: mapping.name.clone(),
        code_heading,
        content,
        notes,
    })
}

/// What reading a table gives: its content, the heading of the codes, notes.
type Outcome = Result<(Content, String, Vec<Bad>), BadRows>;
