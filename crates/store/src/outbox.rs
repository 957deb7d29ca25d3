//! The outbox: everything that is to reach the outside world, written with the change it tells of, delivered afterwards.
//!
//! [`put`] is one insert in the caller's transaction. A [`Worker`] on any node claims what is due, hands it to
//! the topic's [`Deliver`] and settles it. What holds:
//!
//! * **At least once**: a claim that is not settled in time (the process died) is made again. Receivers recognise a
//!   repetition by [`Item::key`].
//! * **In order**: items of one `topic` and `order_by` are delivered one after the other, by `not_before` and then as they
//!   were put; an item that is dead frees the ones behind it.
//! * **Not too late**: after `not_after` an item is dropped as stale, at the latest just before it would be delivered.
//! * **Nothing kept**: the payload is erased when the item is settled; dead letters keep theirs until staff retry or discard
//!   them.

pub(crate) mod claim;
pub(crate) mod delivery;
mod worker;

use kernel::World;
use kernel::time::Instant;
use uuid::Uuid;

use crate::{Error, Tx, Value};

pub use delivery::{ATTEMPTS, Deliver, Delivering, Delivery, Outcome};
pub use worker::Worker;

/// Announced after a commit that put something.
pub const TOPIC: &str = "store/outbox";

crate::statements! {
    /// One item, unless its key was used before.
    PUT = "INSERT INTO outbox (id, topic, key, payload, order_by, urgency, not_before, not_after, next_at, attempts, held, state, put_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, 0, FALSE, 'open', $9)
        ON CONFLICT (key) DO NOTHING";
    /// Takes an item back that nobody is delivering at this moment.
    WITHDRAW = "UPDATE outbox SET state = 'withdrawn', payload = NULL, settled_at = $2
        WHERE key = $1 AND state = 'open' AND (claim IS NULL OR next_at <= $2)";
    /// Dead letters, newest first.
    DEAD = "SELECT id, topic, key, reason, attempts, put_at, settled_at FROM outbox
        WHERE state = 'dead' AND settled_at IS NOT NULL ORDER BY settled_at DESC, id LIMIT $1";
    /// Gives a dead letter another life.
    RETRY = "UPDATE outbox SET state = 'open', settled_at = NULL, attempts = 0, next_at = $2, claim = NULL, held = FALSE
        WHERE id = $1 AND state = 'dead'";
    /// Throws a dead letter away.
    DISCARD = "UPDATE outbox SET state = 'discarded', payload = NULL WHERE id = $1 AND state = 'dead'";
    /// What is open, held and dead.
    COUNT = "SELECT COALESCE(SUM(CASE WHEN state = 'open' AND NOT held THEN 1 ELSE 0 END), 0),
            COALESCE(SUM(CASE WHEN state = 'open' AND held THEN 1 ELSE 0 END), 0),
            COALESCE(SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0)
        FROM outbox WHERE state IN ('open', 'dead')";
    /// Holds what is not delivered, as after a restore.
    HOLD = "UPDATE outbox SET held = TRUE, claim = NULL WHERE state = 'open'";
    /// Lets held items go.
    RELEASE = "UPDATE outbox SET held = FALSE WHERE state = 'open' AND held";
    /// Throws held items away.
    DISCARD_HELD = "UPDATE outbox SET state = 'discarded', payload = NULL, settled_at = $1, held = FALSE
        WHERE state = 'open' AND held";
    /// Removes settled items whose keys need no longer be remembered.
    SWEEP = "DELETE FROM outbox WHERE id IN
        (SELECT id FROM outbox WHERE settled_at < $1 AND state <> 'dead' LIMIT 500)";
}

crate::id!(
    /// One item of the outbox.
    pub ItemId
);

/// Who goes first when much is waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Danger: before everything else.
    Emergency,
    /// Somebody is waiting for it now: a confirmation, a call to the counter.
    Prompt,
    /// Today is early enough.
    #[default]
    Normal,
    /// To thousands, whenever there is room.
    Bulk,
}

impl Urgency {
    /// From the most to the least urgent.
    pub(crate) const ALL: [Self; 4] = [Self::Emergency, Self::Prompt, Self::Normal, Self::Bulk];
}

/// Something to be delivered.
#[derive(Clone, Debug)]
pub struct Item {
    /// Which handler delivers it: `messages.deliver`.
    pub topic: &'static str,
    /// Its name for ever: what is put under the same key again is the same item and is not put twice.
    pub key: String,
    /// What the handler needs. Erased after delivery.
    pub payload: serde_json::Value,
    /// Items of the same order go out one after the other; usually the case's id.
    pub order_by: Option<String>,
    /// Not earlier than this.
    pub not_before: Option<Instant>,
    /// Not later than this: a reminder for an appointment that is over helps nobody.
    pub not_after: Option<Instant>,
    /// Who goes first.
    pub urgency: Urgency,
}

