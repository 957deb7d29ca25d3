//! 今日の来庁: who waits, who is called, who sits at which desk, who comes; with one person's detail beside it.

use askama::Template;
use axum::{extract::State, response::Response};
use http::{HeaderMap, header};
use kernel::time::Instant;
use people::Permission;
use serde::Deserialize;
use shell::{App, Ask, Form, Page, Path, Query, Refusal, Route, Who, cookies, html, see_other};
use store::Tx;
use visits::{Desk, State as Standing, Visit, VisitId};

use super::{
    DESK, desk,
    detail::{Detail, detail, look, name, needs, refused},
    page, post,
};

pub(crate) fn routes() -> Vec<Route> {
    let serve = Who::Staff(Permission::ServeCounter);
    vec![
        Route::page("/staff/visits", serve, counters),
        Route::page("/staff/visits/{counter}", serve, show),
        Route::form("/staff/visits/{counter}/desk", serve, choose_desk),
        Route::live("/staff/visits/{counter}/live", serve, live),
    ]
}

/// A counter to choose.
struct Choice {
    code: String,
    name: String,
    place: String,
}

#[derive(Template)]
#[template(path = "desk_counters.html")]
struct CountersPage {
    page: Page,
    counters: Vec<Choice>,
}

async fn counters(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let (staff, day) = (ask.staff()?, app.world.today());
    let (counters, units) = app
        .db
        .read(async move |tx: &mut Tx<'_>| {
            Ok::<_, store::Error>((places::counters(tx).await?, people::units(tx, day).await?))
        })
        .await?;
    let own: Vec<_> = counters
        .iter()
        .filter(|counter| {
            let unit = units.iter().find(|unit| unit.code == counter.details.unit_code);
            unit.is_some_and(|unit| staff.may(Permission::ServeCounter, unit.id))
        })
        .collect();
    if let [only] = own.as_slice() {
        return Ok(see_other(&format!("/staff/visits/{}", only.details.code)));
    }
    html(&CountersPage {
        page: Page::new(&app, &ask, "visits-desk-counters"),
        counters: own
            .into_iter()
            .map(|counter| Choice {
                code: counter.details.code.clone(),
                name: counter.details.name.get(ask.locale).to_owned(),
                place: counter.details.location.get(ask.locale).to_owned(),
            })
            .collect(),
    })
}

/// What an address of the day's page may say.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Shown {
    /// The visit whose detail is open.
    visit: String,
    /// What was just done: a key of the catalogue's `visits-said-…`.
    said: String,
    /// To whom.
    no: String,
    /// The visit whose last act can be taken back.
    undo: String,
    /// `1`: finished, cancelled and not-come people too.
    all: String,
    /// A part of a name or a telephone number that is looked for.
    q: String,
    /// `change`: the desk is asked for again.
    desk: String,
}

/// One row.
struct Line {
    id: String,
    label: String,
    name: String,
    nameless: bool,
    service: String,
    needs: Vec<(&'static str, String)>,
    booked: String,
    wait: String,
    /// Waits longer than the counter promises.
    long: bool,
    selected: bool,
}

/// Rows under one heading.
struct Group {
    title: String,
    /// Beside the title: what the order means.
    note: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "desk_day.html")]
struct DayPage {
    page: Page,
    code: String,
    title_day: String,
    waiting: usize,
    longest: String,
    stay: String,
    rule: String,
    desk: String,
    desks: Vec<u8>,
    ask_desk: bool,
    next: String,
    /// Who is called to or served at this very desk: goes first, as the next can only be called after.
    mine: Option<(String, String)>,
    q: String,
    groups: Vec<Group>,
    detail: Option<Detail>,
    said: String,
    /// What was wanted could not be done.
    trouble: bool,
    undo: String,
    all: bool,
    finished: usize,
    no_show: usize,
}

fn line(ask: &Ask, visit: &Visit, now: Instant, long_after: i64, selected: Option<VisitId>) -> Line {
    let t = ask.t();
    let state = visit.state();
    let minutes = match state {
        Standing::Waiting => visit.waited_minutes(now),
        Standing::Called | Standing::Absent => visit.last_called_at().map(|at| now.minutes_since(at)),
        Standing::Serving => visit.started_at().map(|at| now.minutes_since(at)),
        _ => None,
    };
    let minutes_words =
        minutes.map(|n| t.with("visits-desk-minutes", [("n", n.into())]).into_owned()).unwrap_or_default();
    let desk = visit.progress.desk.as_deref().filter(|_| matches!(state, Standing::Called | Standing::Serving));
    Line {
        id: visit.id.to_string(),
        label: visit.label().to_owned(),
        name: name(ask, visit),
        nameless: visit.contact.name.is_none(),
        service: visit.service_name.get(ask.locale).to_owned(),
        needs: needs(ask, visit),
        booked: visit.minute.map_or_else(|| t.text("visits-desk-walk-in-tag").into_owned(), |minute| t.time(minute)),
        wait: match desk {
            Some(desk) => format!("{} {minutes_words}", t.with("visits-desk-at", [("desk", desk.into())])),
            None => minutes_words,
        },
        long: state == Standing::Waiting && minutes.is_some_and(|n| n >= long_after),
        selected: selected == Some(visit.id),
    }
}

