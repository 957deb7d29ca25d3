//! The money of a programme as geometry: stacked columns by funding source over the years, numbers in, coordinates out.
//!
//! From the bottom: 一般財源, その他, 県, 国, 地方債. Settled years are gray, the year assessed is in the action colour, a budget is
//! hatched. Amounts are yen; what the chart writes is 万円 or 億円 ([`Unit`]), the exact yen stand in the table beside it.

use words::{Tongue, grouped};

/// Which money is in one part of a column, from the bottom up.
pub(crate) const SOURCES: [&str; 5] = [
    "evaluation-source-general",
    "evaluation-source-other",
    "evaluation-source-prefectural",
    "evaluation-source-national",
    "evaluation-source-bonds",
];

/// How a column is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Settled, an earlier year.
    Past,
    /// The year that is assessed.
    Now,
    /// Budgeted or planned: not spent yet.
    Planned,
}

/// A year's money, in yen, in the order of [`SOURCES`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// `令和6`, for a narrow field `R6`.
    pub(crate) label: String,
    pub(crate) short: String,
    pub(crate) stage: String,
    pub(crate) look: Look,
    pub(crate) parts: [i64; 5],
}

impl Column {
    fn total(&self) -> i64 {
        self.parts.iter().sum()
    }
}

/// In what the chart counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// 万円.
    TenThousand,
    /// 億円, one decimal.
    HundredMillion,
    /// Million yen, one decimal below a hundred: as English counts.
    Million,
}

impl Unit {
    /// The unit in which the largest amount has few digits.
    pub(crate) fn of(t: Tongue, largest: i64) -> Self {
        if t.locale() == kernel::locale::Locale::En {
            Self::Million
        } else if largest >= 1_000_000_000 {
            Self::HundredMillion
        } else {
            Self::TenThousand
        }
    }

    /// Its name: 万円.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::TenThousand => "evaluation-unit-ten-thousand",
            Self::HundredMillion => "evaluation-unit-hundred-million",
            Self::Million => "evaluation-unit-million",
        }
    }

    /// An amount without its unit: `4,820`, `12.3`.
    pub(crate) fn show(self, yen: i64) -> String {
        match self {
            Self::TenThousand => grouped(rounded(yen, 10_000)),
            Self::HundredMillion => tenths(rounded(yen, 10_000_000)),
            Self::Million if yen.abs() >= 100_000_000 => grouped(rounded(yen, 1_000_000)),
            Self::Million => tenths(rounded(yen, 100_000)),
        }
    }
}

/// Half away from zero.
fn rounded(amount: i64, by: i64) -> i64 {
    let half = if amount < 0 { -by / 2 } else { by / 2 };
    amount.saturating_add(half) / by
}

fn tenths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let whole = i64::try_from(number.unsigned_abs() / 10).unwrap_or(i64::MAX);
    format!("{sign}{}.{}", grouped(whole), number.unsigned_abs() % 10)
}

/// One rectangle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// 0 to 4, as in [`SOURCES`].
    pub(crate) source: usize,
    pub(crate) y: i64,
    pub(crate) height: i64,
}

/// One column, drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub(crate) x: i64,
    pub(crate) middle: i64,
    pub(crate) class: &'static str,
    pub(crate) segments: Vec<Segment>,
    pub(crate) label: String,
    pub(crate) stage: String,
    /// The whole amount, over the column.
    pub(crate) total: String,
    pub(crate) total_y: i64,
    /// The 一般財源 inside the lowest part; empty where it has no room.
    pub(crate) general: String,
    pub(crate) now: bool,
    pub(crate) planned: bool,
}

/// The name of a source beside the last column, with a line to its part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) key: &'static str,
    pub(crate) y: i64,
    pub(crate) from: i64,
}

/// The whole drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MoneyChart {
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) base: i64,
    pub(crate) column: i64,
    /// Where the columns end.
    pub(crate) end: i64,
    pub(crate) columns: Vec<Drawn>,
    pub(crate) names: Vec<Named>,
    pub(crate) is_narrow: bool,
}

const TOP: i64 = 26;
/// Height of the columns in a wide and in a narrow field.
const FIELD: (i64, i64) = (280, 228);
/// Where the names of the sources stand.
const NAMES: i64 = 76;
/// Between two names.
const LINE: i64 = 19;

/// Draws the columns into a field of a width; nothing to draw is no chart.
pub(crate) fn chart(columns: &[Column], unit: Unit, is_narrow: bool) -> Option<MoneyChart> {
    let most = columns.iter().map(Column::total).max().filter(|most| *most > 0)?;
    let (width, field) = if is_narrow { (350, FIELD.1) } else { (470, FIELD.0) };
    let (base, end) = (TOP + field, width - NAMES);
    let step = end / i64::try_from(columns.len()).ok()?;
    let column = (step * 8 / 10).min(96);
    let drawn: Vec<Drawn> = columns
        .iter()
        .zip(0_i64..)
        .map(|(year, at)| {
            let ends = at == 0 || usize::try_from(at + 1) == Ok(columns.len());
            let field = Field { x: at * step + (step - column) / 2, width: column, base, most, unit, is_narrow, ends };
            draw(year, &field)
        })
        .collect();
    let names = drawn.last().map(names).unwrap_or_default();
    Some(MoneyChart {
        width,
        height: base + 50,
        base,
        column,
        end: drawn.last().map_or(end, |last| last.x + column),
        columns: drawn,
        names,
        is_narrow,
    })
}

/// Where one column stands.
struct Field {
    x: i64,
    width: i64,
    base: i64,
    most: i64,
    unit: Unit,
    is_narrow: bool,
    /// The first or the last one.
    ends: bool,
}

