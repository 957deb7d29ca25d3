//! What people add to a KPI during the year: the number somebody enters, 担当課の説明.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use evaluation::kpi::{self, EnterValue, KpiError};
use evaluation::{Cycle, Sheet};
use facts::Catalogue;
use http::StatusCode;
use kernel::day::Day;
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::text::{Line, Paragraph};
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Refusal, Route, html_with, see_other};
use store::{Act, Tx};

use super::kpi::{WHO, actor, fault, kpi_of, own_sheet};
use crate::kpis::{self, Reader};
use crate::read::{self, metric_of};
use crate::show::kpi::shown_year;
use crate::show::sheet::For;
use crate::view::CycleWords;
use crate::{links, say};

const VALUE: Act = Act::staff("evaluation.kpi.value");
const WORDS: Act = Act::staff("evaluation.kpi.words");
/// Years whose number can be entered here, the running one last.
const YEARS: i32 = 6;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/evaluation/programmes/{code}/kpis/{id}/year", WHO, show),
        Route::form("/staff/evaluation/programmes/{code}/kpis/{id}/year/value", WHO, enter),
        Route::form("/staff/evaluation/programmes/{code}/kpis/{id}/year/words", WHO, words),
        Route::file("/staff/evaluation/programmes/{code}/kpis/{id}/kpi.csv", shell::Who::AnyStaff, csv),
    ]
}

#[derive(Template)]
#[template(path = "kpi_year.html")]
struct YearPage {
    page: Page,
    cycle: CycleWords,
    back: String,
    programme: String,
    action: String,
    edit: String,
    /// People enter the number.
    manual: bool,
    values: Vec<(String, String, String)>,
    years: Vec<Choice>,
    value: String,
    as_of: String,
    note: String,
    published: String,
    published_when: String,
    words: String,
    fiscal: i32,
    version: i64,
    words_year: String,
}

/// What was typed and has to be shown again.
#[derive(Default)]
struct Typed {
    value: Option<ValueForm>,
    words: Option<String>,
}

fn page(
    app: &App,
    ask: &Ask,
    sheet: &Sheet,
    id: &str,
    typed: Typed,
    faults: &[FieldFault],
) -> Result<Response, Refusal> {
    let (t, today) = (ask.t(), app.world.today());
    let kpi = kpi_of(sheet, id)?;
    let (cycle, is_live) = (Cycle::of(today), metric_of(kpi).is_some());
    let unit = kpi.unit.get(ask.locale);
    let told = shown_year(kpi, is_live, cycle).ok_or_else(Refusal::not_found)?;
    let value = typed.value.unwrap_or_else(|| ValueForm {
        year: cycle.assessed.year().to_string(),
        as_of: cycle.assessed.last_day().min(today).to_string(),
        ..ValueForm::default()
    });
    let years = (0..YEARS).map(|back| {
        let year = cycle.running.plus(-back);
        Choice::new(year.year().to_string(), say::year(t, year), year.year().to_string() == value.year)
    });
    let values = kpi.years.iter().rev().filter_map(|year| {
        let actual = year.actual.filter(|_| !is_live)?;
        Some((say::year(t, year.year), say::kpi(t, actual.value, unit), t.day(actual.as_of)))
    });
    let back = links::sheet(For::Staff, &sheet.programme.code);
    let action = format!("{back}/kpis/{id}/year");
    let said = told.note.published.clone().unwrap_or_default();
    let when = told.note.published_at.map(|at| t.with("evaluation-said-on", [("day", t.day(at.day()).into())]));
    let page = YearPage {
        page: Page::titled(app, ask, kpi.name.get(ask.locale).to_owned()).faults(faults),
        cycle: say::cycle(t, cycle),
        programme: sheet.programme.text.name.clone(),
        edit: format!("{back}/kpis/{id}"),
        back,
        action,
        manual: !is_live,
        values: values.collect(),
        years: years.collect(),
        value: value.value,
        as_of: value.as_of,
        note: value.note,
        words: typed.words.or_else(|| told.note.draft.clone()).unwrap_or_else(|| said.clone()),
        published: said,
        published_when: when.map(std::borrow::Cow::into_owned).unwrap_or_default(),
        fiscal: told.year.year(),
        version: told.note.version,
        words_year: say::year(t, told.year),
    };
    html_with(if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page)
}

