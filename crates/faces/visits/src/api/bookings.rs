//! Bookings by programs: made once however often they are asked for, seen and cancelled with their secret.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kernel::{
    locale::Locale,
    text::{Email, Line, Phone, TextError},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shell::{ApiDoc, App, Ask, FieldFault, Json, Path, Query, Refusal, Route, Who};
use store::{
    Act, Tx,
    idempotency::{self, Claim, Key},
};
use visits::{Book, BookError, Booked, By, Cancel, Confirmation, Contact, Needs, Number, ServiceId, SlotId, VisitId};

use crate::{refusals, site};

const BOOK: Act = Act::resident("visits.book");
const CANCEL: Act = Act::resident("visits.cancel");
const BOOKINGS: &str = "/api/v1/visits/bookings";
const BOOKING: &str = "/api/v1/visits/bookings/{number}";

/// How to reach the person; all of it may be missing.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
struct ContactGiven {
    /// Any form of the name.
    name: Option<String>,
    /// For the confirmation and the reminder.
    email: Option<String>,
    /// For the counter.
    phone: Option<String>,
}

/// A wish to book.
#[derive(Deserialize, JsonSchema)]
struct Wish {
    /// The service's id.
    service: String,
    /// The slot's id.
    slot: String,
    /// How to reach the person.
    contact: Option<ContactGiven>,
    /// Language of messages: `ja`, `easy`, `en`.
    locale: Option<String>,
}

/// A booking just made.
#[derive(Serialize, JsonSchema)]
struct BookedView {
    /// 予約番号.
    number: String,
    /// Opens the booking; shown only now.
    secret: String,
    /// The service's id.
    service: String,
    /// The slot's id.
    slot: String,
    /// RFC 3339, +09:00.
    starts_at: String,
    /// The letter that confirms it: `queued`, `none` (no address), `withheld` (many letters went to this address lately).
    confirmation: &'static str,
    /// Pages.
    links: Links,
}

/// Pages of a booking.
#[derive(Serialize, JsonSchema)]
struct Links {
    /// To see it.
    view: String,
    /// To cancel it; the page asks once more.
    cancel: String,
}

/// A booking.
#[derive(Serialize, JsonSchema)]
struct BookingView {
    /// 予約番号.
    number: String,
    /// `booked`, `waiting`, `called`, `serving`, `finished`, `absent`, `cancelled`, `no_show`.
    state: String,
    /// The service's id.
    service: String,
    /// Its name.
    service_name: String,
    /// The counter's id.
    counter: String,
    /// The slot's id; a walk-in has none.
    slot: Option<String>,
    /// RFC 3339, +09:00; a walk-in has none.
    starts_at: Option<String>,
}

/// The key of a booking's link.
#[derive(Deserialize, JsonSchema)]
struct Secret {
    /// As given when the booking was made.
    #[serde(default)]
    secret: String,
}

/// The operations on bookings.
pub(super) fn routes() -> Vec<Route> {
    let doc = |id, summary| ApiDoc::new(id, "visits", summary);
    vec![
        Route::api(
            Method::POST,
            BOOKINGS,
            Who::Anyone,
            doc("bookVisit", "Book a place")
                .body::<Wish>()
                .idempotent()
                .answers::<BookedView>(201, "booked")
                .refuses(409, "slot-full", "no place is left")
                .refuses(422, "invalid", "a field is wrong"),
            book,
        ),
        Route::api(
            Method::GET,
            BOOKING,
            Who::Secret,
            doc("getBooking", "See a booking").query::<Secret>().answers::<BookingView>(200, "the booking").refuses(
                404,
                "not-found",
                "no such booking, or a wrong secret",
            ),
            view,
        ),
        Route::api(
            Method::DELETE,
            BOOKING,
            Who::Secret,
            doc("cancelBooking", "Cancel a booking; again is no error")
                .query::<Secret>()
                .answers_nothing(204, "cancelled")
                .refuses(404, "not-found", "no such booking, or a wrong secret")
                .refuses(409, "too-late", "the person is being served or the visit is over"),
            cancel,
        ),
    ]
}

/// Collects what is wrong with the parts of a contact.
fn contact(given: ContactGiven, faults: &mut Vec<FieldFault>) -> Contact {
    fn part<T>(
        faults: &mut Vec<FieldFault>,
        field: &'static str,
        key: &'static str,
        text: Option<String>,
        read: impl FnOnce(&str) -> Result<T, TextError>,
    ) -> Option<T> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(_) => {
                faults.push(FieldFault::new(field, key));
                None
            }
        }
    }
    Contact {
        name: part(faults, "contact.name", "visits-field-name", given.name, Line::parse),
        email: part(faults, "contact.email", "visits-field-email", given.email, Email::parse),
        phone: part(faults, "contact.phone", "visits-field-phone", given.phone, Phone::parse),
    }
}

/// What an idempotency key stands for: the parsed command, whatever the spelling.
#[derive(Serialize, Clone)]
struct Spoken {
    service: ServiceId,
    slot: String,
    contact: [Option<String>; 3],
    locale: &'static str,
}

/// What one transaction made of a wish.
enum Made {
    New(Booked),
    Before(VisitId),
}

enum Refused {
    Book(BookError),
    OtherCommand,
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self::Book(error.into())
    }
}

