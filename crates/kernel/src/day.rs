//! Civil days, minutes, months and weekdays, all in Japan Standard Time.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::{Instant, JST_OFFSET_MICROS, MICROS_PER_DAY, MICROS_PER_MINUTE};

/// Minutes in a civil day.
pub const MINUTES_PER_DAY: u16 = 24 * 60;

/// A civil day in Japan: days since 1970-01-01 of the Gregorian calendar, years 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day of this date, if the calendar has it.
    #[must_use]
    pub const fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        if year < 1
            || year > 9999
            || month < 1
            || month > 12
            || day < 1
            || day > month_length(year, month)
        {
            return None;
        }
        Some(Self(number(year, month, day)))
    }

    /// The day this many days after 1970-01-01, held within [`Day::MIN`]..=[`Day::MAX`].
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        if days < Self::MIN.0 {
            Self::MIN
        } else if days > Self::MAX.0 {
            Self::MAX
        } else {
            Self(days)
        }
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Year, month and day of the month.
    #[must_use]
    pub const fn ymd(self) -> (i32, u8, u8) {
        // Counted in years that begin on 1 March, so the leap day is the last day of its year.
        let days = self.0 + 719_468;
        let cycle = days.div_euclid(146_097);
        let day_of_cycle = days.rem_euclid(146_097);
        let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524
            - day_of_cycle / 146_096)
            / 365;
        let day_of_year =
            day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = cycle * 400 + year_of_cycle + if month <= 2 { 1 } else { 0 };
        (year, month as u8, day as u8)
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.ymd().0
    }

    /// The month this day lies in.
    #[must_use]
    pub const fn month(self) -> Month {
        let (year, month, _) = self.ymd();
        Month { year, month }
    }

    /// The day of the month, 1–31.
    #[must_use]
    pub const fn day_of_month(self) -> u8 {
        self.ymd().2
    }

    /// The day of the week.
    #[must_use]
    pub const fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[(self.0 + 3).rem_euclid(7) as usize]
    }

    /// This many days later; negative is earlier. Stops at the ends of the calendar.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self::from_days(self.0.saturating_add(days))
    }

    /// Days from `earlier` to this day; negative when it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The instant at which this minute of this day begins.
    #[must_use]
    pub fn at(self, minute: Minute) -> Instant {
        Instant::from_micros(
            i64::from(self.0) * MICROS_PER_DAY + i64::from(minute.0) * MICROS_PER_MINUTE
                - JST_OFFSET_MICROS,
        )
    }

    /// The instant at which this day begins.
    #[must_use]
    pub fn start(self) -> Instant {
        self.at(Minute::MIDNIGHT)
    }

    /// Reads `YYYY-MM-DD`, exactly.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let year = digits(&bytes[..4])?;
        let month = u8::try_from(digits(&bytes[5..7])?).ok()?;
        let day = u8::try_from(digits(&bytes[8..])?).ok()?;
        Self::new(i32::from(year), month, day)
    }
}

/// Whether the Gregorian calendar gives this year a leap day.
const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn month_length(year: i32, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date known to exist (the inverse of [`Day::ymd`]).
const fn number(year: i32, month: u8, day: u8) -> i32 {
    let (month, day) = (month as i32, day as i32);
    let year = if month <= 2 { year - 1 } else { year };
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    cycle * 146_097 + day_of_cycle - 719_468
}

/// A number written with ASCII digits only.
fn digits(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0_u16, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u16::from(byte - b'0'))
    })
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The minute of a civil day in Japan, 00:00 to 23:59.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u16);

