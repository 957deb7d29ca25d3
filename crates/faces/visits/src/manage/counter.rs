//! One counter: how it calls people, and the days on which it is closed although the city hall is open.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Query, Refusal, Route, html, html_with, see_other};
use store::audit::{self, Entry};
use store::{Act, Tx};
use visits::{
    CloseDayError, Closure, ClosureId, CounterRule, Order, Rule, Service, ServiceId, SetRuleError, close_day, closures,
    counter_rule, reopen_day, set_counter_rule,
};

use super::WHO;
use super::bookings::{self, BookingLine};
use super::given::{Faults, Given};
use super::scope::{self, Mine};

const RULE: Act = Act::staff("visits.set_counter_rule");
const CLOSE: Act = Act::staff("visits.close_day");
const REOPEN: Act = Act::staff("visits.reopen_day");

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/services/counters/{code}", WHO, show),
        Route::form("/staff/services/counters/{code}/rule", WHO, set_rule),
        Route::form("/staff/services/counters/{code}/close", WHO, close),
        Route::page("/staff/services/counters/{code}/closed/{id}", WHO, closed),
        Route::form("/staff/services/counters/{code}/closed/{id}/reopen", WHO, reopen),
    ]
}

struct ClosedLine {
    id: String,
    day: String,
    what: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "manage_counter.html")]
struct CounterPage {
    page: Page,
    code: String,
    rules: Vec<Choice>,
    services: Vec<Choice>,
    closed: Vec<ClosedLine>,
    form: Given,
    stale: bool,
    saved: bool,
}

struct Stored {
    rule: CounterRule,
    closures: Vec<Closure>,
    services: Vec<Service>,
}

async fn stored(app: &App, one: &Mine) -> Result<Stored, Refusal> {
    let (id, today) = (one.counter.id, app.world.today());
    let read = async move |tx: &mut Tx<'_>| {
        let services = visits::services(tx).await?.into_iter().filter(|it| it.counter == id && it.bookable());
        Ok::<_, store::Error>(Stored {
            rule: counter_rule(tx, id).await?,
            closures: closures(tx, id, today).await?,
            services: services.collect(),
        })
    };
    Ok(app.db.read(read).await?)
}

fn put_rule(form: &mut Given, rule: CounterRule) {
    form.put("rule", rule.order.rule.code());
    form.put("ceiling", rule.order.ceiling);
    form.put("max_wait_minutes", rule.order.max_wait_minutes);
    form.put("grace_minutes", rule.grace_minutes);
    form.put("no_show_minutes", rule.no_show_minutes);
    form.put("version", rule.version);
}

/// What a closure closes: everything, or one service.
fn what(ask: &Ask, services: &[Service], closure: &Closure) -> String {
    match closure.service {
        None => ask.t().text("services-close-all").into_owned(),
        Some(id) => services
            .iter()
            .find(|it| it.id == id)
            .map_or_else(|| ask.t().text("services-close-one").into_owned(), |it| it.name.get(ask.locale).to_owned()),
    }
}

fn page(app: &App, ask: &Ask, one: &Mine, stored: &Stored, form: Given) -> CounterPage {
    let t = ask.t();
    let rules = Rule::ALL.iter().map(|rule| {
        let mut choice =
            Choice::new(rule.code(), t.text(&format!("services-rule-{}", key(*rule))), form.get("rule") == rule.code());
        choice.hint = t.text(&format!("services-rule-{}-hint", key(*rule))).into_owned();
        choice
    });
    let all = Choice::new("", t.text("services-close-all"), form.get("service").is_empty());
    let each = stored.services.iter().map(|it| {
        let id = it.id.to_string();
        let here = id == form.get("service");
        Choice::new(id, it.name.get(ask.locale), here)
    });
    CounterPage {
        page: Page::titled(app, ask, one.counter.details.name.get(ask.locale).to_owned()),
        code: one.counter.details.code.clone(),
        rules: rules.collect(),
        services: std::iter::once(all).chain(each).collect(),
        closed: stored
            .closures
            .iter()
            .map(|it| ClosedLine {
                id: it.id.to_string(),
                day: t.day(it.day),
                what: what(ask, &stored.services, it),
                reason: it.reason.get(ask.locale).to_owned(),
            })
            .collect(),
        stale: false,
        saved: false,
        form,
    }
}

