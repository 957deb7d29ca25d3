//! The delivery record: where each message stands, for staff; addresses and texts are not in it.

use kernel::locale::Locale;
use kernel::time::Instant;
use store::{Error, Row, Tx};
use uuid::Uuid;

use crate::channel::Why;

store::id!(
    /// One message to one recipient.
    pub MessageId
);

store::statements! {
    /// Newest first, all states.
    LIST = "SELECT id, key, kind, locale, simulated, order_by, state, channel, attempts, why, detail, reference,
            queued_at, not_before, not_after, handed_over_at, settled_at
        FROM message WHERE queued_at < $1 OR (queued_at = $1 AND id < $2) ORDER BY queued_at DESC, id DESC LIMIT $3";
    /// Newest first, one state.
    LIST_STATE = "SELECT id, key, kind, locale, simulated, order_by, state, channel, attempts, why, detail, reference,
            queued_at, not_before, not_after, handed_over_at, settled_at
        FROM message WHERE state = $4 AND (queued_at < $1 OR (queued_at = $1 AND id < $2)) ORDER BY queued_at DESC, id DESC LIMIT $3";
    /// Oldest first: the story of one case.
    LIST_CASE = "SELECT id, key, kind, locale, simulated, order_by, state, channel, attempts, why, detail, reference,
            queued_at, not_before, not_after, handed_over_at, settled_at
        FROM message WHERE case_id = $1 ORDER BY queued_at, id LIMIT 200";
    GET = "SELECT id, key, kind, locale, simulated, order_by, state, channel, attempts, why, detail, reference,
            queued_at, not_before, not_after, handed_over_at, settled_at FROM message WHERE id = $1";
    /// What is not over yet or needs somebody.
    COUNT = "SELECT state, COUNT(*) FROM message WHERE state IN ('queued', 'handed_over', 'failed', 'dead') GROUP BY state";
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits for its time or its turn.
    Queued,
    /// An attempt is under way (or was, when the machine stopped).
    HandedOver,
    /// The channel took it.
    Accepted,
    /// The last attempt did not work; another will follow.
    Failed,
    /// Given up: staff look at it, then retry or discard.
    Dead,
    /// Dropped, because its time had passed.
    Stale,
    /// Withdrawn before it went out, with what it would have told.
    Withdrawn,
    /// A dead letter that staff discarded.
    Discarded,
}

impl State {
    /// Every state, in the order staff want to see them.
    pub const ALL: [Self; 8] = [
        Self::Dead,
        Self::Failed,
        Self::Queued,
        Self::HandedOver,
        Self::Accepted,
        Self::Stale,
        Self::Withdrawn,
        Self::Discarded,
    ];

    /// The code in the database and in addresses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::HandedOver => "handed_over",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Stale => "stale",
            Self::Withdrawn => "withdrawn",
            Self::Discarded => "discarded",
        }
    }

    /// The key of its name for staff.
    #[must_use]
    pub const fn text_key(self) -> &'static str {
        match self {
            Self::Queued => "messages-state-queued",
            Self::HandedOver => "messages-state-handed-over",
            Self::Accepted => "messages-state-accepted",
            Self::Failed => "messages-state-failed",
            Self::Dead => "messages-state-dead",
            Self::Stale => "messages-state-stale",
            Self::Withdrawn => "messages-state-withdrawn",
            Self::Discarded => "messages-state-discarded",
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// One message's delivery record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The message.
    pub id: MessageId,
    /// What its sender calls it.
    pub key: String,
    /// The kind's name.
    pub kind: String,
    /// The language.
    pub locale: Locale,
    /// Whether the recipient exists only in the demo city or in a practice.
    pub simulated: bool,
    /// The case it belongs to.
    pub order_by: String,
    /// Where it stands.
    pub state: State,
    /// The channel of the last attempt.
    pub channel: Option<String>,
    /// Attempts so far.
    pub attempts: i64,
    /// Why the last attempt did not work.
    pub why: Option<Why>,
    /// The other side's words about it.
    pub detail: Option<String>,
    /// What the other side called what it took.
    pub reference: Option<String>,
    /// When it was queued.
    pub queued_at: Instant,
    /// When it may go out at the earliest.
    pub not_before: Option<Instant>,
    /// When it is of no use any more.
    pub not_after: Option<Instant>,
    /// When the last attempt began.
    pub handed_over_at: Option<Instant>,
    /// When it was over.
    pub settled_at: Option<Instant>,
}

impl Record {
    /// The key of the channel's name for staff.
    #[must_use]
    pub fn channel_key(&self) -> Option<&'static str> {
        match self.channel.as_deref()? {
            "mail" => Some("messages-channel-mail"),
            "inbox" => Some("messages-channel-inbox"),
            "simulator" => Some("messages-channel-simulator"),
            _ => None,
        }
    }
}

/// Before the first page.
pub(crate) fn newest() -> (Instant, MessageId) {
    (Instant::from_micros(i64::MAX), MessageId::from(Uuid::max()))
}

/// Records, newest first, of one state or of all; `before` is the last one of the page before.
///
/// # Errors
/// Any [`Error`] of the store.
pub async fn list(
    tx: &mut Tx<'_>,
    state: Option<State>,
    before: Option<(Instant, MessageId)>,
    limit: u32,
) -> Result<Vec<Record>, Error> {
    let (at, id) = before.unwrap_or_else(newest);
    let mut values = vec![at.into(), id.into(), i64::from(limit).into()];
    let statement = match state {
        Some(state) => {
            values.push(state.code().into());
            &LIST_STATE
        }
        None => &LIST,
    };
    tx.all(statement, &values).await?.iter().map(record).collect()
}

/// The messages of one case, oldest first.
///
/// # Errors
/// Any [`Error`] of the store.
pub async fn of_case(tx: &mut Tx<'_>, case: Uuid) -> Result<Vec<Record>, Error> {
    tx.all(&LIST_CASE, &[case.into()]).await?.iter().map(record).collect()
}

/// One record.
///
/// # Errors
/// Any [`Error`] of the store.
pub async fn get(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<Record>, Error> {
    tx.opt(&GET, &[id.into()]).await?.as_ref().map(record).transpose()
}

/// How many messages wait, are being tried, or need somebody; states without any are left out.
///
/// # Errors
/// Any [`Error`] of the store.
pub async fn counts(tx: &mut Tx<'_>) -> Result<Vec<(State, i64)>, Error> {
    let rows = tx.all(&COUNT, &[]).await?;
    rows.iter().map(|row| Ok((state(row, 0)?, row.get(1)?))).collect()
}

fn state(row: &Row, column: usize) -> Result<State, Error> {
    let code: String = row.get(column)?;
    // The table's CHECK admits no other code; an unknown one could only come from a newer program.
    Ok(State::from_code(&code).unwrap_or(State::Dead))
}

fn record(row: &Row) -> Result<Record, Error> {
    Ok(Record {
        id: row.get(0)?,
        key: row.get(1)?,
        kind: row.get(2)?,
        locale: Locale::from_code(&row.get::<String>(3)?).unwrap_or_default(),
        simulated: row.get(4)?,
        order_by: row.get(5)?,
        state: state(row, 6)?,
        channel: row.get(7)?,
        attempts: row.get(8)?,
        why: row.get::<Option<String>>(9)?.and_then(|code| Why::from_code(&code)),
        detail: row.get(10)?,
        reference: row.get(11)?,
        queued_at: row.get(12)?,
        not_before: row.get(13)?,
        not_after: row.get(14)?,
        handed_over_at: row.get(15)?,
        settled_at: row.get(16)?,
    })
}
