//! The headers every answer carries, errors and files included.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::address::PublicUrl;
use crate::route::{Kind, Route};

/// How long others may keep an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Nobody keeps it: personal, or for staff.
    NoStore,
    /// The reader's own browser keeps it and asks each time whether it changed.
    Ask,
    /// Anybody keeps it for so many seconds.
    Public(u32),
    /// Its address changes when it does.
    Forever,
}

impl Cache {
    /// The `Cache-Control` value.
    pub fn header(self) -> HeaderValue {
        match self {
            Self::NoStore => HeaderValue::from_static("no-store"),
            Self::Ask => HeaderValue::from_static("private, no-cache"),
            Self::Public(seconds) => HeaderValue::from_str(&format!("public, max-age={seconds}"))
                .unwrap_or(HeaderValue::from_static("no-cache")),
            Self::Forever => HeaderValue::from_static("public, max-age=31536000, immutable"),
        }
    }

    /// What a route's answers get when the handler says nothing.
    pub fn of(route: &Route) -> Self {
        match route.kind {
            _ if route.is_personal() => Self::NoStore,
            Kind::Page | Kind::File => Self::Ask,
            Kind::Form | Kind::Api | Kind::Live => Self::NoStore,
        }
    }
}

/// The fixed part of every answer's headers, made once.
#[derive(Debug, Clone)]
pub(crate) struct Fixed(Vec<(HeaderName, HeaderValue)>);

const FEATURES_OFF: &str = "accelerometer=(), autoplay=(self), browsing-topics=(), camera=(), \
    display-capture=(), fullscreen=(self), geolocation=(self), gyroscope=(), hid=(), \
    idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    publickey-credentials-get=(self), serial=(), usb=(), xr-spatial-tracking=()";

impl Fixed {
    /// `tiles` is the address of a map tile server, when the city uses one.
    pub(crate) fn new(public: &PublicUrl, tiles: Option<&str>) -> Self {
        let tiles_source = tiles.map(|url| format!(" {url}")).unwrap_or_default();
        let mut policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; worker-src 'self'; \
             img-src 'self' data: blob:{tiles_source}; connect-src 'self'{tiles_source}; media-src 'self'; \
             manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        if public.https() {
            policy.push_str("; upgrade-insecure-requests");
        }
        let mut lines: Vec<(HeaderName, HeaderValue)> = vec![
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(FEATURES_OFF)),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
            (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
        ];
        if let Ok(value) = HeaderValue::from_str(&policy) {
            lines.push((header::CONTENT_SECURITY_POLICY, value));
        }
        if tiles.is_none() {
            // Nothing comes from elsewhere, so nothing from elsewhere may be embedded.
            lines.push((
                HeaderName::from_static("cross-origin-embedder-policy"),
                HeaderValue::from_static("require-corp"),
            ));
        }
        if public.https() {
            lines.push((header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")));
        }
        Self(lines)
    }

    /// Writes the fixed headers over whatever the answer has.
    pub(crate) fn put(&self, headers: &mut HeaderMap) {
        headers.reserve(self.0.len() + 6);
        for (name, value) in &self.0 {
            headers.insert(name, value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_adds_transport_security_and_tiles_are_named() {
        let mut plain = HeaderMap::new();
        Fixed::new(&"http://127.0.0.1:8080".parse().unwrap(), None).put(&mut plain);
        assert!(plain.get(header::STRICT_TRANSPORT_SECURITY).is_none());
        let policy = plain[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"));
        assert!(!policy.contains("unsafe") && !policy.contains("nonce"));
        let mut tls = HeaderMap::new();
        Fixed::new(&"https://x.jp".parse().unwrap(), Some("https://tiles.example")).put(&mut tls);
        assert!(tls.contains_key(header::STRICT_TRANSPORT_SECURITY));
        let policy = tls[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("connect-src 'self' https://tiles.example"));
        assert!(!tls.contains_key("cross-origin-embedder-policy"));
    }
}
