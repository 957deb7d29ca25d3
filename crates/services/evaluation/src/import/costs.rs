//! Money by programme and year: exact, in the mapping's unit, with sums that hold within one yen.

use intake::{Column, Reason, Row, Table};
use kernel::decimal::{Decimal, scaled};
use kernel::text::nfkc;
use kernel::yen::Yen;

use super::mapping::{Mapping, MoneyUnit, TableKind};
use super::reading::{Reading, Seen};
use super::workers::rate_is_absurd;
use super::{Content, Outcome, Placed};
use crate::money::{Money, MoneyYear, Stage};

/// Rounding each amount to yen may move a sum by so much.
const OFF: i64 = 1;
/// A year that costs so many times what the others do may be written in another unit.
const JUMP: i64 = 300;

struct Columns {
    code: Option<Column>,
    year: Option<Column>,
    stage: Option<Column>,
    sources: [Option<Column>; 5],
    cost: Option<Column>,
    staff_people: Option<Column>,
    staff_hours: Option<Column>,
    staff_cost: Option<Column>,
    total: Option<Column>,
}

pub(super) fn read(table: &Table, mapping: &Mapping) -> Outcome {
    let mut reading = Reading::new(table, mapping, TableKind::Costs);
    let named = |reading: &mut Reading<'_>, field: &str| if reading.maps(field) { reading.must(field) } else { None };
    let columns = Columns {
        code: reading.must("code"),
        year: reading.must("year"),
        // Our own layout says the stage in each row; where the column is missing the mapping does.
        stage: reading.may("stage"),
        sources: ["national", "prefectural", "bonds", "other", "general"].map(|field| reading.amount(field)),
        cost: reading.amount("cost"),
        staff_people: named(&mut reading, "staff_people"),
        staff_hours: named(&mut reading, "staff_hours"),
        staff_cost: reading.amount("staff_cost"),
        total: reading.amount("total"),
    };
    let mut seen = Seen::new();
    let mut rows: Vec<Placed<MoneyYear>> = Vec::with_capacity(table.len());
    let found = [columns.code, columns.year, columns.cost, columns.staff_cost, columns.total];
    if found.iter().chain(&columns.sources).all(Option::is_some) {
        rows.extend(table.rows().filter_map(|row| cost(&mut reading, &columns, &row, &mut seen)));
        note_jumps(&mut reading, &columns, &rows);
    }
    let heading = columns.code.map(|column| reading.heading(column)).unwrap_or_default();
    let Reading { bad, notes, .. } = reading;
    bad.all_or_nothing((Content::Costs(rows), heading, notes))
}

type Key = (String, i32, Stage);

fn cost(
    reading: &mut Reading<'_>,
    columns: &Columns,
    row: &Row<'_>,
    seen: &mut Seen<Key>,
) -> Option<Placed<MoneyYear>> {
    let unit = reading.mapping.unit;
    let code = reading.code(row, columns.code);
    let year = reading.year(row, columns.year);
    let stage = reading.optional(row, columns.stage, |text| Stage::parse(text).ok_or(Reason::Shape));
    let sources = columns.sources.map(|column| reading.optional(row, column, |text| amount(text, unit)));
    let [cost, staff_cost, total] = [columns.cost, columns.staff_cost, columns.total]
        .map(|column| reading.required(row, column, |text| amount(text, unit)));
    let staff = [columns.staff_people, columns.staff_hours].map(|column| reading.optional(row, column, measure));
    let [national, prefectural, bonds, other, general] = sources.map(|source| source.map(Option::unwrap_or_default));
    let [staff_people, staff_hours] = staff.map(|number| number.map(Option::unwrap_or_default));
    let (code, year) = (code?, year?);
    let stage = stage?.unwrap_or_else(|| reading.mapping.stage_of(year));
    if let Some(line) = seen.before((code.clone(), year.year(), stage), row.line()) {
        reading.bad.add(row.refuse(columns.code?, Reason::Duplicate { line }));
    }
    let money = Money {
        national: national?,
        prefectural: prefectural?,
        bonds: bonds?,
        other: other?,
        general: general?,
        cost: cost?,
        staff_cost: staff_cost?,
        total: total?,
    };
    let (staff_people, staff_hours) = (staff_people?, staff_hours?);
    let mut good = true;
    for (column, off) in [(columns.cost, money.sources_off()), (columns.total, money.total_off())] {
        if off.is_none_or(|off| off.amount().abs() > OFF) {
            let off = off.map_or_else(String::new, |off| off.to_string());
            reading.bad.add(row.refuse(column?, Reason::Said("evaluation-import-sum", vec![("off", off)])));
            good = false;
        }
    }
    if rate_is_absurd(money.staff_cost, staff_hours) {
        let args = vec![("unit", unit.label_ja().to_owned())];
        reading.bad.add(row.refuse(columns.staff_cost?, Reason::Said("evaluation-import-rate", args)));
        good = false;
    }
    let money = MoneyYear { year, stage, money, staff_people, staff_hours };
    good.then_some(Placed { line: row.line(), code, row: money })
}

