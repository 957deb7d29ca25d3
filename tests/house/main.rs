//! The rules of the house, checked on the work tree itself.

mod edges;
mod locales;
mod sources;
mod templates;

/// Fails with every offence in one list, so that one run shows all.
fn none(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}\n  {}", offences.join("\n  "));
}
