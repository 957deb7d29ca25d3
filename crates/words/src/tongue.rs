//! Looking words up: [`Words`] holds every catalogue, a [`Tongue`] speaks one of them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use fluent_bundle::{FluentArgs, FluentValue};
use kernel::locale::Locale;

use crate::catalogue::{Catalogue, Found, SOURCES, Source};

/// Every catalogue of the house.
pub struct Words {
    ja: Catalogue,
    easy: Catalogue,
    en: Catalogue,
    problems: Vec<String>,
    /// What has been complained about, so that each fault is logged once and not per page view.
    complained: Mutex<HashSet<String>>,
}

impl Words {
    /// The embedded catalogues, read at the first call.
    #[must_use]
    pub fn get() -> &'static Self {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(|| {
            let words = Self::read(SOURCES);
            for problem in &words.problems {
                tracing::error!(problem, "a catalogue of words has a fault");
            }
            words
        })
    }

    /// Reads catalogues from sources; unreadable messages are left out and listed in [`Words::problems`].
    #[must_use]
    pub fn read(sources: &[Source]) -> Self {
        let (ja, mut problems) = Catalogue::read(Locale::Ja, sources);
        let (easy, more) = Catalogue::read(Locale::Easy, sources);
        problems.extend(more);
        let (en, more) = Catalogue::read(Locale::En, sources);
        problems.extend(more);
        let strange = sources.iter().filter(|source| Locale::from_code(source.locale).is_none());
        problems.extend(strange.map(|source| format!("{}/{}.ftl: no such locale", source.locale, source.file)));
        Self { ja, easy, en, problems, complained: Mutex::default() }
    }

    /// Sentences about what could not be read.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The words of one language.
    #[must_use]
    pub fn locale(&'static self, locale: Locale) -> Tongue {
        Tongue { words: self, locale }
    }

    fn catalogue(&self, locale: Locale) -> &Catalogue {
        match locale {
            Locale::Ja => &self.ja,
            Locale::Easy => &self.easy,
            Locale::En => &self.en,
        }
    }

    fn complain(&self, locale: Locale, key: &str, fault: &'static str) {
        let mut complained = self.complained.lock().unwrap_or_else(PoisonError::into_inner);
        // Keys come from our own code, but a bound keeps a mistake there from filling the memory.
        if complained.len() < 1000 && complained.insert(format!("{locale} {key} {fault}")) {
            tracing::error!(%locale, key, fault, "a word is wrong");
        }
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("problems", &self.problems).finish_non_exhaustive()
    }
}

/// What a variable of a message is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Text, shown as it is.
    Text(Cow<'a, str>),
    /// A number; languages with plural forms choose by it. Shown without separators.
    Number(i64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

macro_rules! numbers {
    ($($type:ty),+) => {$(
        impl From<$type> for Value<'_> {
            fn from(number: $type) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )+};
}

numbers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

/// One language, ready to speak: small, `Copy`, handed to every page as `t`.
#[derive(Clone, Copy)]
pub struct Tongue {
    words: &'static Words,
    locale: Locale,
}

impl Tongue {
    /// The language.
    #[must_use]
    pub const fn locale(&self) -> Locale {
        self.locale
    }

    /// The text under this key.
    ///
    /// Never fails on a page: a key missing in this language is answered in Japanese, a key missing everywhere is
    /// shown itself; both are logged once.
    #[must_use]
    pub fn text(&self, key: &str) -> Cow<'static, str> {
        self.find(key, None)
    }

    /// The text under this key with its variables filled: `t.with("visits-wait", [("minutes", 7.into())])`.
    #[must_use]
    pub fn with<'a>(&self, key: &str, args: impl AsRef<[(&'a str, Value<'a>)]>) -> Cow<'static, str> {
        let args: FluentArgs<'_> = args
            .as_ref()
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Value::Text(text) => FluentValue::String(Cow::Borrowed(text.as_ref())),
                    Value::Number(number) => FluentValue::from(*number),
                };
                (*name, value)
            })
            .collect();
        self.find(key, Some(&args))
    }

    /// Whether this language has the key; for texts that exist for some codes only.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        !matches!(self.words.catalogue(self.locale).find(key, None), Found::Missing)
    }

    fn find(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        match self.words.catalogue(self.locale).find(key, args) {
            Found::Plain(text) => Cow::Borrowed(text),
            Found::Rendered(text) => Cow::Owned(text),
            Found::Damaged(text) => {
                self.words.complain(self.locale, key, "a variable or reference is missing");
                Cow::Owned(text)
            }
            Found::Missing if self.locale == Locale::Ja => {
                self.words.complain(self.locale, key, "no such key");
                Cow::Owned(key.to_owned())
            }
            Found::Missing => {
                self.words.complain(self.locale, key, "not in this language");
                Self { words: self.words, locale: Locale::Ja }.find(key, args)
            }
        }
    }
}

impl fmt::Debug for Tongue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tongue({})", self.locale)
    }
}

#[cfg(test)]
#[path = "tongue_tests.rs"]
mod tests;
