//! 国民の祝日 by the rules of the law, and the calendar of the days on which the city hall is open.

use std::collections::{BTreeMap, BTreeSet};

use crate::day::{Day, Weekday};

/// The first day of the law (国民の祝日に関する法律, in force since 1948-07-20).
pub const FIRST_YEAR: i32 = 1948;
/// The last year for which the equinox formula is known to hold; later years have no equinox holidays here.
pub const LAST_YEAR: i32 = 2099;

/// The name of the holiday on this day, by the law's rules.
///
/// Covers every change of the law since 1948 up to and including the moves for the Olympic Games in 2020 and
/// 2021, 振替休日 and 国民の休日. The two equinoxes follow the usual approximation, good for
/// [`FIRST_YEAR`]..=[`LAST_YEAR`]; the days themselves are fixed each February by the Cabinet, so an imported list
/// ([`Calendar::import`]) always goes first.
#[must_use]
pub fn holiday(day: Day) -> Option<&'static str> {
    if let Some(name) = national(day) {
        return Some(name);
    }
    if is_substitute(day) {
        return Some("振替休日");
    }
    // 国民の休日: a plain day between two holidays (Art. 3 (3), since 1985-12-27).
    let sunday = day.weekday() == Weekday::Sunday;
    let between = on_or_after(day, 1985, 12, 27) && national(day.plus(-1)).is_some() && national(day.plus(1)).is_some();
    (between && !sunday).then_some("国民の休日")
}

/// Art. 3 (2): the day off for a holiday that fell on a Sunday, since 1973-04-12.
fn is_substitute(day: Day) -> bool {
    if !on_or_after(day, 1973, 4, 12) {
        return false;
    }
    // Until 2006 only the Monday itself; since 2007 the next day that is not a holiday.
    if !on_or_after(day, 2007, 1, 1) {
        let sunday = day.plus(-1);
        return sunday.weekday() == Weekday::Sunday && on_or_after(sunday, 1973, 4, 12) && national(sunday).is_some();
    }
    let mut before = day.plus(-1);
    while national(before).is_some() {
        if before.weekday() == Weekday::Sunday {
            return true;
        }
        before = before.plus(-1);
    }
    false
}

fn on_or_after(day: Day, year: i32, month: u8, of_month: u8) -> bool {
    day.ymd() >= (year, month, of_month)
}

/// The holidays of Art. 2 and of the special laws, without the days off that follow from them.
fn national(day: Day) -> Option<&'static str> {
    let (year, month, of_month) = day.ymd();
    if !on_or_after(day, 1948, 7, 20) {
        return None;
    }
    let monday = |nth: u8| day.weekday() == Weekday::Monday && of_month.div_ceil(7) == nth;
    let name = match (year, month, of_month) {
        // Days of special laws.
        (1959, 4, 10) | (1993, 6, 9) => "結婚の儀",
        (1989, 2, 24) => "大喪の礼",
        (1990, 11, 12) => "即位礼正殿の儀",
        (2019, 5, 1) => "天皇の即位の日",
        (2019, 10, 22) => "即位礼正殿の儀の行われる日",
        // Moved for the Olympic and Paralympic Games.
        (2020, 7, 23) | (2021, 7, 22) => "海の日",
        (2020, 7, 24) | (2021, 7, 23) => "スポーツの日",
        (2020, 8, 10) | (2021, 8, 8) => "山の日",
        (2020 | 2021, 7, _) | (2020 | 2021, 8, 11) | (2020 | 2021, 10, _) => return None,
        (_, 1, 1) => "元日",
        (..=1999, 1, 15) => "成人の日",
        (2000.., 1, _) if monday(2) => "成人の日",
        (1967.., 2, 11) => "建国記念の日",
        (2020.., 2, 23) => "天皇誕生日",
        (_, 3, _) if spring_equinox(year) == Some(of_month) => "春分の日",
        (..=1988, 4, 29) => "天皇誕生日",
        (1989..=2006, 4, 29) => "みどりの日",
        (2007.., 4, 29) => "昭和の日",
        (_, 5, 3) => "憲法記念日",
        (2007.., 5, 4) => "みどりの日",
        (_, 5, 5) => "こどもの日",
        (1996..=2002, 7, 20) => "海の日",
        (2003.., 7, _) if monday(3) => "海の日",
        (2016.., 8, 11) => "山の日",
        (1966..=2002, 9, 15) => "敬老の日",
        (2003.., 9, _) if monday(3) => "敬老の日",
        (_, 9, _) if autumn_equinox(year) == Some(of_month) => "秋分の日",
        (1966..=1999, 10, 10) => "体育の日",
        (2000..=2019, 10, _) if monday(2) => "体育の日",
        (2022.., 10, _) if monday(2) => "スポーツの日",
        (_, 11, 3) => "文化の日",
        (_, 11, 23) => "勤労感謝の日",
        (1989..=2018, 12, 23) => "天皇誕生日",
        _ => return None,
    };
    Some(name)
}

