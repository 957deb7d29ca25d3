//! Who gets a message, and the hash under which a delivery record remembers it.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use kernel::text::Email;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::kind::Via;

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A mail address.
    Mail {
        /// The address.
        address: Email,
        /// A person of the demo city or of a practice: never handed to the outside world.
        #[serde(default)]
        simulated: bool,
    },
    /// The inbox inside this program, by the subject it belongs to.
    Inbox {
        /// The subject, such as the id of a resident.
        subject: String,
        /// A person of the demo city or of a practice.
        #[serde(default)]
        simulated: bool,
    },
}

impl Recipient {
    /// A real person's mail address.
    #[must_use]
    pub fn mail(address: Email) -> Self {
        Self::Mail { address, simulated: false }
    }

    /// A real person's inbox.
    #[must_use]
    pub fn inbox(subject: impl Into<String>) -> Self {
        Self::Inbox { subject: subject.into(), simulated: false }
    }

    /// The same for somebody who exists only in the demo city or in a practice.
    #[must_use]
    pub fn simulated_if(mut self, is: bool) -> Self {
        match &mut self {
            Self::Mail { simulated, .. } | Self::Inbox { simulated, .. } => *simulated = is,
        }
        self
    }

    /// Whether the person exists only in the demo city or in a practice.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        match self {
            Self::Mail { simulated, .. } | Self::Inbox { simulated, .. } => *simulated,
        }
    }

    pub(crate) fn via(&self) -> Via {
        match self {
            Self::Mail { .. } => Via::Mail,
            Self::Inbox { .. } => Via::Inbox,
        }
    }

    /// The same text for the same person, however the address was written.
    fn canonical(&self) -> String {
        match self {
            Self::Mail { address, .. } => format!("mail:{}", address.as_str().to_lowercase()),
            Self::Inbox { subject, .. } => format!("inbox:{subject}"),
        }
    }
}

/// The city's secret of this office. A plain hash of an address is no secret: addresses can be guessed one by one.
#[derive(Clone)]
pub(crate) struct Key([u8; 32]);

store::id!(
    /// A recipient as a delivery record remembers it: enough to find the same one again, not enough to write to.
    pub RecipientHash
);

impl Key {
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    pub(crate) fn recipient(&self, recipient: &Recipient) -> RecipientHash {
        let digest = self.digest(&[b"recipient:", recipient.canonical().as_bytes()]);
        let mut short = [0_u8; 16];
        short.copy_from_slice(&digest[..16]);
        // In the form of a UUID (version 8: of our own making), as the ledger of erasures keeps subjects.
        RecipientHash::from(uuid::Builder::from_custom_bytes(short).into_uuid())
    }

    /// The name of a message towards the outside: always the same for one message key of one city, telling nothing.
    pub(crate) fn stable_id(&self, message_key: &str) -> String {
        let digest = self.digest(&[b"message:", message_key.as_bytes()]);
        BASE32_NOPAD.encode(&digest[..20]).to_ascii_lowercase()
    }

    fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC fills a short key up with zeros; doing so here leaves no length that could be wrong.
        let mut block = [0_u8; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(address: &str) -> Recipient {
        Recipient::mail(Email::parse(address).unwrap())
    }

    #[test]
    fn one_person_has_one_hash_in_one_city() {
        let (here, there) = (Key::new([1; 32]), Key::new([2; 32]));
        assert_eq!(here.recipient(&mail("Hanako@example.jp")), here.recipient(&mail("hanako@EXAMPLE.jp")));
        assert_eq!(here.recipient(&mail("a@example.jp")), here.recipient(&mail("a@example.jp").simulated_if(true)));
        assert_ne!(here.recipient(&mail("a@example.jp")), here.recipient(&mail("b@example.jp")));
        assert_ne!(here.recipient(&mail("a@example.jp")), there.recipient(&mail("a@example.jp")));
        assert_ne!(here.recipient(&mail("a@example.jp")), here.recipient(&Recipient::inbox("a@example.jp")));
    }

    #[test]
    fn a_message_keeps_its_name() {
        let key = Key::new([1; 32]);
        assert_eq!(key.stable_id("visits.confirmed/1"), key.stable_id("visits.confirmed/1"));
        assert_ne!(key.stable_id("visits.confirmed/1"), key.stable_id("visits.confirmed/2"));
        assert!(key.stable_id("x").bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        assert_eq!(key.stable_id("x").len(), 32);
    }

    #[test]
    fn the_queue_reads_what_it_wrote() {
        let recipient = mail("a@example.jp").simulated_if(true);
        let text = serde_json::to_string(&recipient).unwrap();
        assert_eq!(serde_json::from_str::<Recipient>(&text).unwrap(), recipient);
    }
}