async fn book(
    State(app): State<App>,
    ask: Ask,
    headers: HeaderMap,
    Json(wish): Json<Wish>,
) -> Result<Response, Refusal> {
    let key = match headers.get("idempotency-key") {
        None => None,
        Some(value) => Some(
            value
                .to_str()
                .ok()
                .and_then(Key::parse)
                .ok_or_else(|| Refusal::invalid([FieldFault::new("Idempotency-Key", "visits-field-key")]))?,
        ),
    };
    let mut faults = Vec::new();
    let service: Option<ServiceId> = wish.service.parse().ok();
    let slot: Option<SlotId> = wish.slot.parse().ok();
    let locale = wish.locale.as_deref().map_or(Some(ask.locale), Locale::from_code);
    let contact = contact(wish.contact.unwrap_or_default(), &mut faults);
    for (known, field, fault) in [
        (service.is_some(), "service", "visits-refused-no-service"),
        (slot.is_some(), "slot", "visits-refused-no-slot"),
        (locale.is_some(), "locale", "visits-field-locale"),
    ] {
        if !known {
            faults.push(FieldFault::new(field, fault));
        }
    }
    let (Some(service), Some(slot), Some(locale), true) = (service, slot, locale, faults.is_empty()) else {
        return Err(Refusal::invalid(faults));
    };
    let spoken = Spoken {
        service,
        slot: slot.to_string(),
        contact: [
            contact.name.as_ref().map(ToString::to_string),
            contact.email.as_ref().map(ToString::to_string),
            contact.phone.as_ref().map(ToString::to_string),
        ],
        locale: locale.code(),
    };
    let id: VisitId = app.world.id();
    let command = Book {
        id: Some(id),
        service,
        slot,
        who: visits::Who::Own,
        needs: Needs::default(),
        contact,
        locale,
        by: By::Resident,
        site: site(&app),
    };
    let world = app.world.clone();
    let made = app
        .db
        .write(BOOK, async move |tx: &mut Tx<'_>| {
            if let Some(key) = &key {
                match idempotency::claim(tx, &world, key, "POST /api/v1/visits/bookings", &spoken, id.uuid()).await? {
                    Claim::New => {}
                    Claim::Again(before) => return Ok(Made::Before(before.into())),
                    Claim::Conflict => return Err(Refused::OtherCommand),
                }
            }
            visits::book(tx, &world, command.clone()).await.map(Made::New).map_err(Refused::Book)
        })
        .await
        .map_err(|refused| match refused {
            Refused::Book(e) => refusals::book(e),
            Refused::OtherCommand => Refusal::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "visits-refused-key-title",
                "visits-refused-key-next",
            ),
        })?;
    let view = match made {
        Made::New(booked) => {
            booked_view(&app, &booked.number, booked.secret, (booked.service, booked.slot), booked.confirmation)
        }
        Made::Before(id) => again(&app, id).await?,
    };
    let mut response = shell::json(StatusCode::CREATED, &view)?;
    if let Ok(location) = HeaderValue::from_str(&format!("{BOOKINGS}/{}", view.number)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn booked_view(
    app: &App,
    number: &Number,
    secret: String,
    (service, slot): (ServiceId, SlotId),
    confirmation: Confirmation,
) -> BookedView {
    let path = visits::path(number, &secret);
    let (page, query) = path.split_once('?').unwrap_or((&path, ""));
    let url = &app.config.public_url;
    BookedView {
        links: Links { view: url.join(&path), cancel: url.join(&format!("{page}/cancel?{query}")) },
        number: number.to_string(),
        secret,
        service: service.to_string(),
        slot: slot.to_string(),
        starts_at: slot.starts_at().to_rfc3339_jst(),
        confirmation: confirmation.code(),
    }
}

/// The first answer again, built from the booking itself.
async fn again(app: &App, id: VisitId) -> Result<BookedView, Refusal> {
    let found = app
        .db
        .read(async move |tx: &mut Tx<'_>| {
            let Some(visit) = visits::visit(tx, id).await? else { return Ok::<_, store::Error>(None) };
            let confirmation = visits::confirmation(tx, &visit).await?;
            Ok(visits::secret(tx, id).await?.map(|secret| (visit, secret, confirmation)))
        })
        .await?;
    let Some((visit, secret, confirmation)) = found else { return Err(Refusal::not_found()) };
    let (Some(number), Some(slot)) = (&visit.number, visit.slot()) else { return Err(Refusal::not_found()) };
    Ok(booked_view(app, number, secret, (visit.service, slot), confirmation))
}

async fn view(
    State(app): State<App>,
    ask: Ask,
    Path(number): Path<String>,
    Query(Secret { secret }): Query<Secret>,
) -> Result<Response, Refusal> {
    let number = Number::parse(&number).ok_or_else(Refusal::not_found)?;
    let asked = number.clone();
    let found = app.db.point(async move |tx: &mut Tx<'_>| visits::view(tx, &asked, &secret).await).await?;
    let visit = found.ok_or_else(Refusal::not_found)?;
    let view = BookingView {
        number: number.to_string(),
        state: visit.state().code().to_owned(),
        service: visit.service.to_string(),
        service_name: visit.service_name.get(ask.locale).to_owned(),
        counter: visit.counter.to_string(),
        slot: visit.slot().map(|slot| slot.to_string()),
        starts_at: visit.starts_at().map(kernel::time::Instant::to_rfc3339_jst),
    };
    shell::json(StatusCode::OK, &view)
}

async fn cancel(
    State(app): State<App>,
    Path(number): Path<String>,
    Query(Secret { secret }): Query<Secret>,
) -> Result<Response, Refusal> {
    let number = Number::parse(&number).ok_or_else(Refusal::not_found)?;
    let (world, site) = (app.world.clone(), site(&app));
    app.db
        .write(CANCEL, async move |tx: &mut Tx<'_>| {
            visits::cancel(
                tx,
                &world,
                Cancel::Link { number: number.clone(), secret: secret.clone(), site: site.clone() },
            )
            .await
        })
        .await
        .map_err(refusals::cancel)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