/// The day of March of the spring equinox.
fn spring_equinox(year: i32) -> Option<u8> {
    equinox(year, 20_835_700, 20_843_100)
}

/// The day of September of the autumn equinox.
fn autumn_equinox(year: i32) -> Option<u8> {
    equinox(year, 23_258_800, 23_248_800)
}

/// Both equinoxes drift by 0.242194 days a year and are set back by leap days; the constants are millionths of a
/// day for the years until 1979 and from 1980.
fn equinox(year: i32, until_1979: i32, until_2099: i32) -> Option<u8> {
    let (base, leap_days) = match year {
        FIRST_YEAR..=1979 => (until_1979, (year - 1983) / 4),
        1980..=LAST_YEAR => (until_2099, (year - 1980) / 4),
        _ => return None,
    };
    u8::try_from((base + 242_194 * (year - 1980)) / 1_000_000 - leap_days).ok()
}

/// On which days the city hall is open: the law's holidays, an imported list above them, weekends, the turn of the
/// year (29 December to 3 January) and the city's own 閉庁日.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    imported: BTreeMap<Day, String>,
    imported_years: BTreeSet<i32>,
    closed: BTreeMap<Day, String>,
}

impl Calendar {
    /// A calendar that knows the law only.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes over a published list of holidays. Every year that occurs in it is taken from the list alone: a day the
    /// rules know and the list does not is no holiday.
    pub fn import(&mut self, days: impl IntoIterator<Item = (Day, String)>) {
        for (day, name) in days {
            self.imported_years.insert(day.year());
            self.imported.insert(day, name);
        }
    }

    /// Adds a day on which this city closes (閉庁日), with the reason people see.
    pub fn close(&mut self, day: Day, name: impl Into<String>) {
        self.closed.insert(day, name.into());
    }

    /// Whether the hall is open.
    #[must_use]
    pub fn is_open(&self, day: Day) -> bool {
        !day.weekday().is_weekend() && self.name(day).is_none()
    }

    /// What makes this day special: the city's own reason, the holiday's name or 年末年始. A plain weekend has none.
    #[must_use]
    pub fn name(&self, day: Day) -> Option<&str> {
        if let Some(name) = self.closed.get(&day) {
            return Some(name);
        }
        if let Some(name) = self.holiday(day) {
            return Some(name);
        }
        matches!(day.ymd(), (_, 12, 29..) | (_, 1, ..=3)).then_some("年末年始")
    }

    /// The holiday's name, by the imported list or else by the law.
    #[must_use]
    pub fn holiday(&self, day: Day) -> Option<&str> {
        if self.imported_years.contains(&day.year()) {
            return self.imported.get(&day).map(String::as_str);
        }
        holiday(day)
    }

    /// The first open day on or after this one, within a year.
    #[must_use]
    pub fn next_open(&self, day: Day) -> Option<Day> {
        (0..366).map(|ahead| day.plus(ahead)).find(|day| self.is_open(*day))
    }
}

#[cfg(test)]
#[path = "holidays_tests.rs"]
mod tests;
