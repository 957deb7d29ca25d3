//! Home: the doors that work, each with one line of live state.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::response::Response;
use http::HeaderMap;
use kernel::day::Day;
use kernel::holidays::Calendar;
use kernel::locale::Locale;
use shell::{App, Ask, Cache, Page, Refusal, Route, telephone};
use store::Tx;
use visits::{CounterCongestion, HallHours};
use words::{Tongue, grouped};

use crate::figures::Gathered;
use crate::{Kept, WHO, variant, with_kept};

/// Waiting changes by the minute; nobody sees home older than this.
const AT_MOST: Duration = Duration::from_secs(10);

pub(crate) fn routes(kept: &Arc<Kept>) -> Vec<Route> {
    vec![Route::page("/", WHO, with_kept!(kept, home))]
}

/// One large link.
struct Door {
    href: &'static str,
    icon: &'static str,
    title: String,
    line: String,
}

/// A counter now.
struct Wait {
    name: String,
    how: String,
    minutes: i64,
}

/// One of the three numbers.
struct Figure {
    title: String,
    value: String,
    unit: String,
    say: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    page: Page,
    today: String,
    doors: Vec<Door>,
    waits: Vec<Wait>,
    as_of: String,
    figures: Vec<Figure>,
}

async fn home(kept: &Kept, app: &App, ask: &Ask, headers: &HeaderMap) -> Result<Response, Refusal> {
    let topics = ["places/city", "places/counters", "places/holidays"];
    let made = kept
        .home
        .get(app, variant(ask), &topics, AT_MOST, async || {
            let counters = kept.congestion(app).now().await?;
            let gathered = kept.figures.now(app).await?;
            let today = app.world.today();
            let read = async move |tx: &mut Tx<'_>| {
                Ok::<_, store::Error>((places::holidays::calendar(tx).await?, visits::hall_hours(tx, today).await?))
            };
            let (calendar, hours) = app.db.read(read).await?;
            shell::Kept::page(&view(app, ask, &calendar, &hours, &counters, &gathered))
        })
        .await?;
    Ok(made.answer(headers, Cache::Ask))
}

fn view(
    app: &App,
    ask: &Ask,
    calendar: &Calendar,
    hours: &[HallHours],
    counters: &[CounterCongestion],
    gathered: &Gathered,
) -> Home {
    let t = ask.t();
    let day = app.world.today();
    let mut page = Page::new(app, ask, "city-home-title").tab("home");
    // The bytes serve everybody, whatever stood behind the question mark.
    page.path = "/".to_owned();
    let usual = calendar.is_open(day);
    // On a weekend or a holiday only those serve who have hours on that very day (休日開庁), or serve somebody right now.
    let serves = |it: &&CounterCongestion| {
        usual || it.waiting + it.called > 0 || hours.iter().any(|own| own.counter == it.counter.id)
    };
    let serving: Vec<&CounterCongestion> = counters.iter().filter(serves).collect();
    let open = !serving.is_empty();
    Home {
        today: if usual {
            t.with("city-home-today-open", [("day", t.short_day(day).into())]).into_owned()
        } else if open {
            special(t, ask.locale, day, hours, &serving)
        } else {
            closed(t, calendar, day)
        },
        doors: doors(t, ask.locale, &page, &serving, gathered),
        waits: waits(t, ask.locale, &serving),
        as_of: serving.first().map_or_else(String::new, |it| {
            t.with("city-home-as-of", [("time", t.time(it.as_of.minute()).into())]).into_owned()
        }),
        figures: figures(t, gathered),
        page,
    }
}

/// A closed day on which some counters serve: which, and from when.
fn special(t: Tongue, locale: Locale, day: Day, hours: &[HallHours], serving: &[&CounterCongestion]) -> String {
    let from = |it: &CounterCongestion| hours.iter().find(|own| own.counter == it.counter.id).map(|own| own.from);
    let names = serving.iter().map(|it| {
        let name = it.counter.details.name.get(locale);
        match from(it) {
            Some(from) => t.with("city-home-counter-from", [("counter", name.into()), ("time", t.time(from).into())]),
            None => t.with("city-home-counter-open", [("counter", name.into())]),
        }
        .into_owned()
    });
    let counters = names.collect::<Vec<_>>().join(&t.text("city-home-counter-and"));
    t.with("city-home-today-special", [("day", t.short_day(day).into()), ("counters", counters.into())]).into_owned()
}

