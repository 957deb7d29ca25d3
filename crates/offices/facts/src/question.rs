//! What can be asked of a metric: over which days, by what, and of which facts.

use std::collections::BTreeSet;

use kernel::day::{Day, Month};
use kernel::fiscal::FiscalYear;
use kernel::locale::Locale;
use uuid::Uuid;

use crate::cut::{Cut, Fact, part};
use crate::kind::Metric;

/// Days from one until before another, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: Day,
    until: Day,
}

impl Period {
    /// From a day until before another; nothing when that is no day.
    #[must_use]
    pub fn new(from: Day, until: Day) -> Option<Self> {
        (from < until).then_some(Self { from, until })
    }

    /// One 年度.
    #[must_use]
    pub fn of_year(year: FiscalYear) -> Self {
        Self { from: year.first_day(), until: year.last_day().plus(1) }
    }

    /// One month.
    #[must_use]
    pub fn of_month(month: Month) -> Self {
        Self { from: month.first_day(), until: month.last_day().plus(1) }
    }

    /// The first day.
    #[must_use]
    pub fn from(self) -> Day {
        self.from
    }

    /// The day after the last one.
    #[must_use]
    pub fn until(self) -> Day {
        self.until
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn holds(self, day: Day) -> bool {
        self.from <= day && day < self.until
    }

    /// How many days.
    #[must_use]
    pub fn days(self) -> i32 {
        self.until.since(self.from)
    }
}

/// Into what groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// None: only the total.
    Nothing,
    /// Days.
    Day,
    /// Weeks from Monday on.
    Week,
    /// Months.
    Month,
    /// 年度
    FiscalYear,
    /// Divisions.
    Unit,
    /// Counters, facilities or areas.
    Place,
    /// Services or categories.
    Topic,
    /// Doors.
    Channel,
    /// Languages.
    Locale,
    /// What somebody said of themselves.
    Cohort,
    /// Hours of the day it happened, 0 to 23.
    Hour,
}

impl By {
    /// Every way.
    pub const ALL: [Self; 12] = [
        Self::Nothing,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::FiscalYear,
        Self::Unit,
        Self::Place,
        Self::Topic,
        Self::Channel,
        Self::Locale,
        Self::Cohort,
        Self::Hour,
    ];

    /// The word in addresses and the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::FiscalYear => "fiscal_year",
            Self::Unit => "unit",
            Self::Place => "place",
            Self::Topic => "topic",
            Self::Channel => "channel",
            Self::Locale => "locale",
            Self::Cohort => "cohort",
            Self::Hour => "hour",
        }
    }

    /// The way with this word.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }

    /// The cut whose keys are the groups; none for groups in time.
    pub(crate) const fn cut(self) -> Option<Cut> {
        match self {
            Self::Nothing | Self::Day | Self::Week | Self::Month | Self::FiscalYear => None,
            Self::Unit => Some(Cut::Unit),
            Self::Place => Some(Cut::Place),
            Self::Topic => Some(Cut::Topic),
            Self::Channel => Some(Cut::Channel),
            Self::Locale => Some(Cut::Locale),
            Self::Cohort => Some(Cut::Cohort),
            Self::Hour => Some(Cut::Hour),
        }
    }

    /// The group in time a day belongs to.
    pub(crate) fn group(self, day: Day) -> Key {
        match self {
            Self::Day => Key::Day(day),
            Self::Week => Key::Week(day.plus(-monday(day))),
            Self::Month => Key::Month(day.month()),
            Self::FiscalYear => Key::FiscalYear(FiscalYear::of(day)),
            _ => Key::All,
        }
    }
}

/// Days since Monday.
fn monday(day: Day) -> i32 {
    // 1970-01-01 was a Thursday.
    (day.days() + 3).rem_euclid(7)
}

/// Which group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Everything.
    All,
    /// A day.
    Day(Day),
    /// The week that begins on this Monday.
    Week(Day),
    /// A month.
    Month(Month),
    /// A 年度.
    FiscalYear(FiscalYear),
    /// A division; none = facts that name none.
    Unit(Option<Uuid>),
    /// A place; none = facts that name none.
    Place(Option<Uuid>),
    /// A code of any other kind (topic, channel, locale, cohort); none = facts that name none.
    Code(Option<String>),
    /// An hour.
    Hour(u8),
}

impl Key {
    /// The group of a key in a cut.
    pub(crate) fn read(cut: Cut, key: &str) -> Self {
        match cut {
            Cut::All | Cut::Full => Self::All,
            Cut::Unit => Self::Unit(Uuid::try_parse(key).ok()),
            Cut::Place => Self::Place(Uuid::try_parse(key).ok()),
            Cut::Hour => Self::Hour(key.parse().unwrap_or(0)),
            Cut::Topic | Cut::Channel | Cut::Locale | Cut::Cohort => {
                Self::Code(Some(key.to_owned()).filter(|key| !key.is_empty()))
            }
        }
    }

