//! Time spans of one person in one post: how they change when somebody is moved, without a database.

use kernel::day::Day;

use crate::HoldingId;

/// One stored span: from a day until before another, or open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its row.
    pub(crate) id: HoldingId,
    /// The first day.
    pub(crate) from: Day,
    /// The first day no longer held.
    pub(crate) to: Option<Day>,
}

impl Span {
    pub(crate) fn covers(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// What to do to the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A new span.
    Insert { from: Day, to: Option<Day> },
    /// Another end for a span.
    End { id: HoldingId, to: Option<Day> },
    /// The span never came to be.
    Delete { id: HoldingId },
}

/// The change after which the post is held from `day` on: until a span that is planned later, or open.
/// What is before `day` stays.
pub(crate) fn hold_from(spans: &[Span], day: Day) -> Option<Change> {
    if spans.iter().any(|span| span.covers(day)) {
        return None;
    }
    let next = spans.iter().filter(|span| span.from > day).map(|span| span.from).min();
    match spans.iter().find(|span| span.to == Some(day)) {
        Some(before) => Some(Change::End { id: before.id, to: next }),
        None => Some(Change::Insert { from: day, to: next }),
    }
}

/// The change after which the post is not held on `day`. Spans planned for later stay, and so does the past.
pub(crate) fn release_from(spans: &[Span], day: Day) -> Option<Change> {
    let span = spans.iter().find(|span| span.covers(day))?;
    Some(if span.from == day { Change::Delete { id: span.id } } else { Change::End { id: span.id, to: Some(day) } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::World;
    use kernel::time::TestClock;
    use proptest::prelude::*;

    fn apply(world: &World, spans: &mut Vec<Span>, change: Option<Change>) {
        match change {
            None => {}
            Some(Change::Insert { from, to }) => spans.push(Span { id: world.id(), from, to }),
            Some(Change::End { id, to }) => spans.iter_mut().find(|span| span.id == id).unwrap().to = to,
            Some(Change::Delete { id }) => spans.retain(|span| span.id != id),
        }
    }

    fn held(spans: &[Span], day: Day) -> usize {
        spans.iter().filter(|span| span.covers(day)).count()
    }

    proptest! {
        /// However often and in whatever order somebody is moved in and out: the day itself is as asked, days before
        /// it are as they were, no day counts twice, every span has a day, and at most one is open.
        #[test]
        fn moving_keeps_the_past_and_never_counts_twice(moves in prop::collection::vec((any::<bool>(), 0..40_i32), 0..30)) {
            let world = World::fixed(TestClock::default(), 3);
            let mut spans: Vec<Span> = Vec::new();
            for (hold, day) in moves {
                let day = Day::from_days(day);
                let before: Vec<usize> = (0..40).map(|d| held(&spans, Day::from_days(d))).collect();
                let change = if hold { hold_from(&spans, day) } else { release_from(&spans, day) };
                apply(&world, &mut spans, change);
                let after: Vec<usize> = (0..40).map(|d| held(&spans, Day::from_days(d))).collect();
                prop_assert_eq!(held(&spans, day), usize::from(hold));
                let past = usize::try_from(day.days()).unwrap();
                prop_assert_eq!(&before[..past], &after[..past]);
                prop_assert!(after.iter().all(|n| *n <= 1), "{:?}", spans);
                prop_assert!(spans.iter().filter(|span| span.to.is_none()).count() <= 1);
                prop_assert!(spans.iter().all(|span| span.to.is_none_or(|to| span.from < to)));
                let again = if hold { hold_from(&spans, day) } else { release_from(&spans, day) };
                prop_assert_eq!(again, None, "doing it twice is doing it once");
            }
        }

        /// A move planned for later survives a move made for now.
        #[test]
        fn what_is_planned_stays(now in 0..20_i32, later in 21..40_i32) {
            let world = World::fixed(TestClock::default(), 3);
            let mut spans = Vec::new();
            for day in [later, now] {
                let change = hold_from(&spans, Day::from_days(day));
                apply(&world, &mut spans, change);
            }
            prop_assert_eq!(held(&spans, Day::from_days(39)), 1);
            let change = release_from(&spans, Day::from_days(now));
            apply(&world, &mut spans, change);
            prop_assert_eq!(held(&spans, Day::from_days(later - 1)), 0);
            prop_assert_eq!(held(&spans, Day::from_days(later)), 1);
        }
    }
}
