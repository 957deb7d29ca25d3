//! A person without a booking: a number, a slip to print, and the link to follow one's own turn.

use askama::Template;
use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use people::Permission;
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Query, Refusal, Route, html, html_with, see_other};
use store::{Act, Tx};
use visits::{AddWalkIn, Service, ServiceId, VisitId, WalkInError};

use super::{
    Post, desk, page,
    person::{Fields, Given},
    post,
};

const ADD: Act = Act::staff("visits.add_walk_in");

pub(crate) fn routes() -> Vec<Route> {
    let serve = shell::Who::Staff(Permission::ServeCounter);
    vec![
        Route::page("/staff/visits/{counter}/walk-in", serve, ask_walk_in),
        Route::form("/staff/visits/{counter}/walk-in", serve, add),
        Route::page("/staff/visits/{counter}/slip", serve, slip),
    ]
}

#[derive(Template)]
#[template(path = "desk_walk_in.html")]
struct WalkInPage {
    page: Page,
    code: String,
    services: Vec<Choice>,
    fields: Fields,
}

/// The procedures of a counter.
pub(super) async fn services(app: &App, post: &Post) -> Result<Vec<Service>, Refusal> {
    let counter = post.counter.id;
    let all: Vec<Service> = app.db.read(async |tx: &mut Tx<'_>| visits::services(tx).await).await?;
    Ok(all.into_iter().filter(|service| service.active && service.needs_visit && service.counter == counter).collect())
}

/// The same as a question; the only one is chosen.
pub(super) fn choices(ask: &Ask, services: &[Service], chosen: &str) -> Vec<Choice> {
    let choice = |service: &Service| {
        let id = service.id.to_string();
        let here = id == chosen || services.len() == 1;
        Choice::new(id, service.name.get(ask.locale), here)
    };
    services.iter().map(choice).collect()
}

async fn build(
    app: &App,
    ask: &Ask,
    code: &str,
    post: &Post,
    headers: &HeaderMap,
    given: Given,
) -> Result<WalkInPage, Refusal> {
    let title = ask.t().text("visits-walk-in-title").into_owned();
    let services = services(app, post).await?;
    Ok(WalkInPage {
        page: page(app, ask, title, &post.counter, desk(headers, &post.counter).as_ref()),
        code: code.to_owned(),
        services: choices(ask, &services, &given.service),
        fields: given.fields(ask),
    })
}

async fn ask_walk_in(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::ServeCounter).await?;
    html(&build(&app, &ask, &code, &post, &headers, Given::default()).await?)
}

async fn add(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::ServeCounter).await?;
    let mut faults = Vec::new();
    let service: Option<ServiceId> = given.service.parse().ok();
    let known = services(&app, &post).await?;
    let service = service.filter(|id| known.iter().any(|service| service.id == *id));
    if service.is_none() {
        faults.push(FieldFault::new("service", "visits-walk-in-service-missing"));
    }
    let person = given.read(&mut faults);
    let (Some(service), true) = (service, faults.is_empty()) else {
        let mut form = build(&app, &ask, &code, &post, &headers, given).await?;
        form.page = form.page.faults(&faults);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    };
    let command = AddWalkIn {
        service,
        who: person.who,
        needs: person.needs,
        contact: person.contact,
        locale: person.locale,
        by: Some(post.clerk),
    };
    let world = app.world.clone();
    let added =
        app.db.write(ADD, async move |tx: &mut Tx<'_>| visits::add_walk_in(tx, &world, command.clone()).await).await;
    match added {
        Ok(ticket) => Ok(see_other(&format!("/staff/visits/{code}/slip?visit={}", ticket.visit.id))),
        Err(WalkInError::NoSuchService) => Err(Refusal::not_found()),
        Err(WalkInError::BookedOnly) => {
            let mut form = build(&app, &ask, &code, &post, &headers, given).await?;
            form.page = form.page.faults(&[FieldFault::new("service", "visits-walk-in-booked-only")]);
            html_with(StatusCode::CONFLICT, &form)
        }
        Err(WalkInError::Store(e)) => Err(e.into()),
    }
}

#[derive(Deserialize)]
struct Which {
    visit: String,
}

#[derive(Template)]
#[template(path = "desk_slip.html")]
struct SlipPage {
    page: Page,
    code: String,
    visit: String,
    label: String,
    number: String,
    service: String,
    day: String,
    time: String,
    counter: String,
    phone: String,
    qr: String,
}

async fn slip(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::ServeCounter).await?;
    let id: VisitId = which.visit.parse().map_err(|_| Refusal::not_found())?;
    let (visit, secret) = app
        .db
        .read(async move |tx: &mut Tx<'_>| {
            Ok::<_, store::Error>((visits::visit(tx, id).await?, visits::secret(tx, id).await?))
        })
        .await?;
    let visit = visit.filter(|visit| visit.counter == post.counter.id).ok_or_else(Refusal::not_found)?;
    let (Some(number), Some(secret)) = (&visit.number, secret) else { return Err(Refusal::not_found()) };
    let t = ask.t();
    // Who booked by telephone has no ticket yet: the slip is the booking's own.
    let title = if visit.progress.ticket.is_some() { "visits-slip-title" } else { "visits-slip-booking" };
    html(&SlipPage {
        page: page(&app, &ask, t.text(title).into_owned(), &post.counter, None),
        code,
        visit: id.to_string(),
        label: visit.label().to_owned(),
        number: number.to_string(),
        service: visit.service_name.get(ask.locale).to_owned(),
        day: t.day(visit.day),
        time: visit.minute.map(|minute| t.time(minute)).unwrap_or_default(),
        counter: post.counter.details.name.get(ask.locale).to_owned(),
        phone: post.counter.details.phone.clone(),
        qr: shell::qr::image(&app.config.public_url.join(&visits::path(number, &secret)))?,
    })
}
