//! A programme's sheet in the back office, live; its money and indicators as CSV.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use evaluation::{Cycle, Sheet};
use facts::Catalogue;
use shell::{App, Ask, Page, Path, Refusal, Route, Who, html};
use store::Tx;

use super::may_edit;
use crate::kpis::{self, Reader};
use crate::read::{self, StaffSheet};
use crate::show;
use crate::show::sheet::For;
use crate::{list, view};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/evaluation/programmes/{code}", Who::AnyStaff, show_sheet),
        Route::live("/staff/evaluation/live", Who::AnyStaff, live),
        Route::file("/staff/evaluation/programmes/{code}/money.csv", Who::AnyStaff, money_csv),
        Route::file("/staff/evaluation/programmes/{code}/indicators.csv", Who::AnyStaff, indicators_csv),
    ]
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage {
    page: Page,
    sheet: view::Sheet,
    live_part: &'static str,
    can_add: bool,
}

async fn sheet_of(app: &App, catalogue: &Catalogue, code: String) -> Result<StaffSheet, Refusal> {
    let (world, catalogue) = (app.world.clone(), catalogue.clone());
    let read = async move |tx: &mut Tx<'_>| read::staff_sheet(tx, &world, &catalogue, &code).await;
    app.db.read(read).await?.ok_or_else(Refusal::not_found)
}

async fn show_sheet(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    let StaffSheet { mut sheet, live, posts } = sheet_of(&app, &catalogue, code).await?;
    let may = may_edit(ask.staff()?, &sheet);
    if !may {
        without_drafts(&mut sheet);
    }
    let cycle = Cycle::of(app.world.today());
    let reader = Reader { is_for: For::Staff, may_edit: may };
    let kpis = kpis::views(ask.t(), &sheet, &live, &posts, cycle, app.world.today(), reader);
    html(&SheetPage {
        page: Page::titled(&app, &ask, sheet.programme.text.name.clone()),
        sheet: show::sheet::sheet(ask.t(), &sheet, cycle, kpis, For::Staff),
        live_part: "/staff/evaluation/live",
        can_add: may,
    })
}

/// Other divisions' half-written sentences are not for reading, and what is undecided is for those who decide.
fn without_drafts(sheet: &mut Sheet) {
    sheet.assessments.retain(|assessment| assessment.decided);
    for year in sheet.kpis.iter_mut().flat_map(|kpi| kpi.years.iter_mut()) {
        year.note.draft = None;
    }
}

/// Says "changed" when a fact, a KPI or an import changed a number.
async fn live(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    shell::live_for_staff(&app, &ask, ["facts", "evaluation", "plan"].map(str::to_owned).to_vec())
}

async fn money_csv(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    let sheet = sheet_of(&app, &catalogue, code).await?.sheet;
    Ok(list::money_csv(ask.t(), &sheet))
}

async fn indicators_csv(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    let sheet = sheet_of(&app, &catalogue, code).await?.sheet;
    Ok(list::indicators_csv(ask.t(), &sheet))
}
