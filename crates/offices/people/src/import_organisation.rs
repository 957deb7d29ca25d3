//! `import organisation`: the city's whole 部・課・係 as one table, in force from a day on.
//!
//! | column | also | |
//! |---|---|---|
//! | 部署コード | code | required, once per file; the unit is known by it for ever |
//! | 上位部署コード | parent | code of the unit above, which must be in the file; empty at the top |
//! | 区分 | kind | required: 部・局 / 課・室・所・館・支所・事務局・センター / 係・班・担当・グループ |
//! | 名称 | name | required |
//! | 名称(やさしい日本語) | name_easy | |
//! | 名称(英語) | name_en | |
//! | 電話 | telephone | shown as written |
//! | FAX | fax | shown as written |
//! | 受付時間 | hours | |
//! | 受付時間(やさしい日本語) | hours_easy | |
//! | 受付時間(英語) | hours_en | |
//! | 並び順 | order | a number; else the order of the file |
//!
//! The file is the whole organisation: a unit that exists on that day and is not in it is closed from that day on.
//! Units keep their ids, so cases, posts and counters stay with them through renaming and moving. The past is not
//! touched, and reading the same file again changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use intake::{BadRows, Collector, Column, Reason, Row, Table, cell};
use kernel::World;
use kernel::day::Day;
use kernel::locale::Localized;
use kernel::text::Line;
use store::Tx;

use crate::units::{self, PutUnit};
use crate::{Actor, Unit, UnitId, UnitKind, record};

/// A checked file.
#[derive(Clone, Debug)]
pub struct Organisation {
    rows: Vec<UnitRow>,
}

#[derive(Clone, Debug)]
struct UnitRow {
    code: Line<40>,
    parent: Option<Line<40>>,
    kind: UnitKind,
    name: Localized,
    telephone: Option<Line<60>>,
    fax: Option<Line<60>>,
    hours: Option<Localized>,
    sort: i64,
}

/// What an import does, or would do; units by their codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct OrganisationReport {
    /// New units.
    pub added: Vec<String>,
    /// Units whose name, place or particulars change.
    pub changed: Vec<String>,
    /// Units that are closed.
    pub closed: Vec<String>,
    /// How many stay as they are.
    pub unchanged: usize,
}

impl Organisation {
    /// Reads and checks a table; no database is needed.
    ///
    /// # Errors
    /// Every bad row by line and column.
    pub fn parse(table: &Table) -> Result<Self, BadRows> {
        let mut bad = Collector::default();
        bad.extend(table.surplus());
        let code = bad.take(table.require(&["部署コード", "所属コード", "code"]));
        let kind = bad.take(table.require(&["区分", "kind"]));
        let name = bad.take(table.require(&["名称", "部署名", "所属名", "name"]));
        let (Some(code), Some(kind), Some(name)) = (code, kind, name) else { return Err(bad.into_bad_rows()) };
        let columns = Columns {
            code,
            kind,
            name,
            parent: table.column(&["上位部署コード", "上位所属コード", "parent"]),
            name_easy: table.column(&["名称(やさしい日本語)", "名称(やさしい)", "name_easy"]),
            name_en: table.column(&["名称(英語)", "name_en"]),
            telephone: table.column(&["電話", "電話番号", "telephone"]),
            fax: table.column(&["FAX", "ファクス", "ファックス", "FAX番号"]),
            hours: table.column(&["受付時間", "開庁時間", "hours"]),
            hours_easy: table.column(&["受付時間(やさしい日本語)", "受付時間(やさしい)", "hours_easy"]),
            hours_en: table.column(&["受付時間(英語)", "hours_en"]),
            order: table.column(&["並び順", "order"]),
        };
        let mut rows = Vec::new();
        for (sort, row) in (0..).zip(table.rows()) {
            if let Some(unit) = columns.read(&mut bad, row, sort) {
                rows.push((row, unit));
            }
        }
        check(&mut bad, &columns, &rows);
        bad.all_or_nothing(Self { rows: rows.into_iter().map(|(_, unit)| unit).collect() })
    }
}

struct Columns {
    code: Column,
    kind: Column,
    name: Column,
    parent: Option<Column>,
    name_easy: Option<Column>,
    name_en: Option<Column>,
    telephone: Option<Column>,
    fax: Option<Column>,
    hours: Option<Column>,
    hours_easy: Option<Column>,
    hours_en: Option<Column>,
    order: Option<Column>,
}

impl Columns {
    fn read(&self, bad: &mut Collector, row: Row<'_>, sort: i64) -> Option<UnitRow> {
        let code = bad.take(row.required(self.code, cell::line::<40>));
        let kind = bad.take(row.required(self.kind, |text| UnitKind::parse(text).ok_or(Reason::Unknown)));
        let name = bad.take(row.required(self.name, cell::line::<80>));
        let mut text = |column| bad.take(row.optional(column, cell::line::<120>)).flatten().map(Line::into_string);
        let (name_easy, name_en) = (text(self.name_easy), text(self.name_en));
        let (hours, hours_easy, hours_en) = (text(self.hours), text(self.hours_easy), text(self.hours_en));
        let parent = bad.take(row.optional(self.parent, cell::line::<40>))?;
        let telephone = bad.take(row.optional(self.telephone, cell::line::<60>))?;
        let fax = bad.take(row.optional(self.fax, cell::line::<60>))?;
        let order = bad.take(row.optional(self.order, cell::integer))?;
        Some(UnitRow {
            code: code?,
            parent,
            kind: kind?,
            name: Localized { ja: name?.into_string(), easy: name_easy, en: name_en },
            telephone,
            fax,
            hours: hours.map(|ja| Localized { ja, easy: hours_easy, en: hours_en }),
            sort: order.unwrap_or(sort),
        })
    }
}

