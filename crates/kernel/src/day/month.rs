//! A month of a year.

use std::fmt;

use super::{Day, digits, month_length, number};

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

    /// The month this day lies in.
    pub(super) const fn of(day: Day) -> Self {
        let (year, month, _) = day.ymd();
        Self { year, month }
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
        Day(number(self.year, self.month, month_length(self.year, self.month)))
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
        Self { year: number / 12, month }
    }

    /// Reads `YYYY-MM`, exactly.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 7 || bytes[4] != b'-' {
            return None;
        }
        Self::new(i32::from(digits(&bytes[..4])?), u8::try_from(digits(&bytes[5..])?).ok()?)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}
