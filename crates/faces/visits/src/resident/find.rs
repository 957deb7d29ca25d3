//! Where is my booking: open it with number and secret, or have the lost link sent to the address given when booking.

use askama::Template;
use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::text::Email;
use serde::Deserialize;
use shell::{App, Ask, FieldFault, Form, Page, Query, Refusal, Route, Who, html, html_with, see_other};
use store::{Act, Tx};
use visits::{Number, SendLink};

use crate::site;

const SEND: Act = Act::resident("visits.send_link");

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::page("/visits/find", Who::Anyone, show), Route::form("/visits/find", Who::Anyone, send)]
}

#[derive(Template)]
#[template(path = "visits_find.html")]
struct FindPage {
    page: Page,
    number: String,
    email: String,
    sent: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sent {
    sent: String,
}

async fn show(State(app): State<App>, ask: Ask, Query(sent): Query<Sent>) -> Result<Response, Refusal> {
    html(&FindPage {
        page: Page::new(&app, &ask, "visits-find-title").tab("find"),
        number: String::new(),
        email: String::new(),
        sent: sent.sent == "1",
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Given {
    number: String,
    email: String,
}

async fn send(State(app): State<App>, ask: Ask, Form(given): Form<Given>) -> Result<Response, Refusal> {
    let mut faults = Vec::new();
    let number = match given.number.trim() {
        "" => None,
        text => {
            let number = Number::parse(text);
            if number.is_none() {
                faults.push(FieldFault::new("number", "visits-find-number-shape"));
            }
            number
        }
    };
    let email = Email::parse(&given.email);
    let (Ok(email), true) = (&email, faults.is_empty()) else {
        if email.is_err() {
            faults.push(FieldFault::new("email", "visits-field-email"));
        }
        let page = Page::new(&app, &ask, "visits-find-title").tab("find").faults(&faults);
        return html_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &FindPage { page, number: given.number, email: given.email, sent: false },
        );
    };
    let (world, command) = (app.world.clone(), SendLink { number, email: email.clone(), site: site(&app) });
    app.db.write(SEND, async move |tx: &mut Tx<'_>| visits::send_link(tx, &world, command.clone()).await).await?;
    // The same answer whether there is a booking or not.
    Ok(see_other("/visits/find?sent=1"))
}
