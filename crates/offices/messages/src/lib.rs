//! Messages to residents and staff: queued in the transaction of the change they tell of, delivered afterwards.
//!
//! A service declares each [`Kind`] as a constant in its `texts.rs` and calls [`queue()`]; the texts stand in the service's
//! catalogue and are put into words at hand-over. [`cancel()`] takes a message back, such as the reminder of a booking that was
//! cancelled. The [`PostOffice`] is the outbox worker's handler: it chooses a [`channel::Channel`] and keeps the
//! [delivery record](record).
//!
//! * **Told if and only if it happened**: the message is a row of the same transaction.
//! * **At least once, under the same name**: a crash, or a server that is cut off before it answers, leads to a second
//!   hand-over with the same Message-ID. Exactly once cannot be had over mail, so we do not claim it.
//! * **In order** within a case, **not too late** after `not_after`, **visible** to staff when it cannot be delivered.
//! * **Nothing kept**: address and values leave with the delivery; the record knows a keyed hash of the recipient.
//! * **Nobody who exists only in the demo city is ever written to**: such recipients get the simulator.

pub mod args;
pub mod channel;
pub mod erase;
pub mod kind;
pub mod letters;
pub mod post;
pub mod queue;
pub mod recipient;
pub mod record;
pub mod render;
pub mod staff;

pub use args::Args;
pub use kind::{Kind, Kinds, Via};
pub use post::{Channels, PostOffice};
pub use queue::{Cancelled, Message, Queued, cancel, queue, was_queued};
pub use recipient::{Recipient, RecipientHash};
pub use record::{MessageId, Record, State};
pub use render::Letterhead;
pub use store::outbox::Urgency;

/// Every statement of this crate, module by module.
pub const STATEMENTS: &[&[store::Statement]] = &[
    erase::STATEMENTS,
    letters::STATEMENTS,
    post::STATEMENTS,
    queue::STATEMENTS,
    record::STATEMENTS,
    staff::STATEMENTS,
];
