//! Reads published facilities back: sets, search, one facility with everything the file said.

use super::labels::{LABELS, Label};
use crate::geo::Point;
use crate::search::like;
use crate::{FacilityId, SetId};
use ::store::{Error, Json, Row, Tx};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

::store::statements! {
    /// Every published facility set.
    SETS = "SELECT id, name, version, rows, updated_at FROM place_set WHERE kind = 'facilities' AND batch IS NOT NULL ORDER BY name";
    /// Facilities whose folded text holds a pattern, of one set or of all.
    SEARCH = "SELECT facility.id, place_set.id, place_set.name, facility.number, facility.name, facility.kana, facility.kind, facility.address, facility.phone, facility.lat, facility.lon FROM place_set JOIN facility ON facility.batch = place_set.batch WHERE ($1 OR place_set.id = $2) AND facility.search LIKE $3 ESCAPE '\\' ORDER BY place_set.name, facility.position LIMIT $4 OFFSET $5";
    /// How many there are.
    COUNT = "SELECT COUNT(*) FROM place_set JOIN facility ON facility.batch = place_set.batch WHERE ($1 OR place_set.id = $2) AND facility.search LIKE $3 ESCAPE '\\'";
    /// One facility with everything its file said.
    ONE = "SELECT facility.id, place_set.id, place_set.name, facility.number, facility.name, facility.kana, facility.kind, facility.address, facility.phone, facility.lat, facility.lon, facility.attributes FROM facility JOIN place_set ON place_set.batch = facility.batch WHERE facility.id = $1";
}

/// What stands beside a facility set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct FacilityDetails {
    #[serde(default)]
    pub(super) headings: Vec<String>,
}

/// A published set of facilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacilitySet {
    /// Which set.
    pub id: SetId,
    /// Its name.
    pub name: String,
    /// Grows with every publication.
    pub version: i64,
    /// How many facilities it has.
    pub count: i64,
    /// When it was published.
    pub updated_at: kernel::time::Instant,
}

/// A published facility.
#[derive(Debug, Clone, PartialEq)]
pub struct Facility {
    /// Which facility; stays the same over imports.
    pub id: FacilityId,
    /// Its set.
    pub set: SetId,
    /// The set's name.
    pub set_name: String,
    /// Its number in the list; may be empty.
    pub number: String,
    /// Its name.
    pub name: String,
    /// The name's reading; may be empty.
    pub kana: String,
    /// What sort of place it is; may be empty.
    pub kind: String,
    /// Its address; may be empty.
    pub address: String,
    /// Its telephone number; may be empty.
    pub phone: String,
    /// Where it is.
    pub point: Option<Point>,
}

/// Some facilities of a search, and how many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityPage {
    /// These facilities.
    pub facilities: Vec<Facility>,
    /// How many the whole search finds.
    pub total: i64,
}

/// Every published facility set, by name.
pub async fn facility_sets(tx: &mut Tx<'_>) -> Result<Vec<FacilitySet>, Error> {
    let rows = tx.all(&SETS, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(FacilitySet {
                id: row.get(0)?,
                name: row.get(1)?,
                version: row.get(2)?,
                count: row.get(3)?,
                updated_at: row.get(4)?,
            })
        })
        .collect()
}

/// Facilities whose name, reading, address or kind holds `text` (any width, any kana), of one set or of all.
pub async fn search_facilities(
    tx: &mut Tx<'_>,
    set: Option<SetId>,
    text: &str,
    limit: u16,
    offset: u32,
) -> Result<FacilityPage, Error> {
    let any_set = set.is_none();
    let set = set.map_or(uuid::Uuid::nil(), SetId::uuid);
    let pattern = like(text);
    let filter = [any_set.into(), set.into(), pattern.into()];
    let total = tx.value(&COUNT, &filter).await?;
    let window = [i64::from(limit).into(), i64::from(offset).into()];
    let rows = tx.all(&SEARCH, &filter.into_iter().chain(window).collect::<Vec<_>>()).await?;
    Ok(FacilityPage { facilities: rows.iter().map(read).collect::<Result<_, Error>>()?, total })
}

/// One facility and every column of its row: under the city's own labels and in their order when it published such a list.
pub async fn one_facility(tx: &mut Tx<'_>, id: FacilityId) -> Result<Option<(Facility, Vec<(String, String)>)>, Error> {
    let Some(row) = tx.opt(&ONE, &[id.into()]).await? else { return Ok(None) };
    let facility = read(&row)?;
    let attributes: Json<Vec<(String, String)>> = row.get(11)?;
    let labels = match tx.opt(&LABELS, &[facility.set_name.as_str().into()]).await? {
        Some(row) => row.get::<Json<Vec<Label>>>(0)?.0,
        None => return Ok(Some((facility, attributes.0))),
    };
    let values: HashMap<&str, &str> =
        attributes.0.iter().map(|(column, value)| (column.as_str(), value.as_str())).collect();
    let shown = labels
        .into_iter()
        .filter_map(|label| {
            let value = (*values.get(label.column.as_str())?).to_owned();
            Some((if label.label.is_empty() { label.column } else { label.label }, value))
        })
        .collect();
    Ok(Some((facility, shown)))
}

fn read(row: &Row) -> Result<Facility, Error> {
    let (lat, lon): (Option<i64>, Option<i64>) = (row.get(9)?, row.get(10)?);
    Ok(Facility {
        id: row.get(0)?,
        set: row.get(1)?,
        set_name: row.get(2)?,
        number: row.get(3)?,
        name: row.get(4)?,
        kana: row.get(5)?,
        kind: row.get(6)?,
        address: row.get(7)?,
        phone: row.get(8)?,
        point: lat.zip(lon).and_then(|(lat, lon)| Point::from_units(lat, lon)),
    })
}
