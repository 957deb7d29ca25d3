//! The list of programmes with its filter and the totals, for staff and for everybody; the files of both.

use std::collections::BTreeMap;

use axum::response::Response;
use evaluation::{By, Cycle, Filter, ProgrammeRow, Sheet, Stage, TotalRow, Totals};
use kernel::fiscal::FiscalYear;
use kernel::text::fold;
use plan::{Level, Tree};
use serde::Deserialize;
use shell::Choice;
use store::{Error, Tx};
use words::{Tongue, grouped};

use crate::csv::Csv;
use crate::show::sheet::For;
use crate::view::{self, ListRow};
use crate::{links, say};

/// Programmes of a page.
const PAGE: usize = 100;
/// The most a list holds: more than any city has.
const MOST: u32 = 10_000;
/// The length of the longest bar.
const BAR: i64 = 240;

/// What the reader asks for; what is not understood is taken as not asked.
#[derive(Debug, Default, Clone, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    year: String,
    #[serde(default)]
    policy: String,
    #[serde(default)]
    measure: String,
    #[serde(default)]
    ka: String,
    #[serde(default)]
    bu: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    page: String,
}

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Code,
    Cost,
    General,
    Name,
}

impl Sort {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Code, "code", "evaluation-sort-code"),
        (Self::Cost, "cost", "evaluation-sort-cost"),
        (Self::General, "general", "evaluation-sort-general"),
        (Self::Name, "name", "evaluation-sort-name"),
    ];

    fn of(word: &str) -> Self {
        Self::ALL.iter().find(|(_, code, _)| *code == word).map_or(Self::Code, |(sort, ..)| *sort)
    }
}

/// The ways to sum up, with their words in addresses and their titles.
const VIEWS: [(By, &str, &str, &str); 4] = [
    (By::Policy, "policy", "evaluation-col-policy", "evaluation-totals-finding-policy"),
    (By::Measure, "measure", "evaluation-col-measure", "evaluation-totals-finding-measure"),
    (By::Bu, "bu", "evaluation-col-bu", "evaluation-totals-finding-bu"),
    (By::Ka, "ka", "evaluation-col-division", "evaluation-totals-finding-ka"),
];

/// What the list is made of: read from storage, then worded.
pub(crate) struct Listed {
    asked: Asked,
    years: Vec<(FiscalYear, Stage)>,
    pub(crate) year: FiscalYear,
    by: By,
    tree: Tree,
    divisions: Vec<TotalRow>,
    pub(crate) rows: Vec<ProgrammeRow>,
    totals: Totals,
    is_empty_city: bool,
}

/// Reads what was asked; `is_for` everybody gets published values only.
///
/// # Errors
/// Any storage error.
pub(crate) async fn read(tx: &mut Tx<'_>, asked: Asked, cycle: Cycle, is_for: For) -> Result<Listed, Error> {
    let years = evaluation::years(tx).await?;
    let year = chosen_year(&asked.year, &years, cycle);
    let by = VIEWS.iter().find(|view| view.1 == asked.by).map_or(By::Policy, |view| view.0);
    let tree = plan::tree(tx).await?;
    let node = |level, path: &str| tree.find(level, path).map(|node| node.id);
    let wanted = Filter {
        policy: node(Level::Policy, &asked.policy),
        measure: node(Level::Measure, &asked.measure),
        bu: Some(asked.bu.clone()).filter(|bu| !bu.is_empty()),
        ka: None,
        search: asked.q.chars().take(100).collect(),
    };
    let mut rows = match is_for {
        For::Staff => evaluation::programmes(tx, year, &wanted, None, MOST).await?,
        For::Everybody => evaluation::public::programmes(tx, year, &wanted, None, MOST).await?.into_inner(),
    };
    if !asked.ka.is_empty() {
        rows.retain(|row| row.division.label == asked.ka);
    }
    let (totals, divisions) = match is_for {
        For::Staff => {
            (evaluation::totals(tx, year, Some(by)).await?, evaluation::totals(tx, year, Some(By::Ka)).await?)
        }
        For::Everybody => (
            evaluation::public::totals(tx, year, Some(by)).await?.into_inner(),
            evaluation::public::totals(tx, year, Some(By::Ka)).await?.into_inner(),
        ),
    };
    let is_empty_city = tree.nodes().is_empty();
    sort(&mut rows, Sort::of(&asked.sort));
    Ok(Listed { asked, years, year, by, tree, divisions: divisions.rows, rows, totals, is_empty_city })
}

/// The year asked for when it has money, else the newest settled one, else the newest.
fn chosen_year(asked: &str, years: &[(FiscalYear, Stage)], cycle: Cycle) -> FiscalYear {
    let known = asked.parse().ok().and_then(FiscalYear::new).filter(|year| years.iter().any(|(of, _)| of == year));
    let settled = years.iter().rev().find(|(_, stage)| *stage == Stage::Settled);
    known.or_else(|| settled.or_else(|| years.last()).map(|(year, _)| *year)).unwrap_or(cycle.assessed)
}

