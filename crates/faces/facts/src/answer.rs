//! How metrics and their figures look in JSON.

use facts::{By, Figure, Metric, PublicAnswer};
use schemars::JsonSchema;
use serde::Serialize;
use words::Tongue;

/// What a metric is.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MetricView {
    /// Its name, for ever.
    name: &'static str,
    /// Grows when its definition changes.
    version: u16,
    /// In the caller's language.
    title: String,
    /// What it means.
    meaning: String,
    /// How it is made.
    formula: String,
    /// `cases`, `minutes`, `percent` or `score`.
    unit: &'static str,
    /// Which direction is wanted: `lower`, `higher` or `neither`.
    better: &'static str,
}

/// A figure.
#[derive(Serialize, JsonSchema)]
struct FigureView {
    /// How many facts it is made from.
    n: u64,
    /// In the metric's unit, exact to a thousandth; null when there is nothing to make it from.
    value: Option<f64>,
}

/// A group and its figure.
#[derive(Serialize, JsonSchema)]
struct GroupView {
    /// A day, the Monday of a week, a month (`2026-11`), the year a fiscal year begins in, an id, a code, an hour; null for
    /// facts that say nothing here.
    key: Option<String>,
    /// Null where it stands for fewer than 10, or would give such a group away.
    figure: Option<FigureView>,
}

/// What a metric says.
#[derive(Serialize, JsonSchema)]
pub(crate) struct View {
    /// Which metric.
    metric: MetricView,
    /// First day.
    from: String,
    /// Last day.
    to: String,
    /// Into what groups; null for the total alone.
    by: Option<&'static str>,
    /// All of it; null where it stands for fewer than 10.
    total: Option<FigureView>,
    /// The groups in order.
    groups: Vec<GroupView>,
    /// The moment it is true of, RFC 3339.
    as_of: String,
}

impl MetricView {
    pub(crate) fn of(t: Tongue, metric: &Metric) -> Self {
        Self {
            name: metric.name,
            version: metric.version,
            title: t.text(metric.title).into_owned(),
            meaning: t.text(metric.meaning).into_owned(),
            formula: t.text(metric.formula).into_owned(),
            unit: metric.scale.code(),
            better: metric.better.code(),
        }
    }
}

impl FigureView {
    #[expect(clippy::cast_precision_loss, reason = "thousandths of people and minutes lie far below 2^53")]
    fn of(figure: Figure) -> Self {
        Self { n: figure.n, value: figure.value.map(|value| value.get() as f64 / 1000.0) }
    }
}

impl View {
    pub(crate) fn of(t: Tongue, answer: &PublicAnswer) -> Self {
        let group = |(key, figure): &(facts::Key, Option<Figure>)| GroupView {
            key: Some(key.code()).filter(|code| !code.is_empty()),
            figure: figure.map(FigureView::of),
        };
        Self {
            metric: MetricView::of(t, answer.metric()),
            from: answer.period().from().to_string(),
            to: answer.period().until().plus(-1).to_string(),
            by: (answer.by() != By::Nothing).then(|| answer.by().code()),
            total: answer.total().map(FigureView::of),
            groups: answer.groups().iter().map(group).collect(),
            as_of: answer.as_of().to_rfc3339_jst(),
        }
    }
}
