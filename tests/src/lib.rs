//! What the tests from outside share: the files of the work tree, the running program, a client, a mail server.
#![expect(clippy::panic, reason = "used by tests only: what goes wrong here ends the test with its reason")]

pub mod client;
pub mod files;
pub mod mail;
pub mod program;
pub mod proxy;
pub mod story;
