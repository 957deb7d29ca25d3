//! 年度: the Japanese fiscal year, 1 April to 31 March.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::day::{Day, Month};
use crate::wareki;

/// A fiscal year, named by the calendar year in which it begins (令和6年度 = 2024).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FiscalYear(i32);

impl FiscalYear {
    /// The fiscal year that begins in April of this year, 1–9998.
    #[must_use]
    pub const fn new(year: i32) -> Option<Self> {
        if year < 1 || year > 9998 {
            return None;
        }
        Some(Self(year))
    }

    /// The fiscal year this day lies in.
    #[must_use]
    pub const fn of(day: Day) -> Self {
        let (year, month, _) = day.ymd();
        Self(if month >= 4 { year } else { year - 1 })
    }

    /// The calendar year in which it begins.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.0
    }

    /// 1 April.
    #[must_use]
    pub fn first_day(self) -> Day {
        Month::new(self.0, 4).map_or(Day::MIN, Month::first_day)
    }

    /// 31 March of the following year.
    #[must_use]
    pub fn last_day(self) -> Day {
        Month::new(self.0 + 1, 3).map_or(Day::MAX, Month::last_day)
    }

    /// The next fiscal year, or an earlier one for a negative number.
    #[must_use]
    pub const fn plus(self, years: i32) -> Self {
        Self(self.0.saturating_add(years))
    }

    /// `令和6年度`. A year in which an era changed carries the new era's name for the whole year
    /// (2019 is 令和元年度), as the governments decided in 1989 and 2019.
    #[must_use]
    pub fn label_ja(self) -> String {
        match Month::new(self.0, 12).map(Month::last_day).and_then(wareki::of) {
            Some(year) => format!("{year}度"),
            None => format!("{}年度", self.0),
        }
    }
}

impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FY{}", self.0)
    }
}

impl fmt::Debug for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FiscalYear({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_year_turns_on_the_first_of_april() {
        let day = |text| Day::parse(text).unwrap();
        assert_eq!(FiscalYear::of(day("2026-03-31")).year(), 2025);
        assert_eq!(FiscalYear::of(day("2026-04-01")).year(), 2026);
        let year = FiscalYear::new(2023).unwrap();
        assert_eq!((year.first_day(), year.last_day()), (day("2023-04-01"), day("2024-03-31")));
        assert_eq!(FiscalYear::new(0), None);
    }

    #[test]
    fn labels_follow_the_eras() {
        for (year, label) in [
            (2024, "令和6年度"),
            (2019, "令和元年度"),
            (2018, "平成30年度"),
            (1989, "平成元年度"),
            (1988, "昭和63年度"),
            (1800, "1800年度"),
        ] {
            assert_eq!(FiscalYear::new(year).unwrap().label_ja(), label);
        }
        assert_eq!(FiscalYear::new(2024).unwrap().to_string(), "FY2024");
    }

    proptest! {
        #[test]
        fn a_day_lies_within_its_fiscal_year(days in -700_000_i32..2_900_000) {
            let day = Day::from_days(days);
            let year = FiscalYear::of(day);
            prop_assert!(year.first_day() <= day && day <= year.last_day());
            prop_assert_eq!(FiscalYear::of(year.last_day().plus(1)), year.plus(1));
            prop_assert_eq!(FiscalYear::of(year.first_day()), year);
        }
    }
}
