//! Letters kept to be read inside this program: a resident's inbox, and what would have been sent in the demo city or without a mail server.

use kernel::locale::Locale;
use kernel::time::Instant;
use store::{Error, Row, Tx};

use crate::channel::{Destination, Envelope};
use crate::record::MessageId;

store::statements! {
    /// The hash comes from the delivery record, so that an erasure finds the letter too.
    KEEP = "INSERT INTO message_letter (message, channel, address, recipient, kind, locale, subject, body, kept_at)
        SELECT id, $2, $3, recipient, kind, locale, $4, $5, $6 FROM message WHERE id = $1
        ON CONFLICT (message) DO NOTHING";
    /// Newest first.
    LIST = "SELECT message, address, kind, locale, subject, '', kept_at FROM message_letter
        WHERE channel = $1 AND (kept_at < $2 OR (kept_at = $2 AND message < $3)) ORDER BY kept_at DESC, message DESC LIMIT $4";
    READ = "SELECT message, address, kind, locale, subject, body, kept_at FROM message_letter WHERE message = $1";
    SWEEP = "DELETE FROM message_letter WHERE message IN
        (SELECT message FROM message_letter WHERE channel = $1 AND kept_at < $2 ORDER BY kept_at, message LIMIT 500)";
}

/// Which kept letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Residents' inboxes.
    Inbox,
    /// What was not sent but is shown to staff.
    Simulator,
}

impl Shelf {
    /// The name in the delivery record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Simulator => "simulator",
        }
    }
}

/// A kept letter; in a list its body is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The message it carries.
    pub message: MessageId,
    /// The mail address or inbox it was for.
    pub address: String,
    /// The kind's name.
    pub kind: String,
    /// The language it is written in.
    pub locale: Locale,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// When it was handed over.
    pub kept_at: Instant,
}

/// Keeps a letter; a second hand-over of the same message changes nothing. `false` when it was there already
/// or its message is gone.
///
/// # Errors
/// Any [`Error`] of the store.
pub async fn keep(tx: &mut Tx<'_>, shelf: Shelf, envelope: &Envelope) -> Result<bool, Error> {
    let address = match &envelope.to {
        Destination::Mail(address) => address.as_str(),
        Destination::Inbox(subject) => subject,
    };
    let values = [
        envelope.message.into(),
        shelf.name().into(),
        address.into(),
        envelope.subject.as_str().into(),
        envelope.body.as_str().into(),
        envelope.at.into(),
    ];
    Ok(tx.exec(&KEEP, &values).await? > 0)
}

/// Kept letters, newest first; `before` is the last one of the page before.
///
/// # Errors
/// Any [`Error`] of the store.
pub async fn list(
    tx: &mut Tx<'_>,
    shelf: Shelf,
    before: Option<(Instant, MessageId)>,
    limit: u32,
) -> Result<Vec<Letter>, Error> {
    let (at, id) = before.unwrap_or_else(crate::record::newest);
    let rows = tx.all(&LIST, &[shelf.name().into(), at.into(), id.into(), i64::from(limit).into()]).await?;
    rows.iter().map(letter).collect()
}

/// One letter with its text. Staff who open it look at a person: the caller logs that.
///
/// # Errors
/// Any [`Error`] of the store.
pub async fn read(tx: &mut Tx<'_>, message: MessageId) -> Result<Option<Letter>, Error> {
    tx.opt(&READ, &[message.into()]).await?.as_ref().map(letter).transpose()
}

/// Removes up to 500 letters kept before `before`; how many there were. Called again until it says 0.
///
/// # Errors
/// Any [`Error`] of the store.
pub async fn sweep(tx: &mut Tx<'_>, shelf: Shelf, before: Instant) -> Result<u64, Error> {
    tx.exec(&SWEEP, &[shelf.name().into(), before.into()]).await
}

fn letter(row: &Row) -> Result<Letter, Error> {
    Ok(Letter {
        message: row.get(0)?,
        address: row.get(1)?,
        kind: row.get(2)?,
        locale: Locale::from_code(&row.get::<String>(3)?).unwrap_or_default(),
        subject: row.get(4)?,
        body: row.get(5)?,
        kept_at: row.get(6)?,
    })
}
