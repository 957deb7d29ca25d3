//! Years, amounts and figures in the reader's language.

use evaluation::{Cycle, Direction, Stage};
use facts::{Method, Metric, Scale, Thousandths};
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::Locale;
use kernel::wareki;
use words::{Tongue, grouped};

use crate::view::CycleWords;
use crate::view::money::Unit;

/// `令和7年度` · `2025年度` · `FY2025`.
pub(crate) fn year(t: Tongue, year: FiscalYear) -> String {
    match t.locale() {
        Locale::Ja => year.label_ja(),
        Locale::Easy => format!("{}年度", year.year()),
        Locale::En => year.to_string(),
    }
}

/// Under a column: `令和7` · `2025`.
pub(crate) fn column(t: Tongue, of: FiscalYear) -> String {
    match t.locale() {
        Locale::Ja => of.label_ja().trim_end_matches("年度").to_owned(),
        Locale::Easy | Locale::En => of.year().to_string(),
    }
}

/// Under a narrow column: `R7` · `25`.
pub(crate) fn narrow(t: Tongue, of: FiscalYear) -> String {
    match (t.locale(), wareki::of(of.last_day())) {
        // The era of the year's last day is that of its name, but for the year in which an era ends.
        (Locale::Ja, Some(_)) => {
            let label = of.label_ja();
            let letter = match label.chars().next() {
                Some('令') => 'R',
                Some('平') => 'H',
                Some('昭') => 'S',
                _ => return label,
            };
            let number: String = label.chars().filter(char::is_ascii_digit).collect();
            format!("{letter}{}", if number.is_empty() { "元" } else { &number })
        }
        _ => of.year().to_string(),
    }
}

/// 評価対象 / 実施 / 反映.
pub(crate) fn cycle(t: Tongue, cycle: Cycle) -> CycleWords {
    CycleWords {
        assessed: year(t, cycle.assessed),
        running: year(t, cycle.running),
        reflected: t.with("evaluation-cycle-budget", [("year", year(t, cycle.reflected).into())]).into_owned(),
    }
}

/// The word of a stage.
pub(crate) fn stage(t: Tongue, stage: Stage) -> String {
    t.text(match stage {
        Stage::Plan => "evaluation-stage-plan",
        Stage::Budget => "evaluation-stage-budget",
        Stage::Revised => "evaluation-stage-revised",
        Stage::Settled => "evaluation-stage-settled",
    })
    .into_owned()
}

/// The word of a direction.
pub(crate) fn direction(t: Tongue, direction: Direction) -> String {
    t.text(match direction {
        Direction::Expand => "evaluation-direction-expand",
        Direction::Keep => "evaluation-direction-keep",
        Direction::Improve => "evaluation-direction-improve",
        Direction::ChangeMeans => "evaluation-direction-change",
        Direction::Shrink => "evaluation-direction-shrink",
        Direction::Merge => "evaluation-direction-merge",
        Direction::Pause => "evaluation-direction-pause",
        Direction::End => "evaluation-direction-finish",
        Direction::Abolish => "evaluation-direction-abolish",
        Direction::Transfer => "evaluation-direction-transfer",
        Direction::Unclear => "evaluation-direction-unclear",
    })
    .into_owned()
}

/// An amount in few digits with its unit: `921万円`.
pub(crate) fn amount(t: Tongue, yen: i64) -> String {
    let unit = Unit::of(t, yen.abs());
    let key = match unit {
        Unit::TenThousand => "evaluation-amount-ten-thousand",
        Unit::HundredMillion => "evaluation-amount-hundred-million",
        Unit::Million => "evaluation-amount-million",
    };
    t.with(key, [("n", unit.show(yen).into())]).into_owned()
}

