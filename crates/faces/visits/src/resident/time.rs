//! Which day and time: a calendar of four weeks with the day's times, or one list of everything free.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use kernel::day::{Day, Minute};
use serde::Deserialize;
use shell::{App, Ask, FieldFault, Form, Page, Path, Query, Refusal, Route, Who, html, html_with};
use visits::{DayPlaces, Service, SlotId, SlotPlaces};
use words::Tongue;

use super::{
    bookable,
    draft::Draft,
    page,
    questions::{From, go, question},
};
use crate::Face;

/// Weeks on one page of the calendar.
const WEEKS: i32 = 4;
/// Open days on one page of the list.
const LIST_DAYS: usize = 10;
/// Fewer places than this on a day are said as a number.
const FEW: u32 = 4;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/visits/book/{code}/time", Who::Anyone, show),
        Route::form("/visits/book/{code}/time", Who::Anyone, answered),
    ]
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Asked {
    /// The day whose times are shown.
    day: String,
    /// `list`: everything free, day by day.
    view: String,
    /// Page of the calendar or of the list, from 0.
    weeks: i32,
    back: String,
}

impl Asked {
    fn from(&self) -> From {
        // The same parameter as the other questions have.
        serde_json::from_value(serde_json::json!({ "back": self.back })).unwrap_or_default()
    }
}

/// One cell of the calendar.
struct Cell {
    /// The day of the month; the first of a month says which.
    number: String,
    /// Beside the number: ○, few left, full, closed.
    mark: String,
    /// Read aloud.
    label: String,
    href: String,
    current: bool,
}

/// One time.
struct Slot {
    id: String,
    time: String,
    /// Said when chosen: day and time.
    label: String,
    left: String,
    full: bool,
    checked: bool,
}

/// Times of the morning or the afternoon.
struct Half {
    title: String,
    slots: Vec<Slot>,
}

/// A day of the list.
struct ListDay {
    title: String,
    slots: Vec<Slot>,
}

#[derive(Template)]
#[template(path = "visits_time.html")]
struct TimePage {
    page: Page,
    back: String,
    service: String,
    minutes: u16,
    location: String,
    counter: String,
    action: String,
    /// The soonest time, and where choosing it leads.
    soonest: String,
    soonest_href: String,
    weekdays: Vec<String>,
    caption: String,
    weeks: Vec<Vec<Cell>>,
    earlier: String,
    later: String,
    day_title: String,
    halves: Vec<Half>,
    list: Vec<ListDay>,
    is_list: bool,
    other_view: String,
    chosen: String,
    nothing: bool,
}

fn address(code: &str, asked: &Asked, change: impl FnOnce(&mut Asked)) -> String {
    let mut asked = asked.clone();
    change(&mut asked);
    let mut query = Vec::new();
    if !asked.day.is_empty() {
        query.push(format!("day={}", asked.day));
    }
    if asked.view == "list" {
        query.push("view=list".to_owned());
    }
    if asked.weeks > 0 {
        query.push(format!("weeks={}", asked.weeks));
    }
    if asked.back == "check" {
        query.push("back=check".to_owned());
    }
    let base = question(code, "time");
    if query.is_empty() { base } else { format!("{base}?{}", query.join("&")) }
}

fn slot(t: Tongue, places: &SlotPlaces, chosen: Option<SlotId>) -> Slot {
    let left = match places.free {
        0 => t.text("visits-time-full").into_owned(),
        free if free <= FEW => t.with("visits-time-left", [("n", free.into())]).into_owned(),
        _ => String::new(),
    };
    Slot {
        id: places.id.to_string(),
        time: t.time(places.id.minute),
        label: format!("{} {}", t.short_day(places.id.day), t.time(places.id.minute)),
        left,
        full: places.free == 0,
        checked: chosen == Some(places.id) && places.free > 0,
    }
}

fn halves(t: Tongue, day: &DayPlaces, chosen: Option<SlotId>) -> Vec<Half> {
    let noon = Minute::new(12, 0);
    let (morning, afternoon): (Vec<_>, Vec<_>) = day.slots.iter().partition(|s| Some(s.id.minute) < noon);
    [("visits-time-morning", morning), ("visits-time-afternoon", afternoon)]
        .into_iter()
        .filter(|(_, slots)| !slots.is_empty())
        .map(|(key, slots)| Half {
            title: t.text(key).into_owned(),
            slots: slots.into_iter().map(|s| slot(t, s, chosen)).collect(),
        })
        .collect()
}

