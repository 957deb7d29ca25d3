//! 年度 as cities write them: `令和６年度`, `平成元`, `R6`, `2024`, `6`, `-`, `0`.

use kernel::fiscal::FiscalYear;
use kernel::text::nfkc;
use kernel::wareki::Era;

/// What stands in a cell for a 年度.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing, in one of the ways of saying so: empty, `-`, `0`, なし, 未定.
    Nothing,
    /// A year, and how it was written.
    Year(FiscalYear, Notation),
    /// A number without an era, which may be of any (`6`).
    Bare(u8),
    /// Something else.
    Unclear,
}

/// How a year was written; a table that mixes them is a mistake nobody would see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// In an era: 令和6.
    Era,
    /// By the calendar: 2024.
    Western,
}

/// Years of an era that can stand on paper: eras are counted on long after their end (平成32年).
const MOST_IN_ERA: u16 = 120;
/// 西暦 a city's file can mean.
const WESTERN: std::ops::RangeInclusive<u16> = 1868..=2199;

/// Reads a cell.
#[must_use]
pub fn read(text: &str) -> Written {
    let text: String = nfkc(text).chars().filter(|character| !character.is_whitespace()).collect();
    let text = ["年度", "年", "FY", "fy"]
        .iter()
        .fold(text.as_str(), |text, mark| text.strip_suffix(mark).or_else(|| text.strip_prefix(mark)).unwrap_or(text));
    if matches!(text, "" | "0" | "-" | "ー" | "—" | "―" | "−" | "–" | "‐" | "なし" | "無" | "無し" | "未定" | "*")
    {
        return Written::Nothing;
    }
    if let Some((era, rest)) = era(text) {
        return match in_era(era, rest) {
            Some(year) => Written::Year(year, Notation::Era),
            None => Written::Unclear,
        };
    }
    match number(text) {
        Some(year) if WESTERN.contains(&year) => match FiscalYear::new(year.into()) {
            Some(year) => Written::Year(year, Notation::Western),
            None => Written::Unclear,
        },
        Some(year) if (1..100).contains(&year) => u8::try_from(year).map_or(Written::Unclear, Written::Bare),
        _ => Written::Unclear,
    }
}

/// The 年度 that `year` of an era is: 令和元 and 平成31 are both 2019.
#[must_use]
pub fn in_era(era: Era, year: &str) -> Option<FiscalYear> {
    let year = if year == "元" { 1 } else { number(year)? };
    if !(1..=MOST_IN_ERA).contains(&year) {
        return None;
    }
    FiscalYear::new(era.first_year() + i32::from(year) - 1)
}

/// An era by its name or letter: 令和, R, r.
#[must_use]
pub fn era_named(name: &str) -> Option<Era> {
    era(&nfkc(name)).filter(|(_, rest)| rest.is_empty()).map(|(era, _)| era)
}

fn era(text: &str) -> Option<(Era, &str)> {
    Era::ALL.into_iter().find_map(|era| {
        let rest = text.strip_prefix(era.name()).or_else(|| {
            text.strip_prefix(era.letter())
                .or_else(|| text.strip_prefix(era.letter().to_ascii_lowercase()))
                .map(|rest| rest.strip_prefix('.').unwrap_or(rest))
        })?;
        Some((era, rest))
    })
}

fn number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn year(text: &str) -> Option<(i32, Notation)> {
        match read(text) {
            Written::Year(year, notation) => Some((year.year(), notation)),
            _ => None,
        }
    }

    #[test]
    fn years_as_cities_write_them() {
        for (text, expected) in [
            ("令和９", 2027),
            ("令和6年度", 2024),
            ("令和 ６ 年度", 2024),
            ("令和元", 2019),
            ("平成31", 2019),
            ("平成元年度", 1989),
            ("昭和27", 1952),
            ("R6", 2024),
            ("r.6", 2024),
            ("㋿6", 2024),
            ("昭和100", 2025),
        ] {
            assert_eq!(year(text), Some((expected, Notation::Era)), "{text}");
        }
        for text in ["2024", "２０２４年度", "FY2024"] {
            assert_eq!(year(text), Some((2024, Notation::Western)), "{text}");
        }
        for text in ["", "-", "－", "ー", "0", "０", "未定", " "] {
            assert_eq!(read(text), Written::Nothing, "{text}");
        }
        assert_eq!(read("6"), Written::Bare(6));
        assert_eq!(read("６"), Written::Bare(6));
        for text in
            ["令和", "令和0", "令和121", "令和六", "100", "1700", "2200", "合併後", "H18～H27", "2024/4", "99999"]
        {
            assert_eq!(read(text), Written::Unclear, "{text}");
        }
        assert_eq!(era_named("令和"), Some(Era::Reiwa));
        assert_eq!(era_named("R"), Some(Era::Reiwa));
        assert_eq!(era_named("令和6"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,20}") {
            let _ = read(&text);
        }

        #[test]
        fn what_the_house_writes_it_reads(year in 1869_i32..2130) {
            let year = FiscalYear::new(year).unwrap();
            let label = year.label_ja();
            // Before 1873 labels carry no era.
            prop_assert!(matches!(read(&label), Written::Year(found, _) if found == year), "{}", label);
        }
    }
}
