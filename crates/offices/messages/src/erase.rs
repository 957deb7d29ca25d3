//! Forgetting a recipient: what waits for them is withdrawn, what is kept for them goes, and the records no longer know whom they were about.

use kernel::World;
use store::erasure::{self, Eraser};
use store::{Error, Statement, Tx};

use crate::recipient::{Key, Recipient, RecipientHash};

store::statements! {
    /// Takes address and values out of whatever still waits.
    ITEMS = "UPDATE outbox SET state = 'withdrawn', payload = NULL, settled_at = COALESCE(settled_at, put_at)
        WHERE state IN ('open', 'dead') AND key IN (SELECT 'message/' || key FROM message WHERE recipient = $1)";
    LETTERS = "DELETE FROM message_letter WHERE recipient = $1";
    CASE_ITEMS = "UPDATE outbox SET state = 'withdrawn', payload = NULL, settled_at = COALESCE(settled_at, put_at)
        WHERE state IN ('open', 'dead') AND key IN (SELECT 'message/' || key FROM message WHERE case_id = $1)";
    CASE_LETTERS = "DELETE FROM message_letter WHERE message IN (SELECT id FROM message WHERE case_id = $1)";
    CASE_RECORDS = "UPDATE message SET recipient = NULL, detail = NULL, reference = NULL, settled_at = COALESCE(settled_at, queued_at),
            state = CASE WHEN state IN ('queued', 'failed', 'handed_over', 'dead') THEN 'withdrawn' ELSE state END
        WHERE case_id = $1";
    RECORDS = "UPDATE message SET recipient = NULL, detail = NULL, reference = NULL, settled_at = COALESCE(settled_at, queued_at),
            state = CASE WHEN state IN ('queued', 'failed', 'handed_over', 'dead') THEN 'withdrawn' ELSE state END
        WHERE recipient = $1";
}

/// For the register of erasers, which a restored backup runs again.
pub const ERASER: Eraser =
    Eraser { kind: "messages.recipient", statements: &[ITEMS, LETTERS, RECORDS] as &[Statement] };

/// What a service adds to the eraser of its own cases, so that who is forgotten there is not written to from here: withdraws
/// what waits for the case (`$1`, the id given as `order_by`), removes its kept letters, clears its records.
pub const OF_CASE: [Statement; 3] = [CASE_ITEMS, CASE_LETTERS, CASE_RECORDS];

/// The hash under which the records know a recipient, if this city ever queued a message.
///
/// # Errors
/// Any storage [`Error`].
pub async fn recipient_hash(tx: &mut Tx<'_>, recipient: &Recipient) -> Result<Option<RecipientHash>, Error> {
    let secret = store::secrets::find(tx, "messages").await?;
    Ok(secret.map(|secret| Key::new(secret).recipient(recipient)))
}

/// Forgets a recipient, here and in every backup restored later.
///
/// # Errors
/// Any storage [`Error`].
pub async fn erase_for(tx: &mut Tx<'_>, world: &World, recipient: RecipientHash) -> Result<(), Error> {
    erasure::erase(tx, world, &ERASER, recipient.uuid()).await
}
