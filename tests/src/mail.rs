//! The mail server of the channels' own tests, for tests that know no futures.

use std::io;
use std::ops::Deref;

use channels::testing::Sink;
use tokio::runtime::{Builder, Runtime};

pub use channels::testing::Fault;

/// A running mail server; it stops with the value.
#[derive(Debug)]
pub struct MailServer {
    sink: Sink,
    /// Holds the server's conversations.
    _runtime: Runtime,
}

impl MailServer {
    /// Starts on a free port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let sink = runtime.block_on(Sink::start())?;
        Ok(Self { sink, _runtime: runtime })
    }
}

impl Deref for MailServer {
    type Target = Sink;

    fn deref(&self) -> &Sink {
        &self.sink
    }
}
