//! Signing in: password, then second factor, then a session; every wrong answer looks and costs the same.
//!
//! ```text
//! begin_sign_in ── wrong, unknown, locked out, first password too old ──► Refused (one answer, one cost)
//!      │ right
//!      ├── a second factor is set up ──► pending (minutes) ── finish_second_factor ──► session
//!      └── none is set up ──► session; with Policy Required it can do nothing but set one up
//! ```

use std::net::IpAddr;

use kernel::World;
use kernel::text::Line;
use kernel::time::Instant;
use store::{Act, Db, Tx};

use crate::keeper::{Hashed, Keeper, KeeperError, Verdict};
use crate::limit;
use crate::password::Password;
use crate::persons::Login;
use crate::policy::{Policy, SecondFactor};
use crate::second_factor::{Answer, prove};
use crate::secret::Token;
use crate::session::{self, Open, Opened};
use crate::vault::Vault;
use crate::{Actor, PersonId, record};

store::statements! {
    /// What a login's password is checked against.
    CREDENTIALS = "SELECT e.id, w.hash, w.version FROM person e JOIN password w ON w.person = e.id
        WHERE e.login = $1 AND e.disabled = FALSE AND (w.expires_at IS NULL OR w.expires_at > $2)";
    /// Whether the password checked is still the one that counts, and which second factors there are.
    /// Used codes count as a factor too: running out of them must not open the door.
    FACTORS = "SELECT EXISTS (SELECT 1 FROM totp t WHERE t.person = e.id),
            EXISTS (SELECT 1 FROM one_time_code c WHERE c.person = e.id),
            (SELECT COUNT(*) FROM one_time_code c WHERE c.person = e.id AND c.used_at IS NULL)
        FROM person e JOIN password w ON w.person = e.id
        WHERE e.id = $1 AND e.disabled = FALSE AND w.version = $2 AND (w.expires_at IS NULL OR w.expires_at > $3)";
    /// The password was right, the second factor is awaited.
    PEND = "INSERT INTO pending_sign_in (token, person, password_version, device, expires_at) VALUES ($1, $2, $3, $4, $5)";
    /// What is pending under a token.
    PENDING = "SELECT person, password_version, device FROM pending_sign_in WHERE token = $1 AND expires_at > $2";
    /// One pending sign-in becomes one session.
    ADMIT = "DELETE FROM pending_sign_in WHERE token = $1";
    /// The same password at today's cost.
    REHASH = "UPDATE password SET hash = $3 WHERE person = $1 AND version = $2";
}

const LOOK_UP: Act = Act::staff("people.sign_in.look_up");
const DECIDE: Act = Act::staff("people.sign_in.decide");

/// A sign-in form.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The login as typed.
    pub login: String,
    /// The password as typed.
    pub password: String,
    /// Where the request came from.
    pub address: IpAddr,
    /// What the browser calls itself, for the person's list of sessions.
    pub device: Line<120>,
}

/// Where a right password leads.
#[derive(Clone, Debug)]
pub enum Begun {
    /// Signed in. [`crate::Staff::must`] says whether something has to be done first.
    Opened(Opened),
    /// The second factor is awaited under this token.
    Pending(Pending),
}

