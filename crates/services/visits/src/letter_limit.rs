//! How many letters strangers can have sent to one address: anybody may type anybody's address into a booking.

use std::time::Duration;

use kernel::{World, text::Email};
use store::{
    Error, Tx,
    limits::{self, Limit},
};

use crate::{texts::confirmation_key, visit::Visit};

/// Confirmations and lost links to one address in an hour, on all nodes together.
const HOUR: Limit = Limit { name: "visits.letters.hour", max: 5, window: Duration::from_secs(3600) };
/// The same in a day.
const DAY: Limit = Limit { name: "visits.letters.day", max: 20, window: Duration::from_secs(24 * 3600) };

/// What became of the confirmation of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// No address was given.
    NoAddress,
    /// It goes out, or went.
    Queued,
    /// Many letters went to this address lately, so none was queued; the booking stands.
    Withheld,
}

impl Confirmation {
    /// Its name in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "none",
            Self::Queued => "queued",
            Self::Withheld => "withheld",
        }
    }
}

/// What became of a visit's confirmation.
///
/// # Errors
/// Storage only.
pub async fn confirmation(tx: &mut Tx<'_>, visit: &Visit) -> Result<Confirmation, Error> {
    if visit.contact.email.is_none() {
        return Ok(Confirmation::NoAddress);
    }
    let queued = messages::was_queued(tx, &confirmation_key(visit.id)).await?;
    Ok(if queued { Confirmation::Queued } else { Confirmation::Withheld })
}

/// Counts one more letter to `email`, in the transaction that queues it: a booking that is refused counts nothing.
pub(crate) async fn one_more(tx: &mut Tx<'_>, world: &World, email: &Email) -> Result<bool, Error> {
    let mailbox = mailbox(email.as_str());
    // The hour first: a letter it refuses must not count in the day.
    Ok(limits::hit(tx, world, &HOUR, &mailbox).await?.is_allowed()
        && limits::hit(tx, world, &DAY, &mailbox).await?.is_allowed())
}

/// Where letters to an address end up: `hanako+1@…` and `Hanako@…` are one mailbox with nearly every provider.
fn mailbox(email: &str) -> String {
    let email = email.to_lowercase();
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or_default()),
        None => email,
    }
}

#[cfg(test)]
mod tests {
    use super::mailbox;

    #[test]
    fn one_mailbox_has_many_spellings() {
        for spelling in ["hanako@example.jp", "Hanako@Example.JP", "hanako+a@example.jp", "hanako+a+b@example.jp"] {
            assert_eq!(mailbox(spelling), "hanako@example.jp");
        }
        assert_ne!(mailbox("taro@example.jp"), "hanako@example.jp");
    }
}
