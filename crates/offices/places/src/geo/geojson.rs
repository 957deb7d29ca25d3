//! Reads a GeoJSON feature collection feature by feature and says of every bad feature where it stands and why.

use crate::sentence::Sentence;

use super::{Point, PointError, Polygon, Ring, Shape};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Points one file may hold; a city's finest set has some thirty thousand.
const MOST_POINTS: usize = 4_000_000;
const MOST_FEATURES: usize = 200_000;

/// A good feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its place in the file, from 1.
    pub number: usize,
    /// The line it starts on, from 1.
    pub line: usize,
    /// What it covers.
    pub shape: Shape,
    /// Its properties in file order.
    pub properties: Map<String, Value>,
    /// Its outer border or a hole crosses itself: points inside are still decided, by the even-odd rule.
    pub crosses_itself: bool,
}

/// A feature that was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct BadFeature {
    /// Its place in the file, from 1.
    pub number: usize,
    /// The line it starts on, from 1.
    pub line: usize,
    /// Which of its members is wrong.
    pub member: &'static str,
    /// Why.
    pub reason: GeoError,
}

/// Everything a file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeatureFile {
    /// Features that can be used.
    pub features: Vec<Feature>,
    /// Features that cannot.
    pub bad: Vec<BadFeature>,
}

/// What can be wrong with a file or a feature.
#[derive(Debug, Clone, PartialEq)]
pub enum GeoError {
    /// Nothing in it.
    Empty,
    /// Not JSON at all.
    NotJson {
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault, from 1.
        column: usize,
        /// What the reader met there.
        reason: String,
    },
    /// JSON, but not a feature collection.
    NotCollection {
        /// The type it names.
        found: String,
    },
    /// A collection without features.
    NoFeatures,
    /// More features than the program takes in one file.
    TooManyFeatures,
    /// More points than the program takes in one file.
    TooManyPoints,
    /// Coordinates in another system than longitude and latitude.
    OtherSystem {
        /// The system the file names.
        name: String,
    },
    /// Brackets inside brackets without end.
    TooDeep,
    /// Not a feature.
    NotFeature,
    /// A feature without a place.
    NoGeometry,
    /// A geometry without coordinates.
    EmptyGeometry,
    /// A geometry that is neither polygon nor line.
    OtherGeometry {
        /// The type it names.
        kind: String,
    },
    /// Coordinates that are not pairs of numbers.
    NotPosition {
        /// Which position of the feature, from 1.
        position: usize,
    },
    /// A pair of numbers that is no place in Japan.
    Position {
        /// Which position of the feature, from 1.
        position: usize,
        /// Why not.
        reason: PointError,
    },
    /// A border with a gap.
    NotClosed,
    /// A border around nothing.
    NoExtent,
    /// A line of a single point.
    NoLength,
    /// A property no database can keep.
    Nul,
}

impl GeoError {
    /// What is wrong, to be said in any language.
    pub fn sentence(&self) -> Sentence {
        match self {
            GeoError::Empty => Sentence::new("places-file-empty"),
            GeoError::NotJson { reason, .. } => Sentence::new("places-not-json").with("reason", reason),
            GeoError::NotCollection { found } => Sentence::new("places-not-collection").with("found", found),
            GeoError::NoFeatures => Sentence::new("places-no-features"),
            GeoError::TooManyFeatures => Sentence::new("places-too-many-features").with("limit", MOST_FEATURES),
            GeoError::TooManyPoints => Sentence::new("places-too-many-points").with("limit", MOST_POINTS),
            GeoError::OtherSystem { name } => Sentence::new("places-other-system").with("name", name),
            GeoError::TooDeep => Sentence::new("places-too-deep"),
            GeoError::NotFeature => Sentence::new("places-not-feature"),
            GeoError::NoGeometry => Sentence::new("places-no-geometry"),
            GeoError::EmptyGeometry => Sentence::new("places-empty-geometry"),
            GeoError::OtherGeometry { kind } => Sentence::new("places-other-geometry").with("kind", kind),
            GeoError::NotPosition { position } => Sentence::new("places-not-position").with("position", position),
            GeoError::Position { position, reason } => {
                Sentence::new("places-position").with("position", position).said("reason", reason.sentence())
            }
            GeoError::NotClosed => Sentence::new("places-not-closed"),
            GeoError::NoExtent => Sentence::new("places-no-extent"),
            GeoError::NoLength => Sentence::new("places-no-length"),
            GeoError::Nul => Sentence::new("places-nul"),
        }
    }
}

