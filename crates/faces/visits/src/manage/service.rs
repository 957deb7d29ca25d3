//! One service: adding it, changing it. Whoever changes it sees when somebody else was faster.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Refusal, Route, html, html_with, see_other};
use store::{Act, Tx};
use visits::{By, SaveServiceError, Service, ServiceDraft, ServiceId};

use super::given::Given;
use super::scope::{self, Mine};
use super::{WHO, service_form};

const ADD: Act = Act::staff("visits.add_service");
const EDIT: Act = Act::staff("visits.edit_service");

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/services/new", WHO, new),
        Route::form("/staff/services/new", WHO, add),
        Route::page("/staff/services/{id}", WHO, show),
        Route::form("/staff/services/{id}", WHO, change),
    ]
}

/// What the fields are called, by how their names begin.
const PARTS: [(&str, &str); 12] = [
    ("name", "services-name"),
    ("summary", "services-summary"),
    ("counter", "services-counter"),
    ("state", "services-state"),
    ("minutes", "services-minutes"),
    ("bring", "services-bring"),
    ("way", "services-ways"),
    ("open_days", "services-open-days"),
    ("lead_minutes", "services-lead-minutes"),
    ("cutoff", "services-cutoff"),
    ("keep_days", "services-keep"),
    ("position", "services-position"),
];

/// The faults with the names of their fields, as the summary above the form says them.
fn named(faults: Vec<FieldFault>) -> Vec<FieldFault> {
    let label = |fault: &FieldFault| PARTS.iter().find(|(part, _)| fault.field.starts_with(part)).map(|(_, key)| *key);
    let name = |fault: FieldFault| match label(&fault) {
        Some(key) => fault.called(key),
        None => fault,
    };
    faults.into_iter().map(name).collect()
}

/// Who comes, and the name of their list.
struct Bringer {
    field: String,
    who: String,
}

#[derive(Template)]
#[template(path = "manage_service.html")]
struct ServicePage {
    page: Page,
    /// Its id; empty: a new one.
    own: String,
    form: Given,
    counters: Vec<Choice>,
    states: Vec<Choice>,
    bringers: Vec<Bringer>,
    ways: Vec<usize>,
    /// What somebody else changed meanwhile.
    stale: Vec<String>,
    saved: bool,
    outside: usize,
}

fn page(app: &App, ask: &Ask, mine: &[Mine], service: Option<&Service>, form: Given) -> ServicePage {
    let t = ask.t();
    let title = match service {
        Some(service) => service.name.get(ask.locale).to_owned(),
        None => t.text("services-new").into_owned(),
    };
    let counters = mine.iter().map(|one| {
        let id = one.counter.id.to_string();
        let here = id == form.get("counter");
        Choice::new(id, one.counter.details.name.get(ask.locale), here)
    });
    let states = service_form::STATES.into_iter().map(|(code, key)| {
        let mut choice = Choice::new(code, t.text(key), form.get("state") == code);
        choice.hint = t.text(&format!("services-state-{code}-hint")).into_owned();
        choice
    });
    let bringers = visits::Who::ALL.iter().map(|who| Bringer {
        field: format!("bring_{}", who.code()),
        who: t.text(&format!("visits-who-{}", who.code())).into_owned(),
    });
    ServicePage {
        page: Page::titled(app, ask, title),
        own: service.map(|service| service.id.to_string()).unwrap_or_default(),
        counters: counters.collect(),
        states: states.collect(),
        bringers: bringers.collect(),
        ways: (0..service_form::ways(&form)).collect(),
        stale: Vec::new(),
        saved: false,
        outside: 0,
        form,
    }
}

async fn new(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let mine = scope::mine(&app, &ask).await?;
    let mut form = service_form::proposal();
    if let [only] = mine.as_slice() {
        form.put("counter", only.counter.id);
    }
    html(&page(&app, &ask, &mine, None, form))
}

fn fault(error: SaveServiceError) -> Result<FieldFault, Refusal> {
    match error {
        SaveServiceError::CodeTaken => Ok(FieldFault::new("code", "services-code-taken")),
        SaveServiceError::Field("name") => Ok(FieldFault::new("name_ja", "errors-field-unreadable")),
        SaveServiceError::Field("summary") => Ok(FieldFault::new("summary_ja", "errors-field-unreadable")),
        SaveServiceError::Field("instead") => Ok(FieldFault::new("way_0_name_ja", "services-ways-missing")),
        SaveServiceError::Field(field) => Ok(FieldFault::new(field, "errors-field-unreadable")),
        SaveServiceError::Stale => Err(Refusal::conflict()),
        SaveServiceError::Store(error) => Err(error.into()),
    }
}

