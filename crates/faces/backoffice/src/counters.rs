//! A counter (窓口) and what residents are told about it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use places::{Counter, CounterDetails, CounterError, CounterId};
use serde::Deserialize;
use shell::{App, Ask, FieldFault, Form, Page, Path, Refusal, Route, html, html_with, see_other};
use store::{Act, Tx};

use crate::fields::{Faults, Texts};
use crate::places::WHO;

const PUT: Act = Act::staff("places.counter.put");

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::page("/staff/places/counters/{id}", WHO, show), Route::form("/staff/places/counters/{id}", WHO, change)]
}

#[derive(Template)]
#[template(path = "counter.html")]
struct CounterPage {
    page: Page,
    id: CounterId,
    code: String,
    form: CounterForm,
}

#[derive(Deserialize, Default)]
struct CounterForm {
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

    fn read(&self, before: &CounterDetails) -> Result<CounterDetails, Vec<FieldFault>> {
        let mut faults = Faults::default();
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
            _ => Err(faults.0),
        }
    }
}

async fn counter(app: &App, id: CounterId) -> Result<Counter, Refusal> {
    let found = app.db.read(async move |tx: &mut Tx<'_>| places::counter(tx, id).await).await?;
    found.ok_or_else(Refusal::not_found)
}

fn page(app: &App, ask: &Ask, counter: &Counter, form: CounterForm, faults: &[FieldFault]) -> CounterPage {
    CounterPage {
        page: Page::titled(app, ask, counter.details.name.get(ask.locale).to_owned()).faults(faults),
        id: counter.id,
        code: counter.details.code.clone(),
        form,
    }
}

async fn show(State(app): State<App>, ask: Ask, Path(id): Path<CounterId>) -> Result<Response, Refusal> {
    let counter = counter(&app, id).await?;
    let form = CounterForm::of(&counter.details);
    html(&page(&app, &ask, &counter, form, &[]))
}

async fn change(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<CounterId>,
    Form(form): Form<CounterForm>,
) -> Result<Response, Refusal> {
    let counter = counter(&app, id).await?;
    let faults = match form.read(&counter.details) {
        Err(faults) => faults,
        Ok(details) => {
            let world = app.world.clone();
            match app.db.write(PUT, async move |tx: &mut Tx<'_>| places::put_counter(tx, &world, &details).await).await
            {
                Ok(_) => return Ok(see_other("/staff/places")),
                Err(CounterError::Store(error)) => return Err(error.into()),
                Err(CounterError::Code | CounterError::Desks) => {
                    vec![FieldFault::new("desks", "backoffice-counter-desks-wrong")]
                }
                Err(CounterError::TicketPrefix) => {
                    vec![FieldFault::new("ticket_prefix", "backoffice-counter-prefix-wrong")]
                }
            }
        }
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, &counter, form, &faults))
}
