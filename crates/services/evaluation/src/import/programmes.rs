//! The list of programmes: one row each, with where it stands, its texts and the assessment.

use std::collections::BTreeMap;

use intake::{Column, Reason, Row, Table, cell};
use plan::year::{self, Written};
use plan::{Division, Names, NodeCode, Text, WrittenYear};

use super::mapping::{Mapping, TableKind};
use super::reading::{Reading, Seen};
use super::{Content, Outcome, Placed};
use crate::direction::Directions;
use crate::export::{NOTHING, unguarded};
use crate::model::Assessment;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProgrammeIn {
    /// The lowest node it stands under.
    pub(crate) node: NodeCode,
    /// The names this row gives to the nodes above, the topmost first.
    pub(crate) node_names: [String; 3],
    pub(crate) text: Text,
    pub(crate) assessment: Option<Assessment>,
}

/// The whole file.
#[derive(Clone, Debug)]
pub(crate) struct ProgrammesFile {
    pub(crate) rows: Vec<Placed<ProgrammeIn>>,
    /// The names of every node, with how many rows carry each.
    pub(crate) names: BTreeMap<String, (NodeCode, Names)>,
}

struct Columns {
    code: Option<Column>,
    name: Option<Column>,
    /// Codes and names from the top.
    nodes: [(Option<Column>, Option<Column>); 3],
    division: Option<Column>,
    section: Option<Column>,
    category: Option<Column>,
    term: Option<Column>,
    starts: Option<Column>,
    ends: Option<Column>,
    summary: Option<Column>,
    target: Option<Column>,
    intent: Option<Column>,
    outcome: Option<Column>,
    legal: Option<Column>,
    assessed: Option<Column>,
    rating: Option<Column>,
    rating_directions: Option<Column>,
    direction: Option<Column>,
    direction_directions: Option<Column>,
    decided: Option<Column>,
    section_comment: Option<Column>,
    head_comment: Option<Column>,
}

impl Columns {
    fn find(reading: &mut Reading<'_>) -> Self {
        // A column the mapping names must be there: a file without it is another file.
        let mut named = |field: &str| if reading.maps(field) { reading.must(field) } else { None };
        Self {
            code: named("code"),
            name: named("name"),
            nodes: [
                (named("policy_code"), named("policy_name")),
                (named("measure_code"), named("measure_name")),
                (named("group_code"), named("group_name")),
            ],
            division: named("division"),
            section: named("section"),
            category: named("category"),
            term: named("term"),
            starts: named("starts"),
            ends: named("ends"),
            summary: named("summary"),
            target: named("target"),
            intent: named("intent"),
            outcome: named("outcome"),
            legal: named("legal"),
            assessed: named("assessed"),
            rating: named("rating"),
            rating_directions: named("rating_directions"),
            direction: named("direction"),
            direction_directions: named("direction_directions"),
            decided: named("decided"),
            section_comment: named("section_comment"),
            head_comment: named("head_comment"),
        }
    }
}

pub(super) fn read(table: &Table, mapping: &Mapping) -> Outcome {
    let mut reading = Reading::new(table, mapping, TableKind::Programmes);
    let columns = Columns::find(&mut reading);
    let mut seen = Seen::new();
    let mut file = ProgrammesFile { rows: Vec::with_capacity(table.len()), names: BTreeMap::new() };
    // Without its columns every row would be at fault for the same reason.
    if reading.bad.is_clean() || columns.code.is_some() && columns.name.is_some() {
        for row in table.rows() {
            if let Some(placed) = programme(&mut reading, &columns, &row, &mut seen) {
                count_names(&mut file.names, &placed.row);
                file.rows.push(placed);
            }
        }
    }
    let heading = columns.code.map(|column| reading.heading(column)).unwrap_or_default();
    let Reading { bad, notes, .. } = reading;
    bad.all_or_nothing((Content::Programmes(file), heading, notes))
}

fn programme(
    reading: &mut Reading<'_>,
    columns: &Columns,
    row: &Row<'_>,
    seen: &mut Seen<String>,
) -> Option<Placed<ProgrammeIn>> {
    let code = reading.code(row, columns.code);
    if let (Some(code), Some(column)) = (&code, columns.code)
        && let Some(line) = seen.before(code.clone(), row.line())
    {
        reading.bad.add(row.refuse(column, Reason::Duplicate { line }));
    }
    let name = reading.required(row, columns.name, |text| cell::line::<200>(unguarded(text)));
    let node = node(reading, columns, row);
    let division = reading.required(row, columns.division, |text| cell::line::<100>(unguarded(text)));
    let texts = [columns.summary, columns.target, columns.intent, columns.outcome, columns.legal]
        .map(|column| reading.text(row, column));
    let lines = [columns.section, columns.category, columns.term].map(|column| reading.line(row, column));
    let years = [columns.starts, columns.ends].map(|column| written_year(reading, row, column));
    // Every cell is looked at before the row is given up: all faults are named at once.
    let assessment = assessment(reading, columns, row);
    let ([summary, target, intent, outcome, legal], [section, category, term], [starts, ends]) = (texts, lines, years);
    let (node, node_names) = node?;
    let text = Text {
        name: name?.into_string(),
        category: category?,
        term: term?,
        starts: starts?,
        ends: ends?,
        summary: summary?,
        target: target?,
        intent: intent?,
        outcome: outcome?,
        legal: legal?,
        division: Division::parse(division?.as_str()),
        section: section?,
    };
    let row_in = ProgrammeIn { node, node_names, text, assessment: assessment? };
    Some(Placed { line: row.line(), code: code?, row: row_in })
}

