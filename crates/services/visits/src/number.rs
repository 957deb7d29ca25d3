//! What people say, type and scan: booking numbers, tickets, and reading either of them however it was entered.

use std::fmt;

use kernel::text::nfkc;

/// Letters of a booking number: none looks or sounds like a digit, and none lets a Japanese input
/// method make a syllable of it when a scanner types.
const LETTERS: &[u8; 14] = b"CDFHJKMPRTVWXY";

/// A booking number (予約番号) such as `3F7-204`, said on the telephone and typed at the counter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(String);

impl Number {
    /// A number from random bytes; `wide` has ten times as many.
    #[must_use]
    pub fn from_random(bytes: [u8; 8], wide: bool) -> Self {
        let mut rest = u64::from_le_bytes(bytes);
        let mut take = |n: u64| {
            let it = rest % n;
            rest /= n;
            it
        };
        let letter = LETTERS[usize::try_from(take(14)).unwrap_or_default()] as char;
        let (first, last) = (take(10), take(10));
        if wide {
            Self(format!("{first}{letter}{last}-{:04}", take(10_000)))
        } else {
            Self(format!("{first}{letter}{last}-{:03}", take(1_000)))
        }
    }

    /// Reads what a person or a scanner typed: any width, case, spaces and dashes; `O` for zero, `I` or `l` for one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut clean = String::with_capacity(8);
        for c in nfkc(text).chars() {
            match c.to_ascii_uppercase() {
                c if c.is_ascii_alphanumeric() => clean.push(c),
                c if c.is_whitespace() || is_dash(c) => {}
                _ => return None,
            }
            if clean.len() > 7 {
                return None;
            }
        }
        if clean.len() < 6 {
            return None;
        }
        let mut number = String::with_capacity(8);
        for (index, c) in clean.chars().enumerate() {
            if index == 3 {
                number.push('-');
            }
            number.push(match (index, c) {
                (1, c) if LETTERS.contains(&(c as u8)) => c,
                (1, _) => return None,
                (_, 'O') => '0',
                (_, 'I' | 'L') => '1',
                (_, c) if c.is_ascii_digit() => c,
                _ => return None,
            });
        }
        Some(Self(number))
    }

    /// The number as shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Number> for store::Value {
    fn from(it: &Number) -> Self {
        it.as_str().into()
    }
}

impl store::FromValue for Number {
    const EXPECTED: &'static str = "a booking number";
    fn from_value(value: &store::Value) -> Option<Self> {
        match value {
            store::Value::Text(text) => Self::parse(text),
            _ => None,
        }
    }
}

/// Everything that is drawn as a horizontal stroke, including the long-vowel mark an input method makes of `-`.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '‐'..='―' | '−' | 'ー' | '_' | '.')
}

/// A ticket (番号札) such as `A-047`: the counter's letter and a number that grows through the day.
pub(crate) fn ticket(prefix: char, number: i64) -> String {
    format!("{prefix}-{number:03}")
}

/// What somebody typed or scanned at the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scan {
    /// A booking number, typed, or taken out of a scanned link.
    Number(Number),
    /// A ticket of today.
    Ticket(String),
    /// Anything else: a part of a name.
    Words(String),
}

impl Scan {
    /// Reads it. A link contains the number as its own path segment.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = nfkc(text);
        let text = text.trim();
        if let Some(number) = text.split(['/', '?', '&', '=', '#']).find_map(Number::parse) {
            return Self::Number(number);
        }
        let mut rest = text.chars();
        let letter = rest.next().map(|c| c.to_ascii_uppercase()).filter(char::is_ascii_uppercase);
        let digits: String = rest.filter(|c| !is_dash(*c) && !c.is_whitespace()).collect();
        match (letter, digits.parse::<u16>()) {
            (Some(letter), Ok(number)) => Self::Ticket(ticket(letter, number.into())),
            _ => Self::Words(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::SlotId;

    #[test]
    fn numbers_are_read_as_people_and_scanners_give_them() {
        let number = Number::parse("3F7-204").unwrap();
        for text in ["3f7204", "３Ｆ７−２０４", "３F７ー２０４", " 3F7 204 ", "3F7‐2O4", "3F7.204"] {
            assert_eq!(Number::parse(text), Some(number.clone()), "{text}");
        }
        assert_eq!(Number::parse("lF7-2Ol").unwrap().as_str(), "1F7-201");
        for text in ["", "3F7-20", "3F7-20456", "3A7-204", "F37-204", "3F7-2B4", "3F7-204\0", "３七F-204", "A-047"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_scan_is_a_number_a_ticket_or_a_name() {
        let number = Scan::Number(Number::parse("3F7-204").unwrap());
        for text in ["3F7-204", "https://city.example.jp/visits/bookings/3F7-204?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ"] {
            assert_eq!(Scan::parse(text), number, "{text}");
        }
        for text in ["A-047", "a47", "Ａ−０４７", "Aー47"] {
            assert_eq!(Scan::parse(text), Scan::Ticket("A-047".to_owned()), "{text}");
        }
        assert_eq!(Scan::parse(" 井上 ハナ "), Scan::Words("井上 ハナ".to_owned()));
        assert_eq!(Scan::parse("A"), Scan::Words("A".to_owned()));
        assert_eq!(Scan::parse(""), Scan::Words(String::new()));
    }

    proptest! {
        #[test]
        fn any_text_is_no_panic(text in ".{0,40}") {
            let _ = (Number::parse(&text), Scan::parse(&text), text.parse::<SlotId>());
        }

        #[test]
        fn made_numbers_read_back(bytes: [u8; 8], wide: bool) {
            let number = Number::from_random(bytes, wide);
            prop_assert_eq!(Number::parse(number.as_str()), Some(number.clone()));
            prop_assert_eq!(number.as_str().len(), if wide { 8 } else { 7 });
        }
    }
}