/// A number with separators: `1,234.5`.
pub(crate) fn number(value: Decimal) -> String {
    let text = value.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let negative_zero = whole == "-0";
    let whole = whole.parse::<i64>().map_or_else(|_| whole.to_owned(), grouped);
    let whole = if negative_zero { "-0".to_owned() } else { whole };
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

/// A number with its unit as the language writes it: `24.5分` · `24.5 min`.
pub(crate) fn with_unit(t: Tongue, number: &str, unit: &str) -> String {
    if unit.is_empty() || t.locale() != Locale::En || !unit.starts_with(|c: char| c.is_ascii_alphabetic()) {
        format!("{number}{unit}")
    } else {
        format!("{number} {unit}")
    }
}

/// A KPI's number with at most one digit after the point.
pub(crate) fn kpi(t: Tongue, value: Decimal, unit: &str) -> String {
    let tenths = rounded_to_tenths(value.millionths());
    let number = if tenths % 10 == 0 {
        grouped(tenths / 10)
    } else {
        let sign = if tenths < 0 { "-" } else { "" };
        let whole = i64::try_from(tenths.unsigned_abs() / 10).unwrap_or(i64::MAX);
        format!("{sign}{}.{}", grouped(whole), tenths.unsigned_abs() % 10)
    };
    with_unit(t, &number, unit)
}

fn rounded_to_tenths(millionths: i64) -> i64 {
    let half = if millionths < 0 { -50_000 } else { 50_000 };
    millionths.saturating_add(half) / 100_000
}

/// The figure of a metric in words: `24.1分`, `43.2%`, `4.31点`, `6,912件`.
pub(crate) fn figure(t: Tongue, metric: &Metric, value: Thousandths) -> String {
    let (key, text) = match metric.scale {
        Scale::Minutes => ("evaluation-figure-minutes", value.rounded(1)),
        Scale::Percent => ("evaluation-figure-percent", value.rounded(1)),
        Scale::Score => ("evaluation-figure-points", value.rounded(2)),
        Scale::Cases if matches!(metric.method, Method::Count) => {
            ("evaluation-figure-count", grouped(value.get() / 1000))
        }
        Scale::Cases => ("evaluation-figure-plain", value.to_string()),
    };
    t.with(key, [("n", text.into())]).into_owned()
}

/// The same to the second, where the figure is a time: what one more case changes must be seen.
pub(crate) fn fine(t: Tongue, metric: &Metric, value: Thousandths) -> String {
    if metric.scale != Scale::Minutes {
        return figure(t, metric, value);
    }
    // A thousandth of a minute is 0.06 seconds; half of them up.
    seconds(t, (value.get() * 60 + 500) / 1000)
}

/// A time in minutes and seconds.
pub(crate) fn seconds(t: Tongue, seconds: i64) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    if minutes == 0 {
        return t.with("evaluation-figure-seconds", [("s", seconds.into())]).into_owned();
    }
    t.with("evaluation-figure-minutes-seconds", [("m", minutes.into()), ("s", seconds.into())]).into_owned()
}

/// How many: `6,912件`.
pub(crate) fn count(t: Tongue, n: u64) -> String {
    let n = grouped(i64::try_from(n).unwrap_or(i64::MAX));
    t.with("evaluation-kpi-n", [("n", n.into())]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::Words;

    fn t(locale: Locale) -> Tongue {
        Words::get().locale(locale)
    }

    #[test]
    fn years_in_each_language() {
        let of = FiscalYear::new(2025).unwrap();
        assert_eq!([Locale::Ja, Locale::Easy, Locale::En].map(|l| year(t(l), of)), ["令和7年度", "2025年度", "FY2025"]);
        assert_eq!(column(t(Locale::Ja), of), "令和7");
        assert_eq!(narrow(t(Locale::Ja), of), "R7");
        assert_eq!(narrow(t(Locale::Ja), FiscalYear::new(2019).unwrap()), "R元");
        assert_eq!(narrow(t(Locale::Ja), FiscalYear::new(2018).unwrap()), "H30");
    }

    #[test]
    fn amounts_and_numbers() {
        assert_eq!(amount(t(Locale::Ja), 9_206_775), "921万円");
        assert_eq!(amount(t(Locale::Ja), 1_234_000_000), "12.3億円");
        assert_eq!(amount(t(Locale::En), 48_203_115), "¥48.2 million");
        let decimal = |text| Decimal::parse(text).unwrap();
        assert_eq!(number(decimal("1234567.5")), "1,234,567.5");
        assert_eq!(number(decimal("-0.5")), "-0.5");
        assert_eq!(kpi(t(Locale::Ja), decimal("23.849"), "分"), "23.8分");
        assert_eq!(kpi(t(Locale::En), decimal("24"), "min"), "24 min");
        assert_eq!(kpi(t(Locale::En), decimal("43.25"), "%"), "43.3%");
    }
}
