//! Passwords: which are taken, and the slow hashing of them, kept off the reactor and out of transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::World;
use tokio::sync::Semaphore;

/// Characters a new password must have. The second factor stands beside it, so length alone is asked:
/// no forced mixture of signs and no forced renewal.
pub const MIN_CHARS: usize = 12;
/// Characters a password may have. Hashing must not become a way to occupy the server.
pub const MAX_CHARS: usize = 128;

/// Beginnings that the guessing lists open with; a password made of one of them and a few signs is refused.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "pasuwado",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r",
    "1qaz2wsx",
    "iloveyou",
    "letmein",
    "welcome",
    "administrator",
    "admin",
    "sysadmin",
    "root",
    "changeme",
    "default",
    "secret",
    "yokogushi",
    "shiyakusho",
    "kuyakusho",
    "yakuba",
    "sakura",
    "reiwa",
    "heisei",
    "showa",
    "nippon",
    "japan",
    "tokyo",
    "test",
    "demo",
    "abc",
    "monkey",
    "dragon",
    "sunshine",
    "football",
    "baseball",
    "princess",
    "パスワード",
    "ぱすわーど",
    "しやくしょ",
];
/// Letters beyond a common beginning that still do not make a password, whatever digits and signs are among them.
const COMMON_TAIL: usize = 3;

/// A password as typed: NFKC, so that a left-on input method does not matter.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// The password in a sign-in form. Nothing when no account can have it.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        // Counted first: normalising is work too.
        if text.is_empty() || text.chars().take(MAX_CHARS * 4 + 1).count() > MAX_CHARS * 4 {
            return None;
        }
        let folded = kernel::text::nfkc(text);
        (folded.chars().count() <= MAX_CHARS).then_some(Self(folded))
    }

    /// A password somebody chooses for the account `login`.
    ///
    /// # Errors
    /// [`WeakPassword`], for the form.
    pub fn chosen(text: &str, login: &str) -> Result<Self, WeakPassword> {
        let password =
            Self::typed(text).ok_or(if text.is_empty() { WeakPassword::Short } else { WeakPassword::Long })?;
        let plain = password.0.to_lowercase();
        let chars = plain.chars().count();
        if chars < MIN_CHARS {
            return Err(WeakPassword::Short);
        }
        if plain.contains(char::is_control) {
            return Err(WeakPassword::Control);
        }
        let login = login.to_lowercase();
        if login.chars().count() >= 3 && plain.contains(&login) {
            return Err(WeakPassword::ContainsLogin);
        }
        let common = COMMON.iter().any(|word| {
            plain.strip_prefix(word).is_some_and(|tail| {
                tail.chars().filter(|c| c.is_alphabetic()).count() <= COMMON_TAIL
                    || COMMON.iter().any(|w| tail.starts_with(w))
            })
        });
        if common || few_signs(&plain) || is_run(&plain) {
            return Err(WeakPassword::Common);
        }
        Ok(password)
    }

    /// A first password for a slip of paper: 16 letters in groups of four.
    pub(crate) fn drawn(world: &World) -> (Self, String) {
        let text = crate::secret::letters(world, 4);
        (Self(text.clone()), text)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Fewer than five different signs.
fn few_signs(text: &str) -> bool {
    let mut signs: Vec<char> = text.chars().collect();
    signs.sort_unstable();
    signs.dedup();
    signs.len() < 5
}

/// Nearly every sign is the neighbour of the one before: 12345…, abcdef….
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| u32::from(c).into()).collect();
    let neighbours = codes.windows(2).filter(|pair| matches!(pair, [a, b] if (a - b).abs() <= 1)).count();
    neighbours * 4 >= (codes.len().saturating_sub(1)) * 3
}

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than [`MIN_CHARS`] characters.
    #[error("a password has at least {MIN_CHARS} characters")]
    Short,
    /// More than [`MAX_CHARS`] characters.
    #[error("a password has at most {MAX_CHARS} characters")]
    Long,
    /// A control character.
    #[error("a password has no control characters")]
    Control,
    /// The login is part of it.
    #[error("a password does not contain the login")]
    ContainsLogin,
    /// Among the first that are guessed.
    #[error("this password is among the first that are guessed")]
    Common,
    /// The same as before.
    #[error("this is the password you have")]
    Same,
}

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

/// Hashes passwords on the blocking pool, a few at a time: each takes [`Cost::memory_kib`] of memory.
#[derive(Clone)]
pub struct Keeper {
    inner: Arc<Inner>,
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
        let nobody = hash(&argon2, &Password("nobody".to_owned()), &[0; 16])?;
        let at_once = at_once.max(1);
        let inner = Inner {
            argon2,
            running: Semaphore::new(at_once),
            admitted: Semaphore::new(at_once * (QUEUE_PER_RUNNER + 1)),
            nobody,
            hashes: AtomicU64::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
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
        self.slowly(move |inner| hash(&inner.argon2, &password, &salt)).await.map(Hashed)
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
            let right = inner.argon2.verify_password(password.0.as_bytes(), &parsed).is_ok();
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

fn hash(argon2: &Argon2<'_>, password: &Password, salt: &[u8]) -> Result<String, KeeperError> {
    let hash: PasswordHash =
        argon2.hash_password_with_salt(password.0.as_bytes(), salt).map_err(|e| KeeperError::Broken(e.to_string()))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::TestClock;

    fn world() -> World {
        World::fixed(TestClock::default(), 1)
    }

    #[test]
    fn weak_passwords_are_refused_with_their_reason() {
        use WeakPassword as W;
        for (text, reason) in [
            ("", W::Short),
            ("short pass", W::Short),
            ("password1234", W::Common),
            ("P@ssw0rd2026!", W::Common),
            ("adminadminadmin", W::Common),
            ("reiwa8nen1122", W::Common),
            ("aaaaaaaaaaaaa", W::Common),
            ("ababababababab", W::Common),
            ("1234567890123", W::Common),
            ("abcdefghijklmn", W::Common),
            ("my name is Sato!", W::ContainsLogin),
            ("a bell\u{7} in the tower", W::Control),
        ] {
            assert_eq!(Password::chosen(text, "sato").unwrap_err(), reason, "{text}");
        }
        assert_eq!(Password::chosen(&"あ".repeat(129), "sato").unwrap_err(), W::Long);
    }

    #[test]
    fn good_passwords_are_taken_in_any_script() {
        for text in
            ["correct horse battery", "うみと やまの あいだの 町", "K7#pq.vv2-Lm9", "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ"]
        {
            assert!(Password::chosen(text, "sato").is_ok(), "{text}");
        }
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
