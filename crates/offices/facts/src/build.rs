//! A new series, or a new version of one, is counted from all facts before it comes into force.
//!
//! While the builder holds the folder's lease nothing is folded, so which facts are pending does not change but for new ones
//! being added. The facts that are not pending are therefore a fixed set that can be read month by month, in as many
//! transactions as it takes. What breaks off half-way is begun again under a new number.

use kernel::World;
use kernel::day::Month;
use kernel::time::Instant;
use store::{Db, Error, Tx};

use crate::catalogue::Catalogue;
use crate::cut::{At, COLUMNS, Cell, Cells, Fact, count, fact_columns};
use crate::fact::TOPIC;
use crate::fold::{ACT, put, take};
use crate::kind::Series;
use crate::series::{Active, SeriesId, Standing};

store::statements! {
    /// A number no series has had.
    BEGIN = "INSERT INTO fact_series (id, name, version, state)
        SELECT COALESCE(MAX(id), 0) + 1, CAST($1 AS {text}), CAST($2 AS BIGINT), 'building' FROM fact_series RETURNING id";
    /// What was begun before and did not get through.
    GIVE_UP = "UPDATE fact_series SET state = 'retired' WHERE name = $1 AND state = 'building'";
    RETIRE = "UPDATE fact_series SET state = 'retired' WHERE name = $1 AND state = 'active'";
    ACTIVATE = "UPDATE fact_series SET state = 'active' WHERE id = $1";
    /// The first and last instant of a kind.
    FIRST = "SELECT MIN(occurred_at) FROM fact WHERE kind = $1";
    LAST = "SELECT MAX(occurred_at) FROM fact WHERE kind = $1";
    /// The facts of a kind, whether each is folded, and whether one that is folded supersedes it.
    FACTS = concat!("SELECT ", fact_columns!("f"), ", p.fact_id IS NULL, s.id IS NOT NULL AND q.fact_id IS NULL
        FROM fact f LEFT JOIN fact_pending p ON p.fact_id = f.id
        LEFT JOIN fact s ON s.supersedes = f.id LEFT JOIN fact_pending q ON q.fact_id = s.id
        WHERE f.kind = $1 AND f.occurred_at >= $2 AND f.occurred_at < $3");
    /// Rows of series that are not in force any more.
    SWEEP = "DELETE FROM fact_rollup WHERE (series, grain, cut, day, key) IN
        (SELECT r.series, r.grain, r.cut, r.day, r.key FROM fact_rollup r JOIN fact_series t ON t.id = r.series
         WHERE t.state = 'retired' LIMIT 500)";
}

/// Rows written in one transaction.
const ROWS: usize = 500;

/// Counts every series of the catalogue that is not in force, as `holder`. False when another process has the lease, or a
/// newer program is at work.
///
/// # Errors
/// Any storage error; it can be begun again at any time.
pub async fn build(db: &Db, world: &World, catalogue: &Catalogue, holder: &str) -> Result<bool, Error> {
    loop {
        let begun = next(db, world.clone(), catalogue.clone(), holder.to_owned()).await?;
        match begun {
            Begun::Nothing => return Ok(true),
            Begun::NotMine => return Ok(false),
            Begun::Series(series, id, fence) => {
                if !one(db, world, holder, Work { series, id, fence }).await? {
                    return Ok(false);
                }
            }
        }
    }
}

async fn next(db: &Db, world: World, catalogue: Catalogue, holder: String) -> Result<Begun, Error> {
    db.write(ACT, async move |tx: &mut Tx<'_>| begin(tx, &world, &catalogue, &holder).await).await
}

enum Begun {
    Nothing,
    NotMine,
    Series(&'static Series, SeriesId, i64),
}

/// One series being built, under one unbroken hold of the lease.
#[derive(Clone, Copy)]
struct Work {
    series: &'static Series,
    id: SeriesId,
    fence: i64,
}

async fn begin(tx: &mut Tx<'_>, world: &World, catalogue: &Catalogue, holder: &str) -> Result<Begun, Error> {
    let Some(lease) = take(tx, world, holder).await? else { return Ok(Begun::NotMine) };
    let active = Active::read(tx).await?;
    let missing = match active.standing(catalogue) {
        Standing::Ready => return Ok(Begun::Nothing),
        Standing::Newer => return Ok(Begun::NotMine),
        Standing::Missing(missing) => missing,
    };
    let Some(series) = missing.first().copied() else { return Ok(Begun::Nothing) };
    tx.exec(&GIVE_UP, &[series.name.into()]).await?;
    let id = tx.value(&BEGIN, &[series.name.into(), series.version.into()]).await?;
    Ok(Begun::Series(series, id, lease.fence))
}

async fn one(db: &Db, world: &World, holder: &str, work: Work) -> Result<bool, Error> {
    for month in months(span_of(db, work).await?) {
        for rows in in_steps(counted_in(db, work, month).await?) {
            if !write(db, world.clone(), holder.to_owned(), work, rows).await? {
                return Ok(false);
            }
        }
    }
    finish_one(db, world.clone(), holder.to_owned(), work).await
}

async fn span_of(db: &Db, work: Work) -> Result<Option<(Instant, Instant)>, Error> {
    db.read(async move |tx: &mut Tx<'_>| span(tx, work).await).await
}

async fn counted_in(db: &Db, work: Work, month: Month) -> Result<Cells, Error> {
    db.export(async move |tx: &mut Tx<'_>| counted(tx, work, month).await).await
}

/// The months from the first to the last instant.
fn months(span: Option<(Instant, Instant)>) -> Vec<Month> {
    let Some((first, last)) = span else { return Vec::new() };
    let (first, last) = (first.day().month(), last.day().month());
    (0..).map(|n| first.plus(n)).take_while(|month| month.first_day() <= last.first_day()).collect()
}

/// Cells in the order of the primary key, so many for each transaction; one empty step where there are none, as a month
/// without facts takes time as well and the lease must be kept.
fn in_steps(cells: Cells) -> Vec<Vec<(At, Cell)>> {
    let mut cells: Vec<(At, Cell)> = cells.into_iter().filter(|(_, cell)| !cell.is_empty()).collect();
    cells.sort_by(|(a, _), (b, _)| a.cmp(b));
    if cells.is_empty() {
        return vec![cells];
    }
    cells.chunks(ROWS).map(<[_]>::to_vec).collect()
}

async fn write(db: &Db, world: World, holder: String, work: Work, rows: Vec<(At, Cell)>) -> Result<bool, Error> {
    db.write(ACT, async move |tx: &mut Tx<'_>| {
        let kept = mine(tx, &world, &holder, work).await?;
        if kept {
            put(tx, work.id, &rows).await?;
        }
        Ok(kept)
    })
    .await
}

async fn finish_one(db: &Db, world: World, holder: String, work: Work) -> Result<bool, Error> {
    db.write(ACT, async move |tx: &mut Tx<'_>| finish(tx, &world, &holder, work).await).await
}

/// Whether the lease was held without a break since the series was begun: then nothing was folded meanwhile.
async fn mine(tx: &mut Tx<'_>, world: &World, holder: &str, work: Work) -> Result<bool, Error> {
    Ok(take(tx, world, holder).await?.is_some_and(|lease| lease.fence == work.fence))
}

async fn finish(tx: &mut Tx<'_>, world: &World, holder: &str, work: Work) -> Result<bool, Error> {
    if !mine(tx, world, holder, work).await? {
        return Ok(false);
    }
    tx.exec(&RETIRE, &[work.series.name.into()]).await?;
    tx.exec(&ACTIVATE, &[work.id.into()]).await?;
    tx.announce(TOPIC);
    Ok(true)
}

/// From when to when facts of the series' kinds reach.
async fn span(tx: &mut Tx<'_>, work: Work) -> Result<Option<(Instant, Instant)>, Error> {
    let mut span: Option<(Instant, Instant)> = None;
    for take in work.series.takes {
        let first: Option<Instant> = tx.value(&FIRST, &[take.kind.name.into()]).await?;
        let last: Option<Instant> = tx.value(&LAST, &[take.kind.name.into()]).await?;
        if let (Some(first), Some(last)) = (first, last) {
            span = Some(span.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
        }
    }
    Ok(span)
}

/// What the folded facts of a month come to.
async fn counted(tx: &mut Tx<'_>, work: Work, month: Month) -> Result<Cells, Error> {
    let mut cells = Cells::new();
    let (from, until) = (month.first_day().start(), month.last_day().plus(1).start());
    for take in work.series.takes {
        tx.each(&FACTS, &[take.kind.name.into(), from.into(), until.into()], |row| {
            let (folded, superseded): (bool, bool) = (row.get(COLUMNS)?, row.get(COLUMNS + 1)?);
            let times = i64::from(folded) - i64::from(superseded);
            if times != 0 {
                count(work.series, &mut cells, &Fact::read(&row, 0)?, times);
            }
            Ok(())
        })
        .await?;
    }
    Ok(cells)
}

/// Removes rows of series that are not in force any more, at most 500; call again while it returns that many.
///
/// # Errors
/// Any storage error.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, Error> {
    tx.exec(&SWEEP, &[]).await
}
