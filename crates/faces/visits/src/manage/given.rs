//! What was typed into a form with rows that grow: read by the names of its fields, faults gathered field by field.

use std::collections::BTreeMap;
use std::fmt::Display;

use kernel::day::{Day, Minute};
use kernel::locale::Localized;
use kernel::text::{Line, Paragraph, nfkc};
use serde::Deserialize;
use shell::FieldFault;

/// A form as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Given(BTreeMap<String, String>);

impl Given {
    /// What stands in a field; nothing when the form did not have it.
    pub(super) fn get(&self, field: impl AsRef<str>) -> &str {
        self.0.get(field.as_ref()).map_or("", String::as_str)
    }

    /// Whether a check box is ticked.
    pub(super) fn on(&self, field: impl AsRef<str>) -> bool {
        !self.get(field).is_empty()
    }

    /// Writes a field.
    pub(super) fn put(&mut self, field: impl Into<String>, value: impl Display) {
        self.0.insert(field.into(), value.to_string());
    }

    /// Writes a text in its three languages.
    pub(super) fn put_text(&mut self, field: &str, text: &Localized) {
        self.put(format!("{field}_ja"), &text.ja);
        self.put(format!("{field}_easy"), text.easy.as_deref().unwrap_or_default());
        self.put(format!("{field}_en"), text.en.as_deref().unwrap_or_default());
    }

    /// Every field and its value, to carry them on in a page that only asks "is this right?".
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, value)| (field.as_str(), value.as_str()))
    }
}

/// What was wrong so far.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<FieldFault>);

impl Faults {
    pub(super) fn say(&mut self, field: impl Into<String>, key: &'static str) {
        self.0.push(FieldFault::new(field.into(), key));
    }

    /// A whole number between two others; full-width digits too.
    pub(super) fn number(&mut self, given: &Given, field: &str, least: u32, most: u32) -> Option<u32> {
        let number = nfkc(given.get(field)).trim().parse::<u32>().ok().filter(|it| (least..=most).contains(it));
        if number.is_none() {
            let fault = FieldFault::new(field.to_owned(), "services-field-number");
            self.0.push(fault.with("least", least).with("most", most));
        }
        number
    }

    /// The same for the small numbers of minutes and days.
    pub(super) fn small(&mut self, given: &Given, field: &str, least: u16, most: u16) -> Option<u16> {
        self.number(given, field, least.into(), most.into()).and_then(|it| u16::try_from(it).ok())
    }

    /// A time of day.
    pub(super) fn minute(&mut self, given: &Given, field: &str) -> Option<Minute> {
        let text = nfkc(given.get(field));
        let text = text.trim();
        // `9:00` is what people type where there is no clock to choose from.
        let padded = if text.len() == 4 { format!("0{text}") } else { text.to_owned() };
        let minute = Minute::parse(&padded);
        if minute.is_none() {
            self.say(field, "services-field-time");
        }
        minute
    }

    /// A day.
    pub(super) fn day(&mut self, given: &Given, field: &str) -> Option<Day> {
        let day = Day::parse(given.get(field).trim());
        if day.is_none() {
            self.say(field, "services-field-day");
        }
        day
    }

    /// One line, or nothing when it is empty.
    pub(super) fn line<const MAX: usize>(&mut self, given: &Given, field: &str) -> Option<String> {
        match Line::<MAX>::optional(given.get(field)) {
            Ok(line) => line.map(Line::into_string),
            Err(error) => {
                self.0.push(FieldFault::text(field.to_owned(), error));
                None
            }
        }
    }

    fn paragraph<const MAX: usize>(&mut self, given: &Given, field: &str) -> Option<String> {
        match Paragraph::<MAX>::optional(given.get(field)) {
            Ok(text) => text.map(Paragraph::into_string),
            Err(error) => {
                self.0.push(FieldFault::text(field.to_owned(), error));
                None
            }
        }
    }

    /// One line in three languages; the Japanese one must be there.
    pub(super) fn name<const MAX: usize>(&mut self, given: &Given, field: &str) -> Localized {
        let before = self.0.len();
        let [ja, easy, en] =
            ["ja", "easy", "en"].map(|language| self.line::<MAX>(given, &format!("{field}_{language}")));
        let asked = format!("{field}_ja");
        if ja.is_none() && !self.0[before..].iter().any(|fault| fault.field == asked) {
            self.say(asked, "errors-field-required");
        }
        Localized { ja: ja.unwrap_or_default(), easy, en }
    }

    /// A text of some lines in three languages; may be empty.
    pub(super) fn text<const MAX: usize>(&mut self, given: &Given, field: &str) -> Localized {
        let [ja, easy, en] =
            ["ja", "easy", "en"].map(|language| self.paragraph::<MAX>(given, &format!("{field}_{language}")));
        Localized { ja: ja.unwrap_or_default(), easy, en }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(fields: &[(&str, &str)]) -> Given {
        let mut given = Given::default();
        fields.iter().for_each(|(field, value)| given.put(*field, value));
        given
    }

    #[test]
    fn numbers_and_times_as_people_type_them() {
        let form = given(&[("a", "３０"), ("b", "9:00"), ("c", "25:00"), ("d", "-1"), ("e", "１３：１５")]);
        let mut faults = Faults::default();
        assert_eq!(faults.small(&form, "a", 5, 60), Some(30));
        assert_eq!(faults.minute(&form, "b"), Minute::new(9, 0));
        assert_eq!(faults.minute(&form, "e"), Minute::new(13, 15));
        assert!(faults.0.is_empty());
        assert_eq!(faults.minute(&form, "c"), None);
        assert_eq!(faults.small(&form, "d", 0, 60), None);
        assert_eq!(faults.small(&form, "a", 40, 60), None);
        let fields: Vec<_> = faults.0.iter().map(|fault| fault.field.to_string()).collect();
        assert_eq!(fields, ["c", "d", "a"]);
    }

    #[test]
    fn a_name_needs_its_japanese() {
        let form = given(&[("name_en", "Moving in"), ("other_ja", "転入\u{0}"), ("good_ja", "転入")]);
        let mut faults = Faults::default();
        faults.name::<60>(&form, "name");
        faults.name::<60>(&form, "other");
        assert_eq!(faults.name::<60>(&form, "good"), Localized::ja("転入"));
        let fields: Vec<_> = faults.0.iter().map(|fault| fault.field.to_string()).collect();
        assert_eq!(fields, ["name_ja", "other_ja"], "one fault for each field");
    }
}
