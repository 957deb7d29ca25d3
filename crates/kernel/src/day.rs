//! Civil days, minutes, months and weekdays, all in Japan Standard Time.

mod month;
mod weekday;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use month::Month;
pub use weekday::Weekday;

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
        if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > month_length(year, month) {
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
        let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
        let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
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
        Month::of(self)
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
            i64::from(self.0) * MICROS_PER_DAY + i64::from(minute.0) * MICROS_PER_MINUTE - JST_OFFSET_MICROS,
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
    bytes.iter().try_fold(0_u16, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u16::from(byte - b'0')))
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
#[path = "day/tests.rs"]
mod tests;
