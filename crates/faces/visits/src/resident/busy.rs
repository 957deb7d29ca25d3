//! 混雑状況: who waits where, how long it takes now, and when it is usually quicker.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use shell::{App, Ask, Page, Refusal, Route, Who, html};
use store::Tx;

use crate::Face;

/// A wait of up to so many minutes is hardly one.
const HARDLY: i64 = 2;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::page("/visits/congestion", Who::Anyone, show)]
}

/// One counter.
struct Line {
    name: String,
    place: String,
    waiting: usize,
    wait: String,
    called: String,
    usual: String,
    best: String,
    /// Nobody serves here today.
    closed: bool,
}

#[derive(Template)]
#[template(path = "visits_busy.html")]
struct BusyPage {
    page: Page,
    lines: Vec<Line>,
    as_of: String,
}

async fn show(State(app): State<App>, Extension(face): Extension<Face>, ask: Ask) -> Result<Response, Refusal> {
    let t = ask.t();
    let now = face.congestion.now().await?;
    let today = app.world.today();
    let read = async move |tx: &mut Tx<'_>| {
        Ok::<_, store::Error>((places::holidays::calendar(tx).await?, visits::hall_hours(tx, today).await?))
    };
    let (calendar, hours) = app.db.read(read).await?;
    let usual = calendar.is_open(today);
    let lines = now.iter().map(|it| Line {
        name: it.counter.details.name.get(ask.locale).to_owned(),
        place: it.counter.details.location.get(ask.locale).to_owned(),
        waiting: it.waiting,
        wait: t.with("visits-busy-wait", [("n", it.wait_now.into())]).into_owned(),
        called: it.last_ticket.clone().unwrap_or_default(),
        usual: it
            .this_hour()
            .map(|hour| {
                if hour.high <= HARDLY {
                    return t.text("visits-busy-usual-none").into_owned();
                }
                t.with("visits-busy-usual", [("low", hour.low.into()), ("high", hour.high.into())]).into_owned()
            })
            .unwrap_or_default(),
        best: it
            .best_hour()
            .map(|hour| t.with("visits-busy-best", [("hour", i64::from(hour.hour).into())]).into_owned())
            .unwrap_or_default(),
        closed: !usual && !hours.iter().any(|own| own.counter == it.counter.id),
    });
    html(&BusyPage {
        page: Page::new(&app, &ask, "visits-busy-title").tab("visits"),
        lines: lines.collect(),
        as_of: now.first().map_or_else(|| t.moment(app.world.now()), |it| t.moment(it.as_of)),
    })
}
