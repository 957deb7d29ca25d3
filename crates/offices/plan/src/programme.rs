//! Programmes (事務事業): identities by code, and what files say of them.

use std::collections::{BTreeSet, HashMap};

use kernel::World;
use kernel::fiscal::FiscalYear;
use kernel::text::fold;
use people::UnitId;
use serde::Serialize;
use store::{Row, Statement, Tx, Value};

use crate::batch::Seq;
use crate::node::Tree;
use crate::{Division, NodeId, Path, ProgrammeId, live};

store::statements! {
    /// The programme with a code, made if need be.
    KNOW = "INSERT INTO plan_programme (id, code) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET code = excluded.code RETURNING id";
    /// Every programme some file speaks of, and whether it is live.
    KNOWN = concat!("SELECT p.id, p.code, CASE WHEN EXISTS (SELECT 1 FROM plan_content c WHERE c.programme = p.id AND ", live!("c"), ") THEN 1 ELSE 0 END FROM plan_programme p WHERE EXISTS (SELECT 1 FROM plan_content x WHERE x.programme = p.id)");
    /// What a file says.
    INSERT = "INSERT INTO plan_content (programme, batch, replaced_by, policy, measure, basic, path, name, search, category, term, starts_text, starts, ends_text, ends, summary, target, intent, outcome, legal, unit_label, section_label, bu, ka, unit, policy_name, measure_name, basic_name)
        VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)";
    /// What an earlier file said makes way.
    REPLACE = "UPDATE plan_content SET replaced_by = $2 WHERE programme = $1 AND batch <> $2 AND replaced_by IS NULL";
    /// One live programme.
    ONE = concat!("SELECT p.id, p.code, c.policy, c.measure, c.basic, c.name, c.category, c.term, c.starts_text, c.starts, c.ends_text, c.ends, c.summary, c.target, c.intent, c.outcome, c.legal, c.unit_label, c.section_label, c.bu, c.ka, c.unit
        FROM plan_programme p JOIN plan_content c ON c.programme = p.id WHERE p.code = $1 AND ", live!("c"));
    /// A batch's contents go.
    pub(crate) SWEEP = "DELETE FROM plan_content WHERE batch = $1 AND programme IN (SELECT programme FROM plan_content WHERE batch = $1 LIMIT 500)";
    /// What the batch had replaced is in force again.
    pub(crate) RESTORE = "UPDATE plan_content SET replaced_by = NULL WHERE replaced_by = $1 AND programme IN (SELECT programme FROM plan_content WHERE replaced_by = $1 LIMIT 500)";
}

/// A year as the city wrote it, with the 年度 when it is clear which one is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WrittenYear {
    /// As written: `令和９`, `6`, `-`.
    pub text: String,
    /// The 年度; nothing when none is meant or no era says which.
    pub year: Option<FiscalYear>,
}

/// What a file says of a programme, besides where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// 事務事業名.
    pub name: String,
    /// 事業区分: Ａ 政策事業, Ｂ 施設整備, ….
    pub category: String,
    /// 期間区分: 単年度繰返, 期間限定複数年度, ….
    pub term: String,
    /// 開始年度.
    pub starts: WrittenYear,
    /// 終了年度.
    pub ends: WrittenYear,
    /// 事業概要.
    pub summary: String,
    /// 対象: for whom.
    pub target: String,
    /// 意図: what shall become of them.
    pub intent: String,
    /// 結果: what the city gains by it.
    pub outcome: String,
    /// 根拠法令, as written.
    pub legal: String,
    /// 担当課, split.
    pub division: Division,
    /// 担当係, as written.
    pub section: String,
}

/// A programme as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Programme {
    /// Its id, for ever.
    pub id: ProgrammeId,
    /// Its code, for ever.
    pub code: String,
    /// Where it stands.
    pub path: Path,
    /// What the city says of it.
    pub text: Text,
    /// The unit of this program that carries the division's name, if one does.
    #[serde(skip)]
    pub unit: Option<UnitId>,
}

