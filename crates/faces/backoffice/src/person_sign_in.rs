//! Helping somebody else sign in: a first password, printed codes, a lost device, locking out. What replaces a password
//! or a second factor asks for the helper's own password; whom one may help is decided by the office.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use people::{Actor, FirstPassword, HELP_SIGN_IN, HelpError, Helper, KeysError, Person, PersonId};
use serde::Deserialize;
use shell::{App, Ask, FieldFault, Form, Page, Path, Refusal, Route, Who, html, html_with, see_other};
use store::{Act, Tx};

use crate::first_password::prove;
use crate::people::{keys, page, particulars};
use crate::second_factor::CodesPage;

const WHO: Who = Who::Staff(HELP_SIGN_IN);
const HELP: Act = Act::staff("people.help_sign_in");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::form("/staff/people/{id}/password", WHO, password),
        Route::form("/staff/people/{id}/codes", WHO, codes),
        Route::form("/staff/people/{id}/forget", WHO, forget),
        Route::form("/staff/people/{id}/lock", WHO, lock),
        Route::form("/staff/people/{id}/end-sessions", WHO, end_sessions),
    ]
}

/// The slip of paper with a first password, shown once.
#[derive(Template)]
#[template(path = "slip.html")]
struct SlipPage {
    page: Page,
    person: Person,
    password: String,
    address: String,
    day: String,
}

/// The helper's own password.
#[derive(Deserialize)]
struct PresentForm {
    #[serde(default)]
    present: String,
}

/// Who helps, having proven it; else the page about the person again, saying why not.
async fn helper(app: &App, ask: &Ask, id: PersonId, form: &PresentForm) -> Result<Result<Helper, Response>, Refusal> {
    match prove(app, ask, &form.present).await? {
        Ok(proven) => Ok(Ok(Helper::of(ask.staff()?, HELP_SIGN_IN, proven))),
        Err(fault) => again(app, ask, id, fault).await.map(Err),
    }
}

async fn again(app: &App, ask: &Ask, id: PersonId, fault: FieldFault) -> Result<Response, Refusal> {
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(app, ask, id, None, &[fault]).await?)
}

fn unhelped(error: HelpError) -> Refusal {
    match error {
        HelpError::Unknown => Refusal::not_found(),
        HelpError::Meanwhile => Refusal::conflict(),
        HelpError::Keys(error) => refused(error),
        HelpError::Store(error) => error.into(),
    }
}

/// A refusal of the keys where there is no form to say it on.
fn refused(error: KeysError) -> Refusal {
    match keys(error) {
        Ok(_) => Refusal::forbidden(),
        Err(refusal) => refusal,
    }
}

fn back(id: PersonId) -> Response {
    see_other(&format!("/staff/people/{id}"))
}

async fn password(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PersonId>,
    Form(form): Form<PresentForm>,
) -> Result<Response, Refusal> {
    let helper = match helper(&app, &ask, id, &form).await? {
        Ok(helper) => helper,
        Err(page) => return Ok(page),
    };
    let drawn = FirstPassword::draw(&app.world, &app.keeper).await;
    let (first, text) = drawn.map_err(|error| crate::sign_in::keeper(&error))?;
    let world = app.world.clone();
    let write = async move |tx: &mut Tx<'_>| people::give_password(tx, &world, &helper, id, &first).await;
    app.db.write(HELP, write).await.map_err(unhelped)?;
    html(&SlipPage {
        page: Page::new(&app, &ask, "backoffice-slip-title"),
        person: particulars(&app, id).await?.person,
        password: text,
        address: app.config.staff_url().join("/staff"),
        day: ask.t().day(app.world.today()),
    })
}

async fn codes(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PersonId>,
    Form(form): Form<PresentForm>,
) -> Result<Response, Refusal> {
    let helper = match helper(&app, &ask, id, &form).await? {
        Ok(helper) => helper,
        Err(page) => return Ok(page),
    };
    let world = app.world.clone();
    let write = async move |tx: &mut Tx<'_>| people::give_codes(tx, &world, &helper, id).await;
    let codes: Vec<String> = app.db.write(HELP, write).await.map_err(unhelped)?;
    let person = particulars(&app, id).await?.person;
    html(&CodesPage {
        page: Page::new(&app, &ask, "backoffice-codes-title"),
        codes,
        name: person.name,
        login: person.login,
        day: ask.t().day(app.world.today()),
        next: format!("/staff/people/{id}"),
    })
}

async fn forget(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PersonId>,
    Form(form): Form<PresentForm>,
) -> Result<Response, Refusal> {
    let helper = match helper(&app, &ask, id, &form).await? {
        Ok(helper) => helper,
        Err(page) => return Ok(page),
    };
    let world = app.world.clone();
    let write = async move |tx: &mut Tx<'_>| people::forget_second_factors(tx, &world, &helper, id).await;
    app.db.write(HELP, write).await.map_err(unhelped)?;
    Ok(back(id))
}

#[derive(Deserialize)]
struct LockForm {
    to: String,
}

/// Asks for no password: whoever must be kept out is kept out at once.
async fn lock(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PersonId>,
    Form(form): Form<LockForm>,
) -> Result<Response, Refusal> {
    let locked = match form.to.as_str() {
        "locked" => true,
        "open" => false,
        _ => return Err(Refusal::unreadable("neither locked nor open")),
    };
    let (world, actor) = (app.world.clone(), Actor::of(ask.staff()?, HELP_SIGN_IN));
    let write = async move |tx: &mut Tx<'_>| people::disable_person(tx, &world, actor, id, locked).await;
    match app.db.write(HELP, write).await {
        Ok(_) => Ok(back(id)),
        Err(error) => again(&app, &ask, id, keys(error)?).await,
    }
}

async fn end_sessions(State(app): State<App>, ask: Ask, Path(id): Path<PersonId>) -> Result<Response, Refusal> {
    let (world, actor) = (app.world.clone(), Actor::of(ask.staff()?, HELP_SIGN_IN));
    let write = async move |tx: &mut Tx<'_>| people::revoke_all(tx, &world, actor, id).await;
    let _: u64 = app.db.write(HELP, write).await.map_err(refused)?;
    Ok(back(id))
}
