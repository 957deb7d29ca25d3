//! Totals: all programmes of a 年度, and by 政策, 施策, 部 or 課.

use std::collections::BTreeMap;

use kernel::fiscal::FiscalYear;
use plan::{NodeId, Tree};
use serde::Serialize;
use store::Tx;

use super::sums::{Group, groups};
use crate::money::{Money, Stage};

/// What totals are broken down by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// 政策.
    Policy,
    /// 施策.
    Measure,
    /// 部・局; a division without one is its own row.
    Bu,
    /// 課 within its 部.
    Ka,
}

impl By {
    /// The word in addresses.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "policy" => Some(Self::Policy),
            "measure" => Some(Self::Measure),
            "bu" => Some(Self::Bu),
            "ka" => Some(Self::Ka),
            _ => None,
        }
    }
}

/// One row of a breakdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TotalRow {
    /// The node, when it is one.
    #[serde(skip)]
    pub node: Option<NodeId>,
    /// The code of a 政策 or 施策 (with those above it: `01/03`); empty for divisions.
    pub code: String,
    /// Its name; the division's for 部 and 課.
    pub name: String,
    /// 部 of a 課.
    pub bu: Option<String>,
    /// Programmes with money of this year and stage.
    pub programmes: u64,
    /// Their sum.
    pub money: Money,
}

/// All programmes of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// The 年度 the money belongs to.
    pub year: FiscalYear,
    /// 決算 if the year has it, else the latest stage it has; nothing when the year has no money at all.
    pub stage: Option<Stage>,
    /// Programmes with money of this year and stage.
    pub programmes: u64,
    /// The sum.
    pub money: Money,
    /// The breakdown that was asked for.
    pub rows: Vec<TotalRow>,
}

/// The stage at which the whole year is counted.
pub(super) async fn stage_of(tx: &mut Tx<'_>, year: FiscalYear) -> Result<Option<Stage>, store::Error> {
    Ok(groups(tx, Some(year)).await?.iter().map(|group| group.stage).max())
}

/// The years that have money, each with its stage, oldest first.
///
/// # Errors
/// Any storage error.
pub async fn years(tx: &mut Tx<'_>) -> Result<Vec<(FiscalYear, Stage)>, store::Error> {
    let mut years: BTreeMap<FiscalYear, Stage> = BTreeMap::new();
    for group in groups(tx, None).await? {
        let known = years.entry(group.year).or_insert(group.stage);
        *known = (*known).max(group.stage);
    }
    Ok(years.into_iter().collect())
}

/// Adds; a city whose money does not fit 63 bits of yen does not exist, so a column must be broken.
fn add(sum: &Money, more: &Money) -> Result<Money, store::Error> {
    sum.plus(more).ok_or(store::Error::Column { column: 6, expected: "yen that can be added", found: "more" })
}

/// The totals of a year, with a breakdown if one is asked for.
///
/// # Errors
/// Any storage error.
pub async fn totals(tx: &mut Tx<'_>, year: FiscalYear, by: Option<By>) -> Result<Totals, store::Error> {
    let groups = groups(tx, Some(year)).await?;
    let Some(stage) = groups.iter().map(|group| group.stage).max() else {
        return Ok(Totals { year, stage: None, programmes: 0, money: Money::default(), rows: Vec::new() });
    };
    let tree = match by {
        Some(By::Policy | By::Measure) => plan::tree(tx).await?,
        _ => Tree::default(),
    };
    let mut all = Totals { year, stage: Some(stage), programmes: 0, money: Money::default(), rows: Vec::new() };
    let mut rows: BTreeMap<(String, String), TotalRow> = BTreeMap::new();
    for group in groups.into_iter().filter(|group| group.stage == stage) {
        all.programmes += group.programmes;
        all.money = add(&all.money, &group.money)?;
        let Some(by) = by else { continue };
        let (key, fresh) = named(by, &group, &tree);
        let row = rows.entry(key).or_insert(fresh);
        row.programmes += group.programmes;
        row.money = add(&row.money, &group.money)?;
    }
    all.rows = rows.into_values().collect();
    Ok(all)
}

/// The row a group belongs to, still empty, with what it is sorted by.
fn named(by: By, group: &Group, tree: &Tree) -> ((String, String), TotalRow) {
    let row = |node, code: String, name: String, bu| TotalRow {
        node,
        code,
        name,
        bu,
        programmes: 0,
        money: Money::default(),
    };
    let (bu, ka) = (group.bu.clone(), group.ka.clone());
    match by {
        By::Policy | By::Measure => {
            // A programme directly below a 政策 is counted under it.
            let id = if by == By::Measure { group.measure.unwrap_or(group.policy) } else { group.policy };
            let (code, name) =
                tree.get(id).map_or_else(Default::default, |node| (node.path.clone(), node.name.clone()));
            ((code.clone(), String::new()), row(Some(id), code, name, None))
        }
        By::Bu => ((bu.clone(), String::new()), row(None, String::new(), bu, None)),
        By::Ka if ka.is_empty() => ((bu.clone(), ka), row(None, String::new(), bu, None)),
        By::Ka => ((bu.clone(), ka.clone()), row(None, String::new(), ka, Some(bu))),
    }
}

/// A year of the roll-up over all years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RollUp {
    /// The 年度.
    pub year: FiscalYear,
    /// The year's stage, as in [`Totals`].
    pub stage: Stage,
    /// Programmes.
    pub programmes: u64,
    /// The sum.
    pub money: Money,
    /// By 政策, in the order of their codes.
    pub policies: Vec<TotalRow>,
}

/// Every year with its sum, by 政策: oldest first.
///
/// # Errors
/// Any storage error.
pub async fn roll_up(tx: &mut Tx<'_>) -> Result<Vec<RollUp>, store::Error> {
    let tree = plan::tree(tx).await?;
    let groups = groups(tx, None).await?;
    let mut stages: BTreeMap<FiscalYear, Stage> = BTreeMap::new();
    for group in &groups {
        let known = stages.entry(group.year).or_insert(group.stage);
        *known = (*known).max(group.stage);
    }
    let mut years: BTreeMap<FiscalYear, (RollUp, BTreeMap<String, TotalRow>)> = BTreeMap::new();
    for group in groups.into_iter().filter(|group| stages.get(&group.year) == Some(&group.stage)) {
        let (year, policies) = years.entry(group.year).or_insert_with(|| {
            let empty = RollUp {
                year: group.year,
                stage: group.stage,
                programmes: 0,
                money: Money::default(),
                policies: Vec::new(),
            };
            (empty, BTreeMap::new())
        });
        year.programmes += group.programmes;
        year.money = add(&year.money, &group.money)?;
        let ((code, _), fresh) = named(By::Policy, &group, &tree);
        let row = policies.entry(code).or_insert(fresh);
        row.programmes += group.programmes;
        row.money = add(&row.money, &group.money)?;
    }
    let whole = |(year, policies): (RollUp, BTreeMap<String, TotalRow>)| RollUp {
        policies: policies.into_values().collect(),
        ..year
    };
    Ok(years.into_values().map(whole).collect())
}
