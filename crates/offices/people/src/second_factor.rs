//! The second factor: an authenticator (any device, also one the city hands out) or printed one-time codes.
//! Neither needs a private telephone. Whoever changes theirs gives the present password again.

use kernel::World;
use store::Tx;

use crate::limit;
use crate::secret::{code_digest, one_time_code};
use crate::step_up::Proven;
use crate::vault::Vault;
use crate::{Actor, PersonId, Staff, record, session, totp};

store::statements! {
    /// The authenticator's secret and the newest step taken.
    TOTP = "SELECT secret, last_step FROM totp WHERE person = $1";
    /// Takes a step; a second taker of the same or an earlier one finds no row. The secret is sealed anew by the way.
    TAKE_STEP = "UPDATE totp SET last_step = $2, secret = $3 WHERE person = $1 AND last_step < $2";
    /// Uses a printed code; a second user finds no row.
    USE_CODE = "UPDATE one_time_code SET used_at = $3 WHERE person = $1 AND hash = $2 AND used_at IS NULL";
    /// Offers a secret in place of an earlier offer.
    OFFER = "INSERT INTO totp_offer (person, secret, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, expires_at = excluded.expires_at";
    /// The offer.
    OFFERED = "SELECT secret FROM totp_offer WHERE person = $1 AND expires_at > $2";
    /// Takes the offer up; only one of two takers finds the row.
    TAKE_OFFER = "DELETE FROM totp_offer WHERE person = $1 AND secret = $2";
    /// The proven secret in place of an earlier one.
    CONFIRM = "INSERT INTO totp (person, secret, last_step, confirmed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, confirmed_at = excluded.confirmed_at";
    /// No authenticator any more.
    FORGET_TOTP = "DELETE FROM totp WHERE person = $1";
    /// No authenticator any more, if a printed code is left to sign in with.
    REMOVE_TOTP = "DELETE FROM totp WHERE person = $1
        AND EXISTS (SELECT 1 FROM one_time_code c WHERE c.person = $1 AND c.used_at IS NULL)";
    /// No offer any more.
    FORGET_OFFER = "DELETE FROM totp_offer WHERE person = $1";
    /// No codes any more, used ones neither.
    FORGET_CODES = "DELETE FROM one_time_code WHERE person = $1";
    /// A new code.
    CODE = "INSERT INTO one_time_code (person, hash, made_at) VALUES ($1, $2, $3)";
}

/// Printed codes made at a time.
pub const CODES: usize = 10;
/// Minutes to prove an offered secret.
const OFFER_MINUTES: i64 = 30;

