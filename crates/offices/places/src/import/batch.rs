//! Writes an import under a batch nobody reads yet and publishes it by one row, so that an import is all or nothing and
//! bookings do not wait for it.

use super::SetName;
use crate::SetId;
use crate::sentence::Sentence;
use kernel::World;
use std::collections::HashMap;
use store::audit::{self, Actor, Entry};
use store::{Act, Db, Error, Statement, Tx, Value};
use uuid::Uuid;

/// Rows written in one transaction.
const ROWS: usize = 500;
/// A batch unpublished for so long belongs to an import that died.
const ABANDONED_MINUTES: i64 = 60;

const START: Act = Act::bulk("places.import.start");
const WRITE: Act = Act::bulk("places.import.write");
const PUBLISH: Act = Act::bulk("places.import.publish");
const SWEEP: Act = Act::bulk("places.import.sweep");

store::statements! {
    /// Makes a set that is not there yet.
    MAKE_SET = "INSERT INTO place_set (id, kind, name, batch, version, shape, rows, details, updated_at) VALUES ($1, $2, $3, NULL, 0, '', 0, '{}', $4) ON CONFLICT (kind, name) DO NOTHING";
    /// Where a set stands.
    FIND_SET = "SELECT id, version, batch FROM place_set WHERE kind = $1 AND name = $2";
    /// Begins a batch.
    BEGIN_BATCH = "INSERT INTO place_batch (id, kind, started_at, published_at, condemned) VALUES ($1, $2, $3, NULL, FALSE)";
    /// Publishes: the one row that readers follow. Nothing happens when another import of the set was faster.
    PUBLISH_SET = "UPDATE place_set SET batch = $1, version = version + 1, shape = $2, rows = $3, details = $4, updated_at = $5 WHERE id = $6 AND version = $7";
    /// Notes that a batch was published once; nothing happens when it was taken for dead meanwhile.
    END_BATCH = "UPDATE place_batch SET published_at = $1 WHERE id = $2 AND condemned = FALSE";
    /// Takes an unpublished batch for dead, so that it cannot be published while its rows go.
    CONDEMN = "UPDATE place_batch SET condemned = TRUE WHERE id = $1 AND published_at IS NULL";
    /// Batches that no set points to: replaced ones, and abandoned ones begun before a moment.
    RUBBISH = "SELECT id, kind, published_at FROM place_batch WHERE (published_at IS NOT NULL OR started_at < $1) AND NOT EXISTS (SELECT 1 FROM place_set WHERE place_set.batch = place_batch.id) ORDER BY id LIMIT 20";
    /// Forgets an empty batch.
    DROP_BATCH = "DELETE FROM place_batch WHERE id = $1";
    /// Keys of a batch of areas.
    AREA_KEYS = "SELECT key, id FROM area WHERE batch = $1";
    /// Keys of a batch of towns.
    TOWN_KEYS = "SELECT key, id FROM town WHERE batch = $1";
    /// Keys of a batch of facilities.
    FACILITY_KEYS = "SELECT key, id FROM facility WHERE batch = $1";
    /// Keys of a batch of holidays.
    HOLIDAY_KEYS = "SELECT CAST(day AS TEXT), batch FROM holiday WHERE batch = $1";
    /// Some rows of a batch of areas.
    SWEEP_AREAS = "DELETE FROM area WHERE batch = $1 AND id IN (SELECT id FROM area WHERE batch = $1 LIMIT 500)";
    /// Some rows of a batch of towns.
    SWEEP_TOWNS = "DELETE FROM town WHERE batch = $1 AND id IN (SELECT id FROM town WHERE batch = $1 LIMIT 500)";
    /// Some rows of a batch of facilities.
    SWEEP_FACILITIES = "DELETE FROM facility WHERE batch = $1 AND id IN (SELECT id FROM facility WHERE batch = $1 LIMIT 500)";
    /// Some rows of a batch of holidays.
    SWEEP_HOLIDAYS = "DELETE FROM holiday WHERE batch = $1 AND day IN (SELECT day FROM holiday WHERE batch = $1 LIMIT 500)";
}

