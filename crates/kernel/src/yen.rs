//! Money: whole yen, never a floating-point number.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decimal::{scaled, signed};
use crate::text::nfkc;

/// An amount in yen; may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Yen(i64);

impl Yen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// This many yen.
    #[must_use]
    pub const fn new(yen: i64) -> Self {
        Self(yen)
    }

    /// The number of yen.
    #[must_use]
    pub const fn amount(self) -> i64 {
        self.0
    }

    /// The sum, unless it is too large.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it is too large.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// This many times the amount, unless it is too large.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// The sum of all, unless it is too large.
    #[must_use]
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Reads an amount in 千円 written as a decimal, exactly: `17757.3999` is 17,757,400 yen.
    ///
    /// Half a yen rounds away from zero (四捨五入), so `0.0005` is 1 yen and `-0.0005` is −1 yen. Thousands
    /// separators and full-width digits are understood; exponents, blanks and words are not an amount.
    #[must_use]
    pub fn from_thousands_decimal(text: &str) -> Option<Self> {
        scaled(text, 3).map(Self)
    }

    /// Reads an amount in yen: `1,234円`, `¥1234`, `－1,234`, `△1,234`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = nfkc(text);
        let text = text.trim();
        let text = text.strip_suffix('円').unwrap_or(text);
        let (sign, digits) = signed(text);
        let digits = digits.strip_prefix(['¥', '\\']).unwrap_or(digits);
        if digits.contains('.') {
            return None;
        }
        scaled(&format!("{sign}{digits}"), 0).map(Self)
    }
}

impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 4);
        if self.0 < 0 {
            text.push('-');
        }
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text.push('円');
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_shown_with_separators() {
        for (amount, text) in [
            (0, "0円"),
            (999, "999円"),
            (1_234, "1,234円"),
            (-1_234_567, "-1,234,567円"),
            (i64::MIN, "-9,223,372,036,854,775,808円"),
        ] {
            assert_eq!(Yen::new(amount).to_string(), text);
        }
    }

    #[test]
    fn thousands_are_exact_decimals_rounded_half_up() {
        for (text, yen) in [
            ("17757.3999", 17_757_400),
            ("17757.399999999994", 17_757_400),
            ("0.0005", 1),
            ("0.00049999", 0),
            ("-0.0005", -1),
            ("12", 12_000),
            ("12.", 12_000),
            (".5", 500),
            ("1,234.5", 1_234_500),
            ("１２３", 123_000),
            ("△12", -12_000),
            (" 7 ", 7_000),
            ("0", 0),
        ] {
            assert_eq!(Yen::from_thousands_decimal(text), Some(Yen::new(yen)), "{text}");
        }
        for text in ["", ".", "-", "1e3", "1 2", "十", "1,23", "1.2.3", "99999999999999999999", "--1", "NaN"] {
            assert_eq!(Yen::from_thousands_decimal(text), None, "{text}");
        }
    }

    #[test]
    fn yen_are_read_as_people_write_them() {
        for (text, yen) in
            [("1,234円", 1234), ("￥1,234", 1234), ("－１２", -12), ("-¥500", -500), ("▲3", -3), ("1234", 1234)]
        {
            assert_eq!(Yen::parse(text), Some(Yen::new(yen)), "{text}");
        }
        for text in ["", "円", "1.5", "1,2345", "abc"] {
            assert_eq!(Yen::parse(text), None, "{text}");
        }
    }

    #[test]
    fn sums_notice_when_they_are_too_large() {
        assert_eq!(Yen::checked_sum([Yen::new(1), Yen::new(2)]), Some(Yen::new(3)));
        assert_eq!(Yen::checked_sum([Yen::new(i64::MAX), Yen::new(1)]), None);
        assert_eq!(Yen::new(i64::MAX).checked_mul(2), None);
        assert_eq!(Yen::new(3).checked_sub(Yen::new(5)), Some(Yen::new(-2)));
    }

    proptest! {
        #[test]
        fn rounding_is_off_by_at_most_half_a_yen(whole in 0_i64..1_000_000_000, fraction in 0_i64..1_000_000, negative: bool) {
            let sign = if negative { "-" } else { "" };
            let yen = Yen::from_thousands_decimal(&format!("{sign}{whole}.{fraction:06}")).unwrap();
            // In thousandths of a yen the input is a whole number.
            let exact = (whole * 1_000_000 + fraction) * if negative { -1 } else { 1 };
            let difference = yen.amount() * 1_000 - exact;
            prop_assert!(difference.abs() <= 500);
            if difference.abs() == 500 {
                prop_assert_eq!(difference > 0, !negative, "half a yen goes away from zero");
            }
        }

        #[test]
        fn what_is_shown_can_be_read(amount in -i64::MAX..=i64::MAX) {
            prop_assert_eq!(Yen::parse(&Yen::new(amount).to_string()), Some(Yen::new(amount)));
        }
    }
}