/// A sign-in that awaits its second factor.
#[derive(Clone, Debug)]
pub struct Pending {
    /// For a cookie of its own; it opens nothing by itself.
    pub token: Token,
    /// Until when.
    pub expires_at: Instant,
    /// An authenticator can answer.
    pub totp: bool,
    /// Printed codes left that can answer.
    pub codes_left: i64,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Wrong login or password, locked out, or the first password is too old: never said which.
    #[error("login or password is wrong")]
    Refused,
    /// Too many attempts.
    #[error("too many attempts; try again after {retry_at}")]
    TooMany {
        /// When to try again.
        retry_at: Instant,
    },
    /// Hashing passwords.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Checks login and password. Not a single transaction, because hashing may not happen inside one: a short one
/// looks up, the hash is checked outside, a second one decides if the password is still the same.
///
/// # Errors
/// [`SignInError`].
pub async fn begin_sign_in(
    db: &Db,
    world: &World,
    keeper: &Keeper,
    policy: &Policy,
    form: &SignIn,
) -> Result<Begun, SignInError> {
    // A text no account can have is refused at once, whoever it is for.
    let Some(password) = Password::typed(&form.password) else { return Err(SignInError::Refused) };
    // A login of the wrong shape goes the whole way as nobody's.
    let login = Login::parse(&form.login).map(|login| login.as_str().to_owned()).unwrap_or_default();
    let found = look_up(db, world, login.clone(), form.address).await?;
    let verdict = keeper.verify(&password, found.as_ref().map(|found| found.hash.as_str())).await?;
    let known = found.as_ref().map(|found| found.person);
    let rehashed = match verdict {
        Verdict { right: true, outdated: true } => Some(keeper.hash(world, &password).await?),
        _ => None,
    };
    let admitted = found.filter(|_| verdict.right).map(|found| Admitted {
        person: found.person,
        version: found.version,
        rehashed,
        device: form.device.to_string(),
        policy: *policy,
    });
    let (world, attempt) = (world.clone(), Attempt { login, address: form.address, known, admitted });
    let begun = db.write(DECIDE, async move |tx: &mut Tx<'_>| decide(tx, &world, &attempt).await).await?;
    begun.ok_or(SignInError::Refused)
}

struct Found {
    person: PersonId,
    hash: String,
    version: i64,
}

async fn look_up(db: &Db, world: &World, login: String, address: IpAddr) -> Result<Option<Found>, SignInError> {
    let world = world.clone();
    let looked = db
        .write(LOOK_UP, async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
            if let Some(retry_at) = limit::sign_in(tx, &world, &login, address).await? {
                return Ok(Err(retry_at));
            }
            match tx.opt(&CREDENTIALS, &[login.as_str().into(), world.now().into()]).await? {
                Some(row) => Ok(Ok(Some(Found { person: row.get(0)?, hash: row.get(1)?, version: row.get(2)? }))),
                None => Ok(Ok(None)),
            }
        })
        .await?;
    looked.map_err(|retry_at| SignInError::TooMany { retry_at })
}

struct Admitted {
    person: PersonId,
    version: i64,
    rehashed: Option<Hashed>,
    device: String,
    policy: Policy,
}

struct Attempt {
    login: String,
    address: IpAddr,
    known: Option<PersonId>,
    admitted: Option<Admitted>,
}

/// Nothing means refused.
async fn decide(tx: &mut Tx<'_>, world: &World, attempt: &Attempt) -> Result<Option<Begun>, store::Error> {
    let now = world.now();
    let row = match &attempt.admitted {
        Some(right) => tx.opt(&FACTORS, &[right.person.into(), right.version.into(), now.into()]).await?,
        None => None,
    };
    let (Some(admitted), Some(row)) = (&attempt.admitted, row) else {
        limit::failed(tx, world, attempt.address).await?;
        record::refused_sign_in(tx, world, attempt.known).await?;
        return Ok(None);
    };
    limit::succeeded(tx, &attempt.login, attempt.address).await?;
    if let Some(hash) = &admitted.rehashed {
        tx.exec(&REHASH, &[admitted.person.into(), admitted.version.into(), hash.as_str().into()]).await?;
    }
    let (totp, codes, codes_left) = (row.get::<bool>(0)?, row.get::<bool>(1)?, row.get::<i64>(2)?);
    if totp || codes {
        let (token, expires_at) = (Token::new(world), now.plus(admitted.policy.pending));
        let params = [
            token.digest().into(),
            admitted.person.into(),
            admitted.version.into(),
            admitted.device.as_str().into(),
            expires_at.into(),
        ];
        tx.exec(&PEND, &params).await?;
        return Ok(Some(Begun::Pending(Pending { token, expires_at, totp, codes_left })));
    }
    let must_enrol = admitted.policy.second_factor == SecondFactor::Required;
    let open = Open { person: admitted.person, device: &admitted.device, must_enrol, policy: &admitted.policy };
    Ok(Some(Begun::Opened(opened(tx, world, open, "password").await?)))
}

async fn opened(tx: &mut Tx<'_>, world: &World, open: Open<'_>, by: &str) -> Result<Opened, store::Error> {
    let person = open.person;
    let opened = session::open(tx, world, open).await?;
    record::change(tx, world, Actor::Staff(person, None), "people.sign_in", person.uuid(), by.to_owned()).await?;
    Ok(opened)
}

/// What the page that asks for the second factor shows after a reload; nothing when it is too late.
///
/// # Errors
/// Any storage error.
pub async fn pending(tx: &mut Tx<'_>, token: &Token, now: Instant) -> Result<Option<(bool, i64)>, store::Error> {
    let Some(row) = tx.opt(&PENDING, &[token.digest().into(), now.into()]).await? else { return Ok(None) };
    let factors = tx.opt(&FACTORS, &[row.get::<PersonId>(0)?.into(), row.get::<i64>(1)?.into(), now.into()]).await?;
    factors.map(|row| Ok((row.get(0)?, row.get(2)?))).transpose()
}

/// Where the second factor leads. All of these commit: a wrong answer has to count against the limit.
#[derive(Clone, Debug)]
pub enum Finished {
    /// Signed in.
    Opened(Opened),
    /// The answer is wrong, or it was used before.
    Wrong,
    /// Too many wrong answers.
    TooMany {
        /// When to try again.
        retry_at: Instant,
    },
    /// The password has to be given again.
    Expired,
    /// The authenticator's secret cannot be read by this server ([`Vault`]): only a printed code helps.
    Unreadable,
}

/// Answers a pending sign-in with a code of the authenticator or a printed one-time code.
///
/// # Errors
/// Any storage error.
pub async fn finish_second_factor(
    tx: &mut Tx<'_>,
    world: &World,
    vault: &Vault,
    policy: &Policy,
    token: &Token,
    typed: &str,
) -> Result<Finished, store::Error> {
    let now = world.now();
    let Some(row) = tx.opt(&PENDING, &[token.digest().into(), now.into()]).await? else { return Ok(Finished::Expired) };
    let (person, version, device) = (row.get::<PersonId>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?);
    if let Some(retry_at) = limit::second_factor(tx, world, person).await? {
        return Ok(Finished::TooMany { retry_at });
    }
    // The password was changed or the person locked out meanwhile.
    if tx.opt(&FACTORS, &[person.into(), version.into(), now.into()]).await?.is_none() {
        return Ok(Finished::Expired);
    }
    let by = match prove(tx, world, vault, person, typed).await? {
        Answer::Right(by) => by,
        Answer::Unreadable => return Ok(Finished::Unreadable),
        Answer::Wrong => {
            let actor = Actor::Staff(person, None);
            record::change(tx, world, actor, "people.second_factor.refused", person.uuid(), String::new()).await?;
            return Ok(Finished::Wrong);
        }
    };
    if tx.exec(&ADMIT, &[token.digest().into()]).await? == 0 {
        return Ok(Finished::Expired);
    }
    let open = Open { person, device: &device, must_enrol: false, policy };
    opened(tx, world, open, by).await.map(Finished::Opened)
}
