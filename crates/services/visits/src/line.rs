//! Who is called next: the two lines of a counter and the rule between them.
//!
//! People with a booking who came in time wait in one line, ordered by the booked time; walk-ins and late
//! bookings wait in the other, ordered by arrival. Whatever the rule, nobody waits for ever:
//! between two calls from the second line lie at most `ceiling` calls from the first, and once its
//! head has waited longer than `max_wait_minutes` the lines take turns.

use std::time::Duration;

use kernel::time::Instant;

use crate::codes::codes;
use crate::model::VisitId;

/// A booking is called at the earliest this many minutes before its time while others wait.
pub(crate) const EARLY_MINUTES: i64 = 5;

codes! {
    /// The rule between the two lines.
    pub enum Rule ("a counter's rule") {
        /// 予約専用: walk-ins are not taken; those already in the house are called when no booking waits.
        BookedOnly = "booked_only",
        /// 交互: one from each line in turn.
        Alternate = "alternate",
        /// 予約優先: bookings first, up to the ceiling.
        BookedFirst = "booked_first",
    }
}

codes! {
    /// One of the two lines of a counter.
    pub enum Line ("a line") {
        /// Came in time for a booking.
        Booked = "booked",
        /// Walk-ins and late bookings.
        WalkIn = "walk_in",
    }
}

/// A waiting person, as far as the order is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which visit.
    pub visit: VisitId,
    /// Which line it stands in.
    pub line: Line,
    /// The booked time, if there is one.
    pub booked_for: Option<Instant>,
    /// When the person came.
    pub since: Instant,
}

/// The part of a counter's settings that decides the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The rule.
    pub rule: Rule,
    /// At most this many booked in a row while somebody waits in the other line.
    pub ceiling: u8,
    /// After this wait the lines take turns.
    pub max_wait_minutes: u16,
}

impl Order {
    /// How the second line is sorted: with 予約専用 late bookings stand before people without one.
    fn second_key(&self, it: &Waiting) -> (bool, Instant, VisitId) {
        (self.rule == Rule::BookedOnly && it.booked_for.is_none(), it.since, it.visit)
    }

    /// Which of the two heads is called now. `streak` = how many booked were called since the second line had its turn.
    #[must_use]
    pub fn choose(
        &self,
        now: Instant,
        streak: u32,
        booked: Option<&Waiting>,
        walk_in: Option<&Waiting>,
    ) -> Option<Line> {
        let (booked, walk_in) = match (booked, walk_in) {
            (None, None) => return None,
            (Some(_), None) => return Some(Line::Booked),
            (None, Some(_)) => return Some(Line::WalkIn),
            (Some(booked), Some(walk_in)) => (booked, walk_in),
        };
        if self.rule == Rule::BookedOnly && walk_in.booked_for.is_none() {
            return Some(Line::Booked);
        }
        let due = booked.booked_for.is_none_or(|at| at.plus_minutes(-EARLY_MINUTES) <= now);
        let overdue = now > walk_in.since.plus_minutes(self.max_wait_minutes.into());
        let ceiling = match self.rule {
            Rule::Alternate => 1,
            _ if overdue => 1,
            Rule::BookedFirst | Rule::BookedOnly => u32::from(self.ceiling),
        };
        Some(if due && streak < ceiling { Line::Booked } else { Line::WalkIn })
    }

    /// The order in which all of them will be called if one is called every `pace` from now on.
    #[must_use]
    pub fn sequence(&self, now: Instant, streak: u32, pace: Duration, waiting: &[Waiting]) -> Vec<VisitId> {
        let mut booked: Vec<&Waiting> = waiting.iter().filter(|it| it.line == Line::Booked).collect();
        booked.sort_by_key(|it| (it.booked_for, it.since, it.visit));
        let mut walk_in: Vec<&Waiting> = waiting.iter().filter(|it| it.line == Line::WalkIn).collect();
        walk_in.sort_by_key(|it| self.second_key(it));
        let (mut first, mut second) = (booked.into_iter().peekable(), walk_in.into_iter().peekable());
        let (mut now, mut streak) = (now, streak);
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(line) = self.choose(now, streak, first.peek().copied(), second.peek().copied()) {
            let called = match line {
                Line::Booked => {
                    streak += 1;
                    first.next()
                }
                Line::WalkIn => {
                    streak = 0;
                    second.next()
                }
            };
            order.extend(called.map(|it| it.visit));
            now = now.plus(pace);
        }
        order
    }
}