fn sort(rows: &mut [ProgrammeRow], by: Sort) {
    let money = |row: &ProgrammeRow| row.money.unwrap_or_default();
    match by {
        Sort::Code => {}
        Sort::Cost => rows.sort_by_key(|row| std::cmp::Reverse(money(row).cost)),
        Sort::General => rows.sort_by_key(|row| std::cmp::Reverse(money(row).general)),
        Sort::Name => rows.sort_by_key(|row| fold(&row.name)),
    }
}

/// The filter as the page shows it.
pub(crate) struct FilterView {
    pub(crate) action: String,
    pub(crate) q: String,
    pub(crate) years: Vec<Choice>,
    pub(crate) policies: Vec<Choice>,
    pub(crate) kas: Vec<Choice>,
    pub(crate) sorts: Vec<Choice>,
    pub(crate) by: String,
    pub(crate) is_set: bool,
}

/// The totals as the page shows them.
pub(crate) struct TotalsView {
    pub(crate) finding: String,
    pub(crate) what: String,
    /// Address, words, chosen.
    pub(crate) views: Vec<Choice>,
    pub(crate) rows: Vec<view::TotalRow>,
    pub(crate) all: view::TotalRow,
    pub(crate) csv: String,
}

/// The list as the page shows it.
pub(crate) struct ListView {
    pub(crate) finding: String,
    pub(crate) rows: Vec<ListRow>,
    pub(crate) stage: String,
    pub(crate) csv: String,
    pub(crate) previous: String,
    pub(crate) next: String,
    pub(crate) range: String,
    pub(crate) is_empty_city: bool,
}

impl Listed {
    /// The present question with another value of one part, as a query.
    fn query(&self, part: &str, value: &str) -> String {
        let year = self.year.year().to_string();
        let asked = &self.asked;
        let mut parts: BTreeMap<&str, &str> = BTreeMap::from([
            ("q", asked.q.as_str()),
            ("year", year.as_str()),
            ("policy", asked.policy.as_str()),
            ("measure", asked.measure.as_str()),
            ("bu", asked.bu.as_str()),
            ("ka", asked.ka.as_str()),
            ("sort", asked.sort.as_str()),
            ("by", asked.by.as_str()),
        ]);
        parts.insert(part, value);
        let written = parts.into_iter().filter(|(_, value)| !value.is_empty());
        written.map(|(name, value)| format!("{name}={}", links::encoded(value))).collect::<Vec<_>>().join("&")
    }

    pub(crate) fn filter(&self, t: Tongue, is_for: For) -> FilterView {
        let asked = &self.asked;
        let all = || Choice::new("", t.text("evaluation-filter-all"), false);
        let years = self.years.iter().rev().map(|(year, stage)| {
            let label = format!("{} {}", say::year(t, *year), say::stage(t, *stage));
            Choice::new(year.year().to_string(), label, *year == self.year)
        });
        let policies = self.tree.nodes().iter().filter(|node| node.level == Level::Policy);
        let policies = policies.map(|node| {
            Choice::new(node.path.clone(), format!("{} {}", node.code, node.name), node.path == asked.policy)
        });
        let kas = self.divisions.iter().map(|row| {
            let label = format!("{}{}", row.bu.as_deref().unwrap_or_default(), row.name);
            let words = format!("{} {}", row.bu.as_deref().unwrap_or_default(), row.name);
            let checked = label == asked.ka;
            Choice::new(label, words.trim(), checked)
        });
        let sort = Sort::of(&asked.sort);
        let sorts = Sort::ALL.iter().map(|(one, code, key)| Choice::new(*code, t.text(key), *one == sort));
        FilterView {
            action: links::list(is_for, ""),
            q: asked.q.clone(),
            years: years.collect(),
            policies: std::iter::once(all()).chain(policies).collect(),
            kas: std::iter::once(all()).chain(kas).collect(),
            sorts: sorts.collect(),
            by: asked.by.clone(),
            is_set: [&asked.q, &asked.policy, &asked.measure, &asked.bu, &asked.ka].iter().any(|it| !it.is_empty()),
        }
    }

    pub(crate) fn totals(&self, t: Tongue, is_for: For) -> TotalsView {
        let (_, code, what, finding) = VIEWS.iter().find(|view| view.0 == self.by).unwrap_or(&VIEWS[0]);
        let most = self.totals.rows.iter().map(|row| row.money.cost.amount()).max().unwrap_or(0);
        let views = VIEWS.iter().map(|(by, word, key, _)| {
            Choice::new(links::list(is_for, &self.query("by", word)), t.text(key), *by == self.by)
        });
        TotalsView {
            finding: t.text(finding).into_owned(),
            what: t.text(what).into_owned(),
            views: views.collect(),
            rows: self.totals.rows.iter().map(|row| self.total_row(row, most, is_for)).collect(),
            all: sums(String::new(), String::new(), self.totals.programmes, &self.totals.money, 0),
            csv: format!("{}/totals.csv?year={}&by={code}", links::list(is_for, ""), self.year.year()),
        }
    }

