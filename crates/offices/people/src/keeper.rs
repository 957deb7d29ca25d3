//! The slow hashing of passwords, kept off the reactor and out of transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use kernel::World;
use tokio::sync::Semaphore;

use crate::password::Password;
use crate::vault::Vault;

/// What a hash costs (argon2id).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane; some 20 ms of one core.
    pub const OWASP: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// The least the algorithm allows: for tests only, where the secret is worth nothing.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };
}

/// Why hashing did not give an answer.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// Too many wait already; try again in a moment.
    #[error("too many people are signing in at this moment")]
    Busy,
    /// A stored hash cannot be read, or the cost is outside what argon2 allows.
    #[error("password hashing: {0}")]
    Broken(String),
}

/// A password's hash, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed(String);

impl Hashed {
    /// The PHC text that is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The answer of [`Keeper::verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The password is the one stored.
    pub right: bool,
    /// It was stored at another cost and should be hashed anew.
    pub outdated: bool,
}

/// Hashes passwords on the blocking pool, a few at a time: each takes [`Cost::memory_kib`] of memory. It also holds
/// what the secrets of authenticators are sealed with.
#[derive(Clone)]
pub struct Keeper {
    inner: Arc<Inner>,
    vault: Vault,
}

struct Inner {
    argon2: Argon2<'static>,
    /// Running at once.
    running: Semaphore,
    /// Running and waiting together.
    admitted: Semaphore,
    /// Stands in for the hash of an unknown login, so that the answer takes as long.
    nobody: String,
    hashes: AtomicU64,
}

/// Waiting places for each running hash. At 20 ms each nobody waits longer than about two seconds.
const QUEUE_PER_RUNNER: usize = 100;

impl Keeper {
    /// A keeper that hashes at `cost`, `at_once` at a time.
    ///
    /// # Errors
    /// [`KeeperError::Broken`] when argon2 refuses the cost.
    pub fn new(cost: Cost, at_once: usize) -> Result<Self, KeeperError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|e| KeeperError::Broken(e.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, b"nobody", &[0; 16])?;
        let at_once = at_once.max(1);
        let inner = Inner {
            argon2,
            running: Semaphore::new(at_once),
            admitted: Semaphore::new(at_once * (QUEUE_PER_RUNNER + 1)),
            nobody,
            hashes: AtomicU64::new(0),
        };
        Ok(Self { inner: Arc::new(inner), vault: Vault::default() })
    }

    /// The same keeper with another vault.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// What the secrets of authenticators are sealed with.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Hashes computed so far: for metrics, and to see that every refusal costs the same.
    #[must_use]
    pub fn hashes(&self) -> u64 {
        self.inner.hashes.load(Ordering::Relaxed)
    }

    /// The hash to store for `password`.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn hash(&self, world: &World, password: &Password) -> Result<Hashed, KeeperError> {
        let (salt, password) = (world.bytes::<16>(), password.clone());
        self.slowly(move |inner| hash(&inner.argon2, password.as_bytes(), &salt)).await.map(Hashed)
    }

    /// Whether `password` is the one stored. Without a stored hash it works as long and says no.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<Verdict, KeeperError> {
        let (known, stored) = (stored.is_some(), stored.unwrap_or(&self.inner.nobody).to_owned());
        let password = password.clone();
        self.slowly(move |inner| {
            let parsed = PasswordHash::new(&stored).map_err(|e| KeeperError::Broken(e.to_string()))?;
            let right = matches(password.as_bytes(), &parsed).unwrap_or(false);
            let wanted = PasswordHash::new(&inner.nobody).map_err(|e| KeeperError::Broken(e.to_string()))?;
            let outdated = parsed.algorithm != wanted.algorithm || parsed.params != wanted.params;
            Ok(Verdict { right: right && known, outdated })
        })
        .await
    }

    async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, KeeperError> + Send + 'static,
    ) -> Result<T, KeeperError> {
        let _place = self.inner.admitted.try_acquire().map_err(|_| KeeperError::Busy)?;
        let _turn = self.inner.running.acquire().await.map_err(|_| KeeperError::Busy)?;
        let inner = Arc::clone(&self.inner);
        inner.hashes.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(move || work(&inner)).await.map_err(|e| KeeperError::Broken(e.to_string()))?
    }
}

/// Memory asked for in one piece of more than this is given back to the system at once. When smaller pieces are freed, glibc
/// takes them for a habit: it keeps every later piece up to that size in the threads' own heaps, for good. Two hashes of
/// 19 MiB then leave a hundred. What is asked for but not written to costs nothing.
const GIVEN_BACK_BYTES: usize = 33 * 1024 * 1024;

fn hash(argon2: &Argon2<'_>, password: &[u8], salt: &[u8]) -> Result<String, KeeperError> {
    let broken = |reason: String| KeeperError::Broken(reason);
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).map_err(|e| broken(e.to_string()))?,
        salt: Some(Salt::new(salt).map_err(|e| broken(e.to_string()))?),
        hash: Some(digest(argon2, password, salt)?),
    };
    Ok(hash.to_string())
}

