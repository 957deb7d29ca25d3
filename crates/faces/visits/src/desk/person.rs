//! Who stands at the counter or speaks on the telephone: the part of the form that both have.

use kernel::{
    locale::Locale,
    text::{Email, Line, Phone, TextError},
};
use serde::Deserialize;
use shell::{Ask, Choice, FieldFault};
use visits::{Contact, Needs, Who};

use crate::resident::NEEDS;

/// As typed, with the procedure and, for a booking, the day and the time. One flat struct: repeated fields are read only so.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Given {
    pub(super) service: String,
    pub(super) day: String,
    pub(super) slot: String,
    pub(super) who: String,
    pub(super) needs: Vec<String>,
    pub(super) language: String,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) locale: String,
}

/// As understood.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) who: Who,
    pub(super) needs: Needs,
    pub(super) contact: Contact,
    pub(super) locale: Locale,
}

/// What the page offers, with what was typed.
pub(super) struct Fields {
    pub(super) whos: Vec<Choice>,
    pub(super) needs: Vec<Choice>,
    pub(super) locales: Vec<Choice>,
    pub(super) given: Given,
}

/// A field that may be left empty.
fn optional<T>(
    text: &str,
    field: &'static str,
    faults: &mut Vec<FieldFault>,
    read: impl FnOnce(&str) -> Result<T, TextError>,
) -> Option<T> {
    if text.trim().is_empty() {
        return None;
    }
    match read(text) {
        Ok(value) => Some(value),
        Err(_) => {
            let key = match field {
                "name" => "visits-field-name",
                "phone" => "visits-field-phone",
                _ => "visits-field-email",
            };
            faults.push(FieldFault::new(field, key));
            None
        }
    }
}

impl Given {
    /// Reads it, or says what is wrong.
    pub(super) fn read(&self, faults: &mut Vec<FieldFault>) -> Person {
        let has = |need: &str| self.needs.iter().any(|n| n == need);
        let interpreter = if has("interpreter") {
            let language = Line::parse(&self.language).ok();
            if language.is_none() {
                faults.push(FieldFault::new("language", "visits-needs-language-missing"));
            }
            language
        } else {
            None
        };
        Person {
            who: Who::of(&self.who).unwrap_or(Who::Own),
            needs: Needs {
                wheelchair: has("wheelchair"),
                writing: has("writing"),
                interpreter,
                companion: has("companion"),
                infant: has("infant"),
            },
            contact: Contact {
                name: optional(&self.name, "name", faults, Line::parse),
                phone: optional(&self.phone, "phone", faults, Phone::parse),
                email: optional(&self.email, "email", faults, Email::parse),
            },
            locale: Locale::from_code(&self.locale).unwrap_or(Locale::Ja),
        }
    }

    /// The form with these answers in it.
    pub(super) fn fields(self, ask: &Ask) -> Fields {
        let t = ask.t();
        let who = Who::of(&self.who).unwrap_or(Who::Own);
        let icons = ["wheelchair", "pencil", "globe", "people", "baby"];
        Fields {
            whos: [Who::Own, Who::Agent, Who::Child]
                .into_iter()
                .map(|one| Choice::new(one.code(), t.text(&format!("visits-who-{}", one.code())), one == who))
                .collect(),
            needs: NEEDS
                .into_iter()
                .zip(icons)
                .map(|(need, icon)| {
                    let chosen = self.needs.iter().any(|n| n == need);
                    let words = match need {
                        "interpreter" => t.text("visits-desk-needs-interpreter"),
                        need => t.text(&format!("visits-desk-need-{need}")),
                    };
                    let mut choice = Choice::new(need, words, chosen);
                    choice.icon = icon;
                    choice
                })
                .collect(),
            locales: Locale::ALL
                .iter()
                .map(|locale| {
                    let words = t.text(&format!("shell-language-{}", locale.code()));
                    Choice::new(locale.code(), words, self.locale == locale.code())
                })
                .collect(),
            given: self,
        }
    }
}
