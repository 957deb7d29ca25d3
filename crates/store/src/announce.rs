//! "Something under this topic changed": told after the commit, on every node, never a source of truth.
//!
//! On one node it is a broadcast channel. Between nodes on PostgreSQL one task sends what
//! gathered as one NOTIFY and another listens; readers poll as well, so a lost hint only delays.

use std::{collections::BTreeSet, future::poll_fn, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use tokio::sync::{broadcast, mpsc};
use tokio_postgres::{AsyncMessage, NoTls};

/// What changed, as a path such as `visits/counter/…`.
pub type Topic = Arc<str>;

/// The topic told when hints may have been lost: anything may have changed.
pub const EVERYTHING: &str = "*";

const CHANNEL: &str = "yokogushi";
/// NOTIFY carries at most 8000 bytes.
const PAYLOAD: usize = 7000;
/// How long hints gather before they are sent to other nodes.
const GATHER: Duration = Duration::from_millis(20);
/// How long a broken link waits before it tries again.
const AGAIN: Duration = Duration::from_secs(1);

/// Tells topics to this node's listeners, and to other nodes when linked.
#[derive(Clone)]
pub(crate) struct Announcer {
    local: broadcast::Sender<Topic>,
    others: Option<mpsc::UnboundedSender<Topic>>,
}

impl Announcer {
    pub(crate) fn new() -> Self {
        Self { local: broadcast::channel(4096).0, others: None }
    }

    /// Links this node with the others on the same database; the tasks end with the announcer.
    pub(crate) fn linked(config: tokio_postgres::Config, node: String) -> Self {
        let (others, outgoing) = mpsc::unbounded_channel();
        let local = broadcast::channel(4096).0;
        tokio::spawn(link(config, node, local.clone(), outgoing));
        Self { local, others: Some(others) }
    }

    pub(crate) fn announce(&self, topics: Vec<Topic>) {
        for topic in topics {
            if let Some(others) = &self.others {
                // The link ends only with the program.
                drop(others.send(Arc::clone(&topic)));
            }
            // No listener is no fault.
            drop(self.local.send(topic));
        }
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Topic> {
        self.local.subscribe()
    }
}

/// Keeps one connection for hints both ways, opening it anew when it breaks.
async fn link(
    config: tokio_postgres::Config,
    node: String,
    local: broadcast::Sender<Topic>,
    mut outgoing: mpsc::UnboundedReceiver<Topic>,
) {
    let mut broke_before = false;
    loop {
        match hold(&config, &node, &local, &mut outgoing).await {
            Ok(()) => return,
            // Mended in a moment, or the program is about to say in one sentence that the database is away.
            Err(e) if !broke_before => tracing::debug!(error = %e, "the link between nodes broke"),
            Err(e) => {
                tracing::warn!(error = %e, "the link between nodes broke; changes are seen by polling until it is back");
            }
        }
        broke_before = true;
        tokio::time::sleep(AGAIN).await;
    }
}

/// Runs the link until it breaks (`Err`) or the program lets go of it (`Ok`).
async fn hold(
    config: &tokio_postgres::Config,
    node: &str,
    local: &broadcast::Sender<Topic>,
    outgoing: &mut mpsc::UnboundedReceiver<Topic>,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let (incoming, mut received) = mpsc::unbounded_channel();
    let pump = tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(n) = message
                && incoming.send(n.payload().to_owned()).is_err()
            {
                return;
            }
        }
    });
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    drop(local.send(EVERYTHING.into()));
    loop {
        tokio::select! {
            payload = received.recv() => {
                let Some(payload) = payload else {
                    // The pump ended: any statement now reports why.
                    return client.batch_execute("SELECT 1").await.map(drop);
                };
                let mut lines = payload.lines();
                if lines.next() != Some(node) {
                    lines.for_each(|topic| drop(local.send(topic.into())));
                }
            }
            topic = outgoing.recv() => {
                let Some(topic) = topic else {
                    pump.abort();
                    return Ok(());
                };
                tokio::time::sleep(GATHER).await;
                let mut topics = BTreeSet::from([topic]);
                while let Some(Some(topic)) = outgoing.recv().now_or_never() {
                    topics.insert(topic);
                }
                for payload in payloads(node, &topics) {
                    client.execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &payload]).await?;
                }
            }
        }
    }
}

/// The topics in as few payloads as fit; each begins with the sending node's name.
fn payloads(node: &str, topics: &BTreeSet<Topic>) -> Vec<String> {
    let mut payloads: Vec<String> = Vec::new();
    for topic in topics {
        match payloads.last_mut() {
            Some(last) if last.len() + topic.len() < PAYLOAD => {
                last.push('\n');
                last.push_str(topic);
            }
            _ => payloads.push(format!("{node}\n{topic}")),
        }
    }
    payloads
}
