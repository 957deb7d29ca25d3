//! The three languages say the same things.

use std::collections::BTreeSet;

use harness::files;

use crate::none;

/// File name and key of every message of a locale.
fn keys(locale: &str) -> BTreeSet<(String, String)> {
    let mut keys = BTreeSet::new();
    for path in files::below(&format!("locales/{locale}"), &[".ftl"]) {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        for line in files::text(&path).unwrap().lines() {
            let key: String =
                line.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) && line[key.len()..].trim_start().starts_with('=') {
                keys.insert((file.clone(), key));
            }
        }
    }
    keys
}

#[test]
fn every_locale_has_every_message() {
    let japanese = keys("ja");
    assert!(!japanese.is_empty(), "locales/ja holds no message");
    let mut bad = Vec::new();
    for locale in ["easy", "en"] {
        let other = keys(locale);
        bad.extend(japanese.difference(&other).map(|(file, key)| format!("{locale}/{file} lacks {key}")));
        bad.extend(other.difference(&japanese).map(|(file, key)| format!("{locale}/{file} has {key}, ja has not")));
    }
    none("the locales differ:", &bad);
}
