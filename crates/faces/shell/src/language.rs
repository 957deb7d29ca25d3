//! Which language a reader gets.

use http::{HeaderMap, header};
use kernel::locale::Locale;

use crate::cookies;

/// The language for a request: the address (`?lang=en`), the reader's choice (cookie), the browser's list.
pub(crate) fn of(query: Option<&str>, headers: &HeaderMap) -> Locale {
    asked(query)
        .or_else(|| cookies::read(headers, cookies::LANGUAGE).and_then(Locale::from_code))
        .unwrap_or_else(|| listed(headers))
}

/// The language named in the address.
pub(crate) fn asked(query: Option<&str>) -> Option<Locale> {
    query?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Locale::from_code)
}

/// The browser's list, best first. A reader who lists neither Japanese nor English is likely to
/// live here and to read easy Japanese better than official Japanese.
fn listed(headers: &HeaderMap) -> Locale {
    let Some(line) = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
        return Locale::Ja;
    };
    let mut best: Option<(u32, Locale)> = None;
    let mut others = false;
    for part in line.split(',').take(20) {
        let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
        let quality = rest
            .trim()
            .strip_prefix("q=")
            .map_or(1000, |q| q.trim().parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0).round() as u32));
        if quality == 0 {
            continue;
        }
        let tag = tag.trim().to_ascii_lowercase();
        let locale = match tag.split('-').next() {
            Some("ja" | "*") => Locale::Ja,
            Some("en") => Locale::En,
            Some("") | None => continue,
            Some(other) => {
                others |= other.bytes().all(|byte| byte.is_ascii_alphabetic());
                continue;
            }
        };
        if best.is_none_or(|(before, _)| quality > before) {
            best = Some((quality, locale));
        }
    }
    match best {
        Some((_, locale)) => locale,
        None if others => Locale::Easy,
        None => Locale::Ja,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(list: &str, cookie: &str, query: &str) -> Locale {
        let mut headers = HeaderMap::new();
        if !list.is_empty() {
            headers.insert(header::ACCEPT_LANGUAGE, list.parse().unwrap());
        }
        if !cookie.is_empty() {
            headers.insert(header::COOKIE, cookie.parse().unwrap());
        }
        of(Some(query), &headers)
    }

    #[test]
    fn the_address_then_the_choice_then_the_browser() {
        assert_eq!(with("en", "lang=ja", "a=1&lang=easy"), Locale::Easy);
        assert_eq!(with("en", "lang=ja", ""), Locale::Ja);
        assert_eq!(with("en", "lang=xx", "lang=yy"), Locale::En);
        assert_eq!(with("en-GB;q=0.8, ja;q=0.9", "", ""), Locale::Ja);
        assert_eq!(with("pt-BR,pt;q=0.9,en-US;q=0.8", "", ""), Locale::En);
        assert_eq!(with("vi", "", ""), Locale::Easy);
        assert_eq!(with("vi, *;q=0.1", "", ""), Locale::Ja);
        assert_eq!(with("", "", ""), Locale::Ja);
        assert_eq!(with("en;q=0", "", ""), Locale::Ja);
        assert_eq!(with(";;,,q=", "", ""), Locale::Ja);
    }
}
