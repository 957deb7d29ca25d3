//! What is read: one programme's sheet, lists, totals. [`crate::public`] makes the same for everybody.

mod list;
mod sheet;
mod sums;
mod totals;

pub use list::{After, Filter, ProgrammeRow, programmes};
pub use sheet::sheet;
pub(crate) use sheet::{Stored, directions, indicator};
pub use sums::count;
pub use totals::{By, RollUp, TotalRow, Totals, roll_up, totals, years};

use kernel::yen::Yen;
use store::Row;

use crate::money::{Money, Stage};

pub(crate) const STATEMENTS: &[&[store::Statement]] = &[list::STATEMENTS, sheet::STATEMENTS, sums::STATEMENTS];

/// Amounts from eight columns in a row.
pub(crate) fn money(row: &Row, first: usize) -> Result<Money, store::Error> {
    let yen = |offset: usize| row.get::<Yen>(first + offset);
    Ok(Money {
        national: yen(0)?,
        prefectural: yen(1)?,
        bonds: yen(2)?,
        other: yen(3)?,
        general: yen(4)?,
        cost: yen(5)?,
        staff_cost: yen(6)?,
        total: yen(7)?,
    })
}

pub(crate) fn stage(row: &Row, column: usize) -> Result<Stage, store::Error> {
    let word: String = row.get(column)?;
    Stage::parse(&word).ok_or(store::Error::Column { column, expected: "a stage", found: "another word" })
}
