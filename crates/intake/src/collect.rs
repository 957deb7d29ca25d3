//! Bad rows: what was wrong, where, and the rule that a file comes in whole or not at all.

use std::fmt;
use std::sync::Arc;

use kernel::text::TextError;

/// Why a cell or row was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The cell must be filled.
    Missing,
    /// No column has this name.
    NoColumn {
        /// The name looked for.
        name: String,
    },
    /// More cells than headers.
    Surplus {
        /// Headers.
        expected: usize,
        /// Cells.
        found: usize,
    },
    /// Not a number.
    Number,
    /// A number outside its range.
    Range {
        /// The least allowed.
        min: i64,
        /// The greatest allowed.
        max: i64,
    },
    /// Not a date.
    Date,
    /// Not an amount of money.
    Money,
    /// Longer than fits.
    TooLong {
        /// Characters that fit.
        max: usize,
    },
    /// Holds control characters.
    Control,
    /// Not of the expected form.
    Shape,
    /// The same key stands in an earlier row.
    Duplicate {
        /// The line of that row.
        line: u64,
    },
    /// A code or name that nothing has.
    Unknown,
    /// A formula, whose result may be another tomorrow.
    Formula,
    /// Cells joined over several rows or columns.
    Merged,
    /// The spreadsheet's own error (`#REF!`).
    BrokenCell,
    /// A reason of the caller's own with words in it: the key of its sentence and the words.
    Said(&'static str, Vec<(&'static str, String)>),
    /// A reason of the caller's own, as the key of its sentence.
    Other(&'static str),
}

impl Reason {
    /// The key of the sentence for people.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Missing => "intake-missing",
            Self::NoColumn { .. } => "intake-no-column",
            Self::Surplus { .. } => "intake-surplus",
            Self::Number => "intake-number",
            Self::Range { .. } => "intake-range",
            Self::Date => "intake-date",
            Self::Money => "intake-money",
            Self::TooLong { .. } => "intake-too-long",
            Self::Control => "intake-control",
            Self::Shape => "intake-shape",
            Self::Duplicate { .. } => "intake-duplicate",
            Self::Unknown => "intake-unknown",
            Self::Formula => "intake-formula",
            Self::Merged => "intake-merged",
            Self::BrokenCell => "intake-broken-cell",
            Self::Said(key, _) | Self::Other(key) => key,
        }
    }

    /// The arguments of [`Reason::key`]'s sentence.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoColumn { name } => vec![("name", name.clone())],
            Self::Surplus { expected, found } => {
                vec![("expected", expected.to_string()), ("found", found.to_string())]
            }
            Self::Range { min, max } => vec![("min", min.to_string()), ("max", max.to_string())],
            Self::TooLong { max } => vec![("max", max.to_string())],
            Self::Duplicate { line } => vec![("line", line.to_string())],
            Self::Said(_, args) => args.clone(),
            _ => Vec::new(),
        }
    }
}

impl From<TextError> for Reason {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Empty => Self::Missing,
            TextError::TooLong { max } => Self::TooLong { max },
            TextError::Control => Self::Control,
            TextError::Shape => Self::Shape,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("a value is missing"),
            Self::NoColumn { name } => write!(f, "there is no column {name}"),
            Self::Surplus { expected, found } => write!(f, "{found} cells under {expected} headers"),
            Self::Number => f.write_str("not a number"),
            Self::Range { min, max } => write!(f, "not between {min} and {max}"),
            Self::Date => f.write_str("not a date"),
            Self::Money => f.write_str("not an amount of money"),
            Self::TooLong { max } => write!(f, "longer than {max} characters"),
            Self::Control => f.write_str("holds control characters"),
            Self::Shape => f.write_str("not of the expected form"),
            Self::Duplicate { line } => write!(f, "already stands in line {line}"),
            Self::Unknown => f.write_str("not known"),
            Self::Formula => f.write_str("a formula"),
            Self::Merged => f.write_str("joined cells"),
            Self::BrokenCell => f.write_str("the spreadsheet's own error"),
            Self::Said(key, args) => {
                f.write_str(key)?;
                args.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
            }
            Self::Other(key) => f.write_str(key),
        }
    }
}

/// A refused cell or row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The file's name.
    pub file: Arc<str>,
    /// The line on which the row begins.
    pub line: u64,
    /// The column's header as written, when one cell is at fault.
    pub column: Option<Arc<str>>,
    /// The beginning of what stood there.
    pub value: String,
    /// What was wrong.
    pub reason: Reason,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, " {column}")?;
        }
        write!(f, ": {}", self.reason)?;
        if !self.value.is_empty() {
            write!(f, " ({})", self.value)?;
        }
        Ok(())
    }
}

impl std::error::Error for Bad {}

/// Gathers every bad cell of one or more files.
#[derive(Debug, Default)]
pub struct Collector {
    rows: Vec<Bad>,
    count: usize,
}

impl Collector {
    /// Bad cells kept word for word; further ones are only counted.
    pub const KEPT: usize = 10_000;

    /// The value, or `None` after noting why there is none.
    pub fn take<T>(&mut self, read: Result<T, Bad>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(bad) => {
                self.add(bad);
                None
            }
        }
    }

    /// Notes a bad cell.
    pub fn add(&mut self, bad: Bad) {
        self.count += 1;
        if self.rows.len() < Self::KEPT {
            self.rows.push(bad);
        }
    }

    /// Notes several.
    pub fn extend(&mut self, bad: impl IntoIterator<Item = Bad>) {
        bad.into_iter().for_each(|bad| self.add(bad));
    }

    /// Whether nothing was bad so far.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.count == 0
    }

    /// The outcome of the whole file: everything, or every fault and nothing else.
    ///
    /// # Errors
    /// [`BadRows`] when anything was noted.
    pub fn all_or_nothing<T>(self, good: T) -> Result<T, BadRows> {
        if self.is_clean() { Ok(good) } else { Err(self.into_bad_rows()) }
    }

    /// What was noted, for imports that may go on without the bad rows (never money or persons).
    #[must_use]
    pub fn into_bad_rows(self) -> BadRows {
        BadRows { rows: self.rows, count: self.count }
    }
}

/// The faults of a refused file.
#[derive(Debug)]
pub struct BadRows {
    /// The faults, in order; at most [`Collector::KEPT`].
    pub rows: Vec<Bad>,
    /// How many there were in all.
    pub count: usize,
}

impl fmt::Display for BadRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} faults; nothing was taken", self.count)
    }
}

impl std::error::Error for BadRows {}
