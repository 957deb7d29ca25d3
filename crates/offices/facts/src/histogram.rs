//! Counted numbers in few bytes, to be added and taken away again.
//!
//! Numbers below 2048 are kept exactly; larger ones in buckets of 1/1024 of their octave, so that what comes back is
//! never more than 0.05 % from what went in. Counts may be negative: a rollup can hold that a number was taken away
//! before the fact that brought it is folded.

use std::cmp::Ordering;

use store::{FromValue, Value};

/// Buckets of an octave.
const FINE: u64 = 1024;

/// Numbers and how often each came: buckets in order, none with a count of 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(Vec<(i32, i64)>);

/// Fewer buckets than this are put in one by one.
const FEW: usize = 8;

/// The bucket of a magnitude.
fn bucket(magnitude: u64) -> i32 {
    let above = (magnitude / FINE).checked_ilog2().unwrap_or(0);
    // 55 octaves of 1024 buckets: far within the type.
    i32::try_from(u64::from(above) * FINE + (magnitude >> above)).unwrap_or(i32::MAX)
}

/// The smallest and largest magnitude of a bucket.
fn range(bucket: u64) -> (u64, u64) {
    if bucket < 2 * FINE {
        return (bucket, bucket);
    }
    let above = bucket / FINE - 1;
    let low = (bucket - above * FINE) << above;
    (low, low + ((1 << above) - 1))
}

/// The bucket of a number: those of negative ones lie below −1, mirrored.
fn index(number: i64) -> i32 {
    let bucket = bucket(number.unsigned_abs());
    if number < 0 { -bucket } else { bucket }
}

/// The number a bucket stands for: its middle.
fn number(index: i32) -> i64 {
    let (low, high) = range(u64::from(index.unsigned_abs()));
    let middle = i64::try_from(low + (high - low) / 2).unwrap_or(i64::MAX);
    if index < 0 { -middle } else { middle }
}

impl Histogram {
    /// Adds a number so many times; a negative count takes it away.
    pub fn add(&mut self, number: i64, count: i64) {
        self.put(index(number), count);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        if other.0.len() < FEW {
            other.0.iter().for_each(|(index, count)| self.put(*index, *count));
            return;
        }
        let (mut mine, mut theirs) = (self.0.iter().copied().peekable(), other.0.iter().copied().peekable());
        let mut both = Vec::with_capacity(self.0.len() + other.0.len());
        while let (Some(a), Some(b)) = (mine.peek().copied(), theirs.peek().copied()) {
            match a.0.cmp(&b.0) {
                Ordering::Less => both.extend(mine.next()),
                Ordering::Greater => both.extend(theirs.next()),
                Ordering::Equal => {
                    both.extend(Some((a.0, a.1 + b.1)).filter(|(_, count)| *count != 0));
                    mine.next();
                    theirs.next();
                }
            }
        }
        both.extend(mine.chain(theirs));
        self.0 = both;
    }

    fn put(&mut self, index: i32, count: i64) {
        match self.0.binary_search_by_key(&index, |(index, _)| *index) {
            Ok(at) => {
                self.0[at].1 += count;
                if self.0[at].1 == 0 {
                    self.0.remove(at);
                }
            }
            Err(at) if count != 0 => self.0.insert(at, (index, count)),
            Err(_) => {}
        }
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of this rank, counted from 1.
    #[must_use]
    pub fn rank(&self, rank: i64) -> Option<i64> {
        let mut passed = 0;
        self.0.iter().find_map(|(index, count)| {
            passed += count;
            (passed >= rank).then(|| number(*index))
        })
    }

    /// How many are at most `limit`; exact when the histogram [tells](Self::tells) it.
    #[must_use]
    pub fn at_most(&self, limit: i64) -> i64 {
        self.0.iter().take_while(|(it, _)| *it <= index(limit)).map(|(_, count)| count).sum()
    }

    /// Whether `limit` and the number after it lie in different buckets.
    #[must_use]
    pub fn tells(limit: i64) -> bool {
        index(limit) != index(limit.saturating_add(1))
    }

    /// A few bytes a bucket: distance from the one before, and count, as variable-length integers.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 3);
        let mut last = 0;
        for (index, count) in &self.0 {
            push(&mut bytes, i64::from(*index) - last);
            push(&mut bytes, *count);
            last = i64::from(*index);
        }
        bytes
    }

