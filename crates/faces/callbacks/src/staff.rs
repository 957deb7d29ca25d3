//! What staff see: open requests of their 課, and one with the number to call. Each look at a person is recorded.

use askama::Template;
use axum::{extract::State, response::Response};
use callbacks::{Answer, AnswerError, Callback, CallbackId, State as Standing};
use kernel::locale::Locale;
use people::{Case, Looked, Permission, PostId, Purpose, Unit, UnitId};
use places::Counter;
use serde::Deserialize;
use shell::{App, Ask, Form, Page, Path, Query, Refusal, Route, Row, Who, html, see_other, telephone};
use store::{Act, Tx};

use crate::when;

const LOOK: Act = Act::staff("callbacks.look");
const ANSWER: Act = Act::staff("callbacks.answer");
/// Who calls back: whoever serves the counter.
const NEEDS: Permission = Permission::ServeCounter;

pub(crate) fn routes() -> Vec<Route> {
    let who = Who::Staff(NEEDS);
    vec![
        Route::page("/staff/callbacks", who, list),
        Route::page("/staff/callbacks/{id}", who, show),
        Route::form("/staff/callbacks/{id}/answer", who, answered),
    ]
}

/// The unit of a counter and the post that may act there; none when it is not of the own 所管.
fn mine(ask: &Ask, units: &[Unit], counter: &Counter) -> Result<Option<(UnitId, PostId)>, Refusal> {
    let staff = ask.staff()?;
    let unit = units.iter().find(|unit| unit.code == counter.details.unit_code).map(|unit| unit.id);
    Ok(unit.and_then(|unit| staff.post_for(NEEDS, unit).map(|post| (unit, post))))
}

struct Line {
    id: String,
    number: String,
    due: String,
    late: bool,
    wanted: String,
    made: String,
    tries: u32,
}

struct Group {
    name: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "staff_callbacks.html")]
struct ListPage {
    page: Page,
    said: String,
    count: usize,
    groups: Vec<Group>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    said: String,
}

