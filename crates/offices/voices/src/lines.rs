//! The lines residents wrote: read by staff, emptied after their time.

use std::time::Duration;

use kernel::World;
use kernel::time::Instant;
use store::Tx;
use store::erasure::Eraser;

use crate::{Score, VoiceId};

store::statements! {
    /// The newest lines about a topic before an instant.
    LINES = "SELECT id, topic, score, line, at FROM voice WHERE topic = $1 AND line IS NOT NULL AND at < $2
        ORDER BY at DESC, id DESC LIMIT $3";
    /// Empties lines that are older than they may become, some at a time.
    SWEEP = "UPDATE voice SET line = NULL WHERE id IN
        (SELECT v.id FROM voice v WHERE v.line IS NOT NULL AND v.at < $1 ORDER BY v.at LIMIT $2)";
    /// The case is gone: nothing leads from the voice to it any more, and nothing its owner wrote is left.
    FORGET = "UPDATE voice SET subject = NULL, line = NULL WHERE subject = $1";
}

/// Lets go of a case that is erased: `store::erasure::erase(tx, world, &voices::ERASER, case)`. The score stays, for nobody.
pub const ERASER: Eraser = Eraser { kind: "voices.case", statements: &[FORGET] };

/// Rows emptied in one transaction.
const SWEEP_AT_ONCE: i64 = 500;

/// A line a resident wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The voice.
    pub id: VoiceId,
    /// The service's code.
    pub topic: String,
    /// How it was.
    pub score: Score,
    /// Their words.
    pub line: String,
    /// When.
    pub at: Instant,
}

/// The newest `limit` lines about any of `topics` before an instant: the topics of the reader's own 所管.
///
/// # Errors
/// Any storage error.
pub async fn lines(
    tx: &mut Tx<'_>,
    topics: &[String],
    before: Instant,
    limit: u32,
) -> Result<Vec<Spoken>, store::Error> {
    let mut found = Vec::new();
    for topic in topics {
        for row in tx.all(&LINES, &[topic.into(), before.into(), limit.into()]).await? {
            let number: u8 = row.get(2)?;
            let score = Score::new(number).ok_or(store::Error::Column {
                column: 2,
                expected: "a score",
                found: "another number",
            })?;
            found.push(Spoken { id: row.get(0)?, topic: row.get(1)?, score, line: row.get(3)?, at: row.get(4)? });
        }
    }
    found.sort_by_key(|spoken| std::cmp::Reverse((spoken.at, spoken.id)));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Empties lines that are older than `keep`, at most 500; call again while it returns that many.
///
/// # Errors
/// Any storage error.
pub async fn sweep(tx: &mut Tx<'_>, world: &World, keep: Duration) -> Result<u64, store::Error> {
    tx.exec(&SWEEP, &[world.now().minus(keep).into(), SWEEP_AT_ONCE.into()]).await
}
