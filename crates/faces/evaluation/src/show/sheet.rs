//! A programme's sheet as the page shows it: for staff as it is, for everybody as it is published.

use evaluation::{Assessment, Cycle, Directions, IndicatorKind, Sheet, ValueKind};
use kernel::fiscal::FiscalYear;
use plan::Programme;
use words::Tongue;

use crate::show::money;
use crate::view::{self, ChainLink, Crumb, Indicator, IndicatorGroup, Indicators, Kpi, shortened};
use crate::{links, say};

/// Letters of a link of the chain before it is cut.
const CHAIN: usize = 80;

/// For whom a sheet is made: where its links lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// The back office.
    Staff,
    /// Everybody.
    Everybody,
}

/// The sheet with its KPIs already made ([`crate::show::kpi`]).
pub(crate) fn sheet(t: Tongue, sheet: &Sheet, cycle: Cycle, kpis: Vec<Kpi>, reader: For) -> view::Sheet {
    let programme = &sheet.programme;
    let code = programme.code.clone();
    view::Sheet {
        crumbs: crumbs(programme, reader),
        other_names: Vec::new(),
        cycle: say::cycle(t, cycle),
        owner: owner(t, programme),
        basics: basics(t, programme),
        chain: chain(t, programme),
        money: money::money(t, &sheet.years(), cycle, links::sheet_csv(reader, &code, "money")),
        kpis,
        indicators: indicators(t, sheet, links::sheet_csv(reader, &code, "indicators")),
        assessments: sheet.assessments.iter().map(|one| assessment(t, one)).collect(),
        code,
    }
}

fn crumbs(programme: &Programme, reader: For) -> Vec<Crumb> {
    let path = &programme.path;
    let mut crumbs = vec![Crumb {
        label: format!("{} {}", path.policy.code, path.policy.name),
        href: links::list(reader, &format!("policy={}", links::encoded(&path.policy.code))),
    }];
    let below = [&path.measure, &path.group].into_iter().flatten();
    crumbs.extend(below.map(|node| Crumb { label: format!("{} {}", node.code, node.name), href: String::new() }));
    crumbs
}

fn owner(t: Tongue, programme: &Programme) -> String {
    let division = &programme.text.division;
    let words: Vec<&str> = [&division.bu, &division.ka, &programme.text.section]
        .into_iter()
        .map(String::as_str)
        .filter(|w| !w.is_empty())
        .collect();
    if words.is_empty() { t.text("evaluation-owner-none").into_owned() } else { words.join(" ") }
}

fn basics(t: Tongue, programme: &Programme) -> Vec<(String, String)> {
    let text = &programme.text;
    let term = match (text.starts.text.trim(), text.ends.text.trim()) {
        (from, to) if nothing(from) && nothing(to) => text.term.clone(),
        (from, to) if nothing(to) => t.with("evaluation-term-from", [("from", from.into())]).into_owned(),
        (from, to) if nothing(from) => t.with("evaluation-term-to", [("to", to.into())]).into_owned(),
        (from, to) => t.with("evaluation-term-from-to", [("from", from.into()), ("to", to.into())]).into_owned(),
    };
    [
        ("evaluation-basic-legal", text.legal.clone()),
        ("evaluation-basic-category", text.category.clone()),
        ("evaluation-basic-term", term),
    ]
    .into_iter()
    .filter(|(_, value)| !value.trim().is_empty())
    .map(|(key, value)| (t.text(key).into_owned(), value))
    .collect()
}

/// How files say that there is no year.
fn nothing(year: &str) -> bool {
    matches!(year, "" | "-" | "0" | "－" | "ー")
}

fn chain(t: Tongue, programme: &Programme) -> Vec<ChainLink> {
    let text = &programme.text;
    let links = [
        ("evaluation-aim-target", &text.target),
        ("evaluation-aim-activity", &text.summary),
        ("evaluation-aim-intent", &text.intent),
        ("evaluation-aim-outcome", &text.outcome),
    ];
    let mut chain: Vec<ChainLink> = links
        .into_iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(key, text)| {
            let (text, whole) = shortened(text, CHAIN);
            ChainLink { what: t.text(key).into_owned(), text, whole, here: false }
        })
        .collect();
    if let Some(last) = chain.last_mut() {
        last.here = true;
    }
    chain
}

fn indicators(t: Tongue, sheet: &Sheet, csv: String) -> Indicators {
    let mut years: Vec<FiscalYear> =
        sheet.indicators.iter().flat_map(|one| one.values.iter().map(|value| value.year)).collect();
    years.sort_unstable();
    years.dedup();
    let groups = IndicatorKind::ALL.into_iter().filter_map(|kind| {
        let rows: Vec<Indicator> = sheet
            .indicators
            .iter()
            .filter(|one| one.kind == kind)
            .map(|one| Indicator {
                name: one.name.clone(),
                unit: one.unit.clone(),
                cells: years.iter().map(|year| cell(t, one, *year)).collect(),
            })
            .collect();
        let key = match kind {
            IndicatorKind::Activity => "evaluation-indicator-activity",
            IndicatorKind::Population => "evaluation-indicator-population",
            IndicatorKind::Outcome => "evaluation-indicator-outcome",
        };
        (!rows.is_empty()).then(|| IndicatorGroup { kind: t.text(key).into_owned(), rows })
    });
    Indicators { groups: groups.collect(), years: years.iter().map(|year| say::column(t, *year)).collect(), csv }
}

/// What happened in a year; else what was meant to, said so.
fn cell(t: Tongue, indicator: &evaluation::Indicator, year: FiscalYear) -> String {
    let of = |kind| indicator.values.iter().find(|value| value.year == year && value.kind == kind);
    match (of(ValueKind::Actual), of(ValueKind::Target)) {
        (Some(actual), _) => say::number(actual.value),
        (None, Some(target)) => {
            t.with("evaluation-indicator-planned", [("value", say::number(target.value).into())]).into_owned()
        }
        (None, None) => String::new(),
    }
}

fn assessment(t: Tongue, one: &Assessment) -> view::Assessment {
    let label = if one.direction_label.is_empty() { &one.rating_label } else { &one.direction_label };
    let means = if one.direction.is_empty() { one.rating } else { one.direction };
    view::Assessment {
        year: t.with("evaluation-assessed-year", [("year", say::year(t, one.year).into())]).into_owned(),
        label: label.clone(),
        directions: lumped(t, means),
        undecided: !one.decided,
        section: one.section_comment.clone(),
        head: one.head_comment.clone(),
    }
}

/// The directions a label may mean, where it may mean several; a plain one needs no second word.
fn lumped(t: Tongue, directions: Directions) -> Vec<String> {
    if directions.only().is_some() { Vec::new() } else { directions.iter().map(|one| say::direction(t, one)).collect() }
}
