//! What of an answer anybody may read.

use kernel::time::Instant;

use crate::ask::Answer;
use crate::figure::Figure;
use crate::kind::Metric;
use crate::question::{By, Key, Period};

/// Facts a published figure stands for at least.
pub const LEAST: u64 = 10;

/// An answer that may be published: of groups that are too small nothing is said, nor of as many others as would give
/// them away by taking the shown ones from the total. Only [`Answer::public`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicAnswer {
    metric: &'static Metric,
    period: Period,
    by: By,
    total: Option<Figure>,
    groups: Vec<(Key, Option<Figure>)>,
    as_of: Instant,
}

impl Answer {
    /// What of it may be published; nothing of a metric that is not public.
    #[must_use]
    pub fn public(&self) -> Option<PublicAnswer> {
        if !self.metric.public {
            return None;
        }
        let shown = shown(&self.groups.iter().map(|(_, figure)| figure.n).collect::<Vec<_>>());
        let groups = self.groups.iter().zip(shown);
        Some(PublicAnswer {
            metric: self.metric,
            period: self.period,
            by: self.by,
            total: Some(self.total).filter(|figure| figure.n == 0 || figure.n >= LEAST),
            groups: groups.map(|((key, figure), shown)| (key.clone(), shown.then_some(*figure))).collect(),
            as_of: self.as_of,
        })
    }
}

/// Which of groups of these sizes are shown. An empty group is nobody's and shows.
fn shown(sizes: &[u64]) -> Vec<bool> {
    let mut by_size: Vec<usize> = (0..sizes.len()).filter(|at| sizes[*at] > 0).collect();
    by_size.sort_by_key(|at| sizes[*at]);
    let mut shown = vec![true; sizes.len()];
    let mut hidden = 0;
    for at in by_size {
        if sizes[at] < LEAST || (hidden > 0 && hidden < LEAST) {
            shown[at] = false;
            hidden += sizes[at];
        }
    }
    shown
}

impl PublicAnswer {
    /// Which metric.
    #[must_use]
    pub fn metric(&self) -> &'static Metric {
        self.metric
    }

    /// Over which days.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// Into what groups.
    #[must_use]
    pub fn by(&self) -> By {
        self.by
    }

    /// All of it; none where it stands for fewer than [`LEAST`].
    #[must_use]
    pub fn total(&self) -> Option<Figure> {
        self.total
    }

    /// The groups in order; none where it may not be said.
    #[must_use]
    pub fn groups(&self) -> &[(Key, Option<Figure>)] {
        &self.groups
    }

    /// The moment it is true of.
    #[must_use]
    pub fn as_of(&self) -> Instant {
        self.as_of
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_groups_and_what_would_tell_them_are_left_out() {
        assert_eq!(shown(&[9, 12, 30]), [false, false, true], "51 − 30 − 12 would tell");
        assert_eq!(shown(&[5, 6, 30]), [false, false, true]);
        assert_eq!(shown(&[10, 0, 12]), [true, true, true]);
        assert_eq!(shown(&[3]), [false]);
        assert_eq!(shown(&[]), Vec::<bool>::new());
    }

    proptest! {
        /// What is left when the shown groups are taken from the total is nothing, or of ten at least; or all is hidden.
        #[test]
        fn no_small_group_can_be_worked_out(sizes in prop::collection::vec(0..40_u64, 0..12)) {
            let shown = shown(&sizes);
            prop_assert!(sizes.iter().zip(&shown).all(|(n, shown)| !shown || *n == 0 || *n >= LEAST));
            let hidden: Vec<u64> = sizes.iter().zip(&shown).filter(|(_, shown)| !**shown).map(|(n, _)| *n).collect();
            let left: u64 = hidden.iter().sum();
            let something_shows = sizes.iter().zip(&shown).any(|(n, shown)| *shown && *n > 0);
            prop_assert!(hidden.is_empty() || !something_shows || (left >= LEAST && hidden.len() > 1), "{hidden:?}");
        }
    }
}