    /// Reads [`Self::to_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (mut rest, mut last) = (bytes, 0_i64);
        let mut buckets: Vec<(i32, i64)> = Vec::with_capacity(bytes.len() / 2);
        while !rest.is_empty() {
            last = last.checked_add(pull(&mut rest)?)?;
            let (index, count) = (i32::try_from(last).ok()?, pull(&mut rest)?);
            if count == 0 || buckets.last().is_some_and(|(before, _)| *before >= index) {
                return None;
            }
            buckets.push((index, count));
        }
        Some(Self(buckets))
    }
}

impl From<&Histogram> for Value {
    fn from(it: &Histogram) -> Self {
        Self::Bytes(it.to_bytes())
    }
}

impl FromValue for Histogram {
    const EXPECTED: &'static str = "a histogram";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Self::from_bytes(bytes),
            _ => None,
        }
    }
}

/// Writes a number with the sign in the lowest bit, seven bits a byte.
fn push(bytes: &mut Vec<u8>, number: i64) {
    let mut word = ((number << 1) ^ (number >> 63)).cast_unsigned();
    loop {
        let low = u8::try_from(word & 0x7f).unwrap_or(0);
        word >>= 7;
        if word == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn pull(bytes: &mut &[u8]) -> Option<i64> {
    let mut word = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        word |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some((word >> 1).cast_signed() ^ -(word & 1).cast_signed());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(numbers: &[i64]) -> Histogram {
        let mut histogram = Histogram::default();
        numbers.iter().for_each(|number| histogram.add(*number, 1));
        histogram
    }

    #[test]
    fn ranks_and_limits() {
        let histogram = of(&[3, 1, 900, 901, 2047]);
        assert_eq!([1, 2, 3, 5].map(|rank| histogram.rank(rank)), [Some(1), Some(3), Some(900), Some(2047)]);
        assert_eq!(histogram.rank(6), None);
        assert_eq!((histogram.at_most(900), histogram.at_most(0), histogram.at_most(5000)), (3, 0, 5));
        assert!(Histogram::tells(2047) && Histogram::tells(2049) && !Histogram::tells(2048));
        assert_eq!(of(&[-5, 5]).rank(1), Some(-5));
    }

    #[test]
    fn the_bytes_of_a_day_are_few_and_rubbish_is_none() {
        let day: Vec<i64> = (0..500).map(|n| n * 7 % 1900).collect();
        assert!(of(&day).to_bytes().len() <= 1000, "{}", of(&day).to_bytes().len());
        assert!(Histogram::default().to_bytes().is_empty());
        for rubbish in
            [&[0x80_u8][..], &[2], &[2, 0], &[4, 2, 0, 2], &[0xff; 11], &[0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 2]]
        {
            assert_eq!(Histogram::from_bytes(rubbish), None, "{rubbish:?}");
        }
    }

    proptest! {
        #[test]
        fn what_comes_back_is_near(number in any::<i64>()) {
            let back = super::number(index(number));
            let error = (i128::from(back) - i128::from(number)).unsigned_abs();
            prop_assert!(error * 2000 <= u128::from(number.unsigned_abs()), "{number} came back as {back}");
            if number.unsigned_abs() < 2048 {
                prop_assert_eq!(back, number);
            }
        }

        #[test]
        fn the_order_stays(a in any::<i64>(), b in any::<i64>()) {
            prop_assert!(a > b || index(a) <= index(b));
        }

        #[test]
        fn merging_is_adding(a in prop::collection::vec((0..40_i64, -2..3_i64), 0..40), b in prop::collection::vec((0..40_i64, -2..3_i64), 0..40)) {
            let of = |pairs: &[(i64, i64)]| {
                let mut histogram = Histogram::default();
                pairs.iter().for_each(|(number, count)| histogram.add(*number, *count));
                histogram
            };
            let mut merged = of(&a);
            merged.merge(&of(&b));
            prop_assert_eq!(merged, of(&[a, b].concat()));
        }

        #[test]
        fn bytes_read_back(pairs in prop::collection::vec((any::<i64>(), -1000..1000_i64), 0..50)) {
            let mut histogram = Histogram::default();
            pairs.iter().for_each(|(number, count)| histogram.add(*number, *count));
            prop_assert_eq!(Histogram::from_bytes(&histogram.to_bytes()), Some(histogram));
        }

        /// Taking away what was added leaves nothing, in any order.
        #[test]
        fn adding_and_taking_away(numbers in prop::collection::vec(any::<i64>(), 0..50)) {
            let mut histogram = Histogram::default();
            numbers.iter().for_each(|number| histogram.add(*number, -1));
            histogram.merge(&of(&numbers));
            histogram.merge(&of(&numbers));
            numbers.iter().rev().for_each(|number| histogram.add(*number, -1));
            prop_assert!(histogram.is_empty());
        }
    }
}
