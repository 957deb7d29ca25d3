//! From keys and values to the words one person reads; done at hand-over, so that a corrected text reaches what still waits.

use kernel::locale::{Locale, Localized};
use words::{Value, Words};

use crate::args::Args;
use crate::channel::{Failure, Why};
use crate::kind::Kind;

/// What every letter of the city carries besides its own text.
#[derive(Debug, Clone)]
pub struct Letterhead {
    /// The name of the city, as residents know it.
    pub city: Localized,
}

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The text with the city's closing lines.
    pub body: String,
}

/// Puts a message into words.
///
/// # Errors
/// [`Why::Text`] when this program has no such text, as during an upgrade, when another node already queues a new kind.
pub fn render(kind: &Kind, locale: Locale, args: &Args, letterhead: &Letterhead) -> Result<Rendered, Failure> {
    let t = Words::get().locale(locale);
    let japanese = Words::get().locale(Locale::Ja);
    if let Some(missing) = [kind.subject, kind.body].into_iter().find(|key| !japanese.has(key)) {
        return Err(Failure::new(Why::Text, missing));
    }
    let city = letterhead.city.get(locale);
    let mut values: Vec<(&str, Value<'_>)> = args.iter().map(|(name, arg)| (name, arg.speak(t))).collect();
    values.push(("city", city.into()));
    let subject = one_line(&t.with(kind.subject, &values));
    let subject = t.with("messages-mail-subject", [("city", city.into()), ("subject", (&subject).into())]);
    let body = t.with(kind.body, &values);
    let closing = t.with("messages-mail-closing", [("city", city.into())]);
    Ok(Rendered { subject: one_line(&subject), body: format!("{}\n\n{}\n", body.trim(), closing.trim()) })
}

/// One line without control characters, however many lines `text` had.
#[must_use]
pub fn one_line(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() || is_separator(c) { ' ' } else { c });
    visible.collect::<String>().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Characters that break a line or turn its direction without being control characters.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
