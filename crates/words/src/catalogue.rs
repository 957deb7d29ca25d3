//! One locale's messages: parsed once, the plain ones rendered once, looked up by key.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast;
use kernel::locale::Locale;
use unic_langid::LanguageIdentifier;

/// One embedded file of messages.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The folder it lies in, a [`Locale`]'s code.
    pub locale: &'static str,
    /// Its name without the ending; every key in it begins with this.
    pub file: &'static str,
    /// What it holds.
    pub text: &'static str,
}

/// Every file the build found.
pub const SOURCES: &[Source] = include!(concat!(env!("OUT_DIR"), "/catalogues.rs"));

/// The messages of one locale.
pub struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    plain: HashMap<String, String>,
}

/// What came of looking for a message.
pub(crate) enum Found<'c> {
    /// A message without variables, rendered when the catalogue was read.
    Plain(&'c str),
    /// Rendered now.
    Rendered(String),
    /// Rendered now, but with something missing (a variable, a reference).
    Damaged(String),
    /// No such message.
    Missing,
}

impl Catalogue {
    /// Reads the sources of one locale. What cannot be read is left out and told as a sentence in the second value.
    #[must_use]
    pub fn read(locale: Locale, sources: &[Source]) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let language: LanguageIdentifier = locale.html_lang().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // The marks protect right-to-left text; none of our locales has it, and they break searching and copying.
        bundle.set_use_isolating(false);
        let mut keys = Vec::new();
        for source in sources.iter().filter(|source| source.locale == locale.code()) {
            let name = format!("{}/{}.ftl", source.locale, source.file);
            let resource = FluentResource::try_new(source.text.to_owned()).unwrap_or_else(|(resource, errors)| {
                problems.extend(errors.iter().map(|error| format!("{name}: {error}")));
                resource
            });
            for entry in resource.entries() {
                if let ast::Entry::Message(message) = entry {
                    keys.push((message.id.name.to_owned(), is_plain(message)));
                }
            }
            if let Err(errors) = bundle.add_resource(resource) {
                problems.extend(errors.iter().map(|error| format!("{name}: {error}")));
            }
        }
        let mut catalogue = Self { bundle, plain: HashMap::new() };
        for (key, plain) in keys {
            if plain && let Found::Rendered(text) = catalogue.render(&key, None) {
                catalogue.plain.insert(key, text);
            }
        }
        (catalogue, problems)
    }

    pub(crate) fn find<'c>(&'c self, key: &str, args: Option<&FluentArgs<'_>>) -> Found<'c> {
        match self.plain.get(key) {
            Some(text) => Found::Plain(text),
            None => self.render(key, args),
        }
    }

    fn render(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Found<'static> {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return Found::Missing;
        };
        let mut errors = Vec::new();
        let text: Cow<'_, str> = self.bundle.format_pattern(pattern, args, &mut errors);
        if errors.is_empty() { Found::Rendered(text.into_owned()) } else { Found::Damaged(text.into_owned()) }
    }
}

/// Whether a message is text and nothing else, so that it can be rendered ahead.
fn is_plain(message: &ast::Message<&str>) -> bool {
    let text_only = |pattern: &ast::Pattern<&str>| {
        pattern.elements.iter().all(|element| matches!(element, ast::PatternElement::TextElement { .. }))
    };
    message.value.as_ref().is_some_and(text_only)
}
