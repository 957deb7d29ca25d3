//! One delivery: what is handed over to a handler, how that may end, and what is written down then.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use kernel::World;
use kernel::time::Instant;

use super::{ClaimToken, ItemId};
use crate::{Error, Json, Row, Statement, Tx, Value};

crate::statements! {
    /// Settles a claim for good, or gives it up with its payload kept (`dead`).
    DONE = "UPDATE outbox SET state = 'done', payload = NULL, settled_at = $3, reason = NULL
        WHERE id = $1 AND claim = $2 AND state = 'open'";
    /// Too late at the door.
    LATE = "UPDATE outbox SET state = 'stale', payload = NULL, settled_at = $3
        WHERE id = $1 AND claim = $2 AND state = 'open'";
    /// Gives an item up.
    DEAD = "UPDATE outbox SET state = 'dead', settled_at = $3, reason = $4
        WHERE id = $1 AND claim = $2 AND state = 'open'";
    /// Tries an item again later.
    AGAIN = "UPDATE outbox SET claim = NULL, next_at = $3, reason = $4
        WHERE id = $1 AND claim = $2 AND state = 'open'";
}

/// How long one delivery may take.
const DELIVERY_LIMIT: Duration = Duration::from_secs(60);

/// Attempts before an item is given up: with the waiting below about a day, so that a relay away overnight loses nothing.
pub const ATTEMPTS: u32 = 30;

/// Waiting after the first failure; doubled after each further one.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest waiting between attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// An item at hand-over.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its number.
    pub id: ItemId,
    /// Its name for ever, by which a receiver recognises a repetition.
    pub key: String,
    /// What to deliver.
    pub payload: serde_json::Value,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// When it was put.
    pub put_at: Instant,
    claim: ClaimToken,
    not_after: Option<Instant>,
}

impl Delivery {
    /// From id, key, payload, attempts, `put_at` and `not_after` of a claimed item.
    pub(super) fn of_row(row: &Row, claim: ClaimToken) -> Result<Self, Error> {
        let payload: Json<serde_json::Value> = row.get(2)?;
        Ok(Self {
            id: row.get(0)?,
            key: row.get(1)?,
            payload: payload.0,
            attempt: row.get(3)?,
            put_at: row.get(4)?,
            claim,
            not_after: row.get(5)?,
        })
    }
}

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Handed over.
    Done,
    /// Not now; perhaps later.
    Retry {
        /// Why, for staff. No personal data.
        reason: String,
    },
    /// Never; staff should see it.
    Dead {
        /// Why, for staff. No personal data.
        reason: String,
    },
}

/// What [`Deliver::deliver`] answers with.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Delivers the items of one topic.
pub trait Deliver: Send + Sync {
    /// The topic.
    fn topic(&self) -> &'static str;
    /// Hands one item over to the outside world. May be called again for the same item, after a crash in between.
    fn deliver(&self, item: Delivery) -> Delivering<'_>;
}

/// The statement that writes down how a delivery ended.
#[derive(Clone)]
pub(super) struct End {
    id: ItemId,
    statement: Statement,
    params: Vec<Value>,
}

impl End {
    /// What was delivered.
    pub(super) fn id(&self) -> ItemId {
        self.id
    }

    /// Writes it down; `false` when the claim was no longer held.
    pub(super) async fn write_down(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        Ok(tx.exec(&self.statement, &self.params).await? == 1)
    }
}

/// Delivers one item, unless it is too late by now.
pub(super) async fn carry(world: World, handler: Arc<dyn Deliver>, item: Delivery) -> End {
    let too_late = item.not_after.is_some_and(|limit| world.now() > limit);
    let outcome = match () {
        () if too_late => None,
        // Every attempt ended without a word: whatever it does to the process, it must not do it for ever.
        () if item.attempt > ATTEMPTS => Some(Outcome::Dead { reason: "every attempt was broken off".to_owned() }),
        () => Some(deliver(handler, item.clone()).await),
    };
    let now = world.now();
    let (id, claim) = (item.id, item.claim);
    let (statement, params) = match outcome {
        Some(Outcome::Done) => (DONE, vec![id.into(), claim.into(), now.into()]),
        None => (LATE, vec![id.into(), claim.into(), now.into()]),
        Some(Outcome::Retry { reason }) if item.attempt < ATTEMPTS => {
            let reason = tidy(&reason);
            tracing::info!(item = %id, attempt = item.attempt, reason, "a delivery is tried again later");
            (AGAIN, vec![id.into(), claim.into(), now.plus(waiting(&item)).into(), reason.into()])
        }
        Some(Outcome::Retry { reason } | Outcome::Dead { reason }) => {
            let reason = tidy(&reason);
            tracing::warn!(item = %id, attempt = item.attempt, reason, "a delivery is given up");
            (DEAD, vec![id.into(), claim.into(), now.into(), reason.into()])
        }
    };
    End { id, statement, params }
}

/// Reasons quote what other systems answer, which may be long and hold anything.
fn tidy(reason: &str) -> String {
    reason.chars().take(500).map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// Hands one item over, within its time; a handler that panics harms one delivery and not the worker.
async fn deliver(handler: Arc<dyn Deliver>, item: Delivery) -> Outcome {
    let id = item.id;
    let delivering = AssertUnwindSafe(handler.deliver(item)).catch_unwind();
    match tokio::time::timeout(DELIVERY_LIMIT, delivering).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            tracing::error!(item = %id, "a handler of the outbox panicked");
            Outcome::Retry { reason: "the handler failed".to_owned() }
        }
        Err(_) => Outcome::Retry { reason: format!("no answer within {} s", DELIVERY_LIMIT.as_secs()) },
    }
}

/// Doubled with every attempt, and up to a fifth more by the item's number, so that a thousand failures do not come back at once.
fn waiting(item: &Delivery) -> Duration {
    let doubled = FIRST_WAIT * 2_u32.saturating_pow(item.attempt.saturating_sub(1).min(16));
    let wait = doubled.min(LONGEST_WAIT);
    let spread = u32::from(item.id.uuid().as_bytes()[15]);
    wait + wait * spread / (5 * 255)
}
