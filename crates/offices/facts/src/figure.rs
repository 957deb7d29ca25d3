//! Figures: what comes out of counted numbers, exact to a thousandth of its unit.

use std::fmt;

use crate::cut::Cell;
use crate::kind::{Method, Metric};

/// A number in thousandths: 7.25 minutes are 7250.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thousandths(i64);

impl Thousandths {
    /// So many thousandths.
    #[must_use]
    pub const fn new(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// How many.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// With so many digits after the point (at most three), rounded half up, away from zero for negative ones.
    #[must_use]
    pub fn rounded(self, digits: u8) -> String {
        let digits = digits.min(3);
        let drop = 10_u64.pow(u32::from(3 - digits));
        let all = (self.0.unsigned_abs() + drop / 2) / drop;
        let sign = if self.0 < 0 && all > 0 { "-" } else { "" };
        if digits == 0 {
            return format!("{sign}{all}");
        }
        let one = 10_u64.pow(u32::from(digits));
        format!("{sign}{}.{:0width$}", all / one, all % one, width = usize::from(digits))
    }
}

impl fmt::Display for Thousandths {
    /// Without needless zeros: `7.25`, `12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.rounded(3);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// A figure and how many facts it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// How many numbers it was made from.
    pub n: u64,
    /// In the metric's unit; none where there is nothing to make it from.
    pub value: Option<Thousandths>,
}

/// The numerator and denominator of a figure, before its unit; nothing when there is none.
fn ratio(method: Method, cell: &Cell) -> Option<(i64, i64)> {
    let n = cell.n;
    match method {
        Method::Count => return Some((n, 1)),
        Method::Sum => return Some((cell.sum, 1)),
        _ if n <= 0 => return None,
        _ => {}
    }
    Some(match method {
        Method::Count | Method::Sum | Method::Mean | Method::Share => (cell.sum, n),
        Method::ShareAtLeast(limit) => (n - cell.histogram.at_most(limit - 1), n),
        Method::ShareAtMost(limit) => (cell.histogram.at_most(limit), n),
        Method::Median => (cell.histogram.rank((n + 1) / 2)?, 1),
        Method::P90 => (cell.histogram.rank((n * 9 + 9) / 10)?, 1),
    })
}

/// Rounds half up.
fn divide(numerator: i128, denominator: i128) -> i64 {
    let rounded = (2 * numerator + denominator).div_euclid(2 * denominator);
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

impl Figure {
    /// The figure of a metric over counted numbers.
    pub(crate) fn of(metric: &Metric, cell: &Cell) -> Self {
        let (times, by) = metric.scale.factor();
        let value = ratio(metric.method, cell)
            .map(|(above, below)| Thousandths(divide(i128::from(above) * 1000 * times, i128::from(below) * by)));
        Self { n: u64::try_from(cell.n).unwrap_or(0), value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(numbers: &[i64]) -> Cell {
        let mut cell = Cell::default();
        numbers.iter().for_each(|number| cell.add(*number, 1));
        cell
    }

    fn exact(method: Method, numbers: &[i64]) -> Option<(i64, i64)> {
        ratio(method, &cell(numbers))
    }

    #[test]
    fn each_method_is_what_it_says() {
        let ten: Vec<i64> = (1..=10).collect();
        assert_eq!(exact(Method::Count, &ten), Some((10, 1)));
        assert_eq!(exact(Method::Sum, &ten), Some((55, 1)));
        assert_eq!(exact(Method::Mean, &ten), Some((55, 10)));
        assert_eq!(exact(Method::Share, &[0, 1, 1]), Some((2, 3)));
        assert_eq!(exact(Method::ShareAtLeast(4), &ten), Some((7, 10)));
        assert_eq!(exact(Method::ShareAtMost(4), &ten), Some((4, 10)));
        assert_eq!(exact(Method::Median, &ten), Some((5, 1)));
        assert_eq!(exact(Method::Median, &ten[..9]), Some((5, 1)));
        assert_eq!(exact(Method::P90, &ten), Some((9, 1)));
        assert_eq!(exact(Method::P90, &ten[..9]), Some((9, 1)));
        assert_eq!(exact(Method::P90, &ten[..1]), Some((1, 1)));
        assert_eq!((exact(Method::Count, &[]), exact(Method::Sum, &[])), (Some((0, 1)), Some((0, 1))));
        assert_eq!((exact(Method::Median, &[]), exact(Method::Share, &[])), (None, None));
    }

    #[test]
    fn rounding_is_half_up() {
        assert_eq!([divide(1, 2), divide(-1, 2), divide(2, 3), divide(1, 3)], [1, 0, 1, 0]);
        let text = |thousandths: i64| Thousandths(thousandths).to_string();
        assert_eq!([7250, 12_000, 5, -1500, 0, 100].map(text), ["7.25", "12", "0.005", "-1.5", "0", "0.1"]);
        let rounded = |thousandths: i64, digits| Thousandths(thousandths).rounded(digits);
        assert_eq!([rounded(7250, 1), rounded(999, 0), rounded(-49, 1), rounded(-50, 1)], ["7.3", "1", "0.0", "-0.1"]);
    }
}
