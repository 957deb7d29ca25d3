//! Checks the chain of the audit log from its beginning and says where it is broken.

use std::fmt;

use kernel::time::Instant;

use super::seal::{START, link};
use super::{EntryId, detail_digest};
use crate::{Db, Error, Row, Tx};

crate::statements! {
    /// Sealed entries after a number, in order of the chain. The first nine columns are those that are hashed.
    SEALED = "SELECT id, at, actor_kind, actor, post, act, object, purpose, digest, seq, segment, hash, detail, salt
        FROM audit WHERE seq > $1 ORDER BY seq LIMIT 500";
    /// Where the months begin.
    SEGMENTS = "SELECT segment, first_seq, base FROM audit_segment ORDER BY segment";
    /// Entries outside the chain: how many, and since when.
    TAIL = "SELECT COUNT(*), MIN(at) FROM audit WHERE seq IS NULL";
}

/// What a check of the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Sealed entries that were checked.
    pub sealed: u64,
    /// Months they lie in.
    pub segments: usize,
    /// Entries not sealed yet: normal for the last seconds, suspicious when old.
    pub unsealed: u64,
    /// The time of the oldest of those.
    pub unsealed_since: Option<Instant>,
    /// The first fault, if the chain is broken.
    pub broken: Option<Broken>,
}

/// Where and how the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The number at which it shows.
    pub seq: i64,
    /// The entry, if there is one at that number.
    pub entry: Option<EntryId>,
    /// What is wrong.
    pub fault: Fault,
}

/// A fault of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No entry has this number: one was removed.
    Missing,
    /// The entry is not what was sealed: it was changed, or slipped in.
    Changed,
    /// The entry's details are not those that were written.
    Detail,
    /// The month begins elsewhere than its record says.
    Segment,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            Fault::Missing => "is missing",
            Fault::Changed => "was changed after it was sealed",
            Fault::Detail => "has other details than were sealed",
            Fault::Segment => "does not begin its month as recorded",
        };
        match self.entry {
            Some(entry) => write!(f, "entry {} ({entry}) {what}", self.seq),
            None => write!(f, "entry {} {what}", self.seq),
        }
    }
}

/// One month's beginning.
struct Segment {
    number: i64,
    first_seq: i64,
    base: Vec<u8>,
}

/// Reads the whole chain and recomputes it.
///
/// # Errors
/// Any storage [`Error`]; a broken chain is no error but [`Report::broken`].
pub async fn verify(db: &Db) -> Result<Report, Error> {
    let (segments, tail) = db
        .read(async |tx: &mut Tx<'_>| {
            let rows = tx.all(&SEGMENTS, &[]).await?;
            let segments: Result<Vec<Segment>, Error> = rows
                .iter()
                .map(|row| Ok(Segment { number: row.get(0)?, first_seq: row.get(1)?, base: row.get(2)? }))
                .collect();
            Ok::<_, Error>((segments?, tx.one(&TAIL, &[]).await?))
        })
        .await?;
    let mut report = Report {
        sealed: 0,
        segments: segments.len(),
        unsealed: tail.get::<i64>(0)?.unsigned_abs(),
        unsealed_since: tail.get(1)?,
        broken: None,
    };
    let mut chain = Chain::new(&segments);
    loop {
        let after = chain.seq;
        let rows = db.read(async move |tx: &mut Tx<'_>| tx.all(&SEALED, &[after.into()]).await).await?;
        if rows.is_empty() {
            return Ok(report);
        }
        for row in &rows {
            if let Err(broken) = chain.check(row)? {
                report.broken = Some(broken);
                return Ok(report);
            }
            report.sealed += 1;
        }
    }
}

/// The chain as far as it was found whole.
struct Chain<'s> {
    segments: &'s [Segment],
    segment: Option<i64>,
    seq: i64,
    hash: Vec<u8>,
}

impl<'s> Chain<'s> {
    /// Starts at the oldest month that is still there.
    fn new(segments: &'s [Segment]) -> Self {
        let (seq, hash) =
            segments.first().map_or((0, START.to_vec()), |first| (first.first_seq - 1, first.base.clone()));
        Self { segments, segment: None, seq, hash }
    }

    fn check(&mut self, row: &Row) -> Result<Result<(), Broken>, Error> {
        let (seq, segment): (i64, i64) = (row.get(9)?, row.get(10)?);
        let entry: EntryId = row.get(0)?;
        let broken = |fault| Ok(Err(Broken { seq, entry: Some(entry), fault }));
        if seq != self.seq + 1 {
            return Ok(Err(Broken { seq: self.seq + 1, entry: None, fault: Fault::Missing }));
        }
        if self.segment != Some(segment) {
            let recorded = self.segments.iter().find(|known| known.number == segment);
            if recorded.is_none_or(|known| known.first_seq != seq || known.base != self.hash) {
                return broken(Fault::Segment);
            }
        }
        let hash = link(&self.hash, seq, segment, row)?.to_vec();
        if hash != row.get::<Vec<u8>>(11)? {
            return broken(Fault::Changed);
        }
        let (detail, salt): (Option<String>, Option<Vec<u8>>) = (row.get(12)?, row.get(13)?);
        // Erased details leave their digest, which can no longer be compared with anything.
        if detail.is_some() && detail_digest(salt.as_deref(), detail.as_deref())[..] != row.get::<Vec<u8>>(8)?[..] {
            return broken(Fault::Detail);
        }
        (self.segment, self.seq, self.hash) = (Some(segment), seq, hash);
        Ok(Ok(()))
    }
}
