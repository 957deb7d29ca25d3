//! The sheet of one programme.

use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::time::Instant;
use plan::{ProgrammeId, live};
use store::{Json, Row, Tx};

use super::{money, stage};
use crate::direction::Directions;
use crate::kpi;
use crate::model::{Assessment, Indicator, IndicatorKind, IndicatorValue, Sheet, ValueKind};
use crate::money::MoneyYear;

store::statements! {
    /// Money of one programme.
    MONEY = concat!("SELECT m.year, m.stage, m.national, m.prefectural, m.bonds, m.other, m.general, m.cost, m.staff_cost, m.total, m.staff_people, m.staff_hours
        FROM evaluation_money m WHERE m.programme = $1 AND ", live!("m"));
    /// Its indicators.
    INDICATORS = concat!("SELECT i.kind, i.number, i.name, i.unit, i.series FROM evaluation_indicator i WHERE i.programme = $1 AND ", live!("i"));
    /// Its assessments.
    ASSESSMENTS = concat!("SELECT a.year, a.rating_label, a.rating, a.direction_label, a.direction, a.decided, a.section_comment, a.head_comment
        FROM evaluation_assessment a WHERE a.programme = $1 AND ", live!("a"), " ORDER BY a.year DESC");
}

/// The published sheet of the programme with this code, for staff; `now` decides about owners and due days.
///
/// # Errors
/// Any storage error.
pub async fn sheet(tx: &mut Tx<'_>, code: &str, now: Instant) -> Result<Option<Sheet>, store::Error> {
    let tree = plan::tree(tx).await?;
    let Some(programme) = plan::programme(tx, &tree, code).await? else { return Ok(None) };
    let id = programme.id;
    let owner = plan::owner(tx, id, now.day()).await?;
    let money = money_of(tx, id).await?;
    let indicators = indicators_of(tx, id).await?;
    let assessments = tx.all(&ASSESSMENTS, &[id.into()]).await?.iter().map(assessment).collect::<Result<_, _>>()?;
    let kpis = kpi::of_programme(tx, id, now).await?;
    let touches = |ends: &plan::Ends| ends.values().any(|programme| *programme == id);
    let mut lineage = plan::lineage(tx).await?;
    lineage.retain(|act| touches(&act.from) || touches(&act.to));
    Ok(Some(Sheet { programme, owner, money, indicators, assessments, kpis, lineage }))
}

/// A programme's money by year, then by stage.
async fn money_of(tx: &mut Tx<'_>, programme: ProgrammeId) -> Result<Vec<MoneyYear>, store::Error> {
    let rows = tx.all(&MONEY, &[programme.into()]).await?;
    let mut years = rows.iter().map(money_year).collect::<Result<Vec<_>, _>>()?;
    years.sort_by_key(|money| (money.year, money.stage));
    Ok(years)
}

fn money_year(row: &Row) -> Result<MoneyYear, store::Error> {
    let thousandths = |column: usize| {
        let number = row.get::<i64>(column)?;
        let too_large = store::Error::Column { column, expected: "thousandths", found: "a larger number" };
        Decimal::from_thousandths(number).ok_or(too_large)
    };
    Ok(MoneyYear {
        year: row.get(0)?,
        stage: stage(row, 1)?,
        money: money(row, 2)?,
        staff_people: thousandths(10)?,
        staff_hours: thousandths(11)?,
    })
}

/// A programme's indicators by kind and number.
async fn indicators_of(tx: &mut Tx<'_>, programme: ProgrammeId) -> Result<Vec<Indicator>, store::Error> {
    let rows = tx.all(&INDICATORS, &[programme.into()]).await?;
    let mut indicators = rows.iter().map(|row| indicator(row, 0)).collect::<Result<Vec<_>, _>>()?;
    indicators.sort_by_key(|indicator| (indicator.kind, indicator.number));
    Ok(indicators)
}

/// Year, kind, millionths: how a value stands in the database.
pub(crate) type Stored = (FiscalYear, ValueKind, Decimal);

pub(crate) fn indicator(row: &Row, first: usize) -> Result<Indicator, store::Error> {
    let kind: String = row.get(first)?;
    let unknown = store::Error::Column { column: first, expected: "a kind of indicator", found: "another word" };
    let series: Json<Vec<Stored>> = row.get(first + 4)?;
    Ok(Indicator {
        kind: IndicatorKind::parse(&kind).ok_or(unknown)?,
        number: row.get(first + 1)?,
        name: row.get(first + 2)?,
        unit: row.get(first + 3)?,
        values: series.0.into_iter().map(|(year, kind, value)| IndicatorValue { year, kind, value }).collect(),
    })
}

/// Directions from a column. A word this program does not know must not turn into "nothing was said".
pub(crate) fn directions(row: &Row, column: usize) -> Result<Directions, store::Error> {
    let words: String = row.get(column)?;
    Directions::parse(&words).ok_or(store::Error::Column { column, expected: "directions", found: "another word" })
}

fn assessment(row: &Row) -> Result<Assessment, store::Error> {
    Ok(Assessment {
        year: row.get(0)?,
        rating_label: row.get(1)?,
        rating: directions(row, 2)?,
        direction_label: row.get(3)?,
        direction: directions(row, 4)?,
        decided: row.get(5)?,
        section_comment: row.get(6)?,
        head_comment: row.get(7)?,
    })
}
