//! A KPI in words and as a line: a live one month by month over the running 年度, an entered one year by year.

use evaluation::Cycle;
use evaluation::kpi::{Kpi, KpiSource, KpiYear, Standing as Stands, StatisticSource};
use facts::{Figure, Metric};
use kernel::day::{Day, Month};
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::Locale;
use kernel::time::Instant;
use words::Tongue;

use crate::say;
use crate::show::sheet::For;
use crate::view::line::{self, Step};
use crate::view::{self, Explanation, Standing};

/// Months in a 年度.
const MONTHS: usize = 12;

/// What a live metric says: read from facts at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub(crate) metric: &'static Metric,
    /// By month, the running 年度 and some before it; none where nothing may be said.
    pub(crate) months: Vec<(Month, Option<Figure>)>,
    /// The running 年度.
    pub(crate) year: Option<Figure>,
    /// Today; none where nothing may be said.
    pub(crate) today: Option<Figure>,
    pub(crate) as_of: Instant,
    /// The counter it is limited to.
    pub(crate) place: String,
}

/// What the page knows besides the KPI itself.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    pub(crate) reader: For,
    pub(crate) cycle: Cycle,
    pub(crate) today: Day,
    /// The post that answers for it, in words; empty when none.
    pub(crate) owner: String,
    pub(crate) evidence: String,
    pub(crate) csv: String,
    pub(crate) edit: String,
}

/// The KPI as the page shows it.
pub(crate) fn kpi(t: Tongue, kpi: &Kpi, live: Option<&Live>, around: Around) -> view::Kpi {
    let unit = kpi.unit.get(t.locale()).to_owned();
    let Some(year) = shown_year(kpi, live.is_some(), around.cycle) else { return bare(t, kpi, around) };
    let show = |thousandths: i64| say::kpi(t, Decimal::from_millionths(thousandths.saturating_mul(1000)), &unit);
    let withheld = year.withheld && around.reader == For::Everybody;
    let steps = match live {
        _ if withheld => Vec::new(),
        Some(live) => months(t, live, around.cycle.running, year.target),
        None => years(t, kpi),
    };
    let standing = match year.standing {
        Stands::Met => Standing::Met,
        Stands::Missed => Standing::Missed,
        Stands::NoTarget | Stands::NoValue => Standing::Open,
    };
    let missed = standing == Standing::Missed;
    let note = &year.note;
    view::Kpi {
        id: kpi.id.to_string(),
        name: kpi.name.get(t.locale()).to_owned(),
        finding: if withheld { t.text("evaluation-kpi-withheld").into_owned() } else { finding(t, kpi, year, &unit) },
        standing,
        chart: line::chart(&steps, &t.text("evaluation-kpi-goal"), &t.text("evaluation-kpi-band"), show),
        told: told(t, &steps, year.target, &unit, show),
        live: live
            .map(|live| words_of(t, "evaluation-kpi-live", "when", &short_moment(t, live.as_of)))
            .unwrap_or_default(),
        today: live.map(|live| today(t, live, around.reader)).unwrap_or_default(),
        overdue: overdue(t, kpi),
        facts: facts(t, kpi, year, live, &around),
        explanation: explanation(t, note, around.reader),
        wants_words: missed && note.published.is_none() && note.draft.is_none() && around.reader == For::Staff,
        held_back: held_back(t, year, &around, missed),
        evidence: around.evidence,
        csv: around.csv,
        edit: around.edit,
        rows: steps
            .iter()
            .filter(|step| step.actual.is_some() || step.target.is_some())
            .map(|step| row(step, show))
            .collect(),
    }
}

/// A KPI with neither a year nor a number.
fn bare(t: Tongue, kpi: &Kpi, around: Around) -> view::Kpi {
    view::Kpi {
        id: kpi.id.to_string(),
        name: kpi.name.get(t.locale()).to_owned(),
        finding: t.text("evaluation-kpi-finding-none").into_owned(),
        standing: Standing::Open,
        chart: None,
        told: String::new(),
        live: String::new(),
        today: String::new(),
        overdue: String::new(),
        facts: Vec::new(),
        explanation: None,
        wants_words: false,
        held_back: String::new(),
        evidence: around.evidence,
        csv: around.csv,
        edit: around.edit,
        rows: Vec::new(),
    }
}

