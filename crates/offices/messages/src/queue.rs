//! Queueing a message with the change it tells of, and taking it back.

use kernel::World;
use kernel::locale::Locale;
use kernel::time::Instant;
use serde::{Deserialize, Serialize};
use store::outbox::{self, Item, ItemId, Urgency};
use store::{Error, Tx};
use uuid::Uuid;

use crate::args::Args;
use crate::kind::Kind;
use crate::recipient::{Key, Recipient};
use crate::record::MessageId;

/// The outbox topic of this office.
pub const TOPIC: &str = "messages";

store::statements! {
    INSERT = "INSERT INTO message
            (id, key, kind, recipient, locale, simulated, order_by, state, attempts, queued_at, not_before, not_after, case_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, $8, $9, $10, $11) ON CONFLICT (key) DO NOTHING";
    FIND = "SELECT id FROM message WHERE key = $1";
    /// An attempt under way is marked too: if it fails, no other follows.
    WITHDRAW = "UPDATE message SET state = 'withdrawn', settled_at = $2
        WHERE key = $1 AND state IN ('queued', 'failed', 'handed_over', 'dead')";
    WAS_UNDER_WAY = "SELECT 1 FROM message WHERE key = $1 AND state = 'handed_over'";
    pub(crate) ITEM = "SELECT id FROM outbox WHERE key = $1";
}

/// A message to one recipient.
#[derive(Debug, Clone)]
pub struct Message {
    /// What it says.
    pub kind: Kind,
    /// Who gets it.
    pub to: Recipient,
    /// The language they read.
    pub locale: Locale,
    /// The values of its text.
    pub args: Args,
    /// Its name for ever, such as `visits.reminder/ID`: queued once, however often this is called.
    pub key: String,
    /// Messages of the same order reach the channel one after the other: the id of the case they are about.
    pub order_by: String,
    /// Not earlier than this.
    pub not_before: Option<Instant>,
    /// Not later than this: dropped instead.
    pub not_after: Option<Instant>,
    /// Who goes first when much is waiting.
    pub urgency: Urgency,
}

/// What came of queueing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queued {
    /// It will be delivered after the commit.
    New(MessageId),
    /// A message of this key was queued before; nothing changed.
    Before(MessageId),
}

/// What came of taking a message back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It will not go out.
    Withdrawn,
    /// It is being handed over at this moment: this attempt may still reach the recipient, no other follows.
    UnderWay,
    /// It went out, was dropped, or was never queued.
    NotWaiting,
}

/// What travels in the outbox until the message is delivered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) message: MessageId,
    pub(crate) stable_id: String,
    pub(crate) kind: String,
    pub(crate) to: Recipient,
    pub(crate) locale: Locale,
    pub(crate) args: Args,
}

/// Queues a message in the caller's transaction: it goes out if and only if that commits.
///
/// # Errors
/// Any storage [`Error`]; also when a value of the text is missing or the kind may not take this recipient's channel, both
/// of which are mistakes in the calling code.
pub async fn queue(tx: &mut Tx<'_>, world: &World, message: Message) -> Result<Queued, Error> {
    check(&message)?;
    let key = Key::new(store::secrets::key(tx, world, "messages").await?);
    let id: MessageId = world.id();
    let now = world.now();
    let values = [
        id.into(),
        message.key.as_str().into(),
        message.kind.name.into(),
        key.recipient(&message.to).into(),
        message.locale.code().into(),
        message.to.is_simulated().into(),
        message.order_by.as_str().into(),
        now.into(),
        message.not_before.into(),
        message.not_after.into(),
        Uuid::parse_str(&message.order_by).ok().into(),
    ];
    if tx.exec(&INSERT, &values).await? == 0 {
        return Ok(Queued::Before(tx.value(&FIND, &[message.key.as_str().into()]).await?));
    }
    let payload = Payload {
        message: id,
        stable_id: key.stable_id(&message.key),
        kind: message.kind.name.to_owned(),
        to: message.to,
        locale: message.locale,
        args: message.args,
    };
    let payload = serde_json::to_value(&payload).map_err(|error| mistake(message.kind.name, &error.to_string()))?;
    let item = Item {
        topic: TOPIC,
        key: item_key(&message.key),
        payload,
        order_by: Some(message.order_by),
        not_before: message.not_before,
        not_after: message.not_after,
        urgency: message.urgency,
    };
    outbox::put(tx, world, &item).await?;
    Ok(Queued::New(id))
}

/// Whether a message of this key was ever queued, as far back as records are kept.
///
/// # Errors
/// Any storage [`Error`].
pub async fn was_queued(tx: &mut Tx<'_>, key: &str) -> Result<bool, Error> {
    Ok(tx.opt(&FIND, &[key.into()]).await?.is_some())
}

/// Takes a message back by its key, in the transaction that makes it pointless.
///
/// # Errors
/// Any storage [`Error`].
pub async fn cancel(tx: &mut Tx<'_>, world: &World, key: &str) -> Result<Cancelled, Error> {
    let under_way = tx.opt(&WAS_UNDER_WAY, &[key.into()]).await?.is_some();
    if tx.exec(&WITHDRAW, &[key.into(), world.now().into()]).await? == 0 {
        return Ok(Cancelled::NotWaiting);
    }
    let item = item_key(key);
    if outbox::withdraw(tx, world, &item).await? {
        return Ok(Cancelled::Withdrawn);
    }
    // A dead letter is no longer open; everything else that could not be withdrawn is at a worker, which asks before it begins.
    if let Some(row) = tx.opt(&ITEM, &[item.as_str().into()]).await? {
        outbox::discard(tx, row.get::<ItemId>(0)?).await?;
    }
    Ok(if under_way { Cancelled::UnderWay } else { Cancelled::Withdrawn })
}

/// Keys of the outbox are shared by all topics.
pub(crate) fn item_key(message_key: &str) -> String {
    format!("message/{message_key}")
}

fn check(message: &Message) -> Result<(), Error> {
    let kind = &message.kind;
    if !kind.channels.contains(&message.to.via()) {
        return Err(mistake(kind.name, "this kind may not take the recipient's channel"));
    }
    match kind.args.iter().find(|name| !message.args.has(name)) {
        Some(missing) => Err(mistake(kind.name, &format!("the text needs the value {missing}"))),
        None => Ok(()),
    }
}

fn mistake(kind: &'static str, message: &str) -> Error {
    Error::Statement { statement: kind, message: message.to_owned() }
}
