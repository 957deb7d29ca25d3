//! Holds every catalogue of the house to its rules: the same keys with the same variables in every language, every key
//! that a page or a line of code asks for, and no key that nobody asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use fluent_syntax::ast;
use kernel::locale::Locale;
use words::Words;
use words::catalogue::SOURCES;

/// For one language: each key's file, variables and the other messages it refers to.
#[derive(Default)]
struct Keys(BTreeMap<String, Key>);

#[derive(Default)]
struct Key {
    file: &'static str,
    variables: BTreeSet<String>,
    references: BTreeSet<String>,
    functions: BTreeSet<String>,
}

fn keys(locale: Locale) -> Keys {
    let mut keys = Keys::default();
    for source in SOURCES.iter().filter(|source| source.locale == locale.code()) {
        let resource = fluent_syntax::parser::parse(source.text).unwrap_or_else(|(resource, _)| resource);
        for entry in resource.body {
            let (name, pattern) = match entry {
                ast::Entry::Message(message) => (message.id.name.to_owned(), message.value),
                ast::Entry::Term(term) => (format!("-{}", term.id.name), Some(term.value)),
                _ => continue,
            };
            let mut key = Key { file: source.file, ..Key::default() };
            if let Some(pattern) = pattern {
                key.walk(&pattern);
            }
            keys.0.insert(name, key);
        }
    }
    keys
}

