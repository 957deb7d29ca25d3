//! 元に戻す: takes the last act at the counter back, while it is the last and was just done.

use kernel::{World, time::Instant};
use store::{Error, Json, Tx};

use crate::{
    clerk::{By, Clerk},
    counter::{at_desk, lock, set_streak},
    line::Line,
    model::VisitId,
    state::Act,
    texts, trail,
    visit::{Progress, Visit},
};

/// An act can be taken back for so many minutes.
pub const UNDO_MINUTES: i64 = 10;

/// Why it was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// No such visit.
    #[error("no such visit")]
    NotFound,
    /// The last act cannot be taken back: there is none, or it gave a place away.
    #[error("the last act cannot be taken back")]
    NotPossible,
    /// The person has said how it was: their answer belongs to a visit that is over.
    #[error("the person has answered for this visit already")]
    Rated,
    /// It is too long ago.
    #[error("too long ago")]
    TooLate,
    /// Somebody else is at the desk by now: their ticket.
    #[error("{0} is at the desk by now")]
    DeskBusy(String),
    /// Somebody changed the visit at the same moment.
    #[error("the visit is being changed")]
    Busy,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

store::statements! {
    LAST = "SELECT act, at, before FROM visit_act WHERE visit_id = $1 AND version = $2";
    TAKEN_BACK = "UPDATE visit_act SET undone_at = $3 WHERE visit_id = $1 AND version = $2";
}

/// Puts a visit back to where it stood before the last act.
///
/// # Errors
/// [`UndoError`].
pub async fn undo(tx: &mut Tx<'_>, world: &World, id: VisitId, by: Clerk) -> Result<Visit, UndoError> {
    let found = Visit::find(tx, id).await?.ok_or(UndoError::NotFound)?;
    let streak = lock(tx, found.counter, found.day).await?;
    let mut visit = Visit::find(tx, id).await?.ok_or(UndoError::NotFound)?;
    let version = visit.version;
    let Some(row) = tx.opt(&LAST, &[id.into(), version.into()]).await? else { return Err(UndoError::NotPossible) };
    let act = Act::of(&row.get::<String>(0)?).filter(|it| it.undoable()).ok_or(UndoError::NotPossible)?;
    if visit.rated {
        return Err(UndoError::Rated);
    }
    if world.now() > row.get::<Instant>(1)?.plus_minutes(UNDO_MINUTES) || visit.day != world.today() {
        return Err(UndoError::TooLate);
    }
    let before = row.get::<Option<Json<Progress>>>(2)?.ok_or(UndoError::NotPossible)?.0;
    let returns_to = before.desk.as_deref().filter(|_| before.state.at_desk() && !visit.state().at_desk());
    if let Some(desk) = returns_to
        && let Some(ticket) = at_desk(tx, visit.counter, visit.day, desk).await?
    {
        return Err(UndoError::DeskBusy(ticket));
    }
    if matches!(act, Act::Call | Act::CallByHand) && before.line == Some(Line::Booked) {
        set_streak(tx, visit.counter, visit.day, streak.saturating_sub(1)).await?;
    }
    tx.exec(&TAKEN_BACK, &[id.into(), version.into(), world.now().into()]).await?;
    trail::record(tx, world, &By::Staff(by), "visits.undo", id, Some(act.code())).await?;
    if act == Act::Finish {
        texts::no_survey(tx, world, &visit).await?;
    }
    if visit.save(tx, world, "undo", before, Some(&by)).await? { Ok(visit) } else { Err(UndoError::Busy) }
}
