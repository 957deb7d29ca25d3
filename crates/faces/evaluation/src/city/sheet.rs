//! A programme as everybody may see it.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use evaluation::Cycle;
use facts::Catalogue;
use shell::{App, Ask, Page, Path, Refusal, Route, Who, html};
use store::Tx;

use crate::kpis::{self, Reader};
use crate::read::{self, PublicSheet};
use crate::show;
use crate::show::sheet::For;
use crate::{list, view};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/city/programmes/{code}", Who::Anyone, page),
        Route::file("/city/programmes/{code}/money.csv", Who::Anyone, money_csv),
        Route::file("/city/programmes/{code}/indicators.csv", Who::Anyone, indicators_csv),
        Route::file("/city/programmes/{code}/kpis/{id}/kpi.csv", Who::Anyone, kpi_csv),
    ]
}

#[derive(Template)]
#[template(path = "city_programme.html")]
struct SheetPage {
    page: Page,
    sheet: view::Sheet,
}

async fn sheet_of(app: &App, catalogue: &Catalogue, code: String) -> Result<PublicSheet, Refusal> {
    let (world, catalogue) = (app.world.clone(), catalogue.clone());
    let read = async move |tx: &mut Tx<'_>| read::public_sheet(tx, &world, &catalogue, &code).await;
    app.db.read(read).await?.ok_or_else(Refusal::not_found)
}

fn views(app: &App, ask: &Ask, of: &PublicSheet) -> Vec<view::Kpi> {
    let reader = Reader { is_for: For::Everybody, may_edit: false };
    let today = app.world.today();
    kpis::views(ask.t(), &of.sheet, &of.live, &of.posts, Cycle::of(today), today, reader)
}

async fn page(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    let of = sheet_of(&app, &catalogue, code).await?;
    let kpis = views(&app, &ask, &of);
    let cycle = Cycle::of(app.world.today());
    html(&SheetPage {
        page: Page::titled(&app, &ask, of.sheet.programme.text.name.clone()),
        sheet: show::sheet::sheet(ask.t(), &of.sheet, cycle, kpis, For::Everybody),
    })
}

async fn money_csv(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    Ok(list::money_csv(ask.t(), &sheet_of(&app, &catalogue, code).await?.sheet))
}

async fn indicators_csv(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    Ok(list::indicators_csv(ask.t(), &sheet_of(&app, &catalogue, code).await?.sheet))
}

async fn kpi_csv(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let of = sheet_of(&app, &catalogue, code).await?;
    kpis::csv(ask.t(), &views(&app, &ask, &of), &id)
}
