//! All programmes for staff: filter, order, totals, files.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use evaluation::Cycle;
use people::{Permission, Staff};
use shell::{App, Ask, Page, Query, Refusal, Route, Who, html};
use store::Tx;

use crate::list::{self, Asked, FilterView, ListView, Listed, TotalsView};
use crate::say;
use crate::show::sheet::For;
use crate::view::CycleWords;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/evaluation", Who::AnyStaff, page),
        Route::file("/staff/evaluation/list.csv", Who::AnyStaff, list_csv),
        Route::file("/staff/evaluation/totals.csv", Who::AnyStaff, totals_csv),
    ]
}

#[derive(Template)]
#[template(path = "programmes.html")]
struct ListPage {
    page: Page,
    cycle: CycleWords,
    filter: FilterView,
    totals: TotalsView,
    list: ListView,
}

async fn listed(app: &App, ask: &Ask, asked: Asked) -> Result<Listed, Refusal> {
    let cycle = Cycle::of(app.world.today());
    let read = async move |tx: &mut Tx<'_>| list::read(tx, asked.clone(), cycle, For::Staff).await;
    let mut listed = app.db.read(read).await?;
    hide_undecided(ask.staff()?, &mut listed);
    Ok(listed)
}

/// An undecided direction is for the programme's own division and for those who evaluate.
fn hide_undecided(staff: &Staff, listed: &mut Listed) {
    if staff.can(Permission::EvaluateAll) {
        return;
    }
    for row in listed.rows.iter_mut().filter(|row| !row.decided) {
        if !row.unit.is_some_and(|unit| staff.may(Permission::EditProgrammes, unit)) {
            (row.direction, row.direction_label) = (None, None);
        }
    }
}

async fn page(State(app): State<App>, ask: Ask, Query(asked): Query<Asked>) -> Result<Response, Refusal> {
    let listed = listed(&app, &ask, asked).await?;
    let t = ask.t();
    html(&ListPage {
        page: Page::new(&app, &ask, "evaluation-title"),
        cycle: say::cycle(t, Cycle::of(app.world.today())),
        filter: listed.filter(t, For::Staff),
        totals: listed.totals(t, For::Staff),
        list: listed.list(t, For::Staff),
    })
}

async fn list_csv(State(app): State<App>, ask: Ask, Query(asked): Query<Asked>) -> Result<Response, Refusal> {
    Ok(listed(&app, &ask, asked).await?.list_csv(ask.t()))
}

async fn totals_csv(State(app): State<App>, ask: Ask, Query(asked): Query<Asked>) -> Result<Response, Refusal> {
    Ok(listed(&app, &ask, asked).await?.totals_csv(ask.t()))
}
