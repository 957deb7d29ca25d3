//! The same reads for everybody: what is undecided, unexplained or only being written is left out here, in one place.

use kernel::day::Day;
use kernel::fiscal::FiscalYear;
use kernel::time::Instant;
use store::Tx;

use crate::kpi::Kpi;
use crate::model::Sheet;
use crate::published::Published;
use crate::read::{self, After, By, Filter, ProgrammeRow, RollUp, Totals};

/// A programme's sheet.
///
/// # Errors
/// Any storage error.
pub async fn sheet(tx: &mut Tx<'_>, code: &str, now: Instant) -> Result<Option<Published<Sheet>>, store::Error> {
    Ok(read::sheet(tx, code, now).await?.map(|sheet| for_everybody(sheet, now.day())))
}

/// A sheet without what is not for everybody.
#[must_use]
pub fn for_everybody(mut sheet: Sheet, today: Day) -> Published<Sheet> {
    // The comments of an undecided assessment are part of the deciding.
    sheet.assessments.retain(|assessment| assessment.decided);
    sheet.kpis = sheet.kpis.into_iter().filter(|kpi| !kpi.ended).map(|kpi| kpi_for_everybody(kpi, today)).collect();
    Published::new(sheet)
}

fn kpi_for_everybody(mut kpi: Kpi, today: Day) -> Kpi {
    kpi.years = kpi.years.into_iter().map(|year| year.for_everybody(today)).collect();
    kpi
}

/// A list of programmes.
///
/// # Errors
/// Any storage error.
pub async fn programmes(
    tx: &mut Tx<'_>,
    year: FiscalYear,
    filter: &Filter,
    after: Option<&After>,
    limit: u32,
) -> Result<Published<Vec<ProgrammeRow>>, store::Error> {
    let mut rows = read::programmes(tx, year, filter, after, limit).await?;
    for row in rows.iter_mut().filter(|row| !row.decided) {
        row.direction = None;
        row.direction_label = None;
    }
    Ok(Published::new(rows))
}

/// The totals of a year.
///
/// # Errors
/// Any storage error.
pub async fn totals(tx: &mut Tx<'_>, year: FiscalYear, by: Option<By>) -> Result<Published<Totals>, store::Error> {
    Ok(Published::new(read::totals(tx, year, by).await?))
}

/// Every year with its sum.
///
/// # Errors
/// Any storage error.
pub async fn roll_up(tx: &mut Tx<'_>) -> Result<Published<Vec<RollUp>>, store::Error> {
    Ok(Published::new(read::roll_up(tx).await?))
}
