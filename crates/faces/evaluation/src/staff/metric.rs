//! Metrics for staff: the catalogue, and the page behind a number: meaning, formula, answer, and the facts it is made of.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use evaluation::Cycle;
use facts::{AskError, Behind, Catalogue, Cursor, How, Measure, Metric, Question};
use kernel::time::Instant;
use people::{Permission, Staff};
use shell::{App, Ask, Page, Path, Query, Refusal, Route, Who, html};
use store::Tx;
use words::Tongue;

use crate::city::{Entry, entries, this_year};
use crate::csv::Csv;
use crate::metric::{self, AnswerView, Asked, MetricView, Names, QuestionView, Told};
use crate::show::sheet::For;
use crate::view::CycleWords;
use crate::{links, say};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/evaluation/metrics", Who::AnyStaff, catalogue),
        Route::page("/staff/evaluation/metrics/{metric}", Who::AnyStaff, page),
        Route::file("/staff/evaluation/metrics/{metric}/metric.csv", Who::AnyStaff, file),
        Route::file("/staff/evaluation/metrics/{metric}/facts.csv", Who::AnyStaff, facts_csv),
    ]
}

/// Facts of a page.
const PAGE: usize = 50;
/// The most a file of facts holds; more is asked for by shorter periods.
const MOST: usize = 20_000;

#[derive(Template)]
#[template(path = "metrics.html")]
struct CataloguePage {
    page: Page,
    cycle: CycleWords,
    metrics: Vec<Entry>,
    as_of: String,
}

async fn catalogue(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
) -> Result<Response, Refusal> {
    let t = ask.t();
    let told = this_year(&app, &catalogue).await?;
    html(&CataloguePage {
        page: Page::new(&app, &ask, "evaluation-metrics-title"),
        cycle: say::cycle(t, Cycle::of(app.world.today())),
        metrics: entries(t, &told),
        as_of: t.with("evaluation-metrics-as-of", [("when", t.moment(app.world.now()).into())]).into_owned(),
    })
}

#[derive(Template)]
#[template(path = "metric.html")]
struct MetricPage {
    page: Page,
    cycle: CycleWords,
    back: String,
    metric: MetricView,
    q: QuestionView,
    a: AnswerView,
    facts: Vec<FactLine>,
    facts_say: String,
    facts_csv: String,
    more: String,
}

/// A fact in the list: when, what, its number, and where it belongs; nothing that leads to a person.
struct FactLine {
    when: String,
    kind: String,
    value: String,
    unit: String,
    topic: String,
    channel: String,
    gone: bool,
}

/// The same question about the facts the reader may look at one by one: those of their own 所管, or all for whoever evaluates.
fn own(staff: &Staff, question: &Question) -> Question {
    let mut question = question.clone();
    if !staff.can(Permission::EvaluateAll) {
        question.filter.units = Some(staff.units().into_iter().map(people::UnitId::uuid).collect());
    }
    question
}

/// Where a page of facts goes on: `MICROSECONDS_ID`.
fn cursor(text: &str) -> Option<Cursor> {
    let (at, id) = text.split_once('_')?;
    Some(Cursor { occurred_at: Instant::from_micros(at.parse().ok()?), id: id.parse().ok()? })
}

fn fact_line(t: Tongue, metric: &Metric, names: &Names, fact: &Behind) -> FactLine {
    let name = |id: Option<uuid::Uuid>| id.map(|id| names.id(id)).unwrap_or_default();
    let code = |code: &Option<String>| code.as_deref().map(|code| names.code(t, code)).unwrap_or_default();
    FactLine {
        when: t.moment(fact.occurred_at),
        kind: kind(t, &fact.kind),
        value: number(t, metric, fact),
        unit: name(fact.dims.unit),
        topic: code(&fact.dims.topic),
        channel: code(&fact.dims.channel),
        gone: fact.superseded,
    }
}

/// What happened, in words; a kind of another service by its own name.
fn kind(t: Tongue, name: &str) -> String {
    let key = format!("evaluation-fact-{}", name.replace(['.', '_'], "-"));
    if t.has(&key) { t.text(&key).into_owned() } else { name.to_owned() }
}

