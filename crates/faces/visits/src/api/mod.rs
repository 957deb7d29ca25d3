//! The JSON API of visits: services, availability, bookings, congestion.

mod bookings;

use axum::{Extension, body::Body, extract::State, response::Response};
use http::{HeaderValue, Method, StatusCode, header};
use kernel::day::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shell::{ApiDoc, App, Ask, FieldFault, Query, Refusal, Route, Who};
use store::Tx;
use visits::ServiceId;

use crate::Face;

/// The longest range one call may ask for.
const MOST_DAYS: u16 = 92;

/// A bookable service.
#[derive(Serialize, JsonSchema)]
struct ServiceView {
    /// Opaque.
    id: String,
    /// A short word that never changes.
    code: String,
    /// In the caller's language.
    name: String,
    /// In a sentence.
    summary: String,
    /// The counter's id.
    counter: String,
    /// How long it takes.
    minutes: u16,
    /// What to bring when coming oneself.
    bring: Vec<String>,
}

/// Which days of which service.
#[derive(Deserialize, JsonSchema)]
struct Asked {
    /// The service's id.
    service: String,
    /// First day, `YYYY-MM-DD` in Japan; today when missing.
    from: Option<String>,
    /// Number of days, 1 to 92; 30 when missing.
    days: Option<u16>,
}

/// One time; only its schema is used, as the answer is written once for everybody by the service.
#[derive(Serialize, JsonSchema)]
struct SlotView {
    /// Opaque.
    id: String,
    /// RFC 3339, +09:00.
    starts_at: String,
    /// Places this caller's channel has.
    capacity: u32,
    /// Places left.
    free: u32,
}

/// Free places.
#[derive(Serialize, JsonSchema)]
struct AvailabilityView {
    /// The service's id.
    service: String,
    /// Times that can be booked now, in order; past, closed and full-time-over ones are not listed.
    slots: Vec<SlotView>,
}

/// How busy a counter is.
#[derive(Serialize, JsonSchema)]
struct CongestionView {
    /// The counter's id.
    counter: String,
    /// Its name.
    name: String,
    /// People waiting.
    waiting: usize,
    /// The number called last.
    called: Option<String>,
    /// Minutes.
    wait_minutes: WaitView,
    /// When this was so, RFC 3339.
    as_of: String,
}

/// Minutes of waiting.
#[derive(Serialize, JsonSchema)]
struct WaitView {
    /// For somebody who comes now without a booking.
    now: i64,
    /// The usual range at this hour, from past weeks; null when data are few.
    forecast_low: Option<i64>,
    /// The usual range at this hour, from past weeks; null when data are few.
    forecast_high: Option<i64>,
}

/// Every operation with its description.
pub(crate) fn routes() -> Vec<Route> {
    let doc = |id, summary| ApiDoc::new(id, "visits", summary);
    let mut routes = vec![
        Route::api(
            Method::GET,
            "/api/v1/visits/services",
            Who::Anyone,
            doc("listVisitServices", "Procedures that can be booked").answers::<Vec<ServiceView>>(200, "the services"),
            services,
        ),
        Route::api(
            Method::GET,
            "/api/v1/visits/availability",
            Who::Anyone,
            doc("getAvailability", "Free times of a procedure")
                .query::<Asked>()
                .answers::<AvailabilityView>(200, "the times")
                .refuses(404, "not-found", "no such service")
                .refuses(422, "invalid", "a parameter is wrong"),
            availability,
        ),
        Route::api(
            Method::GET,
            "/api/v1/visits/congestion",
            Who::Anyone,
            doc("getCongestion", "Waiting people and waiting times by counter")
                .answers::<Vec<CongestionView>>(200, "every counter"),
            congestion,
        ),
    ];
    routes.extend(bookings::routes());
    routes
}

async fn services(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let all: Vec<visits::Service> = app.db.read(async |tx: &mut Tx<'_>| visits::services(tx).await).await?;
    let list: Vec<ServiceView> = all
        .iter()
        .filter(|service| service.bookable())
        .map(|service| ServiceView {
            id: service.id.to_string(),
            code: service.code.clone(),
            name: service.name.get(ask.locale).to_owned(),
            summary: service.summary.get(ask.locale).to_owned(),
            counter: service.counter.to_string(),
            minutes: service.minutes,
            bring: service.bring.list(visits::Who::Own).iter().map(|thing| thing.get(ask.locale).to_owned()).collect(),
        })
        .collect();
    shell::json(StatusCode::OK, &list)
}

async fn availability(
    State(app): State<App>,
    Extension(face): Extension<Face>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let service: ServiceId = asked.service.parse().map_err(|_| Refusal::not_found())?;
    let from = match &asked.from {
        None => app.world.today(),
        Some(text) => {
            Day::parse(text).ok_or_else(|| Refusal::invalid([FieldFault::new("from", "visits-field-day")]))?
        }
    };
    let days = asked.days.unwrap_or(30);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Refusal::invalid([FieldFault::new("days", "visits-field-days").with("max", MOST_DAYS)]));
    }
    let bytes = face.availability.json(service, from, days).await?.ok_or_else(Refusal::not_found)?;
    let mut response = Response::new(Body::from(bytes::Bytes::from_owner(bytes)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

async fn congestion(Extension(face): Extension<Face>, ask: Ask) -> Result<Response, Refusal> {
    let now = face.congestion.now().await?;
    let list: Vec<CongestionView> = now
        .iter()
        .map(|it| {
            let usual = it.this_hour();
            CongestionView {
                counter: it.counter.id.to_string(),
                name: it.counter.details.name.get(ask.locale).to_owned(),
                waiting: it.waiting,
                called: it.last_ticket.clone(),
                wait_minutes: WaitView {
                    now: it.wait_now,
                    forecast_low: usual.map(|hour| hour.low),
                    forecast_high: usual.map(|hour| hour.high),
                },
                as_of: it.as_of.to_rfc3339_jst(),
            }
        })
        .collect();
    shell::json(StatusCode::OK, &list)
}