/// An amount in the mapping's unit; it may carry that unit, but no other. Files write nothing as `-`.
fn amount(text: &str, unit: MoneyUnit) -> Result<Yen, Reason> {
    let text = nfkc(text);
    let mut text = text.trim();
    if matches!(text, "-" | "−" | "―" | "ー") {
        return Ok(Yen::ZERO);
    }
    if let Some((number, written)) = MoneyUnit::at_end(text) {
        if written != unit {
            return Err(Reason::Said("evaluation-import-unit", vec![("unit", unit.label_ja().to_owned())]));
        }
        text = number;
    }
    scaled(text, unit.places()).map(Yen::new).ok_or(Reason::Money)
}

/// People or hours, not below zero, to thousandths.
fn measure(text: &str) -> Result<Decimal, Reason> {
    match scaled(text, 3) {
        Some(thousandths) if thousandths >= 0 => Decimal::from_thousandths(thousandths).ok_or(Reason::Number),
        Some(_) => Err(Reason::Range { min: 0, max: 1_000_000_000 }),
        None => Err(Reason::Number),
    }
}

/// Points at rows that cost far more than the programme's other years do: right for a fund or a building, wrong for a row in
/// another unit. Whoever imports knows which.
fn note_jumps(reading: &mut Reading<'_>, columns: &Columns, rows: &[Placed<MoneyYear>]) {
    let Some(column) = columns.cost else { return };
    let mut years: std::collections::HashMap<&str, Vec<(u64, i64)>> = std::collections::HashMap::new();
    for row in rows {
        years.entry(&row.code).or_default().push((row.line, row.row.money.cost.amount()));
    }
    let mut lines = std::collections::HashSet::new();
    for costs in years.values() {
        for (line, cost) in costs {
            let mut others: Vec<i64> = costs.iter().filter(|(other, _)| other != line).map(|(_, cost)| *cost).collect();
            others.retain(|cost| *cost > 0);
            others.sort_unstable();
            if others.get(others.len() / 2).is_some_and(|usual| *cost / JUMP >= *usual) {
                lines.insert(*line);
            }
        }
    }
    let notes = reading.table.rows().filter(|row| lines.contains(&row.line()));
    let notes = notes.map(|row| row.refuse(column, Reason::Other("evaluation-import-jump")));
    reading.notes = notes.collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_carry_their_own_unit_or_none() {
        let thousand = MoneyUnit::Thousand;
        assert_eq!(amount("17757.399999999994", thousand), Ok(Yen::new(17_757_400)));
        assert_eq!(amount("△1,234", thousand), Ok(Yen::new(-1_234_000)));
        assert_eq!(amount("１２３千円", thousand), Ok(Yen::new(123_000)));
        assert_eq!(amount("-", thousand), Ok(Yen::ZERO));
        assert_eq!(amount("0.0005", thousand), Ok(Yen::new(1)), "half up");
        assert_eq!(amount("5円", MoneyUnit::Yen), Ok(Yen::new(5)));
        assert_eq!(amount("1.5", MoneyUnit::Million), Ok(Yen::new(1_500_000)));
        assert!(matches!(amount("123円", thousand), Err(Reason::Said("evaluation-import-unit", _))));
        assert_eq!(amount("約5", thousand), Err(Reason::Money));
    }
}
