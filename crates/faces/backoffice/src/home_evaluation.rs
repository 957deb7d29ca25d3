//! What evaluation has for the first page: this month's deadlines, and one view for each of 企画, 財政, 行革 and 担当課.

use std::collections::BTreeMap;

use evaluation::kpi::{self, Kpi};
use evaluation::{Cycle, Direction, Filter, ProgrammeRow, Stage};
use kernel::day::Day;
use kernel::fiscal::FiscalYear;
use kernel::locale::Locale;
use kernel::time::Instant;
use people::{Permission, Staff};
use shell::Ask;
use store::{Error, Tx};
use words::Tongue;

/// More programmes than any city has.
const MOST: u32 = 10_000;

/// A number somebody has to enter.
pub(crate) struct Deadline {
    pub(crate) href: String,
    pub(crate) text: String,
    pub(crate) programme: String,
    pub(crate) late: bool,
}

/// One of the four views.
pub(crate) struct Division {
    pub(crate) title: String,
    pub(crate) lines: Vec<(String, String)>,
    pub(crate) href: String,
    pub(crate) link: String,
    /// The reader's own.
    pub(crate) mine: bool,
}

/// What stands on the first page of whoever answers for programmes.
pub(crate) struct Evaluation {
    pub(crate) assessed: String,
    pub(crate) running: String,
    pub(crate) reflected: String,
    pub(crate) deadlines: Vec<Deadline>,
    pub(crate) divisions: Vec<Division>,
}

/// What was read for it.
pub(crate) struct Read {
    year: Option<(FiscalYear, Stage)>,
    rows: Vec<ProgrammeRow>,
    kpis: Vec<Kpi>,
}

/// Whether the reader has anything to do with it.
pub(crate) fn concerns(staff: &Staff) -> bool {
    staff.can(Permission::EditProgrammes) || staff.can(Permission::EvaluateAll)
}

/// Reads programmes and KPIs.
///
/// # Errors
/// Any storage error.
pub(crate) async fn read(tx: &mut Tx<'_>, now: Instant) -> Result<Read, Error> {
    let years = evaluation::years(tx).await?;
    let settled = years.iter().rev().find(|(_, stage)| *stage == Stage::Settled);
    let year = settled.or_else(|| years.last()).copied();
    let of = year.map_or_else(|| Cycle::of(now.day()).assessed, |(year, _)| year);
    let rows = evaluation::programmes(tx, of, &Filter::default(), None, MOST).await?;
    Ok(Read { year, rows, kpis: kpi::all(tx, now).await? })
}

/// The page's part of it; nothing while the city has no programmes.
pub(crate) fn view(ask: &Ask, staff: &Staff, read: &Read, today: Day) -> Option<Evaluation> {
    if read.rows.is_empty() {
        return None;
    }
    let t = ask.t();
    let cycle = Cycle::of(today);
    Some(Evaluation {
        assessed: year(t, cycle.assessed),
        running: year(t, cycle.running),
        reflected: t.with("backoffice-eval-budget", [("year", year(t, cycle.reflected).into())]).into_owned(),
        deadlines: deadlines(t, staff, read, today),
        divisions: vec![planning(t, staff, read), finance(t, staff, read), reform(t, staff, read), own(t, staff, read)],
    })
}

fn year(t: Tongue, year: FiscalYear) -> String {
    match t.locale() {
        Locale::Ja => year.label_ja(),
        Locale::Easy => format!("{}年度", year.year()),
        Locale::En => year.to_string(),
    }
}

fn is_mine(staff: &Staff, row: &ProgrammeRow) -> bool {
    row.unit.is_some_and(|unit| staff.may(Permission::EditProgrammes, unit))
}

/// Numbers that are late, and those due until the end of the month: the own ones, or all for whoever evaluates.
fn deadlines(t: Tongue, staff: &Staff, read: &Read, today: Day) -> Vec<Deadline> {
    let end = today.month().last_day();
    let mut found = Vec::new();
    for kpi in &read.kpis {
        let Some(row) = read.rows.iter().find(|row| row.id == kpi.programme) else { continue };
        if !(staff.can(Permission::EvaluateAll) || is_mine(staff, row)) {
            continue;
        }
        let open = kpi.years.iter().filter(|year| year.actual.is_none());
        let due = open.filter_map(|year| year.due).filter(|due| *due <= end).max();
        let Some(due) = due else { continue };
        let late = due < today;
        let key = if late { "backoffice-eval-late" } else { "backoffice-eval-due" };
        let name = kpi.name.get(t.locale());
        found.push((
            due,
            Deadline {
                href: format!("/staff/evaluation/programmes/{}/kpis/{}/year", row.code, kpi.id),
                text: t.with(key, [("name", name.into()), ("day", t.short_day(due).into())]).into_owned(),
                programme: row.name.clone(),
                late,
            },
        ));
    }
    found.sort_by_key(|(due, _)| *due);
    found.into_iter().map(|(_, deadline)| deadline).collect()
}

/// 億円 with one decimal, below that 万円; the million yen of English.
fn amount(t: Tongue, yen: i64) -> String {
    if t.locale() != Locale::En && yen < 100_000_000 {
        let whole = (yen + 5_000) / 10_000;
        return t.with("evaluation-amount-ten-thousand", [("n", whole.into())]).into_owned();
    }
    let (by, key) = if t.locale() == Locale::En {
        (100_000, "backoffice-eval-million")
    } else {
        (10_000_000, "backoffice-eval-oku")
    };
    let tenths = (yen + by / 2) / by;
    t.with(key, [("n", format!("{}.{}", tenths / 10, tenths % 10).into())]).into_owned()
}

