//! Durable storage on SQLite or PostgreSQL behind one transaction type.
//!
//! A use case is one `async fn(tx: &mut Tx<'_>, …) -> Result<T, E>` with SQL that both engines
//! read. [`Db::write`] runs it: **`Err` rolls everything back, `Ok` commits**, and the answer is
//! given only after the commit is on disk. On SQLite one writer thread shares a commit among all
//! waiting jobs; on PostgreSQL the same body runs on a pooled connection and is repeated after a
//! serialization failure. What differs between the engines is data, in [`dialect`].

mod announce;
mod archive;
pub mod audit;
pub mod backup;
#[cfg(test)]
mod backup_tests;
#[cfg(test)]
mod core_tests;
mod db;
pub mod dialect;
pub mod erasure;
mod error;
pub mod files;
mod folder;
pub mod idempotency;
pub mod lease;
pub mod limits;
mod migrate;
pub mod outbox;
mod postgres;
pub mod restore;
mod schema;
pub mod secrets;
mod sqlite;
mod statement;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tidy;
mod tx;
mod value;

pub use announce::{EVERYTHING, Topic};
pub use db::{Act, Config, Db, Engine, Lane, Location};
pub use error::Error;
pub use folder::{Folder, FolderError, keep_private};
pub use migrate::{MIGRATIONS, Migration};
pub use statement::Statement;
pub use tidy::tidy;
pub use tx::Tx;
pub use value::{FromValue, Json, Row, Value};

/// Every statement of this crate, for the registry that prepares them on both engines.
pub const STATEMENTS: &[&[Statement]] = &[
    audit::STATEMENTS,
    audit::seal::STATEMENTS,
    audit::verify::STATEMENTS,
    backup::STATEMENTS,
    db::STATEMENTS,
    erasure::STATEMENTS,
    files::STATEMENTS,
    idempotency::STATEMENTS,
    lease::STATEMENTS,
    limits::STATEMENTS,
    migrate::STATEMENTS,
    outbox::STATEMENTS,
    outbox::claim::STATEMENTS,
    outbox::delivery::STATEMENTS,
    secrets::STATEMENTS,
];
