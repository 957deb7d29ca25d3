//! Bookings that somebody must move or cancel: whose they are and which number to call. Every look is recorded.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kernel::text::Line;
use people::{Case, Looked, Permission, Purpose};
use shell::{App, Ask, Page, Path, Refusal, Route, html};
use store::{Act, Tx};
use visits::{ServiceId, Visit};

use super::scope::{self, Mine};
use super::{WHO, service};

const LOOK: Act = Act::staff("visits.look_outside");

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/staff/services/{id}/bookings", WHO, show)]
}

/// A booking with the ways to reach the person.
pub(super) struct BookingLine {
    pub(super) id: String,
    pub(super) when: String,
    pub(super) number: String,
    pub(super) service: String,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: String,
}

#[derive(Template)]
#[template(path = "manage_bookings.html")]
struct BookingsPage {
    page: Page,
    id: String,
    counter: String,
    name: String,
    offered: bool,
    lines: Vec<BookingLine>,
}

/// Records the looks, then gives the lines; nobody sees a telephone number that is not in the log.
pub(super) async fn lines(app: &App, ask: &Ask, one: &Mine, visits: Vec<Visit>) -> Result<Vec<BookingLine>, Refusal> {
    let (world, staff, unit) = (app.world.clone(), ask.staff()?.clone(), one.unit);
    let ids: Vec<_> = visits.iter().filter(|visit| !visit.contact.is_empty()).map(|visit| visit.id).collect();
    if !ids.is_empty() {
        let purpose = Line::parse("予約の時間に窓口が開かないことの連絡").map_or(Purpose::Preparation, Purpose::Other);
        let write = async move |tx: &mut Tx<'_>| {
            let mut shown = true;
            for id in &ids {
                let case = Case { kind: "visit", id: id.uuid(), unit, permission: Permission::ManageServices };
                shown &= people::look(tx, &world, &staff, &case, &purpose).await? == Looked::Shown;
            }
            Ok::<_, store::Error>(shown)
        };
        if !app.db.write(LOOK, write).await? {
            return Err(Refusal::forbidden());
        }
    }
    let t = ask.t();
    let line = |visit: Visit| BookingLine {
        id: visit.id.to_string(),
        when: visit
            .minute
            .map_or_else(|| t.short_day(visit.day), |minute| format!("{} {}", t.short_day(visit.day), t.time(minute))),
        number: visit.label().to_owned(),
        service: visit.service_name.get(ask.locale).to_owned(),
        name: visit.contact.name.map(Line::into_string).unwrap_or_default(),
        phone: visit.contact.phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        email: visit.contact.email.map(|email| email.as_str().to_owned()).unwrap_or_default(),
    };
    Ok(visits.into_iter().map(line).collect())
}

async fn show(State(app): State<App>, ask: Ask, Path(id): Path<ServiceId>) -> Result<Response, Refusal> {
    let (service, one) = scope::service(&app, &ask, id).await?;
    let outside = service::outside(&app, &service).await?;
    html(&BookingsPage {
        page: Page::new(&app, &ask, "services-bookings-title"),
        id: id.to_string(),
        counter: one.counter.details.code.clone(),
        name: service.name.get(ask.locale).to_owned(),
        offered: service.bookable(),
        lines: lines(&app, &ask, &one, outside).await?,
    })
}
