//! Satisfaction in figures: number, mean and distribution by topic and period; what of it may be published.

use std::collections::BTreeMap;

use kernel::day::Day;
use store::Tx;

store::statements! {
    /// Voices by topic and score, from a day until before another.
    COUNTS = "SELECT topic, score, COUNT(*) FROM voice WHERE day >= $1 AND day < $2 GROUP BY topic, score";
}

/// Voices a published figure stands for at least.
pub const LEAST: u64 = 10;

/// Some voices together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many gave 1, 2, 3, 4, 5.
    pub distribution: [u64; 5],
}

impl Summary {
    /// How many voices.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.distribution.iter().sum()
    }

    /// The mean in hundredths (437 is 4.37), rounded half up; nothing without a voice.
    #[must_use]
    pub fn mean_hundredths(&self) -> Option<u64> {
        let n = self.n();
        let sum: u64 = (1..).zip(self.distribution).map(|(score, count)| score * count).sum();
        (n > 0).then(|| (sum * 200 + n) / (2 * n))
    }

    fn and(self, other: Self) -> Self {
        let mut both = self;
        for (count, more) in both.distribution.iter_mut().zip(other.distribution) {
            *count += more;
        }
        both
    }
}

/// Satisfaction by topic, for the staff whose topics they are. Not for publication: see [`Table::public`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Each topic that has voices.
    pub topics: BTreeMap<String, Summary>,
}

/// A figure that may be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public {
    n: u64,
    mean_hundredths: u64,
}

impl Public {
    /// How many voices, at least [`LEAST`].
    #[must_use]
    pub fn n(self) -> u64 {
        self.n
    }

    /// The mean in hundredths.
    #[must_use]
    pub fn mean_hundredths(self) -> u64 {
        self.mean_hundredths
    }
}

/// A table that may be published. Suppressed figures are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicTable {
    /// All topics together.
    pub total: Option<Public>,
    /// Each topic that has voices.
    pub topics: BTreeMap<String, Option<Public>>,
}

impl Table {
    /// All topics together.
    #[must_use]
    pub fn total(&self) -> Summary {
        self.topics.values().fold(Summary::default(), |all, one| all.and(*one))
    }

    /// What may be published: no topic of fewer than [`LEAST`] voices, and where taking the shown topics from the
    /// total would give such a group away, the smallest shown topics as well.
    #[must_use]
    pub fn public(&self) -> PublicTable {
        let mut by_size: Vec<(&String, &Summary)> = self.topics.iter().collect();
        by_size.sort_by_key(|(_, summary)| summary.n());
        let mut hidden = 0;
        let mut topics = BTreeMap::new();
        for (topic, summary) in by_size {
            let n = summary.n();
            let hide = n < LEAST || (hidden > 0 && hidden < LEAST);
            hidden += if hide { n } else { 0 };
            topics.insert(topic.clone(), if hide { None } else { publish(summary) });
        }
        PublicTable { total: publish(&self.total()), topics }
    }
}

fn publish(summary: &Summary) -> Option<Public> {
    let n = summary.n();
    summary.mean_hundredths().filter(|_| n >= LEAST).map(|mean_hundredths| Public { n, mean_hundredths })
}

/// Satisfaction by topic in a period: from a day until before another.
///
/// # Errors
/// Any storage error.
pub async fn summary(tx: &mut Tx<'_>, from: Day, until: Day) -> Result<Table, store::Error> {
    let mut table = Table::default();
    for row in tx.all(&COUNTS, &[from.into(), until.into()]).await? {
        let (score, count): (usize, i64) = (row.get(1)?, row.get(2)?);
        let topic = table.topics.entry(row.get(0)?).or_default();
        if let Some(cell) = score.checked_sub(1).and_then(|at| topic.distribution.get_mut(at)) {
            *cell = u64::try_from(count).unwrap_or(0);
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(counts: &[[u64; 5]]) -> Table {
        let topics = (0..).zip(counts).map(|(n, counts)| (format!("topic {n}"), Summary { distribution: *counts }));
        Table { topics: topics.collect() }
    }

    #[test]
    fn the_mean_is_rounded_half_up() {
        for (counts, mean) in [
            ([0, 0, 0, 0, 0], None),
            ([0, 0, 0, 0, 3], Some(500)),
            ([1, 1, 1, 0, 0], Some(200)),
            ([0, 0, 0, 1, 2], Some(467)),
            ([0, 0, 0, 7, 1], Some(413)),
        ] {
            assert_eq!(Summary { distribution: counts }.mean_hundredths(), mean, "{counts:?}");
        }
    }

    #[test]
    fn nine_voices_are_not_published_and_not_to_be_worked_out() {
        let public = table(&[[0, 0, 0, 0, 9], [0, 0, 0, 0, 12], [0, 0, 0, 0, 30]]).public();
        assert_eq!(public.total.unwrap().n(), 51);
        assert!(public.topics["topic 0"].is_none());
        assert!(public.topics["topic 1"].is_none(), "51 − 30 − 12 would tell");
        assert_eq!(public.topics["topic 2"].unwrap().n(), 30);
        assert!(table(&[[0, 0, 0, 0, 9]]).public().total.is_none());
        assert_eq!(table(&[[0, 0, 0, 0, 10]]).public().topics["topic 0"].unwrap().mean_hundredths(), 500);
    }

    proptest! {
        /// Whatever is shown stands for ten at least, and so does what total minus shown leaves.
        #[test]
        fn no_small_group_shows(counts in prop::collection::vec(prop::array::uniform5(0..8_u64), 0..8)) {
            let table = table(&counts);
            let public = table.public();
            let shown: u64 = public.topics.values().flatten().map(|topic| topic.n()).sum();
            prop_assert!(public.topics.values().flatten().all(|topic| topic.n() >= LEAST));
            if let Some(total) = public.total {
                let rest = total.n() - shown;
                let rest_is_everything_hidden = public.topics.values().any(Option::is_none);
                prop_assert!(rest == 0 || (rest >= LEAST && rest_is_everything_hidden), "rest {rest}");
            } else {
                prop_assert_eq!(shown, 0);
            }
        }
    }
}
