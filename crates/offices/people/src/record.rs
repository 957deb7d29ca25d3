//! What goes into the audit log from this office, in one place.

use kernel::World;
use store::Tx;
use store::audit::{self, Entry};
use uuid::Uuid;

use crate::{Actor, PersonId};

impl From<Actor> for audit::Actor {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::Staff(person, post) => Self::Staff { person: person.uuid(), post: post.map(Into::into) },
            Actor::Command | Actor::Program => Self::System,
        }
    }
}

/// A change. `detail` says what changed in codes and days; it can be erased, the rest cannot.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    act: &'static str,
    object: Uuid,
    detail: String,
) -> Result<(), store::Error> {
    let by = match actor {
        Actor::Staff(..) => None,
        Actor::Command => Some("command"),
        Actor::Program => Some("program"),
    };
    let mut entry = Entry::new(actor.into(), act);
    if !object.is_nil() {
        entry = entry.object(object);
    }
    if by.is_some() || !detail.is_empty() {
        entry = entry.detail(Detail { by, what: Some(detail).filter(|detail| !detail.is_empty()) });
    }
    audit::append(tx, world, &entry).await.map(drop)
}

#[derive(serde::Serialize)]
struct Detail {
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<String>,
}

/// Somebody was not let in. What was typed is not kept: people type passwords into the wrong field.
pub(crate) async fn refused_sign_in(
    tx: &mut Tx<'_>,
    world: &World,
    known: Option<PersonId>,
) -> Result<(), store::Error> {
    let mut entry = Entry::new(audit::Actor::System, "people.sign_in.refused");
    if let Some(person) = known {
        entry = entry.object(person);
    }
    audit::append(tx, world, &entry).await.map(drop)
}
