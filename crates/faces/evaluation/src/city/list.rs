//! Programmes and what they cost, for everybody.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use evaluation::Cycle;
use shell::{App, Ask, Page, Query, Refusal, Route, Who, html};
use store::Tx;

use crate::list::{self, Asked, FilterView, ListView, Listed, TotalsView};
use crate::say;
use crate::show::sheet::For;
use crate::view::CycleWords;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/city/programmes", Who::Anyone, page),
        Route::file("/city/programmes/list.csv", Who::Anyone, list_csv),
        Route::file("/city/programmes/totals.csv", Who::Anyone, totals_csv),
    ]
}

#[derive(Template)]
#[template(path = "city_programmes.html")]
struct ListPage {
    page: Page,
    cycle: CycleWords,
    filter: FilterView,
    totals: TotalsView,
    list: ListView,
}

async fn listed(app: &App, asked: Asked) -> Result<Listed, Refusal> {
    let cycle = Cycle::of(app.world.today());
    let read = async move |tx: &mut Tx<'_>| list::read(tx, asked.clone(), cycle, For::Everybody).await;
    Ok(app.db.read(read).await?)
}

async fn page(State(app): State<App>, ask: Ask, Query(asked): Query<Asked>) -> Result<Response, Refusal> {
    let listed = listed(&app, asked).await?;
    let t = ask.t();
    html(&ListPage {
        page: Page::new(&app, &ask, "evaluation-city-title"),
        cycle: say::cycle(t, Cycle::of(app.world.today())),
        filter: listed.filter(t, For::Everybody),
        totals: listed.totals(t, For::Everybody),
        list: listed.list(t, For::Everybody),
    })
}

async fn list_csv(State(app): State<App>, ask: Ask, Query(asked): Query<Asked>) -> Result<Response, Refusal> {
    Ok(listed(&app, asked).await?.list_csv(ask.t()))
}

async fn totals_csv(State(app): State<App>, ask: Ask, Query(asked): Query<Asked>) -> Result<Response, Refusal> {
    Ok(listed(&app, asked).await?.totals_csv(ask.t()))
}
