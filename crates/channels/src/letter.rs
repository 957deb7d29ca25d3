//! A letter on the wire: headers that nobody can inject into, a Japanese subject any program reads, text in lines that fit.

use std::time::{Duration, SystemTime};

use kernel::locale::Locale;
use lettre::Address;
use lettre::address::{AddressError, Envelope};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, SinglePart};
use messages::channel;
use messages::render::one_line;

use crate::wrap::wrap;

/// A letter ready for the conversation with the server.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) to: Address,
    pub(crate) content: Vec<u8>,
}

/// Why a letter could not be made; both are refusals, because another attempt would make the same letter.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LetterError {
    /// The address is none that mail can be sent to.
    #[error("not an address that mail can be sent to: {0}")]
    Address(#[from] AddressError),
    /// The parts do not make a letter.
    #[error("the letter cannot be made: {0}")]
    Build(#[from] lettre::error::Error),
}

/// Makes the letter for one mail address.
pub(crate) fn build(from: &Mailbox, to: &str, envelope: &channel::Envelope) -> Result<Letter, LetterError> {
    let to = address(to)?;
    let domain = from.email.domain();
    let service = envelope.kind.split('.').next().unwrap_or("city");
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        // Said and not left to be read back from the header, which fails for an address in quotation marks.
        .envelope(Envelope::new(Some(from.email.clone()), vec![to.clone()])?)
        .subject(one_line(&envelope.subject))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(envelope.at.micros()).unwrap_or_default()))
        .message_id(Some(format!("<{}@{domain}>", token(&envelope.stable_id))))
        .raw_header(field("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(field("List-Id", format!("<{}.{domain}>", token(service))))
        .raw_header(field("Content-Language", language(envelope.locale).to_owned()))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(wrap(&clean(&envelope.body))))?;
    Ok(Letter { to, content: message.formatted() })
}

/// Reads an address. Old mobile-phone addresses may end in a dot or have two in a row before the `@`; in quotation marks the standard takes them too.
pub(crate) fn address(text: &str) -> Result<Address, AddressError> {
    let (user, domain) = text.rsplit_once('@').ok_or(AddressError::MissingParts)?;
    // A domain in Japanese letters travels in its ASCII form, which every server understands.
    let domain = match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) => ascii,
        _ => return Err(AddressError::InvalidDomain),
    };
    let domain = domain.as_str();
    Address::new(user, domain).or_else(|error| {
        let dotted = user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte));
        if dotted && !user.is_empty() { Address::new(format!("\"{user}\""), domain) } else { Err(error) }
    })
}

fn field(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::Ja | Locale::Easy => "ja",
        Locale::En => "en",
    }
}

/// What may stand in an identifier of a header.
fn token(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// Lines end with `\n`; everything else that is no visible letter goes.
fn clean(body: &str) -> String {
    body.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

#[cfg(test)]
#[path = "letter_tests.rs"]
pub(crate) mod tests;
