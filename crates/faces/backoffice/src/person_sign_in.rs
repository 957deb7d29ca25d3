//! Helping somebody else sign in: a first password, printed codes, a lost device, locking out.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use people::{Actor, FirstPassword, HELP_SIGN_IN, Permission, Person, PersonError, PersonId};
use serde::Deserialize;
use shell::{App, Ask, Form, Page, Path, Refusal, Route, Who, html, see_other};
use store::{Act, Tx};

use crate::people::particulars;
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

/// The person, if whoever asks may help them sign in.
async fn helped(app: &App, ask: &Ask, id: PersonId) -> Result<(Person, Actor), Refusal> {
    let staff = ask.staff()?;
    let known = particulars(app, id).await?;
    if known.is_administrator(app.world.today()) && !staff.can(Permission::Administer) {
        return Err(Refusal::forbidden());
    }
    Ok((known.person, Actor::of(staff, HELP_SIGN_IN)))
}

fn back(id: PersonId) -> Response {
    see_other(&format!("/staff/people/{id}"))
}

async fn password(State(app): State<App>, ask: Ask, Path(id): Path<PersonId>) -> Result<Response, Refusal> {
    let (person, actor) = helped(&app, &ask, id).await?;
    let drawn = FirstPassword::draw(&app.world, &app.keeper).await;
    let (first, text) = drawn.map_err(|error| crate::sign_in::keeper(&error))?;
    let world = app.world.clone();
    let write = async move |tx: &mut Tx<'_>| people::give_password(tx, &world, actor, id, &first).await;
    match app.db.write(HELP, write).await {
        Ok(()) => {}
        Err(PersonError::Store(error)) => return Err(error.into()),
        Err(PersonError::Taken | PersonError::Unknown) => return Err(Refusal::not_found()),
    }
    html(&SlipPage {
        page: Page::new(&app, &ask, "backoffice-slip-title"),
        person,
        password: text,
        address: app.config.staff_url().join("/staff"),
        day: ask.t().day(app.world.today()),
    })
}

async fn codes(State(app): State<App>, ask: Ask, Path(id): Path<PersonId>) -> Result<Response, Refusal> {
    let (person, actor) = helped(&app, &ask, id).await?;
    let world = app.world.clone();
    let write = async move |tx: &mut Tx<'_>| people::give_codes(tx, &world, actor, id).await;
    let made: Result<Vec<String>, store::Error> = app.db.write(HELP, write).await;
    html(&CodesPage {
        page: Page::new(&app, &ask, "backoffice-codes-title"),
        codes: made?,
        name: person.name,
        login: person.login,
        day: ask.t().day(app.world.today()),
        next: format!("/staff/people/{id}"),
    })
}

async fn forget(State(app): State<App>, ask: Ask, Path(id): Path<PersonId>) -> Result<Response, Refusal> {
    let (_, actor) = helped(&app, &ask, id).await?;
    let world = app.world.clone();
    let write = async move |tx: &mut Tx<'_>| people::forget_second_factors(tx, &world, actor, id).await;
    let done: Result<(), store::Error> = app.db.write(HELP, write).await;
    done?;
    Ok(back(id))
}

#[derive(Deserialize)]
struct LockForm {
    to: String,
}

async fn lock(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PersonId>,
    Form(form): Form<LockForm>,
) -> Result<Response, Refusal> {
    let (_, actor) = helped(&app, &ask, id).await?;
    let locked = match form.to.as_str() {
        "locked" if ask.staff()?.person == id => return Err(Refusal::forbidden()),
        "locked" => true,
        "open" => false,
        _ => return Err(Refusal::unreadable("neither locked nor open")),
    };
    let world = app.world.clone();
    let write = async move |tx: &mut Tx<'_>| people::disable_person(tx, &world, actor, id, locked).await;
    let done: Result<bool, store::Error> = app.db.write(HELP, write).await;
    done?;
    Ok(back(id))
}

async fn end_sessions(State(app): State<App>, ask: Ask, Path(id): Path<PersonId>) -> Result<Response, Refusal> {
    let (_, actor) = helped(&app, &ask, id).await?;
    let world = app.world.clone();
    let write = async move |tx: &mut Tx<'_>| people::revoke_all(tx, &world, actor, id).await;
    let done: Result<u64, store::Error> = app.db.write(HELP, write).await;
    done?;
    Ok(back(id))
}
