//! Cancelling: gives the place back exactly once, withdraws the reminder and says so; again is no error.

use kernel::World;
use store::{Error, Tx};

use crate::{
    clerk::{By, Clerk},
    link::LinkKey,
    model::{Channel, VisitId},
    number::Number,
    state::{Act, State},
    texts::{self, Site},
    trail,
    visit::{Visit, topic_service},
};

/// Which visit, and who says so.
#[derive(Clone, Debug)]
pub enum Cancel {
    /// The resident, by the link.
    Link {
        /// The number.
        number: Number,
        /// The secret.
        secret: String,
        /// Where pages are, for the letter.
        site: Site,
    },
    /// Staff.
    Staff {
        /// The visit.
        visit: VisitId,
        /// Who.
        by: Clerk,
        /// Where pages are, for the letter.
        site: Site,
    },
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Cancelled {
    /// The visit, now cancelled.
    pub visit: Visit,
    /// Whether it had been cancelled before.
    pub already: bool,
}

/// Why it could not be cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// No such visit, or a wrong secret.
    #[error("no such booking")]
    NotFound,
    /// It is being served, is over, or the person did not come.
    #[error("too late to cancel: {0:?}")]
    TooLate(State),
    /// Somebody changed it at the same moment, several times.
    #[error("the visit is being changed")]
    Busy,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

store::statements! {
    GIVE_BACK_WEB = "UPDATE visit_slot SET web_booked = web_booked - 1
                     WHERE service_id = $1 AND day = $2 AND minute = $3 AND web_booked > 0";
    GIVE_BACK_STAFF = "UPDATE visit_slot SET staff_booked = staff_booked - 1
                       WHERE service_id = $1 AND day = $2 AND minute = $3 AND staff_booked > 0";
}

/// Cancels a visit that waits for its day or in the house.
///
/// # Errors
/// [`CancelError`].
pub async fn cancel(tx: &mut Tx<'_>, world: &World, command: Cancel) -> Result<Cancelled, CancelError> {
    let (by, site) = match &command {
        Cancel::Link { site, .. } => (By::Resident, site),
        Cancel::Staff { by, site, .. } => (By::Staff(*by), site),
    };
    for _ in 0..3 {
        let mut visit = find(tx, &command).await?.ok_or(CancelError::NotFound)?;
        if visit.state() == State::Cancelled {
            return Ok(Cancelled { visit, already: true });
        }
        if !visit.allows(Act::Cancel) {
            return Err(CancelError::TooLate(visit.state()));
        }
        let next = visit.progress.cancelled(world.now());
        if !visit.save(tx, world, Act::Cancel.code(), next, by.clerk()).await? {
            continue;
        }
        texts::cancelled(tx, world, site, &visit, &by).await?;
        trail::record(tx, world, &by, "visits.cancel", visit.id, None).await?;
        give_back(tx, &visit).await?;
        return Ok(Cancelled { visit, already: false });
    }
    Err(CancelError::Busy)
}

async fn find(tx: &mut Tx<'_>, command: &Cancel) -> Result<Option<Visit>, Error> {
    match command {
        Cancel::Link { number, secret, .. } => {
            let found = Visit::find_number(tx, number).await?;
            let Some(key) = LinkKey::find(tx).await? else { return Ok(None) };
            Ok(found.filter(|visit| key.fits(visit.id, secret)))
        }
        Cancel::Staff { visit, .. } => Visit::find(tx, *visit).await,
    }
}

/// Returns the place of a visit that has just left [`State::holds_place`].
pub(crate) async fn give_back(tx: &mut Tx<'_>, visit: &Visit) -> Result<(), Error> {
    let Some(slot) = visit.slot() else { return Ok(()) };
    let statement = match visit.channel {
        Channel::Web => &GIVE_BACK_WEB,
        Channel::Staff => &GIVE_BACK_STAFF,
        Channel::WalkIn => return Ok(()),
    };
    if tx.exec(statement, &[visit.service.into(), slot.day.into(), slot.minute.into()]).await? != 1 {
        return Err(Error::Lost(format!("the slot of visit {} holds no place to give back", visit.id)));
    }
    tx.announce(topic_service(visit.service).as_str());
    Ok(())
}
