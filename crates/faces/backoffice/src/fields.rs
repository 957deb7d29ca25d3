//! Reading what was typed into the fields of a form, gathering what is wrong instead of stopping at the first.

use kernel::day::Day;
use kernel::locale::Localized;
use kernel::text::{Line, Paragraph};
use shell::FieldFault;

/// What was wrong so far.
#[derive(Default)]
pub(crate) struct Faults(pub(crate) Vec<FieldFault>);

/// The longest name in one language.
const NAME: usize = 200;

impl Faults {
    pub(crate) fn say(&mut self, fault: FieldFault) {
        self.0.push(fault);
    }

    /// The faults, each with the name of its field: `labels` are pairs of a field and the key of its name. A field in
    /// three languages (`name_ja`, `name_easy`, `name_en`) is found by its stem.
    pub(crate) fn called(self, labels: &[(&str, &'static str)]) -> Vec<FieldFault> {
        let label = |fault: &FieldFault| {
            let stem = fault.field.strip_suffix("_ja").or_else(|| fault.field.strip_suffix("_easy"));
            let stem = stem.or_else(|| fault.field.strip_suffix("_en")).unwrap_or(&fault.field);
            labels.iter().find(|(field, _)| *field == stem).map(|(_, label)| *label)
        };
        self.0
            .into_iter()
            .map(|fault| match label(&fault) {
                Some(label) => fault.called(label),
                None => fault,
            })
            .collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line that must be there.
    pub(crate) fn line<const MAX: usize>(&mut self, field: &'static str, text: &str) -> Option<Line<MAX>> {
        Line::parse(text).map_err(|error| self.say(FieldFault::text(field, error))).ok()
    }

    /// One line that may be empty.
    pub(crate) fn optional<const MAX: usize>(&mut self, field: &'static str, text: &str) -> Option<Line<MAX>> {
        Line::optional(text).map_err(|error| self.say(FieldFault::text(field, error))).ok().flatten()
    }

    /// A day of the calendar.
    pub(crate) fn day(&mut self, field: &'static str, text: &str) -> Option<Day> {
        let day = Day::parse(text.trim());
        if day.is_none() {
            self.say(FieldFault::new(field, "backoffice-field-day"));
        }
        day
    }

    /// A text in Japanese and, when written, in the other languages; `required` asks for the Japanese.
    pub(crate) fn localized(&mut self, field: &'static str, form: &Texts, required: bool) -> Option<Localized> {
        let mut read = |name: String, text: &str| match Paragraph::<NAME>::optional(text) {
            Ok(text) => text.map(Paragraph::into_string),
            Err(error) => {
                self.0.push(FieldFault::text(name, error));
                None
            }
        };
        let easy = read(format!("{field}_easy"), &form.easy);
        let en = read(format!("{field}_en"), &form.en);
        let ja = read(format!("{field}_ja"), &form.ja);
        if ja.is_none() && required && !self.0.iter().any(|fault| fault.field == format!("{field}_ja")) {
            self.0.push(FieldFault::new(format!("{field}_ja"), "errors-field-required"));
        }
        Some(Localized { ja: ja.or_else(|| (!required).then(String::new))?, easy, en })
    }
}

/// The three languages of one text as typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    pub(crate) ja: String,
    pub(crate) easy: String,
    pub(crate) en: String,
}

impl Texts {
    pub(crate) fn new(ja: &str, easy: &str, en: &str) -> Self {
        Self { ja: ja.to_owned(), easy: easy.to_owned(), en: en.to_owned() }
    }

    pub(crate) fn of(text: &Localized) -> Self {
        Self {
            ja: text.ja.clone(),
            easy: text.easy.clone().unwrap_or_default(),
            en: text.en.clone().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathers_everything_that_is_wrong() {
        let mut faults = Faults::default();
        assert!(faults.line::<5>("name", "").is_none());
        assert!(faults.line::<5>("code", "123456").is_none());
        assert!(faults.day("from", "2026-02-30").is_none());
        assert!(faults.localized("title", &Texts::new(" ", "", "Office"), true).is_none());
        let named = Faults(faults.0.clone()).called(&[("name", "backoffice-name"), ("title", "backoffice-post-name")]);
        let labels: Vec<_> = named.iter().map(|fault| fault.label).collect();
        assert_eq!(labels, [Some("backoffice-name"), None, None, Some("backoffice-post-name")]);
        let fields: Vec<_> = faults.0.iter().map(|fault| fault.field.to_string()).collect();
        assert_eq!(fields, ["name", "code", "from", "title_ja"]);
    }

    #[test]
    fn a_text_may_be_in_japanese_only() {
        let mut faults = Faults::default();
        let text = faults.localized("title", &Texts::new("主任", "", " "), true).unwrap();
        assert_eq!(text, Localized::ja("主任"));
        assert_eq!(faults.localized("hours", &Texts::default(), false), Some(Localized::default()));
        assert!(faults.is_empty());
    }
}
