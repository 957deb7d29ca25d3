//! A counter's line at this moment, and how long it will take: from what was measured, else from the plan.

use std::time::Duration;

use kernel::{World, day::Day, time::Instant};
use store::{Error, Tx};

use crate::{
    counter::{counter_rule, streak},
    line::{Order, Waiting},
    model::{CounterId, SlotId, VisitId},
    stats::Histogram,
};

/// Minutes somebody will probably wait: between these in about half of all cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitRange {
    /// At least.
    pub low: i64,
    /// At most.
    pub high: i64,
    /// False: too little was measured, so it is computed from planned lengths.
    pub measured: bool,
}

/// How long one person takes at a desk, from call to end, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pace {
    low: i64,
    middle: i64,
    high: i64,
    measured: bool,
}

/// Fewer finished visits than this say nothing.
const ENOUGH: u64 = 20;
/// How far back the pace is measured, in days.
const PAST: i32 = 14;
/// A desk counts as open when it called or finished somebody within so many minutes.
const OPEN_MINUTES: i64 = 30;

store::statements! {
    WAITING = "SELECT id, line, minute, checked_in_at FROM visit WHERE counter_id = $1 AND day = $2 AND state = 'waiting'";
    PACE = "SELECT (finished_at - last_called_at) / 60000000, COUNT(*) FROM visit
            WHERE counter_id = $1 AND day BETWEEN $2 AND $3 AND state = 'finished' AND outcome <> 'unrecorded'
            GROUP BY 1";
    PLANNED = "SELECT minutes FROM visit_service WHERE counter_id = $1 AND active = TRUE";
    DESKS = "SELECT COUNT(DISTINCT desk) FROM visit
             WHERE counter_id = $1 AND day = $2 AND (state IN ('called', 'serving') OR finished_at > $3)";
}

/// A counter's line at one moment.
pub(crate) struct Queue {
    pub(crate) waiting: Vec<Waiting>,
    order: Order,
    streak: u32,
    desks: i64,
    pace: Pace,
    now: Instant,
}

impl Queue {
    pub(crate) async fn load(tx: &mut Tx<'_>, world: &World, counter: CounterId) -> Result<Self, Error> {
        let (now, day) = (world.now(), world.today());
        let order = counter_rule(tx, counter).await?.order;
        let streak = streak(tx, counter, day).await?;
        let rows = tx.all(&WAITING, &[counter.into(), day.into()]).await?;
        let mut waiting = Vec::with_capacity(rows.len());
        for row in &rows {
            let minute = row.get::<Option<_>>(2)?;
            let booked_for = minute.map(|minute| SlotId { day, minute }.starts_at());
            waiting.push(Waiting { visit: row.get(0)?, line: row.get(1)?, booked_for, since: row.get(3)? });
        }
        let recent = now.plus_minutes(-OPEN_MINUTES);
        let desks: i64 = tx.value(&DESKS, &[counter.into(), day.into(), recent.into()]).await?;
        let pace = pace(tx, counter, day).await?;
        Ok(Self { waiting, order, streak, desks: desks.max(1), pace, now })
    }

    /// Everybody in the order in which they will be called.
    pub(crate) fn sequence(&self) -> Vec<VisitId> {
        let minutes = (self.pace.middle / self.desks).max(1);
        let pace = Duration::from_secs(60 * u64::try_from(minutes).unwrap_or(1));
        self.order.sequence(self.now, self.streak, pace, &self.waiting)
    }

    /// The wait of somebody with so many people before them.
    pub(crate) fn wait(&self, ahead: usize) -> WaitRange {
        let ahead = i64::try_from(ahead).unwrap_or(i64::MAX / 1000);
        WaitRange {
            low: ahead * self.pace.low / self.desks,
            high: (ahead + 1) * self.pace.high / self.desks,
            measured: self.pace.measured,
        }
    }

    /// The usual wait, in minutes, of somebody who comes now without a booking.
    pub(crate) fn wait_now(&self) -> i64 {
        let ahead = i64::try_from(self.waiting.len()).unwrap_or(i64::MAX / 1000);
        ahead * self.pace.middle / self.desks
    }
}

async fn pace(tx: &mut Tx<'_>, counter: CounterId, day: Day) -> Result<Pace, Error> {
    let mut measured = Histogram::default();
    for row in tx.all(&PACE, &[counter.into(), day.plus(-PAST).into(), day.into()]).await? {
        measured.add(row.get(0)?, u64::try_from(row.get::<i64>(1)?).unwrap_or(0));
    }
    if let Some((low, middle, high)) = measured.quartiles().filter(|_| measured.len() >= ENOUGH) {
        return Ok(Pace { low: low.max(1), middle: middle.max(1), high: high.max(1), measured: true });
    }
    let rows = tx.all(&PLANNED, &[counter.into()]).await?;
    let planned: Histogram =
        rows.iter().map(|row| row.get::<i64>(0)).collect::<Result<Vec<_>, _>>()?.into_iter().collect();
    let middle = planned.median().unwrap_or(15).max(1);
    Ok(Pace { low: (middle / 2).max(1), middle, high: middle + middle / 2 + 1, measured: false })
}
