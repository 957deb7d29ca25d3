//! When people come: which days and hours are busy.

use kernel::day::{Day, Minute, Weekday};
use kernel::holidays::Calendar;

/// Weights of the half hours from 8:30 on for people without a booking: the rush is between eleven and two.
const HALF_HOURS: [u32; 17] = [10, 10, 11, 11, 12, 14, 16, 16, 16, 15, 14, 12, 10, 9, 8, 7, 4];
/// The first half hour of [`HALF_HOURS`].
pub(crate) const OPENS: u16 = 8 * 60 + 30;
/// When the counters close on a usual day.
pub(crate) const CLOSES: u16 = 17 * 60 + 15;

/// How busy the half hour that begins at this minute is, against others.
pub(crate) fn weight_at(minute: u16) -> u32 {
    let step = usize::from(minute.saturating_sub(OPENS) / 30);
    HALF_HOURS.get(step).copied().unwrap_or(3)
}

/// How busy a day is, in percent of a usual one: Mondays, the end of the month and days after a closed one.
pub(crate) fn busy(calendar: &Calendar, day: Day) -> u32 {
    let mut percent: u32 = match day.weekday() {
        Weekday::Monday => 130,
        Weekday::Friday => 108,
        Weekday::Wednesday => 92,
        Weekday::Saturday | Weekday::Sunday => 70,
        _ => 100,
    };
    if day.month().last_day().since(day) < 4 {
        percent += 25;
    }
    if day.weekday() != Weekday::Monday && !calendar.is_open(day.plus(-1)) {
        percent += 20;
    }
    percent
}

/// The hours of a day: what is usual, or around `now` on a day that would otherwise show an empty hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    pub(crate) from: u16,
    pub(crate) to: u16,
}

impl Hours {
    pub(crate) const USUAL: Hours = Hours { from: OPENS, to: CLOSES };

    /// The hours of a day on which the demo is looked at. At night the hall has been open for three hours and stays so for
    /// four: otherwise the first look would show nothing.
    pub(crate) fn around(calendar: &Calendar, day: Day, now: Minute) -> Hours {
        let now = now.number();
        if (9 * 60 + 30..=15 * 60).contains(&now) {
            return Hours::USUAL;
        }
        let (from, to) = (now.saturating_sub(180) / 30 * 30, (now + 240) / 30 * 30);
        if calendar.is_open(day) {
            return Hours { from: from.min(OPENS), to: to.clamp(CLOSES, 23 * 60 + 59) };
        }
        Hours { from, to: to.min(23 * 60 + 59) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u8, of_month: u8) -> Day {
        Day::new(2026, month, of_month).unwrap()
    }

    #[test]
    fn mondays_month_ends_and_days_after_holidays_are_busier() {
        let calendar = Calendar::new();
        let usual = busy(&calendar, day(11, 12));
        assert!(busy(&calendar, day(11, 9)) > usual);
        assert!(busy(&calendar, day(11, 30)) > busy(&calendar, day(11, 9)));
        // 24 November follows 勤労感謝の日.
        assert!(busy(&calendar, day(11, 24)) > busy(&calendar, day(11, 17)));
        assert!(weight_at(12 * 60) > weight_at(9 * 60) && weight_at(13 * 60) > weight_at(16 * 60));
    }

    #[test]
    fn whenever_it_is_looked_at_the_hall_is_open() {
        let calendar = Calendar::new();
        for of_month in [22, 23, 24] {
            for minute in 0..1440 {
                let now = Minute::from_number(minute).unwrap();
                let hours = Hours::around(&calendar, day(11, of_month), now);
                assert!(hours.from <= minute && minute <= hours.to, "{hours:?} {minute}");
                assert!(hours.to - hours.from >= 179, "{hours:?} {minute}");
            }
        }
        let noon = Minute::new(12, 0).unwrap();
        assert_eq!(Hours::around(&calendar, day(11, 24), noon), Hours::USUAL);
    }
}