/// Which table an import fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Areas,
    Towns,
    Facilities,
    Holidays,
}

impl Target {
    fn kind(self) -> &'static str {
        match self {
            Target::Areas => "areas",
            Target::Towns => "towns",
            Target::Facilities => "facilities",
            Target::Holidays => "holidays",
        }
    }

    fn of_kind(kind: &str) -> Option<Target> {
        [Target::Areas, Target::Towns, Target::Facilities, Target::Holidays]
            .into_iter()
            .find(|target| target.kind() == kind)
    }

    fn keys(self) -> &'static Statement {
        match self {
            Target::Areas => &AREA_KEYS,
            Target::Towns => &TOWN_KEYS,
            Target::Facilities => &FACILITY_KEYS,
            Target::Holidays => &HOLIDAY_KEYS,
        }
    }

    fn sweep(self) -> &'static Statement {
        match self {
            Target::Areas => &SWEEP_AREAS,
            Target::Towns => &SWEEP_TOWNS,
            Target::Facilities => &SWEEP_FACILITIES,
            Target::Holidays => &SWEEP_HOLIDAYS,
        }
    }
}

/// What is published, beside its rows.
#[derive(Debug, Clone)]
pub(crate) struct Publication {
    pub(crate) target: Target,
    pub(crate) set: SetName,
    pub(crate) shape: &'static str,
    pub(crate) details: String,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The set.
    pub set: String,
    /// Rows it has now.
    pub rows: usize,
    /// Rows that were not there before.
    pub new: usize,
    /// Rows that were there and keep their id.
    pub kept: usize,
    /// Rows that were there and are no longer in the file.
    pub gone: usize,
}

/// Why a checked file could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Another import of the same set finished first; nothing of this one is visible.
    #[error("{}", Sentence::new("places-overtaken").with("set", .set))]
    Overtaken {
        /// The set.
        set: String,
    },
    /// It took so long that it was taken for dead; nothing of it is visible.
    #[error("{}", Sentence::new("places-too-slow").with("set", .set))]
    TooSlow {
        /// The set.
        set: String,
    },
    /// The database refused.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Where a set stands before an import.
#[derive(Debug, Clone)]
pub struct Standing {
    id: Option<SetId>,
    version: i64,
    ids: HashMap<String, Uuid>,
}

async fn standing(tx: &mut Tx<'_>, target: Target, set: &str) -> Result<Standing, Error> {
    let Some(row) = tx.opt(&FIND_SET, &[target.kind().into(), set.into()]).await? else {
        return Ok(Standing { id: None, version: 0, ids: HashMap::new() });
    };
    let mut ids = HashMap::new();
    if let Some(batch) = row.get::<Option<Uuid>>(2)? {
        for row in tx.all(target.keys(), &[batch.into()]).await? {
            ids.insert(row.get(0)?, row.get(1)?);
        }
    }
    Ok(Standing { id: Some(row.get(0)?), version: row.get(1)?, ids })
}

impl Standing {
    fn compare<'a>(&self, set: &SetName, keys: impl Iterator<Item = &'a String>) -> Imported {
        let (mut rows, mut kept) = (0, 0);
        for key in keys {
            rows += 1;
            kept += usize::from(self.ids.contains_key(key));
        }
        Imported {
            set: set.as_str().to_owned(),
            rows,
            new: rows - kept,
            kept,
            gone: self.ids.len().saturating_sub(kept),
        }
    }
}

