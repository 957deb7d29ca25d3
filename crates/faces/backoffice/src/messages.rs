//! What goes out: waiting, failed and dead letters, tried again or discarded for a reason; the delivery record.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::time::Instant;
use messages::channel::Why;
use messages::letters::{self, Letter};
use messages::record::{self, State as Standing};
use messages::{MessageId, Record, staff as desk};
use people::{Permission, Purpose};
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Query, Refusal, Route, Who, html, html_with, see_other};
use store::audit::{self, Actor, Entry};
use store::outbox;
use store::{Act, Tx};

use crate::fields::Faults;

const WHO: Who = Who::Staff(Permission::ManageMessages);
const PAGE: u32 = 50;
const SETTLE: Act = Act::staff("messages.settle");
const LOOK: Act = Act::staff("messages.look");
const RELEASE: Act = Act::staff("messages.release");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/messages", WHO, list),
        Route::page("/staff/messages/{id}", WHO, show),
        Route::form("/staff/messages/{id}/retry", WHO, retry),
        Route::form("/staff/messages/{id}/discard", WHO, discard),
        Route::form("/staff/messages/{id}/letter", WHO, letter),
        Route::form("/staff/messages/held", Who::Staff(Permission::Administer), held),
    ]
}

/// What each field is called.
const LABELS: &[(&str, &str)] = &[("reason", "backoffice-dead-reason")];

struct Tab {
    href: String,
    label: String,
    count: i64,
    current: bool,
}

struct MessageLine {
    id: String,
    kind: String,
    standing: String,
    serious: bool,
    channel: String,
    attempts: i64,
    why: String,
    queued: String,
}

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesPage {
    page: Page,
    tabs: Vec<Tab>,
    held: u64,
    may_release: bool,
    lines: Vec<MessageLine>,
    next: String,
}

#[derive(Deserialize)]
struct Filter {
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: String,
}

/// The key of a tab's few words.
fn tab_key(state: Standing) -> &'static str {
    match state {
        Standing::Dead => "backoffice-tab-dead",
        Standing::Failed => "backoffice-tab-failed",
        Standing::Queued => "backoffice-tab-queued",
        Standing::HandedOver => "backoffice-tab-handed-over",
        Standing::Accepted => "backoffice-tab-accepted",
        Standing::Stale => "backoffice-tab-stale",
        Standing::Withdrawn => "backoffice-tab-withdrawn",
        Standing::Discarded => "backoffice-tab-discarded",
    }
}

/// The place to read on from: `micros.id`.
fn cursor(text: &str) -> Option<(Instant, MessageId)> {
    let (at, id) = text.split_once('.')?;
    Some((Instant::from_micros(at.parse().ok()?), id.parse().ok()?))
}

fn why(ask: &Ask, record: &Record) -> String {
    let t = ask.t();
    record.why.map(Why::text_key).map(|key| t.text(key).into_owned()).unwrap_or_default()
}

fn channel(ask: &Ask, record: &Record) -> String {
    record
        .channel_key()
        .map(|key| ask.t().text(key).into_owned())
        .or_else(|| record.channel.clone())
        .unwrap_or_default()
}

async fn list(State(app): State<App>, ask: Ask, Query(query): Query<Filter>) -> Result<Response, Refusal> {
    let (standing, before) = (Standing::from_code(&query.state), cursor(&query.before));
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let records = record::list(tx, standing, before, PAGE + 1).await?;
        Ok((records, record::counts(tx).await?, outbox::counts(tx).await?))
    };
    let (mut records, counts, waiting) = app.db.read(read).await?;
    let more = records.len() > PAGE as usize;
    records.truncate(PAGE as usize);
    let next = records
        .last()
        .filter(|_| more)
        .map(|last| format!("/staff/messages?state={}&before={}.{}", query.state, last.queued_at.micros(), last.id));
    let t = ask.t();
    let count = |wanted: Standing| counts.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, n)| *n);
    let mut tabs = vec![Tab {
        href: "/staff/messages".to_owned(),
        label: t.text("backoffice-messages-all").into_owned(),
        count: 0,
        current: standing.is_none(),
    }];
    tabs.extend(Standing::ALL.into_iter().map(|state| Tab {
        href: format!("/staff/messages?state={}", state.code()),
        label: t.text(tab_key(state)).into_owned(),
        count: count(state),
        current: standing == Some(state),
    }));
    let lines = records.iter().map(|record| MessageLine {
        id: record.id.to_string(),
        kind: record.kind.clone(),
        standing: t.text(record.state.text_key()).into_owned(),
        serious: matches!(record.state, Standing::Dead | Standing::Failed),
        channel: channel(&ask, record),
        attempts: record.attempts,
        why: why(&ask, record),
        queued: t.moment(record.queued_at),
    });
    html(&MessagesPage {
        page: Page::new(&app, &ask, "backoffice-messages-title"),
        tabs,
        held: waiting.held,
        may_release: ask.staff()?.can(Permission::Administer),
        lines: lines.collect(),
        next: next.unwrap_or_default(),
    })
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    page: Page,
    record: Record,
    standing: String,
    channel: String,
    why: String,
    queued: String,
    not_before: String,
    not_after: String,
    handed: String,
    settled: String,
    dead: bool,
    purposes: Vec<Choice>,
    letter: Option<Letter>,
}

