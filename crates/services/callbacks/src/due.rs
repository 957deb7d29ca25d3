//! By when we call: said to the resident at once, so it is a rule and no guess.

use kernel::World;
use kernel::day::{Day, Minute};
use kernel::holidays::Calendar;

use crate::Wanted;

/// Mornings begin: a call wanted in the morning is promised for today only before this hour.
const MORNING: u8 = 9;
/// Noon: whatever else is asked before it is called the same day.
const NOON: u8 = 12;

/// The day by whose end we call: today while enough of an open day is left, else the next open day (holidays by law,
/// the imported list and the city's own closed days count).
#[must_use]
pub fn due(world: &World, calendar: &Calendar, wanted: Wanted) -> Day {
    let now = world.now();
    let last = match wanted {
        Wanted::Morning => Minute::new(MORNING, 0),
        Wanted::Afternoon | Wanted::Any => Minute::new(NOON, 0),
    };
    let today = now.day();
    if calendar.is_open(today) && last.is_some_and(|last| now.minute() < last) {
        return today;
    }
    let tomorrow = today.plus(1);
    calendar.next_open(tomorrow).unwrap_or(tomorrow)
}

#[cfg(test)]
mod tests {
    use kernel::time::{Instant, TestClock};

    use super::*;

    #[test]
    fn today_while_there_is_time_else_the_next_open_day() {
        let mut calendar = Calendar::new();
        calendar.close(Day::new(2026, 11, 26).unwrap(), "棚卸し");
        for (now, wanted, day) in [
            // A Tuesday after a holiday.
            ("2026-11-24T08:59:00+09:00", Wanted::Morning, "2026-11-24"),
            ("2026-11-24T09:00:00+09:00", Wanted::Morning, "2026-11-25"),
            ("2026-11-24T11:59:00+09:00", Wanted::Any, "2026-11-24"),
            ("2026-11-24T12:00:00+09:00", Wanted::Afternoon, "2026-11-25"),
            // The day after is closed by the city.
            ("2026-11-25T17:00:00+09:00", Wanted::Any, "2026-11-27"),
            // A Friday evening before three free days, and the holiday itself.
            ("2026-11-20T19:00:00+09:00", Wanted::Any, "2026-11-24"),
            ("2026-11-23T10:00:00+09:00", Wanted::Afternoon, "2026-11-24"),
            // The turn of the year.
            ("2026-12-28T16:00:00+09:00", Wanted::Morning, "2027-01-04"),
        ] {
            let world = World::fixed(TestClock::at(Instant::parse_rfc3339(now).unwrap()), 1);
            assert_eq!(due(&world, &calendar, wanted).to_string(), day, "{now} {wanted:?}");
        }
    }
}
