//! The call board: tickets, desks and how many wait. No names, no services of single people.

use kernel::{World, time::Instant};
use store::{Error, Tx};

use crate::{
    model::CounterId,
    queue::{Queue, WaitRange},
    state::State,
};

/// One counter on the board.
#[derive(Clone, Debug)]
pub struct Board {
    /// The counter.
    pub counter: CounterId,
    /// Calls that have not ended, the latest first.
    pub calls: Vec<BoardCall>,
    /// Tickets that did not answer (不在), the latest first: whoever holds one should speak to staff.
    pub absent: Vec<BoardCall>,
    /// How many wait.
    pub waiting: usize,
    /// What somebody who comes now waits.
    pub wait: WaitRange,
    /// The same as one figure: the usual wait in minutes.
    pub wait_now: i64,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardCall {
    /// `A-047`
    pub ticket: String,
    /// 「3」番窓口
    pub desk: String,
    /// When it was called, the last time.
    pub at: Instant,
    /// How often: a new number here is a new sound.
    pub calls: i64,
    /// Being served by now.
    pub serving: bool,
}

store::statements! {
    CALLS = "SELECT state, ticket, desk, last_called_at, calls FROM visit
             WHERE counter_id = $1 AND day = $2 AND state IN ('called', 'serving', 'absent')
             ORDER BY last_called_at DESC, id DESC";
}

/// What the board of a counter shows now.
///
/// # Errors
/// Storage only.
pub async fn board(tx: &mut Tx<'_>, world: &World, counter: CounterId) -> Result<Board, Error> {
    let (mut calls, mut absent) = (Vec::new(), Vec::new());
    for row in tx.all(&CALLS, &[counter.into(), world.today().into()]).await? {
        let state: State = row.get(0)?;
        let call = BoardCall {
            ticket: row.get(1)?,
            desk: row.get::<Option<String>>(2)?.unwrap_or_default(),
            at: row.get(3)?,
            calls: row.get(4)?,
            serving: state == State::Serving,
        };
        if state == State::Absent { absent.push(call) } else { calls.push(call) }
    }
    let queue = Queue::load(tx, world, counter).await?;
    let waiting = queue.waiting.len();
    Ok(Board { counter, calls, absent, waiting, wait: queue.wait(waiting), wait_now: queue.wait_now() })
}