impl std::fmt::Display for GeoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for GeoError {}

#[derive(Deserialize)]
struct RawFile<'a> {
    #[serde(rename = "type", default)]
    kind: Option<Value>,
    #[serde(default)]
    crs: Option<Value>,
    #[serde(borrow, default)]
    features: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct RawFeature {
    #[serde(rename = "type", default)]
    kind: Option<Value>,
    #[serde(default)]
    geometry: Option<RawGeometry>,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct RawGeometry {
    #[serde(rename = "type", default)]
    kind: Option<Value>,
    #[serde(default)]
    coordinates: Value,
}

/// Reads a feature collection. `Err` is about the file as a whole; single bad features are listed beside the good ones.
pub fn read_features(text: &str) -> Result<FeatureFile, GeoError> {
    let raw: RawFile<'_> = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
    if raw.kind.as_ref().and_then(Value::as_str) != Some("FeatureCollection") {
        return Err(GeoError::NotCollection {
            found: raw.kind.map_or_else(|| "missing".to_owned(), |kind| short(&kind)),
        });
    }
    check_system(raw.crs.as_ref())?;
    let raw = raw.features.unwrap_or_default();
    if raw.is_empty() {
        return Err(GeoError::NoFeatures);
    }
    if raw.len() > MOST_FEATURES {
        return Err(GeoError::TooManyFeatures);
    }
    let mut file = FeatureFile::default();
    let mut lines = Lines::new(text);
    let mut points = 0;
    for (at, raw) in raw.into_iter().enumerate() {
        let (number, line) = (at + 1, lines.of(raw.get()));
        match read_feature(raw.get()) {
            Ok((shape, properties)) => {
                points += shape.points().count();
                if points > MOST_POINTS {
                    return Err(GeoError::TooManyPoints);
                }
                let crosses_itself = match &shape {
                    Shape::Area(polygons) => polygons.iter().flat_map(Polygon::rings).any(Ring::crosses_itself),
                    Shape::Lines(_) => false,
                };
                file.features.push(Feature { number, line, shape, properties, crosses_itself });
            }
            Err((member, reason)) => file.bad.push(BadFeature { number, line, member, reason }),
        }
    }
    Ok(file)
}

type Fault = (&'static str, GeoError);

fn read_feature(text: &str) -> Result<(Shape, Map<String, Value>), Fault> {
    let raw: RawFeature = serde_json::from_str(text).map_err(|error| {
        let deep = error.to_string().starts_with("recursion limit");
        ("type", if deep { GeoError::TooDeep } else { GeoError::NotFeature })
    })?;
    if raw.kind.as_ref().and_then(Value::as_str) != Some("Feature") {
        return Err(("type", GeoError::NotFeature));
    }
    let geometry = raw.geometry.ok_or(("geometry", GeoError::NoGeometry))?;
    let shape = read_geometry(&geometry).map_err(|reason| ("geometry", reason))?;
    let properties = raw.properties.unwrap_or_default();
    if properties.iter().any(|(key, value)| key.contains('\0') || has_nul(value)) {
        return Err(("properties", GeoError::Nul));
    }
    Ok((shape, properties))
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn read_geometry(raw: &RawGeometry) -> Result<Shape, GeoError> {
    let kind = raw.kind.as_ref().and_then(Value::as_str).unwrap_or("missing");
    let known = matches!(kind, "Polygon" | "MultiPolygon" | "LineString" | "MultiLineString");
    if !known {
        return Err(GeoError::OtherGeometry { kind: kind.chars().take(40).collect() });
    }
    let mut reader = Positions { read: 0 };
    let shape = match kind {
        "Polygon" => Shape::Area(vec![reader.polygon(&raw.coordinates)?]),
        "MultiPolygon" => Shape::Area(
            list(&raw.coordinates)?.iter().map(|polygon| reader.polygon(polygon)).collect::<Result<_, _>>()?,
        ),
        "LineString" => Shape::Lines(vec![reader.line(&raw.coordinates)?]),
        _ => Shape::Lines(list(&raw.coordinates)?.iter().map(|line| reader.line(line)).collect::<Result<_, _>>()?),
    };
    Ok(shape)
}

/// The items of a list that may not be empty.
fn list(value: &Value) -> Result<&[Value], GeoError> {
    match value {
        Value::Array(items) if !items.is_empty() => Ok(items),
        _ => Err(GeoError::EmptyGeometry),
    }
}

struct Positions {
    read: usize,
}

impl Positions {
    fn polygon(&mut self, value: &Value) -> Result<Polygon, GeoError> {
        let mut rings = list(value)?.iter().map(|ring| self.ring(ring));
        let outer = rings.next().ok_or(GeoError::EmptyGeometry)??;
        Ok(Polygon { outer, holes: rings.collect::<Result<_, _>>()? })
    }

    fn ring(&mut self, value: &Value) -> Result<Ring, GeoError> {
        let points = self.points(value)?;
        if points.len() > 1 && points.first() != points.last() {
            return Err(GeoError::NotClosed);
        }
        Ring::new(points).ok_or(GeoError::NoExtent)
    }

    fn line(&mut self, value: &Value) -> Result<Vec<Point>, GeoError> {
        let mut points = self.points(value)?;
        points.dedup();
        if points.len() < 2 { Err(GeoError::NoLength) } else { Ok(points) }
    }

    fn points(&mut self, value: &Value) -> Result<Vec<Point>, GeoError> {
        list(value)?.iter().map(|position| self.point(position)).collect()
    }

    fn point(&mut self, value: &Value) -> Result<Point, GeoError> {
        self.read += 1;
        let position = self.read;
        let numbers = value.as_array().map(Vec::as_slice);
        let Some([longitude, latitude, ..]) = numbers else { return Err(GeoError::NotPosition { position }) };
        let (Some(longitude), Some(latitude)) = (longitude.as_f64(), latitude.as_f64()) else {
            return Err(GeoError::NotPosition { position });
        };
        Point::new(latitude, longitude).map_err(|reason| GeoError::Position { position, reason })
    }
}

/// The systems whose numbers are longitude and latitude within a metre of each other.
fn check_system(crs: Option<&Value>) -> Result<(), GeoError> {
    let Some(crs) = crs.filter(|crs| !crs.is_null()) else { return Ok(()) };
    let name = crs.pointer("/properties/name").and_then(Value::as_str).unwrap_or_default();
    let code: String =
        name.chars().rev().take_while(char::is_ascii_alphanumeric).collect::<Vec<_>>().into_iter().rev().collect();
    if matches!(code.as_str(), "CRS84" | "4326" | "6668" | "4612" | "6697") {
        return Ok(());
    }
    Err(GeoError::OtherSystem { name: if name.is_empty() { short(crs) } else { name.chars().take(60).collect() } })
}

fn short(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned).chars().take(60).collect()
}

fn not_json(text: &str, error: &serde_json::Error) -> GeoError {
    if text.trim_start().is_empty() {
        return GeoError::Empty;
    }
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
    GeoError::NotJson { line: error.line(), column: error.column(), reason }
}

/// Line numbers of slices that follow each other in a text.
pub(crate) struct Lines<'a> {
    text: &'a str,
    seen: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Lines<'a> {
        Lines { text, seen: 0, line: 1 }
    }

    pub(crate) fn of(&mut self, slice: &str) -> usize {
        let offset = (slice.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if let Some(passed) = self.text.as_bytes().get(self.seen..offset) {
            self.line += passed.iter().filter(|byte| **byte == b'\n').count();
            self.seen = offset;
        }
        self.line
    }
}
