//! Towns (町字) with a point, read from the JSON lists of geolonia's japanese-addresses.

use crate::geo::{Point, PointError};
use crate::import::{BadRow, ImportError, Imported, Publication, Report, SetName, Target, decode, preview, publish};
use crate::search::like;
use crate::sentence::Sentence;
use crate::{SetId, TownId};
use ::store::{Db, Error, Tx, Value};
use kernel::World;
use kernel::text::{Line, fold};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashMap;

::store::statements! {
    /// One town of an unpublished batch.
    INSERT = "INSERT INTO town (batch, id, position, key, name, search, lat, lon) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// Published towns whose folded name holds a pattern.
    SEARCH = "SELECT town.id, place_set.id, town.name, town.lat, town.lon FROM place_set JOIN town ON town.batch = place_set.batch WHERE town.search LIKE $1 ESCAPE '\\' ORDER BY place_set.name, town.position LIMIT $2 OFFSET $3";
    /// How many there are.
    COUNT = "SELECT COUNT(*) FROM place_set JOIN town ON town.batch = place_set.batch WHERE town.search LIKE $1 ESCAPE '\\'";
}

/// One town of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownRow {
    /// What tells it apart: town and koaza.
    pub key: String,
    /// Its name, koaza included.
    pub name: String,
    /// Its point, when the file has one.
    pub point: Option<Point>,
}

/// A whole file, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedTowns {
    /// The set.
    pub set: SetName,
    /// The towns, in file order.
    pub rows: Vec<TownRow>,
    /// What the reader should know although nothing is wrong.
    pub notes: Vec<Sentence>,
}

/// A published town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Town {
    /// Which town; stays the same over imports.
    pub id: TownId,
    /// Its set.
    pub set: SetId,
    /// Its name.
    pub name: String,
    /// Its point.
    pub point: Option<Point>,
}

#[derive(Deserialize)]
struct RawTown {
    town: String,
    #[serde(default)]
    koaza: Option<String>,
    #[serde(default)]
    lat: Option<f64>,
    #[serde(default)]
    lng: Option<f64>,
}

/// Reads and checks a whole list; nothing is stored.
pub fn parse(bytes: &[u8], set: &SetName) -> Result<ParsedTowns, Report> {
    let text = decode(bytes)?;
    let raw: Vec<&RawValue> = serde_json::from_str(&text).map_err(|error| {
        if error.is_data() {
            return Report::one(error.line(), format!("{}", error.column()), Sentence::new("places-not-towns"));
        }
        Report::one(error.line(), format!("{}", error.column()), Sentence::new("places-not-json").with("reason", error))
    })?;
    let mut bad = Vec::new();
    let (mut rows, mut notes): (Vec<TownRow>, Vec<Sentence>) = (Vec::new(), Vec::new());
    let mut lines = crate::geo::Lines::new(&text);
    let mut first: HashMap<String, usize> = HashMap::new();
    for (at, raw) in raw.into_iter().enumerate() {
        let (number, line) = (at + 1, lines.of(raw.get()));
        let row = match read(raw.get()) {
            Ok(row) => row,
            Err((column, reason)) => {
                bad.push(BadRow::new(line, column, of_town(number, reason)));
                continue;
            }
        };
        if let Some(other) = first.insert(row.key.clone(), number) {
            bad.push(BadRow::new(
                line,
                "town",
                of_town(number, Sentence::new("places-town-twice").with("name", &row.name).with("other", other)),
            ));
        }
        if row.point.is_none() {
            notes.push(Sentence::new("places-note-town-no-point").with("number", number).with("name", &row.name));
        }
        rows.push(row);
    }
    if bad.is_empty() && !rows.is_empty() {
        Ok(ParsedTowns { set: set.clone(), rows, notes })
    } else {
        Err(Report::of(bad))
    }
}

fn of_town(number: usize, reason: Sentence) -> Sentence {
    Sentence::new("places-town").with("number", number).said("reason", reason)
}

fn read(text: &str) -> Result<TownRow, (&'static str, Sentence)> {
    let raw: RawTown = serde_json::from_str(text).map_err(|_| ("", Sentence::new("places-town-shape")))?;
    let name = Line::<100>::parse(&format!("{}{}", raw.town.trim(), raw.koaza.as_deref().unwrap_or_default().trim()))
        .map_err(|error| ("town", Sentence::from(error)))?;
    let point = match (raw.lat, raw.lng) {
        (None, None) => None,
        (Some(lat), Some(lng)) => {
            Some(Point::new(lat, lng).map_err(|error: PointError| ("lat, lng", error.sentence()))?)
        }
        _ => return Err(("lat, lng", Sentence::new("places-half-coordinates"))),
    };
    Ok(TownRow { key: name.as_str().to_owned(), name: name.into_string(), point })
}

/// Stores and publishes a checked list; with `dry_run` only says what would happen.
pub async fn store(db: &Db, world: &World, parsed: ParsedTowns, dry_run: bool) -> Result<Imported, ImportError> {
    let what = Publication { target: Target::Towns, set: parsed.set, shape: "point", details: "{}".to_owned() };
    if dry_run {
        let keys: Vec<String> = parsed.rows.into_iter().map(|row| row.key).collect();
        return preview(db, &what, &keys).await;
    }
    let rows = parsed
        .rows
        .into_iter()
        .enumerate()
        .map(|(at, row)| {
            let values: Vec<Value> = vec![
                (at as i64 + 1).into(),
                row.key.clone().into(),
                row.name.as_str().into(),
                fold(&row.name).into(),
                row.point.map(|point| point.lat).into(),
                row.point.map(|point| point.lon).into(),
            ];
            (row.key, values)
        })
        .collect();
    publish(db, world, &what, &INSERT, rows).await
}

/// Published towns whose name holds `text`, and how many there are.
pub async fn search_towns(tx: &mut Tx<'_>, text: &str, limit: u16, offset: u32) -> Result<(Vec<Town>, i64), Error> {
    let pattern = like(text);
    let total = tx.value(&COUNT, &[pattern.as_str().into()]).await?;
    let rows = tx.all(&SEARCH, &[pattern.into(), i64::from(limit).into(), i64::from(offset).into()]).await?;
    let towns = rows.iter().map(|row| {
        let (lat, lon): (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
        let point = lat.zip(lon).and_then(|(lat, lon)| Point::from_units(lat, lon));
        Ok(Town { id: row.get(0)?, set: row.get(1)?, name: row.get(2)?, point })
    });
    Ok((towns.collect::<Result<_, Error>>()?, total))
}
