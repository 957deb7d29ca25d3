//! Medians and quartiles from counted values, so that a query returns a histogram and not every visit.

/// A histogram of whole numbers: value and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Histogram(std::collections::BTreeMap<i64, u64>);

impl Histogram {
    pub(crate) fn add(&mut self, value: i64, count: u64) {
        *self.0.entry(value).or_default() += count;
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.values().sum()
    }

    /// The value below or at which `percent` of all lie (nearest rank); none when there is nothing.
    pub(crate) fn percentile(&self, percent: u64) -> Option<i64> {
        let rank = (self.len() * percent).div_ceil(100).max(1);
        let mut passed = 0;
        self.0.iter().find_map(|(value, count)| {
            passed += count;
            (passed >= rank).then_some(*value)
        })
    }

    pub(crate) fn median(&self) -> Option<i64> {
        self.percentile(50)
    }

    /// Lower quartile, median, upper quartile.
    pub(crate) fn quartiles(&self) -> Option<(i64, i64, i64)> {
        Some((self.percentile(25)?, self.percentile(50)?, self.percentile(75)?))
    }
}

impl FromIterator<i64> for Histogram {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Self {
        let mut it = Self::default();
        values.into_iter().for_each(|value| it.add(value, 1));
        it
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank() {
        assert_eq!(Histogram::default().median(), None);
        let one: Histogram = [7].into_iter().collect();
        assert_eq!(one.quartiles(), Some((7, 7, 7)));
        let four: Histogram = [4, 1, 3, 2].into_iter().collect();
        assert_eq!(four.quartiles(), Some((1, 2, 3)));
        let mut many = Histogram::default();
        many.add(5, 90);
        many.add(60, 10);
        assert_eq!(
            (many.median(), many.percentile(90), many.percentile(91), many.len()),
            (Some(5), Some(5), Some(60), 100)
        );
    }
}
