//! Sets of areas (町, 自治会, 学区 …) and layers of lines, read from GeoJSON.

mod map;
mod naming;
mod query;
mod store;

pub use map::{MapDrawing, MapPath};
pub use naming::{Naming, NoSuchField};
pub use query::{Area, AreaSet, areas_of, list_sets, one_area};
pub use store::store;

pub(crate) const STATEMENTS: &[&[::store::Statement]] = &[query::STATEMENTS, store::STATEMENTS];

use crate::geo::{self, Shape, ShapeKind};
use crate::import::{BadRow, Report, SetName};
use crate::sentence::Sentence;
use serde_json::{Map, Value};

/// How a file of areas is to be read.
#[derive(Debug, Clone)]
pub struct AreaOptions {
    /// The name of the set.
    pub set: SetName,
    /// The field the names stand in; guessed when nothing is said.
    pub name_field: Option<String>,
}

/// One area or line of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRow {
    /// Its place in the file, from 1.
    pub number: usize,
    /// What tells it apart in its set.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it covers.
    pub shape: Shape,
    /// Its properties, as they were.
    pub properties: Map<String, Value>,
    /// Its border crosses itself.
    pub crosses_itself: bool,
}

/// A whole file, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedAreas {
    /// The set.
    pub set: SetName,
    /// Areas or lines.
    pub kind: ShapeKind,
    /// The field the names come from.
    pub name_field: Option<String>,
    /// Sentences every feature repeats; they go with every answer from this set.
    pub reservations: Vec<String>,
    /// The areas, in file order.
    pub rows: Vec<AreaRow>,
    /// What the reader should know although nothing is wrong.
    pub notes: Vec<Sentence>,
}

/// Reads and checks a whole file; nothing is stored. Every bad feature is in the report.
pub fn parse(bytes: &[u8], options: &AreaOptions) -> Result<ParsedAreas, Report> {
    let text = crate::import::decode(bytes)?;
    let file = geo::read_features(&text).map_err(|error| match &error {
        geo::GeoError::NotJson { line, column, .. } => Report::one(*line, format!("{column}"), error.sentence()),
        _ => Report::file(error.sentence()),
    })?;
    let mut bad: Vec<BadRow> = file
        .bad
        .iter()
        .map(|bad| BadRow::new(bad.line, bad.member, of_feature(bad.number, bad.reason.sentence())))
        .collect();
    let Some(kind) = file.features.first().map(|feature| feature.shape.kind()) else { return Err(Report::of(bad)) };
    for feature in file.features.iter().filter(|feature| feature.shape.kind() != kind) {
        let reason = of_feature(feature.number, Sentence::new("places-mixed"));
        bad.push(BadRow::new(feature.line, "geometry", reason));
    }
    let naming = naming::name_features(options.set.as_str(), &file.features, options.name_field.as_deref()).map_err(
        |error| {
            let no_such = Sentence::new("places-no-such-field").with("field", error.field);
            Report::file(no_such.with("present", error.present.join("、")))
        },
    )?;
    for (feature, name) in file.features.iter().zip(&naming.names) {
        if name.chars().count() > 200 || name.chars().any(char::is_control) {
            bad.push(BadRow::new(
                feature.line,
                naming.field.as_deref().unwrap_or("name"),
                Sentence::new("places-bad-name").with("max", 200),
            ));
        }
    }
    if !bad.is_empty() {
        bad.sort_by_key(|bad| bad.line);
        return Err(Report::of(bad));
    }
    let notes = notes(&naming, &file.features);
    let rows = file
        .features
        .into_iter()
        .zip(naming.names.into_iter().zip(naming.keys))
        .map(|(feature, (name, key))| AreaRow {
            number: feature.number,
            key,
            name,
            shape: feature.shape,
            properties: feature.properties,
            crosses_itself: feature.crosses_itself,
        })
        .collect();
    Ok(ParsedAreas {
        set: options.set.clone(),
        kind,
        name_field: naming.field,
        reservations: naming.notes,
        rows,
        notes,
    })
}

fn of_feature(number: usize, reason: Sentence) -> Sentence {
    Sentence::new("places-feature").with("number", number).said("reason", reason)
}

fn notes(naming: &Naming, features: &[geo::Feature]) -> Vec<Sentence> {
    let mut notes = Vec::new();
    match &naming.field {
        Some(field) if naming.repeats => {
            notes.push(Sentence::new("places-note-names-repeat").with("field", field));
        }
        Some(field) => notes.push(Sentence::new("places-note-names-from").with("field", field)),
        None => notes.push(Sentence::new("places-note-names-numbered")),
    }
    for feature in features.iter().filter(|feature| feature.crosses_itself) {
        notes.push(Sentence::new("places-note-crosses").with("number", feature.number));
    }
    notes
}
