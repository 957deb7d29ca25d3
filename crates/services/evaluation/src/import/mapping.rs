//! Mappings: data files that say which column of a city's file means what, in which unit and of which years.

use std::collections::BTreeMap;

use kernel::fiscal::FiscalYear;
use kernel::wareki::Era;
use plan::batch::Kind;
use plan::year::{self, Written};
use serde::Deserialize;

use crate::direction::Directions;
use crate::money::Stage;

/// The mappings that come with the program, by name.
const SHIPPED: &[(&str, &str)] = &[
    ("yokogushi", include_str!("../../mappings/yokogushi.toml")),
    ("ofunato", include_str!("../../mappings/ofunato.toml")),
];

/// What columns a mapping may name, and which of them it must.
const PROGRAMMES: (&[&str], &[&str]) = (
    &["code", "name", "policy_code", "division"],
    &[
        "policy_name",
        "measure_code",
        "measure_name",
        "group_code",
        "group_name",
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
    ],
);
const COSTS: (&[&str], &[&str]) = (
    &["code", "year", "national", "prefectural", "bonds", "other", "general", "cost", "staff_cost", "total"],
    &["stage", "staff_people", "staff_hours"],
);
const INDICATORS: (&[&str], &[&str]) = (&["code", "kind", "number", "name"], &["unit", "year", "what", "value"]);

/// In what amounts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyUnit {
    /// 円.
    Yen,
    /// 千円.
    Thousand,
    /// 百万円.
    Million,
}

impl MoneyUnit {
    /// From the shortest word, so that none is the end of an earlier one.
    const WORDS: [(&'static str, Self); 3] = [("百万円", Self::Million), ("千円", Self::Thousand), ("円", Self::Yen)];

    /// Decimal places from an amount to yen.
    #[must_use]
    pub const fn places(self) -> usize {
        match self {
            Self::Yen => 0,
            Self::Thousand => 3,
            Self::Million => 6,
        }
    }

    /// The word.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Yen => "円",
            Self::Thousand => "千円",
            Self::Million => "百万円",
        }
    }

    /// The unit a text ends with (`1,234千円`, `国庫支出金(千円)`), and the text before it.
    #[must_use]
    pub fn at_end(text: &str) -> Option<(&str, Self)> {
        let text = text.trim_end_matches([')', '）', ']', '］']);
        Self::WORDS.iter().find_map(|(word, unit)| Some((text.strip_suffix(word)?.trim_end(), *unit)))
    }
}

/// How to read a city's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its name: the shipped one's, or the file's.
    pub name: String,
    /// For people.
    pub title: String,
    /// Digits codes are filled up to.
    pub digits: usize,
    /// In what amounts are written.
    pub unit: MoneyUnit,
    /// The era of years written as a bare number.
    pub bare: Option<Era>,
    /// The stage of years no other line says.
    pub stage: Stage,
    /// The stage of single years.
    pub stages: BTreeMap<FiscalYear, Stage>,
    /// 評価対象, when the file itself does not say.
    pub assessed: Option<FiscalYear>,
    /// Whether the directions of the file are decided, when it does not say.
    pub decided: bool,
    /// What the city's labels may mean.
    pub labels: BTreeMap<String, Directions>,
    programmes: Columns,
    costs: Columns,
    indicators: Columns,
}

/// Headings by field.
type Columns = BTreeMap<String, Vec<String>>;