fn count(t: Tongue, n: usize) -> String {
    t.with("backoffice-eval-count", [("n", n.into())]).into_owned()
}

fn division(t: Tongue, keys: [&'static str; 2], href: String, mine: bool, lines: Vec<(&str, String)>) -> Division {
    Division {
        title: t.text(keys[0]).into_owned(),
        link: t.text(keys[1]).into_owned(),
        lines: lines.into_iter().map(|(key, value)| (t.text(key).into_owned(), value)).collect(),
        href,
        mine,
    }
}

fn has_role(staff: &Staff, role: people::Role) -> bool {
    staff.posts.iter().any(|post| post.roles.list().contains(&role))
}

fn planning(t: Tongue, staff: &Staff, read: &Read) -> Division {
    let distinct = |of: fn(&ProgrammeRow) -> Option<&str>| {
        let all: std::collections::BTreeSet<&str> = read.rows.iter().filter_map(of).collect();
        all.len()
    };
    let policies = distinct(|row| Some(row.path.policy.code.as_str()));
    let with: std::collections::BTreeSet<_> = read.kpis.iter().map(|kpi| kpi.programme).collect();
    let lines = vec![
        ("backoffice-eval-policies", count(t, policies)),
        ("backoffice-eval-programmes", count(t, read.rows.len())),
        ("backoffice-eval-with-kpi", count(t, with.len())),
    ];
    let keys = ["backoffice-eval-planning", "backoffice-eval-planning-link"];
    division(t, keys, "/staff/evaluation?by=policy#totals".to_owned(), has_role(staff, people::Role::Planning), lines)
}

fn finance(t: Tongue, staff: &Staff, read: &Read) -> Division {
    let sum = |of: fn(&evaluation::Money) -> kernel::yen::Yen| {
        let amounts = read.rows.iter().filter_map(|row| row.money.as_ref()).map(|money| of(money).amount());
        amount(t, amounts.fold(0_i64, i64::saturating_add))
    };
    let mut lines = Vec::new();
    if let Some((of, stage)) = read.year {
        let key = if stage == Stage::Settled { "backoffice-eval-settled" } else { "backoffice-eval-not-settled" };
        lines.push((key, year(t, of)));
    }
    lines.push(("backoffice-eval-cost", sum(|money| money.cost)));
    lines.push(("backoffice-eval-general", sum(|money| money.general)));
    let keys = ["backoffice-eval-finance", "backoffice-eval-finance-link"];
    division(t, keys, "/staff/evaluation?sort=general".to_owned(), has_role(staff, people::Role::Finance), lines)
}

/// What the assessments mean to change; what is undecided is counted only for those who evaluate.
fn reform(t: Tongue, staff: &Staff, read: &Read) -> Division {
    let mut directions: BTreeMap<Direction, usize> = BTreeMap::new();
    for row in read.rows.iter().filter(|row| row.decided) {
        if let Some(only) = row.direction.and_then(evaluation::Directions::only) {
            *directions.entry(only).or_default() += 1;
        }
    }
    let of = |wanted: &[Direction]| wanted.iter().filter_map(|direction| directions.get(direction)).sum::<usize>();
    let mut lines = vec![
        ("backoffice-eval-expand", count(t, of(&[Direction::Expand]))),
        ("backoffice-eval-change", count(t, of(&[Direction::ChangeMeans, Direction::Improve]))),
        (
            "backoffice-eval-less",
            count(t, of(&[Direction::Shrink, Direction::Merge, Direction::Pause, Direction::End, Direction::Abolish])),
        ),
    ];
    if staff.can(Permission::EvaluateAll) {
        let open = read.rows.iter().filter(|row| !row.decided && row.direction_label.is_some()).count();
        lines.push(("backoffice-eval-open", count(t, open)));
    }
    let keys = ["backoffice-eval-reform", "backoffice-eval-reform-link"];
    division(t, keys, "/staff/evaluation#list".to_owned(), has_role(staff, people::Role::Reform), lines)
}

fn own(t: Tongue, staff: &Staff, read: &Read) -> Division {
    let mine: Vec<&ProgrammeRow> = read.rows.iter().filter(|row| is_mine(staff, row)).collect();
    let cost =
        mine.iter().filter_map(|row| row.money).map(|money| money.cost.amount()).fold(0_i64, i64::saturating_add);
    let kpis = read.kpis.iter().filter(|kpi| mine.iter().any(|row| row.id == kpi.programme)).count();
    let lines = vec![
        ("backoffice-eval-programmes", count(t, mine.len())),
        ("backoffice-eval-cost", amount(t, cost)),
        ("backoffice-eval-kpis", count(t, kpis)),
    ];
    let href = mine.first().map_or_else(
        || "/staff/evaluation".to_owned(),
        |row| {
            let mut query = String::new();
            for byte in row.division.label.bytes() {
                query.push_str(&format!("%{byte:02X}"));
            }
            format!("/staff/evaluation?ka={query}")
        },
    );
    let keys = ["backoffice-eval-own", "backoffice-eval-own-link"];
    division(t, keys, href, !mine.is_empty(), lines)
}
