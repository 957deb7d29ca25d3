//! The resident's pages: procedures, one question a page, the booking and what can be done with it.

mod booking;
mod busy;
mod check;
mod draft;
mod event;
mod find;
mod questions;
mod services;
mod time;
mod voice;

pub(crate) use draft::NEEDS;

use kernel::locale::Locale;
use places::Counter;
use shell::{App, Ask, Office, Page, Refusal, Route};
use store::Tx;
use visits::Service;

/// Every route of these pages.
pub(crate) fn routes() -> Vec<Route> {
    [
        services::routes(),
        questions::routes(),
        time::routes(),
        check::routes(),
        booking::routes(),
        voice::routes(),
        find::routes(),
        busy::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A service with the counter that serves it.
async fn service(app: &App, code: &str) -> Result<(Service, Counter), Refusal> {
    let code = code.to_owned();
    let found = app
        .db
        .read(async move |tx: &mut Tx<'_>| {
            let Some(service) = visits::service_by_code(tx, &code).await? else { return Ok(None) };
            Ok::<_, store::Error>(places::counter(tx, service.counter).await?.map(|counter| (service, counter)))
        })
        .await?;
    found.filter(|(service, _)| service.active).ok_or_else(Refusal::not_found)
}

/// The same, only if it can be booked.
async fn bookable(app: &App, code: &str) -> Result<(Service, Counter), Refusal> {
    let (service, counter) = service(app, code).await?;
    if service.bookable() { Ok((service, counter)) } else { Err(Refusal::go(format!("/visits/services/{code}"))) }
}

/// A page for which the counter's own division answers.
fn page(app: &App, ask: &Ask, title: String, counter: &Counter) -> Page {
    Page::titled(app, ask, title).office(office(counter, ask.locale)).tab("visits")
}

fn office(counter: &Counter, locale: Locale) -> Office {
    let about = &counter.details;
    Office::new(about.unit.get(locale), &about.phone, &about.fax, about.hours.get(locale)).counter(&about.code)
}

/// Where a counter is, in one line.
fn place(counter: &Counter, locale: Locale) -> String {
    let (location, name) = (counter.details.location.get(locale), counter.details.name.get(locale));
    if location.is_empty() { name.to_owned() } else { format!("{location} {name}") }
}
