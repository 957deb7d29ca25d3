//! What a programme's sheet holds beside its money: indicators, assessments, and the sheet itself.

use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use people::PostId;
use plan::{Lineage, Programme};
use serde::Serialize;

use crate::direction::Directions;
use crate::kpi::Kpi;
use crate::money::MoneyYear;

/// What an indicator counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorKind {
    /// 活動指標: what is done.
    Activity,
    /// 対象指標: how many it is for.
    Population,
    /// 成果指標: what comes of it.
    Outcome,
}

impl IndicatorKind {
    /// In the order of sheets.
    pub const ALL: [Self; 3] = [Self::Activity, Self::Population, Self::Outcome];

    /// The stored word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Population => "population",
            Self::Outcome => "outcome",
        }
    }

    /// The word in files.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Activity => "活動指標",
            Self::Population => "対象指標",
            Self::Outcome => "成果指標",
        }
    }

    /// The kind with a stored word or a word in a file.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim();
        Self::ALL.into_iter().find(|kind| kind.code() == word || kind.label_ja() == word)
    }
}

/// Whether a value happened or is meant to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// 実績.
    Actual,
    /// 目標・計画.
    Target,
}

impl ValueKind {
    /// The word in files.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Actual => "実績",
            Self::Target => "目標",
        }
    }

    /// The kind with a word in a file.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim() {
            "実績" | "実績値" | "actual" => Some(Self::Actual),
            "目標" | "目標値" | "計画" | "計画値" | "見込" | "target" => Some(Self::Target),
            _ => None,
        }
    }
}

/// A value of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct IndicatorValue {
    /// Its 年度.
    pub year: FiscalYear,
    /// Whether it happened.
    pub kind: ValueKind,
    /// The number, in the indicator's unit.
    pub value: Decimal,
}

/// An indicator over the years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Indicator {
    /// What it counts.
    pub kind: IndicatorKind,
    /// Its number among those of its kind, from 1.
    pub number: u16,
    /// Its name.
    pub name: String,
    /// Its unit as written; may be empty.
    pub unit: String,
    /// By year.
    pub values: Vec<IndicatorValue>,
}

/// What the city thought of a programme after a year, in its own words and in ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// 評価対象.
    pub year: FiscalYear,
    /// 評価 as written.
    pub rating_label: String,
    /// What it may mean.
    pub rating: Directions,
    /// 今後の方向性 as written.
    pub direction_label: String,
    /// What it may mean.
    pub direction: Directions,
    /// Whether it is decided; what is not is for staff only.
    pub decided: bool,
    /// 担当課コメント.
    pub section_comment: String,
    /// 課長コメント.
    pub head_comment: String,
}

/// Everything there is on one programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Where it stands, its names, purpose, terms and division.
    pub programme: Programme,
    /// The post that answers for it today.
    #[serde(skip)]
    pub owner: Option<PostId>,
    /// By year, then by stage.
    pub money: Vec<MoneyYear>,
    /// By kind and number.
    pub indicators: Vec<Indicator>,
    /// Newest first.
    pub assessments: Vec<Assessment>,
    /// In the order staff gave them.
    pub kpis: Vec<Kpi>,
    /// What it came from and became, by year.
    pub lineage: Vec<Lineage>,
}

impl Sheet {
    /// The money of each year at its last stage: 決算 where there is one.
    #[must_use]
    pub fn years(&self) -> Vec<MoneyYear> {
        let mut years: Vec<MoneyYear> = Vec::new();
        for money in &self.money {
            match years.last_mut() {
                Some(last) if last.year == money.year => *last = *money,
                _ => years.push(*money),
            }
        }
        years
    }
}
