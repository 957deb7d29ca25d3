//! Live numbers: what facts say of a KPI whose source is a metric.

use std::collections::BTreeSet;

use facts::{AskError, By, Catalogue, Filter, Period, Question};
use kernel::World;
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::Locale;
use people::{Unit, UnitId};
use store::Tx;
use uuid::Uuid;

use super::model::{Actual, Kpi, KpiSource, MetricFilter};

/// Puts what facts say into every year of live KPIs that has begun; entered numbers stay as they are. Call it in `db.read`, so
/// that all numbers are of one moment.
///
/// A metric the catalogue does not know, or that is being counted anew, leaves its KPI without a number.
///
/// # Errors
/// Any storage error.
pub async fn measure(
    tx: &mut Tx<'_>,
    world: &World,
    catalogue: &Catalogue,
    kpis: &mut [Kpi],
) -> Result<(), store::Error> {
    let today = world.today();
    let live = |kpi: &Kpi| matches!(&kpi.source, KpiSource::Metric(source) if source.filter.unit.is_some());
    let units = if kpis.iter().any(live) { people::units(tx, today).await? } else { Vec::new() };
    let running = FiscalYear::of(today);
    for kpi in kpis {
        let better = kpi.better;
        let KpiSource::Metric(source) = &kpi.source else { continue };
        let Some(metric) = catalogue.metric(&source.name) else { continue };
        let filter = source.filter.asked(&units);
        for year in &mut kpi.years {
            if year.year > running {
                continue;
            }
            let until = Period::of_year(year.year).until().min(today.plus(1));
            let Some(period) = Period::new(year.year.first_day(), until) else { continue };
            let question = Question { metric, period, by: By::Nothing, filter: filter.clone() };
            let answer = match facts::ask(tx, world, &question).await {
                Ok(answer) => answer,
                Err(AskError::NotReady | AskError::TooFine) => continue,
                Err(AskError::Store(error)) => return Err(error),
            };
            let value = answer.total.value.and_then(|value| Decimal::from_thousandths(value.get()));
            let as_of = until.plus(-1);
            let actual = value.map(|value| Actual { value, as_of, at: answer.as_of, n: Some(answer.total.n) });
            year.settle(better, actual, today);
            // Nobody enters it, so nobody is late.
            year.overdue = false;
        }
    }
    Ok(())
}

impl MetricFilter {
    /// The filter as facts understand it: a division counts with everything below it among `units`.
    #[must_use]
    pub fn asked(&self, units: &[Unit]) -> Filter {
        Filter {
            units: self.unit.map(|unit| below(units, unit)),
            place: self.place,
            topic: self.topic.clone(),
            channel: self.channel.clone(),
            locale: self.locale.as_deref().and_then(Locale::from_code),
        }
    }
}

fn below(units: &[Unit], top: UnitId) -> BTreeSet<Uuid> {
    let (mut found, mut next) = (BTreeSet::from([top.uuid()]), vec![top]);
    while let Some(above) = next.pop() {
        for unit in units.iter().filter(|unit| unit.parent == Some(above)) {
            if found.insert(unit.id.uuid()) {
                next.push(unit.id);
            }
        }
    }
    found
}
