//! Forgetting: telephone, name and what it was about go when their time is over.

use kernel::World;
use store::erasure::Eraser;
use store::{Error, Statement, Tx};

use crate::CallbackId;

/// How the erasure ledger forgets a contact again after a restore.
pub const CONTACT: Eraser = Eraser { kind: "callbacks.contact", statements: FORGET };
/// A contact goes so many days after its request ended, …
pub const KEEP_DAYS: i32 = 30;
/// … and so many days after the promised day if nobody ever ended it.
pub const KEEP_OPEN_DAYS: i32 = 90;

/// Contacts per transaction.
const AT_ONCE: i64 = 100;

/// In the order in which they run, for one request.
const FORGET: &[Statement] = &[DELETE_ONE, FREE_NUMBER, END_ONE];

store::statements! {
    DELETE_ONE = "DELETE FROM callback_contact WHERE callback_id = $1";
    FREE_NUMBER = "UPDATE callback SET number = NULL WHERE id = $1 AND number IS NOT NULL";
    /// Whom nobody can call any more is not waiting.
    END_ONE = "UPDATE callback SET state = 'closed', ended_at = made_at WHERE id = $1 AND state = 'open'";
    /// Contacts whose time is over.
    OVER = "SELECT callback_id FROM callback_contact WHERE erase_on < $1 ORDER BY erase_on LIMIT $2";
}

/// Deletes contacts whose time is over. How many; call again while it is not 0.
///
/// # Errors
/// Storage only.
pub async fn forget(tx: &mut Tx<'_>, world: &World) -> Result<u64, Error> {
    let rows = tx.all(&OVER, &[world.today().into(), AT_ONCE.into()]).await?;
    for row in &rows {
        let id: CallbackId = row.get(0)?;
        store::erasure::erase(tx, world, &CONTACT, id.uuid()).await?;
    }
    Ok(rows.len() as u64)
}
