//! A resident's own booking: the number, what to bring, where one stands in the line, and cancelling it.

use askama::Template;
use axum::{extract::State, response::Response};
use kernel::text::Email;
use serde::Deserialize;
use shell::{App, Ask, Form, Page, Path, Query, Refusal, Route, Row, Who, html, see_other};
use store::{Act, Tx};
use visits::{Cancel, Confirmation, Number, Service, Status, Visit};

use super::{check::needs_words, event::Event, page, place};
use crate::{refusals, site};

const CANCEL: Act = Act::resident("visits.cancel");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/visits/bookings/{number}", Who::Secret, show),
        Route::live("/visits/bookings/{number}/live", Who::Secret, live),
        Route::file("/visits/bookings/{number}/calendar.ics", Who::Secret, calendar),
        Route::page("/visits/bookings/{number}/cancel", Who::Secret, ask_cancel),
        Route::form("/visits/bookings/{number}/cancel", Who::Secret, cancel),
    ]
}

/// The key of the link, in the address only: forms post to an address that has it.
#[derive(Deserialize)]
pub(crate) struct Secret {
    #[serde(default)]
    pub(crate) secret: String,
    /// `1` right after booking.
    #[serde(default)]
    pub(crate) new: String,
}

/// What a link opens.
pub(crate) struct Opened {
    pub(crate) number: Number,
    pub(crate) status: Status,
    pub(crate) service: Service,
    pub(crate) counter: places::Counter,
    pub(crate) confirmation: Confirmation,
}

/// Opens a booking with its link; a wrong number or secret is "not found".
pub(crate) async fn open(app: &App, number: &str, secret: &str) -> Result<Opened, Refusal> {
    let number = Number::parse(number).ok_or_else(Refusal::not_found)?;
    let (asked, secret, world) = (number.clone(), secret.to_owned(), app.world.clone());
    let found = app
        .db
        .read(async move |tx: &mut Tx<'_>| {
            let Some(visit) = visits::view(tx, &asked, &secret).await? else { return Ok::<_, store::Error>(None) };
            let service = visits::service(tx, visit.service).await?;
            let counter = places::counter(tx, visit.counter).await?;
            let confirmation = visits::confirmation(tx, &visit).await?;
            let status = visits::status(tx, &world, visit).await?;
            Ok(service.zip(counter).map(|(service, counter)| (status, service, counter, confirmation)))
        })
        .await?;
    let (status, service, counter, confirmation) = found.ok_or_else(Refusal::not_found)?;
    Ok(Opened { number, status, service, counter, confirmation })
}

/// The addresses below a booking.
fn address(number: &Number, secret: &str, below: &str) -> String {
    let path = visits::path(number, secret);
    path.replacen('?', &format!("{below}?"), 1)
}

#[derive(Template)]
#[template(path = "visits_booking.html")]
struct BookingPage {
    page: Page,
    is_new: bool,
    state: &'static str,
    state_words: String,
    number: String,
    ticket: String,
    desk: String,
    position: String,
    wait: String,
    rows: Vec<Row>,
    bring: Vec<String>,
    place: String,
    link: String,
    qr: String,
    mailed: String,
    /// The address nothing was sent to, because many letters went there lately.
    withheld: String,
    cancel: String,
    /// The visit for a calendar; a walk-in has no time.
    calendar: String,
    voice: String,
    live: String,
    book_again: String,
}

fn rows(ask: &Ask, visit: &Visit, place: &str) -> Vec<Row> {
    let t = ask.t();
    let row = |key: &str, value: String| Row { label: t.text(key).into_owned(), value, href: String::new() };
    let mut rows = vec![row("visits-check-service", visit.service_name.get(ask.locale).to_owned())];
    if let Some(slot) = visit.slot() {
        rows.push(row("visits-check-time", format!("{} {}", t.day(slot.day), t.time(slot.minute))));
    } else {
        rows.push(row("visits-check-time", t.day(visit.day)));
    }
    rows.push(row("visits-check-place", place.to_owned()));
    rows.push(row("visits-check-who", t.text(&format!("visits-who-{}", visit.who.code())).into_owned()));
    if visit.needs.any() {
        rows.push(row("visits-check-needs", needs_words(ask, &visit.needs)));
    }
    rows
}

