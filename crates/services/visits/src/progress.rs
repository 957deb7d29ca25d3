//! What each act does to a visit's progress: pure, so that the machine can be tried out without a database.

use kernel::time::Instant;

use crate::{line::Line, model::Outcome, state::State, visit::Progress};

impl Progress {
    /// A visit that has not come yet, or (with [`Progress::checked_in`]) a walk-in.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self {
            state,
            ticket: None,
            line: None,
            desk: None,
            checked_in_at: None,
            called_at: None,
            last_called_at: None,
            calls: 0,
            by_hand: None,
            started_at: None,
            finished_at: None,
            cancelled_at: None,
            outcome: None,
        }
    }

    /// The person has come and stands in `line` with `ticket`.
    #[must_use]
    pub fn checked_in(&self, ticket: String, line: Line, now: Instant) -> Self {
        Self {
            state: State::Waiting,
            ticket: Some(ticket),
            line: Some(line),
            checked_in_at: Some(now.micros()),
            ..self.clone()
        }
    }

    /// The person is called to `desk`.
    #[must_use]
    pub fn called(&self, desk: &str, by_hand: Option<String>, now: Instant) -> Self {
        Self {
            state: State::Called,
            desk: Some(desk.to_owned()),
            called_at: self.called_at.or(Some(now.micros())),
            last_called_at: Some(now.micros()),
            calls: self.calls + 1,
            by_hand: by_hand.or_else(|| self.by_hand.clone()),
            ..self.clone()
        }
    }

    /// The person is called once more to the same desk.
    #[must_use]
    pub fn recalled(&self, now: Instant) -> Self {
        Self { last_called_at: Some(now.micros()), calls: self.calls + 1, ..self.clone() }
    }

    /// The person sits down.
    #[must_use]
    pub fn started(&self, now: Instant) -> Self {
        Self { state: State::Serving, started_at: Some(now.micros()), ..self.clone() }
    }

    /// The person has been served.
    #[must_use]
    pub fn finished(&self, outcome: Outcome, now: Instant) -> Self {
        Self { state: State::Finished, finished_at: Some(now.micros()), outcome: Some(outcome), ..self.clone() }
    }

    /// Called, did not answer.
    #[must_use]
    pub fn absent(&self) -> Self {
        Self { state: State::Absent, ..self.clone() }
    }

    /// Back into the second line; the time of arrival stays, so the person is among its first.
    #[must_use]
    pub fn requeued(&self) -> Self {
        Self { state: State::Waiting, line: Some(Line::WalkIn), desk: None, ..self.clone() }
    }

    /// Withdrawn.
    #[must_use]
    pub fn cancelled(&self, now: Instant) -> Self {
        Self { state: State::Cancelled, cancelled_at: Some(now.micros()), ..self.clone() }
    }
}
