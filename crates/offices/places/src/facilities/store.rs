//! Stores a checked facility list.

use super::ParsedFacilities;
use super::query::FacilityDetails;
use crate::import::{ImportError, Imported, Publication, Target, preview, publish};
use ::store::{Db, Json, Value};
use kernel::World;
use kernel::text::fold;

::store::statements! {
    /// One facility of an unpublished batch.
    INSERT = "INSERT INTO facility (batch, id, position, key, number, name, kana, kind, address, phone, search, lat, lon, attributes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
}

/// Stores and publishes a checked list; with `dry_run` only says what would happen.
pub async fn store(db: &Db, world: &World, parsed: ParsedFacilities, dry_run: bool) -> Result<Imported, ImportError> {
    let details = FacilityDetails { headings: parsed.headings };
    let what = Publication {
        target: Target::Facilities,
        set: parsed.set,
        shape: "point",
        details: serde_json::to_string(&details).unwrap_or_default(),
    };
    if dry_run {
        let keys: Vec<String> = parsed.rows.into_iter().map(|row| row.key).collect();
        return preview(db, &what, &keys).await;
    }
    let rows = parsed
        .rows
        .into_iter()
        .enumerate()
        .map(|(at, row)| {
            let search = fold(&format!("{} {} {} {}", row.name, row.kana, row.address, row.kind));
            let values: Vec<Value> = vec![
                (at as i64 + 1).into(),
                row.key.clone().into(),
                row.number.into(),
                row.name.into(),
                row.kana.into(),
                row.kind.into(),
                row.address.into(),
                row.phone.into(),
                search.into(),
                row.point.map(|point| point.lat).into(),
                row.point.map(|point| point.lon).into(),
                (&Json(row.attributes)).into(),
            ];
            (row.key, values)
        })
        .collect();
    publish(db, world, &what, &INSERT, rows).await
}
