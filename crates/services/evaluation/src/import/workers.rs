//! What an hour of staff can cost: the surest sign of a row in another unit.

use kernel::decimal::Decimal;
use kernel::yen::Yen;

/// The least and the most an hour of staff can cost, in yen. Cities reckon with some 2,000 to 6,000; an amount in 円 read as 千円,
/// or the other way round, is off by a thousand.
const LEAST: i128 = 100;
const MOST: i128 = 100_000;

/// Whether so many yen cannot be the cost of so many hours.
pub(super) fn rate_is_absurd(cost: Yen, hours: Decimal) -> bool {
    let (cost, millionths) = (i128::from(cost.amount()), i128::from(hours.millionths()));
    let scaled = cost * i128::from(Decimal::ONE.millionths());
    cost != 0 && millionths > 0 && !(LEAST * millionths..=MOST * millionths).contains(&scaled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_costs_what_an_hour_can_cost() {
        let absurd = |cost, hours| rate_is_absurd(Yen::new(cost), Decimal::parse(hours).unwrap());
        assert!(!absurd(1_120_000, "280"));
        assert!(!absurd(0, "280"));
        assert!(!absurd(500, "0"), "without hours nothing can be said");
        assert!(absurd(1_120, "280"), "in 千円, read as 円");
        assert!(absurd(1_120_000_000, "280"), "in 円, read as 千円");
        assert!(absurd(-4_000, "1"));
    }
}
