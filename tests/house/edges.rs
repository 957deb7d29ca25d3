//! Who may depend on whom.

use std::process::Command;

use harness::files;
use serde_json::Value;

use crate::none;

/// Rooms below everything else.
const BASE: &[&str] = &["kernel", "words", "intake", "store"];

/// The room a package lives in, as its path below `crates`.
fn room(manifest: &str) -> String {
    let root = files::root().display().to_string();
    let path = manifest.strip_prefix(&root).unwrap_or(manifest);
    path.trim_start_matches('/')
        .trim_start_matches("crates/")
        .trim_end_matches("Cargo.toml")
        .trim_end_matches('/')
        .to_owned()
}

/// Whether `from` may use `to`.
fn allowed(from: &str, to: &str) -> bool {
    // A room may name itself, to switch on what only its tests need.
    if from == to {
        return true;
    }
    let base = BASE.contains(&to);
    let office = |names: &[&str]| to.strip_prefix("offices/").is_some_and(|name| names.contains(&name));
    match from {
        "kernel" | "assets" | "xtask" => false,
        "words" | "intake" | "store" => to == "kernel",
        "offices/places" => base,
        "offices/people" | "offices/messages" => base || office(&["places"]),
        "offices/plan" => base || office(&["people"]),
        "offices/facts" => to == "kernel" || to == "store",
        "offices/voices" => base || office(&["places", "people", "facts"]),
        "channels" => base || office(&["messages"]),
        "faces/shell" => base || to == "assets" || to.starts_with("offices/"),
        "demo" => base || to.starts_with("offices/") || to.starts_with("services/"),
        "yokogushi" | "tests" => true,
        _ if from.starts_with("services/") => base || to.starts_with("offices/"),
        _ if from.starts_with("faces/") => {
            base || to == "faces/shell" || to == "assets" || to.starts_with("services/") || to.starts_with("offices/")
        }
        _ => false,
    }
}

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(files::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Every edge between two of our rooms.
fn edges() -> Vec<(String, String)> {
    let mut edges = Vec::new();
    for package in packages() {
        let from = room(package["manifest_path"].as_str().unwrap());
        for dependency in package["dependencies"].as_array().unwrap() {
            if let Some(path) = dependency["path"].as_str() {
                edges.push((from.clone(), room(path)));
            }
        }
    }
    edges
}

#[test]
fn every_dependency_points_downward() {
    let edges = edges();
    assert!(edges.len() > 20, "cargo metadata names only {} edges", edges.len());
    let bad: Vec<String> = edges
        .iter()
        .filter(|(from, to)| !allowed(from, to))
        .map(|(from, to)| format!("{from} may not use {to}"))
        .collect();
    none("a room uses a room it must not know (ARCHITECTURE.md, invariant 1):", &bad);
}

#[test]
fn the_rule_itself_knows_bad_edges() {
    for (from, to) in [
        ("services/visits", "services/reports"),
        ("offices/messages", "offices/people"),
        ("offices/places", "offices/people"),
        ("channels", "services/visits"),
        ("faces/visits", "faces/city"),
        ("faces/shell", "services/visits"),
        ("kernel", "store"),
        ("store", "words"),
    ] {
        assert!(!allowed(from, to), "{from} -> {to}");
    }
}

#[test]
fn only_assets_builds_the_front_end() {
    let bad: Vec<String> = files::below("crates", &["build.rs"])
        .iter()
        .filter(|path| !files::name(path).starts_with("crates/assets/"))
        .filter(|path| files::text(path).is_some_and(|text| text.contains("npm") || text.contains("node")))
        .map(|path| files::name(path))
        .collect();
    none("only crates/assets may run the front-end build:", &bad);
}

#[test]
fn every_room_obeys_the_lints() {
    let bad: Vec<String> = packages()
        .iter()
        .map(|package| package["manifest_path"].as_str().unwrap().to_owned())
        .filter(|manifest| !std::fs::read_to_string(manifest).unwrap().contains("[lints]\nworkspace = true"))
        .collect();
    none("a package without `[lints] workspace = true`:", &bad);
}
