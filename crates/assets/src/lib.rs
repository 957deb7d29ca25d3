//! Style sheets, scripts, fonts and pictures, built once by `build.rs` and embedded into the program.
//!
//! Templates ask for an address by name ([`url`]) and for a picture by name ([`icon`]); the shell answers requests with
//! [`get`]. Addresses under `/assets/` carry a hash of their content, so browsers may keep them for ever.

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    /// The name templates use: `app.css`.
    pub name: &'static str,
    /// The address browsers use: `/assets/app.0123456789.css`.
    pub path: &'static str,
    /// The content.
    pub bytes: &'static [u8],
    /// The `Content-Type` header.
    pub content_type: &'static str,
    /// The content packed with gzip, where that is smaller.
    pub gzip: Option<&'static [u8]>,
    /// Whether the address carries a hash of the content (`Cache-Control: public, max-age=31536000, immutable`);
    /// the others (`/sw.js`, `/favicon.ico`) must be asked for again (`no-cache`).
    pub immutable: bool,
    /// Whether the service worker keeps it for the offline page.
    pub shell: bool,
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// The asset at an address, `/assets/app.0123456789.css` or `/sw.js`.
#[must_use]
pub fn get(path: &str) -> Option<&'static Asset> {
    ASSETS.binary_search_by_key(&path, |asset| asset.path).ok().and_then(|at| ASSETS.get(at))
}

/// The asset of a name, `app.css`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Asset> {
    NAMES
        .binary_search_by_key(&name, |(known, _)| known)
        .ok()
        .and_then(|at| NAMES.get(at))
        .and_then(|(_, index)| ASSETS.get(*index))
}

/// The address of an asset by its name, for templates. A name that does not exist gives an address that answers 404; a
/// test over all templates finds it first.
#[must_use]
pub fn url(name: &str) -> &'static str {
    named(name).map_or("/assets/missing", |asset| asset.path)
}

/// Everything embedded, in the order of addresses.
#[must_use]
pub fn all() -> &'static [Asset] {
    ASSETS
}

/// The `<svg>` of a picture by its name, ready to stand in a page (hidden from screen readers: a word stands beside it).
/// A name that does not exist gives nothing; a test over all templates finds it first.
#[must_use]
pub fn icon(name: &str) -> &'static str {
    ICONS.binary_search_by_key(&name, |(known, _)| known).ok().and_then(|at| ICONS.get(at)).map_or("", |(_, svg)| svg)
}

#[cfg(test)]
mod tests;
