//! Weekly hours from a day on: written in rows, looked at beside the present ones, then published.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::day::{Day, Weekday};
use shell::{App, Ask, FieldFault, Form, Page, Path, Query, Refusal, Route, html, html_with, see_other};
use store::audit::{self, Entry};
use store::{Act, Tx};
use visits::{Opening, Phase, Service, ServiceId, SetOpeningsError};

use super::given::{Faults, Given};
use super::scope::{self, Mine};
use super::{WHO, hours_form};

const SET: Act = Act::staff("visits.set_openings");

/// So many bookings outside new hours are named before publishing; the whole list comes after it.
const SHOWN: usize = 12;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/staff/services/{id}/hours", WHO, show), Route::form("/staff/services/{id}/hours", WHO, put)]
}

/// Hours that are published already.
struct PhaseLines {
    from: String,
    lines: Vec<String>,
}

/// A weekday in a row.
struct DayBox {
    number: u8,
    label: &'static str,
    checked: bool,
}

struct RowLine {
    number: usize,
    days: Vec<DayBox>,
}

#[derive(Template)]
#[template(path = "manage_hours.html")]
struct HoursPage {
    page: Page,
    id: String,
    name: String,
    form: Given,
    rows: Vec<RowLine>,
    phases: Vec<PhaseLines>,
    saved: bool,
    bookable: bool,
}

struct WeekLine {
    day: &'static str,
    before: Vec<String>,
    after: Vec<String>,
    changed: bool,
}

struct OutsideLine {
    when: String,
    number: String,
}

#[derive(Template)]
#[template(path = "manage_hours_check.html")]
struct CheckPage {
    page: Page,
    id: String,
    name: String,
    from: String,
    form: Given,
    week: Vec<WeekLine>,
    before: (u64, u64),
    after: (u64, u64),
    nothing: bool,
    /// The first of them.
    outside: Vec<OutsideLine>,
    outside_count: usize,
    /// Later changes that these hours replace.
    replaced: Vec<String>,
}