/// A closed day, and when the hall opens again.
fn closed(t: Tongue, calendar: &Calendar, day: Day) -> String {
    let said = t.short_day(day);
    match calendar.next_open(day) {
        Some(next) => {
            t.with("city-home-today-closed", [("day", said.into()), ("next", t.short_day(next).into())]).into_owned()
        }
        None => said,
    }
}

fn doors(t: Tongue, locale: Locale, page: &Page, counters: &[&CounterCongestion], gathered: &Gathered) -> Vec<Door> {
    let open = !counters.is_empty();
    let waiting: usize = counters.iter().map(|it| it.waiting).sum();
    let busiest = counters.iter().filter(|it| it.wait_now > 0).max_by_key(|it| it.wait_now);
    let book = match busiest {
        _ if !open => t.text("city-door-book-closed").into_owned(),
        Some(it) => {
            let name = it.counter.details.name.get(locale);
            t.with("city-door-book-wait", [("counter", name.into()), ("n", it.wait_now.into())]).into_owned()
        }
        None => t.text("city-door-book-free").into_owned(),
    };
    let now = match waiting {
        _ if !open => t.text("city-door-now-closed").into_owned(),
        0 => t.text("city-door-now-nobody").into_owned(),
        n => t.with("city-door-now-people", [("n", n.into())]).into_owned(),
    };
    let numbers = match gathered.newest().and_then(|week| week.median_stay) {
        Some(n) => t.with("city-door-numbers-stay", [("n", n.into())]).into_owned(),
        None => t.text("city-door-numbers-line").into_owned(),
    };
    let help = if page.office.phone.is_empty() {
        t.text("city-door-help-line").into_owned()
    } else {
        t.with("city-door-help-phone", [("phone", telephone::unbroken(&page.office.phone).into())]).into_owned()
    };
    let door = |href, icon, title: &str, line: String| Door { href, icon, title: t.text(title).into_owned(), line };
    vec![
        door("/visits", "calendar-check", "city-door-book", book),
        door("/visits/congestion", "queue", "city-door-now", now),
        door("/visits/find", "ticket", "city-door-find", t.text("city-door-find-line").into_owned()),
        door("/help", "chat", "city-door-help", help),
        door("/city", "chart", "city-door-numbers", numbers),
        door("/accessibility", "globe", "city-door-access", t.text("city-door-access-line").into_owned()),
    ]
}

fn waits(t: Tongue, locale: Locale, counters: &[&CounterCongestion]) -> Vec<Wait> {
    let wait = |it: &&CounterCongestion| Wait {
        name: it.counter.details.name.get(locale).to_owned(),
        how: match it.waiting {
            0 => t.text("city-home-waiting-nobody").into_owned(),
            n => t.with("city-home-waiting", [("n", n.into())]).into_owned(),
        },
        minutes: it.wait_now,
    };
    counters.iter().map(wait).collect()
}

/// The newest whole week in up to three numbers; none that rest on few people.
fn figures(t: Tongue, gathered: &Gathered) -> Vec<Figure> {
    let Some(week) = gathered.newest() else { return Vec::new() };
    let text = |key: &str| t.text(key).into_owned();
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut figures = Vec::new();
    if let Some(stay) = week.median_stay {
        let shorter = gathered.shorter_in_a_row();
        let say = if shorter >= 2 {
            t.with("city-fig-stay-shorter", [("n", shorter.into())]).into_owned()
        } else {
            text("city-fig-stay-say")
        };
        figures.push(Figure {
            title: text("city-fig-stay"),
            value: grouped(stay),
            unit: text("city-unit-minutes"),
            say,
        });
    }
    if week.sum.finished >= visits::PUBLIC_LEAST {
        let value = grouped(number(week.sum.finished));
        figures.push(Figure {
            title: text("city-fig-came"),
            value,
            unit: text("city-unit-people"),
            say: text("city-fig-came-say"),
        });
    }
    if let Some(said) = gathered.said {
        let tenths = (said.mean_hundredths() + 5) / 10;
        let value = format!("{}.{}", tenths / 10, tenths % 10);
        let say = t.with("city-fig-said-say", [("n", grouped(number(said.n())).into())]).into_owned();
        figures.push(Figure { title: text("city-fig-said"), value, unit: text("city-unit-points"), say });
    }
    figures
}
