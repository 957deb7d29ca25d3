//! Exact decimals: numbers as people write them, as integers of a stated scale. Never a floating-point number.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::nfkc;

/// Reads a decimal times 10^`places`, exactly; what is smaller rounds half away from zero (四捨五入).
///
/// Full-width digits, thousands separators and the signs of accounts (`△`, `▲`, `−`) are understood; exponents, blanks
/// inside and words are not a number.
#[must_use]
pub fn scaled(text: &str, places: usize) -> Option<i64> {
    let text = nfkc(text);
    let (sign, text) = signed(text.trim());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = without_separators(whole)?;
    if (whole.is_empty() && fraction.is_empty()) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept = &fraction[..places.min(fraction.len())];
    let digits = format!("{whole}{kept:0<places$}");
    let amount: i64 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let round_up = fraction.as_bytes().get(places).is_some_and(|digit| *digit >= b'5');
    let amount = amount.checked_add(i64::from(round_up))?;
    Some(if sign.is_empty() { amount } else { -amount })
}

/// The sign in ASCII and the rest; accounts write a loss with a triangle.
pub(crate) fn signed(text: &str) -> (&'static str, &str) {
    match text.strip_prefix(['-', '−', '△', '▲']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits of a number that may carry separators; when it does, they must stand every three digits.
fn without_separators(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split(',').collect();
    let digits = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    let spaced =
        groups.len() == 1 || (matches!(groups[0].len(), 1..=3) && groups[1..].iter().all(|group| group.len() == 3));
    (digits && spaced).then(|| groups.concat())
}

/// A number with at most six decimal places: an indicator, a target, hours.
///
/// Six places are more than any published indicator has; what spreadsheets add behind them is noise of their own
/// arithmetic (`17757.399999999994`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(i64);

impl Decimal {
    /// Millionths in one.
    pub const ONE: Self = Self(1_000_000);
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// This many millionths.
    #[must_use]
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// This many thousandths, unless that is too many.
    #[must_use]
    pub const fn from_thousandths(thousandths: i64) -> Option<Self> {
        match thousandths.checked_mul(1_000) {
            Some(millionths) => Some(Self(millionths)),
            None => None,
        }
    }

    /// A whole number, unless it is too large (beyond some 9 × 10¹²).
    #[must_use]
    pub const fn whole(number: i64) -> Option<Self> {
        match number.checked_mul(1_000_000) {
            Some(millionths) => Some(Self(millionths)),
            None => None,
        }
    }

    /// The number of millionths.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// Reads a number as [`scaled`] does; beyond six places it is rounded half away from zero.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        scaled(text, 6).map(Self)
    }
}

/// Without separators and without zeros that say nothing: `-2.5`, `1200`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        if fraction == 0 {
            return f.pad(&format!("{sign}{whole}"));
        }
        f.pad(format!("{sign}{whole}.{fraction:06}").trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_as_files_write_them() {
        for (text, millionths) in [
            ("0.024000000000000002", 24_000),
            ("33.333333333333336", 33_333_333),
            ("-1.5", -1_500_000),
            ("△２．５", -2_500_000),
            ("1,234", 1_234_000_000),
            (".5", 500_000),
            ("0.0000005", 1),
        ] {
            assert_eq!(Decimal::parse(text), Some(Decimal::from_millionths(millionths)), "{text}");
        }
        for text in ["", "-", "1e3", "NaN", "1.2.3", "約3", "99999999999999999999"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(Decimal::from_millionths(-2_500_000).to_string(), "-2.5");
        assert_eq!(Decimal::from_millionths(1_200_000_000).to_string(), "1200");
        assert_eq!(Decimal::whole(12), Decimal::parse("12"));
        assert_eq!(Decimal::whole(i64::MAX), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_read(millionths in -i64::MAX..=i64::MAX) {
            let number = Decimal::from_millionths(millionths);
            prop_assert_eq!(Decimal::parse(&number.to_string()), Some(number));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}", places in 0_usize..20) {
            let _ = scaled(&text, places);
        }
    }
}
