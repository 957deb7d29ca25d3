//! What can be recorded, what is collected of it, and the figures made from that: plain data that services declare.

/// What the number of a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Whole seconds.
    Seconds,
    /// A score, 1 (bad) to 5 (good).
    Score,
    /// 1 = yes, 0 = no; which question, the kind's documentation says.
    Flag,
    /// Nothing: it happened, the number is 0.
    Nothing,
}

/// One kind of fact. Its name never changes its meaning; a new meaning is a new kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// `service.what_happened`, at most 60 letters.
    pub name: &'static str,
    /// What its number is.
    pub value: Measure,
}

/// Which number a series takes from a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The fact's own.
    Value,
    /// 1, whatever it says.
    One,
    /// 0, whatever it says: it counts in the denominator only.
    Zero,
}

/// One kind a series takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The kind.
    pub kind: &'static Kind,
    /// Which number.
    pub how: How,
}

/// What is collected: a stream of numbers with the facts' dimensions. Several metrics may read one series (the median and
/// the ninth decile of the same wait), so that a fact is folded once for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// `service.what`.
    pub name: &'static str,
    /// Grows when `takes` changes; the series is then computed anew from all facts.
    pub version: u16,
    /// From which kinds.
    pub takes: &'static [Take],
}

impl Series {
    /// The number this series takes from a fact of `kind`.
    #[must_use]
    pub fn number(&self, kind: &str, value: i64) -> Option<i64> {
        let take = self.takes.iter().find(|take| take.kind.name == kind)?;
        Some(match take.how {
            How::Value => value,
            How::One => 1,
            How::Zero => 0,
        })
    }
}

/// The figure made from the numbers of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// How many.
    Count,
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// The share of ones among zeros and ones.
    Share,
    /// The share of those at least this large. The limit is one of [`crate::Histogram::tells`].
    ShareAtLeast(i64),
    /// The share of those at most this large.
    ShareAtMost(i64),
    /// The number in the middle (nearest rank).
    Median,
    /// The number nine of ten do not exceed (nearest rank).
    P90,
}

/// In which unit a figure is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// 件
    Cases,
    /// 分, made from seconds.
    Minutes,
    /// %, made from a share.
    Percent,
    /// 点, 1 to 5.
    Score,
}

impl Scale {
    /// What a raw number is multiplied by and divided by.
    pub(crate) const fn factor(self) -> (i128, i128) {
        match self {
            Self::Cases | Self::Score => (1, 1),
            Self::Minutes => (1, 60),
            Self::Percent => (100, 1),
        }
    }

    /// The word of the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Minutes => "minutes",
            Self::Percent => "percent",
            Self::Score => "score",
        }
    }

    /// The unit's key in the word catalogues.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cases => "metrics-unit-cases",
            Self::Minutes => "metrics-unit-minutes",
            Self::Percent => "metrics-unit-percent",
            Self::Score => "metrics-unit-score",
        }
    }
}

/// In which direction a city wants the figure to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Down, such as waiting.
    Lower,
    /// Up, such as satisfaction.
    Higher,
    /// Neither: it says how much there was to do.
    Neither,
}

impl Better {
    /// The word of the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
            Self::Neither => "neither",
        }
    }
}

/// A figure with a meaning, for KPIs, pages and open data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// `service.what`, part of addresses.
    pub name: &'static str,
    /// Grows when the figure or its meaning changes, so that a KPI can say by which definition it was read.
    pub version: u16,
    /// The numbers it is made from.
    pub series: &'static Series,
    /// How.
    pub method: Method,
    /// In which unit.
    pub scale: Scale,
    /// Which direction is wanted.
    pub better: Better,
    /// Whether anybody may read it (with small groups left out).
    pub public: bool,
    /// Its name's key in the word catalogues.
    pub title: &'static str,
    /// What it means, in a sentence: a key.
    pub meaning: &'static str,
    /// How it is made, exactly: a key.
    pub formula: &'static str,
}
