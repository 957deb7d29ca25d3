//! The demo city's plan: seven policies, their measures and programmes, grown from one line each into six years of files such as a
//! city has them.

use kernel::fiscal::FiscalYear;

use crate::chance::Chance;

/// The plan as it is written down.
const PLAN: &str = include_str!("../data/programmes.txt");
/// Years with money: the newest is a budget, the others are settled.
pub(crate) const YEARS: i32 = 6;
/// 人件費 of an hour, in yen.
const HOUR: i64 = 4_180;

/// A 政策 or 施策.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

/// An indicator over the years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Indicator {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    /// In thousandths, in the oldest year.
    first: i64,
    /// A year, in thousandths.
    change: i64,
}

/// A programme's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Programme {
    pub(crate) policy: Node,
    pub(crate) measure: Node,
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) division: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) began: &'static str,
    pub(crate) basis: &'static str,
    /// 対象, 活動, 意図, 結果.
    pub(crate) chain: [&'static str; 4],
    /// 千円 of the oldest year.
    cost: i64,
    /// A year, in thousandths.
    change: i64,
    /// National, prefectural, bonds, other: thousandths of the cost.
    shares: [i64; 4],
    pub(crate) people: i64,
    hours: i64,
    pub(crate) assessed: &'static str,
    pub(crate) indicators: Vec<Indicator>,
}

/// A year's money in yen and hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Year {
    pub(crate) year: FiscalYear,
    pub(crate) settled: bool,
    /// National, prefectural, bonds, other, general.
    pub(crate) sources: [i64; 5],
    pub(crate) cost: i64,
    pub(crate) hours: i64,
    pub(crate) staff_cost: i64,
}

/// Every programme, in the order of the plan.
pub(crate) fn plan() -> Vec<Programme> {
    let (mut policy, mut measure) = (None, None);
    let mut programmes = Vec::new();
    for line in PLAN.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<&'static str> = line.split('|').collect();
        match parts.as_slice() {
            ["policy", code, name] => policy = Some(Node { code, name }),
            ["measure", code, name] => measure = Some(Node { code, name }),
            parts => {
                programmes.extend(policy.zip(measure).and_then(|(policy, measure)| programme(policy, measure, parts)));
            }
        }
    }
    programmes
}

fn programme(policy: Node, measure: Node, parts: &[&'static str]) -> Option<Programme> {
    let [
        code,
        name,
        division,
        kind,
        began,
        basis,
        target,
        activity,
        intent,
        outcome,
        cost,
        change,
        shares,
        people,
        hours,
        assessed,
        indicators,
    ] = *parts
    else {
        return None;
    };
    let shares: Vec<i64> = shares.split(',').filter_map(|share| share.parse().ok()).collect();
    Some(Programme {
        policy,
        measure,
        code,
        name,
        division,
        kind,
        began,
        basis,
        chain: [target, activity, intent, outcome],
        cost: cost.parse().ok()?,
        change: change.parse().ok()?,
        shares: shares.try_into().ok()?,
        people: people.parse().ok()?,
        hours: hours.parse().ok()?,
        assessed,
        indicators: indicators.split(';').map(indicator).collect::<Option<_>>()?,
    })
}

fn indicator(text: &'static str) -> Option<Indicator> {
    let [kind, name, unit, first, change] = <[&str; 5]>::try_from(text.split(':').collect::<Vec<_>>()).ok()?;
    let (whole, tenth) = first.split_once('.').unwrap_or((first, "0"));
    let first = whole.parse::<i64>().ok()? * 1000 + tenth.parse::<i64>().ok()? * 100;
    Some(Indicator { kind, name, unit, first, change: change.parse().ok()? })
}

/// An amount after some years of change.
fn after(first: i64, change: i64, years: i32) -> i64 {
    (0..years).fold(first, |amount, _| amount + amount * change / 1000)
}

impl Programme {
    /// The years of its money; the newest is the running 年度.
    pub(crate) fn years(&self, running: FiscalYear, chance: &Chance) -> Vec<Year> {
        (0..YEARS)
            .map(|at| {
                let year = running.plus(at + 1 - YEARS);
                let settled = at + 1 < YEARS;
                let mut chance = chance.branch(&format!("{} {}", self.code, year.year()));
                let planned = after(self.cost, self.change, at) * 1000;
                // What was settled ends in odd yen; a budget is round.
                let cost = if settled {
                    planned + planned * chance.between(-38, 22) / 1000 + chance.between(0, 999)
                } else {
                    planned
                };
                let share = |thousandths: i64| cost / 1000 * thousandths / 1000 * 1000;
                let [national, prefectural, bonds, other] = self.shares.map(share);
                let general = cost - national - prefectural - bonds - other;
                let hours = (self.hours + self.hours * chance.between(-45, 45) / 1000) / 10 * 10;
                Year {
                    year,
                    settled,
                    sources: [national, prefectural, bonds, other, general],
                    cost,
                    hours,
                    staff_cost: hours * HOUR,
                }
            })
            .collect()
    }
}

impl Indicator {
    /// Its number in a year counted from the oldest, as a file writes it.
    pub(crate) fn at(&self, years: i32, chance: &mut Chance) -> String {
        let exact = after(self.first, self.change, years);
        let exact = exact + exact * chance.between(-12, 12) / 1000;
        let exact = if self.unit == "%" { exact.clamp(0, 100_000) } else { exact.max(0) };
        let (tenths, whole) = ((exact + 50) / 100, (exact + 500) / 1000);
        // Shares and small numbers have a tenth, counts have none.
        if self.unit == "%" || self.first % 1000 != 0 {
            format!("{}.{}", tenths / 10, tenths % 10)
        } else {
            whole.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_is_a_programme_of_a_believable_city() {
        let lines = PLAN.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count();
        let plan = plan();
        assert_eq!(plan.len(), lines, "a line cannot be read");
        assert!((60..=80).contains(&lines));
        let codes: BTreeSet<&str> = plan.iter().map(|one| one.code).collect();
        assert_eq!(codes.len(), plan.len());
        let running = FiscalYear::new(2026).unwrap();
        let chance = Chance::new(crate::SEED);
        let mut newest = 0;
        for one in &plan {
            let years = one.years(running, &chance);
            assert_eq!(years.len(), 6);
            assert_eq!(years.iter().filter(|year| year.settled).count(), 5);
            for year in &years {
                assert_eq!(year.sources.iter().sum::<i64>(), year.cost);
                assert!(year.sources.iter().all(|amount| *amount >= 0), "{}", one.name);
            }
            assert!(one.indicators.iter().all(|it| ["活動", "対象", "成果"].contains(&it.kind)), "{}", one.name);
            newest += years.last().map_or(0, |year| year.cost);
        }
        // A city of 50,000 spends some 15 to 25 thousand million yen.
        assert!((10_000_000_000..20_000_000_000).contains(&newest), "{newest}");
    }

    #[test]
    fn the_same_year_is_drawn_the_same() {
        let (plan, chance) = (plan(), Chance::new(7));
        let running = FiscalYear::new(2026).unwrap();
        assert_eq!(plan[0].years(running, &chance), plan[0].years(running, &chance));
        let later = plan[0].years(running.plus(1), &chance);
        assert_eq!(later.last().map(|year| year.settled), Some(false));
    }
}
