//! Compression of text answers that are whole in memory.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, header};

/// Below this a packet is a packet.
pub(crate) const SMALLEST: usize = 1024;

/// Does the caller take gzip?
pub(crate) fn accepted(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|part| {
            let (name, rest) = part.split_once(';').unwrap_or((part, ""));
            let refused = rest.trim().strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.', ' ']).is_empty());
            name.trim().eq_ignore_ascii_case("gzip") && !refused
        })
}

/// Is this content worth compressing?
pub(crate) fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    (kind.starts_with("text/") && kind != "text/event-stream")
        || kind.ends_with("json")
        || kind.ends_with("xml")
        || kind.ends_with("javascript")
}

/// The compressed bytes, or none when that fails or gains nothing.
pub(crate) fn pack(plain: &[u8], level: u32) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::new(level));
    encoder.write_all(plain).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < plain.len()).then(|| packed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(line: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, line.parse().unwrap());
        accepted(&headers)
    }

    #[test]
    fn reads_what_is_accepted() {
        assert!(accepts("deflate, GZIP"));
        assert!(accepts("gzip;q=0.5"));
        assert!(!accepts("gzip;q=0"));
        assert!(!accepts("br"));
    }

    #[test]
    fn packs_and_unpacks() {
        use std::io::Read;
        let text = "窓口の予約 ".repeat(200);
        let packed = pack(text.as_bytes(), 5).unwrap();
        let mut back = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
        assert!(pack(b"a", 5).is_none());
    }
}
