//! The worker of the outbox: claims what is due, hands it over, settles it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kernel::World;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;

use super::TOPIC;
use super::claim;
use super::delivery::{Deliver, Delivery, End, carry};
use crate::{Act, Db, EVERYTHING, Error, Tx};

/// Items of one topic delivered side by side.
const AT_ONCE: usize = 16;
/// How often the worker looks by itself, when no wake-up came.
const LOOK: Duration = Duration::from_secs(1);

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
        let (now, theirs) = (self.world.now(), claim::of_node(self.db.engine(), self.node));
        let freed = self
            .db
            .write(Act::bulk("outbox.take_back"), async move |tx: &mut Tx<'_>| claim::free(tx, now, theirs).await)
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
        let due = self.db.point(async move |tx: &mut Tx<'_>| claim::is_due(tx, now, &asked).await);
        if !due.await? {
            return Ok(Vec::new());
        }
        let name = claim::name(self.node, self.world.bytes());
        self.db
            .write(Act::bulk("outbox.claim"), async move |tx: &mut Tx<'_>| {
                claim::take(tx, now, name, &topic, room).await
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
                    if !end.write_down(tx).await? {
                        late.push(end.id());
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
