//! Time-based one-time passwords (RFC 6238 over RFC 4226): six digits, 30 seconds, SHA-1 as every app expects.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Seconds a code is shown.
pub const STEP_SECONDS: i64 = 30;
/// Digits of a code.
pub const DIGITS: u32 = 6;
/// Bytes of a secret: as many as SHA-1 gives (RFC 4226 §4, R6).
pub const SECRET_BYTES: usize = 20;
/// Steps a clock may be off, either way.
const DRIFT: i64 = 1;

/// The time step of a moment given in seconds since 1970.
#[must_use]
pub fn step_at(seconds: i64) -> i64 {
    seconds.div_euclid(STEP_SECONDS)
}

/// The code of a step.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> u32 {
    truncated(secret, step) % 10_u32.pow(DIGITS)
}

fn truncated(secret: &[u8], step: i64) -> u32 {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length; a made-up code instead would be a hole")]
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(secret).expect("a key of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last().copied().unwrap_or(0) & 0xf);
    let word = digest.iter().skip(offset).take(4).fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    word & 0x7fff_ffff
}

/// A code as a person typed it: six digits, spaces and full-width digits forgiven.
#[must_use]
pub fn parse(typed: &str) -> Option<u32> {
    let folded = kernel::text::nfkc(typed);
    let digits: String = folded.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (digits.len() == DIGITS as usize && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// The step for which `typed` is right, if any: now or one step to either side, and after `last_step`.
///
/// The caller still has to take the step by a conditional UPDATE; only that refuses a replay.
#[must_use]
pub fn matching_step(secret: &[u8], typed: u32, seconds: i64, last_step: i64) -> Option<i64> {
    let now = step_at(seconds);
    // All three are computed whatever matches, so that the answer takes the same time.
    let mut found = None;
    for step in now - DRIFT..=now + DRIFT {
        if code(secret, step) == typed && step > last_step && found.is_none() {
            found = Some(step);
        }
    }
    found
}

/// The secret as an app reads it and a person can type it.
#[must_use]
pub fn base32(secret: &[u8]) -> String {
    data_encoding::BASE32_NOPAD.encode(secret)
}

/// The address a QR code carries to an authenticator app. `issuer` is the city's name.
#[must_use]
pub fn address(issuer: &str, login: &str, secret: &[u8]) -> String {
    let issuer = percent(issuer);
    format!(
        "otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        percent(login),
        base32(secret)
    )
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte.into());
        } else {
            out.push('%');
            out.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238 appendix B, the SHA-1 rows: time in seconds, eight digits.
    #[test]
    fn rfc_6238_vectors() {
        for (seconds, eight) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(truncated(RFC_SECRET, step_at(seconds)) % 100_000_000, eight, "at {seconds}");
            assert_eq!(code(RFC_SECRET, step_at(seconds)), eight % 1_000_000, "at {seconds}");
        }
    }

    /// RFC 4226 appendix D: the first ten counters.
    #[test]
    fn rfc_4226_vectors() {
        let expected = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (counter, wanted) in (0..).zip(expected) {
            assert_eq!(code(RFC_SECRET, counter), wanted);
        }
    }

    #[test]
    fn one_step_of_drift_and_no_more() {
        let now = 1_000_000_020;
        for (drift, ok) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let typed = code(RFC_SECRET, step_at(now + drift));
            assert_eq!(matching_step(RFC_SECRET, typed, now, -1).is_some(), ok, "drift {drift}");
        }
    }

    #[test]
    fn a_used_step_is_not_found_again() {
        let now = 1_000_000_020;
        let step = step_at(now);
        let typed = code(RFC_SECRET, step);
        assert_eq!(matching_step(RFC_SECRET, typed, now, step - 1), Some(step));
        assert_eq!(matching_step(RFC_SECRET, typed, now, step), None);
    }

    #[test]
    fn typing_is_forgiven_but_not_guessed() {
        assert_eq!(parse(" 012 345 "), Some(12_345));
        assert_eq!(parse("０１２３４５"), Some(12_345));
        assert_eq!(parse("012-345"), Some(12_345));
        for wrong in ["", "12345", "1234567", "12a456", "+12345", "१२३४५६"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_names_the_city_and_the_login() {
        let address = address("川並市", "sato", RFC_SECRET);
        assert!(
            address.starts_with(
                "otpauth://totp/%E5%B7%9D%E4%B8%A6%E5%B8%82:sato?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&"
            )
        );
    }
}
