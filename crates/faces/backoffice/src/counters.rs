//! A counter (窓口) and what residents are told about it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::locale::Localized;
use people::{Permission, Unit};
use places::{Counter, CounterDetails, CounterError, CounterId};
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Refusal, Route, html, html_with, see_other};
use store::audit::{self, Actor, Entry};
use store::{Act, Tx};

use crate::fields::{Faults, Texts};
use crate::places::WHO;

const PUT: Act = Act::staff("places.counter.put");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/places/counters/new", WHO, new),
        Route::form("/staff/places/counters/new", WHO, add),
        Route::page("/staff/places/counters/{id}", WHO, show),
        Route::form("/staff/places/counters/{id}", WHO, change),
    ]
}

/// What each field is called.
const LABELS: &[(&str, &str)] = &[
    ("unit", "backoffice-counter-unit"),
    ("name", "backoffice-counter-name"),
    ("location", "backoffice-counter-location"),
    ("hours", "backoffice-hours"),
    ("phone", "backoffice-phone"),
    ("fax", "backoffice-fax"),
    ("desks", "backoffice-counter-desks"),
    ("ticket_prefix", "backoffice-counter-prefix"),
];

#[derive(Template)]
#[template(path = "counter.html")]
struct CounterPage {
    page: Page,
    /// Empty: a new one.
    id: String,
    code: String,
    units: Vec<Choice>,
    form: CounterForm,
}

#[derive(Deserialize, Default)]
struct CounterForm {
    /// Of a new counter only.
    #[serde(default)]
    code: String,
    /// The code of the division that answers for it.
    unit: String,
    name_ja: String,
    #[serde(default)]
    name_easy: String,
    #[serde(default)]
    name_en: String,
    location_ja: String,
    #[serde(default)]
    location_easy: String,
    #[serde(default)]
    location_en: String,
    hours_ja: String,
    #[serde(default)]
    hours_easy: String,
    #[serde(default)]
    hours_en: String,
    phone: String,
    #[serde(default)]
    fax: String,
    desks: String,
    ticket_prefix: String,
    is_open: Option<String>,
}

impl CounterForm {
    fn of(details: &CounterDetails) -> Self {
        let (name, location, hours) =
            (Texts::of(&details.name), Texts::of(&details.location), Texts::of(&details.hours));
        Self {
            code: details.code.clone(),
            unit: details.unit_code.clone(),
            name_ja: name.ja,
            name_easy: name.easy,
            name_en: name.en,
            location_ja: location.ja,
            location_easy: location.easy,
            location_en: location.en,
            hours_ja: hours.ja,
            hours_easy: hours.easy,
            hours_en: hours.en,
            phone: details.phone.clone(),
            fax: details.fax.clone(),
            desks: details.desks.to_string(),
            ticket_prefix: details.ticket_prefix.to_string(),
            is_open: details.is_open.then(|| "1".to_owned()),
        }
    }

    fn read(&self, before: &CounterDetails, units: &[Unit]) -> Result<CounterDetails, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let unit = units.iter().find(|unit| unit.code == self.unit);
        // A counter whose division has gone since keeps it until somebody chooses another one.
        if unit.is_none() && (self.unit.is_empty() || self.unit != before.unit_code) {
            faults.say(FieldFault::new("unit", "backoffice-counter-unit-missing"));
        }
        let name = faults.localized("name", &Texts::new(&self.name_ja, &self.name_easy, &self.name_en), true);
        let location =
            faults.localized("location", &Texts::new(&self.location_ja, &self.location_easy, &self.location_en), false);
        let hours = faults.localized("hours", &Texts::new(&self.hours_ja, &self.hours_easy, &self.hours_en), false);
        let phone = faults.optional::<60>("phone", &self.phone);
        let fax = faults.optional::<60>("fax", &self.fax);
        let desks = self.desks.trim().parse::<u8>().ok().filter(|desks| (1..=99).contains(desks));
        if desks.is_none() {
            faults.say(FieldFault::new("desks", "backoffice-counter-desks-wrong"));
        }
        let mut letters = self.ticket_prefix.trim().chars();
        let prefix = letters.next().filter(|letter| letter.is_ascii_uppercase() && letters.next().is_none());
        if prefix.is_none() {
            faults.say(FieldFault::new("ticket_prefix", "backoffice-counter-prefix-wrong"));
        }
        match (name, location, hours, desks, prefix) {
            (Some(name), Some(location), Some(hours), Some(desks), Some(ticket_prefix)) if faults.is_empty() => {
                Ok(CounterDetails {
                    unit: unit.map_or_else(|| before.unit.clone(), |unit| unit.name.clone()),
                    unit_code: unit.map_or_else(|| before.unit_code.clone(), |unit| unit.code.clone()),
                    name,
                    location,
                    hours,
                    desks,
                    ticket_prefix,
                    phone: phone.map(|line| line.into_string()).unwrap_or_default(),
                    fax: fax.map(|line| line.into_string()).unwrap_or_default(),
                    is_open: self.is_open.is_some(),
                    ..before.clone()
                })
            }
            _ => Err(faults.called(LABELS)),
        }
    }
}