fn key(rule: Rule) -> &'static str {
    match rule {
        Rule::BookedOnly => "booked-only",
        Rule::Alternate => "alternate",
        Rule::BookedFirst => "booked-first",
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
    Path(code): Path<String>,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let one = scope::counter(&app, &ask, &code).await?;
    let stored = stored(&app, &one).await?;
    let mut form = Given::default();
    put_rule(&mut form, stored.rule);
    form.put("day", app.world.today());
    let mut shown = page(&app, &ask, &one, &stored, form);
    shown.saved = !said.saved.is_empty();
    html(&shown)
}

fn read_rule(form: &Given) -> Result<CounterRule, Vec<FieldFault>> {
    let mut faults = Faults::default();
    let rule = Rule::of(form.get("rule"));
    if rule.is_none() {
        faults.say("rule", "services-rule-missing");
    }
    let ceiling = faults.small(form, "ceiling", 1, 20).and_then(|it| u8::try_from(it).ok());
    let wait = faults.small(form, "max_wait_minutes", 5, 480);
    let grace = faults.small(form, "grace_minutes", 0, 120);
    let no_show = faults.small(form, "no_show_minutes", 5, 600);
    let version = form.get("version").parse().unwrap_or_default();
    match (rule, ceiling, wait, grace, no_show) {
        (Some(rule), Some(ceiling), Some(max_wait_minutes), Some(grace_minutes), Some(no_show_minutes)) => {
            Ok(CounterRule {
                order: Order { rule, ceiling, max_wait_minutes },
                grace_minutes,
                no_show_minutes,
                version,
            })
        }
        _ => Err(faults.0),
    }
}