/// Rows of a calendar that begins on the Sunday on or before `first`.
fn weeks(
    t: Tongue,
    code: &str,
    asked: &Asked,
    first: Day,
    today: Day,
    days: &[DayPlaces],
    shown: Option<Day>,
) -> Vec<Vec<Cell>> {
    let last = days.last().map_or(today, |d| d.day);
    (0..WEEKS)
        .take_while(|week| *week == 0 || first.plus(week * 7) <= last)
        .map(|week| {
            (0..7)
                .map(|weekday| {
                    let day = first.plus(week * 7 + weekday);
                    let free = days.iter().find(|d| d.day == day).map(DayPlaces::free);
                    let (mark, key) = match free {
                        _ if day < today => (String::new(), "visits-time-day-past"),
                        // Not closed: its places are not offered yet.
                        _ if day > last => (String::new(), "visits-time-day-later"),
                        None => (t.text("visits-time-mark-closed").into_owned(), "visits-time-day-closed"),
                        Some(0) => (t.text("visits-time-full").into_owned(), "visits-time-day-full"),
                        Some(free) if free <= FEW => ("△".to_owned(), "visits-time-day-few"),
                        Some(_) => ("○".to_owned(), "visits-time-day-free"),
                    };
                    let open = free.is_some_and(|free| free > 0) && day >= today;
                    let written = format!("{day}");
                    Cell {
                        number: match day.ymd() {
                            (_, month, 1) => format!("{month}/1"),
                            (_, _, number) => number.to_string(),
                        },
                        mark,
                        label: t.with(key, [("day", t.short_day(day).into())]).into_owned(),
                        href: if open { address(code, asked, |a| a.day = written) } else { String::new() },
                        current: shown == Some(day),
                    }
                })
                .collect()
        })
        .collect()
}

/// Which part of the days is shown: a page of the calendar or of the list, and the day whose times stand beside it.
struct Part {
    at: i32,
    last: i32,
    first: Day,
    shown: Option<Day>,
}

fn part(asked: &Asked, days: &[DayPlaces], today: Day, chosen: Option<SlotId>) -> Part {
    let known = |day: &Day| days.iter().any(|d| d.day == *day);
    let page_of = |day: Day| (day.since(sunday(today)) / (WEEKS * 7)).max(0);
    let begin = |at: i32| sunday(today).plus(at * WEEKS * 7);
    let soonest = |from: Day| days.iter().find(|d| d.day >= from && d.free() > 0).map(|d| d.day);
    let last = page_of(days.last().map_or(today, |d| d.day));
    let day = Day::parse(&asked.day).filter(known);
    let (at, shown) = match (day, asked.weeks) {
        (Some(day), _) => (page_of(day), Some(day)),
        // Turned to a later page: its own first free day, not one that is out of sight.
        (None, weeks) if weeks > 0 => {
            let at = weeks.clamp(0, last);
            (at, soonest(begin(at)).filter(|day| page_of(*day) == at))
        }
        (None, _) => {
            let shown = chosen.map(|slot| slot.day).filter(known).or_else(|| soonest(today));
            (shown.map_or(0, page_of), shown)
        }
    };
    Part { at, last, first: begin(at), shown }
}

/// One page of the list of free times, and the numbers of the pages before and after.
fn list(t: Tongue, asked: &Asked, days: &[DayPlaces], chosen: Option<SlotId>) -> (Vec<ListDay>, [Option<i32>; 2]) {
    let free: Vec<&DayPlaces> = days.iter().filter(|d| d.free() > 0).collect();
    let pages = i32::try_from(free.len().div_ceil(LIST_DAYS)).unwrap_or(1).max(1);
    let at = asked.weeks.clamp(0, pages - 1);
    let from = usize::try_from(at).unwrap_or(0) * LIST_DAYS;
    let shown = free.into_iter().skip(from).take(LIST_DAYS).map(|d| ListDay {
        title: t.short_day(d.day),
        slots: d.slots.iter().filter(|s| s.free > 0).map(|s| slot(t, s, chosen)).collect(),
    });
    (shown.collect(), [(at > 0).then_some(at - 1), (at + 1 < pages).then_some(at + 1)])
}

