//! Changing one's own password.

use kernel::World;
use store::{Act, Db, Tx};

use crate::keeper::{Keeper, KeeperError};
use crate::limit;
use crate::password::{Password, WeakPassword};
use crate::{Actor, Staff, record, session};

store::statements! {
    /// The password to prove.
    CURRENT = "SELECT hash, version FROM password WHERE person = $1";
    /// The new one, if nobody changed it meanwhile.
    CHANGE = "UPDATE password SET hash = $3, version = version + 1, must_change = FALSE, changed_at = $4, expires_at = NULL
        WHERE person = $1 AND version = $2";
}

const LOOK_UP: Act = Act::staff("people.change_password.look_up");
const CHANGE_IT: Act = Act::staff("people.change_password");

/// Why a password is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The present password is wrong.
    #[error("the present password is wrong")]
    Wrong,
    /// The new password is not taken.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// Too many attempts.
    #[error("too many attempts; try again after {retry_at}")]
    TooMany {
        /// When to try again.
        retry_at: kernel::time::Instant,
    },
    /// It was changed elsewhere at the same moment.
    #[error("the password was changed elsewhere at this moment")]
    Meanwhile,
    /// Hashing passwords.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Changes the password of the signed-in person and ends all their other sessions.
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
    let Some(present) = Password::typed(present) else { return Err(ChangePasswordError::Wrong) };
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
    let (hash, version) = found.map_err(|retry_at| ChangePasswordError::TooMany { retry_at })?;
    if !keeper.verify(&present, Some(&hash)).await?.right {
        return Err(ChangePasswordError::Wrong);
    }
    if keeper.verify(&new, Some(&hash)).await?.right {
        return Err(WeakPassword::Same.into());
    }
    let hashed = keeper.hash(world, &new).await?;
    let (session, own) = (staff.session, world.clone());
    db.write(CHANGE_IT, async move |tx: &mut Tx<'_>| {
        let params = [person.into(), version.into(), hashed.as_str().into(), own.now().into()];
        if tx.exec(&CHANGE, &params).await? == 0 {
            return Err(ChangePasswordError::Meanwhile);
        }
        session::end_others(tx, person, session).await?;
        record::change(tx, &own, Actor::Staff(person, None), "people.password.change", person.uuid(), String::new())
            .await?;
        Ok(())
    })
    .await
}
