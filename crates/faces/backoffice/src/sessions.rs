//! Where one is signed in, and signing out from there.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kernel::time::Instant;
use people::{SessionId, SessionView};
use serde::Deserialize;
use shell::{App, Ask, Form, Page, Refusal, Route, Who, html, see_other};
use store::{Act, Tx};
use words::Tongue;

const END: Act = Act::staff("people.session.end");
const END_OTHERS: Act = Act::staff("people.session.end_others");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/sessions", Who::AnyStaff, show),
        Route::form("/staff/sessions/end", Who::AnyStaff, end),
        Route::form("/staff/sessions/end-others", Who::AnyStaff, end_others),
    ]
}

struct Line {
    id: String,
    device: String,
    began: String,
    seen: String,
    idle: String,
    ends: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    page: Page,
    sessions: Vec<Line>,
    /// Minutes without use after which a session ends.
    idle: u64,
    /// Hours after which it ends in any case.
    longest: u64,
    has_totp: bool,
    codes_left: i64,
}

#[derive(Deserialize)]
struct EndForm {
    session: String,
}

async fn own(app: &App, ask: &Ask) -> Result<Vec<SessionView>, Refusal> {
    let (person, now) = (ask.staff()?.person, app.world.now());
    Ok(app.db.read(async move |tx: &mut Tx<'_>| people::sessions(tx, person, now).await).await?)
}

/// The day without its year: no session is older than a day or two.
fn short(t: Tongue, instant: Instant) -> String {
    format!("{} {}", t.short_day(instant.day()), t.time(instant.minute()))
}

async fn show(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let staff = ask.staff()?;
    let (id, t) = (staff.person, ask.t());
    let person = app.db.read(async move |tx: &mut Tx<'_>| people::person(tx, id).await).await?;
    let sessions = own(&app, &ask).await?.into_iter().map(|view| Line {
        id: view.id.to_string(),
        device: view.device,
        began: short(t, view.created_at),
        seen: short(t, view.seen_at),
        idle: short(t, view.idle_at),
        ends: short(t, view.expires_at),
        here: view.id == staff.session,
    });
    html(&SessionsPage {
        page: Page::new(&app, &ask, "backoffice-sessions-title"),
        sessions: sessions.collect(),
        idle: app.config.policy.idle.as_secs() / 60,
        longest: app.config.policy.absolute.as_secs() / 3600,
        has_totp: person.as_ref().is_some_and(|person| person.has_totp),
        codes_left: person.map_or(0, |person| person.codes_left),
    })
}

async fn end(State(app): State<App>, ask: Ask, Form(form): Form<EndForm>) -> Result<Response, Refusal> {
    let session: SessionId = form.session.parse().map_err(|_| Refusal::not_found())?;
    let (world, staff) = (app.world.clone(), ask.staff()?.clone());
    let write = async move |tx: &mut Tx<'_>| people::revoke(tx, &world, &staff, session).await;
    let ended: Result<bool, store::Error> = app.db.write(END, write).await;
    ended?;
    Ok(see_other("/staff/sessions"))
}

async fn end_others(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let (world, staff) = (app.world.clone(), ask.staff()?.clone());
    let write = async move |tx: &mut Tx<'_>| people::revoke_others(tx, &world, &staff).await;
    let ended: Result<u64, store::Error> = app.db.write(END_OTHERS, write).await;
    ended?;
    Ok(see_other("/staff/sessions"))
}
