//! What runs in the background: deliveries, the audit seal, the folder of facts, slots rolling ahead, and everything that goes when its time has come.

use std::{path::Path, sync::Arc, time::Duration};

use channels::{Kept, Smtp};
use kernel::{World, locale::Localized, time::Instant};
use messages::{Channels, Kinds, Letterhead, PostOffice};
use store::{
    Act, Db, Error, Tx,
    files::Files,
    lease,
    outbox::{Deliver, Worker},
};
use tokio::{sync::watch, task::JoinHandle};

use crate::{problem::Problem, settings::Settings, wiring};

/// Between two rounds of what is due within minutes.
const MINUTE: Duration = Duration::from_secs(60);
/// Rounds of [`MINUTE`] between two rounds of what is due within hours.
const HOURLY: u32 = 60;
/// How long a node that vanished keeps its lease.
const LEASE: Duration = Duration::from_secs(150);
/// Free text residents wrote is emptied after this time.
const KEEP_LINES: Duration = Duration::from_secs(365 * 24 * 3600);
/// Records of deliveries, and letters kept instead of sent, go after this time.
const KEEP_LETTERS: i64 = 400;
const SWEEP: Act = Act::bulk("jobs.sweep");

/// Starts every job of a worker; they end when `stopped` says so.
pub(crate) fn start(
    db: &Db,
    world: &World,
    city: Localized,
    files: &Path,
    settings: &Settings,
    node: [u8; 8],
    stopped: &watch::Receiver<bool>,
) -> Result<Vec<JoinHandle<()>>, Problem> {
    let office: Arc<dyn Deliver> = Arc::new(PostOffice::new(
        db.clone(),
        world.clone(),
        Kinds::new([visits::KINDS]),
        Letterhead { city },
        channels(db, settings)?,
    ));
    let files = Files::open(files).map_err(|e| Problem::new(format!("添付ファイルのフォルダーを使えません({e})。")))?;
    let worker = Worker::new(db.clone(), world.clone(), vec![office]).on(node);
    // Leases name the process and not the node: a restarted one has not held its lease without a break.
    let holder = data_encoding::HEXLOWER.encode(&world.bytes::<8>());
    Ok(vec![
        tokio::spawn(worker.run(stopped.clone())),
        tokio::spawn(store::audit::seal::run(db.clone(), world.clone(), holder.clone(), stopped.clone())),
        tokio::spawn(facts::run(db.clone(), world.clone(), wiring::catalogue()?, holder.clone(), stopped.clone())),
        tokio::spawn(rounds(db.clone(), world.clone(), files, holder, stopped.clone())),
    ])
}

fn channels(db: &Db, settings: &Settings) -> Result<Channels, Problem> {
    let mail: Option<Arc<dyn messages::channel::Channel>> = match &settings.mail {
        None => None,
        Some(mail) => Some(Arc::new(Smtp::new(&mail.config()?))),
    };
    Ok(Channels { mail, inbox: Arc::new(Kept::inbox(db.clone())), simulator: Arc::new(Kept::simulator(db.clone())) })
}

/// One node at a time does the rounds; which one, the lease decides.
async fn rounds(db: Db, world: World, files: Files, holder: String, mut stopped: watch::Receiver<bool>) {
    let mut round = 0_u32;
    loop {
        match mine(&db, &world, &holder).await {
            Ok(true) => {
                if let Err(error) = minutely(&db, &world).await {
                    tracing::warn!(%error, "a round of jobs failed; the next one makes it good");
                }
                if round.is_multiple_of(HOURLY)
                    && let Err(error) = hourly(&db, &world, &files).await
                {
                    tracing::warn!(%error, "an hourly round of jobs failed; the next one makes it good");
                }
                if let Err(error) = demo::new_day(&db, &world, demo::Wake::Tick).await {
                    tracing::warn!(%error, "the demo city did not begin its day");
                }
                round = round.wrapping_add(1);
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the jobs wait for the database"),
        }
        tokio::select! {
            () = tokio::time::sleep(MINUTE) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

async fn mine(db: &Db, world: &World, holder: &str) -> Result<bool, Error> {
    let (world, holder) = (world.clone(), holder.to_owned());
    let act = Act::bulk("jobs.lease");
    let held =
        db.write(act, async move |tx: &mut Tx<'_>| lease::take(tx, &world, "jobs", &holder, LEASE).await).await?;
    Ok(held.is_some())
}

async fn minutely(db: &Db, world: &World) -> Result<(), Error> {
    visits::jobs::sweep(db, world).await?;
    // After a draft was published from a page; else there is nothing to do.
    evaluation::count(db, world).await?;
    db.write(SWEEP, async |tx: &mut Tx<'_>| messages::staff::catch_up(tx).await).await?;
    Ok(())
}

async fn hourly(db: &Db, world: &World, files: &Files) -> Result<(), Error> {
    if let Err(error) = files.sweep(db, world).await {
        tracing::warn!(%error, "files nobody refers to could not be removed");
    }
    visits::jobs::keep_slots(db, world).await?;
    places::import::sweep(db, world).await?;
    if let Err(error) = evaluation::import::tidy(db, world).await {
        tracing::warn!(%error, "what an import that died left behind could not be taken out");
    }
    match wiring::catalogue() {
        Ok(catalogue) => drop(evaluation::kpi::watch_all(db, world, &catalogue).await?),
        Err(error) => tracing::warn!(%error, "KPIs are not watched"),
    }
    store::tidy(db, world, world.now().plus_days(-KEEP_LETTERS)).await?;
    let world = world.clone();
    let before = world.now().plus_days(-KEEP_LETTERS);
    db.write(SWEEP, async move |tx: &mut Tx<'_>| {
        people::sweep(tx, world.now()).await?;
        voices::sweep(tx, &world, KEEP_LINES).await?;
        while callbacks::forget(tx, &world).await? > 0 {}
        Ok::<_, Error>(())
    })
    .await?;
    old_letters(db, before).await
}

/// A few hundred a transaction, so that bookings do not wait.
async fn old_letters(db: &Db, before: Instant) -> Result<(), Error> {
    loop {
        let gone = db
            .write(SWEEP, async move |tx: &mut Tx<'_>| {
                let mut gone = messages::staff::sweep(tx, before).await?;
                for shelf in [messages::letters::Shelf::Inbox, messages::letters::Shelf::Simulator] {
                    gone += messages::letters::sweep(tx, shelf, before).await?;
                }
                Ok::<_, Error>(gone)
            })
            .await?;
        if gone == 0 {
            return Ok(());
        }
    }
}
