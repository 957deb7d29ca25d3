//! Secrets that are handed out once and kept only as digests: session tokens, one-time codes, first passwords.

use kernel::World;
use sha2::{Digest, Sha256};

/// Letters and digits that are not mistaken for one another on paper: no 0/O, 1/I/L, U/V is only V.
const LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A bearer token of 256 bits. It is shown to the browser once; the database has its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    pub(crate) fn new(world: &World) -> Self {
        Self(world.bytes())
    }

    /// The token a browser sent back, if it has the shape of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The text for a cookie: 43 letters.
    #[must_use]
    pub fn reveal(&self) -> String {
        data_encoding::BASE64URL_NOPAD.encode(&self.0)
    }

    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Groups of four letters drawn evenly from [`LETTERS`], as `ABCD-EFGH-…`.
pub(crate) fn letters(world: &World, groups: usize) -> String {
    let mut text = String::with_capacity(groups * 5);
    for group in 0..groups {
        if group > 0 {
            text.push('-');
        }
        for _ in 0..4 {
            text.push(letter(world));
        }
    }
    text
}

fn letter(world: &World) -> char {
    loop {
        let [byte] = world.bytes::<1>();
        // Bytes from 240 on would make some letters likelier; they are drawn again.
        if let Some(letter) = (byte < 240).then(|| LETTERS.get(usize::from(byte) % LETTERS.len())).flatten() {
            return char::from(*letter);
        }
    }
}

/// Groups of letters in a printed one-time code: 12 letters, 58 bits, behind a rate limit.
const CODE_GROUPS: usize = 3;

/// A printed one-time code.
pub(crate) fn one_time_code(world: &World) -> String {
    letters(world, CODE_GROUPS)
}

/// What is kept of a one-time code; salted by the person, so equal codes of two people do not look equal.
/// Nothing if the text cannot be a code.
pub(crate) fn code_digest(person: crate::PersonId, typed: &str) -> Option<[u8; 32]> {
    let letters: String =
        kernel::text::nfkc(typed).to_uppercase().chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let plausible = letters.len() == CODE_GROUPS * 4 && letters.bytes().all(|b| LETTERS.contains(&b));
    plausible.then(|| {
        let mut hasher = Sha256::new();
        hasher.update(b"one-time code\0");
        hasher.update(person.uuid().as_bytes());
        hasher.update(letters.as_bytes());
        hasher.finalize().into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::TestClock;

    fn world() -> World {
        World::fixed(TestClock::default(), 7)
    }

    #[test]
    fn a_token_survives_the_cookie_and_hides_in_logs() {
        let token = Token::new(&world());
        assert_eq!(token.reveal().len(), 43);
        assert_eq!(Token::parse(&token.reveal()), Some(token.clone()));
        assert_eq!(format!("{token:?}"), "Token(…)");
        for wrong in ["", "abc", &format!("{}A", token.reveal()), "あいうえお"] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn codes_are_typed_as_people_type() {
        let world = world();
        let person = world.id();
        let code = one_time_code(&world);
        assert_eq!(code.len(), 14);
        let kept = code_digest(person, &code).unwrap();
        assert_eq!(code_digest(person, &code.to_lowercase().replace('-', " ")), Some(kept));
        assert_eq!(code_digest(person, &code.replace('-', "")), Some(kept));
        assert_ne!(code_digest(world.id(), &code), Some(kept), "the same code of another person has another digest");
        assert_eq!(code_digest(person, "2345-6789"), None);
        assert_eq!(code_digest(person, "0000-0000-0000"), None);
    }

    #[test]
    fn letters_are_drawn_evenly() {
        let world = world();
        let mut counts = [0_u32; 30];
        for _ in 0..30_000 {
            let letter = letter(&world);
            counts[LETTERS.iter().position(|l| char::from(*l) == letter).unwrap()] += 1;
        }
        assert!(counts.iter().all(|n| (800..1200).contains(n)), "{counts:?}");
    }
}
