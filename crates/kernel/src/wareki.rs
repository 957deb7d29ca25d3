//! 和暦: Japanese eras, writing and reading dates in them.

use std::fmt;

use crate::day::Day;
use crate::text::nfkc;

/// An era (元号).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Era {
    /// 明治, counted here from 1873-01-01 (明治6年), when Japan took the Gregorian calendar.
    Meiji,
    /// 大正, from 1912-07-30.
    Taisho,
    /// 昭和, from 1926-12-25.
    Showa,
    /// 平成, from 1989-01-08.
    Heisei,
    /// 令和, from 2019-05-01.
    Reiwa,
}

impl Era {
    /// From the earliest to the present one.
    pub const ALL: [Self; 5] = [Self::Meiji, Self::Taisho, Self::Showa, Self::Heisei, Self::Reiwa];

    /// The name: 令和.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["明治", "大正", "昭和", "平成", "令和"][self as usize]
    }

    /// The letter used on forms: R.
    #[must_use]
    pub const fn letter(self) -> char {
        ['M', 'T', 'S', 'H', 'R'][self as usize]
    }

    /// The first day counted in this era.
    #[must_use]
    pub const fn first_day(self) -> Day {
        // 1873-01-01, 1912-07-30, 1926-12-25, 1989-01-08, 2019-05-01; a test holds them to these dates.
        Day::from_days([-35_428, -20_974, -15_713, 6_947, 18_017][self as usize])
    }

    /// The calendar year called 元年.
    #[must_use]
    pub const fn first_year(self) -> i32 {
        [1868, 1912, 1926, 1989, 2019][self as usize]
    }
}

/// A year of an era; prints as `令和8年`, the first as `令和元年`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EraYear {
    /// The era.
    pub era: Era,
    /// The year within it, from 1.
    pub year: i32,
}

impl fmt::Display for EraYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            1 => write!(f, "{}元年", self.era.name()),
            year => write!(f, "{}{year}年", self.era.name()),
        }
    }
}

/// The era and its year on this day; `None` before 1873.
#[must_use]
pub fn of(day: Day) -> Option<EraYear> {
    let era = Era::ALL.into_iter().rev().find(|era| era.first_day() <= day)?;
    Some(EraYear { era, year: day.year() - era.first_year() + 1 })
}

/// `令和8年11月22日`; before 1873 `1872年12月31日`.
#[must_use]
pub fn date(day: Day) -> String {
    let (year, month, of_month) = day.ymd();
    match of(day) {
        Some(era_year) => format!("{era_year}{month}月{of_month}日"),
        None => format!("{year}年{month}月{of_month}日"),
    }
}

/// `令和8年11月22日(日)`.
#[must_use]
pub fn long(day: Day) -> String {
    format!("{}({})", date(day), day.weekday().label_ja())
}

/// Reads a date in an era: `令和8年11月22日`, `令和元年5月1日(水)`, `R8.11.22`, `h31/4/30`, `昭和64-1-7`,
/// full-width digits and the sign ㋿ included.
///
/// Years beyond an era's end are understood (平成32年 = 2020), because papers printed before a change carry
/// them; days before an era began are not a date in it.
#[must_use]
pub fn parse(text: &str) -> Option<Day> {
    let text: String = nfkc(text).chars().filter(|character| !character.is_whitespace()).collect();
    let (era, rest) = Era::ALL.into_iter().find_map(|era| {
        let rest = text.strip_prefix(era.name()).or_else(|| {
            text.strip_prefix(era.letter()).or_else(|| text.strip_prefix(era.letter().to_ascii_lowercase()))
        })?;
        Some((era, rest))
    })?;
    // The weekday in brackets repeats what the date says.
    let rest = rest.split('(').next().unwrap_or(rest);
    let mut parts = rest.strip_suffix('日').unwrap_or(rest).split(['年', '月', '.', '/', '-']);
    let year = match parts.next()? {
        "元" => 1,
        year => small_number(year)?,
    };
    let (month, of_month) = (small_number(parts.next()?)?, small_number(parts.next()?)?);
    if year == 0 || parts.next().is_some() {
        return None;
    }
    let day = Day::new(era.first_year() + i32::from(year) - 1, month, of_month)?;
    (day >= era.first_day()).then_some(day)
}

/// One or two digits.
fn small_number(text: &str) -> Option<u8> {
    let fits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn eras_begin_on_their_days() {
        let starts = ["1873-01-01", "1912-07-30", "1926-12-25", "1989-01-08", "2019-05-01"];
        for (era, start) in Era::ALL.into_iter().zip(starts) {
            assert_eq!(era.first_day(), day(start), "{era:?}");
        }
    }

    #[test]
    fn dates_are_written_in_their_era() {
        for (text, label) in [
            ("2026-11-22", "令和8年11月22日(日)"),
            ("2019-05-01", "令和元年5月1日(水)"),
            ("2019-04-30", "平成31年4月30日(火)"),
            ("1989-01-07", "昭和64年1月7日(土)"),
            ("1926-12-24", "大正15年12月24日(金)"),
            ("1912-07-29", "明治45年7月29日(月)"),
            ("1873-01-01", "明治6年1月1日(水)"),
            ("1872-12-31", "1872年12月31日(火)"),
        ] {
            assert_eq!(long(day(text)), label);
        }
    }

    #[test]
    fn many_spellings_are_read() {
        for (text, expected) in [
            ("令和8年11月22日", "2026-11-22"),
            ("令和８年１１月２２日（日）", "2026-11-22"),
            ("㋿8年11月22日", "2026-11-22"),
            (" 令和 元年 5月 1日 ", "2019-05-01"),
            ("R8.11.22", "2026-11-22"),
            ("r08/11/02", "2026-11-02"),
            ("Ｈ31-4-30", "2019-04-30"),
            ("S64.1.7", "1989-01-07"),
            ("平成32年3月31日", "2020-03-31"),
        ] {
            assert_eq!(parse(text), Some(day(expected)), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "令和",
            "令和8年11月",
            "令和0年1月1日",
            "令和元年4月30日",
            "平成元年1月7日",
            "令和8年13月1日",
            "令和8年2月29日",
            "令和8年11月22日23",
            "X8.1.1",
            "2026-11-22",
            "R+8.1.1",
            "令和八年一月一日",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn wareki_round_trips(days in Era::Meiji.first_day().days()..40_000) {
            let day = Day::from_days(days);
            prop_assert_eq!(parse(&date(day)), Some(day));
            prop_assert_eq!(parse(&long(day)), Some(day));
            let year = of(day).unwrap();
            let (_, month, of_month) = day.ymd();
            prop_assert_eq!(parse(&format!("{}{}.{month}.{of_month}", year.era.letter(), year.year)), Some(day));
        }
    }
}
