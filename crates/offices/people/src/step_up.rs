//! Asking for the present password again: a signed-in browser alone, left open or stolen, changes no password and no
//! second factor, neither one's own nor somebody else's.

use kernel::World;
use store::{Act, Db, Tx};

use crate::keeper::{Keeper, KeeperError};
use crate::limit;
use crate::password::Password;
use crate::roles::Permission;
use crate::{Actor, PersonId, PostId, SessionId, Staff, record};

store::statements! {
    /// The password to prove.
    CURRENT = "SELECT hash, version FROM password WHERE person = $1";
    /// Whether what was proven still holds: the same password, the same session.
    STILL = "SELECT EXISTS (SELECT 1 FROM password w JOIN session s ON s.person = w.person
        WHERE w.person = $1 AND w.version = $2 AND s.id = $3)";
}

const LOOK_UP: Act = Act::staff("people.prove_password.look_up");
const DECIDE: Act = Act::staff("people.prove_password.decide");

/// Somebody gave their present password in their session a moment ago. Only [`prove_password`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    person: PersonId,
    session: SessionId,
    pub(crate) version: i64,
}

/// Why a password does not prove anything.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The password is wrong.
    #[error("the present password is wrong")]
    Wrong,
    /// Too many attempts; password changes and second factors count together.
    #[error("too many attempts; try again after {retry_at}")]
    TooMany {
        /// When to try again.
        retry_at: kernel::time::Instant,
    },
    /// Hashing passwords.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Proven {
    /// Who.
    pub(crate) fn person(&self) -> PersonId {
        self.person
    }

    /// The session it was given in.
    pub(crate) fn session(&self) -> SessionId {
        self.session
    }

    /// Whether it still holds, inside the transaction that acts on it.
    pub(crate) async fn still(&self, tx: &mut Tx<'_>) -> Result<bool, store::Error> {
        tx.value(&STILL, &[self.person.into(), self.version.into(), self.session.into()]).await
    }
}

/// Checks the present password of `staff`. Wrong ones count against one limit for all that asks for it, and stand in
/// the audit log; a right one is forgiven the others before it.
///
/// # Errors
/// [`ProveError`].
pub async fn prove_password(
    db: &Db,
    world: &World,
    keeper: &Keeper,
    staff: &Staff,
    typed: &str,
) -> Result<Proven, ProveError> {
    prove(db, world, keeper, staff, typed).await.map(|(proven, _)| proven)
}

/// The same, with the hash that was proven.
pub(crate) async fn prove(
    db: &Db,
    world: &World,
    keeper: &Keeper,
    staff: &Staff,
    typed: &str,
) -> Result<(Proven, String), ProveError> {
    let (person, own) = (staff.person, world.clone());
    let found = db
        .write(LOOK_UP, async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
            if let Some(retry_at) = limit::own_password(tx, &own, person).await? {
                return Ok(Err(retry_at));
            }
            let row = tx.one(&CURRENT, &[person.into()]).await?;
            Ok(Ok((row.get::<String>(0)?, row.get::<i64>(1)?)))
        })
        .await?;
    let (hash, version) = found.map_err(|retry_at| ProveError::TooMany { retry_at })?;
    let right = match Password::typed(typed) {
        Some(password) => keeper.verify(&password, Some(&hash)).await?.right,
        None => false,
    };
    let own = world.clone();
    db.write(DECIDE, async move |tx: &mut Tx<'_>| -> Result<(), store::Error> {
        if right {
            return limit::own_password_right(tx, person).await;
        }
        let actor = Actor::Staff(person, None);
        record::change(tx, &own, actor, "people.password.refused", person.uuid(), String::new()).await
    })
    .await?;
    if right { Ok((Proven { person, session: staff.session, version }, hash)) } else { Err(ProveError::Wrong) }
}

/// On whose word somebody else is helped to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Helper {
    /// A signed-in person who gave their own password again, in the post that allows it.
    Staff(Proven, Option<PostId>),
    /// Whoever sits at the machine.
    Command,
    /// The program itself.
    Program,
}

impl Helper {
    /// `staff` with `permission`, having proven who they are.
    #[must_use]
    pub fn of(staff: &Staff, permission: Permission, proven: Proven) -> Self {
        let post = match Actor::of(staff, permission) {
            Actor::Staff(_, post) => post,
            Actor::Command | Actor::Program => None,
        };
        Self::Staff(proven, post)
    }

    /// Who acts.
    pub(crate) fn actor(&self) -> Actor {
        match self {
            Self::Staff(proven, post) => Actor::Staff(proven.person, *post),
            Self::Command => Actor::Command,
            Self::Program => Actor::Program,
        }
    }

    /// Whether what was proven still holds.
    pub(crate) async fn still(&self, tx: &mut Tx<'_>) -> Result<bool, store::Error> {
        match self {
            Self::Staff(proven, _) => proven.still(tx).await,
            Self::Command | Self::Program => Ok(true),
        }
    }
}
