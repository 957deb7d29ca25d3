//! A metric's page for staff and for everybody: its meaning, a question, the answer as value, line and table.

use std::collections::BTreeMap;

use evaluation::Cycle;
use facts::{Answer, AskError, By, Figure, Filter, Key, Metric, Period, PublicAnswer, Question};
use kernel::day::Day;
use kernel::locale::Locale;
use kernel::time::Instant;
use serde::Deserialize;
use shell::{Choice, Refusal};
use store::Tx;
use uuid::Uuid;
use words::Tongue;

use crate::csv::Csv;
use crate::links;
use crate::say;
use crate::show::sheet::For;
use crate::view::line::{self, KpiChart, Step};

/// Steps a line shows at most: more would be a smear.
const STEPS: usize = 120;
/// The longest period that is asked for, in days: what is kept of a city's whole use.
const MOST_DAYS: i32 = 366 * 20;

/// What the reader asks; what is not understood is taken as not asked.
#[derive(Debug, Default, Clone, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    place: String,
    /// The programme somebody comes from.
    #[serde(default)]
    pub(crate) programme: String,
    /// Where the list of facts goes on.
    #[serde(default)]
    pub(crate) before: String,
}

/// The ways to split, by their words in addresses.
const BYS: [(By, &str, &str); 10] = [
    (By::Month, "month", "evaluation-by-month"),
    (By::Week, "week", "evaluation-by-week"),
    (By::Day, "day", "evaluation-by-day"),
    (By::FiscalYear, "fiscal_year", "evaluation-by-year"),
    (By::Unit, "unit", "evaluation-by-unit"),
    (By::Place, "place", "evaluation-by-place"),
    (By::Topic, "topic", "evaluation-by-topic"),
    (By::Channel, "channel", "evaluation-by-channel"),
    (By::Locale, "locale", "evaluation-by-locale"),
    (By::Hour, "hour", "evaluation-by-hour"),
];

impl Asked {
    /// The question; without days it is the running 年度 until today, without a split it is by month.
    pub(crate) fn question(&self, metric: &'static Metric, today: Day) -> Question {
        let cycle = Cycle::of(today);
        let to = Day::parse(&self.to).filter(|to| *to <= today).unwrap_or(today);
        let from = Day::parse(&self.from).filter(|from| *from <= to && to.since(*from) < MOST_DAYS);
        let from = from.unwrap_or_else(|| cycle.running.first_day().min(to));
        let period = Period::new(from, to.plus(1)).unwrap_or_else(|| Period::of_year(cycle.running));
        let by = BYS.iter().find(|by| by.1 == self.by).map_or(By::Month, |by| by.0);
        let place = self.place.parse::<Uuid>().ok();
        // Hours are counted by themselves only.
        let place = place.filter(|_| by != By::Hour);
        Question { metric, period, by, filter: Filter { place, ..Filter::default() } }
    }

    /// The question as a query, with a part changed.
    pub(crate) fn query(&self, part: &str, value: &str) -> String {
        let mut parts: BTreeMap<&str, &str> = BTreeMap::from([
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
            ("by", self.by.as_str()),
            ("place", self.place.as_str()),
            ("programme", self.programme.as_str()),
        ]);
        parts.insert(part, value);
        let written = parts.into_iter().filter(|(_, value)| !value.is_empty());
        written.map(|(name, value)| format!("{name}={}", links::encoded(value))).collect::<Vec<_>>().join("&")
    }
}

/// What a metric is.
pub(crate) struct MetricView {
    pub(crate) name: &'static str,
    pub(crate) meaning: String,
    pub(crate) formula: String,
    pub(crate) version: u16,
}

/// A metric in words.
pub(crate) fn metric(t: Tongue, metric: &'static Metric) -> MetricView {
    MetricView {
        name: metric.name,
        meaning: t.text(metric.meaning).into_owned(),
        formula: t.text(metric.formula).into_owned(),
        version: metric.version,
    }
}

/// The question as a form.
pub(crate) struct QuestionView {
    pub(crate) action: String,
    pub(crate) from: Day,
    pub(crate) to: Day,
    pub(crate) bys: Vec<Choice>,
    /// What the form keeps as it is.
    pub(crate) kept: Vec<(&'static str, String)>,
}

/// The question as the page shows it.
pub(crate) fn question(t: Tongue, asked: &Asked, of: &Question, is_for: For) -> QuestionView {
    let kept = [("place", asked.place.clone()), ("programme", asked.programme.clone())];
    QuestionView {
        action: links::metric(is_for, of.metric.name, ""),
        from: of.period.from(),
        to: of.period.until().plus(-1),
        bys: BYS.iter().map(|(by, word, key)| Choice::new(*word, t.text(key), *by == of.by)).collect(),
        kept: kept.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
    }
}

/// A line of the answer's table.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) n: String,
}

