//! 電話予約: staff book for somebody on the telephone, from the places kept for that.

use askama::Template;
use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use kernel::day::Day;
use people::Permission;
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Query, Refusal, Route, html, html_with, see_other};
use store::{Act, Tx};
use visits::{Book, BookError, By, Channel, DayPlaces, Service, ServiceId, SlotId};

use super::{
    Post, desk, page,
    person::{Fields, Given},
    post,
    walk_in::{choices, services},
};
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

/// One time of the day that is shown.
struct Time {
    id: String,
    time: String,
    left: String,
    checked: bool,
}

#[derive(Template)]
#[template(path = "desk_phone.html")]
struct PhonePage {
    page: Page,
    code: String,
    services: Vec<Choice>,
    service: String,
    days: Vec<Choice>,
    day: String,
    day_title: String,
    times: Vec<Time>,
    fields: Fields,
}

/// The procedure and the day whose times are shown.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Asked {
    service: String,
    day: String,
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
    let mut free: Vec<DayPlaces> = match &chosen {
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
    free.retain(|day| day.free() > 0);
    let wanted = Day::parse(&given.day);
    let shown = free.iter().find(|day| Some(day.day) == wanted).or(free.first());
    let service = chosen.map(|service| service.id.to_string()).unwrap_or_default();
    let title = t.text("visits-phone-title").into_owned();
    Ok(PhonePage {
        page: page(app, ask, title, &post.counter, desk(headers, &post.counter).as_ref()),
        code: code.to_owned(),
        services: choices(ask, &all, &service),
        days: free
            .iter()
            .map(|day| {
                let here = shown.is_some_and(|shown| shown.day == day.day);
                let words =
                    t.with("visits-phone-day", [("day", t.short_day(day.day).into()), ("n", day.free().into())]);
                Choice::new(day.day.to_string(), words, here)
            })
            .collect(),
        day: shown.map(|day| day.day.to_string()).unwrap_or_default(),
        day_title: shown.map(|day| t.short_day(day.day)).unwrap_or_default(),
        times: shown
            .into_iter()
            .flat_map(|day| &day.slots)
            .filter(|slot| slot.free > 0)
            .map(|slot| Time {
                id: slot.id.to_string(),
                time: t.time(slot.id.minute),
                left: t.with("visits-time-left", [("n", slot.free.into())]).into_owned(),
                checked: slot.id.to_string() == given.slot,
            })
            .collect(),
        service,
        fields: given.fields(ask),
    })
}

async fn show(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::BookForResidents).await?;
    html(
        &build(
            &app,
            &ask,
            &code,
            &post,
            &headers,
            Given { service: asked.service, day: asked.day, ..Given::default() },
        )
        .await?,
    )
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
    if service.is_none() {
        faults.push(FieldFault::new("service", "visits-walk-in-service-missing"));
    }
    if slot.is_none() {
        faults.push(FieldFault::new("slot", "visits-time-missing"));
    }
    let person = given.read(&mut faults);
    let (Some(service), Some(slot), true) = (service, slot, faults.is_empty()) else {
        let mut form = build(&app, &ask, &code, &post, &headers, given).await?;
        form.page = form.page.faults(&faults);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    };
    let command = Book {
        id: None,
        service,
        slot,
        who: person.who,
        needs: person.needs,
        contact: person.contact,
        locale: person.locale,
        by: By::Staff(post.clerk),
        site: site(&app),
    };
    let world = app.world.clone();
    let booked = app.db.write(BOOK, async move |tx: &mut Tx<'_>| visits::book(tx, &world, command.clone()).await).await;
    match booked {
        Ok(booked) => Ok(see_other(&format!("/staff/visits/{code}/slip?visit={}", booked.id))),
        Err(BookError::Store(e)) => Err(e.into()),
        Err(
            BookError::Full
            | BookError::Past
            | BookError::TooLate(_)
            | BookError::Closed
            | BookError::NotYet(_)
            | BookError::NoSuchSlot,
        ) => {
            let mut form = build(&app, &ask, &code, &post, &headers, given).await?;
            form.page = form.page.faults(&[FieldFault::new("slot", "visits-time-taken")]);
            html_with(StatusCode::CONFLICT, &form)
        }
        Err(other @ BookError::NoSuchService) => Err(refusals::book(other)),
    }
}
