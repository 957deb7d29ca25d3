//! What can go wrong in storage, by what the caller can do about it.

/// A storage failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too much is waiting; the caller may try again shortly. Nothing was written.
    #[error("the database is busy: too many acts are waiting")]
    Busy,
    /// The database cannot be reached. Nothing was written.
    #[error("the database cannot be reached: {0}")]
    Away(String),
    /// The connection broke while committing: whether it is written is unknown, so a retry needs an idempotency key.
    #[error("the connection broke during commit, the outcome is unknown: {0}")]
    Uncertain(String),
    /// The disk is full. Nothing was written.
    #[error("the disk is full: {0}")]
    Full(String),
    /// A constraint (UNIQUE, CHECK, foreign key, NOT NULL) refused the change.
    #[error("constraint violated in {statement}: {constraint}")]
    Constraint {
        /// Name of the statement.
        statement: &'static str,
        /// The constraint as the engine names it.
        constraint: String,
    },
    /// A transaction body waited for something outside the database.
    #[error("{0} waited for something outside the database inside a transaction")]
    ForeignAwait(&'static str),
    /// A transaction body panicked; it was rolled back.
    #[error("{0} panicked inside a transaction")]
    Panicked(&'static str),
    /// The transaction vanished under the batch (the engine rolled back by itself).
    #[error("the transaction was lost: {0}")]
    Lost(String),
    /// A column does not hold what the code expects.
    #[error("column {column} holds {found}, expected {expected}")]
    Column {
        /// Index in the row.
        column: usize,
        /// What the code asked for.
        expected: &'static str,
        /// What stood there.
        found: &'static str,
    },
    /// A query that must find a row found none.
    #[error("{0} found no row")]
    NoRow(&'static str),
    /// The engine refused a statement.
    #[error("{statement}: {message}")]
    Statement {
        /// Name of the statement.
        statement: &'static str,
        /// The engine's words.
        message: String,
    },
    /// The database's schema is not this program's.
    #[error("{0}")]
    Schema(String),
}

impl Error {
    /// Whether the same act may succeed if simply tried again later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy | Self::Away(_) | Self::Uncertain(_) | Self::Full(_) | Self::Lost(_))
    }

    pub(crate) fn sqlite(statement: &'static str, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let message = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(message),
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly) => Self::Away(message),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::ConstraintViolation) => Self::Constraint { statement, constraint: message },
            _ => Self::Statement { statement, message },
        }
    }

    pub(crate) fn postgres(statement: &'static str, error: &tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return if error.is_closed()
                || std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
            {
                Self::Away(error.to_string())
            } else {
                Self::Statement { statement, message: error.to_string() }
            };
        };
        let message = db.message().to_owned();
        match db.code().code() {
            "53100" => Self::Full(message),
            // 57P0x: shutdown, 08xxx: connection, 53300: too many connections, 25006: read-only standby
            code if code.starts_with("57P") || code.starts_with("08") || code == "53300" || code == "25006" => {
                Self::Away(message)
            }
            // lock_timeout, query cancelled by timeout
            "55P03" | "57014" => Self::Busy,
            code if code.starts_with("23") => {
                Self::Constraint { statement, constraint: db.constraint().unwrap_or(&message).to_owned() }
            }
            _ => Self::Statement { statement, message },
        }
    }
}