async fn show(
    State(app): State<App>,
    ask: Ask,
    Path(number): Path<String>,
    Query(key): Query<Secret>,
) -> Result<Response, Refusal> {
    let Opened { number, status, service, counter, confirmation } = open(&app, &number, &key.secret).await?;
    let t = ask.t();
    let visit = &status.visit;
    let state = visit.state();
    let place = place(&counter, ask.locale);
    let link = app.config.public_url.join(&visits::path(&number, &key.secret));
    let title =
        if key.new == "1" && state == visits::State::Booked { "visits-done-title" } else { "visits-booking-title" };
    let email = visit.contact.email.as_ref().map(Email::as_str).unwrap_or_default();
    let live = state != visits::State::Cancelled && visit.day == app.world.today();
    html(&BookingPage {
        page: page(&app, &ask, t.text(title).into_owned(), &counter).tab("find"),
        is_new: key.new == "1" && state == visits::State::Booked,
        state: state.code(),
        state_words: t.text(&format!("visits-state-{}", state.code().replace('_', "-"))).into_owned(),
        number: number.to_string(),
        ticket: visit.progress.ticket.clone().unwrap_or_default(),
        desk: status.called_to().unwrap_or_default().to_owned(),
        position: status
            .position
            .map(|n| t.with("visits-booking-position", [("n", n.into())]).into_owned())
            .unwrap_or_default(),
        wait: status
            .wait
            .map(|wait| {
                t.with("visits-booking-wait", [("low", wait.low.into()), ("high", wait.high.into())]).into_owned()
            })
            .unwrap_or_default(),
        rows: rows(&ask, visit, &place),
        bring: service.bring.list(visit.who).iter().map(|thing| thing.get(ask.locale).to_owned()).collect(),
        place,
        qr: shell::qr::image(&link)?,
        link,
        mailed: if confirmation == Confirmation::Queued { email.to_owned() } else { String::new() },
        // Said to whoever has just booked; visits of the demo city's past have no letters either.
        withheld: if confirmation == Confirmation::Withheld && key.new == "1" {
            email.to_owned()
        } else {
            String::new()
        },
        cancel: if matches!(state, visits::State::Booked | visits::State::Waiting) {
            address(&number, &key.secret, "/cancel")
        } else {
            String::new()
        },
        calendar: if visit.starts_at().is_some() && state == visits::State::Booked {
            address(&number, &key.secret, "/calendar.ics")
        } else {
            String::new()
        },
        voice: if status.may_rate() { address(&number, &key.secret, "/voice") } else { String::new() },
        live: if live { address(&number, &key.secret, "/live") } else { String::new() },
        book_again: if matches!(state, visits::State::NoShow | visits::State::Cancelled) && service.bookable() {
            format!("/visits/services/{}", service.code)
        } else {
            String::new()
        },
    })
}

async fn live(
    State(app): State<App>,
    Path(number): Path<String>,
    Query(key): Query<Secret>,
) -> Result<Response, Refusal> {
    let opened = open(&app, &number, &key.secret).await?;
    let visit = &opened.status.visit;
    shell::live(&app, vec![visits::topic_visit(visit.id), visits::topic_counter(visit.counter)])
}

/// The visit as an event of a calendar. Without the secret link: calendars are shared and copied to other companies' servers.
async fn calendar(
    State(app): State<App>,
    ask: Ask,
    Path(number): Path<String>,
    Query(key): Query<Secret>,
) -> Result<Response, Refusal> {
    let Opened { number, status, service, counter, .. } = open(&app, &number, &key.secret).await?;
    let starts = status.visit.starts_at().ok_or_else(Refusal::not_found)?;
    let t = ask.t();
    let event = Event {
        uid: status.visit.id.to_string(),
        stamp: app.world.now(),
        starts,
        minutes: service.minutes,
        title: t.with("visits-booking-event", [("service", service.name.get(ask.locale).into())]).into_owned(),
        place: place(&counter, ask.locale),
        note: format!("{} {number}", t.text("visits-booking-number")),
    };
    Ok(shell::attachment("text/calendar; charset=utf-8", &format!("{number}.ics"), event.write()))
}

#[derive(Template)]
#[template(path = "visits_cancel.html")]
struct CancelPage {
    page: Page,
    back: String,
    rows: Vec<Row>,
    number: String,
}

async fn ask_cancel(
    State(app): State<App>,
    ask: Ask,
    Path(number): Path<String>,
    Query(key): Query<Secret>,
) -> Result<Response, Refusal> {
    let Opened { number, status, counter, .. } = open(&app, &number, &key.secret).await?;
    let own = visits::path(&number, &key.secret);
    if !matches!(status.visit.state(), visits::State::Booked | visits::State::Waiting) {
        return Ok(see_other(&own));
    }
    html(&CancelPage {
        page: page(&app, &ask, ask.t().text("visits-cancel-title").into_owned(), &counter).tab("find"),
        rows: rows(&ask, &status.visit, &place(&counter, ask.locale)),
        number: number.to_string(),
        back: own,
    })
}

/// The button's own word; an empty form is a mistake of somebody's program.
#[derive(Deserialize)]
struct Really {
    cancel: String,
}

async fn cancel(
    State(app): State<App>,
    Path(number): Path<String>,
    Query(key): Query<Secret>,
    Form(really): Form<Really>,
) -> Result<Response, Refusal> {
    if really.cancel != "yes" {
        return Err(Refusal::unreadable("cancel"));
    }
    let number = Number::parse(&number).ok_or_else(Refusal::not_found)?;
    let (world, site, asked, secret) = (app.world.clone(), site(&app), number.clone(), key.secret.clone());
    app.db
        .write(CANCEL, async move |tx: &mut Tx<'_>| {
            let link = Cancel::Link { number: asked.clone(), secret: secret.clone(), site: site.clone() };
            visits::cancel(tx, &world, link).await
        })
        .await
        .map_err(refusals::cancel)?;
    Ok(see_other(&visits::path(&number, &key.secret)))
}
