//! Writes a good file under one batch and publishes it by one row.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use intake::{Bad, BadRows, Collector, Reason};
use kernel::World;
use kernel::fiscal::FiscalYear;
use kernel::text::fold;
use kernel::yen::Yen;
use people::{Unit, UnitId, UnitKind};
use plan::batch::{self, Batch, BatchError, Seq, Source, Swept, Writing};
use plan::{Division, KnownProgramme, NodeCode, NodeId, ProgrammeId, live};
use store::{Act, Db, Json, Statement, Tx, Value};
use uuid::Uuid;

use super::programmes::ProgrammesFile;
use super::{Content, Parsed, Placed};
use crate::model::{Assessment, Indicator, IndicatorKind, IndicatorValue};
use crate::money::{MoneyYear, Stage};
use crate::read::{Stored, count, indicator};

const IDENTITIES: Act = Act::bulk("evaluation.import.identities");
/// Identities made in one transaction.
const AT_ONCE: usize = 200;

store::statements! {
    /// A year's money.
    MONEY = "INSERT INTO evaluation_money (programme, year, stage, batch, replaced_by, national, prefectural, bonds, other, general, cost, staff_people, staff_hours, staff_cost, total)
        VALUES ($1, $2, $3, $4, NULL, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    /// What an earlier file said of it.
    MONEY_BEFORE = "UPDATE evaluation_money SET replaced_by = $4 WHERE programme = $1 AND year = $2 AND stage = $3 AND batch <> $4 AND replaced_by IS NULL";
    MONEY_SWEEP = "DELETE FROM evaluation_money WHERE batch = $1 AND programme IN (SELECT programme FROM evaluation_money WHERE batch = $1 LIMIT 50)";
    MONEY_RESTORE = "UPDATE evaluation_money SET replaced_by = NULL WHERE replaced_by = $1 AND programme IN (SELECT programme FROM evaluation_money WHERE replaced_by = $1 LIMIT 50)";
    /// What is there already and in force, as far as any import knows.
    MONEY_KEYS = "SELECT programme, year, stage FROM evaluation_money WHERE replaced_by IS NULL";
    /// An indicator with its years.
    INDICATOR = "INSERT INTO evaluation_indicator (programme, kind, number, batch, replaced_by, name, unit, series) VALUES ($1, $2, $3, $4, NULL, $5, $6, $7)";
    INDICATOR_BEFORE = "UPDATE evaluation_indicator SET replaced_by = $4 WHERE programme = $1 AND kind = $2 AND number = $3 AND batch <> $4 AND replaced_by IS NULL";
    INDICATOR_SWEEP = "DELETE FROM evaluation_indicator WHERE batch = $1 AND programme IN (SELECT programme FROM evaluation_indicator WHERE batch = $1 LIMIT 50)";
    INDICATOR_RESTORE = "UPDATE evaluation_indicator SET replaced_by = NULL WHERE replaced_by = $1 AND programme IN (SELECT programme FROM evaluation_indicator WHERE replaced_by = $1 LIMIT 50)";
    /// Every live indicator.
    INDICATORS = concat!("SELECT i.programme, i.kind, i.number, i.name, i.unit, i.series FROM evaluation_indicator i WHERE ", live!("i"));
    /// An assessment.
    ASSESSMENT = "INSERT INTO evaluation_assessment (programme, year, batch, replaced_by, rating_label, rating, direction_label, direction, decided, section_comment, head_comment)
        VALUES ($1, $2, $3, NULL, $4, $5, $6, $7, $8, $9, $10)";
    ASSESSMENT_BEFORE = "UPDATE evaluation_assessment SET replaced_by = $3 WHERE programme = $1 AND year = $2 AND batch <> $3 AND replaced_by IS NULL";
    ASSESSMENT_SWEEP = "DELETE FROM evaluation_assessment WHERE batch = $1 AND programme IN (SELECT programme FROM evaluation_assessment WHERE batch = $1 LIMIT 100)";
    ASSESSMENT_RESTORE = "UPDATE evaluation_assessment SET replaced_by = NULL WHERE replaced_by = $1 AND programme IN (SELECT programme FROM evaluation_assessment WHERE replaced_by = $1 LIMIT 100)";
}

/// The tables whose rows come with batches: the plan's and this service's.
pub const SWEPT: &[&[Swept]] = &[
    batch::SWEPT,
    &[
        Swept { delete: &MONEY_SWEEP, restore: &MONEY_RESTORE },
        Swept { delete: &INDICATOR_SWEEP, restore: &INDICATOR_RESTORE },
        Swept { delete: &ASSESSMENT_SWEEP, restore: &ASSESSMENT_RESTORE },
    ],
];

/// Why a good file is not stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Rows speak of programmes nobody knows.
    #[error(transparent)]
    Rows(#[from] BadRows),
    /// The batch could not be written.
    #[error(transparent)]
    Batch(#[from] BatchError),
}

impl From<store::Error> for ImportError {
    fn from(error: store::Error) -> Self {
        Self::Batch(error.into())
    }
}

/// What one 年度 of a file of costs adds up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearSum {
    /// The 年度.
    pub year: FiscalYear,
    /// Which figures.
    pub stage: Stage,
    /// Rows.
    pub rows: usize,
    /// 事業費, in yen; nothing when it is too large to add.
    pub cost: Option<Yen>,
}

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its batch; none for a dry run.
    pub batch: Option<Seq>,
    /// Rows of the file.
    pub rows: usize,
    /// Programmes the city did not have before.
    pub new: usize,
    /// Programmes it had.
    pub known: usize,
    /// Programmes it has that the file does not speak of; they stay as they are.
    pub untouched: usize,
    /// For costs: each year's sum, so that it can be compared with the city's own.
    pub years: Vec<YearSum>,
    /// Divisions no unit of this program carries the name of.
    pub divisions_unknown: Vec<String>,
}

