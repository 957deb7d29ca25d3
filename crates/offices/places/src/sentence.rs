//! What is said about a file, kept apart from the language it is said in.

use kernel::locale::Locale;
use kernel::text::TextError;
use std::fmt;
use words::{Value, Words};

/// A sentence of the catalogue with what stands in it. Printed, it is Japanese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    key: &'static str,
    args: Vec<(&'static str, Arg)>,
}

/// What stands in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Arg {
    Text(String),
    Said(Box<Sentence>),
}

impl Sentence {
    /// The sentence under a key of the catalogue.
    pub fn new(key: &'static str) -> Sentence {
        Sentence { key, args: Vec::new() }
    }

    /// With a text or number in it.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "numbers, texts and errors are handed over as they come")]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Sentence {
        self.args.push((name, Arg::Text(value.to_string())));
        self
    }

    /// With another sentence in it.
    #[must_use]
    pub fn said(mut self, name: &'static str, sentence: Sentence) -> Sentence {
        self.args.push((name, Arg::Said(Box::new(sentence))));
        self
    }

    /// Its key in the catalogue.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The sentence in a language.
    pub fn in_locale(&self, locale: Locale) -> String {
        let args: Vec<(&str, Value<'_>)> = self
            .args
            .iter()
            .map(|(name, value)| match value {
                Arg::Text(text) => (*name, Value::from(text)),
                Arg::Said(sentence) => (*name, Value::from(sentence.in_locale(locale))),
            })
            .collect();
        Words::get().locale(locale).with(self.key, args).into_owned()
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_locale(Locale::Ja))
    }
}

impl From<TextError> for Sentence {
    fn from(error: TextError) -> Sentence {
        match error {
            TextError::Empty => Sentence::new("places-text-empty"),
            TextError::TooLong { max } => Sentence::new("places-text-too-long").with("max", max),
            TextError::Control => Sentence::new("places-text-control"),
            TextError::Shape => Sentence::new("places-text-shape"),
        }
    }
}
