//! 今日の来庁: who waits, who is called, who sits at which desk, who comes; with one person's detail beside it.

use askama::Template;
use axum::{extract::State, response::Response};
use http::{HeaderMap, header};
use kernel::time::Instant;
use people::{Case, LookError, Permission, Purpose};
use serde::Deserialize;
use shell::{App, Ask, Form, Page, Path, Query, Refusal, Route, Who, cookies, html, see_other};
use store::{Act, Tx};
use visits::{Desk, State as Standing, Visit, VisitId};

use super::{DESK, Post, desk, page, post};

const LOOK: Act = Act::staff("visits.look");

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
}

/// One row.
struct Line {
    id: String,
    label: String,
    name: String,
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
    lines: Vec<Line>,
}

/// A button of the detail.
struct Button {
    act: &'static str,
    label: String,
    hotkey: &'static str,
}

/// One person's detail.
struct Detail {
    id: String,
    label: String,
    number: String,
    name: String,
    state: String,
    needs: Vec<(&'static str, String)>,
    rows: Vec<shell::Row>,
    first: Option<Button>,
    buttons: Vec<Button>,
    /// 呼出 out of turn, with its reason.
    by_hand: bool,
    /// How it ended is asked when it ends.
    may_finish: bool,
    may_cancel: bool,
    may_check_in: bool,
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
    next: String,
    groups: Vec<Group>,
    detail: Option<Detail>,
    said: String,
    undo: String,
    all: bool,
    finished: usize,
    no_show: usize,
}

fn needs(ask: &Ask, visit: &Visit) -> Vec<(&'static str, String)> {
    let t = ask.t();
    let needs = &visit.needs;
    let mut list = Vec::new();
    for (asked, icon, key) in [
        (needs.wheelchair, "wheelchair", "visits-desk-need-wheelchair"),
        (needs.writing, "pencil", "visits-desk-need-writing"),
        (needs.companion, "people", "visits-desk-need-companion"),
        (needs.infant, "baby", "visits-desk-need-infant"),
    ] {
        if asked {
            list.push((icon, t.text(key).into_owned()));
        }
    }
    if let Some(language) = &needs.interpreter {
        list.push((
            "globe",
            t.with("visits-desk-need-interpreter", [("language", language.as_str().into())]).into_owned(),
        ));
    }
    list
}

fn name(ask: &Ask, visit: &Visit) -> String {
    let name = visit.contact.name.as_ref().map(ToString::to_string);
    name.unwrap_or_else(|| ask.t().text("visits-desk-no-name").into_owned())
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

fn detail(ask: &Ask, visit: &Visit, has_desk: bool) -> Detail {
    let t = ask.t();
    let state = visit.state();
    let button = |act: &'static str, hotkey: &'static str| Button {
        act,
        label: t.text(&format!("visits-act-{act}")).into_owned(),
        hotkey,
    };
    let (first, buttons) = match state {
        Standing::Called => {
            (Some(button("start", "s")), vec![button("recall", "r"), button("absent", "a"), button("back", "b")])
        }
        Standing::Serving => (None, vec![button("back", "b")]),
        Standing::Absent => (Some(button("recall", "r")), vec![button("back", "b")]),
        _ => (None, Vec::new()),
    };
    let row = |key: &str, value: String| shell::Row { label: t.text(key).into_owned(), value, href: String::new() };
    let clock = |at: Option<Instant>| at.map(|at| t.time(at.minute()));
    let mut rows = vec![row("visits-check-service", visit.service_name.get(ask.locale).to_owned())];
    rows.push(row("visits-check-who", t.text(&format!("visits-who-{}", visit.who.code())).into_owned()));
    if let Some(minute) = visit.minute {
        rows.push(row("visits-desk-booked", t.time(minute)));
    }
    for (key, at) in [
        ("visits-desk-checked-in", visit.checked_in_at()),
        ("visits-desk-called", visit.called_at()),
        ("visits-desk-started", visit.started_at()),
        ("visits-desk-finished", visit.finished_at()),
    ] {
        if let Some(at) = clock(at) {
            rows.push(row(key, at));
        }
    }
    if let Some(phone) = &visit.contact.phone {
        rows.push(row("visits-check-phone", phone.to_string()));
    }
    if let Some(email) = &visit.contact.email {
        rows.push(row("visits-check-email", email.to_string()));
    }
    if let Some(reason) = &visit.progress.by_hand {
        rows.push(row("visits-desk-by-hand", reason.clone()));
    }
    Detail {
        id: visit.id.to_string(),
        label: visit.label().to_owned(),
        number: visit.number.as_ref().map(ToString::to_string).unwrap_or_default(),
        name: name(ask, visit),
        state: t.text(&format!("visits-state-{}", state.code().replace('_', "-"))).into_owned(),
        needs: needs(ask, visit),
        rows,
        first,
        buttons,
        by_hand: has_desk && matches!(state, Standing::Waiting | Standing::Absent),
        may_finish: state == Standing::Serving,
        may_cancel: matches!(state, Standing::Booked | Standing::Waiting | Standing::Absent),
        may_check_in: matches!(state, Standing::Booked | Standing::NoShow),
    }
}

/// The open detail: looking at a person is recorded with its purpose before anything is shown.
async fn look(app: &App, ask: &Ask, post: &Post, id: VisitId) -> Result<Visit, Refusal> {
    let (world, staff, unit) = (app.world.clone(), ask.staff()?.clone(), post.unit);
    let today = world.today();
    let seen = app
        .db
        .write(LOOK, async move |tx: &mut Tx<'_>| {
            let Some(visit) = visits::visit(tx, id).await? else { return Ok::<_, LookError>(None) };
            let case = Case { kind: "visit", id: id.uuid(), unit, permission: Permission::ServeCounter };
            let purpose = if visit.day == today { Purpose::Counter } else { Purpose::Preparation };
            people::look(tx, &world, &staff, &case, &purpose).await?;
            Ok(Some(visit))
        })
        .await;
    match seen {
        Ok(Some(visit)) if visit.counter == post.counter.id => Ok(visit),
        Ok(_) => Err(Refusal::not_found()),
        Err(LookError::NotYours) => Err(Refusal::forbidden()),
        Err(LookError::Store(e)) => Err(e.into()),
    }
}

async fn show(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let post = post(&app, &ask, &code, Permission::ServeCounter).await?;
    let t = ask.t();
    let desk = desk(&headers, &post.counter);
    let selected: Option<VisitId> = shown.visit.parse().ok();
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
        lines: visits.iter().map(|visit| line(&ask, visit, now, long_after, selected)).collect(),
    };
    let mut groups = vec![
        group("visits-desk-group-called", &today.called),
        group("visits-desk-group-serving", &today.serving),
        group("visits-desk-group-waiting", &today.waiting),
        group("visits-desk-group-absent", &today.absent),
        group("visits-desk-group-coming", &today.coming),
    ];
    if all {
        groups.push(group("visits-desk-group-no-show", &today.no_show));
        groups.push(group("visits-desk-group-finished", &today.finished));
        groups.push(group("visits-desk-group-cancelled", &today.cancelled));
    }
    groups.retain(|group| !group.lines.is_empty());
    let minutes =
        |n: Option<i64>| n.map(|n| t.with("visits-desk-minutes", [("n", n.into())]).into_owned()).unwrap_or_default();
    let said = match shown.said.as_str() {
        "" => String::new(),
        what if SAID.contains(&what) => {
            t.with(&format!("visits-said-{what}"), [("no", shown.no.as_str().into())]).into_owned()
        }
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
        next: today.waiting.first().map(|visit| visit.label().to_owned()).unwrap_or_default(),
        groups,
        detail: open.as_ref().map(|visit| detail(&ask, visit, desk.is_some())),
        said,
        undo: shown.undo,
        all,
        finished: today.finished.len(),
        no_show: today.no_show.len(),
    })
}

/// What a redirect may say of the act before it.
const SAID: [&str; 16] = [
    "called",
    "nobody",
    "desk-busy",
    "started",
    "finished",
    "absent",
    "back",
    "undone",
    "checked-in",
    "checked-in-late",
    "already",
    "cancelled",
    "too-late",
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
    shell::live(&app, vec![visits::topic_counter(post.counter.id)])
}