    /// The group as one word: a date, a month, the year a 年度 begins, an id, a code, an hour; empty for facts that say nothing.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Day(day) | Self::Week(day) => day.to_string(),
            Self::Month(month) => month.to_string(),
            Self::FiscalYear(year) => year.year().to_string(),
            Self::Unit(id) | Self::Place(id) => id.map(|id| id.to_string()).unwrap_or_default(),
            Self::Code(code) => code.clone().unwrap_or_default(),
            Self::Hour(hour) => hour.to_string(),
        }
    }
}

/// Of which facts; everything that is not named is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of these divisions.
    pub units: Option<BTreeSet<Uuid>>,
    /// Of this place.
    pub place: Option<Uuid>,
    /// Of this service or category.
    pub topic: Option<String>,
    /// Through this door.
    pub channel: Option<String>,
    /// In this language.
    pub locale: Option<Locale>,
}

impl Filter {
    /// The cuts it names.
    pub(crate) fn cuts(&self) -> Vec<Cut> {
        let named = [
            (Cut::Unit, self.units.is_some()),
            (Cut::Place, self.place.is_some()),
            (Cut::Topic, self.topic.is_some()),
            (Cut::Channel, self.channel.is_some()),
            (Cut::Locale, self.locale.is_some()),
        ];
        named.into_iter().filter(|(_, named)| *named).map(|(cut, _)| cut).collect()
    }

    /// Whether a key of a cut it names is wanted.
    pub(crate) fn takes(&self, cut: Cut, key: &str) -> bool {
        let id = |wanted: &Option<Uuid>| wanted.is_none_or(|id| Uuid::try_parse(key) == Ok(id));
        let code = |wanted: Option<&str>| wanted.is_none_or(|code| code == key);
        match cut {
            Cut::Unit => match &self.units {
                None => true,
                Some(units) => Uuid::try_parse(key).is_ok_and(|id| units.contains(&id)),
            },
            Cut::Place => id(&self.place),
            Cut::Topic => code(self.topic.as_deref()),
            Cut::Channel => code(self.channel.as_deref()),
            Cut::Locale => code(self.locale.map(Locale::code)),
            Cut::Full => self.cuts().into_iter().all(|cut| part(key, cut).is_some_and(|part| self.takes(cut, part))),
            Cut::All | Cut::Cohort | Cut::Hour => true,
        }
    }

    /// Whether a fact is wanted.
    pub(crate) fn holds(&self, fact: &Fact) -> bool {
        self.cuts().into_iter().all(|cut| self.takes(cut, &cut.key(fact)))
    }

    /// A pattern for `LIKE` over full keys, to leave most of them to the database; [`Self::takes`] decides.
    pub(crate) fn pattern(&self) -> String {
        let any = || "%".to_owned();
        let unit = match &self.units {
            Some(units) if units.len() == 1 => units.iter().map(|id| id.simple().to_string()).collect(),
            _ => any(),
        };
        let place = self.place.map_or_else(any, |id| id.simple().to_string());
        let topic = self.topic.clone().unwrap_or_else(any);
        let channel = self.channel.clone().unwrap_or_else(any);
        let locale = self.locale.map_or_else(any, |locale| locale.code().to_owned());
        crate::cut::full([&unit, &place, &topic, &channel, &locale])
    }
}

/// A question about a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which; found in the [`crate::Catalogue`].
    pub metric: &'static Metric,
    /// Over which days.
    pub period: Period,
    /// Into what groups.
    pub by: By,
    /// Of which facts.
    pub filter: Filter,
}

impl Question {
    /// A metric over a period, as one figure.
    #[must_use]
    pub fn total(metric: &'static Metric, period: Period) -> Self {
        Self { metric, period, by: By::Nothing, filter: Filter::default() }
    }

    /// The cut that answers it; nothing when no rollup is that fine (hours and cohorts stand alone).
    pub(crate) fn cut(&self) -> Option<Cut> {
        let mut cuts = self.filter.cuts();
        if let Some(cut) = self.by.cut()
            && !cuts.contains(&cut)
        {
            cuts.push(cut);
        }
        match cuts.as_slice() {
            [] => Some(Cut::All),
            [one] => Some(*one),
            many if many.contains(&Cut::Hour) || many.contains(&Cut::Cohort) => None,
            _ => Some(Cut::Full),
        }
    }
}
