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

#[cfg(test)]
mod tests {
    use kernel::{
        World,
        time::{Instant, TestClock},
    };
    use proptest::prelude::*;

    use super::*;

    const NINE: Instant = Instant::from_micros(1_795_996_800_000_000);

    fn order(rule: Rule, ceiling: u8) -> Order {
        Order { rule, ceiling, max_wait_minutes: 30 }
    }

    fn person(world: &World, line: Line, came: i64, booked: Option<i64>) -> Waiting {
        Waiting {
            visit: world.id(),
            line,
            booked_for: booked.map(|it| NINE.plus_minutes(it)),
            since: NINE.plus_minutes(came),
        }
    }

    fn world() -> World {
        World::fixed(TestClock::at(NINE), 3)
    }

    /// Whom a list of people is called in, by their place in it.
    fn called(order: &Order, now: i64, people: &[Waiting]) -> Vec<usize> {
        let sequence = order.sequence(NINE.plus_minutes(now), 0, Duration::ZERO, people);
        sequence.iter().map(|id| people.iter().position(|it| it.visit == *id).unwrap()).collect()
    }

    #[test]
    fn each_rule_has_its_order() {
        let world = world();
        let people = [
            person(&world, Line::WalkIn, 0, None),
            person(&world, Line::WalkIn, 1, None),
            person(&world, Line::Booked, 2, Some(5)),
            person(&world, Line::Booked, 3, Some(5)),
            person(&world, Line::Booked, 2, Some(6)),
            person(&world, Line::WalkIn, 4, Some(-10)),
        ];
        assert_eq!(called(&order(Rule::Alternate, 5), 6, &people), [2, 0, 3, 1, 4, 5]);
        assert_eq!(called(&order(Rule::BookedFirst, 2), 6, &people), [2, 3, 0, 4, 1, 5]);
        assert_eq!(called(&order(Rule::BookedOnly, 2), 6, &people), [2, 3, 5, 4, 0, 1], "a late booking still is one");
        assert_eq!(
            called(&order(Rule::BookedFirst, 9), 40, &people),
            [2, 0, 3, 1, 4, 5],
            "who waited too long shares the turns"
        );
    }

    /// A booking for the afternoon does not overtake those who wait in the morning.
    #[test]
    fn who_comes_very_early_waits_for_their_time() {
        let world = world();
        let people = [person(&world, Line::Booked, 0, Some(240)), person(&world, Line::WalkIn, 1, None)];
        assert_eq!(called(&order(Rule::BookedFirst, 3), 2, &people), [1, 0]);
        assert_eq!(called(&order(Rule::BookedFirst, 3), 2, &people[..1]), [0], "but nobody sits before a free desk");
    }

    fn people() -> impl Strategy<Value = Vec<(bool, i64, i64)>> {
        prop::collection::vec((any::<bool>(), 0..120_i64, -30..120_i64), 0..40)
    }

    proptest! {
        /// Whatever the rule, everybody is called once, and between two turns of the second line lie at most `ceiling` of the first.
        #[test]
        fn nobody_starves(rule in prop::sample::select(Rule::ALL), ceiling in 1..6_u8, streak in 0..9_u32, people in people()) {
            let world = world();
            let people: Vec<_> = people
                .into_iter()
                .map(|(booked, came, time)| {
                    person(&world, if booked { Line::Booked } else { Line::WalkIn }, came, booked.then_some(time))
                })
                .collect();
            let order = order(rule, ceiling);
            let sequence = order.sequence(NINE.plus_minutes(120), streak, Duration::from_secs(60), &people);
            let mut sorted = sequence.clone();
            sorted.sort_unstable();
            let mut expected: Vec<_> = people.iter().map(|it| it.visit).collect();
            expected.sort_unstable();
            prop_assert_eq!(sorted, expected);
            let line_of = |id: &VisitId| people.iter().find(|it| it.visit == *id).map(|it| it.line);
            let lines: Vec<_> = sequence.iter().filter_map(line_of).collect();
            let Some(last) = lines.iter().rposition(|it| *it == Line::WalkIn) else { return Ok(()) };
            if rule == Rule::BookedOnly {
                return Ok(());
            }
            let limit = if rule == Rule::Alternate { 1 } else { usize::from(ceiling) };
            let longest = lines[..last].split(|it| *it == Line::WalkIn).map(<[_]>::len).max().unwrap_or(0);
            prop_assert!(longest <= limit, "{longest} booked in a row: {lines:?}");
        }

        /// Who has waited longer than the limit is called after at most one booking.
        #[test]
        fn the_wait_has_a_ceiling_too(ceiling in 1..9_u8, streak in 1..9_u32, waited in 31..300_i64) {
            let world = world();
            let booked = person(&world, Line::Booked, 0, Some(0));
            let walk_in = person(&world, Line::WalkIn, 0, None);
            let chosen = order(Rule::BookedFirst, ceiling).choose(NINE.plus_minutes(waited), streak, Some(&booked), Some(&walk_in));
            prop_assert_eq!(chosen, Some(Line::WalkIn));
        }
    }
}