async fn page(
    app: &App,
    ask: &Ask,
    id: MessageId,
    letter: Option<Letter>,
    faults: &[FieldFault],
) -> Result<MessagePage, Refusal> {
    let found = app.db.read(async move |tx: &mut Tx<'_>| record::get(tx, id).await).await?;
    let record = found.ok_or_else(Refusal::not_found)?;
    let t = ask.t();
    let moment = |at: Option<Instant>| at.map(|at| t.moment(at)).unwrap_or_default();
    let purposes = Purpose::OFFERED.iter().map(|purpose| {
        Choice::new(purpose.code(), t.text(purpose_key(purpose)), matches!(purpose, Purpose::Complaint))
    });
    let mut purposes: Vec<Choice> = purposes.collect();
    purposes.push(Choice::new("other", t.text("backoffice-purpose-other"), false));
    Ok(MessagePage {
        page: Page::new(app, ask, "backoffice-message-title").faults(faults),
        standing: t.text(record.state.text_key()).into_owned(),
        channel: channel(ask, &record),
        why: why(ask, &record),
        queued: t.moment(record.queued_at),
        not_before: moment(record.not_before),
        not_after: moment(record.not_after),
        handed: moment(record.handed_over_at),
        settled: moment(record.settled_at),
        dead: record.state == Standing::Dead,
        purposes,
        letter,
        record,
    })
}

/// The key of a purpose's name.
pub(crate) fn purpose_key(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::Counter => "backoffice-purpose-counter",
        Purpose::Telephone => "backoffice-purpose-telephone",
        Purpose::Preparation => "backoffice-purpose-preparation",
        Purpose::Correction => "backoffice-purpose-correction",
        Purpose::Complaint => "backoffice-purpose-complaint",
        Purpose::Other(_) => "backoffice-purpose-other",
    }
}

async fn show(State(app): State<App>, ask: Ask, Path(id): Path<MessageId>) -> Result<Response, Refusal> {
    html(&page(&app, &ask, id, None, &[]).await?)
}

fn actor(ask: &Ask) -> Result<Actor, Refusal> {
    Ok(people::Actor::of(ask.staff()?, Permission::ManageMessages).into())
}

#[derive(Deserialize)]
struct ReasonForm {
    reason: String,
}

#[derive(Clone, Copy)]
enum Settle {
    Retry,
    Discard,
}

async fn settle(app: App, ask: Ask, id: MessageId, form: &ReasonForm, how: Settle) -> Result<Response, Refusal> {
    let mut faults = Faults::default();
    let Some(reason) = faults.line::<200>("reason", &form.reason) else {
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, id, None, &faults.called(LABELS)).await?);
    };
    let (world, actor) = (app.world.clone(), actor(&ask)?);
    let write = async move |tx: &mut Tx<'_>| -> Result<bool, store::Error> {
        let done = match how {
            Settle::Retry => desk::retry(tx, &world, actor, id).await?,
            Settle::Discard => desk::discard(tx, &world, actor, id).await?,
        };
        if done {
            // The reason may name somebody, so it is kept where it can be erased.
            audit::append(tx, &world, &Entry::new(actor, "messages.reason").object(id).detail(reason.as_str())).await?;
        }
        Ok(done)
    };
    if app.db.write(SETTLE, write).await? {
        Ok(see_other(&format!("/staff/messages/{id}")))
    } else {
        Err(Refusal::conflict())
    }
}

async fn retry(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<MessageId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Refusal> {
    settle(app, ask, id, &form, Settle::Retry).await
}

async fn discard(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<MessageId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Refusal> {
    settle(app, ask, id, &form, Settle::Discard).await
}

#[derive(Deserialize)]
struct LookForm {
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    words: String,
}

/// Opening a kept letter is a look at a person: recorded, with its purpose, before anything is shown.
async fn letter(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<MessageId>,
    Form(form): Form<LookForm>,
) -> Result<Response, Refusal> {
    let Some(purpose) = Purpose::parse(&form.purpose, &form.words) else {
        let fault = FieldFault::new("purpose", "backoffice-purpose-missing");
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, id, None, &[fault]).await?);
    };
    let (world, actor) = (app.world.clone(), actor(&ask)?);
    let write = async move |tx: &mut Tx<'_>| -> Result<Option<Letter>, store::Error> {
        let letter = letters::read(tx, id).await?;
        if letter.is_some() {
            let mut entry = Entry::new(actor, "people.look.message").object(id).purpose(purpose.code());
            if let Purpose::Other(words) = &purpose {
                entry = entry.detail(words.as_str());
            }
            audit::append(tx, &world, &entry).await?;
        }
        Ok(letter)
    };
    let letter = app.db.write(LOOK, write).await?;
    let faults: Vec<FieldFault> =
        letter.is_none().then(|| FieldFault::new("", "backoffice-message-no-letter")).into_iter().collect();
    html(&page(&app, &ask, id, letter, &faults).await?)
}

#[derive(Deserialize)]
struct HeldForm {
    to: String,
}

/// After a restore everything unsent waits for this decision.
async fn held(State(app): State<App>, ask: Ask, Form(form): Form<HeldForm>) -> Result<Response, Refusal> {
    let release = match form.to.as_str() {
        "release" => true,
        "discard" => false,
        _ => return Err(Refusal::unreadable("neither release nor discard")),
    };
    let (world, actor) = (app.world.clone(), actor(&ask)?);
    let write = async move |tx: &mut Tx<'_>| -> Result<(), store::Error> {
        let (act, count) = if release {
            ("messages.held.release", outbox::release_held(tx).await?)
        } else {
            ("messages.held.discard", outbox::discard_held(tx, &world).await?)
        };
        audit::append(tx, &world, &Entry::new(actor, act).detail(count)).await.map(drop)
    };
    app.db.write(RELEASE, write).await?;
    Ok(see_other("/staff/messages"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_to_read_on_from() {
        let id = "0192f0c1-2345-7000-8000-000000000001";
        assert_eq!(cursor(&format!("12.{id}")).unwrap().0.micros(), 12);
        assert!(cursor("12").is_none() && cursor(&format!("x.{id}")).is_none() && cursor("1.x").is_none());
    }
}
