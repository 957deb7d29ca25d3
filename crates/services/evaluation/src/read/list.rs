//! Lists of programmes with the money of one 年度.

use kernel::fiscal::FiscalYear;
use kernel::text::fold;
use people::UnitId;
use plan::{Division, NodeId, Path, ProgrammeId, Tree, live};
use serde::Serialize;
use store::{Row, Tx};

use super::sheet::directions;
use super::{money, stage, totals};
use crate::direction::Directions;
use crate::money::{Money, Stage};

store::statements! {
    /// A page of programmes in the order of the tree, with the year's money and assessment.
    PAGE = concat!("SELECT p.id, p.code, c.policy, c.measure, c.basic, c.name, c.category, c.unit_label, c.bu, c.ka, c.section_label, c.unit, c.path,
            m.stage, COALESCE(m.national, 0), COALESCE(m.prefectural, 0), COALESCE(m.bonds, 0), COALESCE(m.other, 0), COALESCE(m.general, 0), COALESCE(m.cost, 0), COALESCE(m.staff_cost, 0), COALESCE(m.total, 0),
            a.direction_label, a.direction, a.decided
        FROM plan_content c JOIN plan_programme p ON p.id = c.programme
        LEFT JOIN evaluation_money m ON m.programme = c.programme AND m.year = $1 AND m.stage = $2 AND ", live!("m"), "
        LEFT JOIN evaluation_assessment a ON a.programme = c.programme AND a.year = $1 AND ", live!("a"), "
        WHERE ", live!("c"), "
            AND (CAST($3 AS {uuid}) IS NULL OR c.policy = $3)
            AND (CAST($4 AS {uuid}) IS NULL OR c.measure = $4)
            AND (CAST($5 AS {text}) IS NULL OR c.bu = $5)
            AND (CAST($6 AS {text}) IS NULL OR c.ka = $6)
            AND (CAST($7 AS {text}) IS NULL OR c.search LIKE $7 ESCAPE '!')
            AND (CAST($8 AS {text}) IS NULL OR c.path > $8 OR (c.path = $8 AND p.code > $9))
        ORDER BY c.path, p.code LIMIT $10");
}

/// Which programmes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one 政策.
    pub policy: Option<NodeId>,
    /// Of one 施策.
    pub measure: Option<NodeId>,
    /// Of one 部.
    pub bu: Option<String>,
    /// Of one 課 (an empty word: those of a division that is its own row).
    pub ka: Option<String>,
    /// Whose code, name or division holds these words; empty for all.
    pub search: String,
}

/// The last row of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// Its path.
    pub path: String,
    /// Its code.
    pub code: String,
}

/// A programme in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProgrammeRow {
    /// Its id.
    pub id: ProgrammeId,
    /// Its code.
    pub code: String,
    /// 事務事業名.
    pub name: String,
    /// Where it stands.
    pub path: Path,
    /// 事業区分.
    pub category: String,
    /// 担当課, split.
    pub division: Division,
    /// 担当係.
    pub section: String,
    /// The unit that carries the division's name.
    #[serde(skip)]
    pub unit: Option<UnitId>,
    /// Which figures `money` are; nothing when the programme has none of the year's stage.
    pub stage: Option<Stage>,
    /// The year's money.
    pub money: Option<Money>,
    /// The city's words for the direction after that year.
    pub direction_label: Option<String>,
    /// What they may mean.
    pub direction: Option<Directions>,
    /// Whether the direction is decided.
    pub decided: bool,
    /// For the next page.
    #[serde(skip)]
    pub tree_path: String,
}

impl ProgrammeRow {
    /// Where the next page begins after this row.
    #[must_use]
    pub fn after(&self) -> After {
        After { path: self.tree_path.clone(), code: self.code.clone() }
    }
}

/// At most `limit` programmes in the order of the tree, with the money of `year` at the year's stage (決算 if present, else
/// the latest; the same for all programmes, so that lists and totals agree).
///
/// # Errors
/// Any storage error.
pub async fn programmes(
    tx: &mut Tx<'_>,
    year: FiscalYear,
    filter: &Filter,
    after: Option<&After>,
    limit: u32,
) -> Result<Vec<ProgrammeRow>, store::Error> {
    let tree = plan::tree(tx).await?;
    let stage = totals::stage_of(tx, year).await?;
    let words = fold(&filter.search);
    let pattern = (!words.is_empty()).then(|| format!("%{}%", escaped(&words)));
    let params = [
        year.into(),
        stage.map_or("settled", Stage::code).into(),
        filter.policy.into(),
        filter.measure.into(),
        filter.bu.clone().into(),
        filter.ka.clone().into(),
        pattern.into(),
        after.map(|after| after.path.clone()).into(),
        after.map_or_else(String::new, |after| after.code.clone()).into(),
        limit.into(),
    ];
    tx.all(&PAGE, &params).await?.iter().map(|row| read(row, &tree)).collect()
}

/// Words as they are, not as patterns.
fn escaped(words: &str) -> String {
    words.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn read(row: &Row, tree: &Tree) -> Result<ProgrammeRow, store::Error> {
    let node = |column| Ok::<_, store::Error>(row.get::<Option<NodeId>>(column)?.map(|id| tree.named(id)));
    let has_money = row.get::<Option<String>>(13)?.is_some();
    let assessed = row.get::<Option<String>>(22)?;
    let direction = if assessed.is_some() { Some(directions(row, 23)?) } else { None };
    Ok(ProgrammeRow {
        id: row.get(0)?,
        code: row.get(1)?,
        name: row.get(5)?,
        path: Path { policy: tree.named(row.get(2)?), measure: node(3)?, group: node(4)? },
        category: row.get(6)?,
        division: Division { label: row.get(7)?, bu: row.get(8)?, ka: row.get(9)? },
        section: row.get(10)?,
        unit: row.get(11)?,
        stage: if has_money { Some(stage(row, 13)?) } else { None },
        money: if has_money { Some(money(row, 14)?) } else { None },
        direction_label: assessed,
        direction,
        decided: row.get::<Option<bool>>(24)?.unwrap_or(false),
        tree_path: row.get(12)?,
    })
}
