//! 発券: somebody comes without a booking; they get a ticket, a number and a secret link of their own.

use kernel::{World, locale::Locale};
use store::{Error, Tx};

use crate::{
    clerk::Clerk,
    counter::{counter_rule, next_ticket},
    emit::{About, topic_and_unit},
    insert::{NewVisit, insert_contact},
    line::{Line, Rule},
    link::LinkKey,
    model::{Channel, Contact, Needs, ServiceId, VisitId, Who},
    service::service,
    state::State,
    visit::{Progress, Visit},
};

/// Somebody without a booking.
#[derive(Clone, Debug)]
pub struct AddWalkIn {
    /// What they come for.
    pub service: ServiceId,
    /// Who comes.
    pub who: Who,
    /// Help needed.
    pub needs: Needs,
    /// A name for the clerk, if they like.
    pub contact: Contact,
    /// Their language.
    pub locale: Locale,
    /// The clerk; none at a kiosk.
    pub by: Option<Clerk>,
}

/// A ticket that was given.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// The visit, waiting.
    pub visit: Visit,
    /// The secret of its link, for the QR code on the ticket.
    pub secret: String,
}

/// Why no ticket was given.
#[derive(Debug, thiserror::Error)]
pub enum WalkInError {
    /// There is no such service, or it is not offered any more. (Who comes for one that needs no visit is served.)
    #[error("no such service")]
    NoSuchService,
    /// The counter is 予約専用.
    #[error("the counter takes bookings only")]
    BookedOnly,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Gives a ticket.
///
/// # Errors
/// [`WalkInError`].
pub async fn add_walk_in(tx: &mut Tx<'_>, world: &World, command: AddWalkIn) -> Result<Ticket, WalkInError> {
    let service = service(tx, command.service).await?.filter(|it| it.active).ok_or(WalkInError::NoSuchService)?;
    if counter_rule(tx, service.counter).await?.order.rule == Rule::BookedOnly {
        return Err(WalkInError::BookedOnly);
    }
    let (now, day) = (world.now(), world.today());
    let id: VisitId = world.id();
    let ticket = next_ticket(tx, service.counter, day).await?;
    let progress = Progress::new(State::Waiting).checked_in(ticket, Line::WalkIn, now);
    let new = NewVisit {
        id,
        service: service.id,
        counter: service.counter,
        channel: Channel::WalkIn,
        day,
        slot: None,
        minutes: service.minutes,
        who: command.who,
        needs: command.needs,
        locale: command.locale,
        made_at: now,
        progress,
        rated: false,
    };
    let (topic, unit) = topic_and_unit(tx, new.service, new.counter).await?;
    let came = About::new(&new, topic, unit).happened(&Progress::new(State::Booked), &new.progress);
    facts::record_all(tx, world, &came).await?;
    let number = new.insert(tx, world).await?;
    insert_contact(tx, id, &command.contact, day.plus(service.keep_days.into())).await?;
    let secret = LinkKey::make(tx, world).await?.secret(id);
    let visit = new.written(number, service.name, service.code, &command.contact);
    visit.announce(tx);
    Ok(Ticket { visit, secret })
}
