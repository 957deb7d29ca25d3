//! What of this service goes into the audit log: decisions about a visit and settings, not every press at the counter
//! (those stand in the visit's own history).

use kernel::World;
use store::{
    Error, Tx,
    audit::{self, Actor, Entry},
};
use uuid::Uuid;

use crate::clerk::By;

/// Writes an entry. `detail` can be erased later; the rest cannot, so it names nobody but the clerk.
pub(crate) async fn record(
    tx: &mut Tx<'_>,
    world: &World,
    by: &By,
    act: &'static str,
    object: impl Into<Uuid>,
    detail: Option<&str>,
) -> Result<(), Error> {
    let actor = match by {
        By::Resident => Actor::Resident,
        By::Staff(clerk) => Actor::Staff { person: clerk.person.uuid(), post: Some(clerk.post.uuid()) },
        By::Program => Actor::System,
    };
    let entry = Entry::new(actor, act).object(object);
    let entry = match detail {
        Some(detail) => entry.detail(detail),
        None => entry,
    };
    audit::append(tx, world, &entry).await.map(drop)
}
