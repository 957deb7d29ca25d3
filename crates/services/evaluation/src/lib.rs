//! Administrative evaluation: programmes' money, indicators, assessments and KPIs, their imports, exports and roll-ups.
//!
//! | word | what it is |
//! |---|---|
//! | sheet | everything on one programme (事務事業評価シート) |
//! | stage | which figures: 計画, 予算, 補正後, 決算 |
//! | directions | what the city's label may mean: a set, because labels lump several |
//! | mapping | a data file that says which column of a city's file means what |
//! | KPI | a promise with a target: its number comes from a live metric, a statistic or a person |
//! | published | made for everybody: no undecided direction, no draft, no unexplained red number |
//!
//! What always holds:
//! * Money is exact: decimals become whole yen, half up; sources add up to the cost and cost and staff to the total within one
//!   yen, or the file is refused.
//! * A file comes in whole or not at all, and every fault is named by file, line and column.
//! * Anonymous readers are given [`Published`] values only.

mod cycle;
mod direction;
pub mod export;
pub mod import;
pub mod kpi;
mod model;
mod money;
pub mod public;
mod published;
mod read;

pub use cycle::Cycle;
pub use direction::{Direction, Directions};
pub use model::{Assessment, Indicator, IndicatorKind, IndicatorValue, Sheet, ValueKind};
pub use money::{Money, MoneyYear, Stage};
pub use published::Published;
pub use read::{
    After, By, Filter, ProgrammeRow, RollUp, TotalRow, Totals, count, programmes, roll_up, sheet, totals, years,
};

/// Every statement of this service, for the registry.
pub const STATEMENTS: &[&[store::Statement]] = &[
    export::STATEMENTS,
    import::STATEMENTS[0],
    kpi::STATEMENTS[0],
    kpi::STATEMENTS[1],
    kpi::STATEMENTS[2],
    kpi::STATEMENTS[3],
    read::STATEMENTS[0],
    read::STATEMENTS[1],
    read::STATEMENTS[2],
];

#[cfg(test)]
mod tests;