/// What an import would do; writes nothing.
pub(crate) async fn preview(db: &Db, what: &Publication, keys: &[String]) -> Result<Imported, ImportError> {
    let (target, set) = (what.target, what.set.clone());
    let standing = db.read(async move |tx: &mut Tx<'_>| standing(tx, target, set.as_str()).await).await?;
    Ok(standing.compare(&what.set, keys.iter()))
}

/// Writes rows under a new batch, publishes them together and clears away what they replace.
///
/// `rows` are keys with the values after `batch` and `id`, in the order of `insert`'s columns.
pub(crate) async fn publish(
    db: &Db,
    world: &World,
    what: &Publication,
    insert: &'static Statement,
    rows: Vec<(String, Vec<Value>)>,
) -> Result<Imported, ImportError> {
    let batch: BatchId = world.id();
    let (target, set, fresh, now) = (what.target, what.set.clone(), world.id::<SetId>(), world.now());
    let standing = db
        .write(START, async move |tx: &mut Tx<'_>| {
            tx.exec(&MAKE_SET, &[fresh.into(), target.kind().into(), set.as_str().into(), now.into()]).await?;
            tx.exec(&BEGIN_BATCH, &[batch.into(), target.kind().into(), now.into()]).await?;
            standing(tx, target, set.as_str()).await
        })
        .await?;
    let imported = standing.compare(&what.set, rows.iter().map(|(key, _)| key));
    let Some(set_id) = standing.id else { return Err(Error::NoRow(FIND_SET.name).into()) };

    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<Vec<Value>> = rows
            .by_ref()
            .take(ROWS)
            .map(|(key, values)| {
                let id = standing.ids.get(&key).copied().unwrap_or_else(|| world.id::<RowId>().uuid());
                let head = if target == Target::Holidays { vec![batch.into()] } else { vec![batch.into(), id.into()] };
                head.into_iter().chain(values).collect()
            })
            .collect();
        if chunk.is_empty() {
            break;
        }
        db.write(WRITE, async move |tx: &mut Tx<'_>| tx.batch(insert, &chunk).await).await?;
    }

    let (what, count, own) = (what.clone(), imported.rows as i64, world.clone());
    db.write(PUBLISH, async move |tx: &mut Tx<'_>| {
        let now = own.now();
        let values = [
            batch.into(),
            what.shape.into(),
            count.into(),
            what.details.clone().into(),
            now.into(),
            set_id.into(),
            standing.version.into(),
        ];
        if tx.exec(&PUBLISH_SET, &values).await? == 0 {
            return Err(ImportError::Overtaken { set: what.set.as_str().to_owned() });
        }
        if tx.exec(&END_BATCH, &[now.into(), batch.into()]).await? == 0 {
            return Err(ImportError::TooSlow { set: what.set.as_str().to_owned() });
        }
        let detail = format!("{} {} ({count})", what.target.kind(), what.set);
        audit::append(tx, &own, &Entry::new(Actor::System, "places.import").object(set_id).detail(detail)).await?;
        tx.announce(format!("places/{}", what.target.kind()));
        Ok(())
    })
    .await?;
    sweep(db, world).await?;
    Ok(imported)
}

/// Deletes batches that were replaced, and those of imports that died an hour ago or earlier; the number of rows deleted.
pub async fn sweep(db: &Db, world: &World) -> Result<u64, Error> {
    let before = world.now().plus_minutes(-ABANDONED_MINUTES);
    let mut deleted = 0;
    loop {
        let rubbish = db.read(async move |tx: &mut Tx<'_>| tx.all(&RUBBISH, &[before.into()]).await).await?;
        if rubbish.is_empty() {
            return Ok(deleted);
        }
        for row in rubbish {
            let (batch, kind): (BatchId, String) = (row.get(0)?, row.get(1)?);
            if row.get::<Option<i64>>(2)?.is_none() {
                let condemned =
                    db.write(SWEEP, async move |tx: &mut Tx<'_>| tx.exec(&CONDEMN, &[batch.into()]).await).await?;
                if condemned == 0 {
                    // It was published at this very moment.
                    continue;
                }
            }
            if let Some(target) = Target::of_kind(&kind) {
                loop {
                    let rows = db
                        .write(SWEEP, async move |tx: &mut Tx<'_>| tx.exec(target.sweep(), &[batch.into()]).await)
                        .await?;
                    if rows == 0 {
                        break;
                    }
                    deleted += rows;
                }
            }
            db.write(SWEEP, async move |tx: &mut Tx<'_>| tx.exec(&DROP_BATCH, &[batch.into()]).await).await?;
        }
    }
}

store::id! {
    /// An import's rows, before and after publication.
    pub(crate) BatchId
}
store::id! {
    /// A row of any imported table.
    pub(crate) RowId
}
