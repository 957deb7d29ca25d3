//! Booking a place, by the resident on the web or by staff on the telephone, each from their own places.
//!
//! The claim is one conditional UPDATE of the slot's count with a CHECK behind it; it stands last in the
//! transaction, so that on PostgreSQL the contended row is locked as shortly as possible. If it
//! finds no place, everything before it is rolled back. The fact travels with it and so costs PostgreSQL no round trip.

use kernel::{
    World,
    day::Day,
    locale::{Locale, Localized},
    time::Instant,
};
use serde::Serialize;
use store::{Error, Json, Statement, Tx, Value};

use crate::{
    clerk::By,
    emit::{About, unit_of_counter},
    insert::{NewVisit, insert_contact},
    letter_limit::{self, Confirmation},
    link::LinkKey,
    model::{Channel, Contact, CounterId, Needs, NotNow, ServiceId, SlotId, VisitId, Who, Window},
    number::Number,
    state::State,
    texts::{self, Site},
    trail,
    visit::{Progress, Visit, topic_counter, topic_service},
};

/// A wish to book. Its serialised form is the command an idempotency key is bound to.
#[derive(Clone, Debug, Serialize)]
pub struct Book {
    /// The visit's id when the caller has drawn it, so that an idempotency key can name it; else it is drawn here.
    #[serde(skip)]
    pub id: Option<VisitId>,
    /// The service.
    pub service: ServiceId,
    /// The time.
    pub slot: SlotId,
    /// Who comes.
    pub who: Who,
    /// Help needed.
    pub needs: Needs,
    /// How to reach the person.
    pub contact: Contact,
    /// The language of messages.
    pub locale: Locale,
    /// The resident takes a web place, a clerk a staff place.
    pub by: By,
    /// Where pages are, for the letters.
    pub site: Site,
}

/// A booking that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The visit.
    pub id: VisitId,
    /// 予約番号.
    pub number: Number,
    /// The secret of its link; stored nowhere.
    pub secret: String,
    /// The service.
    pub service: ServiceId,
    /// The service's name.
    pub service_name: Localized,
    /// The counter to come to.
    pub counter: CounterId,
    /// The time.
    pub slot: SlotId,
    /// The same as an instant.
    pub starts_at: Instant,
    /// Whether a letter confirms it.
    pub confirmation: Confirmation,
}

/// Why a place could not be booked. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// There is no such service, or it needs no booking.
    #[error("no such bookable service")]
    NoSuchService,
    /// The service has no places at that time.
    #[error("no such slot")]
    NoSuchSlot,
    /// The time is over.
    #[error("the time is over")]
    Past,
    /// Booking for that day opens later.
    #[error("booking opens on {0}")]
    NotYet(Day),
    /// The last moment to book it was this.
    #[error("booking closed at {}", .0.to_rfc3339_jst())]
    TooLate(Instant),
    /// The counter is closed then.
    #[error("closed")]
    Closed,
    /// No place is left.
    #[error("full")]
    Full,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<NotNow> for BookError {
    fn from(why: NotNow) -> Self {
        match why {
            NotNow::Past => Self::Past,
            NotNow::NotYet(day) => Self::NotYet(day),
            NotNow::TooLate(at) => Self::TooLate(at),
        }
    }
}

