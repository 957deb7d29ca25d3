//! 臨時休業: a counter, or one of its services, closes on a day. Nothing more is sold; who has booked is listed.

use kernel::{World, day::Day, locale::Localized};
use store::{Error, Json, Tx};

use crate::{
    clerk::{By, Clerk},
    model::{ClosureId, CounterId, ServiceId},
    trail,
    visit::{Visit, topic_counter, topic_service, visit_columns, visit_tables},
};

/// A closed day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// Its id.
    pub id: ClosureId,
    /// The counter.
    pub counter: CounterId,
    /// One service only; none = all of them.
    pub service: Option<ServiceId>,
    /// The day.
    pub day: Day,
    /// Why, for residents.
    pub reason: Localized,
}

/// What closing a day means.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The closure.
    pub id: ClosureId,
    /// Bookings of that day, by time: staff move or cancel them and tell people.
    pub booked: Vec<Visit>,
}

/// Why it was not closed or opened.
#[derive(Debug, thiserror::Error)]
pub enum CloseDayError {
    /// The day is over.
    #[error("the day is over")]
    Past,
    /// A reason is needed.
    #[error("a reason is needed")]
    NoReason,
    /// No such closure, or it was lifted before.
    #[error("no such closure")]
    NotFound,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

store::statements! {
    ADD = "INSERT INTO visit_closure (id, counter_id, service_id, day, reason, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
    LIFT = "UPDATE visit_closure SET lifted_at = $2 WHERE id = $1 AND lifted_at IS NULL RETURNING counter_id, service_id, day";
    LIST = "SELECT id, counter_id, service_id, day, reason FROM visit_closure
            WHERE counter_id = $1 AND day >= $2 AND lifted_at IS NULL ORDER BY day, id";
    SERVICES = "SELECT id FROM visit_service WHERE counter_id = $1 ORDER BY id";
    CLOSE = "UPDATE visit_slot SET closed = TRUE WHERE service_id = $1 AND day = $2";
    /// Opens the slots again unless another closure still holds.
    OPEN = "UPDATE visit_slot SET closed = FALSE WHERE service_id = $1 AND day = $2
            AND NOT EXISTS (SELECT 1 FROM visit_closure c WHERE c.counter_id = $3 AND c.day = $2 AND c.lifted_at IS NULL
                            AND (c.service_id IS NULL OR c.service_id = $1))";
    BOOKED = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), "
        WHERE v.counter_id = $1 AND v.day = $2 AND v.state = 'booked' ORDER BY v.minute, v.id");
}

async fn affected(tx: &mut Tx<'_>, counter: CounterId, service: Option<ServiceId>) -> Result<Vec<ServiceId>, Error> {
    let all: Vec<ServiceId> =
        tx.all(&SERVICES, &[counter.into()]).await?.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    Ok(all.into_iter().filter(|it| service.is_none_or(|one| one == *it)).collect())
}

/// Closes a day.
///
/// # Errors
/// [`CloseDayError`].
pub async fn close_day(
    tx: &mut Tx<'_>,
    world: &World,
    counter: CounterId,
    service: Option<ServiceId>,
    day: Day,
    reason: Localized,
    by: Clerk,
) -> Result<Closed, CloseDayError> {
    if day < world.today() {
        return Err(CloseDayError::Past);
    }
    if reason.ja.trim().is_empty() {
        return Err(CloseDayError::NoReason);
    }
    let id: ClosureId = world.id();
    let params = [id.into(), counter.into(), service.into(), day.into(), (&Json(&reason)).into(), world.now().into()];
    tx.exec(&ADD, &params).await?;
    trail::record(tx, world, &By::Staff(by), "visits.close_day", id, Some(&day.to_string())).await?;
    for it in affected(tx, counter, service).await? {
        tx.exec(&CLOSE, &[it.into(), day.into()]).await?;
        tx.announce(topic_service(it).as_str());
    }
    tx.announce(topic_counter(counter).as_str());
    let rows = tx.all(&BOOKED, &[counter.into(), day.into()]).await?;
    let booked: Vec<Visit> = rows.iter().map(Visit::read).collect::<Result<_, _>>()?;
    Ok(Closed { id, booked: booked.into_iter().filter(|it| service.is_none_or(|one| one == it.service)).collect() })
}

/// Opens a closed day again.
///
/// # Errors
/// [`CloseDayError`].
pub async fn reopen_day(tx: &mut Tx<'_>, world: &World, id: ClosureId, by: Clerk) -> Result<(), CloseDayError> {
    let row = tx.opt(&LIFT, &[id.into(), world.now().into()]).await?.ok_or(CloseDayError::NotFound)?;
    let (counter, service, day): (CounterId, Option<ServiceId>, Day) = (row.get(0)?, row.get(1)?, row.get(2)?);
    trail::record(tx, world, &By::Staff(by), "visits.reopen_day", id, Some(&day.to_string())).await?;
    for it in affected(tx, counter, service).await? {
        tx.exec(&OPEN, &[it.into(), day.into(), counter.into()]).await?;
        tx.announce(topic_service(it).as_str());
    }
    tx.announce(topic_counter(counter).as_str());
    Ok(())
}

/// The closed days of a counter from a day on.
///
/// # Errors
/// Storage only.
pub async fn closures(tx: &mut Tx<'_>, counter: CounterId, from: Day) -> Result<Vec<Closure>, Error> {
    let rows = tx.all(&LIST, &[counter.into(), from.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Closure {
                id: row.get(0)?,
                counter: row.get(1)?,
                service: row.get(2)?,
                day: row.get(3)?,
                reason: row.get::<Json<Localized>>(4)?.0,
            })
        })
        .collect()
}
