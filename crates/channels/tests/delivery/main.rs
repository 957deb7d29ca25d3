//! From the transaction that queues a message to the mail server that takes it, on both engines.
#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod arriving;
mod care;
mod house;
mod waiting;