store::statements! {
    /// The service with the slot, if it has one.
    LOOK = concat!("SELECT s.counter_id, s.name, s.minutes, s.needs_visit AND s.active, s.open_days, s.lead_minutes, s.cutoff_days,
              s.cutoff_minute, s.keep_days, t.closed, t.web_capacity - t.web_booked, t.staff_capacity - t.staff_booked, s.code, ", unit_of_counter!("s.counter_id"), "
            FROM visit_service s LEFT JOIN visit_slot t ON t.service_id = s.id AND t.day = $2 AND t.minute = $3
            WHERE s.id = $1");
    CLAIM_WEB = "UPDATE visit_slot SET web_booked = web_booked + 1
                 WHERE service_id = $1 AND day = $2 AND minute = $3 AND closed = FALSE AND web_booked < web_capacity";
    CLAIM_STAFF = "UPDATE visit_slot SET staff_booked = staff_booked + 1
                   WHERE service_id = $1 AND day = $2 AND minute = $3 AND closed = FALSE AND staff_booked < staff_capacity";
}

/// Books a place: claim, visit, contact, confirmation, reminder and trail in one transaction.
///
/// # Errors
/// [`BookError`]; the caller must let it roll the transaction back.
pub async fn book(tx: &mut Tx<'_>, world: &World, command: Book) -> Result<Booked, BookError> {
    let Book { id, service, slot, who, needs, contact, locale, by, site } = command;
    let at = [service.into(), slot.day.into(), slot.minute.into()];
    let channel = if by.clerk().is_some() { Channel::Staff } else { Channel::Web };

    // A cheap look first: a refusal writes nothing. Only the claim below decides.
    let Some(row) = tx.opt(&LOOK, &at).await? else { return Err(BookError::NoSuchService) };
    if !row.get::<bool>(3)? {
        return Err(BookError::NoSuchService);
    }
    let Some(closed) = row.get::<Option<bool>>(9)? else { return Err(BookError::NoSuchSlot) };
    let window = Window {
        open_days: row.get(4)?,
        lead_minutes: row.get(5)?,
        cutoff_days: row.get(6)?,
        cutoff_minute: row.get(7)?,
    };
    window.check(channel, slot, world.now())?;
    if closed {
        return Err(BookError::Closed);
    }
    if row.get::<i64>(if channel == Channel::Staff { 11 } else { 10 })? <= 0 {
        return Err(BookError::Full);
    }
    let counter: CounterId = row.get(0)?;
    let service_name = row.get::<Json<Localized>>(1)?.0;

    let code: String = row.get(12)?;
    let id: VisitId = id.unwrap_or_else(|| world.id());
    let visit = NewVisit {
        id,
        service,
        counter,
        channel,
        day: slot.day,
        slot: Some(slot),
        minutes: row.get(2)?,
        who,
        needs,
        locale,
        made_at: world.now(),
        progress: Progress::new(State::Booked),
        rated: false,
    };
    let booked = About::new(&visit, code.clone(), row.get(13)?).booked(world.now());
    let number = visit.insert(tx, world).await?;
    insert_contact(tx, id, &contact, slot.day.plus(row.get::<u16>(8)?.into())).await?;
    let secret = LinkKey::make(tx, world).await?.secret(id);
    let visit = visit.written(number, service_name, code, &contact);
    let confirmation = texts::booked(tx, world, &site, &visit, &by).await?;
    trail::record(tx, world, &by, "visits.book", id, None).await?;

    let claim = if channel == Channel::Staff { &CLAIM_STAFF } else { &CLAIM_WEB };
    let mut steps: Vec<(&'static Statement, Vec<Value>)> = facts::steps(world, &booked).into();
    steps.push((claim, at.to_vec()));
    if tx.pipeline(&steps).await?.last() != Some(&1) {
        return Err(BookError::Full);
    }
    tx.announce(facts::TOPIC);
    tx.announce(topic_service(service).as_str());
    if slot.day == world.today() {
        tx.announce(topic_counter(counter).as_str());
    }
    Booked::of(visit, slot, secret, confirmation).ok_or(BookError::Store(Error::NoRow("the number of a new booking")))
}

/// The answer of a booking made before, for a repeated command.
///
/// # Errors
/// Storage only.
pub async fn booked_before(tx: &mut Tx<'_>, id: VisitId) -> Result<Option<Booked>, Error> {
    let Some(visit) = Visit::find(tx, id).await? else { return Ok(None) };
    let secret = LinkKey::find(tx).await?.map(|key| key.secret(id)).unwrap_or_default();
    let confirmation = letter_limit::confirmation(tx, &visit).await?;
    Ok(visit.slot().and_then(|slot| Booked::of(visit, slot, secret, confirmation)))
}

impl Booked {
    fn of(visit: Visit, slot: SlotId, secret: String, confirmation: Confirmation) -> Option<Self> {
        Some(Self {
            id: visit.id,
            number: visit.number?,
            secret,
            service: visit.service,
            service_name: visit.service_name,
            counter: visit.counter,
            slot,
            starts_at: slot.starts_at(),
            confirmation,
        })
    }
}
