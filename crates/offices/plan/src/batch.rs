//! Imports: written under a batch nobody reads yet, published by one row.
//!
//! One import of a kind at a time (a lease, so that a killed one does not stand in the way for long), at most one draft of a
//! kind: a newer import takes the place of a draft that was never published.

use std::time::Duration;

use kernel::World;
use kernel::time::Instant;
use store::audit::{self, Entry};
use store::{Act, Db, FromValue, Row, Statement, Tx, Value, lease};
use uuid::Uuid;

/// Statements run in one transaction.
const STEPS: usize = 500;
/// How long an import may pause between two transactions before another may begin.
const LEASE: Duration = Duration::from_secs(60);

/// An unfinished import begun so long ago has died.
const ABANDONED_MINUTES: i64 = 60;

const BEGIN: Act = Act::bulk("plan.batch.begin");
const WRITE: Act = Act::bulk("plan.batch.write");
const FINISH: Act = Act::bulk("plan.batch.finish");
const SWEEP: Act = Act::bulk("plan.batch.sweep");

store::statements! {
    /// A new batch.
    OPEN = "INSERT INTO plan_batch (seq, kind, file, digest, mapping, rows, made_at, made_by, finished_at, published_at, condemned)
        SELECT COALESCE(MAX(seq), 0) + 1, CAST($1 AS {text}), CAST($2 AS {text}), CAST($3 AS {text}), CAST($4 AS {text}), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS {uuid}), NULL, NULL, FALSE FROM plan_batch
        RETURNING seq";
    /// All its rows are there.
    DONE = "UPDATE plan_batch SET finished_at = $2 WHERE seq = $1 AND finished_at IS NULL AND condemned = FALSE";
    /// The one row that readers follow.
    PUBLISH = "UPDATE plan_batch SET published_at = $2 WHERE seq = $1 AND finished_at IS NOT NULL AND published_at IS NULL AND condemned = FALSE";
    /// It will never be published.
    CONDEMN = "UPDATE plan_batch SET condemned = TRUE WHERE seq = $1 AND published_at IS NULL";
    /// What is not published, of one kind.
    OPEN_OF_KIND = "SELECT seq FROM plan_batch WHERE kind = $1 AND published_at IS NULL ORDER BY seq";
    /// Finished and not published.
    DRAFTS = "SELECT seq, kind, file, digest, mapping, rows, made_at, published_at FROM plan_batch WHERE finished_at IS NOT NULL AND published_at IS NULL AND condemned = FALSE ORDER BY seq";
    /// The newest published ones.
    PUBLISHED = "SELECT seq, kind, file, digest, mapping, rows, made_at, published_at FROM plan_batch WHERE published_at IS NOT NULL ORDER BY published_at DESC, seq DESC LIMIT $1";
    /// One.
    FIND = "SELECT seq, kind, file, digest, mapping, rows, made_at, published_at FROM plan_batch WHERE seq = $1";
    /// Begun and never finished, or condemned.
    DEAD = "SELECT seq FROM plan_batch WHERE published_at IS NULL AND (condemned = TRUE OR (finished_at IS NULL AND made_at < $1)) ORDER BY seq";
    /// It is gone.
    FORGET = "DELETE FROM plan_batch WHERE seq = $1 AND published_at IS NULL";
}

/// The number of a batch; later imports have greater ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl From<Seq> for Value {
    fn from(seq: Seq) -> Self {
        Self::Int(seq.0)
    }
}

impl FromValue for Seq {
    const EXPECTED: &'static str = "a batch";
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(Self)
    }
}

/// What an import holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 事務事業の一覧.
    Programmes,
    /// 年度別の事業費.
    Costs,
    /// 年度別の指標.
    Indicators,
}

impl Kind {
    /// The stored word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Programmes => "programmes",
            Self::Costs => "costs",
            Self::Indicators => "indicators",
        }
    }

    const fn lease(self) -> &'static str {
        match self {
            Self::Programmes => "plan.import.programmes",
            Self::Costs => "plan.import.costs",
            Self::Indicators => "plan.import.indicators",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Programmes, Self::Costs, Self::Indicators].into_iter().find(|kind| kind.code() == word)
    }
}

/// A table whose rows come with batches: how to take a batch's rows out again.
#[derive(Clone, Copy, Debug)]
pub struct Swept {
    /// Deletes some rows of batch `$1`, at most about 500; run until it finds none.
    pub delete: &'static Statement,
    /// Puts some rows that batch `$1` had replaced in force again; run until it finds none.
    pub restore: &'static Statement,
}

/// This office's own tables.
pub const SWEPT: &[Swept] = &[
    Swept { delete: &crate::node::SWEEP, restore: &crate::node::RESTORE },
    Swept { delete: &crate::programme::SWEEP, restore: &crate::programme::RESTORE },
];

