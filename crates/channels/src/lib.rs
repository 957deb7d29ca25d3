//! Adapters to the outside world: mail today. They implement what the messages office declares and know no service.

pub mod config;
mod kept;
mod letter;
mod smtp;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod wrap;

pub use config::{ConfigError, Encryption, MailConfig};
pub use kept::Kept;
pub use smtp::Smtp;
