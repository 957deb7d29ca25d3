//! Claims: which items a worker takes, for how long they are its own, and what becomes of those of a dead process.

use std::time::Duration;

use kernel::time::Instant;
use uuid::Uuid;

use super::{ClaimToken, Delivery, Urgency};
use crate::{Engine, Error, Tx, Value};

crate::statements! {
    /// Whether anything of a topic is due: asked before claiming, so that an idle city writes nothing.
    DUE = "SELECT COUNT(*) FROM (
        SELECT 1 FROM outbox WHERE state = 'open' AND NOT held AND topic = $2 AND next_at <= $1 LIMIT 1) AS due";
    /// Drops what is too late, unless it is being delivered at this moment. (The plus signs keep the engine to the index
    /// of limits, where next to nothing lies; over the one of due items it would read them all.)
    STALE = "UPDATE outbox SET state = 'stale', payload = NULL, settled_at = $1
        WHERE state = 'open' AND not_after < $1 AND +next_at <= $1 AND NOT held";
    /// Takes back what a dead process had claimed, by the beginning of its claims.
    ABANDONED = "UPDATE outbox SET claim = NULL, next_at = $1
        WHERE state = 'open' AND NOT held AND next_at > $1 AND claim >= $2 AND claim <= $3";
    /// Claims what is due of one topic and urgency, and first in its order.
    CLAIM = "WITH due AS MATERIALIZED (
            SELECT id FROM outbox AS one
            WHERE one.state = 'open' AND NOT one.held AND one.topic = $5 AND one.urgency = $6 AND one.next_at <= $1
              AND (one.order_by IS NULL OR NOT EXISTS (
                SELECT 1 FROM outbox AS earlier
                WHERE earlier.state = 'open' AND earlier.order_by IS NOT NULL AND NOT earlier.held
                  AND earlier.topic = one.topic AND earlier.order_by = one.order_by
                  AND (earlier.not_before < one.not_before
                    OR (earlier.not_before = one.not_before AND earlier.id < one.id))))
            ORDER BY one.next_at, one.id
            LIMIT $2 {skip_locked})
        UPDATE outbox SET claim = $3, next_at = $4, attempts = attempts + 1
        WHERE id IN (SELECT id FROM due) AND state = 'open' AND next_at <= $1
        RETURNING id, key, payload, attempts, put_at, not_after, not_before";
}

/// How long a claim holds; then the item is taken to be abandoned.
const VISIBLE_AFTER: Duration = Duration::from_secs(120);

/// A claim's name: whose it is, and which.
pub(super) fn name(node: [u8; 8], which: [u8; 8]) -> ClaimToken {
    Uuid::from_u64_pair(u64::from_be_bytes(node), u64::from_be_bytes(which))
}

/// The first and the last name of the claims that are this node's when it starts: on an embedded database all there are.
pub(super) fn of_node(engine: Engine, node: [u8; 8]) -> (ClaimToken, ClaimToken) {
    match engine {
        Engine::Sqlite => (Uuid::nil(), Uuid::max()),
        Engine::Postgres => (name(node, [0; 8]), name(node, [u8::MAX; 8])),
    }
}

/// Gives back what is claimed under these names; how many items.
pub(super) async fn free(tx: &mut Tx<'_>, now: Instant, (from, to): (ClaimToken, ClaimToken)) -> Result<u64, Error> {
    tx.exec(&ABANDONED, &[now.into(), from.into(), to.into()]).await
}

/// Whether anything of a topic is due.
pub(super) async fn is_due(tx: &mut Tx<'_>, now: Instant, topic: &str) -> Result<bool, Error> {
    Ok(tx.value::<i64>(&DUE, &[now.into(), topic.into()]).await? > 0)
}

/// Drops what is too late, then claims up to `room` items of a topic, the urgent first.
pub(super) async fn take(
    tx: &mut Tx<'_>,
    now: Instant,
    name: ClaimToken,
    topic: &str,
    room: usize,
) -> Result<Vec<Delivery>, Error> {
    tx.exec(&STALE, &[now.into()]).await?;
    let mut claimed = Vec::new();
    for urgency in Urgency::ALL {
        let room = i64::try_from(room - claimed.len()).unwrap_or(0);
        if room > 0 {
            claimed.extend(of_urgency(tx, now, name, topic, urgency, room).await?);
        }
    }
    Ok(claimed)
}

/// Claims items of one urgency, in the order in which they became due.
async fn of_urgency(
    tx: &mut Tx<'_>,
    now: Instant,
    name: ClaimToken,
    topic: &str,
    urgency: Urgency,
    room: i64,
) -> Result<Vec<Delivery>, Error> {
    let until = now.plus(VISIBLE_AFTER);
    let params = [now.into(), room.into(), name.into(), until.into(), topic.into(), Value::Int(urgency as i64)];
    let mut items = Vec::new();
    for row in tx.all(&CLAIM, &params).await? {
        items.push((row.get::<Instant>(6)?, Delivery::of_row(&row, name)?));
    }
    // RETURNING promises no order.
    items.sort_by_key(|(not_before, item)| (*not_before, item.id));
    Ok(items.into_iter().map(|(_, item)| item).collect())
}