fn draw(year: &Column, field: &Field) -> Drawn {
    let Field { x, width, base, most, unit, is_narrow, ends } = *field;
    let place = |amount: i64| base - scaled(amount, most, base - TOP);
    let (mut below, mut segments) = (0, Vec::new());
    for (source, amount) in year.parts.iter().copied().enumerate() {
        let (bottom, top) = (place(below), place(below + amount.max(0)));
        below += amount.max(0);
        if bottom > top {
            segments.push(Segment { source, y: top, height: bottom - top });
        }
    }
    let general_height = segments.first().filter(|part| part.source == 0).map_or(0, |part| part.height);
    let total = unit.show(year.total());
    // Long amounts have no room side by side on a phone: the first, the last and the assessed year keep theirs.
    let has_room = !is_narrow || total.chars().count() <= 4 || ends || year.look == Look::Now;
    Drawn {
        x,
        middle: x + width / 2,
        class: match year.look {
            Look::Past => "past",
            Look::Now => "year",
            Look::Planned => "plan",
        },
        segments,
        label: if is_narrow { year.short.clone() } else { year.label.clone() },
        stage: year.stage.clone(),
        total: if has_room { total } else { String::new() },
        total_y: place(year.total()) - 8,
        general: if general_height >= 26 && !is_narrow { unit.show(year.parts[0]) } else { String::new() },
        now: year.look == Look::Now,
        planned: year.look == Look::Planned,
    }
}

fn scaled(amount: i64, most: i64, field: i64) -> i64 {
    let exact = i128::from(amount) * i128::from(field) / i128::from(most.max(1));
    i64::try_from(exact).unwrap_or(0)
}

/// The names of the last column's parts, pushed apart so that none covers another.
fn names(last: &Drawn) -> Vec<Named> {
    let mut names: Vec<Named> = last
        .segments
        .iter()
        .map(|part| Named {
            key: SOURCES[part.source],
            y: part.y + part.height / 2 + 5,
            from: part.y + part.height / 2,
        })
        .collect();
    // From the bottom up: each at least a line over the one below it.
    for at in 1..names.len() {
        let highest = names[at - 1].y - LINE;
        if let Some(name) = names.get_mut(at) {
            name.y = name.y.min(highest);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::locale::Locale;
    use words::Words;

    fn year(label: &str, look: Look, parts: [i64; 5]) -> Column {
        Column { label: label.to_owned(), short: label.to_owned(), stage: "決算".to_owned(), look, parts }
    }

    #[test]
    fn parts_stand_on_one_another_and_the_highest_column_fills_the_field() {
        let columns = [
            year("令和5", Look::Past, [50_000_000, 0, 10_000_000, 20_000_000, 0]),
            year("令和6", Look::Now, [40_000_000, 5_000_000, 5_000_000, 30_000_000, 80_000_000]),
            year("令和7", Look::Planned, [40_000_000, 0, 0, 0, 0]),
        ];
        let chart = chart(&columns, Unit::TenThousand, false).unwrap();
        let highest = &chart.columns[1];
        assert_eq!(highest.segments.iter().map(|part| part.height).sum::<i64>(), FIELD.0);
        assert_eq!(highest.segments.last().map(|part| part.y), Some(TOP));
        for column in &chart.columns {
            let mut bottom = chart.base;
            for part in &column.segments {
                assert_eq!(part.y + part.height, bottom);
                bottom = part.y;
            }
            assert!(column.x + chart.column <= chart.end && chart.end < chart.width);
        }
        assert_eq!(highest.total, "16,000");
        assert_eq!((chart.columns[2].class, chart.columns[2].segments.len()), ("plan", 1));
        // 一般財源 of a quarter of the field has room for its amount, a phone has not.
        assert_eq!(highest.general, "4,000");
        assert!(
            super::chart(&columns, Unit::TenThousand, true).unwrap().columns.iter().all(|it| it.general.is_empty())
        );
    }

    #[test]
    fn names_do_not_cover_one_another() {
        let chart = chart(&[year("令和6", Look::Now, [900, 30, 30, 30, 10])], Unit::TenThousand, true).unwrap();
        assert_eq!(chart.names.len(), 5);
        assert!(chart.names.windows(2).all(|pair| pair[0].y - pair[1].y >= LINE));
    }

    #[test]
    fn nothing_spent_is_no_chart() {
        assert_eq!(chart(&[year("令和6", Look::Now, [0; 5])], Unit::TenThousand, false), None);
        assert_eq!(chart(&[], Unit::TenThousand, false), None);
    }

    #[test]
    fn amounts_in_the_unit_of_their_language() {
        let (ja, en) = (Words::get().locale(Locale::Ja), Words::get().locale(Locale::En));
        assert_eq!(Unit::of(ja, 999_999_999), Unit::TenThousand);
        assert_eq!(Unit::of(ja, 1_000_000_000), Unit::HundredMillion);
        assert_eq!(Unit::of(en, 1), Unit::Million);
        for (unit, yen, text) in [
            (Unit::TenThousand, 48_203_115, "4,820"),
            (Unit::TenThousand, 4_999, "0"),
            (Unit::TenThousand, 5_000, "1"),
            (Unit::HundredMillion, 1_849_999_999, "18.5"),
            (Unit::Million, 48_203_115, "48.2"),
            (Unit::Million, 1_234_567_890, "1,235"),
            (Unit::TenThousand, -15_000, "-2"),
        ] {
            assert_eq!(unit.show(yen), text);
        }
    }
}