/// A programme's content as an import writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The programme.
    pub programme: ProgrammeId,
    /// Its code, for searching.
    pub code: String,
    /// 政策.
    pub policy: NodeId,
    /// 施策.
    pub measure: Option<NodeId>,
    /// 基本事業, only below a 施策.
    pub group: Option<NodeId>,
    /// The path of the lowest of them.
    pub path: String,
    /// The names this very row gives them, the topmost first; empty where it gives none.
    pub node_names: [String; 3],
    /// The rest.
    pub text: Text,
    /// The unit that carries the division's name.
    pub unit: Option<UnitId>,
}

/// A code that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownProgramme {
    /// Its programme.
    pub id: ProgrammeId,
    /// Published now; otherwise it stands in a draft.
    pub live: bool,
}

/// Every code some file speaks of, published or a draft.
///
/// # Errors
/// Any storage error.
pub async fn known(tx: &mut Tx<'_>) -> Result<HashMap<String, KnownProgramme>, store::Error> {
    let rows = tx.all(&KNOWN, &[]).await?;
    let read = |row: &Row| Ok((row.get(1)?, KnownProgramme { id: row.get(0)?, live: row.get::<i64>(2)? != 0 }));
    rows.iter().map(read).collect()
}

/// The ids of programmes by their codes, made where there are none. At most some hundred a call.
///
/// # Errors
/// Any storage error.
pub async fn ensure_programmes(
    tx: &mut Tx<'_>,
    world: &World,
    codes: &BTreeSet<String>,
) -> Result<HashMap<String, ProgrammeId>, store::Error> {
    let mut ids = HashMap::with_capacity(codes.len());
    for code in codes {
        let id = tx.value(&KNOW, &[world.id::<ProgrammeId>().into(), code.into()]).await?;
        ids.insert(code.clone(), id);
    }
    Ok(ids)
}

/// Statements that write a content under a batch, in place of what earlier files said.
#[must_use]
pub fn replace_content(batch: Seq, content: &Content) -> [(&'static Statement, Vec<Value>); 2] {
    [(&REPLACE, vec![content.programme.into(), batch.into()]), (&INSERT, content.params(batch))]
}

impl Content {
    fn params(&self, batch: Seq) -> Vec<Value> {
        let text = &self.text;
        let search = fold(&format!("{} {} {}", self.code, text.name, text.division.label));
        vec![
            self.programme.into(),
            batch.into(),
            self.policy.into(),
            self.measure.into(),
            self.group.into(),
            (&self.path).into(),
            (&text.name).into(),
            search.into(),
            (&text.category).into(),
            (&text.term).into(),
            (&text.starts.text).into(),
            text.starts.year.into(),
            (&text.ends.text).into(),
            text.ends.year.into(),
            (&text.summary).into(),
            (&text.target).into(),
            (&text.intent).into(),
            (&text.outcome).into(),
            (&text.legal).into(),
            (&text.division.label).into(),
            (&text.section).into(),
            (&text.division.bu).into(),
            (&text.division.ka).into(),
            self.unit.into(),
            (&self.node_names[0]).into(),
            (&self.node_names[1]).into(),
            (&self.node_names[2]).into(),
        ]
    }
}

/// A published programme by its code.
///
/// # Errors
/// Any storage error.
pub async fn programme(tx: &mut Tx<'_>, tree: &Tree, code: &str) -> Result<Option<Programme>, store::Error> {
    tx.opt(&ONE, &[code.into()]).await?.map(|row| read(&row, tree)).transpose()
}

fn read(row: &Row, tree: &Tree) -> Result<Programme, store::Error> {
    let node = |column| Ok::<_, store::Error>(row.get::<Option<NodeId>>(column)?.map(|id| tree.named(id)));
    let year = |text, year| Ok::<_, store::Error>(WrittenYear { text: row.get(text)?, year: row.get(year)? });
    Ok(Programme {
        id: row.get(0)?,
        code: row.get(1)?,
        path: Path { policy: tree.named(row.get(2)?), measure: node(3)?, group: node(4)? },
        text: Text {
            name: row.get(5)?,
            category: row.get(6)?,
            term: row.get(7)?,
            starts: year(8, 9)?,
            ends: year(10, 11)?,
            summary: row.get(12)?,
            target: row.get(13)?,
            intent: row.get(14)?,
            outcome: row.get(15)?,
            legal: row.get(16)?,
            division: Division { label: row.get(17)?, bu: row.get(19)?, ka: row.get(20)? },
            section: row.get(18)?,
        },
        unit: row.get(21)?,
    })
}
