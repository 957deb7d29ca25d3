//! Passwords: which are taken.

use kernel::World;

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

    /// What is hashed.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
