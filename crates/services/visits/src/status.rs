//! What the resident sees of their own visit: where they stand, how long it will take, which desk calls them.

use kernel::World;
use store::{Error, Tx};

use crate::{
    queue::{Queue, WaitRange},
    state::State,
    visit::Visit,
};

/// A visit as its owner follows it.
#[derive(Clone, Debug)]
pub struct Status {
    /// The visit.
    pub visit: Visit,
    /// While waiting: 1 = next.
    pub position: Option<usize>,
    /// While waiting: the expected wait.
    pub wait: Option<WaitRange>,
    /// How many wait at the counter.
    pub waiting: usize,
}

impl Status {
    /// The desk to go to now.
    #[must_use]
    pub fn called_to(&self) -> Option<&str> {
        let called = matches!(self.visit.state(), State::Called | State::Serving);
        self.visit.progress.desk.as_deref().filter(|_| called)
    }

    /// Whether the 満足度 question may be asked now.
    #[must_use]
    pub fn may_rate(&self) -> bool {
        self.visit.state() == State::Finished && !self.visit.rated
    }
}

/// Where a visit stands in its line.
///
/// # Errors
/// Storage only.
pub async fn status(tx: &mut Tx<'_>, world: &World, visit: Visit) -> Result<Status, Error> {
    if visit.day != world.today() || visit.state().is_over() {
        return Ok(Status { visit, position: None, wait: None, waiting: 0 });
    }
    let queue = Queue::load(tx, world, visit.counter).await?;
    let waiting = queue.waiting.len();
    let ahead = queue.sequence().iter().position(|id| *id == visit.id);
    Ok(Status { position: ahead.map(|it| it + 1), wait: ahead.map(|it| queue.wait(it)), waiting, visit })
}
