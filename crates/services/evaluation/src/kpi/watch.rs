//! Notices since when a KPI misses its target: what waits for the division's sentence does not wait for ever.

use facts::Catalogue;
use kernel::World;
use store::{Act, Db, Tx};

use super::measure::measure;
use super::{Kpi, KpiId, KpiSource, Standing, read};
use kernel::fiscal::FiscalYear;

const NOTICED: Act = Act::bulk("evaluation.kpi.watch");

store::statements! {
    /// It misses its target from today on, unless that was noticed before.
    NOTICE = "INSERT INTO evaluation_kpi_red (kpi, year, since) VALUES ($1, $2, $3) ON CONFLICT (kpi, year) DO NOTHING";
    /// It reaches it again.
    FORGET = "DELETE FROM evaluation_kpi_red WHERE kpi = $1 AND year = $2";
}

/// Looks at the KPIs whose numbers people enter and writes down which turned red and which did not stay so; how many of either.
///
/// # Errors
/// Any storage error.
pub async fn watch(tx: &mut Tx<'_>, world: &World) -> Result<u64, store::Error> {
    let mut kpis = read::all(tx, world.now()).await?;
    kpis.retain(|kpi| !matches!(kpi.source, KpiSource::Metric(_)));
    write(tx, world, &changes(&kpis)).await
}

/// Looks at all KPIs, the live ones as facts tell them now; for an hourly job. Nobody else waits for its reading.
///
/// # Errors
/// Any storage error.
pub async fn watch_all(db: &Db, world: &World, catalogue: &Catalogue) -> Result<u64, store::Error> {
    let (own, known) = (world.clone(), catalogue.clone());
    let changes = db.read(async move |tx: &mut Tx<'_>| measured_changes(tx, &own, &known).await).await?;
    if changes.is_empty() {
        return Ok(0);
    }
    let own = world.clone();
    db.write(NOTICED, async move |tx: &mut Tx<'_>| write(tx, &own, &changes).await).await
}

async fn measured_changes(tx: &mut Tx<'_>, world: &World, catalogue: &Catalogue) -> Result<Vec<Change>, store::Error> {
    let mut kpis = read::all(tx, world.now()).await?;
    measure(tx, world, catalogue, &mut kpis).await?;
    Ok(changes(&kpis))
}

/// A year of a KPI that turned red, or is so no longer.
struct Change {
    kpi: KpiId,
    year: FiscalYear,
    red: bool,
}

fn changes(kpis: &[Kpi]) -> Vec<Change> {
    let years = kpis.iter().flat_map(|kpi| kpi.years.iter().map(move |year| (kpi, year)));
    let changed = years.filter_map(|(kpi, year)| {
        let red = year.standing == Standing::Missed;
        (red != year.red_since.is_some()).then_some(Change { kpi: kpi.id, year: year.year, red })
    });
    changed.collect()
}

async fn write(tx: &mut Tx<'_>, world: &World, changes: &[Change]) -> Result<u64, store::Error> {
    let mut changed = 0;
    for Change { kpi, year, red } in changes {
        changed += if *red {
            tx.exec(&NOTICE, &[(*kpi).into(), (*year).into(), world.today().into()]).await?
        } else {
            tx.exec(&FORGET, &[(*kpi).into(), (*year).into()]).await?
        };
    }
    if changed > 0 {
        tx.announce("evaluation");
    }
    Ok(changed)
}
