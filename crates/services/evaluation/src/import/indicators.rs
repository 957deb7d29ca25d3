//! Indicators: a row each with the years in the headings, or a row for each year.

use std::collections::BTreeMap;

use intake::{Column, Reason, Row, Table, cell};
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;

use super::mapping::{Mapping, TableKind};
use super::reading::{Reading, Seen};
use super::{Content, Outcome, Placed};
use crate::export::unguarded;
use crate::model::{Indicator, IndicatorKind, IndicatorValue, ValueKind};
use crate::money::Stage;

struct Columns {
    code: Option<Column>,
    kind: Option<Column>,
    number: Option<Column>,
    name: Option<Column>,
    unit: Option<Column>,
}

pub(super) fn read(table: &Table, mapping: &Mapping) -> Outcome {
    let mut reading = Reading::new(table, mapping, TableKind::Indicators);
    let columns = Columns {
        code: reading.must("code"),
        kind: reading.must("kind"),
        number: reading.must("number"),
        name: reading.must("name"),
        unit: reading.may("unit"),
    };
    let whole = [columns.code, columns.kind, columns.number, columns.name].iter().all(Option::is_some);
    let rows =
        if reading.maps("year") { long(&mut reading, &columns, whole) } else { wide(&mut reading, &columns, whole) };
    let heading = columns.code.map(|column| reading.heading(column)).unwrap_or_default();
    let Reading { bad, notes, .. } = reading;
    bad.all_or_nothing((Content::Indicators(rows), heading, notes))
}

type Key = (String, IndicatorKind, u16);

/// What stands in every row of either form.
fn head(reading: &mut Reading<'_>, columns: &Columns, row: &Row<'_>) -> Option<(String, Indicator)> {
    let code = reading.code(row, columns.code);
    let kind = reading.required(row, columns.kind, |text| IndicatorKind::parse(text).ok_or(Reason::Shape));
    let number = reading.required(row, columns.number, cell::integer_in(1, 999));
    let name = reading.required(row, columns.name, |text| cell::line::<200>(unguarded(text)));
    let unit = reading.line(row, columns.unit);
    // A spreadsheet prints a reference to an empty cell as 0; nothing is counted in noughts.
    let unit = unit.map(|unit| if unit == "0" { String::new() } else { unit });
    let number = u16::try_from(number?).ok()?;
    let indicator = Indicator { kind: kind?, number, name: name?.into_string(), unit: unit?, values: Vec::new() };
    Some((code?, indicator))
}

/// A value, unless there is none: empty, or one of the signs for nothing.
fn value(text: &str) -> Result<Option<Decimal>, Reason> {
    if matches!(text, "-" | "－" | "−" | "―" | "ー" | "…" | "*") {
        return Ok(None);
    }
    Decimal::parse(text).map(Some).ok_or(Reason::Number)
}

/// One row for each indicator; every heading that is a year is a column of values.
fn wide(reading: &mut Reading<'_>, columns: &Columns, whole: bool) -> Vec<Placed<Indicator>> {
    let mut years: BTreeMap<FiscalYear, Column> = BTreeMap::new();
    for column in reading.table.columns() {
        let Some(year) = reading.heading_year(column) else { continue };
        if years.insert(year, column).is_some() {
            let twice = Reason::Other("evaluation-import-year-twice");
            let fault = intake::Bad { column: Some(reading.heading(column).into()), ..reading.of_table(twice) };
            reading.bad.add(fault);
        }
    }
    if years.is_empty() {
        let fault = reading.of_table(Reason::Other("evaluation-import-no-years"));
        reading.bad.add(fault);
    }
    let mut rows = Vec::with_capacity(reading.table.len());
    if !whole || years.is_empty() {
        return rows;
    }
    let mut seen: Seen<Key> = Seen::new();
    for row in reading.table.rows() {
        let head = head(reading, columns, &row);
        let mut values = Vec::with_capacity(years.len());
        for (year, column) in &years {
            let Some(Some(Some(value))) = reading.optional(&row, Some(*column), value) else { continue };
            let settled = reading.mapping.stage_of(*year) == Stage::Settled;
            let kind = if settled { ValueKind::Actual } else { ValueKind::Target };
            values.push(IndicatorValue { year: *year, kind, value });
        }
        let Some((code, mut indicator)) = head else { continue };
        indicator.values = values;
        let key = (code.clone(), indicator.kind, indicator.number);
        if let (Some(line), Some(column)) = (seen.before(key, row.line()), columns.number) {
            reading.bad.add(row.refuse(column, Reason::Duplicate { line }));
            continue;
        }
        rows.push(Placed { line: row.line(), code, row: indicator });
    }
    rows
}

/// One row for each year of an indicator.
fn long(reading: &mut Reading<'_>, columns: &Columns, whole: bool) -> Vec<Placed<Indicator>> {
    let (year, what, number) = (reading.must("year"), reading.must("what"), reading.must("value"));
    let mut rows: Vec<Placed<Indicator>> = Vec::new();
    if !whole || [year, what, number].iter().any(Option::is_none) {
        return rows;
    }
    let mut at: BTreeMap<Key, usize> = BTreeMap::new();
    let mut seen = Seen::new();
    for row in reading.table.rows() {
        let head = head(reading, columns, &row);
        // An indicator may be named before it has any value.
        let named_only = [year, what, number].into_iter().flatten().all(|column| row.raw(column).is_empty());
        let value = if named_only { Some(None) } else { one_value(reading, &row, year, what, number).map(Some) };
        let (Some((code, indicator)), Some(value)) = (head, value) else { continue };
        let key = (code.clone(), indicator.kind, indicator.number);
        let place = *at.entry(key.clone()).or_insert(rows.len());
        if place == rows.len() {
            rows.push(Placed { line: row.line(), code, row: indicator.clone() });
        }
        let Some(known) = rows.get_mut(place) else { continue };
        if (&known.row.name, &known.row.unit) != (&indicator.name, &indicator.unit) {
            let args = vec![("line", known.line.to_string())];
            if let Some(column) = columns.name {
                reading.bad.add(row.refuse(column, Reason::Said("evaluation-import-other-name", args)));
            }
            continue;
        }
        let twice = seen.before((key, value.map(|value: IndicatorValue| (value.year, value.kind))), row.line());
        if let (Some(line), Some(column)) = (twice, year) {
            reading.bad.add(row.refuse(column, Reason::Duplicate { line }));
        } else if let Some(value) = value {
            known.row.values.push(value);
        }
    }
    for row in &mut rows {
        row.row.values.sort();
    }
    rows
}

fn one_value(
    reading: &mut Reading<'_>,
    row: &Row<'_>,
    year: Option<Column>,
    what: Option<Column>,
    number: Option<Column>,
) -> Option<IndicatorValue> {
    let year = reading.year(row, year);
    let kind = reading.required(row, what, |text| ValueKind::parse(text).ok_or(Reason::Shape));
    let value = reading.required(row, number, |text| Decimal::parse(text).ok_or(Reason::Number));
    Some(IndicatorValue { year: year?, kind: kind?, value: value? })
}