async fn counter(app: &App, id: CounterId) -> Result<Counter, Refusal> {
    let found = app.db.read(async move |tx: &mut Tx<'_>| places::counter(tx, id).await).await?;
    found.ok_or_else(Refusal::not_found)
}

async fn units(app: &App) -> Result<Vec<Unit>, Refusal> {
    let day = app.world.today();
    let units = app.db.read(async move |tx: &mut Tx<'_>| people::units(tx, day).await).await?;
    Ok(units.into_iter().filter(|unit| unit.code != people::OWN_UNIT).collect())
}

fn page(
    app: &App,
    ask: &Ask,
    counter: Option<&Counter>,
    units: &[Unit],
    form: CounterForm,
    faults: &[FieldFault],
) -> CounterPage {
    let title = match counter {
        Some(counter) => counter.details.name.get(ask.locale).to_owned(),
        None => ask.t().text("backoffice-counter-new").into_owned(),
    };
    let choice = |unit: &Unit| Choice::new(&unit.code, unit.name.get(ask.locale), unit.code == form.unit);
    let mut choices: Vec<Choice> = units.iter().map(choice).collect();
    if !choices.iter().any(|choice| choice.checked) {
        choices.insert(0, Choice::new(&form.unit, counter.map_or("", |it| it.details.unit.get(ask.locale)), true));
    }
    CounterPage {
        page: Page::titled(app, ask, title).faults(faults),
        id: counter.map(|counter| counter.id.to_string()).unwrap_or_default(),
        code: counter.map(|counter| counter.details.code.clone()).unwrap_or_default(),
        units: choices,
        form,
    }
}

async fn show(State(app): State<App>, ask: Ask, Path(id): Path<CounterId>) -> Result<Response, Refusal> {
    let (counter, units) = (counter(&app, id).await?, units(&app).await?);
    let form = CounterForm::of(&counter.details);
    html(&page(&app, &ask, Some(&counter), &units, form, &[]))
}

async fn new(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let units = units(&app).await?;
    let form = CounterForm {
        desks: "1".to_owned(),
        ticket_prefix: "A".to_owned(),
        is_open: Some("1".to_owned()),
        ..CounterForm::default()
    };
    html(&page(&app, &ask, None, &units, form, &[]))
}

/// Why a counter was not written.
#[derive(Debug, thiserror::Error)]
enum PutError {
    /// Another counter has this code.
    #[error("the code is taken")]
    Taken,
    #[error(transparent)]
    Counter(#[from] CounterError),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Writes a counter, a new one only under a code of its own; the log says who.
async fn put(app: &App, ask: &Ask, details: CounterDetails, is_new: bool) -> Result<Result<(), FieldFault>, Refusal> {
    let (world, actor) = (app.world.clone(), Actor::from(people::Actor::of(ask.staff()?, Permission::ManagePlaces)));
    let write = async move |tx: &mut Tx<'_>| {
        let mut details = details.clone();
        if is_new {
            let there = places::counters(tx).await?;
            if there.iter().any(|other| other.details.code == details.code) {
                return Err(PutError::Taken);
            }
            details.position = there.iter().map(|other| other.details.position).max().unwrap_or_default() + 1;
        }
        let id = places::put_counter(tx, &world, &details).await?;
        let entry = Entry::new(actor, "places.counter.put").object(id).detail(&details.code);
        audit::append(tx, &world, &entry).await?;
        Ok(())
    };
    match app.db.write(PUT, write).await {
        Ok(()) => Ok(Ok(())),
        Err(PutError::Taken) => Ok(Err(FieldFault::new("code", "backoffice-counter-code-taken"))),
        Err(PutError::Store(error) | PutError::Counter(CounterError::Store(error))) => Err(error.into()),
        Err(PutError::Counter(CounterError::Code)) => Ok(Err(FieldFault::new("code", "backoffice-counter-code-wrong"))),
        Err(PutError::Counter(CounterError::Desks)) => {
            Ok(Err(FieldFault::new("desks", "backoffice-counter-desks-wrong")))
        }
        Err(PutError::Counter(CounterError::TicketPrefix)) => {
            Ok(Err(FieldFault::new("ticket_prefix", "backoffice-counter-prefix-wrong")))
        }
    }
}

/// A counter nobody has described yet.
fn blank(code: &str) -> CounterDetails {
    CounterDetails {
        code: code.trim().to_owned(),
        position: 0,
        name: Localized::default(),
        unit: Localized::default(),
        unit_code: String::new(),
        phone: String::new(),
        fax: String::new(),
        hours: Localized::default(),
        location: Localized::default(),
        desks: 1,
        ticket_prefix: 'A',
        is_open: true,
    }
}

async fn add(State(app): State<App>, ask: Ask, Form(form): Form<CounterForm>) -> Result<Response, Refusal> {
    let units = units(&app).await?;
    let faults = match form.read(&blank(&form.code), &units) {
        Err(faults) => faults,
        Ok(details) => match put(&app, &ask, details, true).await? {
            Ok(()) => return Ok(see_other("/staff/places")),
            Err(fault) => vec![fault],
        },
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, None, &units, form, &faults))
}

async fn change(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<CounterId>,
    Form(form): Form<CounterForm>,
) -> Result<Response, Refusal> {
    let (counter, units) = (counter(&app, id).await?, units(&app).await?);
    let faults = match form.read(&counter.details, &units) {
        Err(faults) => faults,
        Ok(details) => match put(&app, &ask, details, false).await? {
            Ok(()) => return Ok(see_other("/staff/places")),
            Err(fault) => vec![fault],
        },
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, Some(&counter), &units, form, &faults))
}
