//! The ledger of what was erased: a restored backup, which may be older, forgets it again.

use kernel::World;
use uuid::Uuid;

use crate::{Error, Statement, Tx};

crate::statements! {
    /// Remembers an erasure; once is enough.
    RECORD = "INSERT INTO erasure (kind, subject, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    /// The whole ledger.
    pub(crate) LEDGER = "SELECT kind, subject, at FROM erasure";
}

/// How a service forgets one kind of thing.
#[derive(Clone, Copy, Debug)]
pub struct Eraser {
    /// The kind: `visits.contact`.
    pub kind: &'static str,
    /// Run in order with `$1` = the subject.
    pub statements: &'static [Statement],
}

/// Runs an eraser for one subject and remembers it in the same transaction.
///
/// # Errors
/// Any storage [`Error`].
pub async fn erase(tx: &mut Tx<'_>, world: &World, eraser: &Eraser, subject: Uuid) -> Result<(), Error> {
    for statement in eraser.statements {
        tx.exec(statement, &[subject.into()]).await?;
    }
    tx.exec(&RECORD, &[eraser.kind.into(), subject.into(), world.now().into()]).await?;
    Ok(())
}

/// One line of the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Erased {
    kind: String,
    subject: Uuid,
    at: kernel::time::Instant,
}

pub(crate) async fn ledger(tx: &mut Tx<'_>) -> Result<Vec<Erased>, Error> {
    let rows = tx.all(&LEDGER, &[]).await?;
    rows.iter().map(|row| Ok(Erased { kind: row.get(0)?, subject: row.get(1)?, at: row.get(2)? })).collect()
}

/// Forgets again everything in the ledger of the database itself and in `newer`; how many lines there are.
pub(crate) async fn replay(tx: &mut Tx<'_>, erasers: &[Eraser], newer: &[Erased]) -> Result<usize, Error> {
    for line in newer {
        tx.exec(&RECORD, &[line.kind.as_str().into(), line.subject.into(), line.at.into()]).await?;
    }
    let all = ledger(tx).await?;
    for line in &all {
        let Some(eraser) = erasers.iter().find(|e| e.kind == line.kind) else {
            return Err(Error::Schema(format!(
                "the backup names erasures of a kind this program does not know: {}",
                line.kind
            )));
        };
        for statement in eraser.statements {
            tx.exec(statement, &[line.subject.into()]).await?;
        }
    }
    Ok(all.len())
}