/// What an answer to the second factor is worth.
pub(crate) enum Answer {
    /// It proves who answers, by this.
    Right(&'static str),
    /// It does not.
    Wrong,
    /// The authenticator's secret cannot be read here, so its code can be neither right nor wrong.
    Unreadable,
}

/// Takes `typed` as proof, once.
pub(crate) async fn prove(
    tx: &mut Tx<'_>,
    world: &World,
    vault: &Vault,
    person: PersonId,
    typed: &str,
) -> Result<Answer, store::Error> {
    if let Some(code) = totp::parse(typed) {
        return prove_by_authenticator(tx, world, vault, person, code).await;
    }
    let Some(digest) = code_digest(person, typed) else { return Ok(Answer::Wrong) };
    if tx.exec(&USE_CODE, &[person.into(), digest.into(), world.now().into()]).await? == 0 {
        return Ok(Answer::Wrong);
    }
    limit::second_factor_right(tx, person).await?;
    Ok(Answer::Right("one-time code"))
}

async fn prove_by_authenticator(
    tx: &mut Tx<'_>,
    world: &World,
    vault: &Vault,
    person: PersonId,
    code: u32,
) -> Result<Answer, store::Error> {
    let Some(row) = tx.opt(&TOTP, &[person.into()]).await? else { return Ok(Answer::Wrong) };
    let (stored, last): (Vec<u8>, i64) = (row.get(0)?, row.get(1)?);
    let Ok(secret) = vault.open(tx, person, &stored).await? else { return Ok(Answer::Unreadable) };
    let Some(step) = totp::matching_step(&secret, code, world.now().seconds(), last) else { return Ok(Answer::Wrong) };
    let sealed = vault.seal(tx, world, person, &secret).await?;
    if tx.exec(&TAKE_STEP, &[person.into(), step.into(), sealed.into()]).await? == 0 {
        return Ok(Answer::Wrong);
    }
    limit::second_factor_right(tx, person).await?;
    Ok(Answer::Right("authenticator"))
}

/// Why a second factor of one's own is not changed.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// The password was changed or the session ended at this very moment.
    #[error("the password or the session changed at this moment")]
    Meanwhile,
    /// Without the authenticator there would be none: no printed code is left.
    #[error("no printed code is left")]
    LastFactor,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What was proven must hold in the transaction that acts on it, and be the proof of this very session.
async fn proven(tx: &mut Tx<'_>, staff: &Staff, proven: &Proven) -> Result<(), FactorError> {
    let own = proven.person() == staff.person && proven.session() == staff.session;
    if own && proven.still(tx).await? { Ok(()) } else { Err(FactorError::Meanwhile) }
}

/// A secret to put into an authenticator; it counts only after a code of it was given.
#[derive(Clone)]
pub struct TotpOffer {
    secret: [u8; totp::SECRET_BYTES],
    login: String,
}

impl TotpOffer {
    /// The secret for typing, in groups of four.
    #[must_use]
    pub fn typed(&self) -> String {
        let letters = totp::base32(&self.secret);
        letters.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// The address for a QR code. `issuer` is the city's name.
    #[must_use]
    pub fn address(&self, issuer: &str) -> String {
        totp::address(issuer, &self.login, &self.secret)
    }
}

impl std::fmt::Debug for TotpOffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TotpOffer({})", self.login)
    }
}

/// Begins to set up an authenticator. An earlier one goes on counting until the new one is proven.
///
/// # Errors
/// [`FactorError`].
pub async fn enrol_totp(
    tx: &mut Tx<'_>,
    world: &World,
    vault: &Vault,
    staff: &Staff,
    proof: &Proven,
) -> Result<TotpOffer, FactorError> {
    proven(tx, staff, proof).await?;
    let secret = world.bytes();
    let sealed = vault.seal(tx, world, staff.person, &secret).await?;
    tx.exec(&OFFER, &[staff.person.into(), sealed.into(), world.now().plus_minutes(OFFER_MINUTES).into()]).await?;
    Ok(TotpOffer { secret, login: staff.login.clone() })
}

/// The offer still open, for a page that is shown again. One that cannot be read here is none.
///
/// # Errors
/// Any storage error.
pub async fn offered_totp(
    tx: &mut Tx<'_>,
    world: &World,
    vault: &Vault,
    staff: &Staff,
) -> Result<Option<TotpOffer>, store::Error> {
    Ok(offered(tx, world, vault, staff).await?.map(|(offer, _)| offer))
}

/// The offer and how it is stored.
async fn offered(
    tx: &mut Tx<'_>,
    world: &World,
    vault: &Vault,
    staff: &Staff,
) -> Result<Option<(TotpOffer, Vec<u8>)>, store::Error> {
    let Some(row) = tx.opt(&OFFERED, &[staff.person.into(), world.now().into()]).await? else { return Ok(None) };
    let stored: Vec<u8> = row.get(0)?;
    let secret = vault.open(tx, staff.person, &stored).await?;
    Ok(secret.ok().map(|secret| (TotpOffer { secret, login: staff.login.clone() }, stored)))
}

/// How proving an authenticator went. All of these commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// It counts from now on; every other session of the person has ended.
    Done,
    /// The code is wrong.
    Wrong,
    /// Too many wrong codes.
    TooMany {
        /// When to try again.
        retry_at: kernel::time::Instant,
    },
    /// The offer is over; begin again.
    Expired,
}