/// What is imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it holds.
    pub kind: Kind,
    /// The file's name.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: String,
    /// The mapping it was read with.
    pub mapping: String,
    /// Its rows.
    pub rows: usize,
    /// Who imports; nobody for a command typed at the machine.
    pub by: Option<Uuid>,
}

/// A batch as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number.
    pub seq: Seq,
    /// What it holds.
    pub kind: Kind,
    /// The file's name.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: String,
    /// The mapping it was read with.
    pub mapping: String,
    /// Its rows.
    pub rows: u64,
    /// When it was imported.
    pub made_at: Instant,
    /// Since when everybody sees it; never for a draft.
    pub published_at: Option<Instant>,
}

/// Why a batch is not written or published.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Another import of this kind is under way.
    #[error("another import of this kind is under way")]
    Running,
    /// It paused so long that another import took its place; nothing of it is visible.
    #[error("another import took its place")]
    Overtaken,
    /// There is no such draft.
    #[error("there is no such draft")]
    NoDraft,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// An import under way. Until [`publish`] nobody sees any of it.
pub struct Writing {
    db: Db,
    world: World,
    source: Source,
    seq: Seq,
    holder: String,
}

/// Begins an import: what was left of an earlier one of the kind (abandoned, or a draft) is taken out first.
///
/// # Errors
/// [`BatchError::Running`], storage.
pub async fn begin(
    db: &Db,
    world: &World,
    source: Source,
    swept: &'static [&'static [Swept]],
) -> Result<Writing, BatchError> {
    let holder = world.id::<HolderId>().to_string();
    let (own, kind, name) = (world.clone(), source.kind, holder.clone());
    let held =
        db.write(BEGIN, async move |tx: &mut Tx<'_>| lease::take(tx, &own, kind.lease(), &name, LEASE).await).await?;
    if held.is_none() {
        return Err(BatchError::Running);
    }
    let left: Vec<Seq> = db
        .read(async move |tx: &mut Tx<'_>| {
            let rows = tx.all(&OPEN_OF_KIND, &[kind.code().into()]).await?;
            rows.iter().map(|row| row.get(0)).collect::<Result<_, store::Error>>()
        })
        .await?;
    for seq in left {
        take_out(db, seq, swept).await?;
    }
    let (opened, now) = (source.clone(), world.now());
    let seq = db
        .write(BEGIN, async move |tx: &mut Tx<'_>| {
            let rows = i64::try_from(opened.rows).unwrap_or(i64::MAX);
            let params = [
                opened.kind.code().into(),
                opened.file.clone().into(),
                opened.digest.clone().into(),
                opened.mapping.clone().into(),
                rows.into(),
                now.into(),
                opened.by.into(),
            ];
            tx.value::<Seq>(&OPEN, &params).await
        })
        .await?;
    Ok(Writing { db: db.clone(), world: world.clone(), source, seq, holder })
}

impl Writing {
    /// The batch being written.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// Writes rows, some hundred a transaction; steps that belong together must not depend on others' counts.
    ///
    /// # Errors
    /// [`BatchError::Overtaken`], storage.
    pub async fn write(&self, steps: Vec<(&'static Statement, Vec<Value>)>) -> Result<(), BatchError> {
        let mut steps = steps.into_iter();
        loop {
            let chunk: Vec<_> = steps.by_ref().take(STEPS).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            let (world, kind, holder) = (self.world.clone(), self.source.kind, self.holder.clone());
            self.db
                .write(WRITE, async move |tx: &mut Tx<'_>| {
                    if lease::take(tx, &world, kind.lease(), &holder, LEASE).await?.is_none() {
                        return Err(BatchError::Overtaken);
                    }
                    tx.pipeline(&chunk).await?;
                    Ok(())
                })
                .await?;
        }
    }

    /// Ends the import; with `publish` everybody sees it from now on, otherwise it stays as a draft.
    ///
    /// # Errors
    /// [`BatchError::Overtaken`], storage.
    pub async fn finish(self, publish: bool) -> Result<Seq, BatchError> {
        let (world, source, seq, holder) = (self.world.clone(), self.source.clone(), self.seq, self.holder.clone());
        self.db
            .write(FINISH, async move |tx: &mut Tx<'_>| {
                let now = world.now();
                if tx.exec(&DONE, &[seq.into(), now.into()]).await? == 0 {
                    return Err(BatchError::Overtaken);
                }
                if publish {
                    tx.exec(&PUBLISH, &[seq.into(), now.into()]).await?;
                    tx.announce("plan");
                }
                lease::release(tx, source.kind.lease(), &holder).await?;
                let act = if publish { "plan.import" } else { "plan.import.draft" };
                note(tx, &world, act, source.by, &source.kind, &source.file, seq).await
            })
            .await?;
        Ok(self.seq)
    }
}

