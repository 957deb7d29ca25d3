//! The worker of the outbox: claims what is due, hands it over, settles it.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use kernel::World;
use kernel::time::Instant;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{ClaimToken, ItemId, TOPIC, Urgency};
use crate::{Act, Db, EVERYTHING, Engine, Error, Json, Row, Statement, Tx, Value};

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

/// How long a claim holds; then the item is taken to be abandoned.
const VISIBLE_AFTER: Duration = Duration::from_secs(120);
/// How long one delivery may take.
const DELIVERY_LIMIT: Duration = Duration::from_secs(60);
/// Items of one topic delivered side by side.
const AT_ONCE: usize = 16;
/// How often the worker looks by itself, when no wake-up came.
const LOOK: Duration = Duration::from_secs(1);
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

/// Delivers what is put into the outbox. Any number of workers may run, on any node.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    world: World,
    handlers: Arc<BTreeMap<&'static str, Arc<dyn Deliver>>>,
    /// How all claims of this worker begin.
    node: [u8; 8],
}

impl Worker {
    /// A worker with these handlers; items of other topics stay for other workers.
    #[must_use]
    pub fn new(db: Db, world: World, handlers: Vec<Arc<dyn Deliver>>) -> Self {
        let handlers = handlers.into_iter().map(|handler| (handler.topic(), handler)).collect();
        let node = world.bytes();
        Self { db, world, handlers: Arc::new(handlers), node }
    }

    /// Claims under the name of a node that keeps it for ever and runs one process at a time ([`crate::Folder::node`]): when
    /// that process died, the next one need not wait until its claims run out.
    #[must_use]
    pub fn on(self, node: [u8; 8]) -> Self {
        Self { node, ..self }
    }

