//! The resident's three pages: the question, the answers once more, and who calls by when.

use askama::Template;
use axum::{extract::State, response::Response};
use callbacks::{AskError, Callback, CallbackId, Wanted};
use http::{HeaderMap, StatusCode, header};
use places::Counter;
use serde::Deserialize;
use shell::{
    App, Ask, Choice, FieldFault, Form, Office, Page, Path, Query, Refusal, Route, Row, Who, html, html_with,
    see_other, telephone,
};
use store::limits::Verdict;
use store::{Act, Tx};

use crate::draft::{self, Draft};
use crate::when;

const MAY_ASK: Act = Act::resident("callbacks.may_ask");
const ASK: Act = Act::resident("callbacks.ask");
/// The choice of somebody who does not know which counter: the first in the city's own order answers for the rest.
const UNSURE: &str = "unsure";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/callbacks", Who::Anyone, question),
        Route::form("/callbacks", Who::Anyone, answered),
        Route::page("/callbacks/check", Who::Anyone, check),
        Route::form("/callbacks/check", Who::Anyone, send),
        Route::page("/callbacks/done/{id}", Who::Secret, done),
    ]
}

/// Where the reader comes from: `page` and `counter` from another page's link, nothing from 「変更」.
#[derive(Deserialize, Default)]
#[serde(default)]
struct From {
    page: Option<String>,
    counter: Option<String>,
}

/// The counters that serve people, in the city's own order.
async fn counters(app: &App) -> Result<Vec<Counter>, Refusal> {
    let all: Vec<Counter> = app.db.read(async |tx: &mut Tx<'_>| places::counters(tx).await).await?;
    Ok(all.into_iter().filter(|counter| counter.details.is_open).collect())
}

fn chosen<'c>(counters: &'c [Counter], code: &str) -> Option<&'c Counter> {
    if code == UNSURE { counters.first() } else { counters.iter().find(|counter| counter.details.code == code) }
}

/// A path of ours that is no more than a path: no question mark, so no secret.
fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 200
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte))
}

fn start(headers: &HeaderMap, from: From, counters: &[Counter]) -> Draft {
    let mut draft = Draft::read(headers);
    if let Some(page) = from.page {
        draft.page = if is_plain_path(&page) { page } else { String::new() };
        draft.given = String::new();
    }
    if let Some(code) = from.counter {
        draft.given = chosen(counters, &code).map(|counter| counter.details.code.clone()).unwrap_or_default();
    }
    draft
}

fn office(counter: &Counter, ask: &Ask) -> Office {
    let about = &counter.details;
    let locale = ask.locale;
    Office::new(about.unit.get(locale), &about.phone, &about.fax, about.hours.get(locale)).counter(&about.code)
}

fn page(app: &App, ask: &Ask, key: &str, counter: Option<&Counter>) -> Page {
    let page = Page::new(app, ask, key).tab("help");
    match counter {
        Some(counter) => page.office(office(counter, ask)),
        None => page,
    }
}

#[derive(Template)]
#[template(path = "callbacks_ask.html")]
struct AskPage {
    page: Page,
    back: String,
    /// The division that calls; empty when the reader is asked which.
    unit: String,
    counters: Vec<Choice>,
    whens: Vec<Choice>,
    draft: Draft,
}

fn ask_page(app: &App, ask: &Ask, counters: &[Counter], draft: Draft) -> AskPage {
    let t = ask.t();
    let given = chosen(counters, &draft.given);
    let mut choices: Vec<Choice> = counters
        .iter()
        .map(|counter| {
            let (about, here) = (&counter.details, draft.counter == counter.details.code);
            let mut choice = Choice::new(about.code.as_str(), about.name.get(ask.locale), here);
            about.unit.get(ask.locale).clone_into(&mut choice.hint);
            choice
        })
        .collect();
    choices.push(Choice::new(UNSURE, t.text("callbacks-counter-unsure"), draft.counter == UNSURE));
    AskPage {
        page: page(app, ask, "callbacks-title", given),
        back: if draft.page.is_empty() { "/help".to_owned() } else { draft.page.clone() },
        unit: given.map(|counter| counter.details.unit.get(ask.locale).to_owned()).unwrap_or_default(),
        counters: choices,
        whens: Wanted::ALL
            .into_iter()
            .map(|wanted| Choice::new(wanted.code(), t.text(when(wanted)), draft.wanted() == wanted))
            .collect(),
        draft,
    }
}

async fn question(
    State(app): State<App>,
    ask: Ask,
    headers: HeaderMap,
    Query(from): Query<From>,
) -> Result<Response, Refusal> {
    let counters = counters(&app).await?;
    if counters.is_empty() {
        // Nobody would see the request: the main number is what there is.
        return Ok(see_other("/help"));
    }
    html(&ask_page(&app, &ask, &counters, start(&headers, from, &counters)))
}

