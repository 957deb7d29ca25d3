//! The post office: takes what is due from the outbox, puts it into words, picks the channel, and writes down what came of it.
//!
//! At least once, always under the same name: if the machine stops between the channel's answer and the record, the message
//! is handed over again with the same stable id (the Message-ID of a mail), by which the other side recognises it. Nobody can
//! promise more over SMTP, where a server may take a letter and be cut off before it says so.

use std::sync::Arc;

use kernel::World;
use kernel::time::Instant;
use store::outbox::{self, ATTEMPTS, Deliver, Delivering, Delivery};
use store::{Act, Db, Error, Statement, Tx, Value};

use crate::channel::{Channel, Destination, Envelope, Failure, Outcome, Why};
use crate::kind::Kinds;
use crate::queue::{Payload, TOPIC};
use crate::recipient::Recipient;
use crate::record::MessageId;
use crate::render::{Letterhead, render};

const BEGIN: Act = Act::bulk("messages.hand_over");
const SETTLE: Act = Act::bulk("messages.settle");

store::statements! {
    /// Begins an attempt, unless the message was withdrawn meanwhile or got through before a crash.
    START = "UPDATE message SET state = 'handed_over', channel = $2, attempts = attempts + 1, handed_over_at = $3, settled_at = NULL
        WHERE id = $1 AND state IN ('queued', 'failed', 'handed_over', 'dead')";
    /// What got through got through, even if it was withdrawn in the meantime.
    ACCEPTED = "UPDATE message SET state = 'accepted', why = NULL, detail = NULL, reference = $2, settled_at = $3 WHERE id = $1";
    FAILED = "UPDATE message SET state = 'failed', why = $2, detail = $3 WHERE id = $1 AND state = 'handed_over'";
    DIED = "UPDATE message SET state = 'dead', why = $2, detail = $3, settled_at = $4 WHERE id = $1 AND state = 'handed_over'";
}

/// The channels of the house. Whoever is simulated gets the simulator, whatever else is there.
#[derive(Clone)]
pub struct Channels {
    /// Real mail; without it, mail goes to the simulator.
    pub mail: Option<Arc<dyn Channel>>,
    /// Residents' inboxes in this program.
    pub inbox: Arc<dyn Channel>,
    /// Shows staff what was not sent.
    pub simulator: Arc<dyn Channel>,
}

impl Channels {
    fn of(&self, recipient: &Recipient) -> &Arc<dyn Channel> {
        match recipient {
            Recipient::Mail { simulated: false, .. } => self.mail.as_ref().unwrap_or(&self.simulator),
            Recipient::Inbox { .. } => &self.inbox,
            Recipient::Mail { simulated: true, .. } => &self.simulator,
        }
    }
}

/// Delivers messages; one for each process, given to the outbox worker.
#[derive(Clone)]
pub struct PostOffice {
    db: Db,
    world: World,
    kinds: Arc<Kinds>,
    letterhead: Arc<Letterhead>,
    channels: Channels,
}

impl PostOffice {
    /// Opens the post office.
    #[must_use]
    pub fn new(db: Db, world: World, kinds: Kinds, letterhead: Letterhead, channels: Channels) -> Self {
        Self { db, world, kinds: Arc::new(kinds), letterhead: Arc::new(letterhead), channels }
    }

    async fn hand_over(self, item: Delivery) -> outbox::Outcome {
        let payload = match Payload::read(&item) {
            Ok(payload) => payload,
            Err(reason) => return outbox::Outcome::Dead { reason },
        };
        let channel = self.channels.of(&payload.to);
        match start(self.db.clone(), payload.message, channel.name(), self.world.now()).await {
            Ok(true) => {}
            Ok(false) => return outbox::Outcome::Done,
            Err(error) => return outbox::Outcome::Retry { reason: error.to_string() },
        }
        let outcome = match self.envelope(&payload) {
            Ok(envelope) => channel.deliver(&envelope).await,
            Err(failure) => Outcome::Retry(failure),
        };
        let last = item.attempt >= ATTEMPTS;
        if let Err(error) = settle(self.db.clone(), payload.message, outcome.clone(), last, self.world.now()).await {
            // The channel may have taken it: the next attempt carries the same name.
            return outbox::Outcome::Retry { reason: error.to_string() };
        }
        match outcome {
            Outcome::Accepted { .. } => outbox::Outcome::Done,
            Outcome::Retry(failure) => outbox::Outcome::Retry { reason: said(&failure) },
            Outcome::Refused(failure) => outbox::Outcome::Dead { reason: said(&failure) },
        }
    }

    fn envelope(&self, payload: &Payload) -> Result<Envelope, Failure> {
        let kind = self.kinds.get(&payload.kind).ok_or_else(|| Failure::new(Why::Text, &payload.kind))?;
        let rendered = render(kind, payload.locale, &payload.args, &self.letterhead)?;
        Ok(Envelope {
            message: payload.message,
            stable_id: payload.stable_id.clone(),
            kind: kind.name,
            to: match &payload.to {
                Recipient::Mail { address, .. } => Destination::Mail(address.clone()),
                Recipient::Inbox { subject, .. } => Destination::Inbox(subject.clone()),
            },
            locale: payload.locale,
            subject: rendered.subject,
            body: rendered.body,
            at: self.world.now(),
            simulated: payload.to.is_simulated(),
        })
    }
}

// Owned values only: a transaction that captures references cannot be spawned (the compiler's limit on async closures).

async fn start(db: Db, message: MessageId, channel: &'static str, now: Instant) -> Result<bool, Error> {
    let values = [message.into(), channel.into(), now.into()];
    Ok(db.write(BEGIN, async move |tx: &mut Tx<'_>| tx.exec(&START, &values).await).await? > 0)
}

async fn settle(db: Db, message: MessageId, outcome: Outcome, last: bool, now: Instant) -> Result<(), Error> {
    let (statement, values): (Statement, Vec<Value>) = match outcome {
        Outcome::Accepted { reference } => (ACCEPTED, vec![message.into(), reference.into(), now.into()]),
        Outcome::Refused(failure) => {
            (DIED, vec![message.into(), failure.why.code().into(), failure.detail.into(), now.into()])
        }
        Outcome::Retry(failure) if last => {
            (DIED, vec![message.into(), Why::Exhausted.code().into(), said(&failure).into(), now.into()])
        }
        Outcome::Retry(failure) => (FAILED, vec![message.into(), failure.why.code().into(), failure.detail.into()]),
    };
    db.write(SETTLE, async move |tx: &mut Tx<'_>| tx.exec(&statement, &values).await).await.map(drop)
}

impl Deliver for PostOffice {
    fn topic(&self) -> &'static str {
        TOPIC
    }

    fn deliver(&self, item: Delivery) -> Delivering<'_> {
        Box::pin(self.clone().hand_over(item))
    }
}

impl Payload {
    fn read(item: &Delivery) -> Result<Self, String> {
        // The error's own words could quote the payload, which holds an address.
        serde_json::from_value(item.payload.clone()).map_err(|_| "the queued message cannot be read".to_owned())
    }
}

fn said(failure: &Failure) -> String {
    format!("{}: {}", failure.why.code(), failure.detail)
}
