//! Cookies: reading the few we know, writing them with every protection the address allows.

use http::{HeaderMap, HeaderValue, header};

/// The signed-in member of staff. `__Host-` binds it to this host, `/` and https (or loopback).
pub const SESSION: &str = "__Host-session";
/// The language a reader chose by hand.
pub const LANGUAGE: &str = "lang";
/// `1` when the reader asked for large text.
pub const LARGE_TEXT: &str = "large";

/// The value of the first cookie called `name`.
pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// What a choice of a reader is kept for.
pub(crate) const YEAR: Stay = Stay::Seconds(365 * 24 * 60 * 60);

/// How long a cookie stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// Until the browser closes.
    Session,
    /// For so many seconds.
    Seconds(u32),
    /// Not at all: delete it.
    Gone,
}

/// A `Set-Cookie` line: HttpOnly, SameSite=Lax, whole site; Secure when `secure`.
///
/// `None` when the value holds characters a cookie cannot carry.
pub fn write(name: &str, value: &str, stay: Stay, secure: bool) -> Option<HeaderValue> {
    let clean = |c: char| c.is_ascii_alphanumeric() || "-_.~:+/=".contains(c);
    if !value.chars().all(clean) {
        return None;
    }
    let mut line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax");
    if secure {
        line.push_str("; Secure");
    }
    match stay {
        Stay::Session => {}
        Stay::Seconds(seconds) => line.push_str(&format!("; Max-Age={seconds}")),
        Stay::Gone => line.push_str("; Max-Age=0"),
    }
    HeaderValue::from_str(&line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_among_others_and_takes_whole_names_only() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xlang=no; lang=easy;large=1"));
        headers.append(header::COOKIE, HeaderValue::from_static("other=2"));
        assert_eq!(read(&headers, LANGUAGE), Some("easy"));
        assert_eq!(read(&headers, LARGE_TEXT), Some("1"));
        assert_eq!(read(&headers, "other"), Some("2"));
        assert_eq!(read(&headers, "ang"), None);
    }

    #[test]
    fn writes_protected_and_refuses_to_be_split() {
        let line = write(SESSION, "abc", Stay::Session, true).unwrap();
        assert_eq!(line, "__Host-session=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert!(write(LANGUAGE, "ja; Domain=evil", Stay::Gone, false).is_none());
        assert_eq!(
            write(LANGUAGE, "en", Stay::Seconds(60), false).unwrap(),
            "lang=en; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"
        );
    }
}