    /// Delivers until `stop` turns true; what was begun is finished first. Begins with what the process before left behind.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while let Err(error) = self.take_back().await {
            tracing::warn!(%error, "the outbox waits");
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
        let mut topics = JoinSet::new();
        for handler in self.handlers.values() {
            topics.spawn(self.clone().serve(Arc::clone(handler), stop.clone()));
        }
        while let Some(served) = topics.join_next().await {
            if let Err(error) = served {
                tracing::error!(%error, "a worker of the outbox ended");
            }
        }
    }

    /// Frees the claims of this node's process before: it is dead, or this one would not hold the data folder. An embedded
    /// database belongs to one process, so there every claim is such a one. A letter that was on its way may so go out
    /// again, under the same name, as after any claim that ran out.
    async fn take_back(&self) -> Result<(), Error> {
        let (from, to) = match self.db.engine() {
            Engine::Sqlite => ([0; 16], [u8::MAX; 16]),
            Engine::Postgres => (claim_token(self.node, [0; 8]), claim_token(self.node, [u8::MAX; 8])),
        };
        let params = [self.world.now().into(), Uuid::from_bytes(from).into(), Uuid::from_bytes(to).into()];
        let freed = self
            .db
            .write(Act::bulk("outbox.take_back"), async move |tx: &mut Tx<'_>| tx.exec(&ABANDONED, &params).await)
            .await?;
        if freed > 0 {
            tracing::info!(freed, "deliveries the process before had begun are made again");
        }
        Ok(())
    }

    /// Keeps deliveries of one topic going: a slow one takes one place, not all.
    async fn serve(self, handler: Arc<dyn Deliver>, mut stop: watch::Receiver<bool>) {
        let mut wake = self.db.listen();
        let mut round = Round::default();
        let mut failing = false;
        while !*stop.borrow() {
            match self.turn(&handler, &mut round).await {
                Ok(()) => failing = false,
                Err(error) => {
                    // Said once, not every second while a database is away.
                    if !failing {
                        tracing::warn!(topic = handler.topic(), %error, "the outbox waits");
                    }
                    failing = true;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = woken(&mut wake), if !failing && round.room() > 0 => {}
                () = round.next(), if !failing && !round.under_way.is_empty() => {}
                // An error means that the sender is gone, which is a way to stop.
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        while !round.under_way.is_empty() {
            round.next().await;
        }
        if let Err(error) = self.settle(&mut round).await {
            tracing::warn!(topic = handler.topic(), %error, "what was delivered last could not be written down");
        }
    }

    /// Writes down what has ended, then claims as much as there is room for and begins to deliver it.
    async fn turn(&self, handler: &Arc<dyn Deliver>, round: &mut Round) -> Result<(), Error> {
        self.settle(round).await?;
        if round.room() > 0 {
            for item in self.claim(handler.topic(), round.room()).await? {
                round.under_way.spawn(carry(self.world.clone(), Arc::clone(handler), item));
            }
        }
        Ok(())
    }

    /// Delivers everything that is due now, and what becomes free behind it; how many deliveries were tried.
    ///
    /// # Errors
    /// Any storage [`Error`]; what was claimed comes back when its claim runs out.
    pub async fn drain(&self) -> Result<usize, Error> {
        let mut tried = 0;
        loop {
            let before = tried;
            for handler in self.handlers.values() {
                let mut round = Round::default();
                self.turn(handler, &mut round).await?;
                tried += round.under_way.len();
                while !round.under_way.is_empty() {
                    round.next().await;
                }
                self.settle(&mut round).await?;
            }
            if tried == before {
                return Ok(tried);
            }
        }
    }

    /// Claims up to `room` items of a topic, the urgent first.
    async fn claim(&self, topic: &'static str, room: usize) -> Result<Vec<Delivery>, Error> {
        let now = self.world.now();
        // Owned: a transaction that captures references cannot be spawned (the compiler's limit on async closures).
        let topic = topic.to_owned();
        let asked = topic.clone();
        let due = self
            .db
            .point(async move |tx: &mut Tx<'_>| tx.value::<i64>(&DUE, &[now.into(), asked.as_str().into()]).await);
        if due.await? == 0 {
            return Ok(Vec::new());
        }
        let claim = Uuid::from_bytes(claim_token(self.node, self.world.bytes()));
        self.db
            .write(Act::bulk("outbox.claim"), async move |tx: &mut Tx<'_>| {
                tx.exec(&STALE, &[now.into()]).await?;
                let mut claimed = Vec::new();
                for urgency in Urgency::ALL {
                    let room = i64::try_from(room - claimed.len()).unwrap_or(0);
                    if room > 0 {
                        claimed.extend(claim_of(tx, now, claim, &topic, urgency, room).await?);
                    }
                }
                Ok::<_, Error>(claimed)
            })
            .await
    }

    /// Writes down how deliveries ended, all in one transaction. What cannot be written stays in the round for the next
    /// turn: a delivery that was made must not be made again only because the database was busy.
    async fn settle(&self, round: &mut Round) -> Result<(), Error> {
        if round.ended.is_empty() {
            return Ok(());
        }
        let ended = round.ended.clone();
        let late = self
            .db
            .write(Act::bulk("outbox.settle"), async move |tx: &mut Tx<'_>| {
                let mut late = Vec::new();
                for end in &ended {
                    if tx.exec(&end.statement, &end.params).await? == 0 {
                        late.push(end.id);
                    }
                }
                Ok::<_, Error>(late)
            })
            .await;
        if late.as_ref().is_err_and(Error::is_temporary) {
            return late.map(drop);
        }
        // What can never be written would otherwise hold up everything behind it; its claims run out.
        round.ended.clear();
        let late = late?;
        for id in late {
            tracing::warn!(item = %id, "a delivery took longer than its claim; it may have been made twice");
        }
        Ok(())
    }
}

/// What a worker has in hand of one topic.
#[derive(Default)]
struct Round {
    under_way: JoinSet<End>,
    ended: Vec<End>,
}

impl Round {
    fn room(&self) -> usize {
        AT_ONCE.saturating_sub(self.under_way.len() + self.ended.len())
    }

    /// Waits until a delivery ends, and takes all that have.
    async fn next(&mut self) {
        let first = self.under_way.join_next().await;
        let more = std::iter::from_fn(|| self.under_way.try_join_next());
        for end in first.into_iter().chain(more) {
            match end {
                Ok(end) => self.ended.push(end),
                Err(error) => tracing::error!(%error, "a delivery was broken off; it is made again"),
            }
        }
    }
}

/// The statement that writes down how a delivery ended.
#[derive(Clone)]
struct End {
    id: ItemId,
    statement: Statement,
    params: Vec<Value>,
}

/// Delivers one item, unless it is too late by now.
async fn carry(world: World, handler: Arc<dyn Deliver>, item: Delivery) -> End {
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

/// A claim's name: whose it is, and which.
fn claim_token(node: [u8; 8], which: [u8; 8]) -> [u8; 16] {
    (u128::from(u64::from_be_bytes(node)) << 64 | u128::from(u64::from_be_bytes(which))).to_be_bytes()
}

/// Claims items of one urgency, in the order in which they became due.
async fn claim_of(
    tx: &mut Tx<'_>,
    now: Instant,
    claim: ClaimToken,
    topic: &str,
    urgency: Urgency,
    room: i64,
) -> Result<Vec<Delivery>, Error> {
    let until = now.plus(VISIBLE_AFTER);
    let params = [now.into(), room.into(), claim.into(), until.into(), topic.into(), Value::Int(urgency as i64)];
    let mut items = Vec::new();
    for row in tx.all(&CLAIM, &params).await? {
        items.push((row.get::<Instant>(6)?, item(&row, claim)?));
    }
    // RETURNING promises no order.
    items.sort_by_key(|(not_before, item)| (*not_before, item.id));
    Ok(items.into_iter().map(|(_, item)| item).collect())
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

/// Ends at the next wake-up: something was put, or hints were lost.
async fn woken(wake: &mut broadcast::Receiver<crate::Topic>) {
    loop {
        match wake.recv().await {
            Ok(topic) if &*topic == TOPIC || &*topic == EVERYTHING => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            // The database is being closed; only the look by time remains.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Doubled with every attempt, and up to a fifth more by the item's number, so that a thousand failures do not come back at once.
fn waiting(item: &Delivery) -> Duration {
    let doubled = FIRST_WAIT * 2_u32.saturating_pow(item.attempt.saturating_sub(1).min(16));
    let wait = doubled.min(LONGEST_WAIT);
    let spread = u32::from(item.id.uuid().as_bytes()[15]);
    wait + wait * spread / (5 * 255)
}

fn item(row: &Row, claim: ClaimToken) -> Result<Delivery, Error> {
    let payload: Json<serde_json::Value> = row.get(2)?;
    Ok(Delivery {
        id: row.get(0)?,
        key: row.get(1)?,
        payload: payload.0,
        attempt: row.get(3)?,
        put_at: row.get(4)?,
        claim,
        not_after: row.get(5)?,
    })
}
