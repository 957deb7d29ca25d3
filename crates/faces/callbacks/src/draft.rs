//! The answers so far, kept in the reader's own browser until the request is made. Read as carefully as any other input.

use callbacks::{Contact, Wanted};
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, HeaderValue};
use kernel::text::{Line, Phone};
use serde::{Deserialize, Serialize};
use shell::{App, FieldFault, cookies};

/// The cookie's name. It goes with the request, or when the browser closes.
const NAME: &str = "callback";
/// Characters kept of a field: more than any takes, less than a cookie.
const KEPT: usize = 300;

/// Answers as typed; every use parses them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Draft {
    /// The path of the page it was asked on.
    pub(crate) page: String,
    /// Code of the counter that page belongs to; empty when the reader is asked for it.
    pub(crate) given: String,
    /// Code of the counter the reader chose.
    pub(crate) counter: String,
    pub(crate) about: String,
    pub(crate) phone: String,
    pub(crate) wanted: String,
    pub(crate) name: String,
}

/// What the form sends.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Form {
    counter: String,
    about: String,
    phone: String,
    wanted: String,
    name: String,
}

impl Draft {
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        cookies::read(headers, NAME)
            .and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// The same with what was just typed.
    pub(crate) fn typed(self, form: Form) -> Self {
        let short = |text: String| text.chars().take(KEPT).collect::<String>();
        Self {
            counter: short(form.counter),
            about: short(form.about),
            phone: short(form.phone),
            wanted: short(form.wanted),
            name: short(form.name),
            ..self
        }
    }

    /// The cookie that keeps them; none when they do not fit.
    pub(crate) fn cookie(&self, app: &App) -> Option<HeaderValue> {
        let text = BASE64URL_NOPAD.encode(&serde_json::to_vec(self).ok()?);
        cookies::write(NAME, &text, cookies::Stay::Session, app.config.public_url.https())
    }

    /// The cookie that forgets them.
    pub(crate) fn gone(app: &App) -> Option<HeaderValue> {
        cookies::write(NAME, "", cookies::Stay::Gone, app.config.public_url.https())
    }

    /// Code of the counter whose division is to call.
    pub(crate) fn counter(&self) -> &str {
        if self.given.is_empty() { &self.counter } else { &self.given }
    }

    pub(crate) fn wanted(&self) -> Wanted {
        Wanted::of(&self.wanted).unwrap_or_default()
    }

    /// Whom to call, or what cannot be read.
    pub(crate) fn contact(&self) -> Result<Contact, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let about = optional(&self.about, "about", "callbacks-about-long", &mut faults);
        let phone = Phone::parse(&self.phone);
        if phone.is_err() {
            let key = if self.phone.trim().is_empty() { "callbacks-phone-missing" } else { "callbacks-phone-shape" };
            faults.push(FieldFault::new("phone", key));
        }
        let name = optional(&self.name, "name", "callbacks-name-long", &mut faults);
        match (phone, faults.is_empty()) {
            (Ok(phone), true) => Ok(Contact { phone, name, about, page: Line::parse(&self.page).ok() }),
            _ => Err(faults),
        }
    }
}

fn optional<const MAX: usize>(
    text: &str,
    field: &'static str,
    key: &'static str,
    faults: &mut Vec<FieldFault>,
) -> Option<Line<MAX>> {
    if text.trim().is_empty() {
        return None;
    }
    let line = Line::parse(text);
    if line.is_err() {
        faults.push(FieldFault::new(field, key));
    }
    line.ok()
}
