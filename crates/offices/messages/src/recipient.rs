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

/// A recipient as a delivery record remembers it: enough to find the same one again, not enough to write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecipientHash([u8; 32]);

impl Key {
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    pub(crate) fn recipient(&self, recipient: &Recipient) -> RecipientHash {
        RecipientHash(self.digest(&[b"recipient:", recipient.canonical().as_bytes()]))
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

impl RecipientHash {
    /// The octets, as stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the octets of a delivery record or of an erasure ledger.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}
