//! The money of a programme in words, columns and rows.

use evaluation::{Cycle, MoneyYear, Stage};
use words::{Tongue, grouped};

use crate::say;
use crate::view::money::{Column, Look, Unit, chart};
use crate::view::{Money, MoneyRow};

/// Years drawn at most: the newest.
const YEARS: usize = 6;
/// A change below this share of the earlier amount, in thousandths, is "about the same".
const SAME: i64 = 10;

/// The money of these years, each at its last stage and in order; `csv` is where the file is.
pub(crate) fn money(t: Tongue, years: &[MoneyYear], cycle: Cycle, csv: String) -> Money {
    let shown = &years[years.len().saturating_sub(YEARS)..];
    let columns: Vec<Column> = shown.iter().map(|year| column(t, year, cycle)).collect();
    let largest = shown.iter().map(|year| year.money.cost.amount()).max().unwrap_or(0);
    let unit = Unit::of(t, largest);
    let wide = chart(&columns, unit, false);
    Money {
        finding: finding(t, shown, cycle),
        unit: if wide.is_some() { t.text(unit.key()).into_owned() } else { String::new() },
        narrow: chart(&columns, unit, true),
        wide,
        rows: years.iter().map(|year| row(t, year, cycle)).collect(),
        hours: hours(t, shown, cycle),
        csv,
    }
}

fn column(t: Tongue, year: &MoneyYear, cycle: Cycle) -> Column {
    let money = year.money;
    let look = match (year.stage, year.year == cycle.assessed) {
        (Stage::Settled, true) => Look::Now,
        (Stage::Settled, false) => Look::Past,
        _ => Look::Planned,
    };
    let parts = [money.general, money.other, money.prefectural, money.national, money.bonds];
    Column {
        label: say::column(t, year.year),
        short: say::narrow(t, year.year),
        stage: say::stage(t, year.stage),
        look,
        parts: parts.map(|yen| yen.amount()),
    }
}

fn row(t: Tongue, year: &MoneyYear, cycle: Cycle) -> MoneyRow {
    let money = year.money;
    let amounts = [
        money.general,
        money.national,
        money.prefectural,
        money.bonds,
        money.other,
        money.cost,
        money.staff_cost,
        money.total,
    ];
    let mut cells: Vec<String> = amounts.iter().map(|yen| grouped(yen.amount())).collect();
    cells.push(say::number(year.staff_people));
    cells.push(say::number(year.staff_hours));
    MoneyRow {
        label: format!("{} {}", say::column(t, year.year), say::stage(t, year.stage)),
        now: year.stage == Stage::Settled && year.year == cycle.assessed,
        planned: year.stage != Stage::Settled,
        cells,
    }
}

/// The year one looks at: the assessed one, else the last settled one, else the last.
fn newest(years: &[MoneyYear], cycle: Cycle) -> Option<&MoneyYear> {
    let settled = |year: &&MoneyYear| year.stage == Stage::Settled;
    let assessed = years.iter().filter(settled).find(|year| year.year == cycle.assessed);
    assessed.or_else(|| years.iter().rev().find(settled)).or_else(|| years.last())
}

/// What the columns say, in a sentence.
fn finding(t: Tongue, years: &[MoneyYear], cycle: Cycle) -> String {
    let Some(now) = newest(years, cycle) else { return t.text("evaluation-money-none-title").into_owned() };
    if years.iter().all(|year| year.money.cost.amount() == 0) {
        return t.text("evaluation-money-zero").into_owned();
    }
    let first = years.iter().find(|year| year.stage == Stage::Settled && year.year < now.year);
    let Some(first) = first else {
        let amount = say::amount(t, now.money.cost.amount());
        return t
            .with("evaluation-money-one", [("year", say::year(t, now.year).into()), ("amount", amount.into())])
            .into_owned();
    };
    let (then, today) = (first.money.general.amount(), now.money.general.amount());
    let change = today.saturating_sub(then);
    let from = say::year(t, first.year);
    if change.abs().saturating_mul(1000) < then.abs().saturating_mul(SAME) || change == 0 {
        return t.with("evaluation-money-same", [("from", from.into())]).into_owned();
    }
    let key = if change < 0 { "evaluation-money-less" } else { "evaluation-money-more" };
    t.with(key, [("from", from.into()), ("amount", say::amount(t, change.abs()).into())]).into_owned()
}

