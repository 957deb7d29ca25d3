//! 次の方を呼ぶ: the counter's rule decides, one clerk after another; nobody is ever called twice.

use kernel::World;
use store::{Error, Tx};

use crate::{
    clerk::Clerk,
    counter::{at_desk, counter_rule, lock, set_streak},
    line::{Line, Rule},
    model::{CounterId, Desk},
    state::Act,
    visit::{Visit, visit_columns, visit_tables},
};

/// A clerk is free.
#[derive(Clone, Debug)]
pub struct CallNext {
    /// The counter.
    pub counter: CounterId,
    /// The clerk's desk.
    pub desk: Desk,
    /// The clerk.
    pub by: Clerk,
}

/// Why nobody was called.
#[derive(Debug, thiserror::Error)]
pub enum CallNextError {
    /// Nobody waits.
    #[error("nobody waits")]
    Nobody,
    /// Somebody is at this desk or on the way to it: their ticket.
    #[error("{0} is at this desk")]
    DeskBusy(String),
    /// The waiting people were changed under the call again and again.
    #[error("the line is being changed")]
    Busy,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

store::statements! {
    /// The head of the first line.
    BOOKED = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), "
        WHERE v.counter_id = $1 AND v.day = $2 AND v.state = 'waiting' AND v.line = 'booked'
        ORDER BY v.minute, v.checked_in_at, v.id LIMIT 1");
    /// The head of the second line; with 予約専用 late bookings stand before people without one.
    WALK_IN = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), "
        WHERE v.counter_id = $1 AND v.day = $2 AND v.state = 'waiting' AND v.line = 'walk_in'
        ORDER BY CASE WHEN $3 AND v.minute IS NULL THEN 1 ELSE 0 END, v.checked_in_at, v.id LIMIT 1");
}

/// Calls the next person to the clerk's desk.
///
/// # Errors
/// [`CallNextError`].
pub async fn call_next(tx: &mut Tx<'_>, world: &World, command: CallNext) -> Result<Visit, CallNextError> {
    let CallNext { counter, desk, by } = command;
    let (now, day) = (world.now(), world.today());
    let order = counter_rule(tx, counter).await?.order;
    let streak = lock(tx, counter, day).await?;
    if let Some(ticket) = at_desk(tx, counter, day, desk.as_str()).await? {
        return Err(CallNextError::DeskBusy(ticket));
    }
    // The row above keeps other clerks out; a person may still leave the line at the same moment.
    for _ in 0..5 {
        let booked = tx.opt(&BOOKED, &[counter.into(), day.into()]).await?.as_ref().map(Visit::read).transpose()?;
        let only = order.rule == Rule::BookedOnly;
        let walk_in = tx
            .opt(&WALK_IN, &[counter.into(), day.into(), only.into()])
            .await?
            .as_ref()
            .map(Visit::read)
            .transpose()?;
        let heads = (booked.as_ref().and_then(Visit::waiting), walk_in.as_ref().and_then(Visit::waiting));
        let (chosen, streak) = match order.choose(now, streak, heads.0.as_ref(), heads.1.as_ref()) {
            None => return Err(CallNextError::Nobody),
            Some(Line::Booked) => (booked, streak + 1),
            Some(Line::WalkIn) => (walk_in, 0),
        };
        let Some(mut visit) = chosen else { return Err(CallNextError::Nobody) };
        let next = visit.progress.called(desk.as_str(), None, now);
        if visit.save(tx, world, Act::Call.code(), next, Some(&by)).await? {
            set_streak(tx, counter, day, streak).await?;
            return Ok(visit);
        }
    }
    Err(CallNextError::Busy)
}
