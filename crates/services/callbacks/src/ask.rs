//! A resident asks to be called.

use std::net::IpAddr;
use std::time::Duration;

use kernel::World;
use kernel::locale::Locale;
use kernel::text::Phone;
use places::CounterId;
use store::audit::{self, Actor, Entry};
use store::limits::{self, Limit, Verdict};
use store::{Error, Tx, Value};

use crate::forget::KEEP_OPEN_DAYS;
use crate::{Callback, CallbackId, Contact, Number, Wanted, due, one};

/// Requests for one telephone in a day: more are a mistake, or a prank on whoever has that number.
const BY_PHONE: Limit = Limit { name: "callbacks.ask.phone", max: 3, window: Duration::from_secs(24 * 3600) };
/// Requests from one address in an hour; a family, an office or a library shares one.
const BY_CALLER: Limit = Limit { name: "callbacks.ask.caller", max: 20, window: Duration::from_secs(3600) };
/// Numbers tried before giving up; of a million at most a few thousand are taken.
const TRIES: u32 = 12;

/// What a resident asks.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Made when the answers were shown for checking, so that a double tap is one request.
    pub id: CallbackId,
    /// The counter whose division is to call.
    pub counter: CounterId,
    /// Whom to call and about what.
    pub contact: Contact,
    /// When the person is best reached.
    pub wanted: Wanted,
    /// The language to speak.
    pub locale: Locale,
}

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no such counter, or it serves nobody.
    #[error("no such counter")]
    NoSuchCounter,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

store::statements! {
    /// Nothing is inserted when the id or the number is taken.
    INSERT = "INSERT INTO callback (id, number, counter_id, made_at, due, wanted, locale, state, tries)
              VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', 0) ON CONFLICT DO NOTHING";
    CONTACT = "INSERT INTO callback_contact (callback_id, phone, name, about, page, erase_on)
               VALUES ($1, $2, $3, $4, $5, $6)";
}

/// Counts a request and says whether it may be made. In a transaction of its own, or a refusal would take the count back.
///
/// # Errors
/// Storage only.
pub async fn may_ask(tx: &mut Tx<'_>, world: &World, phone: &Phone, caller: IpAddr) -> Result<Verdict, Error> {
    let digits: String = phone.as_str().chars().filter(char::is_ascii_digit).collect();
    match limits::hit(tx, world, &BY_CALLER, &caller.to_string()).await? {
        Verdict::Allowed { .. } => limits::hit(tx, world, &BY_PHONE, &digits).await,
        refused @ Verdict::Refused { .. } => Ok(refused),
    }
}

/// Writes the request; the same id again gives the same request.
///
/// # Errors
/// [`AskError`].
pub async fn ask(tx: &mut Tx<'_>, world: &World, command: Ask) -> Result<Callback, AskError> {
    if let Some(before) = one(tx, command.id).await? {
        return Ok(before);
    }
    let counter = places::counter(tx, command.counter).await?.filter(|counter| counter.details.is_open);
    let counter = counter.ok_or(AskError::NoSuchCounter)?;
    let calendar = places::holidays::calendar(tx).await?;
    let due = due(world, &calendar, command.wanted);
    for _ in 0..TRIES {
        let number = Number::from_random(world.bytes());
        let params: [Value; 7] = [
            command.id.into(),
            number.as_str().into(),
            counter.id.into(),
            world.now().into(),
            due.into(),
            command.wanted.code().into(),
            command.locale.code().into(),
        ];
        if tx.exec(&INSERT, &params).await? == 0 {
            // The number is taken; or the same form arrived twice at this very moment.
            if let Some(before) = one(tx, command.id).await? {
                return Ok(before);
            }
            continue;
        }
        let contact = &command.contact;
        let params: [Value; 6] = [
            command.id.into(),
            contact.phone.as_str().into(),
            contact.name.as_ref().map(|it| it.as_str()).into(),
            contact.about.as_ref().map(|it| it.as_str()).into(),
            contact.page.as_ref().map(|it| it.as_str()).into(),
            due.plus(KEEP_OPEN_DAYS).into(),
        ];
        tx.exec(&CONTACT, &params).await?;
        audit::append(tx, world, &Entry::new(Actor::Resident, "callbacks.ask").object(command.id.uuid())).await?;
        return one(tx, command.id).await?.ok_or_else(|| Error::Lost("the request just written".to_owned()).into());
    }
    Err(Error::Lost("no free number for a call was found".to_owned()).into())
}