async fn list(State(app): State<App>, ask: Ask, Query(said): Query<Said>) -> Result<Response, Refusal> {
    let day = app.world.today();
    let found: Result<_, store::Error> = app
        .db
        .read(async move |tx: &mut Tx<'_>| Ok((places::counters(tx).await?, people::units(tx, day).await?)))
        .await;
    let (all, units) = found?;
    let mut groups = Vec::new();
    for counter in all {
        if mine(&ask, &units, &counter)?.is_none() {
            continue;
        }
        let id = counter.id;
        let open: Vec<Callback> = app.db.read(async move |tx: &mut Tx<'_>| callbacks::waiting(tx, id).await).await?;
        if open.is_empty() {
            continue;
        }
        let name = counter.details.name.get(ask.locale).to_owned();
        groups.push(Group { name, lines: open.into_iter().map(|it| line(&app, &ask, it)).collect() });
    }
    let t = ask.t();
    let said = match said.said.as_str() {
        "called" => t.text("callbacks-said-called").into_owned(),
        "not-reached" => t.text("callbacks-said-not-reached").into_owned(),
        "closed" => t.text("callbacks-said-closed").into_owned(),
        "changed" => t.text("callbacks-said-changed").into_owned(),
        _ => String::new(),
    };
    html(&ListPage {
        page: Page::new(&app, &ask, "callbacks-list-title"),
        said,
        count: groups.iter().map(|group| group.lines.len()).sum(),
        groups,
    })
}

fn line(app: &App, ask: &Ask, it: Callback) -> Line {
    let t = ask.t();
    Line {
        id: it.id.to_string(),
        number: it.number.map(|number| number.to_string()).unwrap_or_default(),
        due: t.short_day(it.due),
        late: it.due < app.world.today(),
        wanted: t.text(when(it.wanted)).into_owned(),
        made: format!("{} {}", t.short_day(it.made_at.day()), t.time(it.made_at.minute())),
        tries: it.tries,
    }
}

/// A request of the own 所管, its look recorded in the same transaction that reads it.
async fn look(app: &App, ask: &Ask, id: CallbackId) -> Result<(Callback, Counter), Refusal> {
    let (world, staff) = (app.world.clone(), ask.staff()?.clone());
    let seen = app
        .db
        .write(LOOK, async move |tx: &mut Tx<'_>| {
            let Some(found) = callbacks::one(tx, id).await? else { return Ok::<_, store::Error>(None) };
            let Some(counter) = places::counter(tx, found.counter).await? else { return Ok(None) };
            let units = people::units(tx, world.today()).await?;
            let unit = units.iter().find(|unit| unit.code == counter.details.unit_code).map(|unit| unit.id);
            let looked = match unit {
                Some(unit) => {
                    let case = Case { kind: "callback", id: id.uuid(), unit, permission: NEEDS };
                    people::look(tx, &world, &staff, &case, &Purpose::Telephone).await?
                }
                None => {
                    people::refuse_look(tx, &world, &staff, "callback", id.uuid(), &Purpose::Telephone).await?;
                    Looked::Refused
                }
            };
            Ok(Some((found, counter, looked)))
        })
        .await?;
    match seen {
        Some((found, counter, Looked::Shown)) => Ok((found, counter)),
        Some((.., Looked::Refused)) => Err(Refusal::forbidden()),
        None => Err(Refusal::not_found()),
    }
}

#[derive(Template)]
#[template(path = "staff_callback.html")]
struct CallbackPage {
    page: Page,
    id: String,
    open: bool,
    tel: String,
    phone: String,
    rows: Vec<Row>,
    /// The page on which it was asked; empty when it is not known.
    asked_on: String,
    tries: u32,
}

async fn show(State(app): State<App>, ask: Ask, Path(id): Path<CallbackId>) -> Result<Response, Refusal> {
    let (found, counter) = look(&app, &ask, id).await?;
    let t = ask.t();
    let locale = ask.locale;
    let row = |key: &str, value: String| Row { label: t.text(key).into_owned(), value, href: String::new() };
    let day = |at: kernel::time::Instant| format!("{} {}", t.short_day(at.day()), t.time(at.minute()));
    let mut rows = Vec::new();
    if let Some(contact) = &found.contact {
        let given = |text: Option<String>| text.unwrap_or_else(|| t.text("callbacks-not-given").into_owned());
        rows.push(row("callbacks-name", given(contact.name.as_ref().map(ToString::to_string))));
        rows.push(row("callbacks-about", given(contact.about.as_ref().map(ToString::to_string))));
    }
    rows.push(row("callbacks-when", t.text(when(found.wanted)).into_owned()));
    rows.push(row("callbacks-due", t.short_day(found.due)));
    rows.push(row("callbacks-language", t.text(language(found.locale)).into_owned()));
    rows.push(row("callbacks-counter", counter.details.name.get(locale).to_owned()));
    rows.push(row("callbacks-made", day(found.made_at)));
    if let Some(at) = found.last_try_at {
        let tried = t.with("callbacks-tried", [("n", found.tries.into()), ("time", day(at).into())]);
        rows.push(row("callbacks-tries", tried.into_owned()));
    }
    let asked_on = found.contact.as_ref().and_then(|contact| contact.page.as_ref());
    let number = found.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let phone = found.contact.as_ref().map(|contact| contact.phone.to_string()).unwrap_or_default();
    html(&CallbackPage {
        page: Page::titled(&app, &ask, t.with("callbacks-one-title", [("number", number.into())]).into_owned()),
        id: id.to_string(),
        open: found.state == Standing::Open,
        tel: phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        phone: telephone::grouped(&phone),
        rows,
        asked_on: asked_on.map(|path| format!("{}{path}", app.config.public_url.origin())).unwrap_or_default(),
        tries: found.tries,
    })
}

fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::Ja => "shell-language-ja",
        Locale::Easy => "shell-language-easy",
        Locale::En => "shell-language-en",
    }
}

#[derive(Deserialize)]
struct Given {
    answer: String,
    #[serde(default)]
    tries: u32,
}

async fn answered(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<CallbackId>,
    Form(given): Form<Given>,
) -> Result<Response, Refusal> {
    let (answer, said) = match given.answer.as_str() {
        "called" => (Answer::Called, "called"),
        "not-reached" => (Answer::NotReached { seen: given.tries }, "not-reached"),
        "closed" => (Answer::Closed, "closed"),
        _ => return Err(Refusal::unreadable("answer")),
    };
    let day = app.world.today();
    let found: Result<_, store::Error> = app
        .db
        .read(async move |tx: &mut Tx<'_>| {
            let Some(found) = callbacks::one(tx, id).await? else { return Ok(None) };
            let counter = places::counter(tx, found.counter).await?;
            Ok(Some((counter, people::units(tx, day).await?)))
        })
        .await;
    let (counter, units) = found?.ok_or_else(Refusal::not_found)?;
    let counter = counter.ok_or_else(Refusal::not_found)?;
    let (_, post) = mine(&ask, &units, &counter)?.ok_or_else(Refusal::forbidden)?;
    let (world, person) = (app.world.clone(), ask.staff()?.person);
    let done = app
        .db
        .write(ANSWER, async move |tx: &mut Tx<'_>| callbacks::answer(tx, &world, id, answer, (person, post)).await)
        .await;
    match done {
        Ok(()) => Ok(see_other(&format!("/staff/callbacks?said={said}"))),
        Err(AnswerError::Changed) => Ok(see_other("/staff/callbacks?said=changed")),
        Err(AnswerError::Store(error)) => Err(error.into()),
    }
}
