//! Whether a PostgreSQL server is there at all, asked on a connection of its own.

use std::time::Duration;

use deadpool_postgres::Pool;
use kernel::time::Stopwatch;
use tokio::sync::Mutex;

/// How long the server may take to say a word.
const ANSWER: Duration = Duration::from_millis(1500);
/// One answer serves everybody who asks within this time.
const FRESH: Duration = Duration::from_millis(500);

/// Asks the server whether it is there, once for all who want to know.
pub(super) struct Pulse {
    /// One connection.
    pool: Pool,
    last: Mutex<Option<(Stopwatch, bool)>>,
}

impl Pulse {
    pub(super) fn new(pool: Pool) -> Self {
        Self { pool, last: Mutex::new(None) }
    }

    /// Whether the server answers at this moment; an error is an answer, too.
    pub(super) async fn answers(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((since, answered)) = &*last
            && since.elapsed() < FRESH
        {
            return *answered;
        }
        let answered = tokio::time::timeout(ANSWER, self.ask()).await.is_ok();
        if !answered {
            self.pool.retain(|_, _| false);
        }
        *last = Some((Stopwatch::start(), answered));
        answered
    }

    async fn ask(&self) {
        if let Ok(client) = self.pool.get().await {
            // The empty query: the server says only that it was empty. Why it fails is told to whoever waits.
            drop(client.simple_query("").await);
        }
    }
}