/// How a good file is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is written.
    DryRun,
    /// Written, seen by nobody.
    Draft,
    /// Written and published.
    Publish,
}

/// Stores a good file.
///
/// # Errors
/// [`ImportError`].
pub async fn store(
    db: &Db,
    world: &World,
    parsed: &Parsed,
    mode: Mode,
    by: Option<Uuid>,
) -> Result<Imported, ImportError> {
    let today = world.today();
    let (known, units) = db
        .read(async move |tx: &mut Tx<'_>| {
            Ok::<_, store::Error>((plan::known(tx).await?, people::units(tx, today).await?))
        })
        .await?;
    let codes = parsed.codes();
    if !matches!(parsed.content, Content::Programmes(_)) {
        parsed.check_codes(&known)?;
    }
    let live = |code: &str| known.get(code).is_some_and(|programme| programme.live);
    let mut imported = Imported {
        batch: None,
        rows: parsed.rows(),
        new: codes.iter().filter(|code| !live(code)).count(),
        known: codes.iter().filter(|code| live(code)).count(),
        untouched: known.iter().filter(|(code, programme)| programme.live && !codes.contains(*code)).count(),
        years: Vec::new(),
        divisions_unknown: Vec::new(),
    };
    let names = UnitNames::new(&units);
    match &parsed.content {
        Content::Programmes(file) => {
            let divisions: BTreeSet<&Division> = file.rows.iter().map(|row| &row.row.text.division).collect();
            let unknown = divisions.into_iter().filter(|division| names.find(division).is_none());
            imported.divisions_unknown = unknown.map(|division| division.label.clone()).collect();
        }
        Content::Costs(rows) => imported.years = sums(rows),
        Content::Indicators(_) => {}
    }
    if mode == Mode::DryRun {
        return Ok(imported);
    }
    let source = Source {
        kind: parsed.kind,
        file: parsed.file.clone(),
        digest: parsed.digest.clone(),
        mapping: parsed.mapping.clone(),
        rows: parsed.rows(),
        by,
    };
    let writing = batch::begin(db, world, source, SWEPT).await?;
    match &parsed.content {
        Content::Programmes(file) => write_programmes(db, world, &writing, file, &names).await?,
        Content::Costs(rows) => {
            let before = db.read(async |tx: &mut Tx<'_>| money_keys(tx).await).await?;
            writing.write(money_steps(writing.seq(), rows, &known, &before)).await?;
        }
        Content::Indicators(rows) => {
            let before = db.read(async |tx: &mut Tx<'_>| live_indicators(tx).await).await?;
            writing.write(indicator_steps(writing.seq(), rows, &known, &before)).await?;
        }
    }
    imported.batch = Some(writing.finish(mode == Mode::Publish).await?);
    if mode == Mode::Publish {
        count(db, world).await?;
    }
    Ok(imported)
}

/// Publishes a draft.
///
/// # Errors
/// [`BatchError`].
pub async fn publish(tx: &mut Tx<'_>, world: &World, by: Option<Uuid>, seq: Seq) -> Result<Batch, BatchError> {
    batch::publish(tx, world, by, seq).await
}

/// Throws a draft away.
///
/// # Errors
/// [`BatchError`].
pub async fn discard(db: &Db, world: &World, by: Option<Uuid>, seq: Seq) -> Result<(), BatchError> {
    batch::discard(db, world, by, seq, SWEPT).await
}

/// Takes out what imports that died left behind; how many there were.
///
/// # Errors
/// [`BatchError`].
pub async fn tidy(db: &Db, world: &World) -> Result<usize, BatchError> {
    batch::tidy(db, world, SWEPT).await
}

impl Parsed {
    fn codes(&self) -> BTreeSet<&String> {
        match &self.content {
            Content::Programmes(file) => file.rows.iter().map(|row| &row.code).collect(),
            Content::Costs(rows) => rows.iter().map(|row| &row.code).collect(),
            Content::Indicators(rows) => rows.iter().map(|row| &row.code).collect(),
        }
    }

    /// Every row must speak of a programme that came with a list of programmes.
    fn check_codes(&self, known: &HashMap<String, KnownProgramme>) -> Result<(), BadRows> {
        let rows: Vec<(u64, &String)> = match &self.content {
            Content::Programmes(_) => Vec::new(),
            Content::Costs(rows) => rows.iter().map(|row| (row.line, &row.code)).collect(),
            Content::Indicators(rows) => rows.iter().map(|row| (row.line, &row.code)).collect(),
        };
        let file: Arc<str> = self.file.as_str().into();
        let mut bad = Collector::default();
        bad.extend(rows.into_iter().filter(|(_, code)| !known.contains_key(*code)).map(|(line, code)| Bad {
            file: Arc::clone(&file),
            line,
            column: Some(self.code_heading.as_str().into()),
            value: code.clone(),
            reason: Reason::Other("evaluation-import-no-programme"),
        }));
        bad.all_or_nothing(())
    }
}

fn sums(rows: &[Placed<MoneyYear>]) -> Vec<YearSum> {
    let mut years: BTreeMap<(FiscalYear, Stage), Vec<Yen>> = BTreeMap::new();
    for Placed { row, .. } in rows {
        years.entry((row.year, row.stage)).or_default().push(row.money.cost);
    }
    let sum = |((year, stage), costs): ((FiscalYear, Stage), Vec<Yen>)| YearSum {
        year,
        stage,
        rows: costs.len(),
        cost: Yen::checked_sum(costs),
    };
    years.into_iter().map(sum).collect()
}

/// The units of this program by the names files give to divisions.
struct UnitNames(HashMap<String, Option<UnitId>>);

impl UnitNames {
    fn new(units: &[Unit]) -> Self {
        let by_id: HashMap<UnitId, &Unit> = units.iter().map(|unit| (unit.id, unit)).collect();
        let mut names: HashMap<String, Option<UnitId>> = HashMap::new();
        for unit in units.iter().filter(|unit| unit.kind != UnitKind::Section) {
            let own = unit.name.ja.clone();
            let above = unit.parent.and_then(|parent| by_id.get(&parent)).map(|parent| parent.name.ja.as_str());
            // With and without its department; a name that two units carry says nothing.
            let full = above.map(|above| format!("{above}{own}"));
            for name in full.into_iter().chain([own]) {
                names.entry(fold(&name)).and_modify(|known| *known = None).or_insert(Some(unit.id));
            }
        }
        Self(names)
    }

    fn find(&self, division: &Division) -> Option<UnitId> {
        self.0.get(&fold(&division.label)).copied().flatten()
    }
}

type Steps = Vec<(&'static Statement, Vec<Value>)>;

async fn write_programmes(
    db: &Db,
    world: &World,
    writing: &Writing,
    file: &ProgrammesFile,
    units: &UnitNames,
) -> Result<(), ImportError> {
    let mut nodes: HashMap<NodeCode, NodeId> = HashMap::new();
    let codes: Vec<NodeCode> = file.names.values().map(|(code, _)| code.clone()).collect();
    for chunk in codes.chunks(AT_ONCE) {
        let (own, chunk) = (world.clone(), chunk.to_vec());
        let made =
            db.write(IDENTITIES, async move |tx: &mut Tx<'_>| plan::ensure_nodes(tx, &own, &chunk).await).await?;
        nodes.extend(made);
    }
    let mut ids: HashMap<String, ProgrammeId> = HashMap::new();
    for chunk in file.rows.chunks(AT_ONCE) {
        let (own, codes) = (world.clone(), chunk.iter().map(|row| row.code.clone()).collect::<BTreeSet<_>>());
        let made =
            db.write(IDENTITIES, async move |tx: &mut Tx<'_>| plan::ensure_programmes(tx, &own, &codes).await).await?;
        ids.extend(made);
    }
    let names: Vec<_> =
        file.names.values().filter_map(|(code, names)| nodes.get(code).map(|node| (*node, names.clone()))).collect();
    let mut steps = plan::rename_nodes(writing.seq(), &names);
    for row in &file.rows {
        let Some(programme) = ids.get(&row.code).copied() else { continue };
        let Some(content) = content(programme, row, &nodes, units) else { continue };
        steps.extend(plan::replace_content(writing.seq(), &content));
        if let Some(assessment) = &row.row.assessment {
            steps.extend(assessment_steps(writing.seq(), programme, assessment));
        }
    }
    Ok(writing.write(steps).await?)
}

fn content(
    programme: ProgrammeId,
    row: &Placed<super::programmes::ProgrammeIn>,
    nodes: &HashMap<NodeCode, NodeId>,
    units: &UnitNames,
) -> Option<plan::Content> {
    let lowest = &row.row.node;
    let mut levels = [None; 3];
    let mut next = Some(lowest.clone());
    while let Some(code) = next {
        levels[code.path().matches('/').count().min(2)] = nodes.get(&code).copied();
        next = code.parent();
    }
    let [policy, measure, group] = levels;
    Some(plan::Content {
        programme,
        code: row.code.clone(),
        policy: policy?,
        measure,
        group,
        path: lowest.path(),
        node_names: row.row.node_names.clone(),
        text: row.row.text.clone(),
        unit: units.find(&row.row.text.division),
    })
}

fn assessment_steps(batch: Seq, programme: ProgrammeId, assessment: &Assessment) -> Steps {
    let values = vec![
        programme.into(),
        assessment.year.into(),
        batch.into(),
        (&assessment.rating_label).into(),
        assessment.rating.stored().into(),
        (&assessment.direction_label).into(),
        assessment.direction.stored().into(),
        assessment.decided.into(),
        (&assessment.section_comment).into(),
        (&assessment.head_comment).into(),
    ];
    vec![(&ASSESSMENT_BEFORE, vec![programme.into(), assessment.year.into(), batch.into()]), (&ASSESSMENT, values)]
}

type MoneyKeys = HashSet<(ProgrammeId, FiscalYear, String)>;

async fn money_keys(tx: &mut Tx<'_>) -> Result<MoneyKeys, store::Error> {
    let rows = tx.all(&MONEY_KEYS, &[]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

fn money_steps(
    batch: Seq,
    rows: &[Placed<MoneyYear>],
    known: &HashMap<String, KnownProgramme>,
    before: &MoneyKeys,
) -> Steps {
    let mut steps = Steps::with_capacity(rows.len() * 2);
    for Placed { code, row, .. } in rows {
        let Some(programme) = known.get(code) else { continue };
        let key = vec![programme.id.into(), row.year.into(), row.stage.code().into(), batch.into()];
        let mut values = key.clone();
        let money = &row.money;
        values.extend(money.sources().map(Value::from));
        let thousandths = |number: kernel::decimal::Decimal| Value::from(number.millionths() / 1_000);
        values.extend([money.cost.into(), thousandths(row.staff_people), thousandths(row.staff_hours)]);
        values.extend([money.staff_cost.into(), money.total.into()]);
        // A first import has nothing to look for, and PostgreSQL would look for it row by row before it knows the table.
        if before.contains(&(programme.id, row.year, row.stage.code().to_owned())) {
            steps.push((&MONEY_BEFORE, key));
        }
        steps.push((&MONEY, values));
    }
    steps
}

type Live = HashMap<(ProgrammeId, IndicatorKind, u16), Indicator>;

async fn live_indicators(tx: &mut Tx<'_>) -> Result<Live, store::Error> {
    let mut live = Live::new();
    for row in tx.all(&INDICATORS, &[]).await? {
        let found = indicator(&row, 1)?;
        live.insert((row.get(0)?, found.kind, found.number), found);
    }
    Ok(live)
}

fn indicator_steps(
    batch: Seq,
    rows: &[Placed<Indicator>],
    known: &HashMap<String, KnownProgramme>,
    before: &Live,
) -> Steps {
    let mut steps = Steps::with_capacity(rows.len() * 2);
    for Placed { code, row, .. } in rows {
        let Some(programme) = known.get(code) else { continue };
        let live = before.get(&(programme.id, row.kind, row.number));
        let values = with_earlier_years(row, live);
        let series: Vec<Stored> = values.iter().map(|value| (value.year, value.kind, value.value)).collect();
        let key = vec![programme.id.into(), row.kind.code().into(), row.number.into(), batch.into()];
        let mut values = key.clone();
        values.extend([(&row.name).into(), (&row.unit).into(), (&Json(&series)).into()]);
        if live.is_some() {
            steps.push((&INDICATOR_BEFORE, key));
        }
        steps.push((&INDICATOR, values));
    }
    steps
}

/// A newer file speaks of newer years; the same indicator's earlier ones stay.
fn with_earlier_years(new: &Indicator, before: Option<&Indicator>) -> Vec<IndicatorValue> {
    let mut values = new.values.clone();
    if let Some(before) = before.filter(|before| before.name == new.name && before.unit == new.unit) {
        let told: BTreeSet<FiscalYear> = new.values.iter().map(|value| value.year).collect();
        values.extend(before.values.iter().filter(|value| !told.contains(&value.year)));
    }
    values.sort();
    values
}
