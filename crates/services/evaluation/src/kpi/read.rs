//! KPIs as they are kept: with targets, entered numbers and sentences.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::Localized;
use kernel::time::Instant;
use people::PostId;
use plan::ProgrammeId;
use store::{Json, Row, Statement, Tx, Value};

use super::model::{Actual, Better, DueDay, Kpi, KpiSource, KpiYear, Note};
use super::{KpiId, Standing};
use crate::cycle::Cycle;

store::statements! {
    /// KPIs of a programme.
    OF_PROGRAMME = "SELECT id, programme, position, name, unit, better, source, owner, due, version, ended_at FROM evaluation_kpi WHERE programme = $1 ORDER BY position, id";
    /// One.
    ONE = "SELECT id, programme, position, name, unit, better, source, owner, due, version, ended_at FROM evaluation_kpi WHERE id = $1";
    /// All that are followed.
    ALL = "SELECT id, programme, position, name, unit, better, source, owner, due, version, ended_at FROM evaluation_kpi WHERE ended_at IS NULL ORDER BY programme, position, id";
    /// Those a post answers for.
    OF_OWNER = "SELECT id, programme, position, name, unit, better, source, owner, due, version, ended_at FROM evaluation_kpi WHERE owner = $1 AND ended_at IS NULL ORDER BY programme, position, id";
    TARGETS = "SELECT t.kpi, t.year, t.value FROM evaluation_kpi_target t JOIN evaluation_kpi k ON k.id = t.kpi WHERE k.programme = $1";
    ALL_TARGETS = "SELECT kpi, year, value FROM evaluation_kpi_target";
    VALUES = "SELECT v.kpi, v.year, v.as_of, v.value, v.entered_at FROM evaluation_kpi_value v JOIN evaluation_kpi k ON k.id = v.kpi WHERE k.programme = $1 ORDER BY v.as_of";
    ALL_VALUES = "SELECT kpi, year, as_of, value, entered_at FROM evaluation_kpi_value ORDER BY as_of";
    NOTES = "SELECT n.kpi, n.year, n.draft, n.published, n.published_at, n.version FROM evaluation_kpi_note n JOIN evaluation_kpi k ON k.id = n.kpi WHERE k.programme = $1";
    ALL_NOTES = "SELECT kpi, year, draft, published, published_at, version FROM evaluation_kpi_note";
    RED = "SELECT r.kpi, r.year, r.since FROM evaluation_kpi_red r JOIN evaluation_kpi k ON k.id = r.kpi WHERE k.programme = $1";
    ALL_RED = "SELECT kpi, year, since FROM evaluation_kpi_red";
}

/// What belongs to KPIs besides their own rows, by KPI and year.
#[derive(Default)]
struct Beside {
    targets: HashMap<KpiId, BTreeMap<FiscalYear, Decimal>>,
    values: HashMap<KpiId, BTreeMap<FiscalYear, Actual>>,
    notes: HashMap<KpiId, BTreeMap<FiscalYear, Note>>,
    red: HashMap<KpiId, BTreeMap<FiscalYear, kernel::day::Day>>,
}

impl Beside {
    async fn read(tx: &mut Tx<'_>, from: [&Statement; 4], params: &[Value]) -> Result<Self, store::Error> {
        let mut beside = Self::default();
        for row in tx.all(from[0], params).await? {
            let value = Decimal::from_millionths(row.get(2)?);
            beside.targets.entry(row.get(0)?).or_default().insert(row.get(1)?, value);
        }
        // In the order of their days: the last one of a year stays.
        for row in tx.all(from[1], params).await? {
            let value = Decimal::from_millionths(row.get(3)?);
            let actual = Actual { value, as_of: row.get(2)?, at: row.get(4)?, n: None };
            beside.values.entry(row.get(0)?).or_default().insert(row.get(1)?, actual);
        }
        for row in tx.all(from[2], params).await? {
            let note =
                Note { draft: row.get(2)?, published: row.get(3)?, published_at: row.get(4)?, version: row.get(5)? };
            beside.notes.entry(row.get(0)?).or_default().insert(row.get(1)?, note);
        }
        for row in tx.all(from[3], params).await? {
            beside.red.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
        }
        Ok(beside)
    }

