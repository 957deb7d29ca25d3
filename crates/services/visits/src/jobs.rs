//! Work in the background: slots rolling ahead, what passes by itself, forgetting. Each step is a small transaction of
//! its own in the bulk lane, so that bookings do not wait; running a job twice at once does no harm.

use kernel::{World, holidays::Calendar};
use store::{Act, Db, Error, Tx};

use crate::{
    forget::{forget_contacts, retire_numbers},
    model::ServiceId,
    openings::extend_slots,
    service::{Service, service, services},
    sweep::{sweep_left_open, sweep_no_shows},
};

/// Slots are made for so many days beyond what a service offers, so that a stopped job is noticed before residents do.
const AHEAD: i32 = 7;
/// Days per transaction: a busy week of one service is about 350 rows.
const WEEK: i32 = 7;

/// Makes missing slots of every service from today to the end of its window and a week. How many. For every hour.
///
/// It always looks at all days: where nothing is missing that costs next to nothing, and whatever was left out before
/// (new hours, a stopped job, a day that opened again) is made good.
///
/// # Errors
/// Storage only.
pub async fn keep_slots(db: &Db, world: &World) -> Result<u64, Error> {
    let (calendar, services) = db
        .read(async |tx: &mut Tx<'_>| Ok::<_, Error>((places::holidays::calendar(tx).await?, services(tx).await?)))
        .await?;
    let mut made = 0;
    for service in services.into_iter().filter(Service::bookable) {
        made += keep(db, world, &calendar, &service).await?;
    }
    Ok(made)
}

/// The same for one service, right after its hours or its window have changed: residents need not wait an hour.
///
/// # Errors
/// Storage only.
pub async fn keep_slots_of(db: &Db, world: &World, id: ServiceId) -> Result<u64, Error> {
    let read =
        async move |tx: &mut Tx<'_>| Ok::<_, Error>((places::holidays::calendar(tx).await?, service(tx, id).await?));
    match db.read(read).await? {
        (calendar, Some(service)) if service.bookable() => keep(db, world, &calendar, &service).await,
        _ => Ok(0),
    }
}

async fn keep(db: &Db, world: &World, calendar: &Calendar, service: &Service) -> Result<u64, Error> {
    let until = world.today().plus(i32::from(service.window.open_days) + AHEAD);
    let (mut from, mut made) = (world.today(), 0);
    while from <= until {
        let to = from.plus(WEEK - 1).min(until);
        let (id, calendar) = (service.id, calendar.clone());
        made += db
            .write(Act::bulk("visits.keep_slots"), async move |tx: &mut Tx<'_>| {
                extend_slots(tx, &calendar, id, from, to).await
            })
            .await?;
        from = to.plus(1);
    }
    Ok(made)
}

/// Marks 来庁なし, closes what earlier days left open, forgets what is due. How many rows changed. For every minute.
///
/// # Errors
/// Storage only.
pub async fn sweep(db: &Db, world: &World) -> Result<u64, Error> {
    const ACT: Act = Act::bulk("visits.sweep");
    let mut changed = 0;
    loop {
        let [first, second, third] = [(); 3].map(|()| world.clone());
        let today = world.today();
        let mut step = db.write(ACT, async move |tx: &mut Tx<'_>| sweep_no_shows(tx, &first).await).await?;
        step += db.write(ACT, async move |tx: &mut Tx<'_>| sweep_left_open(tx, &second).await).await?;
        step += db.write(ACT, async move |tx: &mut Tx<'_>| forget_contacts(tx, &third).await).await?;
        step += db.write(ACT, async move |tx: &mut Tx<'_>| retire_numbers(tx, today).await).await?;
        changed += step;
        if step == 0 {
            return Ok(changed);
        }
    }
}
