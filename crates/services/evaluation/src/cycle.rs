//! The years every screen of evaluation says: 評価対象 / 実施 / 反映.

use kernel::day::Day;
use kernel::fiscal::FiscalYear;
use serde::Serialize;

/// Which year is looked back at, which one is running, and which one's budget it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cycle {
    /// 評価対象: the last year that ended.
    pub assessed: FiscalYear,
    /// 実施: the year that runs.
    pub running: FiscalYear,
    /// 反映: the year whose budget is being made.
    pub reflected: FiscalYear,
}

impl Cycle {
    /// The cycle a day lies in.
    #[must_use]
    pub const fn of(day: Day) -> Self {
        let running = FiscalYear::of(day);
        Self { assessed: running.plus(-1), running, reflected: running.plus(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_years_change_in_april() {
        let years = |text| {
            let cycle = Cycle::of(Day::parse(text).unwrap());
            (cycle.assessed.year(), cycle.running.year(), cycle.reflected.year())
        };
        assert_eq!(years("2026-11-22"), (2025, 2026, 2027));
        assert_eq!(years("2027-03-31"), (2025, 2026, 2027));
        assert_eq!(years("2027-04-01"), (2026, 2027, 2028));
    }
}