async fn show(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let selected: Option<VisitId> = shown.visit.parse().ok();
    let post = match (post(&app, &ask, &code, Permission::ServeCounter).await, selected) {
        (Ok(post), _) => post,
        (Err(refusal), None) => return Err(refusal),
        (Err(refusal), Some(id)) => {
            refused(&app, &ask, id).await?;
            return Err(refusal);
        }
    };
    let t = ask.t();
    let desk = desk(&headers, &post.counter);
    let open = match selected {
        Some(id) => Some(look(&app, &ask, &post, id).await?),
        None => None,
    };
    let (world, counter) = (app.world.clone(), post.counter.id);
    let day = world.today();
    let today = app.db.read(async move |tx: &mut Tx<'_>| visits::today(tx, &world, counter, day).await).await?;
    let now = app.world.now();
    let long_after = i64::from(today.rule.order.max_wait_minutes);
    let all = shown.all == "1";
    let group = |key: &str, visits: &[Visit]| Group {
        title: t.with(key, [("n", visits.len().into())]).into_owned(),
        note: String::new(),
        lines: visits.iter().map(|visit| line(&ask, visit, now, long_after, selected)).collect(),
    };
    let q = shown.q.trim().to_owned();
    let mut groups = if q.is_empty() {
        let mut waiting = group("visits-desk-group-waiting", &today.waiting);
        waiting.note = t.text("visits-desk-in-order").into_owned();
        vec![
            group("visits-desk-group-called", &today.called),
            group("visits-desk-group-serving", &today.serving),
            waiting,
            group("visits-desk-group-absent", &today.absent),
            group("visits-desk-group-coming", &today.coming),
        ]
    } else {
        let (world, text, counter) = (app.world.clone(), q.clone(), post.counter.id);
        let found = app.db.read(async move |tx: &mut Tx<'_>| visits::search(tx, &world, &text).await).await?;
        let found: Vec<Visit> = found.into_iter().filter(|it| it.counter == counter && it.day == day).collect();
        vec![group("visits-desk-group-found", &found)]
    };
    if all && q.is_empty() {
        groups.push(group("visits-desk-group-no-show", &today.no_show));
        groups.push(group("visits-desk-group-finished", &today.finished));
        groups.push(group("visits-desk-group-cancelled", &today.cancelled));
    }
    groups.retain(|group| !group.lines.is_empty());
    let mine = desk.as_ref().and_then(|desk| {
        let here = |visit: &&Visit| visit.progress.desk.as_deref() == Some(desk.as_str());
        today.called.iter().chain(&today.serving).find(here)
    });
    let minutes =
        |n: Option<i64>| n.map(|n| t.with("visits-desk-minutes", [("n", n.into())]).into_owned()).unwrap_or_default();
    let said = match shown.said.as_str() {
        "" => String::new(),
        what if SAID.contains(&what) || TROUBLE.contains(&what) => t
            .with(&format!("visits-said-{what}"), [("no", shown.no.chars().take(40).collect::<String>().into())])
            .into_owned(),
        _ => String::new(),
    };
    html(&DayPage {
        page: page(&app, &ask, t.text("visits-desk-title").into_owned(), &post.counter, desk.as_ref()),
        code,
        title_day: t.short_day(day),
        waiting: today.summary.waiting,
        longest: minutes(today.summary.longest_wait),
        stay: minutes(today.summary.median_stay),
        rule: t.text(&format!("visits-rule-{}", today.rule.order.rule.code().replace('_', "-"))).into_owned(),
        desk: desk.as_ref().map(Desk::as_str).unwrap_or_default().to_owned(),
        desks: (1..=post.counter.details.desks).collect(),
        ask_desk: desk.is_none() || shown.desk == "change",
        mine: mine.map(|visit| (visit.id.to_string(), visit.label().to_owned())),
        q,
        next: today.waiting.first().map(|visit| visit.label().to_owned()).unwrap_or_default(),
        groups,
        detail: open.as_ref().map(|visit| detail(&ask, visit, desk.is_some())),
        said,
        trouble: TROUBLE.contains(&shown.said.as_str()),
        undo: shown.undo,
        all,
        finished: today.finished.len(),
        no_show: today.no_show.len(),
    })
}

/// What a redirect may say of the act before it.
const SAID: [&str; 9] =
    ["called", "started", "finished", "absent", "back", "undone", "checked-in", "already", "cancelled"];
/// The same, when it was not done, or not quite as expected.
const TROUBLE: [&str; 11] = [
    "nobody",
    "desk-busy",
    "checked-in-late",
    "too-late",
    "rated",
    "undo-late",
    "open",
    "elsewhere",
    "not-found",
    "other-day",
    "reason",
];

#[derive(Deserialize)]
struct DeskGiven {
    desk: String,
}

async fn choose_desk(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Form(given): Form<DeskGiven>,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::ServeCounter).await?;
    let number: u8 = given.desk.parse().map_err(Refusal::unreadable)?;
    if !(1..=post.counter.details.desks).contains(&number) {
        return Err(Refusal::unreadable("no such desk"));
    }
    let mut response = see_other(&format!("/staff/visits/{code}"));
    let value = format!("{code}:{number}");
    if let Some(cookie) =
        cookies::write(DESK, &value, cookies::Stay::Seconds(60 * 60 * 14), app.config.staff_url().https())
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn live(State(app): State<App>, ask: Ask, Path(code): Path<String>) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::ServeCounter).await?;
    shell::live_for_staff(&app, &ask, vec![visits::topic_counter(post.counter.id)])
}
