//! The audit log: who did what to what, when and why; written with the change itself, sealed into a chain of hashes.
//!
//! [`append`] is a plain insert in the caller's transaction, so it costs next to nothing and stands or falls with the
//! change. One leased [`sealer`](seal::run) chains new rows every few seconds: each row's hash covers the one before, so a
//! row that is changed, removed or slipped in later is found by [`verify()`]. Details hang on the chain by a salted digest
//! only: [`erase_details`] removes them (with the salt, so that they cannot be guessed back) and the chain still holds.

pub mod seal;
pub(crate) mod verify;

use kernel::World;
use kernel::time::Instant;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{Error, Json, Row, Tx, Value};

pub use verify::{Broken, Fault, Report, verify};

crate::statements! {
    /// One entry.
    APPEND = "INSERT INTO audit (id, at, actor_kind, actor, post, act, object, purpose, detail, salt, digest)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    /// What was done to an object, newest first.
    OF_OBJECT = "SELECT id, at, actor_kind, actor, post, act, object, purpose, detail FROM audit
        WHERE object = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    /// What an actor did, newest first.
    OF_ACTOR = "SELECT id, at, actor_kind, actor, post, act, object, purpose, detail FROM audit
        WHERE actor = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    /// Everything, newest first.
    ALL = "SELECT id, at, actor_kind, actor, post, act, object, purpose, detail FROM audit
        WHERE id < $1 ORDER BY id DESC LIMIT $2";
    /// Forgets the details about an object.
    ERASE = "UPDATE audit SET detail = NULL, salt = NULL WHERE object = $1 AND detail IS NOT NULL";
}

crate::id!(
    /// One entry of the audit log.
    pub EntryId
);

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff, and the post that gave the authority.
    Staff {
        /// The person.
        person: Uuid,
        /// The post (職) in whose name the person acted.
        post: Option<Uuid>,
    },
    /// A resident, who stays unnamed: the object says whose case it is.
    Resident,
    /// The program itself: a job, an import, a first start.
    System,
}

impl Actor {
    const fn kind(self) -> &'static str {
        match self {
            Self::Staff { .. } => "staff",
            Self::Resident => "resident",
            Self::System => "system",
        }
    }

    const fn ids(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Staff { person, post } => (Some(person), post),
            Self::Resident | Self::System => (None, None),
        }
    }
}

/// One thing done. Build it with [`Entry::new`] and the methods after it.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    actor: Actor,
    act: &'a str,
    object: Option<Uuid>,
    purpose: Option<&'a str>,
    detail: Option<serde_json::Value>,
}

impl<'a> Entry<'a> {
    /// `actor` did `act` (`visits.cancel`).
    #[must_use]
    pub const fn new(actor: Actor, act: &'a str) -> Self {
        Self { actor, act, object: None, purpose: None, detail: None }
    }

    /// What it was done to: a case, a person, a post.
    #[must_use]
    pub fn object(mut self, object: impl Into<Uuid>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Why. Looking at a person's case needs one; it is never erased, so it holds no name.
    #[must_use]
    pub const fn purpose(mut self, purpose: &'a str) -> Self {
        self.purpose = Some(purpose);
        self
    }

    /// Anything else worth knowing, erasable.
    #[must_use]
    pub fn detail(mut self, detail: impl Serialize) -> Self {
        self.detail = serde_json::to_value(detail).ok().filter(|value| !value.is_null());
        self
    }
}

/// Writes an entry in the caller's transaction.
///
/// # Errors
/// Any storage [`Error`].
pub async fn append(tx: &mut Tx<'_>, world: &World, entry: &Entry<'_>) -> Result<EntryId, Error> {
    let id: EntryId = world.id();
    let (actor, post) = entry.actor.ids();
    let detail = entry.detail.as_ref().map(ToString::to_string);
    let salt = detail.is_some().then(|| world.bytes::<16>().to_vec());
    let digest = detail_digest(salt.as_deref(), detail.as_deref());
    let params = [
        id.into(),
        world.now().into(),
        entry.actor.kind().into(),
        actor.into(),
        post.into(),
        entry.act.into(),
        entry.object.into(),
        entry.purpose.into(),
        detail.into(),
        salt.into(),
        digest.into(),
    ];
    tx.exec(&APPEND, &params).await?;
    Ok(id)
}

/// What the chain holds of the details.
pub(crate) fn detail_digest(salt: Option<&[u8]>, detail: Option<&str>) -> [u8; 32] {
    let hasher = Sha256::new().chain_update(salt.unwrap_or_default());
    hasher.chain_update(detail.unwrap_or_default()).finalize().into()
}

/// An entry as read back.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its number.
    pub id: EntryId,
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub act: String,
    /// To what.
    pub object: Option<Uuid>,
    /// Why.
    pub purpose: Option<String>,
    /// The details, unless erased.
    pub detail: Option<serde_json::Value>,
}

/// Which entries to read.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// All of them.
    Everything,
    /// Those about one object.
    Object(Uuid),
    /// Those of one person among the staff.
    Person(Uuid),
}

/// At most `limit` entries older than `before` (the last one of the page before), newest first.
///
/// # Errors
/// Any storage [`Error`].
pub async fn read(tx: &mut Tx<'_>, of: Of, before: Option<EntryId>, limit: u32) -> Result<Vec<Written>, Error> {
    let before: Value = before.map_or(Uuid::max(), EntryId::uuid).into();
    let rows = match of {
        Of::Everything => tx.all(&ALL, &[before, limit.into()]).await?,
        Of::Object(object) => tx.all(&OF_OBJECT, &[object.into(), before, limit.into()]).await?,
        Of::Person(person) => tx.all(&OF_ACTOR, &[person.into(), before, limit.into()]).await?,
    };
    rows.iter().map(written).collect()
}

fn written(row: &Row) -> Result<Written, Error> {
    let (kind, person): (String, Option<Uuid>) = (row.get(2)?, row.get(3)?);
    let actor = match (kind.as_str(), person) {
        ("staff", Some(person)) => Actor::Staff { person, post: row.get(4)? },
        ("resident", _) => Actor::Resident,
        _ => Actor::System,
    };
    let detail: Option<Json<serde_json::Value>> = row.get(8)?;
    Ok(Written {
        id: row.get(0)?,
        at: row.get(1)?,
        actor,
        act: row.get(5)?,
        object: row.get(6)?,
        purpose: row.get(7)?,
        detail: detail.map(|detail| detail.0),
    })
}

/// Forgets the details of everything that was done to `object`; who did what and why stays. How many entries had any.
///
/// # Errors
/// Any storage [`Error`].
pub async fn erase_details(tx: &mut Tx<'_>, object: Uuid) -> Result<u64, Error> {
    tx.exec(&ERASE, &[object.into()]).await
}

#[cfg(test)]
#[path = "audit/tests.rs"]
mod tests;
