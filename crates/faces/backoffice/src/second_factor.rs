//! The second factor: an authenticator, or printed one-time codes for whoever has no device to use. Every change asks
//! for the present password again.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use people::{Enrolled, FactorError, Must, Proven, TotpOffer};
use serde::Deserialize;
use shell::{App, Ask, FieldFault, Form, Page, Refusal, Route, Who, html, html_with, qr, see_other};
use store::{Act, Tx};

use crate::first_password::{entering, prove};

const OFFER: Act = Act::staff("people.second_factor.offer");
const CONFIRM: Act = Act::staff("people.second_factor.confirm");
const CODES: Act = Act::staff("people.second_factor.codes");
const REMOVE: Act = Act::staff("people.second_factor.remove");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/second-factor", Who::Entering, choose),
        Route::form("/staff/second-factor", Who::Entering, offer),
        Route::page("/staff/second-factor/authenticator", Who::Entering, show),
        Route::form("/staff/second-factor/authenticator", Who::Entering, confirm),
        Route::form("/staff/second-factor/codes", Who::Entering, codes),
        Route::form("/staff/second-factor/remove", Who::Entering, remove),
    ]
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct ChoosePage {
    page: Page,
    must: bool,
    login: String,
    has_totp: bool,
    codes_left: i64,
}

#[derive(Template)]
#[template(path = "authenticator.html")]
struct AuthenticatorPage {
    page: Page,
    picture: String,
    typed: String,
}

/// Codes on paper; also what an administrator hands over.
#[derive(Template)]
#[template(path = "codes.html")]
pub(crate) struct CodesPage {
    pub(crate) page: Page,
    pub(crate) codes: Vec<String>,
    /// Whose they are.
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) day: String,
    pub(crate) next: String,
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
}

/// The present password, which every change of a second factor asks for.
#[derive(Deserialize)]
struct PresentForm {
    #[serde(default)]
    present: String,
}

/// The first password comes first: whoever holds the slip of paper may not bind a device to it.
fn after_password(ask: &Ask) -> Result<bool, Refusal> {
    match ask.staff()?.must {
        Some(Must::ChangePassword) => Err(Refusal::go("/staff/first-password")),
        must => Ok(must.is_some()),
    }
}

async fn page(app: &App, ask: &Ask, faults: &[FieldFault]) -> Result<ChoosePage, Refusal> {
    let must = after_password(ask)?;
    let id = ask.staff()?.person;
    let person = app.db.read(async move |tx: &mut Tx<'_>| people::person(tx, id).await).await?;
    let person = person.ok_or_else(Refusal::not_found)?;
    Ok(ChoosePage {
        page: entering(Page::new(app, ask, "backoffice-factor-title"), ask).faults(faults),
        must,
        login: person.login,
        has_totp: person.has_totp,
        codes_left: person.codes_left,
    })
}

async fn choose(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    html(&page(&app, &ask, &[]).await?)
}

async fn again(app: &App, ask: &Ask, fault: FieldFault) -> Result<Response, Refusal> {
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(app, ask, &[fault]).await?)
}

/// The proof in a form of this page; without it the page again, saying why.
async fn proven(app: &App, ask: &Ask, form: &PresentForm) -> Result<Result<Proven, Response>, Refusal> {
    after_password(ask)?;
    match prove(app, ask, &form.present).await? {
        Ok(proven) => Ok(Ok(proven)),
        Err(fault) => again(app, ask, fault).await.map(Err),
    }
}

fn refused(error: FactorError) -> Refusal {
    match error {
        FactorError::Meanwhile | FactorError::LastFactor => Refusal::conflict(),
        FactorError::Store(error) => error.into(),
    }
}

