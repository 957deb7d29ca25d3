//! What happens between the call and the end: call by hand, once more, start, finish, 不在, back into the line.

use kernel::{World, text::Line as TextLine};
use store::{Error, Tx};

use crate::{
    clerk::{By, Clerk},
    counter::{at_desk, lock, set_streak},
    line::Line,
    model::{Desk, Outcome, VisitId},
    state::{Act, State},
    texts::{self, Site},
    trail,
    visit::{Progress, Visit},
};

/// Why an act at the counter was refused.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// No such visit.
    #[error("no such visit")]
    NotFound,
    /// Where it stands, this cannot be done.
    #[error("the visit is {0:?}")]
    State(State),
    /// It is not of today.
    #[error("the visit is not of today")]
    OtherDay,
    /// Somebody is at this desk or on the way to it: their ticket.
    #[error("{0} is at this desk")]
    DeskBusy(String),
    /// Somebody changed it at the same moment.
    #[error("the visit is being changed")]
    Busy,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

store::statements! {
    /// A visit without contact gets an empty one, so that its time to be forgotten comes too.
    FORGET_LATER = "INSERT INTO visit_contact (visit_id, erase_on)
                    SELECT CAST($1 AS {uuid}), CAST($2 AS BIGINT) + keep_days FROM visit_service WHERE id = $3
                    ON CONFLICT (visit_id) DO NOTHING";
}

/// Finds a visit of today on which `act` is possible.
async fn find(tx: &mut Tx<'_>, world: &World, visit: VisitId, act: Act) -> Result<Visit, ServeError> {
    let visit = Visit::find(tx, visit).await?.ok_or(ServeError::NotFound)?;
    if visit.day != world.today() {
        return Err(ServeError::OtherDay);
    }
    if !visit.allows(act) {
        return Err(ServeError::State(visit.state()));
    }
    Ok(visit)
}

async fn save(
    tx: &mut Tx<'_>,
    world: &World,
    mut visit: Visit,
    act: Act,
    next: Progress,
    by: &Clerk,
) -> Result<Visit, ServeError> {
    if visit.save(tx, world, act.code(), next, Some(by)).await? { Ok(visit) } else { Err(ServeError::Busy) }
}

/// Calls this person out of turn; the reason is kept.
///
/// # Errors
/// [`ServeError`].
pub async fn call_by_hand(
    tx: &mut Tx<'_>,
    world: &World,
    visit: VisitId,
    desk: &Desk,
    reason: &TextLine<200>,
    by: Clerk,
) -> Result<Visit, ServeError> {
    let visit = find(tx, world, visit, Act::CallByHand).await?;
    let streak = lock(tx, visit.counter, visit.day).await?;
    if let Some(ticket) = at_desk(tx, visit.counter, visit.day, desk.as_str()).await? {
        return Err(ServeError::DeskBusy(ticket));
    }
    let streak = if visit.progress.line == Some(Line::Booked) { streak + 1 } else { 0 };
    set_streak(tx, visit.counter, visit.day, streak).await?;
    // The reason stands with the visit only, where it is forgotten with the contact.
    tx.exec(&FORGET_LATER, &[visit.id.into(), visit.day.into(), visit.service.into()]).await?;
    trail::record(tx, world, &By::Staff(by), "visits.call_by_hand", visit.id, None).await?;
    let next = visit.progress.called(desk.as_str(), Some(reason.as_str().to_owned()), world.now());
    save(tx, world, visit, Act::CallByHand, next, &by).await
}

/// Calls the person once more to the same desk.
///
/// # Errors
/// [`ServeError`].
pub async fn recall(tx: &mut Tx<'_>, world: &World, visit: VisitId, by: Clerk) -> Result<Visit, ServeError> {
    let visit = find(tx, world, visit, Act::Recall).await?;
    let next = visit.progress.recalled(world.now());
    save(tx, world, visit, Act::Recall, next, &by).await
}

/// The person sits down.
///
/// # Errors
/// [`ServeError`].
pub async fn start(tx: &mut Tx<'_>, world: &World, visit: VisitId, by: Clerk) -> Result<Visit, ServeError> {
    let visit = find(tx, world, visit, Act::Start).await?;
    let next = visit.progress.started(world.now());
    save(tx, world, visit, Act::Start, next, &by).await
}

/// The person has been served; the visit ends and can be rated. Whoever gave an address is asked by letter, later.
///
/// # Errors
/// [`ServeError`].
pub async fn finish(
    tx: &mut Tx<'_>,
    world: &World,
    visit: VisitId,
    outcome: Outcome,
    site: &Site,
    by: Clerk,
) -> Result<Visit, ServeError> {
    let visit = find(tx, world, visit, Act::Finish).await?;
    let next = visit.progress.finished(outcome, world.now());
    let visit = save(tx, world, visit, Act::Finish, next, &by).await?;
    texts::survey(tx, world, site, &visit).await?;
    Ok(visit)
}

/// 不在: the person was called and did not answer; they may be called again.
///
/// # Errors
/// [`ServeError`].
pub async fn absent(tx: &mut Tx<'_>, world: &World, visit: VisitId, by: Clerk) -> Result<Visit, ServeError> {
    let visit = find(tx, world, visit, Act::Absent).await?;
    let next = visit.progress.absent();
    save(tx, world, visit, Act::Absent, next, &by).await
}

/// The person is back, or was called by mistake: into the line again, among its first.
///
/// # Errors
/// [`ServeError`].
pub async fn back_to_waiting(tx: &mut Tx<'_>, world: &World, visit: VisitId, by: Clerk) -> Result<Visit, ServeError> {
    let visit = find(tx, world, visit, Act::Requeue).await?;
    let next = visit.progress.requeued();
    save(tx, world, visit, Act::Requeue, next, &by).await
}
