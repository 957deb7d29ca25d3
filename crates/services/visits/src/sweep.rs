//! What passes by itself: bookings that did not come, and whatever a day leaves open at its counters.

use kernel::World;
use store::{Error, Tx};

use crate::{
    model::Outcome,
    state::{Act, State},
    texts,
    visit::{Visit, visit_columns, visit_tables},
};

/// Visits closed per transaction.
const AT_ONCE: i64 = 50;

store::statements! {
    /// Booked, not come, and the counter's patience is over. (The list of states is the index's own condition.)
    NOT_COME = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), "
        LEFT JOIN visit_counter r ON r.counter_id = v.counter_id
        WHERE v.state IN ('booked', 'waiting', 'called', 'serving') AND v.state = 'booked' AND v.day <= $1
          AND (v.day < $1 OR v.minute + COALESCE(r.no_show_minutes, $2) <= $3)
        ORDER BY v.day, v.minute, v.id LIMIT $4");
    /// Still open although the day is over.
    LEFT = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), "
        WHERE v.state IN ('booked', 'waiting', 'called', 'serving') AND v.state <> 'booked' AND v.day < $1 ORDER BY v.day, v.id LIMIT $2");
}

/// Marks bookings that did not come as 来庁なし. How many; call again while it is not 0.
///
/// # Errors
/// Storage only.
pub async fn sweep_no_shows(tx: &mut Tx<'_>, world: &World) -> Result<u64, Error> {
    let (today, minute) = (world.today(), world.now().minute());
    let patience = crate::CounterRule::default().no_show_minutes;
    let rows = tx.all(&NOT_COME, &[today.into(), patience.into(), minute.into(), AT_ONCE.into()]).await?;
    let mut done = 0;
    for row in &rows {
        let mut visit = Visit::read(row)?;
        let mut next = visit.progress.clone();
        next.state = State::NoShow;
        // Somebody may check the person in at this very moment: then they have come.
        if visit.save(tx, world, Act::NoShow.code(), next, None).await? {
            done += 1;
            texts::no_reminder(tx, world, &visit).await?;
        }
    }
    Ok(done)
}

/// Closes what earlier days left open: who still waited has left unserved, who was called did not answer, and a
/// visit nobody finished is finished without a time that counts. How many; call again while it is not 0.
///
/// # Errors
/// Storage only.
pub async fn sweep_left_open(tx: &mut Tx<'_>, world: &World) -> Result<u64, Error> {
    let rows = tx.all(&LEFT, &[world.today().into(), AT_ONCE.into()]).await?;
    let mut done = 0;
    for row in &rows {
        let mut visit = Visit::read(row)?;
        let (act, next) = match visit.state() {
            State::Waiting => (Act::Cancel, visit.progress.cancelled(world.now())),
            State::Called => (Act::Absent, visit.progress.absent()),
            _ => (Act::Finish, visit.progress.finished(Outcome::Unrecorded, world.now())),
        };
        if visit.save(tx, world, act.code(), next, None).await? {
            done += 1;
            if act == Act::Cancel {
                crate::cancel::give_back(tx, &visit).await?;
            }
        }
    }
    Ok(done)
}