/// The 年度 a KPI is told of: a live one runs; of an entered one the newest number counts.
pub(crate) fn shown_year(kpi: &Kpi, is_live: bool, cycle: Cycle) -> Option<&KpiYear> {
    let of = |year: FiscalYear| kpi.years.iter().find(|known| known.year == year);
    if is_live {
        return of(cycle.running);
    }
    let told = |year: &&KpiYear| year.actual.is_some() || year.withheld;
    kpi.years.iter().rev().filter(|year| year.year <= cycle.running).find(told).or_else(|| of(cycle.assessed))
}

/// A moment of these days: `11月24日(火) 8:00`.
fn short_moment(t: Tongue, at: Instant) -> String {
    format!("{} {}", t.short_day(at.day()), t.time(at.minute()))
}

fn words_of(t: Tongue, key: &str, name: &str, value: &str) -> String {
    t.with(key, [(name, value.into())]).into_owned()
}

fn finding(t: Tongue, kpi: &Kpi, year: &KpiYear, unit: &str) -> String {
    let Some(actual) = year.actual else { return t.text("evaluation-kpi-finding-none").into_owned() };
    let value = say::kpi(t, actual.value, unit);
    let Some(target) = year.target else { return words_of(t, "evaluation-kpi-finding-value", "value", &value) };
    if kpi.better.reaches(actual.value, target) {
        let target = say::kpi(t, target, unit);
        return t.with("evaluation-kpi-finding-met", [("value", value.into()), ("target", target.into())]).into_owned();
    }
    let gap = Decimal::from_millionths(actual.value.millionths().saturating_sub(target.millionths()).saturating_abs());
    let gap = say::kpi(t, gap, unit);
    t.with("evaluation-kpi-finding-missed", [("value", value.into()), ("gap", gap.into())]).into_owned()
}

/// Thousandths of a KPI's number.
fn thousandths(value: Decimal) -> i64 {
    let half = if value.millionths() < 0 { -500 } else { 500 };
    value.millionths().saturating_add(half) / 1000
}

fn value(figure: Option<Figure>) -> Option<i64> {
    figure?.value.map(facts::Thousandths::get)
}

/// The running 年度 month by month, with the band of the same months before.
fn months(t: Tongue, live: &Live, running: FiscalYear, target: Option<Decimal>) -> Vec<Step> {
    let mut month = running.first_day().month();
    (0..MONTHS)
        .map(|_| {
            let of =
                |wanted: Month| live.months.iter().find(|(month, _)| *month == wanted).and_then(|(_, f)| value(*f));
            let earlier: Vec<i64> = live
                .months
                .iter()
                .filter(|(other, _)| other.number() == month.number() && *other < month)
                .filter_map(|(_, figure)| value(*figure))
                .collect();
            let step = Step {
                label: month_label(t, month),
                actual: of(month),
                target: target.map(thousandths),
                band: earlier.iter().min().copied().zip(earlier.iter().max().copied()),
            };
            month = month.last_day().plus(1).month();
            step
        })
        .collect()
}

fn month_label(t: Tongue, month: Month) -> String {
    match t.locale() {
        Locale::Ja | Locale::Easy => format!("{}月", month.number()),
        Locale::En => t.month(month).split(' ').next().unwrap_or_default().to_owned(),
    }
}

fn years(t: Tongue, kpi: &Kpi) -> Vec<Step> {
    let told = kpi.years.iter().filter(|year| year.actual.is_some() || year.target.is_some());
    told.map(|year| Step {
        label: say::column(t, year.year),
        actual: year.actual.map(|actual| thousandths(actual.value)),
        target: year.target.map(thousandths),
        band: None,
    })
    .collect()
}

fn told(t: Tongue, steps: &[Step], target: Option<Decimal>, unit: &str, show: impl Fn(i64) -> String) -> String {
    let between = if t.locale() == Locale::En { ", " } else { "、" };
    let steps: Vec<String> =
        steps.iter().filter_map(|step| Some(format!("{} {}", step.label, show(step.actual?)))).collect();
    if steps.is_empty() {
        return t.text("evaluation-kpi-none").into_owned();
    }
    let steps = steps.join(between);
    match target {
        Some(target) => {
            let target = say::kpi(t, target, unit);
            t.with("evaluation-kpi-told", [("steps", steps.into()), ("target", target.into())]).into_owned()
        }
        None => words_of(t, "evaluation-kpi-told-no-target", "steps", &steps),
    }
}

