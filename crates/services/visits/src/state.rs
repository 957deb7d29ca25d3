//! The states of a visit and which act leads from one to the next.

use crate::codes::codes;

codes! {
    /// Where a visit stands.
    pub enum State ("the state of a visit") {
        /// Has a place, has not come yet.
        Booked = "booked",
        /// Has come and waits (受付ずみ).
        Waiting = "waiting",
        /// Was called to a desk (呼出中).
        Called = "called",
        /// Sits at the desk (対応中).
        Serving = "serving",
        /// Was called and did not answer (不在); may still be called again.
        Absent = "absent",
        /// Was served (終了).
        Finished = "finished",
        /// Withdrawn by the resident or by staff (取消).
        Cancelled = "cancelled",
        /// Booked and did not come (来庁なし); may still check in, late, on the same day.
        NoShow = "no_show",
    }
}

codes! {
    /// What can be done to a visit.
    pub enum Act ("an act on a visit") {
        /// The person has come.
        CheckIn = "check_in",
        /// The counter's rule calls the person.
        Call = "call",
        /// A clerk calls this person out of turn.
        CallByHand = "call_by_hand",
        /// The person is called once more.
        Recall = "recall",
        /// The person sits down.
        Start = "start",
        /// The person has been served.
        Finish = "finish",
        /// Called, did not answer.
        Absent = "absent",
        /// Back into the line.
        Requeue = "requeue",
        /// Withdrawn.
        Cancel = "cancel",
        /// Did not come.
        NoShow = "no_show",
    }
}

impl Act {
    /// The states this act may start from.
    #[must_use]
    pub const fn from(self) -> &'static [State] {
        match self {
            Self::CheckIn => &[State::Booked, State::NoShow],
            Self::Call => &[State::Waiting],
            Self::CallByHand => &[State::Waiting, State::Absent],
            Self::Recall | Self::Start => &[State::Called],
            Self::Finish => &[State::Serving],
            Self::Absent => &[State::Called],
            Self::Requeue => &[State::Called, State::Absent],
            Self::Cancel => &[State::Booked, State::Waiting, State::Absent],
            Self::NoShow => &[State::Booked],
        }
    }

    /// The state this act leads to.
    #[must_use]
    pub const fn to(self) -> State {
        match self {
            Self::CheckIn | Self::Requeue => State::Waiting,
            Self::Call | Self::CallByHand | Self::Recall => State::Called,
            Self::Start => State::Serving,
            Self::Finish => State::Finished,
            Self::Absent => State::Absent,
            Self::Cancel => State::Cancelled,
            Self::NoShow => State::NoShow,
        }
    }

    /// Whether the act is possible in `state`.
    #[must_use]
    pub fn possible(self, state: State) -> bool {
        self.from().contains(&state)
    }

    /// Whether a clerk may take the act back. Giving a place back cannot be: somebody else may have it already.
    #[must_use]
    pub const fn undoable(self) -> bool {
        matches!(
            self,
            Self::CheckIn | Self::Call | Self::CallByHand | Self::Start | Self::Finish | Self::Absent | Self::Requeue
        )
    }
}

impl State {
    /// Whether the visit occupies its booked place. Only cancelling gives it back.
    #[must_use]
    pub const fn holds_place(self) -> bool {
        !matches!(self, Self::Cancelled)
    }

    /// Whether the person is in the house and not yet served.
    #[must_use]
    pub const fn in_house(self) -> bool {
        matches!(self, Self::Waiting | Self::Called | Self::Serving | Self::Absent)
    }

    /// Whether the person occupies a desk, or is on the way to it.
    #[must_use]
    pub const fn at_desk(self) -> bool {
        matches!(self, Self::Called | Self::Serving)
    }

    /// Whether nothing more happens to the visit today (a person marked 来庁なし may still turn up).
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Cancelled | Self::NoShow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state is reached from `booked` or `waiting` (a walk-in starts there) by acts alone.
    #[test]
    fn every_state_is_reachable() {
        let mut reached = vec![State::Booked];
        let mut grew = true;
        while grew {
            grew = false;
            for act in Act::ALL {
                if reached.iter().any(|state| act.possible(*state)) && !reached.contains(&act.to()) {
                    reached.push(act.to());
                    grew = true;
                }
            }
        }
        for state in State::ALL {
            assert!(reached.contains(state), "{state:?} is never reached");
        }
    }

    /// Being served needs having been called, finishing needs having been served.
    #[test]
    fn no_state_is_skipped() {
        for act in Act::ALL {
            match act.to() {
                State::Serving => assert_eq!(act.from(), [State::Called]),
                State::Finished => assert_eq!(act.from(), [State::Serving]),
                State::Absent => assert_eq!(act.from(), [State::Called]),
                _ => {}
            }
            assert!(!act.possible(State::Finished) && !act.possible(State::Cancelled), "{act:?} wakes the dead");
        }
    }

    #[test]
    fn codes_read_back() {
        for state in State::ALL {
            assert_eq!(State::of(state.code()), Some(*state));
        }
        assert_eq!(State::of("BOOKED"), None);
    }
}
