//! Messages to residents and staff, queued in the transaction of the change they tell of and delivered afterwards.

pub mod args;
pub mod channel;
pub mod kind;
pub mod letters;
pub mod recipient;
pub mod record;
pub mod render;

pub use args::Args;
pub use kind::{Kind, Kinds, Via};
pub use recipient::{Recipient, RecipientHash};
pub use record::MessageId;