    fn total_row(&self, row: &TotalRow, most: i64, is_for: For) -> view::TotalRow {
        let year = self.year.year();
        let (name, query) = match self.by {
            By::Policy => (format!("{} {}", row.code, row.name), format!("policy={}", links::encoded(&row.code))),
            By::Measure => {
                let own = row.code.rsplit('/').next().unwrap_or_default();
                let part = if row.code.contains('/') { "measure" } else { "policy" };
                (format!("{own} {}", row.name), format!("{part}={}", links::encoded(&row.code)))
            }
            By::Bu => (row.name.clone(), format!("bu={}", links::encoded(&row.name))),
            By::Ka => {
                let bu = row.bu.as_deref().unwrap_or_default();
                (
                    format!("{bu} {}", row.name).trim().to_owned(),
                    format!("ka={}", links::encoded(&format!("{bu}{}", row.name))),
                )
            }
        };
        sums(name, links::list(is_for, &format!("year={year}&{query}")), row.programmes, &row.money, most)
    }

    pub(crate) fn list(&self, t: Tongue, is_for: For) -> ListView {
        let pages = self.rows.len().div_ceil(PAGE).max(1);
        let page = self.asked.page.parse::<usize>().unwrap_or(1).clamp(1, pages);
        let first = (page - 1) * PAGE;
        let shown = &self.rows[first..self.rows.len().min(first + PAGE)];
        let link = |page: usize| links::list(is_for, &format!("{}&page={page}", self.query("sort", &self.asked.sort)));
        let cost: i64 = self.rows.iter().filter_map(|row| row.money).map(|money| money.cost.amount()).sum();
        let n = grouped(i64::try_from(self.rows.len()).unwrap_or(i64::MAX));
        let finding = t.with("evaluation-list-finding", [("n", n.into()), ("amount", say::amount(t, cost).into())]);
        let stage = self.totals.stage.map(|stage| say::stage(t, stage)).unwrap_or_default();
        let range = [("from", first + 1), ("to", first + shown.len()), ("all", self.rows.len())];
        ListView {
            finding: finding.into_owned(),
            rows: shown.iter().map(|row| list_row(t, row, is_for)).collect(),
            stage: t
                .with("evaluation-list-stage", [("year", say::year(t, self.year).into()), ("stages", stage.into())])
                .into_owned(),
            csv: format!("{}/list.csv?{}", links::list(is_for, ""), self.query("sort", &self.asked.sort)),
            previous: if page > 1 { link(page - 1) } else { String::new() },
            next: if page < pages { link(page + 1) } else { String::new() },
            range: t.with("evaluation-list-range", range.map(|(name, n)| (name, n.into()))).into_owned(),
            is_empty_city: self.is_empty_city,
        }
    }

    /// The list as a file.
    pub(crate) fn list_csv(&self, t: Tongue) -> Response {
        let heads = [
            "evaluation-col-code",
            "evaluation-col-programme",
            "evaluation-col-policy",
            "evaluation-col-measure",
            "evaluation-col-ka",
            "evaluation-col-year",
            "evaluation-col-stage",
            "evaluation-col-cost-yen",
            "evaluation-col-general-yen",
            "evaluation-col-staff-cost-yen",
            "evaluation-col-direction",
        ];
        let mut csv = Csv::new(&heads.map(|key| t.text(key)));
        for row in &self.rows {
            let yen = |of: fn(&evaluation::Money) -> kernel::yen::Yen| {
                row.money.as_ref().map(|money| of(money).amount().to_string()).unwrap_or_default()
            };
            csv.line(&[
                row.code.clone(),
                row.name.clone(),
                row.path.policy.name.clone(),
                row.path.measure.as_ref().map(|node| node.name.clone()).unwrap_or_default(),
                row.division.label.clone(),
                self.year.year().to_string(),
                row.stage.map(|stage| say::stage(t, stage)).unwrap_or_default(),
                yen(|money| money.cost),
                yen(|money| money.general),
                yen(|money| money.staff_cost),
                direction(t, row),
            ]);
        }
        csv.answer(&format!("programmes-{}.csv", self.year.year()))
    }