impl Item {
    /// An item without order or time limits.
    #[must_use]
    pub fn new(topic: &'static str, key: impl Into<String>, payload: serde_json::Value) -> Self {
        Self {
            topic,
            key: key.into(),
            payload,
            order_by: None,
            not_before: None,
            not_after: None,
            urgency: Urgency::Normal,
        }
    }
}

/// Puts an item into the outbox; `false` when its key was used before.
///
/// # Errors
/// Any storage [`Error`].
pub async fn put(tx: &mut Tx<'_>, world: &World, item: &Item) -> Result<bool, Error> {
    let now = world.now();
    let id: ItemId = world.id();
    // Never before now: an item due "yesterday" would otherwise overtake those already waiting in its order.
    let due = item.not_before.map_or(now, |not_before| not_before.max(now));
    let params = [
        id.into(),
        item.topic.into(),
        item.key.as_str().into(),
        item.payload.to_string().into(),
        item.order_by.as_deref().into(),
        Value::Int(item.urgency as i64),
        due.into(),
        item.not_after.into(),
        now.into(),
    ];
    let put = tx.exec(&PUT, &params).await? == 1;
    if put && due <= now {
        tx.announce(TOPIC);
    }
    Ok(put)
}

/// Takes an item back by its key; `false` when it is already delivered, dead, or being delivered at this moment.
///
/// # Errors
/// Any storage [`Error`].
pub async fn withdraw(tx: &mut Tx<'_>, world: &World, key: &str) -> Result<bool, Error> {
    Ok(tx.exec(&WITHDRAW, &[key.into(), world.now().into()]).await? == 1)
}

/// An item that could not be delivered and waits for somebody's decision.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// Its number.
    pub id: ItemId,
    /// Its topic.
    pub topic: String,
    /// Its key.
    pub key: String,
    /// Why the last attempt failed.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was put.
    pub put_at: Instant,
    /// When it was given up.
    pub died_at: Instant,
}

/// The newest dead letters.
///
/// # Errors
/// Any storage [`Error`].
pub async fn dead_letters(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<DeadLetter>, Error> {
    let rows = tx.all(&DEAD, &[limit.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(DeadLetter {
                id: row.get(0)?,
                topic: row.get(1)?,
                key: row.get(2)?,
                reason: row.get::<Option<String>>(3)?.unwrap_or_default(),
                attempts: row.get(4)?,
                put_at: row.get(5)?,
                died_at: row.get(6)?,
            })
        })
        .collect()
}

/// Tries a dead letter again, from the first attempt; `false` when it is none.
///
/// # Errors
/// Any storage [`Error`].
pub async fn retry(tx: &mut Tx<'_>, world: &World, id: ItemId) -> Result<bool, Error> {
    let retried = tx.exec(&RETRY, &[id.into(), world.now().into()]).await? == 1;
    if retried {
        tx.announce(TOPIC);
    }
    Ok(retried)
}

/// Throws a dead letter away with its payload; `false` when it is none.
///
/// # Errors
/// Any storage [`Error`].
pub async fn discard(tx: &mut Tx<'_>, id: ItemId) -> Result<bool, Error> {
    Ok(tx.exec(&DISCARD, &[id.into()]).await? == 1)
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be delivered, now or at its time.
    pub open: u64,
    /// Held since a restore, until somebody releases or discards it.
    pub held: u64,
    /// Given up.
    pub dead: u64,
}

/// Counts what waits.
///
/// # Errors
/// Any storage [`Error`].
pub async fn counts(tx: &mut Tx<'_>) -> Result<Counts, Error> {
    let row = tx.one(&COUNT, &[]).await?;
    let count = |column| row.get::<i64>(column).map(i64::unsigned_abs);
    Ok(Counts { open: count(0)?, held: count(1)?, dead: count(2)? })
}

/// Holds everything not delivered: after a restore, what was sent since the backup must not go out again unseen.
///
/// # Errors
/// Any storage [`Error`].
pub async fn hold_all(tx: &mut Tx<'_>) -> Result<u64, Error> {
    tx.exec(&HOLD, &[]).await
}

/// Lets everything held go out.
///
/// # Errors
/// Any storage [`Error`].
pub async fn release_held(tx: &mut Tx<'_>) -> Result<u64, Error> {
    tx.announce(TOPIC);
    tx.exec(&RELEASE, &[]).await
}

/// Throws everything held away with its payloads.
///
/// # Errors
/// Any storage [`Error`].
pub async fn discard_held(tx: &mut Tx<'_>, world: &World) -> Result<u64, Error> {
    tx.exec(&DISCARD_HELD, &[world.now().into()]).await
}

/// Removes up to 500 items settled before `before`; their keys may then be used again, so leave them some weeks. See
/// [`crate::tidy()`].
///
/// # Errors
/// Any storage [`Error`].
pub async fn sweep(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Error> {
    tx.exec(&SWEEP, &[before.into()]).await
}

/// Marks one try at delivery, so that a worker whose claim ran out cannot settle what another now delivers.
pub(crate) type ClaimToken = Uuid;

#[cfg(test)]
#[path = "outbox/tests.rs"]
mod tests;