async fn show(State(app): State<App>, ask: Ask, Path((code, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let sheet = own_sheet(&app, &ask, code).await?;
    page(&app, &ask, &sheet, &id, Typed::default(), &[])
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct ValueForm {
    year: String,
    value: String,
    as_of: String,
    note: String,
}

impl ValueForm {
    fn read(&self, kpi: kpi::KpiId) -> Result<EnterValue, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let year = self.year.parse().ok().and_then(FiscalYear::new);
        if year.is_none() {
            faults.push(FieldFault::new("year", "errors-field-required").called("evaluation-col-year"));
        }
        let value = Decimal::parse(self.value.trim());
        if value.is_none() {
            faults.push(FieldFault::new("value", "evaluation-form-number").called("evaluation-value-value"));
        }
        let as_of = Day::parse(self.as_of.trim());
        if as_of.is_none() {
            faults.push(FieldFault::new("as_of", "evaluation-value-day-wrong"));
        }
        let note = Line::<200>::optional(&self.note);
        if let Err(error) = &note {
            faults.push(FieldFault::text("note", *error).called("evaluation-value-note"));
        }
        match (year, value, as_of, note) {
            (Some(year), Some(value), Some(as_of), Ok(note)) if faults.is_empty() => {
                Ok(EnterValue { kpi, year, as_of, value, note: note.map(Line::into_string).unwrap_or_default() })
            }
            _ => Err(faults),
        }
    }
}

async fn enter(
    State(app): State<App>,
    ask: Ask,
    Path((code, id)): Path<(String, String)>,
    Form(form): Form<ValueForm>,
) -> Result<Response, Refusal> {
    let sheet = own_sheet(&app, &ask, code).await?;
    let again =
        |faults: &[FieldFault]| page(&app, &ask, &sheet, &id, Typed { value: Some(form.clone()), words: None }, faults);
    let command = match form.read(kpi_of(&sheet, &id)?.id) {
        Ok(command) => command,
        Err(faults) => return again(&faults),
    };
    let (world, actor) = (app.world.clone(), actor(&ask)?);
    let write = async move |tx: &mut Tx<'_>| kpi::enter_value(tx, &world, actor, &command).await;
    match app.db.write(VALUE, write).await {
        Ok(()) => Ok(see_other(&links::sheet(For::Staff, &sheet.programme.code))),
        Err(error) => again(&[fault(error)?]),
    }
}

#[derive(Debug, Clone, Deserialize)]
struct WordsForm {
    fiscal: i32,
    version: i64,
    #[serde(default)]
    words: String,
    #[serde(rename = "do", default)]
    act: String,
}

async fn words(
    State(app): State<App>,
    ask: Ask,
    Path((code, id)): Path<(String, String)>,
    Form(form): Form<WordsForm>,
) -> Result<Response, Refusal> {
    let sheet = own_sheet(&app, &ask, code).await?;
    let kpi = kpi_of(&sheet, &id)?.id;
    let year = FiscalYear::new(form.fiscal).ok_or_else(Refusal::not_found)?;
    let again = |faults: &[FieldFault]| {
        page(&app, &ask, &sheet, &id, Typed { value: None, words: Some(form.words.clone()) }, faults)
    };
    let text = match Paragraph::parse(&form.words) {
        Ok(text) => text,
        Err(error) => return again(&[FieldFault::text("words", error).called("evaluation-said-label")]),
    };
    let (world, actor, publish, version) = (app.world.clone(), actor(&ask)?, form.act == "publish", form.version);
    let write = async move |tx: &mut Tx<'_>| -> Result<(), KpiError> {
        let version = kpi::explain(tx, &world, actor, kpi, year, version, &text).await?;
        if publish {
            kpi::publish_explanation(tx, &world, actor, kpi, year, version).await?;
        }
        Ok(())
    };
    match app.db.write(WORDS, write).await {
        Ok(()) => Ok(see_other(&links::sheet(For::Staff, &sheet.programme.code))),
        Err(error) => again(&[fault(error)?]),
    }
}

/// The KPI's line as a file.
async fn csv(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let world = app.world.clone();
    let read = async move |tx: &mut Tx<'_>| read::staff_sheet(tx, &world, &catalogue, &code).await;
    let of = app.db.read(read).await?.ok_or_else(Refusal::not_found)?;
    let (today, reader) = (app.world.today(), Reader { is_for: For::Staff, may_edit: false });
    let views = kpis::views(ask.t(), &of.sheet, &of.live, &of.posts, Cycle::of(today), today, reader);
    kpis::csv(ask.t(), &views, &id)
}
