//! 呼出表示: the numbers being called, for a wall screen. No names; readable at five metres; live and by reload.

use askama::Template;
use axum::{extract::State, response::Response};
use shell::{App, Ask, Page, Path, Refusal, Route, Who, html};
use store::Tx;
use visits::Board;

/// Calls that fit on the screen: nobody who is called may be missing, so rows grow smaller before one is left out.
const ROWS: usize = 6;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::page("/board/{counter}", Who::Anyone, show), Route::live("/board/{counter}/live", Who::Anyone, live)]
}

/// One call.
struct Call {
    ticket: String,
    desk: String,
    /// What the voice says.
    words: String,
    /// A new one is a new sound.
    key: String,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage {
    page: Page,
    code: String,
    calls: Vec<Call>,
    absent: Vec<String>,
    waiting: usize,
    wait: i64,
    day: String,
    time: String,
    place: String,
}

async fn read(app: &App, code: &str) -> Result<(places::Counter, Board), Refusal> {
    let (code, world) = (code.to_owned(), app.world.clone());
    let found = app
        .db
        .read(async move |tx: &mut Tx<'_>| {
            let Some(counter) = places::counter_by_code(tx, &code).await? else { return Ok::<_, store::Error>(None) };
            let board = visits::board(tx, &world, counter.id).await?;
            Ok(Some((counter, board)))
        })
        .await?;
    found.ok_or_else(Refusal::not_found)
}

async fn show(State(app): State<App>, ask: Ask, Path(code): Path<String>) -> Result<Response, Refusal> {
    let (counter, board) = read(&app, &code).await?;
    let t = ask.t();
    let now = app.world.now();
    html(&BoardPage {
        page: Page::new(&app, &ask, "visits-board-title"),
        calls: board
            .calls
            .iter()
            .filter(|call| !call.serving)
            .chain(board.calls.iter().filter(|call| call.serving))
            .take(ROWS)
            .map(|call| Call {
                ticket: call.ticket.clone(),
                desk: call.desk.clone(),
                words: t
                    .with(
                        "visits-board-say",
                        [("ticket", call.ticket.as_str().into()), ("desk", call.desk.as_str().into())],
                    )
                    .into_owned(),
                key: format!("{} {} {}", call.ticket, call.desk, call.calls),
            })
            .collect(),
        absent: board.absent.iter().take(4).map(|call| call.ticket.clone()).collect(),
        waiting: board.waiting,
        wait: board.wait_now,
        day: t.short_day(now.day()),
        time: t.time(now.minute()),
        place: counter.details.name.get(ask.locale).to_owned(),
        code,
    })
}

async fn live(State(app): State<App>, Path(code): Path<String>) -> Result<Response, Refusal> {
    let (counter, _) = read(&app, &code).await?;
    shell::live(&app, vec![visits::topic_counter(counter.id)])
}