impl Key {
    fn walk(&mut self, pattern: &ast::Pattern<&str>) {
        for element in &pattern.elements {
            if let ast::PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &ast::Expression<&str>) {
        match expression {
            ast::Expression::Inline(inline) => self.inline(inline),
            ast::Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.walk(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &ast::InlineExpression<&str>) {
        match inline {
            ast::InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            ast::InlineExpression::MessageReference { id, .. } => {
                self.references.insert(id.name.to_owned());
            }
            ast::InlineExpression::TermReference { id, .. } => {
                self.references.insert(format!("-{}", id.name));
            }
            ast::InlineExpression::FunctionReference { id, .. } => {
                self.functions.insert(id.name.to_owned());
            }
            ast::InlineExpression::Placeable { expression } => self.expression(expression),
            ast::InlineExpression::StringLiteral { .. } | ast::InlineExpression::NumberLiteral { .. } => {}
        }
    }
}

/// What the code and the templates of the house say about keys.
#[derive(Default)]
struct Uses {
    /// Keys inside `text("…")` and `with("…"`, with the place they stand in.
    asked: BTreeMap<String, String>,
    /// Every literal that looks like a key: keys also travel as data (a menu, a message kind).
    named: BTreeSet<String>,
    /// Beginnings of keys put together at run time: `format!("visits-state-{state}")`.
    beginnings: BTreeSet<String>,
}

impl Uses {
    fn read(&mut self, place: &str, text: &str) {
        for (at, _) in text.match_indices('"') {
            let literal = &text[at + 1..];
            let length =
                literal.bytes().take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-');
            let length = length.count();
            let (key, rest) = literal.split_at(length);
            if !key.contains('-') || !key.starts_with(|first: char| first.is_ascii_lowercase()) {
                continue;
            }
            if key.ends_with('-') {
                if rest.starts_with(['{', '"']) {
                    self.beginnings.insert(key.to_owned());
                }
            } else if rest.starts_with('"') {
                self.named.insert(key.to_owned());
                let before = text[..at].trim_end();
                if [".text(", ".with("].iter().any(|call| before.ends_with(call)) {
                    self.asked.insert(key.to_owned(), place.to_owned());
                }
            }
        }
    }
}

fn uses() -> io::Result<Uses> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut uses = Uses::default();
    for folder in ["crates", "demo"] {
        if root.join(folder).is_dir() {
            walk(&root.join(folder), &mut |path, text| {
                uses.read(&path.strip_prefix(&root).unwrap_or(path).display().to_string(), text);
            })?;
        }
    }
    Ok(uses)
}

fn walk(folder: &Path, see: &mut impl FnMut(&Path, &str)) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            // The words crate speaks about keys that do not exist.
            if !matches!(name.as_str(), "target" | "node_modules" | "words") {
                walk(&path, see)?;
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "html" || extension == "txt")
        {
            see(&path, &fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_catalogue_can_be_read() {
    assert!(!SOURCES.is_empty());
    none(Words::get().problems());
}

#[test]
fn every_key_begins_with_the_name_of_its_file() {
    let mut faults = Vec::new();
    for locale in Locale::ALL {
        for (name, key) in keys(locale).0 {
            let plain = name.trim_start_matches('-');
            if !plain.starts_with(&format!("{}-", key.file)) {
                faults.push(format!("{locale}/{}.ftl: {name} does not begin with {}-", key.file, key.file));
            }
        }
    }
    none(&faults);
}

#[test]
fn every_language_has_the_same_keys_and_variables() {
    let first = keys(Locale::Ja).0;
    let mut faults = Vec::new();
    for locale in [Locale::Easy, Locale::En] {
        let other = keys(locale).0;
        for (name, key) in &first {
            match other.get(name) {
                None => faults.push(format!("{locale}/{}.ftl lacks {name}", key.file)),
                Some(same) if same.file != key.file => {
                    faults.push(format!("{name} stands in ja/{}.ftl but in {locale}/{}.ftl", key.file, same.file));
                }
                Some(same) if same.variables != key.variables => faults.push(format!(
                    "{name} has the variables {:?} in ja but {:?} in {locale}",
                    key.variables, same.variables
                )),
                Some(_) => {}
            }
        }
        faults.extend(
            other
                .iter()
                .filter(|(name, _)| !first.contains_key(*name))
                .map(|(name, key)| format!("ja/{}.ftl lacks {name}, which {locale} has", key.file)),
        );
    }
    none(&faults);
}

#[test]
fn references_within_the_catalogues_lead_somewhere() {
    let mut faults = Vec::new();
    for locale in Locale::ALL {
        let keys = keys(locale).0;
        for (name, key) in &keys {
            faults.extend(key.references.iter().filter(|reference| !keys.contains_key(*reference)).map(|reference| {
                format!("{locale}/{}.ftl: {name} refers to {reference}, which does not exist", key.file)
            }));
        }
    }
    none(&faults);
}

#[test]
fn every_key_asked_for_exists() -> io::Result<()> {
    let keys = keys(Locale::Ja).0;
    let uses = uses()?;
    let mut faults: Vec<String> = uses
        .asked
        .iter()
        .filter(|(key, _)| !keys.contains_key(*key))
        .map(|(key, place)| format!("{place} asks for {key}, which no catalogue has"))
        .collect();
    // A beginning in the name of a catalogue that starts no key is a spelling mistake.
    let files: BTreeSet<&str> = keys.values().map(|key| key.file).collect();
    faults.extend(
        uses.beginnings
            .iter()
            .filter(|beginning| {
                files.iter().any(|file| {
                    beginning.strip_prefix(file).is_some_and(|rest| rest.len() > 1 && rest.starts_with('-'))
                }) && !keys.keys().any(|key| key.starts_with(*beginning))
            })
            .map(|beginning| format!("keys are put together as {beginning}…, but no key begins so")),
    );
    none(&faults);
    Ok(())
}

#[test]
fn every_key_is_used() -> io::Result<()> {
    let keys = keys(Locale::Ja).0;
    let uses = uses()?;
    let referred: BTreeSet<&String> = keys.values().flat_map(|key| &key.references).collect();
    let faults: Vec<String> = keys
        .iter()
        .filter(|(name, _)| {
            // "visits-" alone would excuse a whole file, so a beginning must go beyond the file's name.
            let put_together = uses
                .beginnings
                .iter()
                .any(|beginning| beginning.matches('-').count() > 1 && name.starts_with(beginning.as_str()));
            !uses.named.contains(*name) && !referred.contains(name) && !put_together
        })
        .map(|(name, key)| format!("{}.ftl: nobody uses {name}", key.file))
        .collect();
    none(&faults);
    Ok(())
}

#[test]
fn the_search_for_uses_sees_what_it_should() {
    let mut uses = Uses::default();
    uses.read(
        "x.rs",
        r#"t.text("visits-home-title"), t.with( "visits-wait",
            [("n", 1.into())]); t.text(
                "visits-long"); Item { label: "visits-nav" }; format!("visits-state-{state}"); "visits-kind-" "A-B" "x" "-x""#,
    );
    let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(
        uses.asked.keys().cloned().collect::<BTreeSet<_>>(),
        keys(&["visits-home-title", "visits-long", "visits-wait"])
    );
    assert_eq!(uses.named, keys(&["visits-home-title", "visits-long", "visits-nav", "visits-wait"]));
    assert_eq!(uses.beginnings, keys(&["visits-kind-", "visits-state-"]));
}
