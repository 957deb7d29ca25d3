//! What staff do with messages that could not be delivered, and bringing the record in line with the outbox.

use kernel::World;
use kernel::time::Instant;
use store::audit::{self, Actor, Entry};
use store::outbox::{self, ItemId};
use store::{Error, Tx};

use crate::queue::{ITEM, item_key};
use crate::record::MessageId;

store::statements! {
    KEY_OF_DEAD = "SELECT key FROM message WHERE id = $1 AND state = 'dead'";
    REQUEUED = "UPDATE message SET state = 'queued', settled_at = NULL WHERE id = $1 AND state = 'dead'";
    DISCARDED = "UPDATE message SET state = 'discarded', settled_at = $2 WHERE id = $1 AND state = 'dead'";
    /// Messages whose outbox item ended without an attempt of ours: dropped as too late, discarded after a restore, given up.
    ENDED = "SELECT m.id, o.state, o.settled_at FROM message m JOIN outbox o ON o.key = 'message/' || m.key
        WHERE m.state IN ('queued', 'handed_over', 'failed') AND o.state IN ('stale', 'discarded', 'withdrawn', 'dead') LIMIT 500";
    END = "UPDATE message SET state = $2, settled_at = $3, why = CASE WHEN $2 = 'dead' THEN 'exhausted' ELSE why END
        WHERE id = $1 AND state IN ('queued', 'handed_over', 'failed')";
    /// Old records of messages that are over. They were queued before that, which an index knows.
    SWEEP = "DELETE FROM message WHERE id IN (SELECT id FROM message
        WHERE state IN ('accepted', 'stale', 'withdrawn', 'discarded') AND queued_at < $1 AND settled_at < $1 LIMIT 500)";
}

/// Tries a dead letter again, from the first attempt; `false` when it is none (any more).
///
/// # Errors
/// Any storage [`Error`].
pub async fn retry(tx: &mut Tx<'_>, world: &World, by: Actor, id: MessageId) -> Result<bool, Error> {
    let Some(item) = dead_item(tx, id).await? else { return Ok(false) };
    if !outbox::retry(tx, world, item).await? || tx.exec(&REQUEUED, &[id.into()]).await? == 0 {
        return Ok(false);
    }
    audit::append(tx, world, &Entry::new(by, "messages.retry").object(id)).await?;
    Ok(true)
}

/// Throws a dead letter away with its address and text; `false` when it is none (any more).
///
/// # Errors
/// Any storage [`Error`].
pub async fn discard(tx: &mut Tx<'_>, world: &World, by: Actor, id: MessageId) -> Result<bool, Error> {
    let Some(item) = dead_item(tx, id).await? else { return Ok(false) };
    if !outbox::discard(tx, item).await? || tx.exec(&DISCARDED, &[id.into(), world.now().into()]).await? == 0 {
        return Ok(false);
    }
    audit::append(tx, world, &Entry::new(by, "messages.discard").object(id)).await?;
    Ok(true)
}

async fn dead_item(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<ItemId>, Error> {
    let Some(row) = tx.opt(&KEY_OF_DEAD, &[id.into()]).await? else { return Ok(None) };
    let item = tx.opt(&ITEM, &[item_key(&row.get::<String>(0)?).into()]).await?;
    item.map(|row| row.get(0)).transpose()
}

/// Writes down what the outbox decided by itself: dropped as too late, discarded after a restore, given up after crashes.
/// A job calls it about once a minute; how many records changed.
///
/// # Errors
/// Any storage [`Error`].
pub async fn catch_up(tx: &mut Tx<'_>) -> Result<u64, Error> {
    let ended = tx.all(&ENDED, &[]).await?;
    let mut changes = Vec::with_capacity(ended.len());
    for row in &ended {
        let (id, state, at) = (row.get::<MessageId>(0)?, row.get::<String>(1)?, row.get::<Option<Instant>>(2)?);
        changes.push(vec![id.into(), state.into(), at.into()]);
    }
    tx.batch(&END, &changes).await
}

/// Removes up to 500 records of messages that were over before `before`; how many there were.
/// Their keys may then be used again, so leave them as long as the case they belong to.
///
/// # Errors
/// Any storage [`Error`].
pub async fn sweep(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Error> {
    tx.exec(&SWEEP, &[before.into()]).await
}