/// The answer as the page shows it.
pub(crate) struct AnswerView {
    pub(crate) period: String,
    pub(crate) value: String,
    pub(crate) n: String,
    pub(crate) as_of: String,
    pub(crate) chart: Option<KpiChart>,
    pub(crate) told: String,
    pub(crate) what: String,
    pub(crate) rows: Vec<Line>,
    pub(crate) csv: String,
}

/// What an answer says, whoever it is for: staff's own or the published one.
pub(crate) struct Told {
    pub(crate) metric: &'static Metric,
    pub(crate) period: Period,
    pub(crate) by: By,
    /// None where nothing may be said.
    pub(crate) total: Option<Figure>,
    pub(crate) groups: Vec<(Key, Option<Figure>)>,
    pub(crate) as_of: Instant,
}

impl From<&Answer> for Told {
    fn from(answer: &Answer) -> Self {
        Self {
            metric: answer.metric,
            period: answer.period,
            by: answer.by,
            total: Some(answer.total),
            groups: answer.groups.iter().map(|(key, figure)| (key.clone(), Some(*figure))).collect(),
            as_of: answer.as_of,
        }
    }
}

impl From<&PublicAnswer> for Told {
    fn from(answer: &PublicAnswer) -> Self {
        Self {
            metric: answer.metric(),
            period: answer.period(),
            by: answer.by(),
            total: answer.total(),
            groups: answer.groups().to_vec(),
            as_of: answer.as_of(),
        }
    }
}

/// What the keys of groups are called.
#[derive(Default)]
pub(crate) struct Names {
    /// Divisions and counters.
    ids: BTreeMap<Uuid, String>,
    /// Procedures.
    topics: BTreeMap<String, String>,
}

impl Names {
    /// Divisions and counters as they are called today.
    ///
    /// # Errors
    /// Any storage error.
    pub(crate) async fn read(tx: &mut Tx<'_>, today: Day, locale: Locale) -> Result<Self, store::Error> {
        let units = people::units(tx, today).await?;
        let counters = places::counters(tx).await?;
        let mut ids: BTreeMap<Uuid, String> =
            units.into_iter().map(|unit| (unit.id.uuid(), unit.name.get(locale).to_owned())).collect();
        ids.extend(counters.into_iter().map(|it| (it.id.uuid(), it.details.name.get(locale).to_owned())));
        let services = visits::services(tx).await?;
        let topics = services.into_iter().map(|it| (it.code, it.name.get(locale).to_owned())).collect();
        Ok(Self { ids, topics })
    }

