//! The sealer: chains the entries of the audit log, in one process at a time.

use std::time::Duration;

use kernel::World;
use kernel::day::Month;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{Act, Db, Error, Row, Tx, lease};

crate::statements! {
    /// Entries outside the chain, oldest first. The last two columns are read by the check only.
    UNSEALED = "SELECT id, at, actor_kind, actor, post, act, object, purpose, digest FROM audit
        WHERE seq IS NULL ORDER BY id LIMIT $1";
    /// The end of the chain.
    HEAD = "SELECT seq, segment, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1";
    /// Chains an entry.
    SEAL = "UPDATE audit SET seq = $2, segment = $3, hash = $4 WHERE id = $1 AND seq IS NULL";
    /// Begins a month's part of the chain.
    BEGIN_SEGMENT = "INSERT INTO audit_segment (segment, first_seq, base) VALUES ($1, $2, $3)";
}

/// Entries sealed in one transaction; few enough that bookings do not wait for it.
const STEP: i64 = 100;
/// How long new entries gather.
const EVERY: Duration = Duration::from_secs(3);
/// How often the end of the chain is told to the program's log.
const TELL_EVERY: Duration = Duration::from_secs(600);
const LEASE: &str = "store.audit.seal";
const LEASE_TIME: Duration = Duration::from_secs(30);

/// The beginning of the very first segment.
pub(crate) const START: [u8; 32] = [0; 32];

/// The end of the chain. Kept elsewhere (a log, paper), it proves later that nothing was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last sealed entry.
    pub seq: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// The hash of an entry that follows `previous`. Every field carries its length, so no two entries read alike.
pub(crate) fn link(previous: &[u8], seq: i64, segment: i64, row: &Row) -> Result<[u8; 32], Error> {
    let mut hasher = Sha256::new();
    let mut field = |bytes: Option<&[u8]>| {
        let length = bytes.map_or(u64::MAX, |bytes| bytes.len() as u64);
        hasher.update(length.to_be_bytes());
        hasher.update(bytes.unwrap_or_default());
    };
    field(Some(previous));
    field(Some(&seq.to_be_bytes()));
    field(Some(&segment.to_be_bytes()));
    field(Some(row.get::<Uuid>(0)?.as_bytes()));
    field(Some(&row.get::<i64>(1)?.to_be_bytes()));
    field(Some(row.get::<String>(2)?.as_bytes()));
    for column in [3, 4, 6] {
        field(row.get::<Option<Uuid>>(column)?.as_ref().map(|id| &id.as_bytes()[..]));
        if column == 4 {
            field(Some(row.get::<String>(5)?.as_bytes()));
        }
    }
    field(row.get::<Option<String>>(7)?.as_ref().map(String::as_bytes));
    field(Some(&row.get::<Vec<u8>>(8)?));
    Ok(hasher.finalize().into())
}

/// Chains up to a hundred entries; the new end of the chain, or `None` when there was nothing to do.
///
/// Two sealers at once are harmless: numbers are UNIQUE, so one of them is rolled back.
///
/// # Errors
/// Any storage [`Error`].
pub async fn step(tx: &mut Tx<'_>, world: &World) -> Result<Option<Head>, Error> {
    let rows = tx.all(&UNSEALED, &[STEP.into()]).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let (mut seq, last_segment, mut hash) = match tx.opt(&HEAD, &[]).await? {
        Some(row) => (row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<Vec<u8>>(2)?),
        None => (0, i64::MIN, START.to_vec()),
    };
    // A clock set back does not reopen a month.
    let segment = number(world.today().month()).max(last_segment);
    if segment != last_segment {
        tx.exec(&BEGIN_SEGMENT, &[segment.into(), (seq + 1).into(), hash.clone().into()]).await?;
    }
    let mut sealed = Vec::with_capacity(rows.len());
    for row in &rows {
        seq += 1;
        hash = link(&hash, seq, segment, row)?.to_vec();
        sealed.push(vec![row.get::<Uuid>(0)?.into(), seq.into(), segment.into(), hash.clone().into()]);
    }
    if tx.batch(&SEAL, &sealed).await? != sealed.len() as u64 {
        // Another sealer took some of these rows between our reading and writing; its transaction stands, ours must not.
        return Err(Error::Busy);
    }
    Ok(Some(Head { seq, hash }))
}

/// Months in a row: 24323 is November 2026… as a number that grows by one.
fn number(month: Month) -> i64 {
    i64::from(month.year()) * 12 + i64::from(month.number()) - 1
}

/// Seals everything there is now; the end of the chain if it moved.
///
/// # Errors
/// Any storage [`Error`].
pub async fn all(db: &Db, world: &World) -> Result<Option<Head>, Error> {
    let mut head = None;
    loop {
        let clock = world.clone();
        let sealed = db.write(Act::bulk("audit.seal"), async move |tx: &mut Tx<'_>| step(tx, &clock).await).await?;
        match sealed {
            Some(sealed) => head = Some(sealed),
            None => return Ok(head),
        }
    }
}

/// Seals every few seconds while this process holds the lease, until `stop` turns true; `holder` names the process.
pub async fn run(db: Db, world: World, holder: String, mut stop: watch::Receiver<bool>) {
    let mut told = None;
    loop {
        match seal_if_mine(&db, &world, &holder).await {
            Ok(Some(head)) => {
                let now = world.now();
                // Enough for whoever keeps the log to prove later that nothing was cut off, without filling it.
                if told.is_none_or(|told| now.since(told) >= TELL_EVERY) {
                    let hash = data_encoding::HEXLOWER.encode(&head.hash);
                    tracing::info!(seq = head.seq, hash, "the audit log is sealed up to here");
                    told = Some(now);
                }
            }
            Ok(None) => {}
            Err(error) if error.is_temporary() => tracing::debug!(%error, "sealing the audit log waits"),
            Err(error) => tracing::error!(%error, "the audit log cannot be sealed"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            // An error means that the sender is gone, which is a way to stop.
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    let released =
        db.write(Act::bulk("audit.release"), async move |tx: &mut Tx<'_>| lease::release(tx, LEASE, &holder).await);
    if let Err(error) = released.await {
        tracing::debug!(%error, "the sealer's lease runs out by itself");
    }
}

async fn seal_if_mine(db: &Db, world: &World, holder: &str) -> Result<Option<Head>, Error> {
    // Asked before writing: an idle city should not write a lease every three seconds.
    let waiting = db.point(async |tx: &mut Tx<'_>| tx.opt(&UNSEALED, &[1.into()]).await).await?;
    if waiting.is_none() {
        return Ok(None);
    }
    let (clock, holder) = (world.clone(), holder.to_owned());
    let taken = db
        .write(Act::bulk("audit.lease"), async move |tx: &mut Tx<'_>| {
            lease::take(tx, &clock, LEASE, &holder, LEASE_TIME).await
        })
        .await?;
    match taken {
        Some(_) => all(db, world).await,
        None => Ok(None),
    }
}
