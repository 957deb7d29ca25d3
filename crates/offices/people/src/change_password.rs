//! Changing one's own password.

use kernel::World;
use store::{Act, Db, Tx};

use crate::keeper::{Keeper, KeeperError};
use crate::password::{Password, WeakPassword};
use crate::step_up::{ProveError, prove};
use crate::{Actor, Staff, record, session};

store::statements! {
    /// The new one, if nobody changed it meanwhile.
    CHANGE = "UPDATE password SET hash = $3, version = version + 1, must_change = FALSE, changed_at = $4, expires_at = NULL
        WHERE person = $1 AND version = $2";
}

const CHANGE_IT: Act = Act::staff("people.change_password");

/// Why a password is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The present password does not prove anything.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The new password is not taken.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// It was changed elsewhere, or the session ended, at the same moment.
    #[error("the password was changed elsewhere at this moment")]
    Meanwhile,
    /// Hashing passwords.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Changes the password of the signed-in person, who gives the present one again, and ends all their other sessions.
///
/// # Errors
/// [`ChangePasswordError`].
pub async fn change_password(
    db: &Db,
    world: &World,
    keeper: &Keeper,
    staff: &Staff,
    present: &str,
    new: &str,
) -> Result<(), ChangePasswordError> {
    let new = Password::chosen(new, &staff.login)?;
    let (proven, hash) = prove(db, world, keeper, staff, present).await?;
    if keeper.verify(&new, Some(&hash)).await?.right {
        return Err(WeakPassword::Same.into());
    }
    let hashed = keeper.hash(world, &new).await?;
    let (person, session, own) = (staff.person, staff.session, world.clone());
    db.write(CHANGE_IT, async move |tx: &mut Tx<'_>| {
        let params = [person.into(), proven.version.into(), hashed.as_str().into(), own.now().into()];
        if !proven.still(tx).await? || tx.exec(&CHANGE, &params).await? == 0 {
            return Err(ChangePasswordError::Meanwhile);
        }
        session::end_others(tx, person, session).await?;
        record::change(tx, &own, Actor::Staff(person, None), "people.password.change", person.uuid(), String::new())
            .await?;
        Ok(())
    })
    .await
}