/// The lowest node a row names; a level may be left out only with those below it.
fn node(reading: &mut Reading<'_>, columns: &Columns, row: &Row<'_>) -> Option<(NodeCode, [String; 3])> {
    let mut codes: Vec<String> = Vec::new();
    let mut names: [String; 3] = Default::default();
    let mut good = true;
    for (level, (code, name)) in columns.nodes.into_iter().enumerate() {
        let own = if level == 0 {
            reading.required(row, code, cell::line::<40>).map(Some)
        } else {
            reading.optional(row, code, cell::line::<40>)
        };
        let named = reading.line(row, name);
        let (Some(own), Some(named)) = (own, named) else {
            good = false;
            continue;
        };
        // What is wrong above is said above.
        let Some(own) = own.filter(|_| good) else { continue };
        if own.as_str().contains('/') || codes.len() != level {
            if let Some(column) = code {
                reading.bad.add(row.refuse(column, Reason::Other("evaluation-import-node")));
            }
            good = false;
            continue;
        }
        codes.push(own.into_string());
        names[level] = named;
    }
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    if good { NodeCode::new(&codes).map(|code| (code, names)) } else { None }
}

fn count_names(names: &mut BTreeMap<String, (NodeCode, Names)>, row: &ProgrammeIn) {
    let mut next = Some(row.node.clone());
    while let Some(code) = next {
        next = code.parent();
        let level = code.path().matches('/').count();
        let name = row.node_names.get(level).filter(|name| !name.is_empty()).cloned();
        let (_, counted) = names.entry(code.path()).or_insert_with(|| (code, Names::new()));
        if let Some(name) = name {
            *counted.entry(name).or_default() += 1;
        }
    }
}

fn written_year(reading: &mut Reading<'_>, row: &Row<'_>, column: Option<Column>) -> Option<WrittenYear> {
    let text = reading.optional(row, column, cell::line::<20>)?;
    let text = text.map_or_else(String::new, kernel::text::Line::into_string);
    let year = match (year::read(&text), reading.mapping.bare) {
        (Written::Year(year, _), _) => Some(year),
        (Written::Bare(number), Some(era)) => year::in_era(era, &number.to_string()),
        // Which era's 6 it is, only the city can say; the sheet shows it as written.
        _ => None,
    };
    Some(WrittenYear { text, year })
}

/// The assessment, if the row has one; `None` when it is at fault.
fn assessment(reading: &mut Reading<'_>, columns: &Columns, row: &Row<'_>) -> Option<Option<Assessment>> {
    let rating_label = reading.line(row, columns.rating);
    let direction_label = reading.line(row, columns.direction);
    let comments = [columns.section_comment, columns.head_comment].map(|column| reading.text(row, column));
    let said_rating = reading.optional(row, columns.rating_directions, directions);
    let said_direction = reading.optional(row, columns.direction_directions, directions);
    let decided = reading.optional(row, columns.decided, cell::flag);
    let [section_comment, head_comment] = comments;
    let (rating_label, direction_label) = (rating_label?, direction_label?);
    let (section_comment, head_comment) = (section_comment?, head_comment?);
    let rating = meaning(reading, row, columns.rating, &rating_label, said_rating?);
    let direction = meaning(reading, row, columns.direction, &direction_label, said_direction?);
    let (rating, direction) = (rating?, direction?);
    let nothing = [&rating_label, &direction_label, &section_comment, &head_comment].iter().all(|text| text.is_empty());
    if nothing && rating.is_empty() && direction.is_empty() {
        return Some(None);
    }
    let year = match (columns.assessed, reading.mapping.assessed) {
        (None, Some(year)) => year,
        (None, None) => {
            reading.bad.add(row.refuse_row(Reason::Other("evaluation-import-assessed")));
            return None;
        }
        (Some(_), _) => reading.year(row, columns.assessed)?,
    };
    Some(Some(Assessment {
        year,
        rating_label,
        rating,
        direction_label,
        direction,
        decided: decided?.unwrap_or(reading.mapping.decided),
        section_comment,
        head_comment,
    }))
}

/// The directions a cell of our own layout names; `なし` is a label that says nothing.
fn directions(text: &str) -> Result<Directions, Reason> {
    if text == NOTHING {
        return Ok(Directions::NONE);
    }
    Directions::parse(text).ok_or(Reason::Other("evaluation-import-direction"))
}

/// What a label may mean: as its own column says, else as the mapping knows it.
fn meaning(
    reading: &mut Reading<'_>,
    row: &Row<'_>,
    column: Option<Column>,
    label: &str,
    said: Option<Directions>,
) -> Option<Directions> {
    if let Some(said) = said {
        return Some(said);
    }
    if label.is_empty() {
        return Some(Directions::NONE);
    }
    let known = reading.mapping.directions(label);
    if let (None, Some(column)) = (known, column) {
        reading.bad.add(row.refuse(column, Reason::Other("evaluation-import-label")));
    }
    known
}
