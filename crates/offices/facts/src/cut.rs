//! The ways facts are counted together, and what one fact adds to each.

use std::collections::HashMap;

use kernel::day::Day;
use kernel::locale::Locale;
use kernel::time::Instant;
use store::{Error, Row};
use uuid::Uuid;

use crate::fact::Dims;
use crate::histogram::Histogram;
use crate::kind::Series;

/// Stands between the parts of a full key; no code holds it.
const BETWEEN: char = '\u{1f}';

/// How long the time of one rollup row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Grain {
    Day,
    Month,
}

impl Grain {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Day => "d",
            Self::Month => "m",
        }
    }

    fn day(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            Self::Month => day.month().first_day(),
        }
    }
}

/// By what the rows of a rollup are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Cut {
    /// By nothing.
    All,
    Unit,
    Place,
    Topic,
    Channel,
    Locale,
    Cohort,
    /// By the hour it happened.
    Hour,
    /// By unit, place, topic, channel and locale at once.
    Full,
}

impl Cut {
    pub(crate) const ALL: [Self; 9] = [
        Self::All,
        Self::Unit,
        Self::Place,
        Self::Topic,
        Self::Channel,
        Self::Locale,
        Self::Cohort,
        Self::Hour,
        Self::Full,
    ];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Unit => "unit",
            Self::Place => "place",
            Self::Topic => "topic",
            Self::Channel => "channel",
            Self::Locale => "locale",
            Self::Cohort => "cohort",
            Self::Hour => "hour",
            Self::Full => "full",
        }
    }

    /// The key of a fact in this cut; empty where it says nothing.
    pub(crate) fn key(self, fact: &Fact) -> String {
        let Dims { unit, place, topic, channel, locale, cohort } = &fact.dims;
        let id = |id: &Option<Uuid>| id.map(|id| id.simple().to_string()).unwrap_or_default();
        let code = |code: &Option<String>| code.clone().unwrap_or_default();
        let language = |locale: &Option<Locale>| locale.map(Locale::code).unwrap_or_default();
        match self {
            Self::All => String::new(),
            Self::Unit => id(unit),
            Self::Place => id(place),
            Self::Topic => code(topic),
            Self::Channel => code(channel),
            Self::Locale => language(locale).to_owned(),
            Self::Cohort => code(cohort),
            Self::Hour => format!("{:02}", fact.occurred_at.minute().hm().0),
            Self::Full => full([&id(unit), &id(place), &code(topic), &code(channel), language(locale)]),
        }
    }
}

/// The key of a full cut.
pub(crate) fn full(parts: [&str; 5]) -> String {
    parts.join(&BETWEEN.to_string())
}

/// The part of a full key that belongs to a cut.
pub(crate) fn part(key: &str, cut: Cut) -> Option<&str> {
    let at = match cut {
        Cut::Unit => 0,
        Cut::Place => 1,
        Cut::Topic => 2,
        Cut::Channel => 3,
        Cut::Locale => 4,
        Cut::All | Cut::Cohort | Cut::Hour | Cut::Full => return None,
    };
    key.split(BETWEEN).nth(at)
}

/// A fact as it is counted.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) kind: String,
    pub(crate) occurred_at: Instant,
    pub(crate) day: Day,
    pub(crate) dims: Dims,
    pub(crate) value: i64,
}

/// The columns [`Fact::read`] reads, of the table called `f` (or another name).
macro_rules! fact_columns {
    ($table:literal) => {
        concat!(
            $table,
            ".kind, ",
            $table,
            ".occurred_at, ",
            $table,
            ".day, ",
            $table,
            ".unit, ",
            $table,
            ".place, ",
            $table,
            ".topic, ",
            $table,
            ".channel, ",
            $table,
            ".locale, ",
            $table,
            ".cohort, ",
            $table,
            ".value"
        )
    };
}
pub(crate) use fact_columns;

/// How many columns [`fact_columns!`] names.
pub(crate) const COLUMNS: usize = 10;

impl Fact {
    /// Reads [`fact_columns!`] from column `at` on.
    pub(crate) fn read(row: &Row, at: usize) -> Result<Self, Error> {
        let dims = Dims {
            unit: row.get(at + 3)?,
            place: row.get(at + 4)?,
            topic: row.get(at + 5)?,
            channel: row.get(at + 6)?,
            locale: row.get(at + 7)?,
            cohort: row.get(at + 8)?,
        };
        Ok(Self {
            kind: row.get(at)?,
            occurred_at: row.get(at + 1)?,
            day: row.get(at + 2)?,
            dims,
            value: row.get(at + 9)?,
        })
    }

    /// The same, or nothing where an outer join found nothing.
    pub(crate) fn maybe(row: &Row, at: usize) -> Result<Option<Self>, Error> {
        if row.get::<Option<String>>(at)?.is_none() { Ok(None) } else { Self::read(row, at).map(Some) }
    }
}

/// Numbers counted together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) n: i64,
    pub(crate) sum: i64,
    pub(crate) histogram: Histogram,
}

impl Cell {
    pub(crate) fn add(&mut self, number: i64, times: i64) {
        self.n += times;
        self.sum += number * times;
        self.histogram.add(number, times);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.histogram.merge(&other.histogram);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.n == 0 && self.sum == 0 && self.histogram.is_empty()
    }
}

/// Where a cell stands in the rollup of one series.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct At {
    pub(crate) grain: Grain,
    pub(crate) cut: Cut,
    pub(crate) day: Day,
    pub(crate) key: String,
}

/// The cells of one series.
pub(crate) type Cells = HashMap<At, Cell>;

/// Adds a fact to the cells of a series so many times (−1: it was superseded); nothing if the series does not take it.
pub(crate) fn count(series: &Series, cells: &mut Cells, fact: &Fact, times: i64) {
    let Some(number) = series.number(&fact.kind, fact.value) else { return };
    for cut in Cut::ALL {
        let key = cut.key(fact);
        for grain in [Grain::Day, Grain::Month] {
            let at = At { grain, cut, day: grain.day(fact.day), key: key.clone() };
            cells.entry(at).or_default().add(number, times);
        }
    }
}
