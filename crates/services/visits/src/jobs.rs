//! Work in the background: slots rolling ahead, what passes by itself, forgetting. Each step is a small transaction of
//! its own in the bulk lane, so that bookings do not wait; running a job twice at once does no harm.

use kernel::World;
use store::{Act, Db, Error, Tx};

use crate::{
    forget::{forget_contacts, retire_numbers},
    openings::{extend_slots, last_day},
    service::services,
    sweep::{sweep_left_open, sweep_no_shows},
};

/// Slots are made for so many days beyond what a service offers, so that a stopped job is noticed before residents do.
const AHEAD: i32 = 7;
/// Days per transaction: a busy week of one service is about 350 rows.
const WEEK: i32 = 7;

/// Makes missing slots of every service up to the end of its window and a week. How many. For every hour.
///
/// # Errors
/// Storage only.
pub async fn keep_slots(db: &Db, world: &World) -> Result<u64, Error> {
    let (calendar, services) = db
        .read(async |tx: &mut Tx<'_>| {
            let calendar = places::holidays::calendar(tx).await?;
            let mut all = Vec::new();
            for service in services(tx).await?.into_iter().filter(|it| it.bookable()) {
                let last = last_day(tx, service.id).await?;
                all.push((service.id, last, i32::from(service.window.open_days)));
            }
            Ok::<_, Error>((calendar, all))
        })
        .await?;
    let today = world.today();
    let mut made = 0;
    for (service, last, window) in services {
        let until = today.plus(window + AHEAD);
        // The last days may have been made before a holiday list or new hours came: they are looked at again.
        let mut from = last.map_or(today, |day| day.plus(1 - WEEK)).max(today);
        while from <= until {
            let to = from.plus(WEEK - 1).min(until);
            let calendar = calendar.clone();
            made += db
                .write(Act::bulk("visits.keep_slots"), async move |tx: &mut Tx<'_>| {
                    extend_slots(tx, &calendar, service, from, to).await
                })
                .await?;
            from = to.plus(1);
        }
    }
    Ok(made)
}

/// Marks 来庁なし, closes what earlier days left open, forgets what is due. How many rows changed. For every minute.
///
/// # Errors
/// Storage only.
pub async fn sweep(db: &Db, world: &World) -> Result<u64, Error> {
    let mut changed = 0;
    loop {
        let world = world.clone();
        let step = db
            .write(Act::bulk("visits.sweep"), async move |tx: &mut Tx<'_>| {
                let mut step = sweep_no_shows(tx, &world).await?;
                step += sweep_left_open(tx, &world).await?;
                step += forget_contacts(tx, &world).await?;
                step += retire_numbers(tx, world.today()).await?;
                Ok::<_, Error>(step)
            })
            .await?;
        changed += step;
        if step == 0 {
            return Ok(changed);
        }
    }
}
