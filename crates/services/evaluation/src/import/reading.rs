//! What the three tables share: columns by field, years, labels, and the gathering of faults.

use std::collections::HashMap;
use std::hash::Hash;

use intake::{Bad, Collector, Column, Reason, Row, Table, cell};
use kernel::fiscal::FiscalYear;
use plan::year::{self, Notation, Written};

use crate::export::unguarded;

use super::mapping::{Headings, Mapping, MoneyUnit, TableKind};

/// A table being read with a mapping.
pub(super) struct Reading<'t> {
    pub(super) table: &'t Table,
    pub(super) mapping: &'t Mapping,
    headings: Headings<'t>,
    pub(super) bad: Collector,
    pub(super) notes: Vec<Bad>,
    /// How the first year was written.
    notation: Option<Notation>,
}

impl<'t> Reading<'t> {
    pub(super) fn new(table: &'t Table, mapping: &'t Mapping, kind: TableKind) -> Self {
        let mut bad = Collector::default();
        bad.extend(table.faults());
        Self { table, mapping, headings: mapping.headings(kind), bad, notes: Vec::new(), notation: None }
    }

    /// The column of a field that must be there; its absence is noted.
    pub(super) fn must(&mut self, field: &str) -> Option<Column> {
        let names = self.headings.of(field);
        if names.is_empty() {
            // The mapping speaks of no such table at all.
            let reason = Reason::NoColumn { name: field.to_owned() };
            self.bad.add(self.of_table(reason));
            return None;
        }
        let found = self.table.require(&names);
        self.bad.take(found)
    }

    /// The column of a field, if the mapping names one and the table has it.
    pub(super) fn may(&self, field: &str) -> Option<Column> {
        self.table.column(&self.headings.of(field))
    }

    /// Whether the mapping has such a field.
    pub(super) fn maps(&self, field: &str) -> bool {
        self.headings.has(field)
    }

    /// The column of an amount, which may carry its unit in the heading (`国庫支出金(千円)`): it must be the mapping's.
    pub(super) fn amount(&mut self, field: &str) -> Option<Column> {
        let names = self.headings.of(field);
        if let Some(column) = self.table.column(&names) {
            return Some(column);
        }
        for unit in [MoneyUnit::Yen, MoneyUnit::Thousand, MoneyUnit::Million] {
            let with_unit: Vec<String> = names.iter().map(|name| format!("{name}({})", unit.label_ja())).collect();
            let with_unit: Vec<&str> = with_unit.iter().map(String::as_str).collect();
            if let Some(column) = self.table.column(&with_unit) {
                if unit != self.mapping.unit {
                    let args = vec![("unit", self.mapping.unit.label_ja().to_owned())];
                    let heading = self.heading(column);
                    let mut fault = self.of_table(Reason::Said("evaluation-import-unit", args));
                    fault.column = Some(heading.into());
                    self.bad.add(fault);
                    return None;
                }
                return Some(column);
            }
        }
        self.must(field)
    }

    /// A heading as written.
    pub(super) fn heading(&self, column: Column) -> String {
        self.table.headers().nth(column.index()).unwrap_or_default().to_owned()
    }

    /// A fault of the headings.
    pub(super) fn of_table(&self, reason: Reason) -> Bad {
        let line = self.table.rows().next().map_or(1, |row| row.line().saturating_sub(1)).max(1);
        Bad { file: self.table.file().into(), line, column: None, value: String::new(), reason }
    }

    /// A cell that must be filled.
    pub(super) fn required<T>(
        &mut self,
        row: &Row<'_>,
        column: Option<Column>,
        read: impl FnOnce(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        let found = row.required(column?, read);
        self.bad.take(found)
    }

    /// A cell that may be empty or whose column may be missing; `None` only when it is at fault.
    pub(super) fn optional<T>(
        &mut self,
        row: &Row<'_>,
        column: Option<Column>,
        read: impl FnOnce(&str) -> Result<T, Reason>,
    ) -> Option<Option<T>> {
        let found = row.optional(column, read);
        self.bad.take(found)
    }

    /// Text of several lines, empty when there is none.
    pub(super) fn text(&mut self, row: &Row<'_>, column: Option<Column>) -> Option<String> {
        let found = self.optional(row, column, |text| cell::paragraph::<4000>(unguarded(text)))?;
        Some(found.map_or_else(String::new, kernel::text::Paragraph::into_string))
    }

    /// One line, empty when there is none.
    pub(super) fn line(&mut self, row: &Row<'_>, column: Option<Column>) -> Option<String> {
        let found = self.optional(row, column, |text| cell::line::<200>(unguarded(text)))?;
        Some(found.map_or_else(String::new, kernel::text::Line::into_string))
    }

    /// A programme's code.
    pub(super) fn code(&mut self, row: &Row<'_>, column: Option<Column>) -> Option<String> {
        let code = self.required(row, column, cell::line::<40>)?;
        Some(self.mapping.code(code.as_str()))
    }

    /// A year that must be clear: in one way of writing throughout the table.
    pub(super) fn year(&mut self, row: &Row<'_>, column: Option<Column>) -> Option<FiscalYear> {
        let (bare, first) = (self.mapping.bare, self.notation);
        let (year, notation) = self.required(row, column, |text| clear_year(text, bare, first))?;
        self.notation = Some(notation);
        Some(year)
    }

    /// A heading's year, under the same rule; nothing when the heading is no year.
    pub(super) fn heading_year(&mut self, column: Column) -> Option<FiscalYear> {
        let heading = self.heading(column);
        let Written::Year(..) = year::read(&heading) else { return None };
        match clear_year(&heading, self.mapping.bare, self.notation) {
            Ok((year, notation)) => {
                self.notation = Some(notation);
                Some(year)
            }
            Err(reason) => {
                let fault = Bad { column: Some(heading.into()), ..self.of_table(reason) };
                self.bad.add(fault);
                None
            }
        }
    }
}

/// A year, unless it is unclear or written in another way than those before.
fn clear_year(
    text: &str,
    bare: Option<kernel::wareki::Era>,
    first: Option<Notation>,
) -> Result<(FiscalYear, Notation), Reason> {
    let (year, notation) = match (year::read(text), bare) {
        (Written::Year(year, notation), _) => (year, notation),
        (Written::Bare(number), Some(era)) => {
            let year = year::in_era(era, &number.to_string()).ok_or(Reason::Other("evaluation-import-year"))?;
            (year, Notation::Era)
        }
        (Written::Nothing, _) => return Err(Reason::Missing),
        _ => return Err(Reason::Other("evaluation-import-year")),
    };
    match first {
        Some(first) if first != notation => Err(Reason::Other("evaluation-import-mixed-years")),
        _ => Ok((year, notation)),
    }
}

/// Notices keys that stand in the table already.
pub(super) struct Seen<K>(HashMap<K, u64>);

impl<K: Hash + Eq> Seen<K> {
    pub(super) fn new() -> Self {
        Self(HashMap::new())
    }

    /// The line on which the key stood before, if it did.
    pub(super) fn before(&mut self, key: K, line: u64) -> Option<u64> {
        match self.0.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => Some(*known.get()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(line);
                None
            }
        }
    }
}
