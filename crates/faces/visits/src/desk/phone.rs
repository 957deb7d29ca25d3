//! 電話予約: staff book for somebody on the telephone, from the places kept for that.

use askama::Template;
use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use kernel::{
    locale::Locale,
    text::{Email, Line, Phone},
};
use people::Permission;
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Query, Refusal, Route, html, html_with, see_other};
use store::{Act, Tx};
use visits::{Book, BookError, By, Channel, Contact, Needs, Service, ServiceId, SlotId, Who};

use super::{Post, desk, page, post, walk_in::services};
use crate::{refusals, site};

const BOOK: Act = Act::staff("visits.book_by_telephone");
/// Days shown.
const DAYS: i32 = 31;

pub(crate) fn routes() -> Vec<Route> {
    let book = shell::Who::Staff(Permission::BookForResidents);
    vec![
        Route::page("/staff/visits/{counter}/book", book, show),
        Route::form("/staff/visits/{counter}/book", book, add),
    ]
}

#[derive(Template)]
#[template(path = "desk_phone.html")]
struct PhonePage {
    page: Page,
    code: String,
    services: Vec<Choice>,
    service: String,
    slots: Vec<Choice>,
    given: Given,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Given {
    service: String,
    slot: String,
    name: String,
    phone: String,
    email: String,
}

async fn build(
    app: &App,
    ask: &Ask,
    code: &str,
    post: &Post,
    headers: &HeaderMap,
    given: Given,
) -> Result<PhonePage, Refusal> {
    let t = ask.t();
    let all = services(app, post).await?;
    let chosen: Option<Service> =
        all.iter().find(|service| service.id.to_string() == given.service).or(all.first()).cloned();
    let slots = match &chosen {
        None => Vec::new(),
        Some(service) => {
            let (service, now, today) = (service.clone(), app.world.now(), app.world.today());
            app.db
                .read(async move |tx: &mut Tx<'_>| {
                    visits::places(tx, &service, Channel::Staff, now, today, today.plus(DAYS)).await
                })
                .await?
        }
    };
    Ok(PhonePage {
        page: page(
            app,
            ask,
            t.text("visits-phone-title").into_owned(),
            &post.counter,
            desk(headers, &post.counter).as_ref(),
        ),
        code: code.to_owned(),
        services: all
            .iter()
            .map(|service| {
                let here = chosen.as_ref().is_some_and(|chosen| chosen.id == service.id);
                Choice::new(service.id.to_string(), service.name.get(ask.locale), here)
            })
            .collect(),
        service: chosen.map(|service| service.id.to_string()).unwrap_or_default(),
        slots: slots
            .iter()
            .flat_map(|day| &day.slots)
            .filter(|slot| slot.free > 0)
            .map(|slot| {
                let id = slot.id.to_string();
                let left = t.with("visits-time-left", [("n", slot.free.into())]);
                let label = format!("{} {} ({left})", t.short_day(slot.id.day), t.time(slot.id.minute));
                Choice::new(id.clone(), label, id == given.slot)
            })
            .collect(),
        given,
    })
}

async fn show(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::BookForResidents).await?;
    html(&build(&app, &ask, &code, &post, &headers, given).await?)
}

async fn add(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::BookForResidents).await?;
    let mut faults = Vec::new();
    let service: Option<ServiceId> = given.service.parse().ok();
    let known = services(&app, &post).await?;
    let service = service.filter(|id| known.iter().any(|service| service.id == *id));
    let slot: Option<SlotId> = given.slot.parse().ok();
    let mut contact = Contact::default();
    for (field, key, text) in [
        ("name", "visits-field-name", &given.name),
        ("phone", "visits-field-phone", &given.phone),
        ("email", "visits-field-email", &given.email),
    ] {
        if text.trim().is_empty() {
            continue;
        }
        let read = match field {
            "name" => Line::parse(text).map(|name| contact.name = Some(name)),
            "phone" => Phone::parse(text).map(|phone| contact.phone = Some(phone)),
            _ => Email::parse(text).map(|email| contact.email = Some(email)),
        };
        if read.is_err() {
            faults.push(FieldFault::new(field, key));
        }
    }
    if service.is_none() {
        faults.push(FieldFault::new("service", "visits-walk-in-service-missing"));
    }
    if slot.is_none() {
        faults.push(FieldFault::new("slot", "visits-time-missing"));
    }
    let (Some(service), Some(slot), true) = (service, slot, faults.is_empty()) else {
        let mut form = build(&app, &ask, &code, &post, &headers, given).await?;
        form.page = form.page.faults(&faults);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    };
    let command = Book {
        id: None,
        service,
        slot,
        who: Who::Own,
        needs: Needs::default(),
        contact,
        locale: Locale::Ja,
        by: By::Staff(post.clerk),
        site: site(&app),
    };
    let world = app.world.clone();
    let booked = app.db.write(BOOK, async move |tx: &mut Tx<'_>| visits::book(tx, &world, command.clone()).await).await;
    match booked {
        Ok(booked) => Ok(see_other(&format!("/staff/visits/{code}/slip?visit={}", booked.id))),
        Err(BookError::Store(e)) => Err(e.into()),
        Err(BookError::Full | BookError::Past | BookError::TooLate(_) | BookError::Closed | BookError::NotYet(_)) => {
            let mut form = build(&app, &ask, &code, &post, &headers, given).await?;
            form.page = form.page.faults(&[FieldFault::new("slot", "visits-time-taken")]);
            html_with(StatusCode::CONFLICT, &form)
        }
        Err(other) => Err(refusals::book(other)),
    }
}
