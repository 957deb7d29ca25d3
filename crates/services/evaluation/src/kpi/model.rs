//! KPIs as types, and the rules that need no database: due days, standing, what is public.

use kernel::day::{Day, Month};
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::Localized;
use kernel::time::Instant;
use people::{PostId, UnitId};
use plan::ProgrammeId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::KpiId;

/// A number that misses its target becomes public after so many days even if nobody wrote a sentence beside it: the sentence
/// is owed to the reader, but silence must not hide the number.
pub const RED_IS_PUBLIC_AFTER_DAYS: i32 = 30;

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Less is better: waiting.
    Lower,
    /// More is better: satisfaction.
    Higher,
}

impl Better {
    /// The stored word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
        }
    }

    /// The direction with a stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Lower, Self::Higher].into_iter().find(|better| better.code() == word)
    }

    /// Whether a value reaches a target.
    #[must_use]
    pub fn reaches(self, value: Decimal, target: Decimal) -> bool {
        match self {
            Self::Lower => value <= target,
            Self::Higher => value >= target,
        }
    }
}

/// Which facts of a metric count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MetricFilter {
    /// A division and everything below it.
    pub unit: Option<UnitId>,
    /// A counter.
    pub place: Option<Uuid>,
    /// A service or category, by its code.
    pub topic: Option<String>,
    /// A channel: web, counter, phone, ….
    pub channel: Option<String>,
    /// A language.
    pub locale: Option<String>,
}

/// A live metric: the city's own daily service is the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricSource {
    /// Its name in the catalogue: `visits.stay`.
    pub name: String,
    /// The version of its definition.
    pub version: u16,
    /// Which facts count.
    #[serde(default)]
    pub filter: MetricFilter,
}

/// A published statistic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticSource {
    /// Its name: 国勢調査, 市民意識調査 2026.
    pub source: String,
    /// Where it can be read; empty when only on paper.
    #[serde(default)]
    pub url: String,
}

/// Where a KPI's number comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum KpiSource {
    /// From facts, by itself.
    Metric(MetricSource),
    /// From a statistic; the owner enters it when it comes out.
    Statistic(StatisticSource),
    /// Entered by the owner.
    Manual,
}

/// Month and day by which the number of a 年度 is due after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DueDay(u16);

impl DueDay {
    /// A month and a day that exists in it every year (29 February does not).
    #[must_use]
    pub fn new(month: u8, day: u8) -> Option<Self> {
        // 2023 has no 29 February.
        Day::new(2023, month, day).map(|_| Self(u16::from(month) * 100 + u16::from(day)))
    }

    /// From month × 100 + day.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        let number = u16::try_from(number).ok()?;
        Self::new(u8::try_from(number / 100).ok()?, u8::try_from(number % 100).ok()?)
    }

    /// Month × 100 + day.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Month and day.
    #[must_use]
    pub fn parts(self) -> (u8, u8) {
        let part = |number: u16| u8::try_from(number).unwrap_or(0);
        (part(self.0 / 100), part(self.0 % 100))
    }

    /// The first such day after the end of a 年度.
    #[must_use]
    pub fn after(self, year: FiscalYear) -> Day {
        let (month, day) = self.parts();
        let in_year = |year| Month::new(year, month).map(|month| month.first_day().plus(i32::from(day) - 1));
        let end = year.last_day();
        let next = in_year(year.year() + 1).filter(|day| *day > end).or_else(|| in_year(year.year() + 2));
        next.unwrap_or(end)
    }
}

/// A KPI's number for a 年度.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Actual {
    /// The number, in the KPI's unit.
    pub value: Decimal,
    /// The day it stands for; for a live metric the day it was asked.
    pub as_of: Day,
    /// When it was counted or entered.
    pub at: Instant,
    /// How many facts it is made of; nothing for an entered number.
    pub n: Option<u64>,
}

/// How a KPI stands in a 年度.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// No target was set.
    NoTarget,
    /// There is no number yet.
    NoValue,
    /// The target is reached.
    Met,
    /// The target is missed: red.
    Missed,
}

/// 担当課の説明 beside a KPI of a 年度.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What is being written; staff only.
    pub draft: Option<String>,
    /// What everybody may read.
    pub published: Option<String>,
    /// Since when.
    pub published_at: Option<Instant>,
    /// For the next change: nobody overwrites what another wrote meanwhile.
    pub version: i64,
}

/// A KPI in one 年度.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KpiYear {
    /// The 年度.
    pub year: FiscalYear,
    /// 目標.
    pub target: Option<Decimal>,
    /// 実績.
    pub actual: Option<Actual>,
    /// How it stands.
    pub standing: Standing,
    /// By when the number is due.
    pub due: Option<Day>,
    /// 更新期限切れ: it is due and not there.
    pub overdue: bool,
    /// Since when it misses its target, as far as the program noticed.
    pub red_since: Option<Day>,
    /// 担当課の説明.
    pub note: Note,
    /// For everybody: the number is there but waits for the division's sentence.
    pub withheld: bool,
}

/// A KPI with its years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kpi {
    /// Its id.
    pub id: KpiId,
    /// Its programme.
    pub programme: ProgrammeId,
    /// Its place among the programme's.
    pub position: u16,
    /// Its name.
    pub name: Localized,
    /// Its unit: 分, %, 人.
    pub unit: Localized,
    /// Which way is good.
    pub better: Better,
    /// Where its number comes from.
    pub source: KpiSource,
    /// The post that answers for it.
    #[serde(skip)]
    pub owner: Option<PostId>,
    /// When numbers are due.
    pub due: Option<DueDay>,
    /// By year, oldest first.
    pub years: Vec<KpiYear>,
    /// For the next change.
    pub version: i64,
    /// It is no longer followed.
    pub ended: bool,
}

impl KpiYear {
    /// How a value stands to a target.
    #[must_use]
    pub fn standing_of(better: Better, target: Option<Decimal>, actual: Option<&Actual>) -> Standing {
        match (target, actual) {
            (_, None) => Standing::NoValue,
            (None, Some(_)) => Standing::NoTarget,
            (Some(target), Some(actual)) if better.reaches(actual.value, target) => Standing::Met,
            (Some(_), Some(_)) => Standing::Missed,
        }
    }

    /// Takes a number, or none, and sees how the year stands with it.
    pub fn settle(&mut self, better: Better, actual: Option<Actual>, today: Day) {
        self.standing = Self::standing_of(better, self.target, actual.as_ref());
        self.overdue = actual.is_none() && self.due.is_some_and(|due| due < today);
        self.actual = actual;
    }

    /// Whether everybody may see the number: a missed target waits for the division's sentence, but not for ever.
    #[must_use]
    pub fn is_public(&self, today: Day) -> bool {
        self.standing != Standing::Missed
            || self.note.published.is_some()
            || self.red_since.is_some_and(|since| since.plus(RED_IS_PUBLIC_AFTER_DAYS) <= today)
    }

    /// The same year for everybody.
    #[must_use]
    pub(crate) fn for_everybody(mut self, today: Day) -> Self {
        self.note.draft = None;
        if !self.is_public(today) {
            self.actual = None;
            self.standing = Standing::NoValue;
            self.withheld = true;
        }
        self.red_since = None;
        self
    }
}
