//! なくしたリンク: sends the link again, only ever to the address given when booking. The answer is the same whoever asks.

use std::time::Duration;

use kernel::{World, text::Email};
use store::{
    Error, Tx,
    limits::{self, Limit},
};

use crate::{
    insert::email_key,
    number::Number,
    texts::{self, Site},
    visit::{Visit, visit_columns, visit_tables},
};

/// Letters to one address in an hour, on all nodes together.
const BY_ADDRESS: Limit = Limit { name: "visits.send_link.address", max: 3, window: Duration::from_secs(3600) };
/// Attempts for one number in an hour.
const BY_NUMBER: Limit = Limit { name: "visits.send_link.number", max: 5, window: Duration::from_secs(3600) };

/// Somebody has lost their link.
#[derive(Clone, Debug)]
pub struct SendLink {
    /// The number, if they still have it.
    pub number: Option<Number>,
    /// The address they say they gave.
    pub email: Email,
    /// Where pages are.
    pub site: Site,
}

store::statements! {
    /// Coming visits of an address.
    BY_EMAIL = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), "
        WHERE c.email_fold = $1 AND v.day >= $2 AND v.state IN ('booked', 'waiting', 'called', 'absent')
        ORDER BY v.day, v.minute, v.id LIMIT 5");
}

/// Sends the links of coming visits to `email`, if it is the address given for them. Says nothing about whether it was.
///
/// # Errors
/// Storage only.
pub async fn send_link(tx: &mut Tx<'_>, world: &World, command: SendLink) -> Result<(), Error> {
    let key = email_key(command.email.as_str());
    let mut allowed = limits::hit(tx, world, &BY_ADDRESS, &key).await?.is_allowed();
    if let Some(number) = &command.number {
        allowed &= limits::hit(tx, world, &BY_NUMBER, number.as_str()).await?.is_allowed();
    }
    let rows = tx.all(&BY_EMAIL, &[key.into(), world.today().into()]).await?;
    for row in &rows {
        let visit = Visit::read(row)?;
        let meant = command.number.as_ref().is_none_or(|number| visit.number.as_ref() == Some(number));
        if allowed && meant {
            texts::link(tx, world, &command.site, &visit).await?;
        }
    }
    Ok(())
}
