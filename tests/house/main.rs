//! The rules of the house, checked on the work tree itself.

#![expect(clippy::unwrap_used, reason = "a test may end with its reason")]

mod edges;
mod locales;
mod schema;
mod sources;
mod statements;
mod templates;

/// Fails with every offence in one list, so that one run shows all.
fn none(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}\n  {}", offences.join("\n  "));
}
