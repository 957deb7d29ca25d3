//! What can be done at the counters, and one procedure with what to bring.

use askama::Template;
use axum::{extract::State, response::Response};
use places::Counter;
use shell::{App, Ask, Page, Path, Refusal, Route, Who, html};
use store::Tx;
use visits::Service;

use super::{page, service};

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::page("/visits", Who::Anyone, list), Route::page("/visits/services/{code}", Who::Anyone, about)]
}

struct Entry {
    code: String,
    name: String,
    summary: String,
    minutes: u16,
    /// The counter's name.
    counter: String,
}

#[derive(Template)]
#[template(path = "visits_services.html")]
struct ListPage {
    page: Page,
    bookable: Vec<Entry>,
    elsewhere: Vec<Entry>,
}

async fn list(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let (all, counters): (Vec<Service>, Vec<Counter>) = app
        .db
        .read(async |tx: &mut Tx<'_>| Ok::<_, store::Error>((visits::services(tx).await?, places::counters(tx).await?)))
        .await?;
    let entry = |service: &Service| Entry {
        code: service.code.clone(),
        name: service.name.get(ask.locale).to_owned(),
        summary: service.summary.get(ask.locale).to_owned(),
        minutes: service.minutes,
        counter: counters
            .iter()
            .find(|counter| counter.id == service.counter)
            .map(|counter| counter.details.name.get(ask.locale).to_owned())
            .unwrap_or_default(),
    };
    let (bookable, elsewhere): (Vec<&Service>, Vec<&Service>) =
        all.iter().filter(|service| service.active).partition(|service| service.needs_visit);
    html(&ListPage {
        page: Page::new(&app, &ask, "visits-list-title").tab("visits"),
        bookable: bookable.into_iter().map(entry).collect(),
        elsewhere: elsewhere.into_iter().map(entry).collect(),
    })
}

/// A way that needs no visit.
struct Way {
    name: String,
    note: String,
    url: String,
}

/// What to bring for one kind of person.
pub(crate) struct Things {
    pub(crate) who: String,
    pub(crate) things: Vec<String>,
}

#[derive(Template)]
#[template(path = "visits_service.html")]
struct AboutPage {
    page: Page,
    code: String,
    summary: String,
    minutes: u16,
    location: String,
    counter: String,
    needs_visit: bool,
    ways: Vec<Way>,
    bring: Vec<Things>,
}

async fn about(State(app): State<App>, ask: Ask, Path(code): Path<String>) -> Result<Response, Refusal> {
    let (service, counter) = service(&app, &code).await?;
    let t = ask.t();
    let bring = [
        (visits::Who::Own, "visits-who-self"),
        (visits::Who::Agent, "visits-who-agent"),
        (visits::Who::Child, "visits-who-child"),
    ];
    let bring = bring
        .into_iter()
        .map(|(who, key)| Things {
            who: t.text(key).into_owned(),
            things: service.bring.list(who).iter().map(|thing| thing.get(ask.locale).to_owned()).collect(),
        })
        .filter(|things| !things.things.is_empty())
        .collect();
    let ways = service.instead.iter().map(|way| Way {
        name: way.name.get(ask.locale).to_owned(),
        note: way.note.get(ask.locale).to_owned(),
        url: way.url.clone().unwrap_or_default(),
    });
    html(&AboutPage {
        page: page(&app, &ask, service.name.get(ask.locale).to_owned(), &counter),
        summary: service.summary.get(ask.locale).to_owned(),
        minutes: service.minutes,
        location: counter.details.location.get(ask.locale).to_owned(),
        counter: counter.details.name.get(ask.locale).to_owned(),
        needs_visit: service.needs_visit,
        ways: ways.collect(),
        bring,
        code,
    })
}
