//! Migrations: one tree of texts for both engines, additive, each applied once and remembered by hash.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};
use sha2::{Digest as _, Sha256};

use crate::{Error, dialect};

crate::statements! {
    /// The steps the database has.
    pub(crate) KNOWN = "SELECT name, hash FROM migration";
}

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The file's name without its ending; the order of names is the order of steps.
    pub name: &'static str,
    /// The text, with type tokens of [`dialect`].
    pub text: &'static str,
}

/// All steps, in order, embedded from the tree `migrations/`.
pub const MIGRATIONS: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// Any number: two nodes that migrate at once take turns on it.
const LOCK: i64 = 0x796f_6b6f;
const HISTORY: &str = "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at {int} NOT NULL) {strict}";

pub(crate) fn hash(migration: &Migration) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(migration.text))
}

/// Whether a step is to be applied, given the hash remembered for it.
fn is_due(migration: &Migration, remembered: Option<&str>) -> Result<bool, Error> {
    match remembered {
        None => Ok(true),
        Some(found) if found == hash(migration) => Ok(false),
        Some(_) => Err(Error::Schema(format!(
            "the database was made with another version of step {}: use the program that made it, or restore a backup",
            migration.name
        ))),
    }
}

/// A database that knows steps this program does not was written by a newer program.
fn refuse_newer(known: &[String]) -> Result<(), Error> {
    match known.iter().find(|name| !MIGRATIONS.iter().any(|m| m.name == name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::Schema(format!(
            "the database has step {name}, which this program does not know: it was used by a newer version; install that version"
        ))),
    }
}

/// Whether a database has every step of this program as this program knows it. Further steps are no fault of a node that
/// runs: they are additive, so that nodes are replaced one after another.
pub(crate) fn compare(known: &[(String, String)]) -> Result<(), Error> {
    for migration in MIGRATIONS {
        let remembered = known.iter().find(|(name, _)| name == migration.name).map(|(_, hash)| hash.as_str());
        if is_due(migration, remembered)? {
            return Err(Error::Schema(format!("the database lacks step {}: run `yokogushi migrate`", migration.name)));
        }
    }
    Ok(())
}

pub(crate) fn sqlite(
    mut connection: Connection,
    at: i64,
    steps: &'static [Migration],
) -> Result<Vec<&'static str>, Error> {
    let fail = |e: &rusqlite::Error| Error::sqlite("migrating", e);
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|e| fail(&e))?;
    tx.execute_batch(&dialect::sqlite(HISTORY)).map_err(|e| fail(&e))?;
    let known: Vec<String> = tx
        .prepare("SELECT name FROM migration")
        .and_then(|mut s| s.query_map([], |row| row.get(0))?.collect())
        .map_err(|e| fail(&e))?;
    refuse_newer(&known)?;
    let mut applied = Vec::new();
    for migration in steps {
        let remembered: Option<String> = tx
            .query_row("SELECT hash FROM migration WHERE name = ?1", [migration.name], |row| row.get(0))
            .optional()
            .map_err(|e| fail(&e))?;
        if is_due(migration, remembered.as_deref())? {
            let done = tx.execute_batch(&dialect::sqlite(migration.text)).and_then(|()| {
                tx.execute(
                    "INSERT INTO migration (name, hash, applied_at) VALUES (?1, ?2, ?3)",
                    (migration.name, hash(migration), at),
                )
            });
            done.map_err(|e| Error::sqlite(migration.name, &e))?;
            applied.push(migration.name);
        }
    }
    tx.commit().map_err(|e| fail(&e))?;
    Ok(applied)
}

pub(crate) async fn postgres(
    client: &mut deadpool_postgres::Object,
    at: i64,
    steps: &'static [Migration],
) -> Result<Vec<&'static str>, Error> {
    let fail = |e: &tokio_postgres::Error| Error::postgres("migrating", e);
    let tx = client.transaction().await.map_err(|e| fail(&e))?;
    tx.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(|e| fail(&e))?;
    tx.batch_execute(&dialect::postgres(HISTORY)).await.map_err(|e| fail(&e))?;
    let rows = tx.query("SELECT name, hash FROM migration", &[]).await.map_err(|e| fail(&e))?;
    let known: Vec<(String, String)> = rows.iter().map(|r| (r.get(0), r.get(1))).collect();
    refuse_newer(&known.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>())?;
    let mut applied = Vec::new();
    for migration in steps {
        let remembered = known.iter().find(|(name, _)| name == migration.name).map(|(_, hash)| hash.as_str());
        if is_due(migration, remembered)? {
            tx.batch_execute(&dialect::postgres(migration.text))
                .await
                .map_err(|e| Error::postgres(migration.name, &e))?;
            tx.execute(
                "INSERT INTO migration (name, hash, applied_at) VALUES ($1, $2, $3)",
                &[&migration.name, &hash(migration), &at],
            )
            .await
            .map_err(|e| fail(&e))?;
            applied.push(migration.name);
        }
    }
    tx.commit().await.map_err(|e| fail(&e))?;
    Ok(applied)
}