async fn add(State(app): State<App>, ask: Ask, Form(form): Form<Given>) -> Result<Response, Refusal> {
    let mine = scope::mine(&app, &ask).await?;
    let counter = scope::chosen(&mine, form.get("counter"));
    let faults = match service_form::read(&form, None, true, counter) {
        Err(faults) => faults,
        Ok(draft) => {
            let by = mine.iter().find(|one| one.counter.id == draft.counter).ok_or_else(Refusal::forbidden)?.clerk;
            let (world, bookable) = (app.world.clone(), draft.active && draft.needs_visit);
            let write = async move |tx: &mut Tx<'_>| visits::add_service(tx, &world, &draft, By::Staff(by)).await;
            match app.db.write(ADD, write).await {
                Ok(id) if bookable => return Ok(see_other(&format!("/staff/services/{id}/hours"))),
                Ok(_) => return Ok(see_other("/staff/services")),
                Err(error) => vec![fault(error)?],
            }
        }
    };
    let mut shown = page(&app, &ask, &mine, None, form);
    shown.page = shown.page.faults(&named(faults));
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// Bookings that the service as it is now could not take.
pub(super) async fn outside(app: &App, service: &Service) -> Result<Vec<visits::Visit>, Refusal> {
    let (service, today) = (service.clone(), app.world.today());
    let read = async move |tx: &mut Tx<'_>| {
        let calendar = places::holidays::calendar(tx).await?;
        // Not offered any more: no hours hold, so every booking is one to move.
        let none: Option<&[visits::Opening]> = if service.bookable() { None } else { Some(&[]) };
        visits::outside(tx, &calendar, service.id, today, none).await
    };
    Ok(app.db.read(read).await?)
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Said {
    saved: String,
}

async fn show(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<ServiceId>,
    shell::Query(said): shell::Query<Said>,
) -> Result<Response, Refusal> {
    let (service, _) = scope::service(&app, &ask, id).await?;
    let mine = scope::mine(&app, &ask).await?;
    let outside = outside(&app, &service).await?.len();
    let form = service_form::fields(&ServiceDraft::from(service.clone()), service.version);
    let mut shown = page(&app, &ask, &mine, Some(&service), form);
    (shown.saved, shown.outside) = (!said.saved.is_empty(), outside);
    html(&shown)
}

/// The parts of the form in which what is stored differs from what was typed.
fn differences(ask: &Ask, stored: &Given, typed: &Given) -> Vec<String> {
    let same = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    let mut keys = Vec::new();
    for (part, key) in PARTS {
        let differs = |(field, value): (&str, &str)| field.starts_with(part) && same(value) != same(typed.get(field));
        let other = |(field, value): (&str, &str)| field.starts_with(part) && same(value) != same(stored.get(field));
        if stored.fields().any(differs) || typed.fields().any(other) {
            keys.push(ask.t().text(key).into_owned());
        }
    }
    keys
}

async fn change(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<ServiceId>,
    Form(mut form): Form<Given>,
) -> Result<Response, Refusal> {
    let (service, one) = scope::service(&app, &ask, id).await?;
    let mine = scope::mine(&app, &ask).await?;
    let counter = scope::chosen(&mine, form.get("counter"));
    let faults = match service_form::read(&form, Some(&service.code), service.needs_visit, counter) {
        Err(faults) => faults,
        Ok(draft) => {
            let seen: i64 = form.get("version").parse().unwrap_or_default();
            let (world, by) = (app.world.clone(), By::Staff(one.clerk));
            let write = async move |tx: &mut Tx<'_>| visits::edit_service(tx, &world, id, seen, &draft, by).await;
            match app.db.write(EDIT, write).await {
                Ok(()) => {
                    // A wider window shows its new days at once, not when the hourly job comes by.
                    visits::jobs::keep_slots_of(&app.db, &app.world, id).await?;
                    return Ok(see_other(&format!("/staff/services/{id}?saved=1")));
                }
                Err(SaveServiceError::Stale) => {
                    let (service, _) = scope::service(&app, &ask, id).await?;
                    let stored = service_form::fields(&ServiceDraft::from(service.clone()), service.version);
                    let stale = differences(&ask, &stored, &form);
                    // Pressing again is then a decision made with the other's change in view.
                    form.put("version", service.version);
                    let mut shown = page(&app, &ask, &mine, Some(&service), form);
                    shown.stale = stale;
                    shown.page = shown.page.faults(&[FieldFault::new("", "services-stale")]);
                    return html_with(StatusCode::CONFLICT, &shown);
                }
                Err(error) => vec![fault(error)?],
            }
        }
    };
    let mut shown = page(&app, &ask, &mine, Some(&service), form);
    shown.page = shown.page.faults(&named(faults));
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}
