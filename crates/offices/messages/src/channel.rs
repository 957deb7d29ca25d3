//! What a channel to the outside world has to be able to do; the adapters live in their own crate and know nothing of any service.

use std::future::Future;
use std::pin::Pin;

use kernel::locale::Locale;
use kernel::text::Email;
use kernel::time::Instant;

use crate::record::MessageId;

/// Where a letter goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A mail address.
    Mail(Email),
    /// The inbox of a resident inside this city hall, by the subject it belongs to.
    Inbox(String),
}

/// A rendered message on its way to one recipient. It lives only for the time of the hand-over.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The message this letter carries.
    pub message: MessageId,
    /// The same for every attempt at the same message, and for no other message: letters, digits and `-` only.
    pub stable_id: String,
    /// The name of the message kind, such as `visits.confirmed`.
    pub kind: &'static str,
    /// Where it goes.
    pub to: Destination,
    /// The language it is written in.
    pub locale: Locale,
    /// One line without control characters.
    pub subject: String,
    /// The text; lines end with `\n` and hold no other control characters.
    pub body: String,
    /// When this attempt is made.
    pub at: Instant,
    /// Whether the recipient is a person of the demo city or a practice.
    pub simulated: bool,
}

/// What came of handing a letter over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it; the reference is what it called it.
    Accepted {
        /// The other side's own words or number for what it took.
        reference: String,
    },
    /// It was not taken, or nobody knows: try again later.
    Retry(Failure),
    /// It will never be taken as it is: a dead letter for staff to see.
    Refused(Failure),
}

/// Why a hand-over did not work: a code that staff read in their language, and what the other side said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub why: Why,
    /// The other side's own words, without the recipient's address.
    pub detail: String,
}

/// Kinds of failure. Each has a sentence for staff in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No connection to the server.
    Unreachable,
    /// The server stopped answering or left in the middle; it may or may not have taken the letter.
    Unanswered,
    /// The server is busy or asks to come back later.
    Busy,
    /// The server refuses us or our sender address: the configuration needs a look.
    Setup,
    /// The server knows no such recipient or refuses letters for it.
    Recipient,
    /// The server refuses this letter's content.
    Content,
    /// The text of this kind could not be made here.
    Text,
    /// This recipient cannot be reached over any channel of this kind.
    NoChannel,
    /// The program gave up after the last attempt.
    Exhausted,
}

impl Why {
    /// The code kept in the delivery record.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unanswered => "unanswered",
            Self::Busy => "busy",
            Self::Setup => "setup",
            Self::Recipient => "recipient",
            Self::Content => "content",
            Self::Text => "text",
            Self::NoChannel => "no_channel",
            Self::Exhausted => "exhausted",
        }
    }

    /// The key of the sentence that explains it to staff.
    pub fn text_key(self) -> &'static str {
        match self {
            Self::Unreachable => "messages-why-unreachable",
            Self::Unanswered => "messages-why-unanswered",
            Self::Busy => "messages-why-busy",
            Self::Setup => "messages-why-setup",
            Self::Recipient => "messages-why-recipient",
            Self::Content => "messages-why-content",
            Self::Text => "messages-why-text",
            Self::NoChannel => "messages-why-no-channel",
            Self::Exhausted => "messages-why-exhausted",
        }
    }

    /// Reads the code of a delivery record.
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Unreachable,
            Self::Unanswered,
            Self::Busy,
            Self::Setup,
            Self::Recipient,
            Self::Content,
            Self::Text,
            Self::NoChannel,
            Self::Exhausted,
        ]
        .into_iter()
        .find(|why| why.code() == code)
    }
}

impl Failure {
    /// A failure in the other side's words; only the first 200 letters are kept, on one line.
    pub fn new(why: Why, detail: &str) -> Self {
        Self { why, detail: crate::render::one_line(detail).chars().take(200).collect() }
    }
}

/// A hand-over under way.
pub type HandOver<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A way to reach people. Delivering the same envelope twice must be harmless or carry the same stable id.
pub trait Channel: Send + Sync {
    /// The name in the delivery record.
    fn name(&self) -> &'static str;

    /// Hands one letter over. Takes at most about a minute; an error is an [`Outcome`], never a panic.
    fn deliver<'a>(&'a self, envelope: &'a Envelope) -> HandOver<'a>;
}
