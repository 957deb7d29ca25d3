//! The answers so far, kept in the reader's own browser until the booking is made: nothing of a visit
//! that was not booked is stored on the server. Read as carefully as any other input.

use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, HeaderValue};
use kernel::text::{Email, Line, Phone};
use serde::{Deserialize, Serialize};
use shell::{App, cookies};
use visits::{Contact, Needs, SlotId, Who};

/// The cookie's name. It goes with the booking, or when the browser closes.
const NAME: &str = "visit";

/// Answers as typed; every use parses them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Draft {
    /// Code of the service.
    pub(crate) service: String,
    /// Code of who comes.
    pub(crate) who: String,
    /// Codes of help needed.
    pub(crate) needs: Vec<String>,
    /// Language to interpret.
    pub(crate) language: String,
    /// The question about help was answered, if only with "none".
    pub(crate) asked_needs: bool,
    /// The slot's id.
    pub(crate) slot: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    /// The question about contact was answered.
    pub(crate) asked_contact: bool,
}

/// Codes of help, as they stand in forms.
pub(crate) const NEEDS: [&str; 5] = ["wheelchair", "writing", "interpreter", "companion", "infant"];

impl Draft {
    /// The answers for this service; empty ones when another was begun.
    pub(crate) fn read(headers: &HeaderMap, service: &str) -> Self {
        let found = cookies::read(headers, NAME)
            .and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok())
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        match found {
            Some(draft) if draft.service == service => draft,
            _ => Self { service: service.to_owned(), ..Self::default() },
        }
    }

    /// The cookie that keeps them.
    pub(crate) fn cookie(&self, app: &App) -> Option<HeaderValue> {
        let text = BASE64URL_NOPAD.encode(&serde_json::to_vec(self).ok()?);
        // A browser keeps about 4 KB a cookie; the fields' limits keep us far below.
        cookies::write(NAME, &text, cookies::Stay::Session, app.config.public_url.https())
    }

    /// The cookie that forgets them.
    pub(crate) fn gone(app: &App) -> Option<HeaderValue> {
        cookies::write(NAME, "", cookies::Stay::Gone, app.config.public_url.https())
    }

    pub(crate) fn who(&self) -> Option<Who> {
        Who::of(&self.who)
    }

    pub(crate) fn slot(&self) -> Option<SlotId> {
        self.slot.parse().ok()
    }

    /// Help needed; none when the language cannot be read.
    pub(crate) fn needs(&self) -> Option<Needs> {
        let has = |code: &str| self.needs.iter().any(|need| need == code);
        let interpreter = if has("interpreter") { Some(Line::parse(&self.language).ok()?) } else { None };
        Some(Needs {
            wheelchair: has("wheelchair"),
            writing: has("writing"),
            interpreter,
            companion: has("companion"),
            infant: has("infant"),
        })
    }

    /// How to reach the person, or the names of the fields that cannot be read.
    pub(crate) fn contact(&self) -> Result<Contact, Vec<&'static str>> {
        let given = |text: &str| !text.trim().is_empty();
        let (mut bad, mut contact) = (Vec::new(), Contact::default());
        if given(&self.name) {
            match Line::parse(&self.name) {
                Ok(name) => contact.name = Some(name),
                Err(_) => bad.push("name"),
            }
        }
        if given(&self.email) {
            match Email::parse(&self.email) {
                Ok(email) => contact.email = Some(email),
                Err(_) => bad.push("email"),
            }
        }
        if given(&self.phone) {
            match Phone::parse(&self.phone) {
                Ok(phone) => contact.phone = Some(phone),
                Err(_) => bad.push("phone"),
            }
        }
        if bad.is_empty() { Ok(contact) } else { Err(bad) }
    }

    /// The first question that has no good answer yet; none when all have.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        if self.who().is_none() {
            Some("who")
        } else if !self.asked_needs || self.needs().is_none() {
            Some("needs")
        } else if self.slot().is_none() {
            Some("time")
        } else if !self.asked_contact || self.contact().is_err() {
            Some("contact")
        } else {
            None
        }
    }
}
