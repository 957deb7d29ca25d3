//! What every import of places shares: names of sets, reports that name each bad row, and publication by one row.

mod batch;
mod report;
mod table;

pub use batch::{ImportError, Imported, Standing, sweep};
pub(crate) use batch::{Publication, Target, preview, publish};
pub use report::{BadRow, Report};
pub use table::{Table, TableRow, decode};

pub(crate) const STATEMENTS: &[&[store::Statement]] = &[batch::STATEMENTS];

use kernel::text::{Line, TextError};

/// The most bytes one file may have.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The name of a set: one line, at most 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SetName(Line<100>);

impl SetName {
    /// A name somebody typed.
    pub fn new(name: &str) -> Result<SetName, TextError> {
        Line::parse(name).map(SetName)
    }

    /// The name a file stands for when none was given: its own, without folder and ending.
    pub fn from_file(path: &std::path::Path) -> Result<SetName, TextError> {
        SetName::new(path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::fmt::Display for SetName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
