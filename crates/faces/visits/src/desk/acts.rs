//! What is done at the counter: calling, starting, ending, not there, checking in, taking back. Each is one transaction
//! and one redirect; what cannot be done any more is said, not shown as an error.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use kernel::text::Line;
use people::Permission;
use serde::Deserialize;
use shell::{App, Ask, Form, Path, Refusal, Route, Who, see_other};
use store::{Act, Tx};
use visits::{
    CallNext, CallNextError, Cancel, CancelError, CheckIn, CheckInError, CheckedIn, Outcome, Scan, ServeError,
    UndoError, Visit, VisitId, Which,
};

use super::{Post, desk, post};
use crate::site;

const CALL: Act = Act::staff("visits.call");
const SERVE: Act = Act::staff("visits.serve");
const CHECK_IN: Act = Act::staff("visits.check_in");
/// Characters of a search; a name has no more.
const SEARCH: usize = 80;

pub(crate) fn routes() -> Vec<Route> {
    let serve = Who::Staff(Permission::ServeCounter);
    vec![
        Route::form("/staff/visits/{counter}/call-next", serve, call_next),
        Route::form("/staff/visits/{counter}/check-in", serve, check_in),
        Route::form("/staff/visits/{counter}/act", serve, act),
    ]
}

/// Back to the day, saying what was done.
fn back(code: &str, said: &str, no: &str, open: Option<VisitId>, undo: Option<VisitId>) -> Result<Response, Refusal> {
    let mut query = vec![("said", said.to_owned())];
    if !no.is_empty() {
        query.push(("no", no.to_owned()));
    }
    if let Some(open) = open {
        query.push(("visit", open.to_string()));
    }
    if let Some(undo) = undo {
        query.push(("undo", undo.to_string()));
    }
    let query = serde_html_form::to_string(query).map_err(Refusal::internal)?;
    Ok(see_other(&format!("/staff/visits/{code}?{query}")))
}

async fn call_next(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::ServeCounter).await?;
    // Without a desk nobody would know where to go: the page asks for it first.
    let Some(desk) = desk(&headers, &post.counter) else { return Ok(see_other(&format!("/staff/visits/{code}#desk"))) };
    let (world, command) = (app.world.clone(), CallNext { counter: post.counter.id, desk, by: post.clerk });
    let called =
        app.db.write(CALL, async move |tx: &mut Tx<'_>| visits::call_next(tx, &world, command.clone()).await).await;
    match called {
        Ok(visit) => back(&code, "called", visit.label(), Some(visit.id), Some(visit.id)),
        Err(CallNextError::Nobody) => back(&code, "nobody", "", None, None),
        Err(CallNextError::DeskBusy(ticket)) => back(&code, "desk-busy", &ticket, None, None),
        Err(CallNextError::Busy) => Err(Refusal::busy(1)),
        Err(CallNextError::Store(e)) => Err(e.into()),
    }
}

#[derive(Deserialize)]
struct Scanned {
    #[serde(default)]
    scan: String,
}

async fn check_in(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Form(given): Form<Scanned>,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::ServeCounter).await?;
    match Scan::parse(&given.scan) {
        Scan::Number(number) => checked_in(&app, &ask, &code, &post, Which::Number(number)).await,
        // A ticket or a part of a name: not a check-in but a search among today's people.
        Scan::Ticket(text) | Scan::Words(text) => {
            let text: String = text.chars().take(SEARCH).collect();
            if text.is_empty() {
                return Ok(see_other(&format!("/staff/visits/{code}")));
            }
            let query = serde_html_form::to_string([("q", text)]).map_err(Refusal::internal)?;
            Ok(see_other(&format!("/staff/visits/{code}?{query}")))
        }
    }
}

/// What came of a person who stands here with a number.
enum Arrival {
    Received(CheckedIn),
    /// Being called, served, absent, over: nothing to receive, the list shows where it stands.
    Open(Visit),
    /// Booked at another counter, with its name.
    Elsewhere(String),
}

async fn checked_in(app: &App, ask: &Ask, code: &str, post: &Post, which: Which) -> Result<Response, Refusal> {
    let (world, command, counter) = (app.world.clone(), CheckIn { which, by: post.clerk }, post.counter.id);
    let locale = ask.locale;
    let done = app
        .db
        .write(CHECK_IN, async move |tx: &mut Tx<'_>| {
            let found = match &command.which {
                Which::Number(number) => visits::search(tx, &world, number.as_str()).await?.into_iter().next(),
                Which::Visit(id) => visits::visit(tx, *id).await?,
            };
            let found = found.ok_or(CheckInError::NotFound)?;
            if found.counter != counter {
                // An id of another counter's visit was not on this page; a number is in the person's own hand.
                let Which::Number(_) = command.which else { return Err(CheckInError::NotFound) };
                let other = places::counter(tx, found.counter).await?.ok_or(CheckInError::NotFound)?;
                return Ok(Arrival::Elsewhere(other.details.name.get(locale).to_owned()));
            }
            match visits::check_in(tx, &world, command.clone()).await {
                Err(CheckInError::State(_)) => Ok(Arrival::Open(found)),
                done => done.map(Arrival::Received),
            }
        })
        .await;
    match done {
        Ok(Arrival::Received(done)) => {
            let said = match (done.already, done.late) {
                (true, _) => "already",
                (false, true) => "checked-in-late",
                (false, false) => "checked-in",
            };
            let undo = if done.already { None } else { Some(done.visit.id) };
            back(code, said, done.visit.label(), Some(done.visit.id), undo)
        }
        Ok(Arrival::Open(visit)) => back(code, "open", visit.label(), Some(visit.id), None),
        Ok(Arrival::Elsewhere(name)) => back(code, "elsewhere", &name, None, None),
        Err(CheckInError::NotFound) => back(code, "not-found", "", None, None),
        Err(CheckInError::OtherDay(day)) => back(code, "other-day", &ask.t().short_day(day), None, None),
        Err(CheckInError::State(_)) => back(code, "too-late", "", None, None),
        Err(CheckInError::Busy) => Err(Refusal::busy(1)),
        Err(CheckInError::Store(e)) => Err(e.into()),
    }
}