/// Proves the offered secret by a code of it. The password was asked for when it was offered.
///
/// # Errors
/// Any storage error.
pub async fn confirm_totp(
    tx: &mut Tx<'_>,
    world: &World,
    vault: &Vault,
    staff: &Staff,
    typed: &str,
) -> Result<Enrolled, store::Error> {
    if let Some(retry_at) = limit::second_factor(tx, world, staff.person).await? {
        return Ok(Enrolled::TooMany { retry_at });
    }
    let Some((offer, stored)) = offered(tx, world, vault, staff).await? else { return Ok(Enrolled::Expired) };
    let step = totp::parse(typed).and_then(|code| totp::matching_step(&offer.secret, code, world.now().seconds(), 0));
    let Some(step) = step else { return Ok(Enrolled::Wrong) };
    if tx.exec(&TAKE_OFFER, &[staff.person.into(), stored.into()]).await? == 0 {
        return Ok(Enrolled::Expired);
    }
    let sealed = vault.seal(tx, world, staff.person, &offer.secret).await?;
    tx.exec(&CONFIRM, &[staff.person.into(), sealed.into(), step.into(), world.now().into()]).await?;
    settle(tx, world, staff, "people.second_factor.authenticator").await?;
    Ok(Enrolled::Done)
}

/// Makes ten printed codes in place of all earlier ones; they are shown this once.
///
/// # Errors
/// [`FactorError`].
pub async fn new_codes(
    tx: &mut Tx<'_>,
    world: &World,
    staff: &Staff,
    proof: &Proven,
) -> Result<Vec<String>, FactorError> {
    proven(tx, staff, proof).await?;
    let codes = write_codes(tx, world, staff.person).await?;
    settle(tx, world, staff, "people.second_factor.codes").await?;
    Ok(codes)
}

/// Takes one's own authenticator away, lost or worn out; printed codes must be left.
///
/// # Errors
/// [`FactorError`].
pub async fn remove_totp(tx: &mut Tx<'_>, world: &World, staff: &Staff, proof: &Proven) -> Result<(), FactorError> {
    proven(tx, staff, proof).await?;
    if tx.exec(&REMOVE_TOTP, &[staff.person.into()]).await? == 0 {
        return Err(FactorError::LastFactor);
    }
    settle(tx, world, staff, "people.second_factor.remove").await?;
    Ok(())
}

pub(crate) async fn write_codes(tx: &mut Tx<'_>, world: &World, person: PersonId) -> Result<Vec<String>, store::Error> {
    tx.exec(&FORGET_CODES, &[person.into()]).await?;
    let codes: Vec<String> = (0..CODES).map(|_| one_time_code(world)).collect();
    let digests = codes.iter().filter_map(|code| code_digest(person, code));
    let rows: Vec<Vec<store::Value>> =
        digests.map(|digest| vec![person.into(), digest.into(), world.now().into()]).collect();
    tx.batch(&CODE, &rows).await?;
    Ok(codes)
}

/// A second factor was set up in this session: it has nothing left to set up, and every other one must show it.
async fn settle(tx: &mut Tx<'_>, world: &World, staff: &Staff, act: &'static str) -> Result<(), store::Error> {
    session::enrolled(tx, staff.session).await?;
    session::end_others(tx, staff.person, staff.session).await?;
    record::change(tx, world, Actor::Staff(staff.person, None), act, staff.person.uuid(), String::new()).await
}

/// No second factor of any kind any more.
pub(crate) async fn forget_all(tx: &mut Tx<'_>, person: PersonId) -> Result<(), store::Error> {
    for statement in [&FORGET_TOTP, &FORGET_OFFER, &FORGET_CODES] {
        tx.exec(statement, &[person.into()]).await?;
    }
    Ok(())
}
