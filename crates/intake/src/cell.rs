//! Readers for one cell: text, numbers, dates, money, places.
//!
//! Each takes the trimmed, non-empty text of a cell, understands full-width characters and the spellings found in
//! municipal files, and answers with a [`Reason`] when the text is something else.

use kernel::day::{Day, Minute};
use kernel::text::{Email, Line, Paragraph, Phone, nfkc};
use kernel::wareki;
use kernel::yen::Yen;

use crate::collect::Reason;

/// One line of text; line breaks inside the cell (wrapped in a spreadsheet) become spaces.
///
/// # Errors
/// [`Reason::TooLong`], [`Reason::Control`].
pub fn line<const MAX: usize>(text: &str) -> Result<Line<MAX>, Reason> {
    let joined = text.split(['\r', '\n', '\t']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>();
    Ok(Line::parse(&joined.join(" "))?)
}

/// Text of several lines.
///
/// # Errors
/// [`Reason::TooLong`], [`Reason::Control`].
pub fn paragraph<const MAX: usize>(text: &str) -> Result<Paragraph<MAX>, Reason> {
    Ok(Paragraph::parse(text)?)
}

/// A telephone number in Japan.
///
/// # Errors
/// [`Reason::Shape`] and the others of a text.
pub fn phone(text: &str) -> Result<Phone, Reason> {
    Ok(Phone::parse(text)?)
}

/// An address for electronic mail.
///
/// # Errors
/// [`Reason::Shape`] and the others of a text.
pub fn email(text: &str) -> Result<Email, Reason> {
    Ok(Email::parse(text)?)
}

/// A whole number, separators allowed.
///
/// # Errors
/// [`Reason::Number`].
pub fn integer(text: &str) -> Result<i64, Reason> {
    let text = nfkc(text).replace(',', "");
    text.trim().parse().map_err(|_| Reason::Number)
}

/// A whole number within a range.
///
/// # Errors
/// [`Reason::Number`], [`Reason::Range`].
pub fn integer_in(min: i64, max: i64) -> impl FnOnce(&str) -> Result<i64, Reason> {
    move |text| {
        let number = integer(text)?;
        if (min..=max).contains(&number) { Ok(number) } else { Err(Reason::Range { min, max }) }
    }
}

/// A decimal number. Not for money: see [`yen`].
///
/// # Errors
/// [`Reason::Number`].
pub fn decimal(text: &str) -> Result<f64, Reason> {
    let text = nfkc(text).replace(',', "");
    let text = text.trim();
    // "inf" and "NaN" are numbers to the standard library and to nobody else.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number: f64 = text.parse().map_err(|_| Reason::Number)?;
    if plain && number.is_finite() { Ok(number) } else { Err(Reason::Number) }
}

/// A latitude in degrees, within Japan's reach (20 to 46).
///
/// # Errors
/// [`Reason::Number`], [`Reason::Range`].
pub fn latitude(text: &str) -> Result<f64, Reason> {
    degrees(text, 20, 46)
}

/// A longitude in degrees, within Japan's reach (122 to 154).
///
/// # Errors
/// [`Reason::Number`], [`Reason::Range`].
pub fn longitude(text: &str) -> Result<f64, Reason> {
    degrees(text, 122, 154)
}

/// Latitude and longitude are often swapped, and zeros stand for "unknown": a range of Japan's size finds both.
fn degrees(text: &str, min: i32, max: i32) -> Result<f64, Reason> {
    let number = decimal(text)?;
    if (f64::from(min)..=f64::from(max)).contains(&number) {
        Ok(number)
    } else {
        Err(Reason::Range { min: min.into(), max: max.into() })
    }
}

/// A date: `2026-11-22`, `2026/1/5`, `2026.1.5`, `2026年1月5日`, `20260105`, or in an era (`R8.1.5`, `令和8年1月5日`);
/// a time of midnight behind it, as spreadsheets add, is passed over.
///
/// # Errors
/// [`Reason::Date`].
pub fn day(text: &str) -> Result<Day, Reason> {
    let text = nfkc(text);
    let text = text.trim();
    let text = [" 00:00:00", " 0:00:00", " 0:00"].iter().find_map(|zero| text.strip_suffix(zero)).unwrap_or(text);
    wareki::parse(text).or_else(|| western(text)).ok_or(Reason::Date)
}

fn western(text: &str) -> Option<Day> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Day::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    }
    let mut parts = text.strip_suffix('日').unwrap_or(text).split(['-', '/', '.', '年', '月']).map(str::trim);
    let mut number = |lengths: std::ops::RangeInclusive<usize>| {
        let part = parts.next()?;
        let digits = lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (year, month, of_month) = (number(4..=4)?, number(1..=2)?, number(1..=2)?);
    if parts.next().is_some() {
        return None;
    }
    Day::new(year.into(), u8::try_from(month).ok()?, u8::try_from(of_month).ok()?)
}