/// An act on one visit.
#[derive(Deserialize)]
struct Given {
    visit: String,
    act: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    reason: String,
}

enum Failed {
    Serve(ServeError),
    Undo(UndoError),
    Cancel(CancelError),
    NotHere,
}

impl From<store::Error> for Failed {
    fn from(error: store::Error) -> Self {
        Self::Serve(error.into())
    }
}

async fn act(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::ServeCounter).await?;
    let id: VisitId = given.visit.parse().map_err(Refusal::unreadable)?;
    if given.act == "check-in" {
        return checked_in(&app, &ask, &code, &post, Which::Visit(id)).await;
    }
    let desk = desk(&headers, &post.counter);
    let outcome = Outcome::of(&given.outcome).unwrap_or(Outcome::Done);
    let reason = match given.act.as_str() {
        // Whoever did not answer and is here after all is called out of turn for that very reason.
        "again" => Line::<200>::parse(&ask.t().text("visits-desk-came-back")),
        _ => Line::<200>::parse(&given.reason),
    };
    let (said, open) = match given.act.as_str() {
        "start" => ("started", true),
        "finish" => ("finished", false),
        "absent" => ("absent", false),
        "recall" => ("called", true),
        "back" => ("back", false),
        "undo" => ("undone", true),
        "cancel" => ("cancelled", false),
        "call" | "again" => match (&reason, &desk) {
            (Err(_), _) => return back(&code, "reason", "", Some(id), None),
            (_, None) => return Ok(see_other(&format!("/staff/visits/{code}#desk"))),
            (Ok(_), Some(_)) => ("called", true),
        },
        _ => return Err(Refusal::unreadable("no such act")),
    };
    let undoable = !matches!(given.act.as_str(), "undo" | "cancel");
    let (world, site, act, clerk, counter) = (app.world.clone(), site(&app), given.act, post.clerk, post.counter.id);
    let done = app
        .db
        .write(SERVE, async move |tx: &mut Tx<'_>| {
            // Staff see their own 所管: the visit must be of this very counter.
            if visits::visit(tx, id).await?.is_none_or(|visit| visit.counter != counter) {
                return Err(Failed::NotHere);
            }
            let served: Result<Visit, ServeError> = match act.as_str() {
                "start" => visits::start(tx, &world, id, clerk).await,
                "finish" => visits::finish(tx, &world, id, outcome, &site, clerk).await,
                "absent" => visits::absent(tx, &world, id, clerk).await,
                "recall" => visits::recall(tx, &world, id, clerk).await,
                "back" => visits::back_to_waiting(tx, &world, id, clerk).await,
                "undo" => return visits::undo(tx, &world, id, clerk).await.map_err(Failed::Undo),
                "cancel" => {
                    let command = Cancel::Staff { visit: id, by: clerk, site: site.clone() };
                    return visits::cancel(tx, &world, command).await.map(|done| done.visit).map_err(Failed::Cancel);
                }
                _ => match (&desk, &reason) {
                    (Some(desk), Ok(reason)) => visits::call_by_hand(tx, &world, id, desk, reason, clerk).await,
                    _ => return Err(Failed::NotHere),
                },
            };
            served.map_err(Failed::Serve)
        })
        .await;
    match done {
        Ok(visit) => back(&code, said, visit.label(), open.then_some(id), undoable.then_some(id)),
        Err(Failed::Serve(ServeError::DeskBusy(ticket)) | Failed::Undo(UndoError::DeskBusy(ticket))) => {
            back(&code, "desk-busy", &ticket, Some(id), None)
        }
        Err(
            Failed::Serve(ServeError::NotFound)
            | Failed::Undo(UndoError::NotFound)
            | Failed::Cancel(CancelError::NotFound)
            | Failed::NotHere,
        ) => Err(Refusal::not_found()),
        Err(Failed::Undo(UndoError::Rated)) => back(&code, "rated", "", Some(id), None),
        Err(Failed::Undo(UndoError::TooLate)) => back(&code, "undo-late", "", Some(id), None),
        // A colleague was faster: the list shows how it is now.
        Err(
            Failed::Serve(ServeError::State(_) | ServeError::OtherDay)
            | Failed::Undo(UndoError::NotPossible)
            | Failed::Cancel(CancelError::TooLate(_)),
        ) => back(&code, "too-late", "", Some(id), None),
        Err(Failed::Serve(ServeError::Busy) | Failed::Undo(UndoError::Busy) | Failed::Cancel(CancelError::Busy)) => {
            Err(Refusal::busy(1))
        }
        Err(
            Failed::Serve(ServeError::Store(e))
            | Failed::Undo(UndoError::Store(e))
            | Failed::Cancel(CancelError::Store(e)),
        ) => Err(e.into()),
    }
}
