//! Whether an unsafe request was sent by our own page: the browser's own word, no tokens.

use http::{HeaderMap, Method, header};

use crate::address::PublicUrl;
use crate::route::{Kind, Side};

/// What the guard needs to know about the route and the caller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) side: Side,
    pub(crate) kind: Kind,
    pub(crate) has_session: bool,
}

/// May this request go on?
///
/// 1. A safe method always (it changes nothing).
/// 2. `Sec-Fetch-Site`, sent by every browser of the last years over https and on loopback, decides.
/// 3. Else `Origin` must be ours. Browsers write `null` there because our pages ask for
///    `no-referrer`; an old browser therefore passes with `null` where no cookie of ours gives the
///    request any power (a page elsewhere gains nothing it could not send itself).
/// 4. Neither header and no session cookie is not a browser: allowed on the machine addresses only.
pub(crate) fn allowed(asked: Asked<'_>, headers: &HeaderMap, here: &PublicUrl) -> bool {
    if matches!(*asked.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    match text("origin") {
        Some("null") => asked.kind == Kind::Form && asked.side != Side::Staff && !asked.has_session,
        Some(origin) => here.is_same(origin, host),
        None => !asked.has_session && for_machines(asked.path),
    }
}

/// Addresses meant for programs, not for browsers.
pub(crate) fn for_machines(path: &str) -> bool {
    ["/api/", "/open311/", "/hooks/"].iter().any(|prefix| path.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case {
        site: Option<&'static str>,
        origin: Option<&'static str>,
        path: &'static str,
        side: Side,
        kind: Kind,
        session: bool,
    }

    fn check(case: &Case, method: &Method) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "city.example.jp".parse().unwrap());
        if let Some(site) = case.site {
            headers.insert("sec-fetch-site", site.parse().unwrap());
        }
        if let Some(origin) = case.origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        let asked = Asked { method, path: case.path, side: case.side, kind: case.kind, has_session: case.session };
        allowed(asked, &headers, &"https://city.example.jp".parse().unwrap())
    }

    #[test]
    fn matrix() {
        let ours = Some("https://city.example.jp");
        let evil = Some("https://evil.example");
        let null = Some("null");
        let same = Some("same-origin");
        let form = ("/visits", Side::Public, Kind::Form);
        let staff = ("/staff/messages", Side::Staff, Kind::Form);
        let api = ("/api/v1/visits/bookings", Side::Public, Kind::Api);
        #[rustfmt::skip]
        let rows = [
            // site, origin, route, session cookie → allowed
            (same, ours, form, false, true),
            (same, null, form, false, true),
            (same, null, staff, true, true),
            (same, None, staff, true, true),
            (Some("none"), None, form, false, true),
            (Some("cross-site"), ours, form, false, false),
            (Some("cross-site"), None, api, false, false),
            (Some("same-site"), ours, staff, true, false),
            (Some("nonsense"), ours, staff, true, false),
            (None, ours, form, false, true),
            (None, ours, staff, true, true),
            (None, evil, form, false, false),
            (None, evil, api, false, false),
            (None, Some("http://city.example.jp"), form, false, false),
            (None, null, form, false, true),
            (None, null, form, true, false),
            (None, null, staff, false, false),
            (None, null, staff, true, false),
            (None, null, api, false, false),
            (None, None, form, false, false),
            (None, None, staff, false, false),
            (None, None, staff, true, false),
            (None, None, api, false, true),
            (None, None, api, true, false),
        ];
        for (i, (site, origin, (path, side, kind), session, want)) in rows.into_iter().enumerate() {
            let case = Case { site, origin, path, side, kind, session };
            for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
                assert_eq!(check(&case, &method), want, "row {i} {method}");
            }
            for method in [Method::GET, Method::HEAD] {
                assert!(check(&case, &method), "row {i} {method}");
            }
        }
    }
}