async fn phases(app: &App, id: ServiceId) -> Result<Vec<Phase>, Refusal> {
    let today = app.world.today();
    Ok(app.db.read(async move |tx: &mut Tx<'_>| visits::schedule(tx, id, today).await).await?)
}

fn page(app: &App, ask: &Ask, service: &Service, phases: &[Phase], form: Given) -> HoursPage {
    let t = ask.t();
    let rows = (0..hours_form::rows(&form)).map(|number| RowLine {
        number,
        days: Weekday::ALL
            .iter()
            .map(|day| DayBox {
                number: day.number(),
                label: hours_form::weekday(t, *day),
                checked: form.on(format!("day_{number}_{}", day.number())),
            })
            .collect(),
    });
    HoursPage {
        page: Page::new(app, ask, "services-hours-title"),
        id: service.id.to_string(),
        name: service.name.get(ask.locale).to_owned(),
        rows: rows.collect(),
        phases: phases
            .iter()
            .enumerate()
            .filter(|(at, phase)| *at > 0 || !phase.openings.is_empty())
            .map(|(at, phase)| PhaseLines {
                from: match at {
                    0 => t.text("services-hours-now").into_owned(),
                    _ => t.with("services-hours-since", [("day", t.day(phase.from).into())]).into_owned(),
                },
                lines: hours_form::lines(t, &phase.openings),
            })
            .collect(),
        saved: false,
        bookable: service.bookable(),
        form,
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Said {
    saved: String,
}

async fn show(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<ServiceId>,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let (service, _) = scope::service(&app, &ask, id).await?;
    let phases = phases(&app, id).await?;
    let last = phases.last();
    let mut form = hours_form::fields(last.map_or(&[], |phase| phase.openings.as_slice()));
    let tomorrow = app.world.today().plus(1);
    form.put("from_day", last.map_or(tomorrow, |phase| phase.from.max(tomorrow)));
    let mut shown = page(&app, &ask, &service, &phases, form);
    shown.saved = !said.saved.is_empty();
    html(&shown)
}

/// What the form says: from when, which hours.
struct Wish {
    from: Day,
    hours: Vec<Opening>,
    rows: Vec<usize>,
}

fn read(app: &App, form: &Given) -> Result<Wish, Vec<FieldFault>> {
    let mut faults = Faults::default();
    let from = faults.day(form, "from_day");
    let read = hours_form::read(form);
    match (from, read) {
        (Some(from), Ok((hours, rows))) => {
            let wish = Wish { from, hours, rows };
            match visits::check_openings(&app.world, wish.from, &wish.hours) {
                Ok(()) => Ok(wish),
                Err(error) => Err(vec![fault(&error, &wish.rows)]),
            }
        }
        (_, read) => {
            faults.0.extend(read.err().unwrap_or_default());
            Err(faults.0)
        }
    }
}

fn fault(error: &SetOpeningsError, rows: &[usize]) -> FieldFault {
    match error {
        SetOpeningsError::Rule(index) => {
            let row = rows.get(*index).copied().unwrap_or_default();
            FieldFault::new(format!("from_{row}"), "services-hours-overlap")
        }
        _ => FieldFault::new("from_day", "services-hours-too-early"),
    }
}

async fn put(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<ServiceId>,
    Form(mut form): Form<Given>,
) -> Result<Response, Refusal> {
    let (service, one) = scope::service(&app, &ask, id).await?;
    let phases = phases(&app, id).await?;
    let go = form.get("go").to_owned();
    form.put("go", "");
    if go == "more" {
        hours_form::more(&mut form);
    }
    if go == "more" || go == "edit" {
        return html(&page(&app, &ask, &service, &phases, form));
    }
    let faults = match read(&app, &form) {
        Err(faults) => faults,
        Ok(wish) if go == "save" => match publish(&app, id, &one, &wish).await? {
            Ok(outside) => {
                visits::jobs::keep_slots_of(&app.db, &app.world, id).await?;
                let next = if outside { "bookings" } else { "hours?saved=1" };
                return Ok(see_other(&format!("/staff/services/{id}/{next}")));
            }
            Err(fault) => vec![fault],
        },
        Ok(wish) => return html(&check(&app, &ask, &service, &phases, form, &wish).await?),
    };
    let mut shown = page(&app, &ask, &service, &phases, form);
    shown.page = shown.page.faults(&faults);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// Publishes; whether bookings lie outside now.
async fn publish(app: &App, id: ServiceId, one: &Mine, wish: &Wish) -> Result<Result<bool, FieldFault>, Refusal> {
    let (world, actor, from, hours) = (app.world.clone(), one.actor(), wish.from, wish.hours.clone());
    let write = async move |tx: &mut Tx<'_>| {
        let calendar = places::holidays::calendar(tx).await?;
        let new = visits::set_openings(tx, &world, &calendar, id, from, &hours).await?;
        let entry = Entry::new(actor, "visits.set_openings").object(id).detail(from.to_string());
        audit::append(tx, &world, &entry).await?;
        Ok::<_, SetOpeningsError>(!new.outside.is_empty())
    };
    match app.db.write(SET, write).await {
        Ok(outside) => Ok(Ok(outside)),
        Err(SetOpeningsError::Store(error)) => Err(error.into()),
        Err(SetOpeningsError::NoSuchService) => Err(Refusal::not_found()),
        Err(error) => Ok(Err(fault(&error, &wish.rows))),
    }
}

async fn check(
    app: &App,
    ask: &Ask,
    service: &Service,
    phases: &[Phase],
    form: Given,
    wish: &Wish,
) -> Result<CheckPage, Refusal> {
    let t = ask.t();
    let before = phases.iter().rev().find(|phase| phase.from <= wish.from);
    let before: &[Opening] = before.map_or(&[], |phase| &phase.openings);
    let on = |hours: &[Opening], day: Weekday| -> Vec<Opening> {
        let mut hours: Vec<Opening> = hours.iter().filter(|it| it.weekday == day).copied().collect();
        hours.sort_by_key(|it| it.from);
        hours
    };
    let words = |hours: &[Opening]| -> Vec<String> {
        let word = |it: &Opening| {
            let args = [
                ("from", t.time(it.from).into()),
                ("to", t.time(it.to).into()),
                ("step", it.step.into()),
                ("web", it.web.into()),
                ("staff", it.staff.into()),
            ];
            t.with("services-hours-span", args).into_owned()
        };
        hours.iter().map(word).collect()
    };
    let week = Weekday::ALL.into_iter().map(|day| {
        let (old, new) = (on(before, day), on(&wish.hours, day));
        WeekLine { day: hours_form::weekday(t, day), before: words(&old), after: words(&new), changed: old != new }
    });
    let week: Vec<WeekLine> = week.collect();
    let (id, from, hours) = (service.id, wish.from, wish.hours.clone());
    let read = async move |tx: &mut Tx<'_>| {
        let calendar = places::holidays::calendar(tx).await?;
        visits::outside(tx, &calendar, id, from, Some(&hours)).await
    };
    let lying = app.db.read(read).await?;
    let outside_count = lying.len();
    let outside = lying.into_iter().take(SHOWN).map(|visit| OutsideLine {
        when: visit
            .minute
            .map_or_else(|| t.short_day(visit.day), |minute| format!("{} {}", t.short_day(visit.day), t.time(minute))),
        number: visit.label().to_owned(),
    });
    let later: BTreeSet<Day> = phases.iter().map(|phase| phase.from).filter(|day| *day > wish.from).collect();
    Ok(CheckPage {
        page: Page::new(app, ask, "services-hours-check-title"),
        id: id.to_string(),
        name: service.name.get(ask.locale).to_owned(),
        from: t.day(wish.from),
        form,
        before: hours_form::places(before),
        after: hours_form::places(&wish.hours),
        nothing: week.iter().all(|line| !line.changed),
        week,
        outside: outside.collect(),
        outside_count,
        replaced: later.into_iter().map(|day| t.day(day)).collect(),
    })
}