async fn offer(State(app): State<App>, ask: Ask, Form(form): Form<PresentForm>) -> Result<Response, Refusal> {
    let proven = match proven(&app, &ask, &form).await? {
        Ok(proven) => proven,
        Err(page) => return Ok(page),
    };
    let (world, vault, staff) = (app.world.clone(), app.keeper.vault().clone(), ask.staff()?.clone());
    let write = async move |tx: &mut Tx<'_>| people::enrol_totp(tx, &world, &vault, &staff, &proven).await;
    let _: TotpOffer = app.db.write(OFFER, write).await.map_err(refused)?;
    Ok(see_other("/staff/second-factor/authenticator"))
}

/// The authenticator goes, the printed codes stay.
async fn remove(State(app): State<App>, ask: Ask, Form(form): Form<PresentForm>) -> Result<Response, Refusal> {
    let proven = match proven(&app, &ask, &form).await? {
        Ok(proven) => proven,
        Err(page) => return Ok(page),
    };
    let (world, staff) = (app.world.clone(), ask.staff()?.clone());
    let write = async move |tx: &mut Tx<'_>| people::remove_totp(tx, &world, &staff, &proven).await;
    match app.db.write(REMOVE, write).await {
        Ok(()) => Ok(see_other("/staff/second-factor")),
        Err(FactorError::LastFactor) => again(&app, &ask, FieldFault::new("", "backoffice-factor-last")).await,
        Err(error) => Err(refused(error)),
    }
}

async fn offered(app: &App, ask: &Ask) -> Result<AuthenticatorPage, Refusal> {
    let (world, vault, staff) = (app.world.clone(), app.keeper.vault().clone(), ask.staff()?.clone());
    let read = async move |tx: &mut Tx<'_>| people::offered_totp(tx, &world, &vault, &staff).await;
    let offer = app.db.read(read).await?;
    let offer = offer.ok_or_else(|| Refusal::go("/staff/second-factor"))?;
    Ok(AuthenticatorPage {
        page: entering(Page::new(app, ask, "backoffice-authenticator-title"), ask),
        picture: qr::image(&offer.address(app.city().name.get(ask.locale)))?,
        typed: offer.typed(),
    })
}

async fn show(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    after_password(&ask)?;
    html(&offered(&app, &ask).await?)
}

async fn confirm(State(app): State<App>, ask: Ask, Form(form): Form<CodeForm>) -> Result<Response, Refusal> {
    after_password(&ask)?;
    let (world, vault, staff) = (app.world.clone(), app.keeper.vault().clone(), ask.staff()?.clone());
    let write = async move |tx: &mut Tx<'_>| people::confirm_totp(tx, &world, &vault, &staff, &form.code).await;
    let done: Result<Enrolled, store::Error> = app.db.write(CONFIRM, write).await;
    let fault = match done? {
        Enrolled::Done => return Ok(see_other("/staff/second-factor")),
        Enrolled::Expired => return Ok(see_other("/staff/second-factor")),
        Enrolled::Wrong => FieldFault::new("code", "backoffice-code-wrong"),
        Enrolled::TooMany { retry_at } => crate::sign_in::too_many("code", &app, retry_at),
    };
    let mut shown = offered(&app, &ask).await?;
    shown.page = shown.page.faults(&[fault]);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// Shown this once, so the answer to the form is the page itself.
async fn codes(State(app): State<App>, ask: Ask, Form(form): Form<PresentForm>) -> Result<Response, Refusal> {
    let proven = match proven(&app, &ask, &form).await? {
        Ok(proven) => proven,
        Err(page) => return Ok(page),
    };
    let (world, staff) = (app.world.clone(), ask.staff()?.clone());
    let write = async move |tx: &mut Tx<'_>| people::new_codes(tx, &world, &staff, &proven).await;
    let made: Vec<String> = app.db.write(CODES, write).await.map_err(refused)?;
    let staff = ask.staff()?;
    html(&CodesPage {
        page: entering(Page::new(&app, &ask, "backoffice-codes-title"), &ask),
        codes: made,
        name: staff.name.clone(),
        login: staff.login.clone(),
        day: ask.t().day(app.world.today()),
        next: "/staff".to_owned(),
    })
}
