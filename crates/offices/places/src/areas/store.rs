//! Stores a checked file of areas.

use super::ParsedAreas;
use super::query::AreaDetails;
use crate::geo;
use crate::import::{ImportError, Imported, Publication, Target, preview, publish};
use ::store::{Db, Json, Value};
use kernel::World;

::store::statements! {
    /// One area of an unpublished batch.
    INSERT = "INSERT INTO area (batch, id, position, key, name, shape, properties, crosses_itself) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
}

/// Stores and publishes a checked file; with `dry_run` only says what would happen.
pub async fn store(db: &Db, world: &World, parsed: ParsedAreas, dry_run: bool) -> Result<Imported, ImportError> {
    let details = AreaDetails { name_field: parsed.name_field, reservations: parsed.reservations };
    let what = Publication {
        target: Target::Areas,
        set: parsed.set,
        shape: parsed.kind.code(),
        details: serde_json::to_string(&details).unwrap_or_default(),
    };
    if dry_run {
        let keys: Vec<String> = parsed.rows.into_iter().map(|row| row.key).collect();
        return preview(db, &what, &keys).await;
    }
    let rows = parsed
        .rows
        .into_iter()
        .map(|row| {
            let values: Vec<Value> = vec![
                (row.number as i64).into(),
                row.key.clone().into(),
                row.name.into(),
                geo::encode(&row.shape).into(),
                (&Json(row.properties)).into(),
                row.crosses_itself.into(),
            ];
            (row.key, values)
        })
        .collect();
    publish(db, world, &what, &INSERT, rows).await
}
