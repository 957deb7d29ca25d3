//! Files for spreadsheets and for other programs: our own layout, UTF-8 with a mark. What is exported can be imported again and
//! is the same.

use store::{Row, Tx};

use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use plan::live;

use crate::import::{Mapping, MappingError};
use crate::model::Indicator;
use crate::read::{directions, indicator, money, stage};

pub use plan::batch::Kind;

store::statements! {
    /// Every live programme with its newest assessment.
    PROGRAMMES = concat!("SELECT p.code, c.name, po.code, c.policy_name, me.code, c.measure_name, ba.code, c.basic_name, c.unit_label, c.section_label, c.category, c.term, c.starts_text, c.ends_text, c.summary, c.target, c.intent, c.outcome, c.legal,
            a.year, a.rating_label, a.rating, a.direction_label, a.direction, a.decided, a.section_comment, a.head_comment
        FROM plan_content c JOIN plan_programme p ON p.id = c.programme
        JOIN plan_node po ON po.id = c.policy LEFT JOIN plan_node me ON me.id = c.measure LEFT JOIN plan_node ba ON ba.id = c.basic
        LEFT JOIN evaluation_assessment a ON a.programme = c.programme AND ", live!("a"), "
            AND NOT EXISTS (SELECT 1 FROM evaluation_assessment n WHERE n.programme = a.programme AND n.year > a.year AND ", live!("n"), ")
        WHERE ", live!("c"), " ORDER BY c.path, p.code");
    /// Every live year of money.
    COSTS = concat!("SELECT p.code, m.year, m.stage, m.national, m.prefectural, m.bonds, m.other, m.general, m.cost, m.staff_cost, m.total, m.staff_people, m.staff_hours
        FROM evaluation_money m JOIN plan_programme p ON p.id = m.programme JOIN plan_content c ON c.programme = m.programme
        WHERE ", live!("m"), " AND ", live!("c"), " ORDER BY c.path, p.code, m.year,
            CASE m.stage WHEN 'plan' THEN 1 WHEN 'budget' THEN 2 WHEN 'revised' THEN 3 ELSE 4 END");
    /// Every live indicator.
    INDICATORS = concat!("SELECT p.code, i.kind, i.number, i.name, i.unit, i.series
        FROM evaluation_indicator i JOIN plan_programme p ON p.id = i.programme JOIN plan_content c ON c.programme = i.programme
        WHERE ", live!("i"), " AND ", live!("c"), " ORDER BY c.path, p.code, i.kind, i.number");
}

/// What stands for the directions of a label that means none.
pub(crate) const NOTHING: &str = "なし";

/// The heads of our own layout, in the order of its columns.
const PROGRAMME_FIELDS: [&str; 27] = [
    "code",
    "name",
    "policy_code",
    "policy_name",
    "measure_code",
    "measure_name",
    "group_code",
    "group_name",
    "division",
    "section",
    "category",
    "term",
    "starts",
    "ends",
    "summary",
    "target",
    "intent",
    "outcome",
    "legal",
    "assessed",
    "rating",
    "rating_directions",
    "direction",
    "direction_directions",
    "decided",
    "section_comment",
    "head_comment",
];
const COST_FIELDS: [&str; 13] = [
    "code",
    "year",
    "stage",
    "national",
    "prefectural",
    "bonds",
    "other",
    "general",
    "cost",
    "staff_people",
    "staff_hours",
    "staff_cost",
    "total",
];
const INDICATOR_FIELDS: [&str; 8] = ["code", "kind", "number", "name", "unit", "year", "what", "value"];

/// An empty table of our own layout, for a city that starts from nothing.
///
/// # Errors
/// [`MappingError`] would be a fault of the program's own layout.
pub fn template(kind: Kind) -> Result<Vec<u8>, MappingError> {
    Ok(Csv::new(kind)?.0)
}

/// All live rows of a kind; `everybody` leaves out what is not decided.
///
/// # Errors
/// Any storage error.
pub async fn export(tx: &mut Tx<'_>, kind: Kind, everybody: bool) -> Result<Vec<u8>, store::Error> {
    let broken = |_| store::Error::Column { column: 0, expected: "the program's own layout", found: "another" };
    let mut csv = Csv::new(kind).map_err(broken)?;
    match kind {
        Kind::Programmes => {
            for row in tx.all(&PROGRAMMES, &[]).await? {
                csv.line(&programme(&row, everybody)?);
            }
        }
        Kind::Costs => {
            for row in tx.all(&COSTS, &[]).await? {
                csv.line(&cost(&row)?);
            }
        }
        Kind::Indicators => {
            for row in tx.all(&INDICATORS, &[]).await? {
                let code: String = row.get(0)?;
                for cells in values(&code, &indicator(&row, 1)?) {
                    csv.line(&cells);
                }
            }
        }
    }
    Ok(csv.0)
}

fn programme(row: &Row, everybody: bool) -> Result<Vec<String>, store::Error> {
    let mut cells = Vec::with_capacity(PROGRAMME_FIELDS.len());
    for column in 0..19 {
        cells.push(row.get::<Option<String>>(column)?.unwrap_or_default());
    }
    let decided = row.get::<Option<bool>>(24)?;
    let Some(year) = row.get::<Option<FiscalYear>>(19)?.filter(|_| decided == Some(true) || !everybody) else {
        cells.resize(PROGRAMME_FIELDS.len(), String::new());
        return Ok(cells);
    };
    cells.push(year.year().to_string());
    for column in [20, 22] {
        let (label, meant) = (row.get::<String>(column)?, directions(row, column + 1)?);
        let words: Vec<_> = meant.iter().map(crate::Direction::label_ja).collect();
        let words = if words.is_empty() && !label.is_empty() { NOTHING.to_owned() } else { words.join("・") };
        cells.extend([label, words]);
    }
    cells.push(if decided == Some(true) { "○" } else { "×" }.to_owned());
    cells.extend([row.get::<String>(25)?, row.get::<String>(26)?]);
    Ok(cells)
}

fn cost(row: &Row) -> Result<Vec<String>, store::Error> {
    let (code, year, stage) = (row.get::<String>(0)?, row.get::<FiscalYear>(1)?, stage(row, 2)?);
    let amounts = money(row, 3)?;
    let thousandths = |column| {
        let number = Decimal::from_thousandths(row.get(column)?);
        let too_large = store::Error::Column { column, expected: "thousandths", found: "a larger number" };
        Ok::<_, store::Error>(number.ok_or(too_large)?.to_string())
    };
    let mut cells = vec![code, year.year().to_string(), stage.label_ja().to_owned()];
    cells.extend(amounts.sources().map(|yen| yen.amount().to_string()));
    cells.push(amounts.cost.amount().to_string());
    cells.extend([thousandths(11)?, thousandths(12)?]);
    cells.extend([amounts.staff_cost.amount().to_string(), amounts.total.amount().to_string()]);
    Ok(cells)
}

/// A line for each value; an indicator without values has one of its own.
fn values(code: &str, of: &Indicator) -> Vec<Vec<String>> {
    let head = || {
        let kind = of.kind.label_ja().to_owned();
        vec![code.to_owned(), kind, of.number.to_string(), of.name.clone(), of.unit.clone()]
    };
    if of.values.is_empty() {
        return vec![[head(), vec![String::new(); 3]].concat()];
    }
    let line = |value: &crate::IndicatorValue| {
        let tail = [value.year.year().to_string(), value.kind.label_ja().to_owned(), value.value.to_string()];
        [head(), tail.to_vec()].concat()
    };
    of.values.iter().map(line).collect()
}

/// A file that grows line by line.
struct Csv(Vec<u8>);

impl Csv {
    fn new(kind: Kind) -> Result<Self, MappingError> {
        let layout = Mapping::shipped("yokogushi")?;
        let fields: &[&str] = match kind {
            Kind::Programmes => &PROGRAMME_FIELDS,
            Kind::Costs => &COST_FIELDS,
            Kind::Indicators => &INDICATOR_FIELDS,
        };
        let mut csv = Self(b"\xef\xbb\xbf".to_vec());
        csv.line(&fields.iter().map(|field| layout.heading_of(kind, field)).collect::<Vec<_>>());
        Ok(csv)
    }

    fn line(&mut self, cells: &[String]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.0.push(b',');
            }
            let cell = guarded(cell);
            if cell.contains(['"', ',', '\n', '\r']) {
                self.0.extend(format!("\"{}\"", cell.replace('"', "\"\"")).bytes());
            } else {
                self.0.extend(cell.bytes());
            }
        }
        self.0.extend(b"\r\n");
    }
}

/// What a spreadsheet would take for a formula gets an apostrophe before it, as spreadsheets do themselves; [`unguarded`] takes
/// it away again. A dash alone and a number are no formulas.
fn guarded(text: &str) -> String {
    if is_formula(text.trim_start_matches('\'')) { format!("'{text}") } else { text.to_owned() }
}

/// The text as it was before it was guarded.
pub(crate) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

fn is_formula(text: &str) -> bool {
    const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    text.chars().nth(1).is_some() && text.starts_with(SIGNS) && Decimal::parse(text).is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_guarded_and_dashes_are_not() {
        for (text, written) in
            [("=1+1", "'=1+1"), ("-", "-"), ("-5", "-5"), ("－SUM(A1)", "'－SUM(A1)"), ("'=1", "''=1"), ("本", "本")]
        {
            assert_eq!(guarded(text), written);
            assert_eq!(unguarded(written), text);
        }
    }

    #[test]
    fn templates_have_heads_and_nothing_else() {
        for kind in [Kind::Programmes, Kind::Costs, Kind::Indicators] {
            let text = String::from_utf8(template(kind).unwrap()).unwrap();
            assert!(text.starts_with("\u{feff}事務事業コード,") && text.ends_with("\r\n"), "{text}");
            assert_eq!(text.lines().count(), 1);
        }
    }

    proptest! {
        #[test]
        fn guarding_can_be_undone(text in "['=+@a－-]{0,5}") {
            let written = guarded(&text);
            prop_assert_eq!(unguarded(&written), &text);
        }
    }
}