async fn set_rule(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Form(mut form): Form<Given>,
) -> Result<Response, Refusal> {
    let one = scope::counter(&app, &ask, &code).await?;
    form.put("day", app.world.today());
    let faults = match read_rule(&form) {
        Err(faults) => faults,
        Ok(rule) => {
            let (world, actor, counter) = (app.world.clone(), one.actor(), one.counter.id);
            let write = async move |tx: &mut Tx<'_>| {
                set_counter_rule(tx, counter, rule).await?;
                let entry = Entry::new(actor, "visits.set_counter_rule").object(counter);
                let detail = format!("{} {}", rule.order.rule.code(), rule.order.ceiling);
                audit::append(tx, &world, &entry.detail(detail)).await?;
                Ok::<_, SetRuleError>(())
            };
            match app.db.write(RULE, write).await {
                Ok(()) => return Ok(see_other(&format!("/staff/services/counters/{code}?saved=1"))),
                Err(SetRuleError::Store(error)) => return Err(error.into()),
                Err(SetRuleError::Range(field)) => vec![FieldFault::new(field, "errors-field-unreadable")],
                Err(SetRuleError::Stale) => {
                    let stored = stored(&app, &one).await?;
                    put_rule(&mut form, stored.rule);
                    let mut shown = page(&app, &ask, &one, &stored, form);
                    shown.stale = true;
                    shown.page = shown.page.faults(&[FieldFault::new("", "services-rule-stale")]);
                    return html_with(StatusCode::CONFLICT, &shown);
                }
            }
        }
    };
    let stored = stored(&app, &one).await?;
    let mut shown = page(&app, &ask, &one, &stored, form);
    shown.page = shown.page.faults(&faults);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn close(
    State(app): State<App>,
    ask: Ask,
    Path(code): Path<String>,
    Form(mut form): Form<Given>,
) -> Result<Response, Refusal> {
    let one = scope::counter(&app, &ask, &code).await?;
    let stored = stored(&app, &one).await?;
    let mut faults = Faults::default();
    let day = faults.day(&form, "day");
    let reason = faults.name::<120>(&form, "reason");
    let service: Option<ServiceId> = form.get("service").parse().ok();
    let known = service.is_none_or(|id| stored.services.iter().any(|it| it.id == id));
    if !known || (service.is_none() && !form.get("service").is_empty()) {
        faults.say("service", "errors-field-unreadable");
    }
    if let (Some(day), true) = (day, faults.0.is_empty()) {
        let (world, counter, clerk) = (app.world.clone(), one.counter.id, one.clerk);
        let write =
            async move |tx: &mut Tx<'_>| close_day(tx, &world, counter, service, day, reason.clone(), clerk).await;
        match app.db.write(CLOSE, write).await {
            Ok(closed) => return Ok(see_other(&format!("/staff/services/counters/{code}/closed/{}", closed.id))),
            Err(CloseDayError::Store(error)) => return Err(error.into()),
            Err(CloseDayError::NotFound) => return Err(Refusal::not_found()),
            Err(CloseDayError::Past) => faults.say("day", "services-close-past"),
            Err(CloseDayError::NoReason) => faults.say("reason_ja", "errors-field-required"),
        }
    }
    put_rule(&mut form, stored.rule);
    let mut shown = page(&app, &ask, &one, &stored, form);
    shown.page = shown.page.faults(&faults.0);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

#[derive(Template)]
#[template(path = "manage_closed.html")]
struct ClosedPage {
    page: Page,
    code: String,
    counter: String,
    id: String,
    day: String,
    what: String,
    reason: String,
    lines: Vec<BookingLine>,
}

async fn closed(
    State(app): State<App>,
    ask: Ask,
    Path((code, id)): Path<(String, ClosureId)>,
) -> Result<Response, Refusal> {
    let one = scope::counter(&app, &ask, &code).await?;
    let stored = stored(&app, &one).await?;
    let closure = stored.closures.iter().find(|it| it.id == id).ok_or_else(Refusal::not_found)?;
    let (world, counter, day, service) = (app.world.clone(), one.counter.id, closure.day, closure.service);
    let read = async move |tx: &mut Tx<'_>| visits::today(tx, &world, counter, day).await;
    let booked = app.db.read(read).await?.coming;
    let booked = booked.into_iter().filter(|it| service.is_none_or(|only| only == it.service)).collect();
    html(&ClosedPage {
        page: Page::new(&app, &ask, "services-closed-title"),
        counter: one.counter.details.name.get(ask.locale).to_owned(),
        id: id.to_string(),
        day: ask.t().day(closure.day),
        what: what(&ask, &stored.services, closure),
        reason: closure.reason.get(ask.locale).to_owned(),
        lines: bookings::lines(&app, &ask, &one, booked).await?,
        code,
    })
}

async fn reopen(
    State(app): State<App>,
    ask: Ask,
    Path((code, id)): Path<(String, ClosureId)>,
) -> Result<Response, Refusal> {
    let one = scope::counter(&app, &ask, &code).await?;
    // Only a closure of this very counter: the address of another one's must not open it.
    if !stored(&app, &one).await?.closures.iter().any(|it| it.id == id) {
        return Err(Refusal::not_found());
    }
    let (world, clerk) = (app.world.clone(), one.clerk);
    match app.db.write(REOPEN, async move |tx: &mut Tx<'_>| reopen_day(tx, &world, id, clerk).await).await {
        Ok(()) => Ok(see_other(&format!("/staff/services/counters/{code}?saved=1"))),
        Err(CloseDayError::Store(error)) => Err(error.into()),
        Err(_) => Err(Refusal::not_found()),
    }
}
