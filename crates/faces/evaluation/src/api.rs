//! `/api/v1/evaluation/…`: programmes with a year's money, and totals. Callers are anonymous, so values are published ones.

use axum::extract::State;
use axum::response::Response;
use evaluation::{By, Filter, ProgrammeRow, Stage};
use http::{Method, StatusCode};
use kernel::fiscal::FiscalYear;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shell::{ApiDoc, App, FieldFault, Query, Refusal, Route, Who, json};
use store::Tx;

/// Programmes of an answer when the caller says nothing.
const USUAL: u32 = 1_000;
const MOST: u32 = 10_000;

pub(crate) fn routes() -> Vec<Route> {
    let programmes = ApiDoc::new(
        "listProgrammes",
        "evaluation",
        "Published programmes (事務事業) with the money of one fiscal year, in the order of the plan",
    )
    .query::<AskedProgrammes>()
    .answers::<Vec<Programme>>(200, "The programmes; an undecided direction is never told")
    .refuses(404, "no-such-year", "Nothing is recorded for this year")
    .refuses(422, "invalid", "The year or the limit cannot be read");
    let totals = ApiDoc::new(
        "totalProgrammes",
        "evaluation",
        "The sums of all published programmes of one fiscal year, and by policy, measure, department or division",
    )
    .query::<AskedTotals>()
    .answers::<TotalsView>(200, "The sums")
    .refuses(404, "no-such-year", "Nothing is recorded for this year")
    .refuses(422, "invalid", "The year cannot be read, or the breakdown is none");
    vec![
        Route::api(Method::GET, "/api/v1/evaluation/programmes", Who::Anyone, programmes, list_programmes),
        Route::api(Method::GET, "/api/v1/evaluation/totals", Who::Anyone, totals, total_programmes),
    ]
}

/// Which programmes.
#[derive(Deserialize, JsonSchema)]
struct AskedProgrammes {
    /// The fiscal year the money belongs to, by the calendar year it begins in (令和6年度 = 2024); the newest settled one
    /// when missing.
    year: Option<String>,
    /// At most so many, 1 to 10000; 1000 when missing.
    limit: Option<String>,
    /// Words in the name, code or division.
    search: Option<String>,
}

/// Which totals.
#[derive(Deserialize, JsonSchema)]
struct AskedTotals {
    /// As for programmes.
    year: Option<String>,
    /// `policy`, `measure`, `bu` (部・局) or `ka` (課); none when missing.
    by: Option<String>,
}

/// A programme with a year's money.
#[derive(Serialize, JsonSchema)]
struct Programme {
    /// Its code, for ever.
    code: String,
    /// Its name.
    name: String,
    /// 政策, by name.
    policy: String,
    /// 政策, by code.
    policy_code: String,
    /// 施策, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<String>,
    /// 施策, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    measure_code: Option<String>,
    /// 部・局; a division without one is its own.
    bu: String,
    /// 課; empty where the department has none.
    ka: String,
    /// The fiscal year.
    year: i32,
    /// 決算 where the year has it, else the latest there is: 補正後, 予算, 計画; none where the programme has no money of that stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    /// 事業費, without staff.
    cost_yen: i64,
    /// 一般財源.
    general_revenue_yen: i64,
    /// 国庫支出金.
    national_yen: i64,
    /// 県支出金.
    prefectural_yen: i64,
    /// 地方債.
    bonds_yen: i64,
    /// その他.
    other_yen: i64,
    /// 人件費.
    staff_cost_yen: i64,
    /// 今後の方向性 after this year in the city's own words; only when it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<String>,
    /// What these words may mean: `expand`, `keep`, `improve`, ….
    #[serde(skip_serializing_if = "Vec::is_empty")]
    directions: Vec<&'static str>,
}

/// The sums of a year.
#[derive(Serialize, JsonSchema)]
struct TotalsView {
    /// The fiscal year.
    year: i32,
    /// Which figures: 決算 if the year has it, else the latest.
    stage: &'static str,
    /// How many programmes have money of this year and stage.
    programmes: u64,
    #[serde(flatten)]
    sum: Sum,
    /// The breakdown, when one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<RowView>>,
}

/// Money.
#[derive(Serialize, JsonSchema)]
struct Sum {
    /// 事業費, without staff.
    cost_yen: i64,
    /// 国庫支出金.
    national_yen: i64,
    /// 県支出金.
    prefectural_yen: i64,
    /// 地方債.
    bonds_yen: i64,
    /// その他.
    other_yen: i64,
    /// 一般財源.
    general_revenue_yen: i64,
    /// 人件費.
    staff_cost_yen: i64,
}

/// One row of a breakdown.
#[derive(Serialize, JsonSchema)]
struct RowView {
    /// The code of a 政策 or 施策 with those above it (`7/72`); empty for divisions.
    code: String,
    /// Its name; of a 課 without its 部.
    name: String,
    /// 部 of a 課.
    #[serde(skip_serializing_if = "Option::is_none")]
    bu: Option<String>,
    /// Programmes.
    programmes: u64,
    #[serde(flatten)]
    sum: Sum,
}

impl Sum {
    fn of(money: &evaluation::Money) -> Self {
        Self {
            cost_yen: money.cost.amount(),
            national_yen: money.national.amount(),
            prefectural_yen: money.prefectural.amount(),
            bonds_yen: money.bonds.amount(),
            other_yen: money.other.amount(),
            general_revenue_yen: money.general.amount(),
            staff_cost_yen: money.staff_cost.amount(),
        }
    }
}

/// Years that can be meant.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