fn row(step: &Step, show: impl Fn(i64) -> String) -> (String, String, String) {
    let show = |value: Option<i64>| value.map(&show).unwrap_or_default();
    (step.label.clone(), show(step.actual), show(step.target))
}

/// Today's number to the second, and how many it stands for: what one more case changes shows here at once.
fn today(t: Tongue, live: &Live, reader: For) -> String {
    let told = live.today.and_then(|figure| Some((figure.n, figure.value?))).filter(|(n, _)| *n > 0);
    match told {
        Some((n, value)) => {
            let value = say::fine(t, live.metric, value);
            t.with("evaluation-kpi-today", [("value", value.into()), ("n", say::count(t, n).into())]).into_owned()
        }
        // Of a day with few cases nothing is told to everybody, and so nothing is said about it.
        None if reader == For::Everybody => String::new(),
        None => t.text("evaluation-kpi-today-none").into_owned(),
    }
}

fn overdue(t: Tongue, kpi: &Kpi) -> String {
    let due = kpi.years.iter().rev().find(|year| year.overdue).and_then(|year| year.due);
    due.map(|day| words_of(t, "evaluation-kpi-overdue", "day", &t.day(day))).unwrap_or_default()
}

fn facts(t: Tongue, kpi: &Kpi, year: &KpiYear, live: Option<&Live>, around: &Around) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |key: &str, value: String| {
        if !value.is_empty() {
            facts.push((t.text(key).into_owned(), value));
        }
    };
    if let Some(live) = live {
        add("evaluation-kpi-definition", t.text(live.metric.meaning).into_owned());
        add("evaluation-kpi-place", live.place.clone());
        let n = live.year.map_or(0, |figure| figure.n);
        let of = say::year(t, around.cycle.running);
        add("evaluation-kpi-count", format!("{of} {}", say::count(t, n)));
    } else {
        if let KpiSource::Statistic(StatisticSource { source, .. }) = &kpi.source {
            add("evaluation-kpi-source", source.clone());
        }
        let as_of = year.actual.map(|actual| t.day(actual.as_of));
        add(
            "evaluation-col-actual",
            as_of.map(|day| words_of(t, "evaluation-kpi-as-of", "day", &day)).unwrap_or_default(),
        );
    }
    let owner = match year.due.filter(|_| live.is_none() && !around.owner.is_empty()) {
        Some(due) => t
            .with(
                "evaluation-kpi-entered-by",
                [("post", around.owner.as_str().into()), ("day", t.short_day(due).into())],
            )
            .into_owned(),
        None => around.owner.clone(),
    };
    add(if live.is_some() { "evaluation-owner" } else { "evaluation-kpi-entered" }, owner);
    facts
}

fn explanation(t: Tongue, note: &evaluation::kpi::Note, reader: For) -> Option<Explanation> {
    let draft = note.draft.as_ref().filter(|_| reader == For::Staff);
    match (draft, &note.published) {
        (Some(text), _) => Some(Explanation { text: text.clone(), said: String::new(), is_draft: true }),
        (None, Some(text)) => {
            let on = note.published_at.map(|at| words_of(t, "evaluation-said-on", "day", &t.day(at.day())));
            Some(Explanation { text: text.clone(), said: on.unwrap_or_default(), is_draft: false })
        }
        (None, None) => None,
    }
}

/// Staff are told when residents will see a red number.
fn held_back(t: Tongue, year: &KpiYear, around: &Around, missed: bool) -> String {
    if around.reader == For::Everybody || !missed || year.is_public(around.today) {
        return String::new();
    }
    let since = year.red_since.unwrap_or(around.today);
    let day = since.plus(evaluation::kpi::RED_IS_PUBLIC_AFTER_DAYS);
    words_of(t, "evaluation-kpi-held", "day", &t.day(day))
}
