//! Channels that end inside this program: the inbox of a resident, and the simulator, which shows staff what was not sent.

use messages::channel::{Channel, Envelope, Failure, HandOver, Outcome, Why};
use messages::letters::{self, Shelf};
use store::{Act, Db, Tx};

const KEEP: Act = Act::bulk("messages.keep");

/// Keeps every letter on a shelf of the database.
#[derive(Clone)]
pub struct Kept {
    db: Db,
    shelf: Shelf,
}

impl Kept {
    /// For everything that must not leave the house: people of the demo city, and mail while no mail server is configured.
    #[must_use]
    pub fn simulator(db: Db) -> Self {
        Self { db, shelf: Shelf::Simulator }
    }

    /// For residents who read their messages here.
    #[must_use]
    pub fn inbox(db: Db) -> Self {
        Self { db, shelf: Shelf::Inbox }
    }
}

impl Channel for Kept {
    fn name(&self) -> &'static str {
        self.shelf.name()
    }

    fn deliver<'a>(&'a self, envelope: &'a Envelope) -> HandOver<'a> {
        Box::pin(keep(self.clone(), envelope.clone()))
    }
}

// Owned values only: a transaction that captures references cannot be spawned (the compiler's limit on async closures).
async fn keep(Kept { db, shelf }: Kept, letter: Envelope) -> Outcome {
    match db.write(KEEP, async move |tx: &mut Tx<'_>| letters::keep(tx, shelf, &letter).await).await {
        Ok(_) => Outcome::Accepted { reference: String::new() },
        Err(error) => Outcome::Retry(Failure::new(Why::Unreachable, &error.to_string())),
    }
}
