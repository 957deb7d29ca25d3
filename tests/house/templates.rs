//! Pages carry no inline code or style: the Content-Security-Policy would refuse it, and cached pages could not exist.

use harness::files;

use crate::none;

/// Each offence in one template's text.
fn offences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let lower = line.to_ascii_lowercase();
        let mut say = |what: &str| found.push(format!("line {}: {what}: {}", number + 1, line.trim()));
        if lower.contains("<script") && !lower.contains("src=") {
            say("inline script");
        }
        if lower.contains("<style") {
            say("inline style element");
        }
        for word in lower.split_ascii_whitespace() {
            let name = word.trim_start_matches(['"', '\'']).split('=').next().unwrap_or_default();
            if !word.contains('=') {
                continue;
            }
            if name == "style" {
                say("style attribute");
            }
            if name.len() > 4 && name.starts_with("on") && name.bytes().all(|b| b.is_ascii_lowercase()) {
                say("event attribute");
            }
        }
        if lower.contains("javascript:") {
            say("javascript: address");
        }
    }
    found
}

#[test]
fn no_inline_code_or_style() {
    let mut bad = Vec::new();
    for path in files::below("crates", &[".html", ".svg", ".xml"]) {
        let Some(text) = files::text(&path) else { continue };
        bad.extend(offences(&text).into_iter().map(|offence| format!("{}: {offence}", files::name(&path))));
    }
    none("templates carry no inline code or style (ARCHITECTURE.md):", &bad);
}

#[test]
fn the_check_finds_what_it_looks_for() {
    for text in [
        "<script>go()</script>",
        "<p style=\"color:red\">",
        "<a\n onclick=\"go()\">",
        "<a href='javascript:go()'>",
        "<style>p{}</style>",
    ] {
        assert!(!offences(text).is_empty(), "{text}");
    }
    assert!(offences("<script src=\"/assets/app.js\" defer></script><p class=\"on\" data-online=\"1\">").is_empty());
}
