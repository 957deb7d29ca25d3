//! The secrets of authenticators, unreadable at rest: sealed with a key of the city, and with a file beside the
//! database if the city keeps one.
//!
//! | stored | what it is |
//! |---|---|
//! | 20 bytes | a secret of before, as it is; sealed at the next start or use |
//! | `1` nonce sealed | sealed with the city's own key, which lies in the same database |
//! | `2` nonce sealed | sealed with that key and the secret file, which lies in no database and no backup |

use hmac::{Hmac, KeyInit, Mac};
use kernel::World;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};
use store::{Act, Db, Tx, secrets};

use crate::PersonId;
use crate::totp::SECRET_BYTES;

/// The city's key in the store.
const KEY: &str = "people.totp";
const BY_CITY: u8 = 1;
const BY_CITY_AND_FILE: u8 = 2;
/// Bytes a secret file must have at least.
pub const LEAST_FILE_BYTES: usize = 32;
const RESEAL: Act = Act::bulk("people.reseal");

store::statements! {
    /// Every secret as it is stored.
    ALL = "SELECT person, secret FROM totp ORDER BY person";
    /// The same secret, sealed; unless it was replaced meanwhile.
    SEAL = "UPDATE totp SET secret = $3 WHERE person = $1 AND secret = $2";
}

/// What secrets are sealed with, beside the key in the database.
#[derive(Clone, Default)]
pub struct Vault {
    file: Option<[u8; 32]>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.file.is_some() { "Vault(with a file)" } else { "Vault" })
    }
}

/// Why a secret file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret file holds at least {LEAST_FILE_BYTES} bytes")]
pub struct ShortSecret;

/// A stored secret cannot be read: the secret file is missing or another one, or the row was tampered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// A secret out of the vault.
pub(crate) type Secret = [u8; SECRET_BYTES];

impl Vault {
    /// A vault that asks for the content of a secret file too.
    ///
    /// # Errors
    /// [`ShortSecret`], for an empty or half-written file.
    pub fn with_file(content: &[u8]) -> Result<Self, ShortSecret> {
        // An editor or `echo` may have added a line end; the same file on another node may not have it.
        let content = content.trim_ascii();
        if content.len() < LEAST_FILE_BYTES {
            return Err(ShortSecret);
        }
        Ok(Self { file: Some(Sha256::digest(content).into()) })
    }

    fn tag(&self) -> u8 {
        if self.file.is_some() { BY_CITY_AND_FILE } else { BY_CITY }
    }

    /// What to store of a secret.
    pub(crate) async fn seal(
        &self,
        tx: &mut Tx<'_>,
        world: &World,
        person: PersonId,
        secret: &Secret,
    ) -> Result<Vec<u8>, store::Error> {
        let city = secrets::key(tx, world, KEY).await?;
        let nonce = world.bytes::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        let tag = self.tag();
        let key = key(&city, self.file.as_ref());
        let aad = Aad::from(label(tag, person));
        let done = key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed);
        // The algorithm refuses texts of gigabytes only; a secret has twenty bytes.
        done.map_err(|_| store::Error::Schema("an authenticator's secret could not be sealed".to_owned()))?;
        Ok([&[tag][..], &nonce, &sealed].concat())
    }

    /// The secret in what is stored.
    pub(crate) async fn open(
        &self,
        tx: &mut Tx<'_>,
        person: PersonId,
        stored: &[u8],
    ) -> Result<Result<Secret, Unreadable>, store::Error> {
        if let Ok(plain) = Secret::try_from(stored) {
            return Ok(Ok(plain));
        }
        let Some(city) = secrets::find(tx, KEY).await? else { return Ok(Err(Unreadable)) };
        Ok(self.unseal(&city, person, stored))
    }

    fn unseal(&self, city: &[u8; 32], person: PersonId, stored: &[u8]) -> Result<Secret, Unreadable> {
        let Some((&tag, rest)) = stored.split_first() else { return Err(Unreadable) };
        let Some((nonce, sealed)) = rest.split_first_chunk::<NONCE_LEN>() else { return Err(Unreadable) };
        let file = match (tag, &self.file) {
            (BY_CITY, _) => None,
            (BY_CITY_AND_FILE, Some(file)) => Some(file),
            _ => return Err(Unreadable),
        };
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = key(city, file).open_in_place(nonce, Aad::from(label(tag, person)), &mut sealed);
        opened.ok().and_then(|secret| Secret::try_from(&*secret).ok()).ok_or(Unreadable)
    }

    /// Whether it was stored as this vault stores it today.
    fn is_current(&self, stored: &[u8]) -> bool {
        stored.len() != SECRET_BYTES && stored.first() == Some(&self.tag())
    }
}

/// Bound to the person, so that a sealed secret copied into somebody else's row opens nothing.
fn label(tag: u8, person: PersonId) -> Vec<u8> {
    [&[tag][..], b"people.totp", person.uuid().as_bytes()].concat()
}

fn key(city: &[u8; 32], file: Option<&[u8; 32]>) -> LessSafeKey {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length, and both keys have 32 bytes")]
    let bytes = {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(city).expect("a key of any length");
        mac.update(b"yokogushi people.totp");
        if let Some(file) = file {
            mac.update(file);
        }
        let derived: [u8; 32] = mac.finalize().into_bytes().into();
        UnboundKey::new(&CHACHA20_POLY1305, &derived).expect("a key of 32 bytes")
    };
    LessSafeKey::new(bytes)
}

/// What [`reseal`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Secrets sealed anew: they were stored as they are, or without the file.
    pub renewed: u64,
    /// Secrets that cannot be read: the secret file is missing or another one. Their owners sign in with printed
    /// codes, or an administrator lets them begin anew.
    pub unreadable: u64,
}

/// Seals every secret as this vault seals today. For the start of a server; doing it twice changes nothing.
///
/// # Errors
/// Any storage error.
pub async fn reseal(db: &Db, world: &World, vault: &Vault) -> Result<Resealed, store::Error> {
    let (world, vault) = (world.clone(), vault.clone());
    db.write(RESEAL, async move |tx: &mut Tx<'_>| {
        let mut done = Resealed::default();
        for row in tx.all(&ALL, &[]).await? {
            let (person, stored) = (row.get::<PersonId>(0)?, row.get::<Vec<u8>>(1)?);
            let Ok(secret) = vault.open(tx, person, &stored).await? else {
                done.unreadable += 1;
                continue;
            };
            if !vault.is_current(&stored) {
                let sealed = vault.seal(tx, &world, person, &secret).await?;
                done.renewed += tx.exec(&SEAL, &[person.into(), stored.into(), sealed.into()]).await?;
            }
        }
        Ok(done)
    })
    .await
}
