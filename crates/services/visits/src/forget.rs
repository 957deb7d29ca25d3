//! Forgetting: names and addresses when their time is over, or at once when somebody asks; old numbers for new bookings.

use kernel::{World, day::Day};
use store::{Error, Statement, Tx, erasure::Eraser};

use crate::{
    clerk::{By, Clerk},
    model::VisitId,
    texts, trail,
    visit::{Visit, topic_visit},
};

/// How the erasure ledger forgets a contact again after a restore.
pub const CONTACT: Eraser = Eraser { kind: "visits.contact", statements: FORGET };

/// A booking number is given to nobody else for so many days after its visit.
pub const NUMBER_DAYS: i32 = 400;

/// Contacts per transaction: each is half a dozen statements.
const AT_ONCE: i64 = 50;
/// Numbers per transaction.
const NUMBERS_AT_ONCE: i64 = 400;

/// In the order in which they run, for one visit: the contact, what else may speak of the person,
/// and the letters that know the same address.
const FORGET: &[Statement] = {
    let [items, letters, records] = messages::erase::OF_CASE;
    &[DELETE_ONE, DELETE_REASON, DELETE_STEPS, items, letters, records]
};

store::statements! {
    DELETE_ONE = "DELETE FROM visit_contact WHERE visit_id = $1";
    /// Why somebody was called out of turn may speak of their health.
    DELETE_REASON = "UPDATE visit SET by_hand = NULL WHERE id = $1 AND by_hand IS NOT NULL";
    /// The steps undo would put back hold the same reason.
    DELETE_STEPS = "UPDATE visit_act SET before = NULL WHERE visit_id = $1 AND before IS NOT NULL";
    /// Contacts whose time is over.
    OVER = "SELECT visit_id FROM visit_contact WHERE erase_on < $1 ORDER BY erase_on LIMIT $2";
    RETIRE = "UPDATE visit SET number = NULL WHERE id IN
                (SELECT id FROM visit WHERE day BETWEEN $1 - 14 AND $1 AND number IS NOT NULL ORDER BY day LIMIT $2)";
}

/// Deletes contacts whose time is over. How many; call again while it is not 0.
///
/// # Errors
/// Storage only.
pub async fn forget_contacts(tx: &mut Tx<'_>, world: &World) -> Result<u64, Error> {
    let rows = tx.all(&OVER, &[world.today().into(), AT_ONCE.into()]).await?;
    for row in &rows {
        let visit: VisitId = row.get(0)?;
        store::erasure::erase(tx, world, &CONTACT, visit.uuid()).await?;
    }
    Ok(rows.len() as u64)
}

/// Deletes the contact of one visit at once, because the person asked; what still waited for that address is withdrawn.
///
/// # Errors
/// Storage only.
pub async fn forget_contact(tx: &mut Tx<'_>, world: &World, visit: VisitId, by: Clerk) -> Result<(), Error> {
    if let Some(visit) = Visit::find(tx, visit).await? {
        texts::no_reminder(tx, world, &visit).await?;
        texts::no_survey(tx, world, &visit).await?;
    }
    store::erasure::erase(tx, world, &CONTACT, visit.uuid()).await?;
    trail::record(tx, world, &By::Staff(by), "visits.forget_contact", visit, None).await?;
    tx.announce(topic_visit(visit).as_str());
    Ok(())
}

/// Frees the numbers of visits of long ago (of a band of two weeks: older ones were freed before). How many; call
/// again while it is not 0.
///
/// # Errors
/// Storage only.
pub async fn retire_numbers(tx: &mut Tx<'_>, today: Day) -> Result<u64, Error> {
    tx.exec(&RETIRE, &[today.plus(-NUMBER_DAYS - 1).into(), NUMBERS_AT_ONCE.into()]).await
}
