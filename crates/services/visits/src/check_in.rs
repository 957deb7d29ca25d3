//! 受付: a person with a booking has come; they get a ticket and stand in a line.

use kernel::{World, day::Day};
use store::{Error, Tx};

use crate::{
    clerk::Clerk,
    counter::{counter_rule, lock, next_ticket},
    line::Line,
    model::VisitId,
    number::Number,
    state::{Act, State},
    visit::Visit,
};

/// Which booking.
#[derive(Clone, Debug)]
pub enum Which {
    /// By the number, typed or scanned.
    Number(Number),
    /// Chosen from a list.
    Visit(VisitId),
}

/// A person has come.
#[derive(Clone, Debug)]
pub struct CheckIn {
    /// Which booking.
    pub which: Which,
    /// Who received them.
    pub by: Clerk,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct CheckedIn {
    /// The visit, with its ticket.
    pub visit: Visit,
    /// It had been checked in before: a second scan.
    pub already: bool,
    /// It came too late for its place in the first line.
    pub late: bool,
}

/// Why the person could not be received.
#[derive(Debug, thiserror::Error)]
pub enum CheckInError {
    /// No such booking.
    #[error("no such booking")]
    NotFound,
    /// It is for another day.
    #[error("the booking is for {0}")]
    OtherDay(Day),
    /// It was cancelled, or is already being served or over.
    #[error("the visit is {0:?}")]
    State(State),
    /// Somebody changed it at the same moment.
    #[error("the visit is being changed")]
    Busy,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Receives a person who has a booking for today.
///
/// # Errors
/// [`CheckInError`].
pub async fn check_in(tx: &mut Tx<'_>, world: &World, command: CheckIn) -> Result<CheckedIn, CheckInError> {
    let found = match &command.which {
        Which::Number(number) => Visit::find_number(tx, number).await?,
        Which::Visit(id) => Visit::find(tx, *id).await?,
    };
    let found = found.ok_or(CheckInError::NotFound)?;
    if found.day != world.today() {
        return Err(CheckInError::OtherDay(found.day));
    }
    // Two scans at once: the second waits here and then finds the person received.
    lock(tx, found.counter, found.day).await?;
    let mut visit = Visit::find(tx, found.id).await?.ok_or(CheckInError::NotFound)?;
    if visit.state() == State::Waiting {
        let late = visit.progress.line == Some(Line::WalkIn);
        return Ok(CheckedIn { visit, already: true, late });
    }
    let Some(starts_at) = visit.starts_at().filter(|_| visit.allows(Act::CheckIn)) else {
        return Err(CheckInError::State(visit.state()));
    };
    let rule = counter_rule(tx, visit.counter).await?;
    let late = world.now() > starts_at.plus_minutes(rule.grace_minutes.into());
    let line = if late { Line::WalkIn } else { Line::Booked };
    let ticket = next_ticket(tx, visit.counter, visit.day).await?;
    let next = visit.progress.checked_in(ticket, line, world.now());
    if !visit.save(tx, world, Act::CheckIn.code(), next, Some(&command.by)).await? {
        return Err(CheckInError::Busy);
    }
    Ok(CheckedIn { visit, already: false, late })
}