impl Minute {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);
    /// 23:59.
    pub const LAST: Self = Self(MINUTES_PER_DAY - 1);

    /// This hour (0–23) and minute (0–59).
    #[must_use]
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour > 23 || minute > 59 {
            return None;
        }
        Some(Self(hour as u16 * 60 + minute as u16))
    }

    /// The minute with this number, 0..=1439.
    #[must_use]
    pub const fn from_number(number: u16) -> Option<Self> {
        if number >= MINUTES_PER_DAY {
            return None;
        }
        Some(Self(number))
    }

    /// Minutes since midnight.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Hour and minute.
    #[must_use]
    pub const fn hm(self) -> (u8, u8) {
        ((self.0 / 60) as u8, (self.0 % 60) as u8)
    }

    /// This many minutes later within the same day (negative: earlier); `None` beyond midnight.
    #[must_use]
    pub fn plus(self, minutes: i32) -> Option<Self> {
        let number = i32::from(self.0).checked_add(minutes)?;
        Self::from_number(u16::try_from(number).ok()?)
    }

    /// Reads `HH:MM`, exactly.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 5 || bytes[2] != b':' {
            return None;
        }
        let hour = u8::try_from(digits(&bytes[..2])?).ok()?;
        let minute = u8::try_from(digits(&bytes[3..])?).ok()?;
        Self::new(hour, minute)
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute) = self.hm();
        write!(f, "{hour:02}:{minute:02}")
    }
}

/// A month of a year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    month: u8,
}

impl Month {
    /// This month (1–12) of this year (1–9999).
    #[must_use]
    pub const fn new(year: i32, month: u8) -> Option<Self> {
        if year < 1 || year > 9999 || month < 1 || month > 12 {
            return None;
        }
        Some(Self { year, month })
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }

    /// The number of the month, 1–12.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.month
    }

    /// The first day.
    #[must_use]
    pub const fn first_day(self) -> Day {
        Day(number(self.year, self.month, 1))
    }

    /// The last day.
    #[must_use]
    pub const fn last_day(self) -> Day {
        Day(number(
            self.year,
            self.month,
            month_length(self.year, self.month),
        ))
    }

    /// How many days it has.
    #[must_use]
    pub const fn length(self) -> u8 {
        month_length(self.year, self.month)
    }

    /// This many months later; negative is earlier. Stops at the ends of the calendar.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        let number = (self.year * 12 + i32::from(self.month) - 1).saturating_add(months);
        let number = number.clamp(12, 9999 * 12 + 11);
        let month = u8::try_from(number % 12 + 1).unwrap_or(1);
        Self {
            year: number / 12,
            month,
        }
    }

    /// Reads `YYYY-MM`, exactly.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 7 || bytes[4] != b'-' {
            return None;
        }
        Self::new(
            i32::from(digits(&bytes[..4])?),
            u8::try_from(digits(&bytes[5..])?).ok()?,
        )
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// 月曜日
    Monday,
    /// 火曜日
    Tuesday,
    /// 水曜日
    Wednesday,
    /// 木曜日
    Thursday,
    /// 金曜日
    Friday,
    /// 土曜日
    Saturday,
    /// 日曜日
    Sunday,
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// 1 (Monday) to 7 (Sunday), as in ISO 8601.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The weekday with this ISO 8601 number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number.checked_sub(1)?)).copied()
    }

    /// One character: 月 … 日.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        ["月", "火", "水", "木", "金", "土", "日"][self as usize]
    }

    /// Three letters: Mon … Sun.
    #[must_use]
    pub const fn label_en(self) -> &'static str {
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][self as usize]
    }

    /// Saturday or Sunday.
    #[must_use]
    pub const fn is_weekend(self) -> bool {
        matches!(self, Self::Saturday | Self::Sunday)
    }
}