/// The number a metric takes from a fact, as it was recorded.
fn number(t: Tongue, metric: &Metric, fact: &Behind) -> String {
    let take = metric.series.takes.iter().find(|take| take.kind.name == fact.kind);
    match take.map(|take| (take.how, take.kind.value)) {
        Some((How::Value, Measure::Seconds)) => say::seconds(t, fact.number),
        Some((How::Value, Measure::Score)) => {
            t.with("evaluation-figure-points", [("n", fact.number.into())]).into_owned()
        }
        _ => fact.number.to_string(),
    }
}

async fn answered(
    app: &App,
    ask: &Ask,
    catalogue: &Catalogue,
    name: &str,
    asked: &Asked,
) -> Result<(Question, facts::Answer, Names), Refusal> {
    let metric = catalogue.metric(name).ok_or_else(Refusal::not_found)?;
    let question = asked.question(metric, app.world.today());
    let (world, of, locale) = (app.world.clone(), question.clone(), ask.locale);
    let read = async move |tx: &mut Tx<'_>| -> Result<_, AskError> {
        let answer = facts::ask(tx, &world, &of).await?;
        Ok((answer, Names::read(tx, world.today(), locale).await?))
    };
    let (answer, names) = app.db.read(read).await.map_err(metric::refusal)?;
    Ok((question, answer, names))
}

async fn page(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let (question, answer, names) = answered(&app, &ask, &catalogue, &name, &asked).await?;
    let (t, staff) = (ask.t(), ask.staff()?);
    let (of, before) = (own(staff, &question), cursor(&asked.before));
    let read = async move |tx: &mut Tx<'_>| facts::behind(tx, &of, before, PAGE + 1).await;
    let mut behind = app.db.read(read).await?;
    let is_more = behind.len() > PAGE;
    behind.truncate(PAGE);
    let last = behind.last().filter(|_| is_more);
    let more = last.map(|last| {
        let at = format!("{}_{}", last.occurred_at.micros(), last.id);
        links::metric(For::Staff, &name, &format!("{}&before={at}#facts", asked.query("programme", &asked.programme)))
    });
    let facts_csv = format!("{}/facts.csv?{}", links::metric(For::Staff, &name, ""), asked.query("programme", ""));
    let say = if staff.can(Permission::EvaluateAll) { "evaluation-facts-say" } else { "evaluation-facts-say-scope" };
    let csv = format!("{}/metric.csv?{}", links::metric(For::Staff, &name, ""), asked.query("programme", ""));
    let back = if asked.programme.is_empty() { String::new() } else { links::sheet(For::Staff, &asked.programme) };
    html(&MetricPage {
        page: Page::new(&app, &ask, question.metric.title),
        cycle: say::cycle(t, Cycle::of(app.world.today())),
        back,
        metric: metric::metric(t, question.metric),
        q: metric::question(t, &asked, &question, For::Staff),
        a: metric::answer(t, &Told::from(&answer), &names, csv),
        facts: behind.iter().map(|fact| fact_line(t, question.metric, &names, fact)).collect(),
        facts_say: t.text(say).into_owned(),
        facts_csv,
        more: more.unwrap_or_default(),
    })
}

/// The facts as a file, with exact times and codes; those of the reader's own 所管.
async fn facts_csv(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let metric = catalogue.metric(&name).ok_or_else(Refusal::not_found)?;
    let of = own(ask.staff()?, &asked.question(metric, app.world.today()));
    let read = async move |tx: &mut Tx<'_>| facts::behind(tx, &of, None, MOST).await;
    let behind = app.db.read(read).await?;
    let mut csv = Csv::new(&[
        "occurred_at",
        "recorded_at",
        "kind",
        "number",
        "unit",
        "place",
        "topic",
        "channel",
        "locale",
        "superseded",
    ]);
    for fact in &behind {
        let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        csv.line(&[
            fact.occurred_at.to_rfc3339_jst(),
            fact.recorded_at.to_rfc3339_jst(),
            fact.kind.clone(),
            fact.number.to_string(),
            id(fact.dims.unit),
            id(fact.dims.place),
            fact.dims.topic.clone().unwrap_or_default(),
            fact.dims.channel.clone().unwrap_or_default(),
            fact.dims.locale.map(|locale| locale.code().to_owned()).unwrap_or_default(),
            fact.superseded.to_string(),
        ]);
    }
    Ok(csv.answer(&format!("{name}-facts.csv")))
}

async fn file(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let (_, answer, names) = answered(&app, &ask, &catalogue, &name, &asked).await?;
    Ok(metric::csv(ask.t(), &Told::from(&answer), &names))
}