/// What only the rows together show: a code twice, a parent that is nowhere, a ring.
fn check(bad: &mut Collector, columns: &Columns, rows: &[(Row<'_>, UnitRow)]) {
    let mut lines: HashMap<&str, u64> = HashMap::new();
    for (row, unit) in rows {
        if let Some(line) = lines.get(unit.code.as_str()) {
            bad.add(row.refuse(columns.code, Reason::Duplicate { line: *line }));
        }
        if unit.code.as_str().starts_with('@') {
            bad.add(row.refuse(columns.code, Reason::Shape));
        }
        lines.entry(unit.code.as_str()).or_insert(row.line());
    }
    let parents: HashMap<&str, Option<&str>> =
        rows.iter().map(|(_, unit)| (unit.code.as_str(), unit.parent.as_ref().map(Line::as_str))).collect();
    for (row, unit) in rows {
        let (Some(parent), Some(column)) = (&unit.parent, columns.parent) else { continue };
        if !parents.contains_key(parent.as_str()) {
            bad.add(row.refuse(column, Reason::Unknown));
        } else if above_itself(&parents, unit.code.as_str()) {
            bad.add(row.refuse(column, Reason::Other("people-import-ring")));
        }
    }
}

fn above_itself(parents: &HashMap<&str, Option<&str>>, code: &str) -> bool {
    let mut at = parents.get(code).copied().flatten();
    for _ in 0..parents.len() {
        match at {
            None => return false,
            Some(here) if here == code => return true,
            Some(here) => at = parents.get(here).copied().flatten(),
        }
    }
    false
}

/// What the file would do if it came into force on `effective`.
///
/// # Errors
/// Any storage error.
pub async fn preview_organisation(
    tx: &mut Tx<'_>,
    file: &Organisation,
    effective: Day,
) -> Result<OrganisationReport, store::Error> {
    Ok(plan(&units::units(tx, effective).await?, file).report)
}

struct Plan<'f> {
    report: OrganisationReport,
    put: Vec<&'f UnitRow>,
    close: Vec<UnitId>,
}

fn plan<'f>(there: &[Unit], file: &'f Organisation) -> Plan<'f> {
    let by_code: BTreeMap<&str, &Unit> = there.iter().map(|unit| (unit.code.as_str(), unit)).collect();
    let codes: HashMap<UnitId, &str> = there.iter().map(|unit| (unit.id, unit.code.as_str())).collect();
    let mut plan = Plan { report: OrganisationReport::default(), put: Vec::new(), close: Vec::new() };
    for row in &file.rows {
        match by_code.get(row.code.as_str()) {
            Some(unit) if same(unit, row, &codes) => plan.report.unchanged += 1,
            Some(_) => {
                plan.report.changed.push(row.code.to_string());
                plan.put.push(row);
            }
            None => {
                plan.report.added.push(row.code.to_string());
                plan.put.push(row);
            }
        }
    }
    let listed: BTreeSet<&str> = file.rows.iter().map(|row| row.code.as_str()).collect();
    // A code that begins with @ is the program's own.
    for (code, unit) in by_code.into_iter().filter(|(code, _)| !listed.contains(code) && !code.starts_with('@')) {
        plan.report.closed.push(code.to_owned());
        plan.close.push(unit.id);
    }
    plan
}

fn same(unit: &Unit, row: &UnitRow, codes: &HashMap<UnitId, &str>) -> bool {
    let parent = unit.parent.and_then(|parent| codes.get(&parent).copied());
    parent == row.parent.as_ref().map(Line::as_str)
        && unit.kind == row.kind
        && unit.name == row.name
        && unit.telephone.as_deref() == row.telephone.as_ref().map(Line::as_str)
        && unit.fax.as_deref() == row.fax.as_ref().map(Line::as_str)
        && unit.hours == row.hours
        && unit.sort == row.sort
}

/// Puts the file into force from `effective` on.
///
/// # Errors
/// Any storage error.
pub async fn import_organisation(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    file: &Organisation,
    effective: Day,
) -> Result<OrganisationReport, store::Error> {
    let there = units::units(tx, effective).await?;
    let plan = plan(&there, file);
    let mut ids: HashMap<String, UnitId> = there.iter().map(|unit| (unit.code.clone(), unit.id)).collect();
    // Every unit must be known before any state can name its parent.
    for row in &plan.put {
        let id = units::know(tx, world, row.code.as_str()).await?;
        ids.insert(row.code.to_string(), id);
    }
    for row in &plan.put {
        let Some(id) = ids.get(row.code.as_str()) else { continue };
        let put = PutUnit {
            code: row.code.clone(),
            from: effective,
            kind: row.kind,
            parent: row.parent.as_ref().and_then(|parent| ids.get(parent.as_str()).copied()),
            name: row.name.clone(),
            telephone: row.telephone.clone(),
            fax: row.fax.clone(),
            hours: row.hours.clone(),
            sort: row.sort,
        };
        units::state(tx, *id, &put).await?;
    }
    for id in &plan.close {
        units::close(tx, *id, effective).await?;
    }
    let report = &plan.report;
    if !report.added.is_empty() || !report.changed.is_empty() || !report.closed.is_empty() {
        let counts = format!(
            "{effective} added {} changed {} closed {}",
            report.added.len(),
            report.changed.len(),
            report.closed.len()
        );
        record::change(tx, world, actor, "people.import.organisation", uuid::Uuid::nil(), counts).await?;
    }
    Ok(plan.report)
}