    /// The totals as a file.
    pub(crate) fn totals_csv(&self, t: Tongue) -> Response {
        let (_, code, what, _) = VIEWS.iter().find(|view| view.0 == self.by).unwrap_or(&VIEWS[0]);
        let heads = [
            "evaluation-col-code",
            what,
            "evaluation-col-count",
            "evaluation-col-cost-yen",
            "evaluation-source-national",
            "evaluation-source-prefectural",
            "evaluation-source-bonds",
            "evaluation-source-other",
            "evaluation-source-general",
            "evaluation-col-staff-cost-yen",
        ];
        let mut csv = Csv::new(&heads.map(|key| t.text(key)));
        for row in &self.totals.rows {
            let money = &row.money;
            let yen = [
                money.cost,
                money.national,
                money.prefectural,
                money.bonds,
                money.other,
                money.general,
                money.staff_cost,
            ];
            let name = format!("{}{}", row.bu.as_deref().unwrap_or_default(), row.name);
            let mut cells = vec![row.code.clone(), name, row.programmes.to_string()];
            cells.extend(yen.iter().map(|yen| yen.amount().to_string()));
            csv.line(&cells);
        }
        csv.answer(&format!("totals-{code}-{}.csv", self.year.year()))
    }
}

fn sums(name: String, href: String, n: u64, money: &evaluation::Money, most: i64) -> view::TotalRow {
    let bar = |yen: kernel::yen::Yen| {
        let exact = i128::from(yen.amount().max(0)) * i128::from(BAR) / i128::from(most.max(1));
        i64::try_from(exact).unwrap_or(0).min(BAR)
    };
    view::TotalRow {
        name,
        href,
        count: grouped(i64::try_from(n).unwrap_or(i64::MAX)),
        cost: grouped(money.cost.amount()),
        general: grouped(money.general.amount()),
        staff_cost: grouped(money.staff_cost.amount()),
        bar: bar(money.cost),
        bar_general: bar(money.general),
    }
}

fn direction(t: Tongue, row: &ProgrammeRow) -> String {
    match row.direction_label.as_deref() {
        None | Some("") => String::new(),
        Some(label) if row.decided => label.to_owned(),
        Some(label) => format!("{label}({})", t.text("evaluation-undecided")),
    }
}

fn list_row(t: Tongue, row: &ProgrammeRow, is_for: For) -> ListRow {
    let yen = |of: fn(&evaluation::Money) -> kernel::yen::Yen| {
        row.money.as_ref().map(|money| grouped(of(money).amount())).unwrap_or_default()
    };
    ListRow {
        href: links::sheet(is_for, &row.code),
        code: row.code.clone(),
        name: row.name.clone(),
        measure: row.path.measure.as_ref().unwrap_or(&row.path.policy).name.clone(),
        ka: if row.division.ka.is_empty() { row.division.label.clone() } else { row.division.ka.clone() },
        cost: yen(|money| money.cost),
        general: yen(|money| money.general),
        direction: direction(t, row),
    }
}

/// A programme's money as a file: every year and stage that is published.
pub(crate) fn money_csv(t: Tongue, sheet: &Sheet) -> Response {
    let heads = [
        "evaluation-col-year",
        "evaluation-col-stage",
        "evaluation-source-national",
        "evaluation-source-prefectural",
        "evaluation-source-bonds",
        "evaluation-source-other",
        "evaluation-source-general",
        "evaluation-col-cost",
        "evaluation-col-staff-cost",
        "evaluation-col-total",
        "evaluation-col-people",
        "evaluation-col-hours",
    ];
    let mut csv = Csv::new(&heads.map(|key| t.text(key)));
    for year in &sheet.money {
        let money = &year.money;
        let yen = [
            money.national,
            money.prefectural,
            money.bonds,
            money.other,
            money.general,
            money.cost,
            money.staff_cost,
            money.total,
        ];
        let mut cells = vec![year.year.year().to_string(), say::stage(t, year.stage)];
        cells.extend(yen.iter().map(|yen| yen.amount().to_string()));
        cells.extend([year.staff_people.to_string(), year.staff_hours.to_string()]);
        csv.line(&cells);
    }
    csv.answer(&format!("{}-money.csv", sheet.programme.code))
}

/// A programme's indicators as a file: a line a value.
pub(crate) fn indicators_csv(t: Tongue, sheet: &Sheet) -> Response {
    let heads = [
        "evaluation-col-kind",
        "evaluation-col-indicator",
        "evaluation-col-unit",
        "evaluation-col-year",
        "evaluation-col-stage",
        "evaluation-col-value",
    ];
    let mut csv = Csv::new(&heads.map(|key| t.text(key)));
    for one in &sheet.indicators {
        for value in &one.values {
            csv.line(&[
                one.kind.label_ja().to_owned(),
                one.name.clone(),
                one.unit.clone(),
                value.year.year().to_string(),
                value.kind.label_ja().to_owned(),
                value.value.to_string(),
            ]);
        }
    }
    csv.answer(&format!("{}-indicators.csv", sheet.programme.code))
}
