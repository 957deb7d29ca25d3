//! Notices since when a KPI misses its target: what waits for the division's sentence does not wait for ever.

use kernel::World;
use store::Tx;

use super::{Kpi, Standing, read};

store::statements! {
    /// It misses its target from today on, unless that was noticed before.
    NOTICE = "INSERT INTO evaluation_kpi_red (kpi, year, since) VALUES ($1, $2, $3) ON CONFLICT (kpi, year) DO NOTHING";
    /// It reaches it again.
    FORGET = "DELETE FROM evaluation_kpi_red WHERE kpi = $1 AND year = $2";
}

/// Looks at every KPI and writes down which turned red and which did not stay so; how many of either. For a daily job.
///
/// # Errors
/// Any storage error.
pub async fn watch(tx: &mut Tx<'_>, world: &World) -> Result<u64, store::Error> {
    let kpis = read::all(tx, world.now()).await?;
    notice(tx, world, &kpis).await
}

async fn notice(tx: &mut Tx<'_>, world: &World, kpis: &[Kpi]) -> Result<u64, store::Error> {
    let mut changed = 0;
    for kpi in kpis {
        for year in &kpi.years {
            let key = [kpi.id.into(), year.year.into()];
            changed += match (year.standing == Standing::Missed, year.red_since.is_some()) {
                (true, false) => tx.exec(&NOTICE, &[key.as_slice(), &[world.today().into()]].concat()).await?,
                (false, true) => tx.exec(&FORGET, &key).await?,
                _ => 0,
            };
        }
    }
    if changed > 0 {
        tx.announce("evaluation");
    }
    Ok(changed)
}
