//! Habits every source file keeps.

use harness::files;

use crate::none;

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    // Written in two pieces so that this file does not find itself.
    let words = [concat!("#[", "allow("), concat!("#![", "allow(")];
    let bad: Vec<String> = files::below("", &[".rs"])
        .iter()
        .filter(|path| files::text(path).is_some_and(|text| words.iter().any(|word| text.contains(word))))
        .map(|path| files::name(path))
        .collect();
    none("use #[expect(lint, reason = \"…\")]: it complains when it is no longer needed:", &bad);
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let bad: Vec<String> = files::below("", &[".rs"])
        .iter()
        .filter(|path| !files::text(path).is_some_and(|text| text.starts_with("//!")))
        .map(|path| files::name(path))
        .collect();
    none("a Rust file starts with one sentence `//! …`:", &bad);
}

#[test]
fn nothing_names_a_machine_or_a_registry() {
    let words = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("registry.np", "mjs.org"),
        concat!("static.cra", "tes.io"),
        concat!("index.cra", "tes.io"),
        concat!("py", "pi.org"),
        concat!("deb.deb", "ian.org"),
    ];
    let bad: Vec<String> = files::below("", &[])
        .iter()
        .filter_map(|path| {
            let text = files::text(path)?;
            let word = words.iter().find(|word| text.contains(**word))?;
            Some(format!("{}: {word}", files::name(path)))
        })
        .collect();
    none("a file names a folder of one machine or the address of a package registry:", &bad);
}

#[test]
fn no_conflict_marks() {
    let marks = [concat!("<<<", "<<<< "), concat!(">>>", ">>>> ")];
    let bad: Vec<String> =
        files::below("", &[".rs", ".toml", ".md", ".sql", ".ftl", ".html", ".ts", ".css", ".js", ".mjs"])
            .iter()
            .filter(|path| {
                files::text(path).is_some_and(|text| text.lines().any(|l| marks.iter().any(|m| l.starts_with(m))))
            })
            .map(|path| files::name(path))
            .collect();
    none("a merge was left half done:", &bad);
}
