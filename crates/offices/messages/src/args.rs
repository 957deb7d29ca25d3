//! The values of a message's text, kept typed in the queue and put into words only when the message is handed over.

use std::collections::BTreeMap;

use kernel::day::{Day, Minute};
use kernel::locale::{Locale, Localized};
use serde::{Deserialize, Serialize};
use words::{Tongue, Value};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Arg {
    Text(String),
    Localized(Localized),
    Items(Vec<Localized>),
    Number(i64),
    Day(Day),
    Minute(Minute),
}

/// The values of one message by name.
///
/// Text that a resident typed does not belong here: a stranger's address could be entered with it, and the city would send
/// a stranger's words to that person under its own name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Args(BTreeMap<String, Arg>);

impl Args {
    /// No values yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A text that is the same in every language: a number, a code, a link.
    #[must_use]
    pub fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.with(name, Arg::Text(value.into()))
    }

    /// A text that staff wrote in up to three languages.
    #[must_use]
    pub fn localized(self, name: &str, value: Localized) -> Self {
        self.with(name, Arg::Localized(value))
    }

    /// A list, one item a line; an empty list says that there is nothing.
    #[must_use]
    pub fn items(self, name: &str, values: Vec<Localized>) -> Self {
        self.with(name, Arg::Items(values))
    }

    /// A number, so that the text can choose between one and many.
    #[must_use]
    pub fn number(self, name: &str, value: i64) -> Self {
        self.with(name, Arg::Number(value))
    }

    /// A day, written as the language writes it.
    #[must_use]
    pub fn day(self, name: &str, value: Day) -> Self {
        self.with(name, Arg::Day(value))
    }

    /// A time of the day, written as the language writes it.
    #[must_use]
    pub fn minute(self, name: &str, value: Minute) -> Self {
        self.with(name, Arg::Minute(value))
    }

    fn with(mut self, name: &str, value: Arg) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Arg)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl Arg {
    /// The value as a reader of this language expects it.
    pub(crate) fn speak(&self, t: Tongue) -> Value<'_> {
        match self {
            Self::Text(text) => text.into(),
            Self::Localized(text) => text.get(t.locale()).into(),
            Self::Items(items) if items.is_empty() => t.text("messages-mail-none").into(),
            Self::Items(items) => {
                let bullet = if t.locale() == Locale::En { "- " } else { "・" };
                let line = |item: &Localized| format!("{bullet}{}", item.get(t.locale()));
                items.iter().map(line).collect::<Vec<_>>().join("\n").into()
            }
            Self::Number(number) => (*number).into(),
            Self::Day(day) => t.day(*day).into(),
            Self::Minute(minute) => t.time(*minute).into(),
        }
    }
}