/// Why a mapping cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// No mapping of this name comes with the program.
    #[error("対応表「{name}」はありません。あるのは {known} です。自分の対応表はファイルの場所で指定してください")]
    Unknown {
        /// The name.
        name: String,
        /// Those there are.
        known: String,
    },
    /// The file is not of the form.
    #[error("対応表 {name} を読めません: {reason}")]
    Form {
        /// Its name.
        name: String,
        /// Where and why.
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    title: String,
    #[serde(default)]
    codes: Codes,
    #[serde(default)]
    money: Money,
    #[serde(default)]
    years: Years,
    #[serde(default)]
    assessment: Assessed,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    programmes: Option<BTreeMap<String, OneOrMany>>,
    costs: Option<BTreeMap<String, OneOrMany>>,
    indicators: Option<BTreeMap<String, OneOrMany>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Codes {
    #[serde(default)]
    digits: u8,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Money {
    unit: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Years {
    bare: Option<String>,
    stage: Option<String>,
    #[serde(default)]
    stages: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Assessed {
    year: Option<String>,
    decided: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Mapping {
    /// The names of the mappings that come with the program.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// A mapping that comes with the program.
    ///
    /// # Errors
    /// [`MappingError::Unknown`].
    pub fn shipped(name: &str) -> Result<Self, MappingError> {
        match SHIPPED.iter().find(|(known, _)| *known == name) {
            Some((name, text)) => Self::parse(name, text),
            None => Err(MappingError::Unknown {
                name: name.to_owned(),
                known: Self::shipped_names().collect::<Vec<_>>().join("、"),
            }),
        }
    }

    /// A mapping of one's own.
    ///
    /// # Errors
    /// [`MappingError::Form`].
    pub fn parse(name: &str, text: &str) -> Result<Self, MappingError> {
        let form = |reason: String| MappingError::Form { name: name.to_owned(), reason };
        let file: File = toml::from_str(text).map_err(|error| form(error.to_string()))?;
        let year = |text: &str| match year::read(text) {
            Written::Year(year, _) => Ok(year),
            _ => Err(form(format!("「{text}」は年度ではありません"))),
        };
        let stage = |text: &str| {
            Stage::parse(text).ok_or_else(|| form(format!("「{text}」は段階(計画・予算・補正後・決算)ではありません")))
        };
        let unit = file.money.unit.as_deref().unwrap_or("円");
        let found = MoneyUnit::WORDS.iter().find(|(word, _)| *word == unit).map(|(_, unit)| *unit);
        let mut labels = BTreeMap::new();
        for (label, words) in &file.labels {
            let directions = Directions::parse(words)
                .ok_or_else(|| form(format!("「{label}」の方向「{words}」に知らないことばがあります")))?;
            labels.insert(same_label(label), directions);
        }
        let bare = match file.years.bare.as_deref() {
            Some(era) => Some(year::era_named(era).ok_or_else(|| form(format!("「{era}」は元号ではありません")))?),
            None => None,
        };
        let mut stages = BTreeMap::new();
        for (text, word) in &file.years.stages {
            stages.insert(year(text)?, stage(word)?);
        }
        Ok(Self {
            name: name.to_owned(),
            title: file.title,
            digits: file.codes.digits.into(),
            unit: found.ok_or_else(|| form(format!("「{unit}」は金額の単位(円・千円・百万円)ではありません")))?,
            bare,
            stage: file.years.stage.as_deref().map_or(Ok(Stage::Settled), stage)?,
            stages,
            assessed: file.assessment.year.as_deref().map(year).transpose()?,
            decided: file.assessment.decided.unwrap_or(false),
            labels,
            programmes: columns("programmes", file.programmes, PROGRAMMES).map_err(form)?,
            costs: columns("costs", file.costs, COSTS).map_err(form)?,
            indicators: columns("indicators", file.indicators, INDICATORS).map_err(form)?,
        })
    }

    /// The headings of a table's columns.
    pub(super) fn headings(&self, table: TableKind) -> Headings<'_> {
        Headings(match table {
            TableKind::Programmes => &self.programmes,
            TableKind::Costs => &self.costs,
            TableKind::Indicators => &self.indicators,
        })
    }

    /// The first heading of a field; empty when the mapping does not name it.
    pub(crate) fn heading_of(&self, kind: Kind, field: &str) -> String {
        let table = match kind {
            Kind::Programmes => TableKind::Programmes,
            Kind::Costs => TableKind::Costs,
            Kind::Indicators => TableKind::Indicators,
        };
        self.headings(table).of(field).first().map_or_else(String::new, |&heading| heading.to_owned())
    }

    /// The stage of a year whose row does not say.
    #[must_use]
    pub fn stage_of(&self, year: FiscalYear) -> Stage {
        self.stages.get(&year).copied().unwrap_or(self.stage)
    }

    /// What a label may mean; nothing when the mapping does not know it.
    #[must_use]
    pub fn directions(&self, label: &str) -> Option<Directions> {
        self.labels.get(&same_label(label)).copied()
    }

    /// A code, filled up with zeros that spreadsheets drop.
    #[must_use]
    pub fn code(&self, code: &str) -> String {
        let number = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
        if number { format!("{code:0>width$}", width = self.digits) } else { code.to_owned() }
    }
}

/// Labels that differ only in the width of their characters and in spaces are the same.
fn same_label(label: &str) -> String {
    kernel::text::fold(label)
}

/// Which of a mapping's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableKind {
    Programmes,
    Costs,
    Indicators,
}

/// The headings of one table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Headings<'m>(&'m Columns);

impl Headings<'_> {
    /// The headings a field may stand under; none when the mapping does not name it.
    pub(super) fn of(&self, field: &str) -> Vec<&str> {
        self.0.get(field).into_iter().flatten().map(String::as_str).collect()
    }

    /// Whether the mapping names the field.
    pub(super) fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }
}

fn columns(
    table: &str,
    columns: Option<BTreeMap<String, OneOrMany>>,
    (must, may): (&[&str], &[&str]),
) -> Result<Columns, String> {
    let Some(columns) = columns else { return Ok(Columns::new()) };
    if let Some(missing) = must.iter().find(|field| !columns.contains_key(**field)) {
        return Err(format!("[{table}] に {missing} がありません"));
    }
    let known = |field: &str| must.contains(&field) || may.contains(&field);
    if let Some(unknown) = columns.keys().find(|field| !known(field)) {
        return Err(format!(
            "[{table}] の {unknown} は知らない項目です。使えるのは {} です",
            [must, may].concat().join("、")
        ));
    }
    let listed = columns.into_iter().map(|(field, names)| match names {
        OneOrMany::One(name) => (field, vec![name]),
        OneOrMany::Many(names) => (field, names),
    });
    Ok(listed.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::direction::Direction;

    #[test]
    fn the_shipped_mappings_are_good() {
        for name in Mapping::shipped_names() {
            let mapping = Mapping::shipped(name).unwrap_or_else(|error| panic!("{error}"));
            for table in [TableKind::Programmes, TableKind::Costs, TableKind::Indicators] {
                assert!(mapping.headings(table).has("code"), "{name}");
            }
        }
        let ofunato = Mapping::shipped("ofunato").unwrap();
        assert_eq!(ofunato.unit, MoneyUnit::Thousand);
        assert_eq!(ofunato.stage_of(FiscalYear::new(2025).unwrap()), Stage::Budget);
        assert_eq!(ofunato.stage_of(FiscalYear::new(2024).unwrap()), Stage::Settled);
        let lumped = ofunato.directions("２　改革改善（縮小・統合含む）").unwrap();
        assert!(lumped.may_be(Direction::Shrink) && lumped.may_be(Direction::Improve) && lumped.only().is_none());
        assert_eq!(ofunato.directions("２ 改革改善(縮小・統合含む)"), Some(lumped), "widths do not matter");
        assert_eq!(ofunato.directions("0"), Some(Directions::NONE));
        assert_eq!(ofunato.directions("４　その他"), None);
        assert_eq!(ofunato.code("86"), "0086");
        assert_eq!(ofunato.code("A-1"), "A-1");
        assert!(matches!(Mapping::shipped("nowhere"), Err(MappingError::Unknown { .. })));
    }

    #[test]
    fn a_mapping_that_says_nonsense_is_refused_with_its_place() {
        for (text, said) in [
            ("title = 5", "title"),
            ("[money]\nunit = \"ドル\"", "ドル"),
            ("[years]\nbare = \"慶応\"", "慶応"),
            ("[years]\nstages = { \"令和\" = \"予算\" }", "令和"),
            ("[years]\nstage = \"たぶん\"", "たぶん"),
            ("[labels]\n\"A\" = \"すごい\"", "すごい"),
            ("[costs]\ncode = \"コード\"", "year"),
            ("[indicators]\ncode=\"a\"\nkind=\"b\"\nnumber=\"c\"\nname=\"d\"\ncolour=\"e\"", "colour"),
            ("[monney]\nunit = \"円\"", "monney"),
        ] {
            let error = Mapping::parse("試し.toml", text).unwrap_err().to_string();
            assert!(error.contains("試し.toml") && error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn units_at_the_end_of_a_text() {
        assert_eq!(MoneyUnit::at_end("1,234千円"), Some(("1,234", MoneyUnit::Thousand)));
        assert_eq!(MoneyUnit::at_end("国庫支出金（円）").map(|(_, unit)| unit), Some(MoneyUnit::Yen));
        assert_eq!(MoneyUnit::at_end("5百万円"), Some(("5", MoneyUnit::Million)));
        assert_eq!(MoneyUnit::at_end("1,234"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            let _ = Mapping::parse("x", &text);
        }
    }
}
