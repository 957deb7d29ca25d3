//! The API of metrics: the list, and what one says over a period. Callers are anonymous: they are told of public metrics
//! only, and of groups large enough that nobody is found by them.

mod answer;
#[cfg(test)]
mod tests;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use facts::{AskError, By, Catalogue, Metric, Period, Question};
use http::{Method, StatusCode};
use kernel::day::Day;
use kernel::fiscal::FiscalYear;
use schemars::JsonSchema;
use serde::Deserialize;
use shell::{ApiDoc, App, Ask, FieldFault, Path, Query, Refusal, Route, Who};
use store::Tx;

use answer::{MetricView, View};

/// The longest period one call may ask for: ten years.
const MOST_DAYS: i32 = 3653;
/// The longest one by days: two years.
const MOST_GROUPS: i32 = 732;

/// Over which days, into what groups.
#[derive(Deserialize, JsonSchema)]
struct Asked {
    /// First day, `YYYY-MM-DD` in Japan; the first of this fiscal year (1 April) when missing.
    from: Option<String>,
    /// Last day, `YYYY-MM-DD`; today when missing.
    to: Option<String>,
    /// `day`, `week` (from Monday), `month`, `fiscal_year`, `unit`, `place`, `topic`, `channel`, `locale`, `cohort` or `hour`;
    /// only the total when missing.
    by: Option<String>,
}

/// Every route of this face; handlers are given the catalogue.
#[must_use]
pub fn routes(catalogue: &Catalogue) -> Vec<Route> {
    let list = ApiDoc::new("listMetrics", "metrics", "The metrics anybody may read, with their meaning and formula")
        .answers::<Vec<MetricView>>(200, "The metrics");
    let one = ApiDoc::new(
        "getMetric",
        "metrics",
        "What a metric says over a period, as of now. Groups of fewer than 10 are null, and so are as many others as would \
         give them away",
    )
    .query::<Asked>()
    .answers::<View>(200, "The figures")
    .refuses(404, "not-found", "No such metric, or it is not public")
    .refuses(422, "invalid", "A parameter is wrong")
    .refuses(503, "metric-not-ready", "The metric is new and being counted; try again in some minutes");
    let routes = [
        Route::api(Method::GET, "/api/v1/metrics", Who::Anyone, list, metrics),
        Route::api(Method::GET, "/api/v1/metrics/{metric}", Who::Anyone, one, metric),
    ];
    routes.into_iter().map(|route| route.given(catalogue.clone())).collect()
}

async fn metrics(Extension(catalogue): Extension<Catalogue>, ask: Ask) -> Result<Response, Refusal> {
    let public = catalogue.metrics().iter().filter(|metric| metric.public);
    let list: Vec<MetricView> = public.map(|metric| MetricView::of(ask.t(), metric)).collect();
    shell::json(StatusCode::OK, &list)
}

async fn metric(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let metric = catalogue.metric(&name).filter(|metric| metric.public).ok_or_else(Refusal::not_found)?;
    let question = asked.question(metric, app.world.today())?;
    let world = app.world.clone();
    let answer = app.db.read(async move |tx: &mut Tx<'_>| facts::ask(tx, &world, &question).await).await;
    let public = answer.map_err(refusal)?.public().ok_or_else(Refusal::not_found)?;
    shell::json(StatusCode::OK, &View::of(ask.t(), &public))
}

impl Asked {
    fn question(&self, metric: &'static Metric, today: Day) -> Result<Question, Refusal> {
        let from = day("from", self.from.as_deref())?.unwrap_or_else(|| FiscalYear::of(today).first_day());
        let to = day("to", self.to.as_deref())?.unwrap_or_else(|| today.max(from));
        let by = match self.by.as_deref() {
            None => By::Nothing,
            Some(word) => By::of(word).ok_or_else(|| Refusal::invalid([FieldFault::new("by", "metrics-field-by")]))?,
        };
        let period = Period::new(from, to.plus(1))
            .ok_or_else(|| Refusal::invalid([FieldFault::new("to", "metrics-field-order")]))?;
        let most = if by == By::Day { MOST_GROUPS } else { MOST_DAYS };
        if period.days() > most {
            return Err(Refusal::invalid([FieldFault::new("to", "metrics-field-period").with("max", most)]));
        }
        Ok(Question { by, ..Question::total(metric, period) })
    }
}

fn day(field: &'static str, text: Option<&str>) -> Result<Option<Day>, Refusal> {
    match text {
        None => Ok(None),
        Some(text) => match Day::parse(text) {
            Some(day) => Ok(Some(day)),
            None => Err(Refusal::invalid([FieldFault::new(field, "metrics-field-day")])),
        },
    }
}

fn refusal(error: AskError) -> Refusal {
    match error {
        // Without a filter no question is too fine.
        AskError::TooFine => Refusal::invalid([FieldFault::new("by", "metrics-field-by")]),
        AskError::NotReady => Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "metric-not-ready",
            "metrics-not-ready-title",
            "metrics-not-ready-next",
        )
        .retry_after(60),
        AskError::Store(error) => error.into(),
    }
}