    /// The years of a KPI: those with a target, a number or a sentence, and the ones screens speak of.
    fn years(&mut self, kpi: &Kpi, now: Instant) -> Vec<KpiYear> {
        let cycle = Cycle::of(now.day());
        let targets = self.targets.remove(&kpi.id).unwrap_or_default();
        let mut values = self.values.remove(&kpi.id).unwrap_or_default();
        let mut notes = self.notes.remove(&kpi.id).unwrap_or_default();
        let mut red = self.red.remove(&kpi.id).unwrap_or_default();
        let mut years: BTreeSet<FiscalYear> =
            targets.keys().chain(values.keys()).chain(notes.keys()).copied().collect();
        years.extend([cycle.assessed, cycle.running]);
        let year = |year: FiscalYear| {
            let (target, actual) = (targets.get(&year).copied(), values.remove(&year));
            let mut told = KpiYear {
                year,
                target,
                actual: None,
                standing: Standing::NoValue,
                due: kpi.due.map(|due| due.after(year)),
                overdue: false,
                red_since: red.remove(&year),
                note: notes.remove(&year).unwrap_or_default(),
                withheld: false,
            };
            told.settle(kpi.better, actual, now.day());
            told
        };
        years.into_iter().map(year).collect()
    }
}

async fn of(
    tx: &mut Tx<'_>,
    statement: &Statement,
    beside: [&Statement; 4],
    params: &[Value],
    beside_params: &[Value],
    now: Instant,
) -> Result<Vec<Kpi>, store::Error> {
    let rows = tx.all(statement, params).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut beside = Beside::read(tx, beside, beside_params).await?;
    let mut kpis = rows.iter().map(kpi).collect::<Result<Vec<_>, _>>()?;
    for kpi in &mut kpis {
        kpi.years = beside.years(kpi, now);
    }
    Ok(kpis)
}

const OF_ONE: [&Statement; 4] = [&TARGETS, &VALUES, &NOTES, &RED];
const OF_ALL: [&Statement; 4] = [&ALL_TARGETS, &ALL_VALUES, &ALL_NOTES, &ALL_RED];

/// The KPIs of a programme, with those that are no longer followed.
///
/// # Errors
/// Any storage error.
pub async fn of_programme(tx: &mut Tx<'_>, programme: ProgrammeId, now: Instant) -> Result<Vec<Kpi>, store::Error> {
    of(tx, &OF_PROGRAMME, OF_ONE, &[programme.into()], &[programme.into()], now).await
}

/// One KPI.
///
/// # Errors
/// Any storage error.
pub async fn one(tx: &mut Tx<'_>, id: KpiId, now: Instant) -> Result<Option<Kpi>, store::Error> {
    let Some(row) = tx.opt(&ONE, &[id.into()]).await? else { return Ok(None) };
    let programme = row.get::<ProgrammeId>(1)?;
    Ok(of_programme(tx, programme, now).await?.into_iter().find(|kpi| kpi.id == id))
}

/// Every KPI that is followed.
///
/// # Errors
/// Any storage error.
pub async fn all(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<Kpi>, store::Error> {
    of(tx, &ALL, OF_ALL, &[], &[], now).await
}

/// The KPIs a post answers for, with what is overdue: a clerk's home page.
///
/// # Errors
/// Any storage error.
pub async fn of_owner(tx: &mut Tx<'_>, post: PostId, now: Instant) -> Result<Vec<Kpi>, store::Error> {
    of(tx, &OF_OWNER, OF_ALL, &[post.into()], &[], now).await
}

fn kpi(row: &Row) -> Result<Kpi, store::Error> {
    let better: String = row.get(5)?;
    let unknown = store::Error::Column { column: 5, expected: "lower or higher", found: "another word" };
    Ok(Kpi {
        id: row.get(0)?,
        programme: row.get(1)?,
        position: row.get(2)?,
        name: row.get::<Localized>(3)?,
        unit: row.get::<Localized>(4)?,
        better: Better::parse(&better).ok_or(unknown)?,
        source: row.get::<Json<KpiSource>>(6)?.0,
        owner: row.get(7)?,
        due: row.get::<Option<i64>>(8)?.and_then(DueDay::from_number),
        years: Vec::new(),
        version: row.get(9)?,
        ended: row.get::<Option<i64>>(10)?.is_some(),
    })
}
