//! The weekly hours of a service from a day on, and the bookings that lie outside them.

use kernel::{day::Day, holidays::Calendar};
use store::{Error, Tx};

use crate::{
    model::{ServiceId, SlotId},
    openings::{Dated, Opening, on_day, rules},
    visit::{Visit, visit_columns, visit_tables},
};

/// Weekly hours and the day from which they hold; the next phase ends them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The first day.
    pub from: Day,
    /// The rules; none means that nothing can be booked.
    pub openings: Vec<Opening>,
}

/// No hours are published for later than this.
const FAR: i32 = 3660;

store::statements! {
    BOOKED_FROM = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), "
        WHERE v.service_id = $1 AND v.day >= $2 AND v.state = 'booked' ORDER BY v.day, v.minute, v.id");
}

/// The hours in force on a day and every later change that is published already.
///
/// # Errors
/// Storage only.
pub async fn schedule(tx: &mut Tx<'_>, service: ServiceId, from: Day) -> Result<Vec<Phase>, Error> {
    let rules = rules(tx, service, from, from.plus(FAR)).await?;
    let mut days: Vec<Day> =
        rules.iter().flat_map(|it| [Some(it.from.max(from)), it.to.map(|to| to.plus(1))]).flatten().collect();
    days.push(from);
    days.sort_unstable();
    days.dedup();
    let mut phases: Vec<Phase> = Vec::new();
    for day in days {
        let holds = |it: &&Dated| it.from <= day && it.to.is_none_or(|to| day <= to);
        let openings: Vec<Opening> = rules.iter().filter(holds).map(|it| it.opening).collect();
        if phases.last().is_none_or(|last| last.openings != openings) {
            phases.push(Phase { from: day, openings });
        }
    }
    Ok(phases)
}

/// Bookings from a day on whose time the hours do not have: those given, or else those in force on each day.
/// They stay valid until staff move them.
///
/// # Errors
/// Storage only.
pub async fn outside(
    tx: &mut Tx<'_>,
    calendar: &Calendar,
    service: ServiceId,
    from: Day,
    hours: Option<&[Opening]>,
) -> Result<Vec<Visit>, Error> {
    let rules = match hours {
        Some(hours) => hours.iter().map(|opening| Dated { opening: *opening, from, to: None }).collect(),
        None => rules(tx, service, from, from.plus(FAR)).await?,
    };
    let fits = |slot: SlotId| on_day(&rules, calendar, slot.day).any(|it| it.minutes().any(|at| at == slot.minute));
    let rows = tx.all(&BOOKED_FROM, &[service.into(), from.into()]).await?;
    let booked: Vec<Visit> = rows.iter().map(Visit::read).collect::<Result<_, _>>()?;
    Ok(booked.into_iter().filter(|it| it.slot().is_some_and(|slot| !fits(slot))).collect())
}
