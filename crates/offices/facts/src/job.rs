//! The folder at work: soon after facts were written, in one process at a time.

use std::time::Duration;

use kernel::World;
use store::{Db, EVERYTHING, Error, Topic, Tx, lease};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;

use crate::build::{build, sweep};
use crate::catalogue::Catalogue;
use crate::fact::TOPIC;
use crate::fold::{ACT, Folded, LEASE, fold};

store::statements! {
    /// Whether anything waits.
    WAITING = "SELECT fact_id FROM fact_pending LIMIT 1";
}

/// How long facts gather before they are folded: reading does not wait for it.
const GATHER: Duration = Duration::from_millis(500);
/// How often it is looked without a hint.
const EVERY: Duration = Duration::from_secs(10);

/// Counts new series, then folds whenever facts were written, until `stop` turns true; `holder` names the process.
pub async fn run(db: Db, world: World, catalogue: Catalogue, holder: String, mut stop: watch::Receiver<bool>) {
    let mut hints = db.listen();
    loop {
        match round(&db, &world, &catalogue, &holder).await {
            Ok(()) => {}
            Err(error) if error.is_temporary() => tracing::debug!(%error, "folding facts waits"),
            Err(error) => {
                tracing::error!(%error, "facts cannot be folded; numbers stay right, but take longer to read")
            }
        }
        tokio::select! {
            () = hint(&mut hints) => {}
            () = tokio::time::sleep(EVERY) => {}
            // An error means that the sender is gone, which is a way to stop.
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    let released = db.write(ACT, async move |tx: &mut Tx<'_>| lease::release(tx, LEASE, &holder).await);
    if let Err(error) = released.await {
        tracing::debug!(%error, "the folder's lease runs out by itself");
    }
}

/// Waits until facts were written somewhere, and a little longer for more of them.
async fn hint(hints: &mut Receiver<Topic>) {
    loop {
        match hints.recv().await {
            Ok(topic) if &*topic == TOPIC || &*topic == EVERYTHING => break,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => break,
            // The database is closing; the other branches decide.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
    tokio::time::sleep(GATHER).await;
}

async fn round(db: &Db, world: &World, catalogue: &Catalogue, holder: &str) -> Result<(), Error> {
    let ready = crate::series::ready(db, catalogue).await?;
    let waiting = db.point(async |tx: &mut Tx<'_>| tx.opt(&WAITING, &[]).await).await?;
    if ready && waiting.is_none() {
        return Ok(());
    }
    loop {
        match fold(db, world, catalogue, holder).await? {
            Folded::Facts(0) | Folded::NotMine => return Ok(()),
            Folded::Facts(_) => {}
            Folded::Missing => {
                if !build(db, world, catalogue, holder).await? {
                    return Ok(());
                }
                while db.write(ACT, async |tx: &mut Tx<'_>| sweep(tx).await).await? > 0 {}
            }
        }
    }
}