async fn note(
    tx: &mut Tx<'_>,
    world: &World,
    act: &'static str,
    by: Option<Uuid>,
    kind: &Kind,
    file: &str,
    seq: Seq,
) -> Result<(), BatchError> {
    let actor = by.map_or(audit::Actor::System, |person| audit::Actor::Staff { person, post: None });
    let detail = format!("{} {file} ({})", kind.code(), seq.0);
    audit::append(tx, world, &Entry::new(actor, act).detail(detail)).await?;
    Ok(())
}

/// Takes out what imports that died an hour ago or earlier left behind; how many there were.
///
/// # Errors
/// Storage.
pub async fn tidy(db: &Db, world: &World, swept: &'static [&'static [Swept]]) -> Result<usize, BatchError> {
    let before = world.now().plus_minutes(-ABANDONED_MINUTES);
    let dead: Vec<Seq> = db
        .read(async move |tx: &mut Tx<'_>| {
            let rows = tx.all(&DEAD, &[before.into()]).await?;
            rows.iter().map(|row| row.get(0)).collect::<Result<_, store::Error>>()
        })
        .await?;
    let count = dead.len();
    for seq in dead {
        take_out(db, seq, swept).await?;
    }
    Ok(count)
}

/// Runs a statement once for a batch; the rows it changed.
async fn some(db: &Db, statement: Statement, seq: Seq) -> Result<u64, store::Error> {
    db.write(SWEEP, async move |tx: &mut Tx<'_>| tx.exec(&statement, &[seq.into()]).await).await
}

async fn take_out(db: &Db, seq: Seq, swept: &'static [&'static [Swept]]) -> Result<(), BatchError> {
    let condemned = db.write(SWEEP, async move |tx: &mut Tx<'_>| tx.exec(&CONDEMN, &[seq.into()]).await).await?;
    if condemned == 0 {
        // It was published at this very moment.
        return Ok(());
    }
    let statements: Vec<Statement> =
        swept.iter().flat_map(|tables| tables.iter()).flat_map(|table| [*table.delete, *table.restore]).collect();
    for statement in statements {
        while some(db, statement, seq).await? > 0 {}
    }
    db.write(SWEEP, async move |tx: &mut Tx<'_>| tx.exec(&FORGET, &[seq.into()]).await).await?;
    Ok(())
}

/// Drafts that wait to be published.
///
/// # Errors
/// Any storage error.
pub async fn drafts(tx: &mut Tx<'_>) -> Result<Vec<Batch>, store::Error> {
    tx.all(&DRAFTS, &[]).await?.iter().map(read).collect()
}

/// The newest published imports, newest first.
///
/// # Errors
/// Any storage error.
pub async fn published(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Batch>, store::Error> {
    tx.all(&PUBLISHED, &[limit.into()]).await?.iter().map(read).collect()
}

/// Publishes a draft.
///
/// # Errors
/// [`BatchError::NoDraft`], storage.
pub async fn publish(tx: &mut Tx<'_>, world: &World, by: Option<Uuid>, seq: Seq) -> Result<Batch, BatchError> {
    if tx.exec(&PUBLISH, &[seq.into(), world.now().into()]).await? == 0 {
        return Err(BatchError::NoDraft);
    }
    let batch = read(&tx.one(&FIND, &[seq.into()]).await?)?;
    note(tx, world, "plan.import.publish", by, &batch.kind, &batch.file, seq).await?;
    tx.announce("plan");
    Ok(batch)
}

/// Throws a draft away, with all its rows.
///
/// # Errors
/// [`BatchError::NoDraft`], storage.
pub async fn discard(
    db: &Db,
    world: &World,
    by: Option<Uuid>,
    seq: Seq,
    swept: &'static [&'static [Swept]],
) -> Result<(), BatchError> {
    let own = world.clone();
    db.write(SWEEP, async move |tx: &mut Tx<'_>| {
        let Some(draft) = drafts(tx).await?.into_iter().find(|draft| draft.seq == seq) else {
            return Err(BatchError::NoDraft);
        };
        tx.exec(&CONDEMN, &[seq.into()]).await?;
        note(tx, &own, "plan.import.discard", by, &draft.kind, &draft.file, seq).await
    })
    .await?;
    take_out(db, seq, swept).await
}

fn read(row: &Row) -> Result<Batch, store::Error> {
    let kind: String = row.get(1)?;
    let unknown = store::Error::Column { column: 1, expected: "a kind of import", found: "another word" };
    Ok(Batch {
        seq: row.get(0)?,
        kind: Kind::parse(&kind).ok_or(unknown)?,
        file: row.get(2)?,
        digest: row.get(3)?,
        mapping: row.get(4)?,
        rows: u64::try_from(row.get::<i64>(5)?).unwrap_or(0),
        made_at: row.get(6)?,
        published_at: row.get(7)?,
    })
}

store::id! {
    /// One run of an import, as the holder of its lease.
    HolderId
}
