//! The answers once more, and the booking itself. A double tap makes one booking.

use askama::Template;
use axum::{extract::State, response::Response};
use data_encoding::HEXLOWER;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use shell::{App, Ask, Form, Page, Path, Refusal, Route, Row, Who, html, html_with, see_other};
use store::{
    Act, Tx,
    idempotency::{self, Claim, Key},
};
use visits::{Book, BookError, Booked, By, Needs, Service, VisitId};

use super::{bookable, draft::Draft, page, place, questions::question};
use crate::{refusals, site};

const BOOK: Act = Act::resident("visits.book");
/// Bytes of the mark of one sending.
const MARK: usize = 16;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/visits/book/{code}/check", Who::Anyone, show),
        Route::form("/visits/book/{code}/check", Who::Anyone, book),
    ]
}

#[derive(Template)]
#[template(path = "visits_check.html")]
struct CheckPage {
    page: Page,
    back: String,
    rows: Vec<Row>,
    bring: Vec<String>,
    no_contact: bool,
    change_time: String,
    /// Marks this one sending of the form.
    once: String,
}

/// Help needed, in words, one a line.
pub(crate) fn needs_words(ask: &Ask, needs: &Needs) -> String {
    let t = ask.t();
    let mut lines = Vec::new();
    for (asked, key) in [
        (needs.wheelchair, "visits-need-wheelchair"),
        (needs.writing, "visits-need-writing"),
        (needs.companion, "visits-need-companion"),
        (needs.infant, "visits-need-infant"),
    ] {
        if asked {
            lines.push(t.text(key).into_owned());
        }
    }
    if let Some(language) = &needs.interpreter {
        lines.push(t.with("visits-need-interpreter-of", [("language", language.as_str().into())]).into_owned());
    }
    if lines.is_empty() { t.text("visits-need-none").into_owned() } else { lines.join("\n") }
}

fn build(
    app: &App,
    ask: &Ask,
    service: &Service,
    counter: &places::Counter,
    draft: &Draft,
) -> Result<CheckPage, Refusal> {
    let t = ask.t();
    let missing = || Refusal::internal("an answer was checked and is missing");
    let (who, needs, slot) =
        (draft.who().ok_or_else(missing)?, draft.needs().ok_or_else(missing)?, draft.slot().ok_or_else(missing)?);
    let contact = draft.contact().map_err(|_| missing())?;
    let change = |name: &str| format!("{}?back=check", question(&service.code, name));
    let row = |key: &str, value: String, href: String| Row { label: t.text(key).into_owned(), value, href };
    let not_given = || t.text("visits-check-not-given").into_owned();
    let said = |value: Option<String>| value.unwrap_or_else(not_given);
    let rows = vec![
        row("visits-check-service", service.name.get(ask.locale).to_owned(), "/visits".to_owned()),
        row("visits-check-time", format!("{} {}", t.day(slot.day), t.time(slot.minute)), change("time")),
        row("visits-check-place", place(counter, ask.locale), String::new()),
        row("visits-check-who", t.text(&format!("visits-who-{}", who.code())).into_owned(), change("who")),
        row("visits-check-needs", needs_words(ask, &needs), change("needs")),
        row("visits-check-name", said(contact.name.as_ref().map(ToString::to_string)), change("contact")),
        row("visits-check-email", said(contact.email.as_ref().map(ToString::to_string)), change("contact")),
        row(
            "visits-check-phone",
            said(contact.phone.as_ref().map(|phone| shell::telephone::grouped(phone.as_str()))),
            change("contact"),
        ),
    ];
    Ok(CheckPage {
        page: page(app, ask, t.text("visits-check-title").into_owned(), counter),
        back: question(&service.code, "contact"),
        rows,
        bring: service.bring.list(who).iter().map(|thing| thing.get(ask.locale).to_owned()).collect(),
        no_contact: contact.email.is_none(),
        change_time: change("time"),
        once: HEXLOWER.encode(&app.world.bytes::<MARK>()),
    })
}

async fn show(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    let draft = Draft::read(&headers, &code);
    if let Some(missing) = draft.missing() {
        return Ok(see_other(&question(&code, missing)));
    }
    html(&build(&app, &ask, &service, &counter, &draft)?)
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    once: String,
}

async fn book(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    let draft = Draft::read(&headers, &code);
    if let Some(missing) = draft.missing() {
        return Ok(see_other(&question(&code, missing)));
    }
    // The mark is ours: 16 bytes. Without it a double tap would be two bookings.
    let mark = HEXLOWER.decode(given.once.as_bytes()).ok().filter(|mark| mark.len() == MARK);
    let mark = mark.ok_or_else(|| Refusal::unreadable("once"))?;
    let key = Key::parse(&format!("form {}", HEXLOWER.encode(&mark))).ok_or_else(|| Refusal::unreadable("once"))?;
    match make(&app, &ask, &service, &draft, key).await {
        Ok(booked) => {
            let mut response = see_other(&format!("{}&new=1", visits::path(&booked.number, &booked.secret)));
            if let Some(cookie) = Draft::gone(&app) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        // Somebody was faster, or the time ran out while typing: nothing is booked, all answers are kept.
        Err(
            BookError::Full
            | BookError::Past
            | BookError::TooLate(_)
            | BookError::Closed
            | BookError::NoSuchSlot
            | BookError::NotYet(_),
        ) => {
            let mut form = build(&app, &ask, &service, &counter, &draft)?;
            form.page = form.page.faults(&[shell::FieldFault::new("slot", "visits-check-time-gone")]);
            html_with(StatusCode::CONFLICT, &form)
        }
        Err(other) => Err(refusals::book(other)),
    }
}

async fn make(app: &App, ask: &Ask, service: &Service, draft: &Draft, key: Key) -> Result<Booked, BookError> {
    let id: VisitId = app.world.id();
    let missing = || BookError::NoSuchSlot;
    let command = Book {
        id: Some(id),
        service: service.id,
        slot: draft.slot().ok_or_else(missing)?,
        who: draft.who().ok_or_else(missing)?,
        needs: draft.needs().ok_or_else(missing)?,
        contact: draft.contact().map_err(|_| missing())?,
        locale: ask.locale,
        by: By::Resident,
        site: site(app),
    };
    let world = app.world.clone();
    app.db
        .write(BOOK, async move |tx: &mut Tx<'_>| {
            match idempotency::claim(tx, &world, &key, "form visits.book", &command.service, id.uuid()).await? {
                Claim::New => visits::book(tx, &world, command.clone()).await,
                Claim::Again(before) => visits::booked_before(tx, before.into()).await?.ok_or(BookError::NoSuchSlot),
                Claim::Conflict => Err(BookError::NoSuchSlot),
            }
        })
        .await
}
