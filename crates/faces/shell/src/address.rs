//! Where a request came from and where we are: public address, trusted proxies, the caller's address.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::HeaderMap;

/// The address under which browsers reach this server: `https://city.example.jp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
    loopback: bool,
}

/// Why a text is no public address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("「{0}」 is not an address like https://city.example.jp (scheme, host and port only, no path)")]
pub struct BadUrl(String);

impl FromStr for PublicUrl {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        let bad = || BadUrl(text.to_owned());
        let uri: http::Uri = text.trim().trim_end_matches('/').parse().map_err(|_| bad())?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(bad()),
        };
        let authority = uri.authority().ok_or_else(bad)?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@') {
            return Err(bad());
        }
        let host = authority.host().to_ascii_lowercase();
        let port = match (authority.port_u16(), https) {
            (Some(443), true) | (Some(80), false) | (None, _) => String::new(),
            (Some(port), _) => format!(":{port}"),
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let loopback = bare == "localhost"
            || bare.ends_with(".localhost")
            || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let scheme = if https { "https" } else { "http" };
        Ok(Self { origin: format!("{scheme}://{host}{port}"), https, loopback })
    }
}

impl PublicUrl {
    /// Scheme, host and port, without a slash at the end; what a browser sends as `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone, without port: `city.example.jp`.
    pub fn host(&self) -> &str {
        let rest = self.origin.split_once("://").map_or("", |(_, rest)| rest);
        match rest.split_once(']') {
            Some((v6, _)) => v6.trim_start_matches('['),
            None => rest.split(':').next().unwrap_or(""),
        }
    }

    /// Reached over https?
    pub fn https(&self) -> bool {
        self.https
    }

    /// May a browser keep a Secure cookie from here: https, or this very machine.
    pub fn trustworthy(&self) -> bool {
        self.https || self.loopback
    }

    /// The full address of a path that begins with `/`.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Is `origin` (as a browser sent it) this address, or the host the request itself was sent to?
    ///
    /// The second half lets `http://localhost:8080` work when the configured address is
    /// `http://127.0.0.1:8080`; a page elsewhere cannot choose the Host its visitor's browser sends.
    pub fn is_same(&self, origin: &str, host: Option<&str>) -> bool {
        if origin.eq_ignore_ascii_case(&self.origin) {
            return true;
        }
        let Some((scheme, rest)) = origin.split_once("://") else {
            return false;
        };
        if self.https && scheme != "https" {
            return false;
        }
        host.is_some_and(|host| host.eq_ignore_ascii_case(rest))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// A block of addresses: `10.0.0.0/8`, `::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    base: u128,
    bits: u8,
    v4: bool,
}

/// Why a text is no block of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("「{0}」 is not an address or a block like 10.0.0.0/8")]
pub struct BadBlock(String);

fn number(ip: IpAddr) -> (u128, bool) {
    match ip.to_canonical() {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), true),
        IpAddr::V6(v6) => (u128::from(v6), false),
    }
}

impl FromStr for Block {
    type Err = BadBlock;

    fn from_str(text: &str) -> Result<Self, BadBlock> {
        let bad = || BadBlock(text.to_owned());
        let (ip, bits) = match text.trim().split_once('/') {
            Some((ip, bits)) => (ip, Some(bits.parse::<u8>().map_err(|_| bad())?)),
            None => (text.trim(), None),
        };
        let (base, v4) = number(ip.parse().map_err(|_| bad())?);
        let width = if v4 { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        if bits > width {
            return Err(bad());
        }
        Ok(Self { base, bits, v4 })
    }
}

impl Block {
    /// Does the block hold this address?
    pub fn contains(&self, ip: IpAddr) -> bool {
        let (value, v4) = number(ip);
        if v4 != self.v4 {
            return false;
        }
        let width: u32 = if v4 { 32 } else { 128 };
        let shift = width - u32::from(self.bits);
        let cut = |n: u128| n.checked_shr(shift).unwrap_or(0);
        cut(value) == cut(self.base)
    }
}

/// Who counts as one caller: a household or office has one IPv4 address, or 64 bits of IPv6.
pub(crate) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) & !u128::from(u64::MAX)).to_be_bytes()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The caller's own address: the connection's, or, when that is a trusted proxy,
/// the last address in `X-Forwarded-For` that is not itself one.
pub fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[Block]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|block| block.contains(ip));
    if !is_trusted(peer) {
        return peer.to_canonical();
    }
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let mut nearest = peer;
    for text in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Ok(ip) = text.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = ip;
        if !is_trusted(ip) {
            break;
        }
    }
    nearest.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PublicUrl {
        text.parse().unwrap()
    }

    #[test]
    fn public_addresses() {
        assert_eq!(url("https://City.Example.jp:443/").origin(), "https://city.example.jp");
        assert_eq!(url("http://[::1]:8080").origin(), "http://[::1]:8080");
        assert_eq!(url("http://[::1]:8080").host(), "::1");
        assert_eq!(url("https://city.example.jp:8443").host(), "city.example.jp");
        assert!(url("http://[::1]:8080").trustworthy());
        assert!(url("http://127.0.0.1").trustworthy());
        assert!(!url("http://192.168.1.2").trustworthy());
        assert!(!url("http://localhost.example.jp").trustworthy());
        for bad in ["city", "ftp://x", "https://x/path", "https://u@x", "https://x?a", ""] {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn same_origin() {
        let here = url("https://city.example.jp");
        assert!(here.is_same("https://city.example.jp", None));
        assert!(!here.is_same("https://evil.example", Some("city.example.jp")));
        assert!(!here.is_same("null", Some("null")));
        // A stripped-down http page in the same network must not speak for the https site.
        assert!(!here.is_same("http://city.example.jp", Some("city.example.jp")));
        let local = url("http://127.0.0.1:8080");
        assert!(local.is_same("http://localhost:8080", Some("localhost:8080")));
        assert!(!local.is_same("http://localhost:9999", Some("localhost:8080")));
    }

    #[test]
    fn blocks() {
        let block: Block = "10.0.0.0/8".parse().unwrap();
        assert!(block.contains("10.200.1.1".parse().unwrap()));
        assert!(block.contains("::ffff:10.0.0.1".parse().unwrap()));
        assert!(!block.contains("11.0.0.1".parse().unwrap()));
        let all: Block = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("1.2.3.4".parse().unwrap()));
        assert!(!all.contains("::1".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Block>().is_err());
        let one: Block = "::1".parse().unwrap();
        assert!(one.contains("::1".parse().unwrap()) && !one.contains("::2".parse().unwrap()));
    }

    #[test]
    fn forwarded_addresses_count_only_through_trusted_proxies() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.0.0.2".parse().unwrap());
        let trusted: Vec<Block> = vec!["10.0.0.0/8".parse().unwrap()];
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(caller(ip("10.0.0.1"), &headers, &trusted), ip("203.0.113.9"));
        assert_eq!(caller(ip("198.51.100.1"), &headers, &trusted), ip("198.51.100.1"));
        assert_eq!(caller(ip("10.0.0.1"), &headers, &[]), ip("10.0.0.1"));
        headers.insert("x-forwarded-for", "nonsense".parse().unwrap());
        assert_eq!(caller(ip("10.0.0.1"), &headers, &trusted), ip("10.0.0.1"));
    }
}