async fn answered(
    State(app): State<App>,
    ask: Ask,
    headers: HeaderMap,
    Query(from): Query<From>,
    Form(form): Form<draft::Form>,
) -> Result<Response, Refusal> {
    let counters = counters(&app).await?;
    let draft = start(&headers, from, &counters).typed(form);
    let mut faults = draft.contact().err().unwrap_or_default();
    if chosen(&counters, draft.counter()).is_none() {
        faults.insert(0, FieldFault::new("counter", "callbacks-counter-missing"));
    }
    if !faults.is_empty() {
        let mut form = ask_page(&app, &ask, &counters, draft);
        form.page = form.page.faults(&faults);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    }
    let mut response = see_other("/callbacks/check");
    let cookie = draft.cookie(&app).ok_or_else(|| Refusal::internal("the answers do not fit into a cookie"))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

#[derive(Template)]
#[template(path = "callbacks_check.html")]
struct CheckPage {
    page: Page,
    back: &'static str,
    rows: Vec<Row>,
    /// Marks this one sending of the form.
    once: String,
}

async fn check(State(app): State<App>, ask: Ask, headers: HeaderMap) -> Result<Response, Refusal> {
    let counters = counters(&app).await?;
    let draft = Draft::read(&headers);
    let (Some(counter), Ok(contact)) = (chosen(&counters, draft.counter()), draft.contact()) else {
        return Ok(see_other("/callbacks"));
    };
    let t = ask.t();
    let said = |text: Option<String>| text.unwrap_or_else(|| t.text("callbacks-not-given").into_owned());
    let row = |key: &str, value: String| Row { label: t.text(key).into_owned(), value, href: "/callbacks".to_owned() };
    let mut rows = vec![
        row("callbacks-phone", telephone::grouped(contact.phone.as_str())),
        row("callbacks-when", t.text(when(draft.wanted())).into_owned()),
        row("callbacks-about", said(contact.about.map(|about| about.to_string()))),
        row("callbacks-name", said(contact.name.map(|name| name.to_string()))),
        row("callbacks-who-calls", counter.details.unit.get(ask.locale).to_owned()),
    ];
    if let (false, Some(unit)) = (draft.given.is_empty(), rows.last_mut()) {
        unit.href = String::new();
    }
    let once: CallbackId = app.world.id();
    html(&CheckPage {
        page: page(&app, &ask, "callbacks-check-title", Some(counter)),
        back: "/callbacks",
        rows,
        once: once.to_string(),
    })
}

#[derive(Deserialize)]
struct Once {
    #[serde(default)]
    once: String,
}

async fn send(
    State(app): State<App>,
    ask: Ask,
    headers: HeaderMap,
    Form(given): Form<Once>,
) -> Result<Response, Refusal> {
    let id: CallbackId = given.once.parse().map_err(|_| Refusal::unreadable("once"))?;
    let (counters, draft) = (counters(&app).await?, Draft::read(&headers));
    let (Some(counter), Ok(contact)) = (chosen(&counters, draft.counter()), draft.contact()) else {
        // Sent twice: the answers left the browser with the first sending.
        let before = find(&app, id).await?;
        return Ok(see_other(
            &before.map_or_else(|| "/callbacks".to_owned(), |it| format!("/callbacks/done/{}", it.id)),
        ));
    };
    let (world, phone, caller) = (app.world.clone(), contact.phone.clone(), ask.caller);
    let verdict: Result<Verdict, store::Error> =
        app.db.write(MAY_ASK, async move |tx: &mut Tx<'_>| callbacks::may_ask(tx, &world, &phone, caller).await).await;
    if let Verdict::Refused { until } = verdict? {
        let left = (until.micros() - app.world.now().micros()) / 1_000_000;
        return Err(Refusal::too_many(u32::try_from(left.max(1)).unwrap_or(u32::MAX)));
    }
    let command = callbacks::Ask { id, counter: counter.id, contact, wanted: draft.wanted(), locale: ask.locale };
    let world = app.world.clone();
    let asked = app.db.write(ASK, async move |tx: &mut Tx<'_>| callbacks::ask(tx, &world, command.clone()).await).await;
    match asked {
        Ok(made) => {
            let mut response = see_other(&format!("/callbacks/done/{}", made.id));
            if let Some(cookie) = Draft::gone(&app) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        // The counter closed for good while the form was open: choose again.
        Err(AskError::NoSuchCounter) => Ok(see_other("/callbacks")),
        Err(AskError::Store(error)) => Err(error.into()),
    }
}

async fn find(app: &App, id: CallbackId) -> Result<Option<Callback>, Refusal> {
    let found: Result<_, store::Error> = app.db.read(async move |tx: &mut Tx<'_>| callbacks::one(tx, id).await).await;
    Ok(found?)
}

#[derive(Template)]
#[template(path = "callbacks_done.html")]
struct DonePage {
    page: Page,
    number: String,
    by_when: String,
    back: String,
}

/// Says nothing of the person, so that the address may be shown to anybody: only by when which division calls.
async fn done(State(app): State<App>, ask: Ask, Path(id): Path<CallbackId>) -> Result<Response, Refusal> {
    let made = find(&app, id).await?.ok_or_else(Refusal::not_found)?;
    let number = made.number.as_ref().ok_or_else(Refusal::not_found)?.to_string();
    let counter = made.counter;
    let counter: Option<Counter> = app.db.read(async move |tx: &mut Tx<'_>| places::counter(tx, counter).await).await?;
    let counter = counter.ok_or_else(Refusal::not_found)?;
    let t = ask.t();
    let key = match made.wanted {
        Wanted::Morning => "callbacks-done-morning",
        Wanted::Afternoon => "callbacks-done-afternoon",
        Wanted::Any => "callbacks-done-any",
    };
    let unit = counter.details.unit.get(ask.locale);
    html(&DonePage {
        page: page(&app, &ask, "callbacks-done-title", Some(&counter)),
        number,
        by_when: t.with(key, [("unit", unit.into()), ("day", t.day(made.due).into())]).into_owned(),
        back: "/".to_owned(),
    })
}
