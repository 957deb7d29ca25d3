//! What is embedded is whole, and what templates ask for exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{all, get, icon, named, url};

#[test]
fn every_asset_is_found_by_address_and_by_name() {
    assert!(all().len() > 250, "fonts are missing: only {} files", all().len());
    for asset in all() {
        assert_eq!(get(asset.path).map(|a| a.path), Some(asset.path));
        assert_eq!(named(asset.name).map(|a| a.name), Some(asset.name));
        assert!(!asset.bytes.is_empty(), "{} is empty", asset.path);
        assert_eq!(asset.immutable, asset.path.starts_with("/assets/"), "{}", asset.path);
    }
    assert_eq!(url("no-such-file"), "/assets/missing");
    assert!(get("/assets/missing").is_none());
    assert!(get("/assets/../Cargo.toml").is_none());
    assert_eq!(icon("no-such-picture"), "");
}

#[test]
fn pages_style_sheets_and_scripts_are_there_and_packed() {
    for name in ["app.css", "staff.css", "board.css", "fonts.css", "app.js", "staff.js", "board.js", "sw.js"] {
        let asset = named(name).unwrap_or_else(|| panic!("{name} is missing"));
        let packed = asset.gzip.unwrap_or_else(|| panic!("{name} is not packed"));
        assert!(packed.len() < asset.bytes.len());
        assert_eq!(&packed[..2], &[0x1f, 0x8b], "{name} is not gzip");
    }
    for name in ["icon-32.png", "icon-180.png", "icon-192.png", "icon-512.png", "icon-maskable-512.png"] {
        assert!(named(name).is_some_and(|a| a.bytes.starts_with(b"\x89PNG\r\n\x1a\n")), "{name}");
    }
    let worker = String::from_utf8_lossy(named("sw.js").expect("sw.js").bytes);
    for asset in all().iter().filter(|a| a.shell) {
        assert!(worker.contains(asset.path), "the service worker does not keep {}", asset.path);
    }
    assert!(all().iter().any(|a| a.shell && a.name == "app.css"));
}

/// The closed network of a city hall: nothing may be fetched from elsewhere.
#[test]
fn nothing_is_fetched_from_outside() {
    for asset in all().iter().filter(|a| a.content_type.starts_with("text/")) {
        let text = String::from_utf8_lossy(asset.bytes).replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{} names an outside address", asset.path);
        for part in text.split("url(").skip(1) {
            let address = part.split(')').next().unwrap_or_default().trim_matches(['"', '\'']);
            assert!(
                address.starts_with("data:") || get(address).is_some(),
                "{}: url({address}) is not embedded",
                asset.path
            );
        }
    }
}

#[test]
fn every_custom_property_is_defined_where_it_is_used() {
    for asset in all().iter().filter(|a| a.content_type.starts_with("text/css")) {
        let css = String::from_utf8_lossy(asset.bytes);
        for part in css.split("var(").skip(1) {
            let name = part.split([')', ',']).next().unwrap_or_default();
            assert!(css.contains(&format!("{name}:")), "{}: {name} is not defined", asset.name);
        }
    }
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
}

/// The templates of all faces.
fn templates() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../faces"), "html", &mut found);
    assert!(found.len() >= 6, "templates not found");
    found
}

/// The first quoted argument of each `call("…")` in a text.
fn arguments<'t>(text: &'t str, call: &str) -> BTreeSet<&'t str> {
    text.split(call).skip(1).filter_map(|rest| rest.strip_prefix('"')?.split('"').next()).collect()
}

#[test]
fn pictures_and_files_that_templates_name_exist() {
    for path in templates() {
        let text = fs::read_to_string(&path).expect("template");
        for name in arguments(&text, "icon(") {
            assert!(!icon(name).is_empty(), "{}: no picture {name}", path.display());
        }
        for name in arguments(&text, "asset(") {
            assert!(named(name).is_some(), "{}: no file {name}", path.display());
        }
    }
}

#[test]
fn pictures_that_faces_name_in_code_exist() {
    let mut found = Vec::new();
    for room in ["../faces", "../yokogushi"] {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(room), "rs", &mut found);
    }
    assert!(!found.is_empty(), "no code found");
    for path in found {
        let text = fs::read_to_string(&path).expect("code");
        for name in arguments(&text, "icon: ").into_iter().filter(|name| !name.is_empty()) {
            assert!(!icon(name).is_empty(), "{}: no picture {name}", path.display());
        }
    }
}

/// The policy of every page: no script and no style inside the page.
#[test]
fn templates_have_no_inline_script_or_style() {
    for path in templates() {
        let text = fs::read_to_string(&path).expect("template");
        for forbidden in ["<style", " style=\"", "javascript:", " onclick=", " onchange=", " onsubmit=", " onload="] {
            assert!(!text.contains(forbidden), "{} contains {forbidden}", path.display());
        }
        for script in text.split("<script").skip(1) {
            assert!(script.starts_with(" src="), "{} has an inline script", path.display());
        }
    }
}
