//! Who comes, what help is needed, how to reach the person: one question a page.

use askama::Template;
use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Query, Refusal, Route, Who, html, html_with, see_other};
use visits::Service;

use super::{
    bookable,
    draft::{Draft, NEEDS},
    page,
};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/visits/book/{code}/who", Who::Anyone, who),
        Route::form("/visits/book/{code}/who", Who::Anyone, who_answered),
        Route::page("/visits/book/{code}/needs", Who::Anyone, needs),
        Route::form("/visits/book/{code}/needs", Who::Anyone, needs_answered),
        Route::page("/visits/book/{code}/contact", Who::Anyone, contact),
        Route::form("/visits/book/{code}/contact", Who::Anyone, contact_answered),
    ]
}

/// `?back=check`: the question was opened to change one answer.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct From {
    back: String,
}

impl From {
    pub(crate) fn is_from_check(&self) -> bool {
        self.back == "check"
    }
}

/// The address of a question.
pub(crate) fn question(code: &str, name: &str) -> String {
    format!("/visits/book/{code}/{name}")
}

/// Keeps the answers and goes on.
pub(crate) fn go(app: &App, draft: &Draft, from: &From, next: &str) -> Result<Response, Refusal> {
    let next = if from.is_from_check() { "check" } else { next };
    let mut response = see_other(&question(&draft.service, next));
    let cookie = draft.cookie(app).ok_or_else(|| Refusal::internal("the answers do not fit into a cookie"))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

fn back(code: &str, from: &From, before: &str) -> String {
    match (from.is_from_check(), before) {
        (true, _) => question(code, "check"),
        (false, "") => format!("/visits/services/{code}"),
        (false, before) => question(code, before),
    }
}

#[derive(Template)]
#[template(path = "visits_who.html")]
struct WhoPage {
    page: Page,
    back: String,
    service: String,
    choices: Vec<Choice>,
}

fn who_page(app: &App, ask: &Ask, service: &Service, counter: &places::Counter, draft: &Draft, from: &From) -> WhoPage {
    let t = ask.t();
    let choices = [
        ("self", "visits-who-self", "person"),
        ("agent", "visits-who-agent", "people"),
        ("child", "visits-who-child", "baby"),
    ];
    WhoPage {
        page: page(app, ask, t.text("visits-who-title").into_owned(), counter),
        back: back(&service.code, from, ""),
        service: service.name.get(ask.locale).to_owned(),
        choices: choices
            .into_iter()
            .map(|(value, key, icon)| {
                let mut choice = Choice::new(value, t.text(key), draft.who == value);
                choice.icon = icon;
                choice
            })
            .collect(),
    }
}

async fn who(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    html(&who_page(&app, &ask, &service, &counter, &Draft::read(&headers, &code), &from))
}

#[derive(Deserialize)]
struct WhoGiven {
    #[serde(default)]
    who: String,
}

async fn who_answered(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(from): Query<From>,
    headers: HeaderMap,
    Form(given): Form<WhoGiven>,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    let mut draft = Draft::read(&headers, &code);
    draft.who = given.who;
    if draft.who().is_some() {
        return go(&app, &draft, &from, "needs");
    }
    let mut form = who_page(&app, &ask, &service, &counter, &draft, &from);
    form.page = form.page.faults(&[FieldFault::new("who", "visits-who-missing")]);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
}

#[derive(Template)]
#[template(path = "visits_needs.html")]
struct NeedsPage {
    page: Page,
    back: String,
    service: String,
    choices: Vec<Choice>,
    language: String,
}

fn needs_page(
    app: &App,
    ask: &Ask,
    service: &Service,
    counter: &places::Counter,
    draft: &Draft,
    from: &From,
) -> NeedsPage {
    let t = ask.t();
    let icons = ["wheelchair", "pencil", "globe", "people", "baby"];
    let choices = NEEDS.into_iter().zip(icons).map(|(code, icon)| {
        let mut choice =
            Choice::new(code, t.text(&format!("visits-need-{code}")), draft.needs.iter().any(|n| n == code));
        choice.icon = icon;
        choice
    });
    NeedsPage {
        page: page(app, ask, t.text("visits-needs-title").into_owned(), counter),
        back: back(&service.code, from, "who"),
        service: service.name.get(ask.locale).to_owned(),
        choices: choices.collect(),
        language: draft.language.clone(),
    }
}

async fn needs(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    html(&needs_page(&app, &ask, &service, &counter, &Draft::read(&headers, &code), &from))
}

#[derive(Deserialize)]
struct NeedsGiven {
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    language: String,
}

async fn needs_answered(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(from): Query<From>,
    headers: HeaderMap,
    Form(given): Form<NeedsGiven>,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    let mut draft = Draft::read(&headers, &code);
    draft.needs = given.needs.into_iter().filter(|need| NEEDS.contains(&need.as_str())).collect();
    draft.language = given.language.chars().take(80).collect();
    draft.asked_needs = true;
    if draft.needs().is_some() {
        return go(&app, &draft, &from, "time");
    }
    let mut form = needs_page(&app, &ask, &service, &counter, &draft, &from);
    form.page = form.page.faults(&[FieldFault::new("language", "visits-needs-language-missing")]);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
}

#[derive(Template)]
#[template(path = "visits_contact.html")]
struct ContactPage {
    page: Page,
    back: String,
    service: String,
    draft: Draft,
}

fn contact_page(
    app: &App,
    ask: &Ask,
    service: &Service,
    counter: &places::Counter,
    draft: Draft,
    from: &From,
) -> ContactPage {
    ContactPage {
        page: page(app, ask, ask.t().text("visits-contact-title").into_owned(), counter),
        back: back(&service.code, from, "time"),
        service: service.name.get(ask.locale).to_owned(),
        draft,
    }
}

async fn contact(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    html(&contact_page(&app, &ask, &service, &counter, Draft::read(&headers, &code), &from))
}

#[derive(Deserialize)]
struct ContactGiven {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
}

async fn contact_answered(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(from): Query<From>,
    headers: HeaderMap,
    Form(given): Form<ContactGiven>,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    let mut draft = Draft::read(&headers, &code);
    // Longer than any field takes, shorter than a cookie.
    let short = |text: String| text.chars().take(300).collect::<String>();
    (draft.name, draft.email, draft.phone) = (short(given.name), short(given.email), short(given.phone));
    draft.asked_contact = true;
    match draft.contact() {
        Ok(_) => go(&app, &draft, &from, "check"),
        Err(bad) => {
            let faults: Vec<FieldFault> = bad.into_iter().map(fault).collect();
            let mut form = contact_page(&app, &ask, &service, &counter, draft, &from);
            form.page = form.page.faults(&faults);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

/// What is wrong with a field of the contact.
fn fault(field: &'static str) -> FieldFault {
    let key = match field {
        "name" => "visits-field-name",
        "email" => "visits-field-email",
        _ => "visits-field-phone",
    };
    FieldFault::new(field, key)
}
