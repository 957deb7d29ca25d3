//! 満足度: one question after the visit, asked on the person's own phone and not in front of the clerk.

use askama::Template;
use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::text::{Paragraph, TextError};
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Query, Refusal, Route, Who, html, html_with, see_other};
use store::{Act, Tx};
use visits::RateError;
use voices::Score;

use super::{
    booking::{Opened, Secret, open},
    page,
};

const RATE: Act = Act::resident("visits.rate");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/visits/bookings/{number}/voice", Who::Secret, show),
        Route::form("/visits/bookings/{number}/voice", Who::Secret, answered),
    ]
}

#[derive(Template)]
#[template(path = "visits_voice.html")]
struct VoicePage {
    page: Page,
    back: String,
    service: String,
    choices: Vec<Choice>,
    line: String,
    /// Answered: thanks instead of the question.
    thanks: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Given {
    score: String,
    line: String,
}

fn build(app: &App, ask: &Ask, opened: &Opened, secret: &str, given: &Given, thanks: bool) -> VoicePage {
    let t = ask.t();
    let choices = Score::ALL.into_iter().map(|score| {
        let value = score.number().to_string();
        Choice::new(value.clone(), t.text(&format!("visits-voice-{value}")), given.score == value)
    });
    VoicePage {
        page: page(
            app,
            ask,
            t.text(if thanks { "visits-voice-thanks" } else { "visits-voice-title" }).into_owned(),
            &opened.counter,
        )
        .tab("find"),
        back: visits::path(&opened.number, secret),
        service: opened.service.name.get(ask.locale).to_owned(),
        choices: choices.collect(),
        line: given.line.clone(),
        thanks,
    }
}

async fn show(
    State(app): State<App>,
    ask: Ask,
    Path(number): Path<String>,
    Query(key): Query<Secret>,
) -> Result<Response, Refusal> {
    let opened = open(&app, &number, &key.secret).await?;
    if !opened.status.may_rate() && !opened.status.visit.rated {
        return Ok(see_other(&visits::path(&opened.number, &key.secret)));
    }
    html(&build(&app, &ask, &opened, &key.secret, &Given::default(), opened.status.visit.rated))
}

async fn answered(
    State(app): State<App>,
    ask: Ask,
    Path(number): Path<String>,
    Query(key): Query<Secret>,
    Form(given): Form<Given>,
) -> Result<Response, Refusal> {
    let opened = open(&app, &number, &key.secret).await?;
    let score = given.score.parse().ok().and_then(Score::new);
    let line = match Paragraph::<400>::parse(&given.line) {
        Ok(line) => Ok(Some(line)),
        Err(TextError::Empty) => Ok(None),
        Err(_) => Err(FieldFault::new("line", "visits-voice-line-long")),
    };
    let (Some(score), Ok(line)) = (score, line.clone()) else {
        let mut faults: Vec<FieldFault> = line.err().into_iter().collect();
        if score.is_none() {
            faults.push(FieldFault::new("score", "visits-voice-missing"));
        }
        let mut form = build(&app, &ask, &opened, &key.secret, &given, false);
        form.page = form.page.faults(&faults);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    };
    let (world, visit, locale) = (app.world.clone(), opened.status.visit.clone(), ask.locale);
    let rated = app
        .db
        .write(RATE, async move |tx: &mut Tx<'_>| visits::rate(tx, &world, &visit, score, line.clone(), locale).await)
        .await;
    match rated {
        // Answered twice by a double tap: the first answer counts, and both see the thanks.
        Ok(()) | Err(RateError::Already) => {}
        Err(RateError::NotFinished) => return Err(Refusal::conflict()),
        Err(RateError::Store(e)) => return Err(e.into()),
    }
    let own = visits::path(&opened.number, &key.secret);
    Ok(see_other(&own.replacen('?', "/voice?", 1)))
}
