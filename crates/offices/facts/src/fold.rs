//! Folding: pending facts become part of the rollup, each exactly once.
//!
//! One leased process folds. The lease is taken in the folding transaction itself, so two folders never work at the same
//! time even if one was too slow to notice that its lease ran out.

use std::time::Duration;

use kernel::World;
use store::{Act, Db, Engine, Error, Tx, Value, lease};

use crate::catalogue::Catalogue;
use crate::cut::{At, COLUMNS, Cell, Cells, Fact, count, fact_columns};
use crate::fact::FactId;
use crate::series::{Active, SeriesId, Standing};

store::statements! {
    /// The next facts to fold, each with the one it supersedes.
    CHUNK = concat!("SELECT p.fact_id, ", fact_columns!("f"), ", ", fact_columns!("s"), "
        FROM fact_pending p CROSS JOIN fact f LEFT JOIN fact s ON s.id = f.supersedes WHERE f.id = p.fact_id
        ORDER BY p.fact_id LIMIT $1");
    FOLDED = "DELETE FROM fact_pending WHERE fact_id = $1";
    /// One cell.
    CELL = "SELECT n, sum, hist FROM fact_rollup WHERE series = $1 AND grain = $2 AND cut = $3 AND day = $4 AND key = $5";
    /// Its new contents.
    PUT = "INSERT INTO fact_rollup (series, grain, cut, day, key, n, sum, hist) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (series, grain, cut, day, key) DO UPDATE SET n = excluded.n, sum = excluded.sum, hist = excluded.hist";
}

/// The lease of the one who folds.
pub(crate) const LEASE: &str = "facts";
/// How long a folder that vanished keeps it.
const LEASE_TIME: Duration = Duration::from_secs(60);
pub(crate) const ACT: Act = Act::bulk("facts.fold");

/// What came of one step of folding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folded {
    /// So many facts were folded; zero when none were pending.
    Facts(usize),
    /// A series of this program is not in force yet: [`crate::build()`] comes first.
    Missing,
    /// Another process folds, or a newer program is at work.
    NotMine,
}

/// Facts folded in one transaction: few on the embedded database, where others wait for the writer.
fn chunk(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 200,
        Engine::Postgres => 4000,
    }
}

/// Folds some pending facts, as `holder`.
///
/// # Errors
/// Any storage error; nothing is folded then.
pub async fn fold(db: &Db, world: &World, catalogue: &Catalogue, holder: &str) -> Result<Folded, Error> {
    let (world, catalogue, holder, limit) = (world.clone(), catalogue.clone(), holder.to_owned(), chunk(db.engine()));
    db.write(ACT, async move |tx: &mut Tx<'_>| fold_some(tx, &world, &catalogue, &holder, limit).await).await
}

async fn fold_some(
    tx: &mut Tx<'_>,
    world: &World,
    catalogue: &Catalogue,
    holder: &str,
    limit: usize,
) -> Result<Folded, Error> {
    if take(tx, world, holder).await?.is_none() {
        return Ok(Folded::NotMine);
    }
    let active = Active::read(tx).await?;
    match active.standing(catalogue) {
        Standing::Ready => {}
        Standing::Missing(_) => return Ok(Folded::Missing),
        Standing::Newer => return Ok(Folded::NotMine),
    }
    let mut all: Vec<(SeriesId, Cells)> = Vec::new();
    for series in catalogue.series() {
        all.extend(active.id(series).map(|id| (id, Cells::new())));
    }
    let rows = tx.all(&CHUNK, &[i64::try_from(limit).unwrap_or(i64::MAX).into()]).await?;
    let mut ids: Vec<Vec<Value>> = Vec::with_capacity(rows.len());
    for row in &rows {
        ids.push(vec![row.get::<FactId>(0)?.into()]);
        let (fact, superseded) = (Fact::read(row, 1)?, Fact::maybe(row, 1 + COLUMNS)?);
        for (series, (_, cells)) in catalogue.series().iter().zip(&mut all) {
            count(series, cells, &fact, 1);
            if let Some(superseded) = &superseded {
                count(series, cells, superseded, -1);
            }
        }
    }
    let gone = tx.batch(&FOLDED, &ids).await?;
    if usize::try_from(gone) != Ok(ids.len()) {
        return Err(Error::Lost("facts were folded by somebody else at the same time".to_owned()));
    }
    for (id, cells) in all {
        add(tx, id, cells).await?;
    }
    Ok(Folded::Facts(ids.len()))
}

/// Takes or prolongs the folder's lease.
pub(crate) async fn take(tx: &mut Tx<'_>, world: &World, holder: &str) -> Result<Option<lease::Lease>, Error> {
    lease::take(tx, world, LEASE, holder, LEASE_TIME).await
}

/// Adds cells to what the rollup holds. Only the holder of the lease may.
async fn add(tx: &mut Tx<'_>, series: SeriesId, cells: Cells) -> Result<(), Error> {
    let mut cells: Vec<(At, Cell)> = cells.into_iter().filter(|(_, cell)| !cell.is_empty()).collect();
    // In the order of the primary key: neighbours lie on one page.
    cells.sort_by(|(a, _), (b, _)| a.cmp(b));
    let keys: Vec<Vec<Value>> = cells.iter().map(|(at, _)| key(series, at)).collect();
    let found = tx.gather(&CELL, &keys).await?;
    for ((_, cell), row) in cells.iter_mut().zip(found) {
        if let Some(row) = row {
            cell.merge(&Cell { n: row.get(0)?, sum: row.get(1)?, histogram: row.get(2)? });
        }
    }
    put(tx, series, &cells).await
}

fn key(series: SeriesId, at: &At) -> Vec<Value> {
    vec![series.into(), at.grain.code().into(), at.cut.code().into(), at.day.into(), at.key.as_str().into()]
}

/// Writes cells over what the rollup holds.
pub(crate) async fn put(tx: &mut Tx<'_>, series: SeriesId, cells: &[(At, Cell)]) -> Result<(), Error> {
    let rows: Vec<Vec<Value>> = cells
        .iter()
        .map(|(at, cell)| {
            let mut row = key(series, at);
            row.extend([cell.n.into(), cell.sum.into(), (&cell.histogram).into()]);
            row
        })
        .collect();
    tx.batch(&PUT, &rows).await.map(drop)
}
