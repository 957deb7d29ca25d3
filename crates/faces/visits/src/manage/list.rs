//! The services of the own counters at a glance: state, the next free place, weekly hours, closed days ahead.

use askama::Template;
use axum::extract::State;
use axum::{Extension, response::Response};
use shell::{App, Ask, Page, Refusal, Route, html};
use store::Tx;
use visits::{Closure, Phase, Service};

use super::{
    WHO,
    first_steps::{self, Step},
    hours_form, scope, service_form,
};
use crate::Face;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/staff/services", WHO, show)]
}

struct ServiceLine {
    id: String,
    name: String,
    state: &'static str,
    state_words: String,
    /// The next free place for residents; what is missing when there is none.
    next: String,
    none: bool,
    hours: Vec<String>,
    changes: Vec<String>,
}

struct CounterBlock {
    code: String,
    name: String,
    place: String,
    serves: bool,
    closed: Vec<(String, String)>,
    services: Vec<ServiceLine>,
}

#[derive(Template)]
#[template(path = "manage_services.html")]
struct ListPage {
    page: Page,
    counters: Vec<CounterBlock>,
    steps: Vec<Step>,
}

async fn show(State(app): State<App>, Extension(face): Extension<Face>, ask: Ask) -> Result<Response, Refusal> {
    let (mine, today) = (scope::mine(&app, &ask).await?, app.world.today());
    let ids: Vec<_> = mine.iter().map(|one| one.counter.id).collect();
    let read = async move |tx: &mut Tx<'_>| {
        let mut services: Vec<(Service, Vec<Phase>)> = Vec::new();
        for service in visits::services(tx).await? {
            if ids.contains(&service.counter) {
                let phases = visits::schedule(tx, service.id, today).await?;
                services.push((service, phases));
            }
        }
        let mut closed: Vec<Closure> = Vec::new();
        for counter in &ids {
            closed.extend(visits::closures(tx, *counter, today).await?);
        }
        Ok::<_, store::Error>((services, closed))
    };
    let (services, closed) = app.db.read(read).await?;
    let t = ask.t();
    let mut counters = Vec::new();
    for one in &mine {
        let mut lines = Vec::new();
        for (service, phases) in services.iter().filter(|(service, _)| service.counter == one.counter.id) {
            let (next, none) = next_free(&face, &ask, service, phases).await?;
            let state = service_form::state(service.needs_visit, service.active);
            let key = service_form::STATES.iter().find(|(code, _)| *code == state).map_or("", |(_, key)| *key);
            let change =
                |phase: &Phase| t.with("services-hours-from", [("day", t.short_day(phase.from).into())]).into_owned();
            lines.push(ServiceLine {
                id: service.id.to_string(),
                name: service.name.get(ask.locale).to_owned(),
                state,
                state_words: t.text(key).into_owned(),
                next,
                none,
                // Before its first day a new service shows what is coming.
                hours: phases
                    .iter()
                    .find(|phase| !phase.openings.is_empty())
                    .map(|phase| hours_form::lines(t, &phase.openings))
                    .unwrap_or_default(),
                changes: phases.iter().skip(1).map(change).collect(),
            });
        }
        let own = |closure: &&Closure| closure.counter == one.counter.id;
        counters.push(CounterBlock {
            code: one.counter.details.code.clone(),
            name: one.counter.details.name.get(ask.locale).to_owned(),
            place: one.counter.details.location.get(ask.locale).to_owned(),
            serves: one.counter.details.is_open,
            closed: closed
                .iter()
                .filter(own)
                .map(|closure| (closure.id.to_string(), t.short_day(closure.day)))
                .collect(),
            services: lines,
        });
    }
    let steps = if services.is_empty() { first_steps::steps(&app, &ask).await? } else { Vec::new() };
    html(&ListPage { page: Page::new(&app, &ask, "services-title"), counters, steps })
}

/// When the next place is free, in words; or what is missing, and that nothing can be booked.
async fn next_free(face: &Face, ask: &Ask, service: &Service, phases: &[Phase]) -> Result<(String, bool), Refusal> {
    let t = ask.t();
    if !service.bookable() {
        return Ok((String::new(), false));
    }
    let days = face.availability.days(service.id).await?.unwrap_or_default();
    let next = days.iter().flat_map(|day| &day.slots).find(|slot| slot.free > 0);
    Ok(match next {
        Some(slot) => {
            let (day, time) = (t.short_day(slot.id.day), t.time(slot.id.minute));
            (format!("{day} {time}"), false)
        }
        None if phases.iter().all(|phase| phase.openings.is_empty()) => {
            (t.text("services-no-hours").into_owned(), true)
        }
        None => (t.text("services-no-place").into_owned(), true),
    })
}
