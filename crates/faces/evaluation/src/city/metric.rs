//! The catalogue of public metrics and the page of one: small groups are left out before anything is written.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use evaluation::Cycle;
use facts::{AskError, Catalogue, Figure, Metric, Period, PublicAnswer, Question};
use shell::{App, Ask, Page, Path, Query, Refusal, Route, Who, html};
use store::Tx;

use crate::metric::{self, AnswerView, Asked, MetricView, Names, QuestionView, Told};
use crate::show::sheet::For;
use crate::view::CycleWords;
use crate::{links, say};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/city/metrics", Who::Anyone, catalogue),
        Route::page("/city/metrics/{metric}", Who::Anyone, page),
        Route::file("/city/metrics/{metric}/metric.csv", Who::Anyone, file),
    ]
}

/// A metric in the catalogue.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) title: String,
    pub(crate) meaning: String,
    pub(crate) value: String,
    pub(crate) n: String,
}

#[derive(Template)]
#[template(path = "city_metrics.html")]
struct CataloguePage {
    page: Page,
    cycle: CycleWords,
    metrics: Vec<Entry>,
    as_of: String,
}

/// Each metric's published figure of the running 年度; a metric that is still being counted has none.
pub(crate) async fn this_year(
    app: &App,
    catalogue: &Catalogue,
) -> Result<Vec<(&'static Metric, Option<Figure>)>, Refusal> {
    let (world, catalogue) = (app.world.clone(), catalogue.clone());
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let today = world.today();
        let period = Period::new(Cycle::of(today).running.first_day(), today.plus(1));
        let mut told = Vec::new();
        for metric in catalogue.metrics().iter().copied().filter(|metric| metric.public) {
            let Some(period) = period else { continue };
            let answer = match facts::ask(tx, &world, &Question::total(metric, period)).await {
                Ok(answer) => answer.public(),
                Err(AskError::Store(error)) => return Err(error),
                Err(AskError::NotReady | AskError::TooFine) => None,
            };
            told.push((metric, answer.as_ref().and_then(PublicAnswer::total)));
        }
        Ok(told)
    };
    Ok(app.db.read(read).await?)
}

/// The catalogue in words.
pub(crate) fn entries(t: words::Tongue, told: &[(&'static Metric, Option<Figure>)]) -> Vec<Entry> {
    let few = || t.text("evaluation-few").into_owned();
    told.iter()
        .map(|(metric, figure)| Entry {
            name: metric.name,
            title: t.text(metric.title).into_owned(),
            meaning: t.text(metric.meaning).into_owned(),
            value: figure.and_then(|it| it.value).map_or_else(few, |value| say::figure(t, metric, value)),
            n: figure.map_or_else(few, |figure| say::count(t, figure.n)),
        })
        .collect()
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
#[template(path = "city_metric.html")]
struct MetricPage {
    page: Page,
    cycle: CycleWords,
    metric: MetricView,
    q: QuestionView,
    a: AnswerView,
}

/// The published answer to what was asked, with the names of its groups.
async fn answered(
    app: &App,
    ask: &Ask,
    catalogue: &Catalogue,
    name: &str,
    asked: &Asked,
) -> Result<(Question, PublicAnswer, Names), Refusal> {
    let metric = catalogue.metric(name).filter(|metric| metric.public).ok_or_else(Refusal::not_found)?;
    let question = asked.question(metric, app.world.today());
    let (world, of, locale) = (app.world.clone(), question.clone(), ask.locale);
    let read = async move |tx: &mut Tx<'_>| -> Result<_, AskError> {
        let answer = facts::ask(tx, &world, &of).await?;
        Ok((answer.public(), Names::read(tx, world.today(), locale).await?))
    };
    let (answer, names) = app.db.read(read).await.map_err(metric::refusal)?;
    Ok((question, answer.ok_or_else(Refusal::not_found)?, names))
}

async fn page(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let (question, answer, names) = answered(&app, &ask, &catalogue, &name, &asked).await?;
    let t = ask.t();
    let csv = format!("{}/metric.csv?{}", links::metric(For::Everybody, &name, ""), asked.query("programme", ""));
    html(&MetricPage {
        page: Page::new(&app, &ask, question.metric.title),
        cycle: say::cycle(t, Cycle::of(app.world.today())),
        metric: metric::metric(t, question.metric),
        q: metric::question(t, &asked, &question, For::Everybody),
        a: metric::answer(t, &Told::from(&answer), &names, csv),
    })
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