fn hours(t: Tongue, years: &[MoneyYear], cycle: Cycle) -> String {
    let Some(year) = newest(years, cycle).filter(|year| year.staff_hours.millionths() > 0) else {
        return String::new();
    };
    t.with(
        "evaluation-money-hours",
        [
            ("year", say::year(t, year.year).into()),
            ("people", say::number(year.staff_people).into()),
            ("hours", say::number(year.staff_hours).into()),
            ("cost", say::amount(t, year.money.staff_cost.amount()).into()),
        ],
    )
    .into_owned()
}

#[cfg(test)]
mod tests {
    use evaluation::Money as Amounts;
    use kernel::decimal::Decimal;
    use kernel::fiscal::FiscalYear;
    use kernel::locale::Locale;
    use kernel::yen::Yen;
    use words::Words;

    use super::*;

    fn year(of: i32, stage: Stage, general: i64) -> MoneyYear {
        let (general, national) = (Yen::new(general), Yen::new(10_000_000));
        let cost = general.checked_add(national).unwrap();
        let money = Amounts { general, national, cost, total: cost, ..Amounts::default() };
        MoneyYear {
            year: FiscalYear::new(of).unwrap(),
            stage,
            money,
            staff_people: Decimal::whole(6).unwrap(),
            staff_hours: Decimal::parse("9400.5").unwrap(),
        }
    }

    fn cycle() -> Cycle {
        Cycle::of(kernel::day::Day::parse("2026-11-22").unwrap())
    }

    #[test]
    fn the_title_says_what_the_columns_show() {
        let t = Words::get().locale(Locale::Ja);
        let say = |years: &[MoneyYear]| money(t, years, cycle(), String::new()).finding;
        let then = year(2021, Stage::Settled, 48_203_115);
        assert_eq!(
            say(&[then, year(2025, Stage::Settled, 38_996_340), year(2026, Stage::Budget, 36_400_000)]),
            "一般財源は、令和3年度より921万円少なくなりました"
        );
        assert_eq!(say(&[then, year(2025, Stage::Settled, 48_300_000)]), "一般財源は、令和3年度とほぼ同じです");
        assert_eq!(say(&[year(2026, Stage::Budget, 5_000_000)]), "令和8年度の事業費は1,500万円です");
        assert_eq!(say(&[]), "お金の記録はまだありません");
    }

    #[test]
    fn the_assessed_year_stands_out_and_the_budget_is_hatched() {
        let t = Words::get().locale(Locale::Ja);
        let years = [
            year(2024, Stage::Settled, 1_000_000),
            year(2025, Stage::Settled, 2_000_000),
            year(2026, Stage::Budget, 3_000_000),
        ];
        let money = money(t, &years, cycle(), String::new());
        let chart = money.wide.unwrap();
        assert_eq!(chart.columns.iter().map(|column| column.class).collect::<Vec<_>>(), ["past", "year", "plan"]);
        assert_eq!(chart.columns[2].label, "令和8");
        assert_eq!(money.narrow.unwrap().columns[2].label, "R8");
        assert_eq!(
            money.rows.iter().map(|row| (row.now, row.planned)).collect::<Vec<_>>(),
            [(false, false), (true, false), (false, true)]
        );
        assert_eq!(money.rows[1].cells[0], "2,000,000");
        assert_eq!(money.rows[1].cells[9], "9,400.5");
        assert_eq!(money.unit, "万円");
        assert!(money.hours.contains("9,400.5時間"));
    }

    #[test]
    fn nothing_but_staff_is_said_so() {
        let t = Words::get().locale(Locale::Ja);
        let mut nothing = year(2025, Stage::Settled, 0);
        nothing.money = Amounts::default();
        let money = money(t, &[nothing], cycle(), String::new());
        assert_eq!((money.finding.as_str(), money.wide), ("人件費のほかに、お金は使っていません", None));
    }
}