fn year_of(text: Option<&str>) -> Result<Option<FiscalYear>, FieldFault> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let year = text.parse().ok().filter(|year| YEARS.contains(year)).and_then(FiscalYear::new);
    year.map(Some).ok_or_else(|| FieldFault::new("year", "evaluation-year-wrong-next"))
}

fn limit_of(text: Option<&str>) -> Result<u32, FieldFault> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(USUAL) };
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| FieldFault::new("limit", "evaluation-limit-wrong-next"))
}

fn by_of(text: Option<&str>) -> Result<Option<By>, FieldFault> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    By::parse(text).map(Some).ok_or_else(|| FieldFault::new("by", "evaluation-by-wrong-next"))
}

/// What was understood, or everything that was not.
fn both<A, B>(one: Result<A, FieldFault>, other: Result<B, FieldFault>) -> Result<(A, B), Refusal> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => Err(Refusal::invalid(one.err().into_iter().chain(other.err()))),
    }
}

fn no_such_year() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "no-such-year", "evaluation-year-wrong-title", "evaluation-year-wrong-next")
}

/// The year that is meant, if it has money: the one asked for, else the newest settled, else the newest.
fn known(asked: Option<FiscalYear>, years: &[(FiscalYear, Stage)]) -> Option<FiscalYear> {
    match asked {
        Some(asked) => years.iter().map(|(year, _)| *year).find(|year| *year == asked),
        None => {
            let settled = years.iter().rev().find(|(_, stage)| *stage == Stage::Settled);
            settled.or_else(|| years.last()).map(|(year, _)| *year)
        }
    }
}

async fn list_programmes(State(app): State<App>, Query(asked): Query<AskedProgrammes>) -> Result<Response, Refusal> {
    let (year, limit) = both(year_of(asked.year.as_deref()), limit_of(asked.limit.as_deref()))?;
    let search: String = asked.search.unwrap_or_default().chars().take(100).collect();
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let Some(year) = known(year, &evaluation::years(tx).await?) else { return Ok(None) };
        let filter = Filter { search: search.clone(), ..Filter::default() };
        Ok(Some((year, evaluation::public::programmes(tx, year, &filter, None, limit).await?)))
    };
    let (year, rows) = app.db.read(read).await?.ok_or_else(no_such_year)?;
    let rows: Vec<Programme> = rows.iter().map(|row| programme(row, year)).collect();
    json(StatusCode::OK, &rows)
}

fn programme(row: &ProgrammeRow, year: FiscalYear) -> Programme {
    let money = row.money.unwrap_or_default();
    let measure = row.path.measure.as_ref();
    Programme {
        code: row.code.clone(),
        name: row.name.clone(),
        policy: row.path.policy.name.clone(),
        policy_code: row.path.policy.code.clone(),
        measure: measure.map(|node| node.name.clone()),
        measure_code: measure.map(|node| node.code.clone()),
        bu: row.division.bu.clone(),
        ka: row.division.ka.clone(),
        year: year.year(),
        stage: row.stage.map(Stage::label_ja),
        cost_yen: money.cost.amount(),
        general_revenue_yen: money.general.amount(),
        national_yen: money.national.amount(),
        prefectural_yen: money.prefectural.amount(),
        bonds_yen: money.bonds.amount(),
        other_yen: money.other.amount(),
        staff_cost_yen: money.staff_cost.amount(),
        direction: row.direction_label.clone().filter(|label| !label.is_empty()),
        directions: row
            .direction
            .into_iter()
            .flat_map(|set| set.iter().collect::<Vec<_>>())
            .map(|it| it.code())
            .collect(),
    }
}

async fn total_programmes(State(app): State<App>, Query(asked): Query<AskedTotals>) -> Result<Response, Refusal> {
    let (year, by) = both(year_of(asked.year.as_deref()), by_of(asked.by.as_deref()))?;
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let Some(year) = known(year, &evaluation::years(tx).await?) else { return Ok(None) };
        Ok(Some(evaluation::public::totals(tx, year, by).await?))
    };
    let totals = app.db.read(read).await?.ok_or_else(no_such_year)?;
    let stage = totals.stage.ok_or_else(no_such_year)?;
    let rows = totals.rows.iter().map(|row| RowView {
        code: row.code.clone(),
        name: row.name.clone(),
        bu: row.bu.clone(),
        programmes: row.programmes,
        sum: Sum::of(&row.money),
    });
    json(
        StatusCode::OK,
        &TotalsView {
            year: totals.year.year(),
            stage: stage.label_ja(),
            programmes: totals.programmes,
            sum: Sum::of(&totals.money),
            rows: by.map(|_| rows.collect()),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_limits_and_breakdowns_are_read_or_named() {
        assert_eq!(year_of(None), Ok(None));
        assert_eq!(year_of(Some("2024")).map(|year| year.map(FiscalYear::year)), Ok(Some(2024)));
        for bad in ["令和6", "24", "20245", "2024.0", "-2024"] {
            assert_eq!(year_of(Some(bad)).map_err(|fault| fault.field), Err("year".into()), "{bad}");
        }
        assert_eq!((limit_of(None), limit_of(Some("1"))), (Ok(USUAL), Ok(1)));
        for bad in ["0", "-1", "10001", "ten", "1.5"] {
            assert_eq!(limit_of(Some(bad)).map_err(|fault| fault.field), Err("limit".into()), "{bad}");
        }
        assert!(by_of(Some("section")).is_err());
        let refused = both(year_of(Some("x")), limit_of(Some("x"))).unwrap_err();
        assert_eq!(refused.field_faults().len(), 2);
    }
}