/// Whether `stored` was made of `password`, at whatever cost it was made; compared in constant time.
fn matches(password: &[u8], stored: &PasswordHash) -> Result<bool, KeeperError> {
    let broken = |reason: String| KeeperError::Broken(reason);
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(broken("a stored hash has no salt or no digest".to_owned()));
    };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(|e| broken(e.to_string()))?;
    let version =
        stored.version.map_or(Ok(Version::default()), Version::try_from).map_err(|e| broken(e.to_string()))?;
    let params = Params::try_from(stored).map_err(|e| broken(e.to_string()))?;
    Ok(digest(&Argon2::new(algorithm, version, params), password, salt)? == *expected)
}

fn digest(argon2: &Argon2<'_>, password: &[u8], salt: &[u8]) -> Result<Output, KeeperError> {
    let broken = |reason: String| KeeperError::Broken(reason);
    let blocks = argon2.params().block_count();
    let mut memory: Vec<Block> = Vec::with_capacity(blocks.max(GIVEN_BACK_BYTES.div_ceil(Block::SIZE)));
    memory.resize(blocks, Block::new());
    let mut out = [0; Output::MAX_LENGTH];
    let length = argon2.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let out = out.get_mut(..length).ok_or_else(|| broken("the digest is too long".to_owned()))?;
    argon2.hash_password_into_with_memory(password, salt, out, &mut memory).map_err(|e| broken(e.to_string()))?;
    Output::new(out).map_err(|e| broken(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::TestClock;

    fn world() -> World {
        World::fixed(TestClock::default(), 1)
    }

    #[tokio::test]
    async fn the_right_password_is_right_even_with_the_input_method_on() {
        let keeper = Keeper::new(Cost::LEAST, 2).unwrap();
        let stored = keeper.hash(&world(), &Password::chosen("correct horse 7", "x").unwrap()).await.unwrap();
        assert!(stored.as_str().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        for (typed, right) in
            [("correct horse 7", true), ("ｃｏｒｒｅｃｔ ｈｏｒｓｅ ７", true), ("Correct horse 7", false)]
        {
            let verdict = keeper.verify(&Password::typed(typed).unwrap(), Some(stored.as_str())).await.unwrap();
            assert_eq!(verdict, Verdict { right, outdated: false }, "{typed}");
        }
    }

    /// A test vector of the reference implementation.
    #[tokio::test]
    async fn a_hash_of_another_program_is_read() {
        let stored = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let keeper = Keeper::new(Cost::LEAST, 1).unwrap();
        for (typed, right) in [("password", true), ("Password", false)] {
            let verdict = keeper.verify(&Password::typed(typed).unwrap(), Some(stored)).await.unwrap();
            assert_eq!(verdict, Verdict { right, outdated: true }, "{typed}");
        }
    }

    /// Resident memory that belongs to nobody else, in MiB.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn own_mib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[tokio::test(flavor = "multi_thread")]
    async fn hashing_gives_its_memory_back() {
        let keeper = Keeper::new(Cost::OWASP, 2).unwrap();
        let (world, passwords) = (world(), ["one", "two"].map(|it| Password::typed(it).unwrap()));
        let before = own_mib();
        for _ in 0..4 {
            let (one, other) = tokio::join!(keeper.hash(&world, &passwords[0]), keeper.hash(&world, &passwords[1]));
            assert_ne!(one.unwrap(), other.unwrap());
        }
        assert!(own_mib() < before + 15, "{} MiB before, {} MiB after", before, own_mib());
    }

    #[tokio::test]
    async fn nobody_has_no_password_not_even_the_stand_in() {
        let keeper = Keeper::new(Cost::LEAST, 2).unwrap();
        let verdict = keeper.verify(&Password::typed("nobody").unwrap(), None).await.unwrap();
        assert!(!verdict.right);
    }

    #[tokio::test]
    async fn another_cost_is_outdated_but_right() {
        let old = Keeper::new(Cost::LEAST, 1).unwrap();
        let new = Keeper::new(Cost { memory_kib: 16, ..Cost::LEAST }, 1).unwrap();
        let password = Password::typed("correct horse 7").unwrap();
        let stored = old.hash(&world(), &password).await.unwrap();
        assert_eq!(
            new.verify(&password, Some(stored.as_str())).await.unwrap(),
            Verdict { right: true, outdated: true }
        );
        assert!(matches!(new.verify(&password, Some("broken")).await, Err(KeeperError::Broken(_))));
    }

    #[tokio::test]
    async fn a_crowd_is_turned_away_and_not_queued_for_ever() {
        let keeper = Keeper::new(Cost { memory_kib: 1024, ..Cost::LEAST }, 1).unwrap();
        let password = Password::typed("correct horse 7").unwrap();
        let crowd = (0..QUEUE_PER_RUNNER + 20).map(|_| {
            let (keeper, password) = (keeper.clone(), password.clone());
            tokio::spawn(async move { keeper.verify(&password, None).await })
        });
        let mut busy = 0;
        for one in crowd.collect::<Vec<_>>() {
            busy += usize::from(matches!(one.await.unwrap(), Err(KeeperError::Busy)));
        }
        assert!((1..=20).contains(&busy), "{busy} were turned away");
        assert!(!keeper.verify(&password, None).await.unwrap().right, "afterwards there is room again");
    }
}
