//! Pages kept as bytes until what they show changes: rendered once, packed once, served many times.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::time::Instant;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::gzip;
use crate::headers::Cache;
use crate::refusal::Refusal;

/// More variants than this are forgotten together: nobody may fill our memory by asking.
const VARIANTS: usize = 2_000;

/// The bytes of one answer.
#[derive(Debug)]
pub struct Kept {
    plain: Bytes,
    packed: Option<Bytes>,
    tag: HeaderValue,
    content_type: HeaderValue,
}

impl Kept {
    /// Keeps a whole answer.
    pub fn new(content_type: &'static str, plain: impl Into<Bytes>) -> Self {
        let plain = plain.into();
        let digest = HEXLOWER.encode(&Sha256::digest(&plain)[..12]);
        Self {
            packed: (plain.len() >= gzip::SMALLEST).then(|| gzip::pack(&plain, 6)).flatten(),
            tag: HeaderValue::from_str(&format!("W/\"{digest}\"")).unwrap_or(HeaderValue::from_static("W/\"0\"")),
            content_type: HeaderValue::from_static(content_type),
            plain,
        }
    }

    /// Keeps a page.
    ///
    /// # Errors
    /// When the template fails.
    pub fn page<T: askama::Template>(page: &T) -> Result<Self, Refusal> {
        Ok(Self::new("text/html; charset=utf-8", page.render()?))
    }

    /// The answer for a caller with these headers: 304, packed or plain.
    pub fn answer(&self, asked: &HeaderMap, cache: Cache) -> Response {
        let known = asked
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .any(|tag| tag.trim() == "*" || self.tag.to_str().is_ok_and(|ours| tag.trim() == ours));
        let mut response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let packed = self.packed.as_ref().filter(|_| gzip::accepted(asked));
            let mut response = Response::new(Body::from(packed.unwrap_or(&self.plain).clone()));
            response.headers_mut().insert(header::CONTENT_TYPE, self.content_type.clone());
            if packed.is_some() {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.tag.clone());
        headers.insert(header::CACHE_CONTROL, cache.header());
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language, Cookie"));
        response
    }
}

struct Entry {
    version: u64,
    made: Instant,
    kept: Arc<Kept>,
}

/// One variant; only one task makes it at a time, the others wait for that one.
#[derive(Default)]
struct Variant {
    entry: Mutex<Option<Entry>>,
    making: tokio::sync::Mutex<()>,
}

impl Variant {
    fn fresh(&self, version: u64, now: Instant, at_most: Duration) -> Option<Arc<Kept>> {
        let entry = self.entry.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entry.as_ref()?;
        let age = now.micros().saturating_sub(entry.made.micros());
        let limit = i64::try_from(at_most.as_micros()).unwrap_or(i64::MAX);
        (entry.version >= version && (0..limit).contains(&age)).then(|| Arc::clone(&entry.kept))
    }
}

/// A page (or JSON answer) in its variants. One `static` or one field per page.
///
/// The key must name everything the bytes depend on (language, text size, parameters) and the page
/// must hold nothing of one person.
#[derive(Default)]
pub struct CachedPage {
    variants: Mutex<HashMap<String, Arc<Variant>>>,
}

impl CachedPage {
    /// The bytes for `key`, made by `make` when a topic changed or they are older than `at_most`.
    ///
    /// The version is read before `make` runs: a change during it makes the bytes old at once.
    ///
    /// # Errors
    /// Those of `make`.
    pub async fn get(
        &self,
        app: &App,
        key: &str,
        topics: &[&str],
        at_most: Duration,
        make: impl AsyncFnOnce() -> Result<Kept, Refusal>,
    ) -> Result<Arc<Kept>, Refusal> {
        let variant = self.variant(key);
        if let Some(kept) = variant.fresh(app.version(topics), app.world.now(), at_most) {
            return Ok(kept);
        }
        let _making = variant.making.lock().await;
        let (version, now) = (app.version(topics), app.world.now());
        if let Some(kept) = variant.fresh(version, now, at_most) {
            return Ok(kept);
        }
        let kept = Arc::new(make().await?);
        let entry = Entry { version, made: now, kept: Arc::clone(&kept) };
        *variant.entry.lock().unwrap_or_else(PoisonError::into_inner) = Some(entry);
        Ok(kept)
    }

    fn variant(&self, key: &str) -> Arc<Variant> {
        let mut variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(variant) = variants.get(key) {
            return Arc::clone(variant);
        }
        if variants.len() >= VARIANTS {
            variants.clear();
        }
        Arc::clone(variants.entry(key.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_by_what_the_caller_has_and_takes() {
        let kept = Kept::new("text/html; charset=utf-8", "あ".repeat(1000));
        let mut asked = HeaderMap::new();
        let plain = kept.answer(&asked, Cache::Ask);
        assert!(plain.headers().get(header::CONTENT_ENCODING).is_none());
        let tag = plain.headers()[header::ETAG].clone();
        asked.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(kept.answer(&asked, Cache::Ask).headers()[header::CONTENT_ENCODING], "gzip");
        asked.insert(header::IF_NONE_MATCH, tag);
        let not = kept.answer(&asked, Cache::Ask);
        assert_eq!(not.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(not.headers()[header::CACHE_CONTROL], "private, no-cache");
    }

    #[test]
    fn a_page_is_made_once_for_all_who_wait_and_anew_after_a_change() {
        store::testing::on_sqlite(async |db| {
            let house = crate::testing::House::open(db, Vec::new()).await;
            let (page, made) = (CachedPage::default(), std::sync::atomic::AtomicU32::new(0));
            let count = || made.load(std::sync::atomic::Ordering::SeqCst);
            let get = async || {
                let make = async || {
                    made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    Ok(Kept::new("text/plain", "a"))
                };
                page.get(&house.app, "ja", &["topic"], Duration::from_secs(60), make).await.unwrap();
            };
            tokio::join!(get(), get(), get());
            assert_eq!(count(), 1);
            house.app.db.announce("another");
            get().await;
            assert_eq!(count(), 1);
            house.app.db.announce("topic");
            get().await;
            assert_eq!(count(), 2);
        });
    }
}