/// A time of day: `9:00`, `09:00`, `９：００`, `9時30分`.
///
/// # Errors
/// [`Reason::Date`].
pub fn minute(text: &str) -> Result<Minute, Reason> {
    let text = nfkc(text);
    let text = text.trim().trim_end_matches('分');
    let (hour, minute) = text.split_once([':', '時']).ok_or(Reason::Date)?;
    let number = |part: &str| match part {
        "" => Some(0),
        _ if part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit()) => part.parse::<u8>().ok(),
        _ => None,
    };
    let hour = number(hour).filter(|_| !hour.is_empty());
    hour.zip(number(minute)).and_then(|(hour, minute)| Minute::new(hour, minute)).ok_or(Reason::Date)
}

/// An amount in yen.
///
/// # Errors
/// [`Reason::Money`].
pub fn yen(text: &str) -> Result<Yen, Reason> {
    Yen::parse(text).ok_or(Reason::Money)
}

/// An amount in 千円, exact, rounded half up to yen.
///
/// # Errors
/// [`Reason::Money`].
pub fn thousands_of_yen(text: &str) -> Result<Yen, Reason> {
    Yen::from_thousands_decimal(text).ok_or(Reason::Money)
}

/// Yes or no, as files say it: 1/0, ○/×, 有/無, はい/いいえ, true/false.
///
/// # Errors
/// [`Reason::Shape`].
pub fn flag(text: &str) -> Result<bool, Reason> {
    match nfkc(text).trim().to_lowercase().as_str() {
        "1" | "○" | "〇" | "◯" | "◎" | "●" | "有" | "有り" | "あり" | "可" | "はい" | "true" | "yes" | "y" => {
            Ok(true)
        }
        "0" | "×" | "✕" | "無" | "無し" | "なし" | "不可" | "いいえ" | "-" | "ー" | "―" | "−" | "false" | "no"
        | "n" => Ok(false),
        _ => Err(Reason::Shape),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_files_write_them() {
        for text in [
            "2026-01-05",
            "2026/1/5",
            "2026.01.05",
            "２０２６年１月５日",
            "20260105",
            "R8.1.5",
            "令和8年1月5日",
            "2026/1/5 0:00",
            "2026-01-05 00:00:00",
        ] {
            assert_eq!(day(text), Ok(Day::new(2026, 1, 5).unwrap()), "{text}");
        }
        for text in ["2026-02-29", "26/1/5", "2026/1", "1/5", "2026-1-5-3", "44931", "2026/1/5 10:00", "不明"] {
            assert_eq!(day(text), Err(Reason::Date), "{text}");
        }
    }

    #[test]
    fn times_as_files_write_them() {
        for (text, expected) in [("9:00", "09:00"), ("０９：３０", "09:30"), ("9時30分", "09:30"), ("9時", "09:00")]
        {
            assert_eq!(minute(text).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "24:00", "9", ":30", "9:0a", "九時"] {
            assert_eq!(minute(text), Err(Reason::Date), "{text}");
        }
    }

    #[test]
    fn numbers_as_files_write_them() {
        assert_eq!(integer("１，２３４"), Ok(1234));
        assert_eq!(integer("－5"), Ok(-5));
        assert_eq!(integer("1.5"), Err(Reason::Number));
        assert_eq!(integer_in(1, 3)("4"), Err(Reason::Range { min: 1, max: 3 }));
        assert_eq!(decimal("３４．８"), Ok(34.8));
        for text in ["inf", "NaN", "1e999", "-", "1.2.3", "北緯34"] {
            assert_eq!(decimal(text), Err(Reason::Number), "{text}");
        }
        assert_eq!(latitude("34.867"), Ok(34.867));
        assert_eq!(latitude("138.324"), Err(Reason::Range { min: 20, max: 46 }));
        assert_eq!(longitude("0"), Err(Reason::Range { min: 122, max: 154 }));
        assert_eq!(yen("1,234円"), Ok(Yen::new(1234)));
        assert_eq!(yen("12.5"), Err(Reason::Money));
        assert_eq!(thousands_of_yen("17757.399999999994"), Ok(Yen::new(17_757_400)));
    }

    #[test]
    fn texts_and_flags() {
        assert_eq!(line::<20>("中央\r\n 公民館").unwrap().as_str(), "中央 公民館");
        assert_eq!(line::<3>("中央公民館"), Err(Reason::TooLong { max: 3 }));
        assert_eq!(line::<20>("a\u{7}"), Err(Reason::Control));
        assert_eq!(paragraph::<20>("一\r\n二").unwrap().as_str(), "一\n二");
        assert_eq!(phone("054-626-1111").unwrap().as_str(), "0546261111");
        assert_eq!(phone("なし"), Err(Reason::Shape));
        assert!(email("a@example.jp").is_ok());
        assert_eq!(["○", "１", "有", "True"].map(flag), [const { Ok(true) }; 4]);
        assert_eq!(["×", "0", "無", "－"].map(flag), [const { Ok(false) }; 4]);
        assert_eq!(flag("△"), Err(Reason::Shape));
    }
}