    /// A division or counter.
    pub(crate) fn id(&self, id: Uuid) -> String {
        self.ids.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// A procedure or another code.
    pub(crate) fn code(&self, t: Tongue, code: &str) -> String {
        if let Some(name) = self.topics.get(code) {
            return name.clone();
        }
        let key = match code {
            "web" => "evaluation-channel-web",
            "staff" => "evaluation-channel-staff",
            "walk_in" | "walk-in" => "evaluation-channel-walk-in",
            "ja" => "shell-language-ja",
            "easy" => "shell-language-easy",
            "en" => "shell-language-en",
            _ => return code.to_owned(),
        };
        t.text(key).into_owned()
    }

    fn key(&self, t: Tongue, key: &Key) -> String {
        let nobody = || t.text("evaluation-nobody").into_owned();
        match key {
            Key::All => t.text("evaluation-totals-all").into_owned(),
            Key::Day(day) => t.short_day(*day),
            Key::Week(day) => t.with("evaluation-week-of", [("day", t.short_day(*day).into())]).into_owned(),
            Key::Month(month) => t.month(*month),
            Key::FiscalYear(year) => say::year(t, *year),
            Key::Unit(id) | Key::Place(id) => id.map_or_else(nobody, |id| self.id(id)),
            Key::Code(code) => code.as_deref().map_or_else(nobody, |code| self.code(t, code)),
            Key::Hour(hour) => t.with("evaluation-hour", [("n", (*hour).into())]).into_owned(),
        }
    }
}

/// The answer as the page shows it; `csv` is where the file is.
pub(crate) fn answer(t: Tongue, told: &Told, names: &Names, csv: String) -> AnswerView {
    let metric = told.metric;
    let few = || t.text("evaluation-few").into_owned();
    let value = |figure: Option<Figure>| {
        figure.and_then(|figure| figure.value).map_or_else(few, |value| say::figure(t, metric, value))
    };
    let n = |figure: Option<Figure>| figure.map_or_else(few, |figure| say::count(t, figure.n));
    let in_time = matches!(told.by, By::Day | By::Week | By::Month | By::FiscalYear);
    let lines =
        told.groups.iter().map(|(key, figure)| Line { name: names.key(t, key), value: value(*figure), n: n(*figure) });
    let mut rows: Vec<Line> = lines.collect();
    let chart = if in_time { chart(t, told) } else { None };
    if in_time {
        rows.reverse();
    }
    let period = [("from", t.day(told.period.from())), ("to", t.day(told.period.until().plus(-1)))];
    let what = BYS.iter().find(|by| by.0 == told.by).map_or("evaluation-by-none", |by| by.2);
    AnswerView {
        period: t.with("evaluation-metric-period", period.map(|(name, day)| (name, day.into()))).into_owned(),
        value: told.total.and_then(|figure| figure.value).map_or_else(few, |value| say::fine(t, metric, value)),
        n: n(told.total),
        as_of: t.with("evaluation-metrics-as-of", [("when", t.moment(told.as_of).into())]).into_owned(),
        told: spoken(t, told, names),
        chart,
        what: t.text(what).into_owned(),
        rows,
        csv,
    }
}

fn chart(t: Tongue, told: &Told) -> Option<KpiChart> {
    let first = told.groups.iter().position(|(_, figure)| figure.is_none_or(|figure| figure.n > 0)).unwrap_or(0);
    let skip = told.groups.len().saturating_sub(STEPS).max(first);
    let steps: Vec<Step> = told
        .groups
        .iter()
        .skip(skip)
        .map(|(key, figure)| Step {
            label: short(t, key),
            actual: figure.and_then(|figure| figure.value).map(facts::Thousandths::get),
            ..Step::default()
        })
        .collect();
    let metric = told.metric;
    line::chart(&steps, "", "", |value| say::figure(t, metric, facts::Thousandths::new(value)))
}

/// Under the axis.
fn short(t: Tongue, key: &Key) -> String {
    match key {
        Key::Day(day) | Key::Week(day) => {
            if t.locale() == Locale::En {
                return t.short_day(*day).split(" (").next().unwrap_or_default().to_owned();
            }
            let (_, month, day) = day.ymd();
            format!("{month}/{day}")
        }
        Key::Month(month) if t.locale() == Locale::En => t.month(*month),
        Key::Month(month) => format!("{}月", month.number()),
        Key::FiscalYear(year) => say::column(t, *year),
        _ => String::new(),
    }
}

/// The line in words.
fn spoken(t: Tongue, told: &Told, names: &Names) -> String {
    let between = if t.locale() == Locale::En { ", " } else { "、" };
    let steps = told.groups.iter().rev().take(12).rev().filter_map(|(key, figure)| {
        let value = figure.filter(|figure| figure.n > 0)?.value?;
        Some(format!("{} {}", names.key(t, key), say::figure(t, told.metric, value)))
    });
    let steps = steps.collect::<Vec<_>>().join(between);
    let title = t.text(told.metric.title);
    t.with("evaluation-metric-told", [("title", title.into()), ("steps", steps.into())]).into_owned()
}

/// The answer as a file: exact values without units, the keys as codes besides their words.
pub(crate) fn csv(t: Tongue, told: &Told, names: &Names) -> axum::response::Response {
    let what = BYS.iter().find(|by| by.0 == told.by).map_or("evaluation-by-none", |by| by.2);
    let unit = t.text(told.metric.scale.word());
    let value = format!("{} ({unit})", t.text("evaluation-col-value"));
    let mut csv = Csv::new(&[t.text("evaluation-col-code"), t.text(what), value.into(), t.text("evaluation-col-n")]);
    let mut line = |code: String, name: String, figure: Option<Figure>| {
        let value = figure.and_then(|figure| figure.value).map(|value| value.to_string()).unwrap_or_default();
        let n = figure.map(|figure| figure.n.to_string()).unwrap_or_default();
        csv.line(&[code, name, value, n]);
    };
    for (key, figure) in &told.groups {
        line(key.code(), names.key(t, key), *figure);
    }
    line(String::new(), t.text("evaluation-totals-all").into_owned(), told.total);
    csv.answer(&format!("{}.csv", told.metric.name))
}

/// A question that has no answer yet, or never.
pub(crate) fn refusal(error: AskError) -> Refusal {
    match error {
        AskError::TooFine => Refusal::not_found(),
        AskError::NotReady => Refusal::busy(60),
        AskError::Store(error) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_without_days_is_the_running_year_until_today() {
        let today = Day::parse("2026-11-22").unwrap();
        let metric = visits::METRICS.first().unwrap();
        let question = Asked::default().question(metric, today);
        assert_eq!(
            (question.period.from().to_string(), question.period.until().to_string()),
            ("2026-04-01".to_owned(), "2026-11-23".to_owned())
        );
        let asked = Asked {
            from: "2026-11-01".to_owned(),
            to: "2027-01-01".to_owned(),
            by: "hour".to_owned(),
            place: Uuid::nil().to_string(),
            ..Asked::default()
        };
        let question = asked.question(metric, today);
        assert_eq!((question.period.days(), question.by, question.filter.place), (22, By::Hour, None));
    }
}