/// Gives a type that prints and parses the same text its `Debug`, `FromStr` and serde forms.
macro_rules! as_text {
    ($($type:ident: $shape:literal),+) => {$(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        impl std::str::FromStr for $type {
            type Err = BadDate;
            fn from_str(text: &str) -> Result<Self, BadDate> {
                Self::parse(text).ok_or(BadDate { shape: $shape })
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

as_text!(Day: "YYYY-MM-DD", Minute: "HH:MM", Month: "YYYY-MM");

/// The text is not a date, time or month of the expected shape, or the calendar does not have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadDate {
    shape: &'static str,
}

impl fmt::Display for BadDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a valid {}", self.shape)
    }
}

impl std::error::Error for BadDate {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn known_days() {
        assert_eq!(day("1970-01-01").days(), 0);
        assert_eq!(day("0001-01-01"), Day::MIN);
        assert_eq!(day("9999-12-31"), Day::MAX);
        assert_eq!(day("2000-02-29").days(), 11_016);
        assert_eq!(day("1970-01-01").weekday(), Weekday::Thursday);
        assert_eq!(day("2026-11-22").weekday(), Weekday::Sunday);
        assert_eq!(day("2024-02-29").weekday(), Weekday::Thursday);
    }

    #[test]
    fn the_calendar_refuses_days_it_does_not_have() {
        for (year, month, day) in [
            (2026, 2, 29),
            (1900, 2, 29),
            (2026, 4, 31),
            (2026, 0, 1),
            (2026, 13, 1),
            (2026, 1, 0),
            (0, 1, 1),
            (10_000, 1, 1),
        ] {
            assert_eq!(Day::new(year, month, day), None);
        }
        for text in [
            "2026-2-1",
            "2026/02/01",
            "２０２６-02-01",
            "2026-02-01 ",
            "+026-02-01",
            "",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn minutes() {
        assert_eq!(Minute::parse("09:00").unwrap().number(), 540);
        assert_eq!(
            Minute::new(9, 0).unwrap().plus(45).unwrap().to_string(),
            "09:45"
        );
        assert_eq!(Minute::LAST.plus(1), None);
        assert_eq!(Minute::MIDNIGHT.plus(-1), None);
        assert_eq!(Minute::MIDNIGHT.plus(i32::MAX), None);
        for text in ["9:00", "24:00", "12:60", "１２:00", "12:0"] {
            assert_eq!(Minute::parse(text), None, "{text}");
        }
    }

    #[test]
    fn months() {
        let november = day("2026-11-22").month();
        assert_eq!(november.to_string(), "2026-11");
        assert_eq!(november.plus(2).to_string(), "2027-01");
        assert_eq!(november.plus(-11).to_string(), "2025-12");
        assert_eq!(november.last_day(), day("2026-11-30"));
        assert_eq!(Month::parse("2024-02").unwrap().length(), 29);
        assert_eq!(Month::new(9999, 12).unwrap().plus(1).to_string(), "9999-12");
        assert_eq!(Month::parse("2024-13"), None);
    }

    #[test]
    fn the_ends_of_the_calendar_hold() {
        assert_eq!(Day::MAX.plus(1), Day::MAX);
        assert_eq!(Day::MIN.plus(i32::MIN), Day::MIN);
    }

    #[test]
    fn weekday_numbers_are_iso() {
        assert_eq!(Weekday::from_number(7), Some(Weekday::Sunday));
        assert_eq!(Weekday::from_number(0), None);
        assert_eq!(Weekday::from_number(8), None);
        assert_eq!(Weekday::Monday.number(), 1);
        assert!(Weekday::Saturday.is_weekend() && !Weekday::Friday.is_weekend());
    }

    #[test]
    fn every_day_of_the_calendar_follows_the_one_before() {
        let mut expected = (1, 1, 1);
        let mut day = Day::MIN;
        loop {
            assert_eq!(day.ymd(), expected);
            assert_eq!(Day::new(expected.0, expected.1, expected.2), Some(day));
            if day == Day::MAX {
                break;
            }
            let (year, month, of_month) = expected;
            expected = if of_month < month_length(year, month) {
                (year, month, of_month + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
            day = day.plus(1);
        }
    }

    proptest! {
        #[test]
        fn days_round_trip(days in Day::MIN.days()..=Day::MAX.days()) {
            let day = Day::from_days(days);
            let (year, month, of_month) = day.ymd();
            prop_assert_eq!(Day::new(year, month, of_month), Some(day));
            prop_assert_eq!(day.to_string().parse::<Day>().unwrap(), day);
            prop_assert_eq!(day.plus(7).since(day), if days + 7 <= Day::MAX.days() { 7 } else { Day::MAX.days() - days });
            prop_assert!(day.month().first_day() <= day && day <= day.month().last_day());
            prop_assert_eq!(serde_json::from_str::<Day>(&serde_json::to_string(&day).unwrap()).unwrap(), day);
        }

        #[test]
        fn minutes_round_trip(number in 0_u16..1440) {
            let minute = Minute::from_number(number).unwrap();
            let (hour, of_hour) = minute.hm();
            prop_assert_eq!(Minute::new(hour, of_hour), Some(minute));
            prop_assert_eq!(minute.to_string().parse::<Minute>().unwrap(), minute);
        }
    }
}
