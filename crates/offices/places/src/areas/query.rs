//! Reads published sets of areas back, for pages and for the resolver.

use crate::geo::{self, Bounds, Point, Shape, ShapeKind};
use crate::{AreaId, SetId};
use ::store::{Error, Json, Row, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

store::statements! {
    /// Every published set of areas.
    pub(crate) SETS = "SELECT id, name, shape, version, rows, details, updated_at FROM place_set WHERE kind = 'areas' AND batch IS NOT NULL ORDER BY name";
    /// The areas of one set.
    pub(crate) AREAS = "SELECT area.id, area.position, area.key, area.name, area.shape, area.properties, area.crosses_itself FROM place_set JOIN area ON area.batch = place_set.batch WHERE place_set.id = $1 ORDER BY area.position";
    /// One published area, with its set.
    ONE = "SELECT area.id, area.position, area.key, area.name, area.shape, area.properties, area.crosses_itself, place_set.id FROM area JOIN place_set ON place_set.batch = area.batch WHERE area.id = $1";
}

/// What stands beside a set of areas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AreaDetails {
    pub(crate) name_field: Option<String>,
    #[serde(default)]
    pub(crate) reservations: Vec<String>,
}

/// A published set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaSet {
    /// Which set.
    pub id: SetId,
    /// Its name.
    pub name: String,
    /// Areas, or a layer of lines.
    pub kind: ShapeKind,
    /// Grows with every publication.
    pub version: i64,
    /// How many areas it has.
    pub count: i64,
    /// The field the names came from.
    pub name_field: Option<String>,
    /// Sentences its publisher puts on every area; show them with every answer.
    pub reservations: Vec<String>,
    /// When it was published.
    pub updated_at: kernel::time::Instant,
}

/// A published area or line.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Which area; stays the same over imports.
    pub id: AreaId,
    /// Its place in the file, from 1.
    pub number: i64,
    /// What tells it apart in its set.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it covers.
    pub shape: Shape,
    /// The rectangle around it.
    pub bounds: Bounds,
    /// A point in it where a label stands well.
    pub label: Point,
    /// Its properties, as they were in the file.
    pub properties: Map<String, Value>,
    /// Its border crosses itself.
    pub crosses_itself: bool,
}

/// Every published set, by name.
pub async fn list_sets(tx: &mut Tx<'_>) -> Result<Vec<AreaSet>, Error> {
    tx.all(&SETS, &[]).await?.iter().map(read_set).collect()
}

/// The areas of a set, in file order.
pub async fn areas_of(tx: &mut Tx<'_>, set: SetId) -> Result<Vec<Area>, Error> {
    tx.all(&AREAS, &[set.into()]).await?.iter().map(read_area).collect()
}

/// One area and the set it belongs to.
pub async fn one_area(tx: &mut Tx<'_>, id: AreaId) -> Result<Option<(SetId, Area)>, Error> {
    let Some(row) = tx.opt(&ONE, &[id.into()]).await? else { return Ok(None) };
    Ok(Some((row.get(7)?, read_area(&row)?)))
}

fn read_set(row: &Row) -> Result<AreaSet, Error> {
    let details: Json<AreaDetails> = row.get(5)?;
    let kind: String = row.get(2)?;
    Ok(AreaSet {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: ShapeKind::from_code(&kind).ok_or(Error::Column {
            column: 2,
            expected: "area or lines",
            found: "another word",
        })?,
        version: row.get(3)?,
        count: row.get(4)?,
        name_field: details.0.name_field,
        reservations: details.0.reservations,
        updated_at: row.get(6)?,
    })
}

fn read_area(row: &Row) -> Result<Area, Error> {
    let damaged = Error::Column { column: 4, expected: "a shape", found: "other bytes" };
    let bytes: Vec<u8> = row.get(4)?;
    let Some(shape) = geo::decode(&bytes) else { return Err(damaged) };
    let (Some(bounds), Some(label)) = (shape.bounds(), shape.label()) else { return Err(damaged) };
    let properties: Json<Map<String, Value>> = row.get(5)?;
    Ok(Area {
        id: row.get(0)?,
        number: row.get(1)?,
        key: row.get(2)?,
        name: row.get(3)?,
        shape,
        bounds,
        label,
        properties: properties.0,
        crosses_itself: row.get(6)?,
    })
}