async fn build(
    app: &App,
    face: &Face,
    ask: &Ask,
    service: &Service,
    counter: &places::Counter,
    draft: &Draft,
    asked: &Asked,
) -> Result<TimePage, Refusal> {
    let t = ask.t();
    let code = service.code.as_str();
    let days = face.availability.days(service.id).await?.ok_or_else(Refusal::not_found)?;
    let today = app.world.today();
    let chosen = draft.slot();
    let soonest = days.iter().flat_map(|d| &d.slots).find(|s| s.free > 0).map(|s| s.id);
    let Part { at, last, first, shown } = part(asked, &days, today, chosen);
    let turn = |to: i32| {
        address(code, asked, |a| {
            a.weeks = to;
            a.day = String::new();
        })
    };
    let is_list = asked.view == "list";
    let (list, turns) = if is_list {
        list(t, asked, &days, chosen)
    } else {
        (Vec::new(), [(at > 0).then_some(at - 1), (at < last).then_some(at + 1)])
    };
    let [earlier, later] = turns.map(|to| to.map(turn).unwrap_or_default());
    let halves = shown.and_then(|day| days.iter().find(|d| d.day == day)).map(|d| halves(t, d, chosen));
    let halves = halves.unwrap_or_default();
    // Said above the button only while its radio is on this page: what is not on the page is not sent.
    let on_page = halves.iter().flat_map(|half| &half.slots).chain(list.iter().flat_map(|day| &day.slots));
    let chosen_words = on_page.filter(|slot| slot.checked).map(|slot| slot.label.clone()).next();
    let weeks = if is_list { Vec::new() } else { weeks(t, code, asked, first, today, &days, shown) };
    let end = first.plus(i32::try_from(weeks.len()).unwrap_or(WEEKS) * 7 - 1);
    Ok(TimePage {
        page: page(app, ask, t.text("visits-time-title").into_owned(), counter),
        back: question(code, if asked.back == "check" { "check" } else { "needs" }),
        service: service.name.get(ask.locale).to_owned(),
        minutes: service.minutes,
        location: counter.details.location.get(ask.locale).to_owned(),
        counter: counter.details.name.get(ask.locale).to_owned(),
        action: address(code, asked, |_| {}),
        soonest: soonest.map(|s| format!("{} {}", t.short_day(s.day), t.time(s.minute))).unwrap_or_default(),
        soonest_href: soonest
            .map(|s| {
                address(code, asked, |a| {
                    *a = Asked { day: s.day.to_string(), back: std::mem::take(&mut a.back), ..Asked::default() };
                })
            })
            .unwrap_or_default(),
        weekdays: (0..7).map(|n| weekday(t, first.plus(n))).collect(),
        caption: t
            .with(
                "visits-time-caption",
                [("from", t.short_day(first.max(today)).into()), ("to", t.short_day(end).into())],
            )
            .into_owned(),
        weeks,
        earlier,
        later,
        day_title: shown.map(|day| t.short_day(day)).unwrap_or_default(),
        halves,
        list,
        is_list,
        other_view: address(code, asked, |a| {
            *a = Asked {
                view: if is_list { String::new() } else { "list".to_owned() },
                back: std::mem::take(&mut a.back),
                ..Asked::default()
            };
        }),
        chosen: chosen_words.unwrap_or_default(),
        nothing: soonest.is_none(),
    })
}

/// The Sunday on or before a day: Japanese calendars begin on Sunday.
fn sunday(day: Day) -> Day {
    day.plus(-i32::from(day.weekday().number() % 7))
}

fn weekday(t: Tongue, day: Day) -> String {
    if t.locale() == kernel::locale::Locale::En {
        day.weekday().label_en().to_owned()
    } else {
        day.weekday().label_ja().to_owned()
    }
}

async fn show(
    State(app): State<App>,
    Extension(face): Extension<Face>,
    ask: Ask,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    html(&build(&app, &face, &ask, &service, &counter, &Draft::read(&headers, &code), &asked).await?)
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    slot: String,
}

async fn answered(
    State(app): State<App>,
    Extension(face): Extension<Face>,
    ask: Ask,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response, Refusal> {
    let (service, counter) = bookable(&app, &code).await?;
    let mut draft = Draft::read(&headers, &code);
    draft.slot = given.slot;
    let known = match draft.slot() {
        None => Err("visits-time-missing"),
        Some(slot) => {
            let days = face.availability.days(service.id).await?.ok_or_else(Refusal::not_found)?;
            match days.iter().flat_map(|d| &d.slots).find(|s| s.id == slot) {
                None => Err("visits-refused-no-slot"),
                Some(places) if places.free == 0 => Err("visits-time-taken"),
                Some(_) => Ok(()),
            }
        }
    };
    match known {
        Ok(()) => go(&app, &draft, &asked.from(), "contact"),
        Err(key) => {
            // The day of the time that was sent, as the address may be older than what is shown.
            let day = draft.slot().map(|slot| slot.day.to_string());
            let asked = Asked { day: day.unwrap_or_else(|| asked.day.clone()), ..asked };
            draft.slot = String::new();
            let mut form = build(&app, &face, &ask, &service, &counter, &draft, &asked).await?;
            form.page = form.page.faults(&[FieldFault::new("slot", key)]);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}
