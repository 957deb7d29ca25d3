//! Helping somebody else to sign in: a first password, printed codes, and beginning anew after a lost device.

use kernel::World;
use store::Tx;

use crate::keys::{Keys, KeysError};
use crate::persons::{self, FirstPassword};
use crate::roles::Permission;
use crate::second_factor::{forget_all, write_codes};
use crate::step_up::Helper;
use crate::{PersonId, record, session};

/// The permission that [`give_codes`], [`forget_second_factors`] and [`give_password`] ask for.
pub const HELP_SIGN_IN: Permission = Permission::ManagePeople;

/// Why somebody is not helped.
#[derive(Debug, thiserror::Error)]
pub enum HelpError {
    /// The helper's password was changed or their session ended at this very moment.
    #[error("the helper's password or session changed at this moment")]
    Meanwhile,
    /// No such person.
    #[error("no such person")]
    Unknown,
    /// Only an administrator helps an administrator.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Is this helper still who they proved to be, and may they help this person?
async fn may_help(tx: &mut Tx<'_>, world: &World, helper: &Helper, id: PersonId) -> Result<(), HelpError> {
    if !helper.still(tx).await? {
        return Err(HelpError::Meanwhile);
    }
    let keys = Keys::take(tx, world, helper.actor(), world.today()).await?;
    keys.person(tx, id).await?;
    if persons::person(tx, id).await?.is_none() { Err(HelpError::Unknown) } else { Ok(()) }
}

/// Gives a person a password, in place of any other, and ends their sessions. The second factor stays.
///
/// # Errors
/// [`HelpError`].
pub async fn give_password(
    tx: &mut Tx<'_>,
    world: &World,
    helper: &Helper,
    id: PersonId,
    password: &FirstPassword,
) -> Result<(), HelpError> {
    may_help(tx, world, helper, id).await?;
    persons::set_password(tx, world, id, password).await?;
    session::end_all(tx, id).await?;
    record::change(tx, world, helper.actor(), "people.password.give", id.uuid(), String::new()).await?;
    Ok(())
}

/// Makes ten printed codes for somebody who has run out of them or lost them, to be handed over in person.
/// An authenticator they have goes on counting.
///
/// # Errors
/// [`HelpError`].
pub async fn give_codes(
    tx: &mut Tx<'_>,
    world: &World,
    helper: &Helper,
    id: PersonId,
) -> Result<Vec<String>, HelpError> {
    may_help(tx, world, helper, id).await?;
    let codes = write_codes(tx, world, id).await?;
    record::change(tx, world, helper.actor(), "people.second_factor.give_codes", id.uuid(), String::new()).await?;
    Ok(codes)
}

/// Takes every second factor from somebody who has lost theirs, and ends their sessions: at the next sign-in
/// they set one up anew.
///
/// # Errors
/// [`HelpError`].
pub async fn forget_second_factors(
    tx: &mut Tx<'_>,
    world: &World,
    helper: &Helper,
    id: PersonId,
) -> Result<(), HelpError> {
    may_help(tx, world, helper, id).await?;
    forget_all(tx, id).await?;
    session::end_all(tx, id).await?;
    record::change(tx, world, helper.actor(), "people.second_factor.forget", id.uuid(), String::new()).await?;
    Ok(())
}
