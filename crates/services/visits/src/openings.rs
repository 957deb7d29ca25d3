//! When a service has places: weekly opening rules with dates, and the slots made from them.
//!
//! Slots are rows made ahead of time, so that the free places of a month are one index range however many
//! bookings there are. Making them never touches a row that exists: new hours change empty rows only,
//! and rows that bookings hold keep exactly the places that are sold.

use std::collections::BTreeSet;

use kernel::{
    World,
    day::{Day, Minute, Weekday},
    holidays::Calendar,
};
use store::{Error, Tx, Value};

use crate::{
    model::{OpeningId, ServiceId, SlotId},
    service::service,
    visit::topic_service,
};

/// One weekly rule: on this weekday, from … to, a slot every `step` minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The weekday.
    pub weekday: Weekday,
    /// First slot.
    pub from: Minute,
    /// The last slot ends at the latest now.
    pub to: Minute,
    /// Minutes from slot to slot.
    pub step: u16,
    /// Places for residents in each.
    pub web: u32,
    /// Places for staff (telephone) in each.
    pub staff: u32,
}

impl Opening {
    /// The times of its slots.
    pub fn minutes(&self) -> impl Iterator<Item = Minute> {
        let (from, to, step) = (self.from.number(), self.to.number(), self.step.max(1));
        (from..to).step_by(step.into()).filter(move |it| it + step <= to).filter_map(Minute::from_number)
    }
}

store::statements! {
    RULES = "SELECT weekday, from_minute, to_minute, step_minutes, web_capacity, staff_capacity, valid_from, valid_to
             FROM visit_opening WHERE service_id = $1 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $2)
             ORDER BY weekday, from_minute, valid_from";
    CLOSED_DAYS = "SELECT day FROM visit_closure
                   WHERE counter_id = $1 AND (service_id IS NULL OR service_id = $2) AND lifted_at IS NULL AND day BETWEEN $3 AND $4";
    /// Slots of one rule on one day. Existing rows only ever gain places, never lose sold ones.
    EXTEND = "WITH RECURSIVE step(minute) AS (
                SELECT CAST($3 AS BIGINT) UNION ALL SELECT minute + $5 FROM step WHERE minute + $5 + $5 <= $4)
              INSERT INTO visit_slot (service_id, day, minute, web_capacity, web_booked, staff_capacity, staff_booked, closed)
              SELECT CAST($1 AS {uuid}), CAST($2 AS BIGINT), minute, CAST($6 AS BIGINT), 0, CAST($7 AS BIGINT), 0, CAST($8 AS {bool})
              FROM step WHERE TRUE
              ON CONFLICT (service_id, day, minute) DO NOTHING";
    LAST_DAY = "SELECT MAX(day) FROM visit_slot WHERE service_id = $1";
    END_RULES = "UPDATE visit_opening SET valid_to = $2 - 1 WHERE service_id = $1 AND (valid_to IS NULL OR valid_to >= $2)";
    DROP_FUTURE_RULES = "DELETE FROM visit_opening WHERE service_id = $1 AND valid_to < valid_from";
    ADD_RULE = "INSERT INTO visit_opening (id, service_id, weekday, from_minute, to_minute, step_minutes, web_capacity, staff_capacity,
                  valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)";
    /// Empty slots from a day on make room for the new hours.
    DROP_EMPTY = "DELETE FROM visit_slot WHERE service_id = $1 AND day >= $2 AND web_booked = 0 AND staff_booked = 0";
    /// Slots that bookings hold sell nothing more until the new hours say so.
    FREEZE = "UPDATE visit_slot SET web_capacity = web_booked, staff_capacity = staff_booked WHERE service_id = $1 AND day >= $2";
    REGROW = "UPDATE visit_slot SET web_capacity = CASE WHEN web_booked > $4 THEN web_booked ELSE $4 END,
                staff_capacity = CASE WHEN staff_booked > $5 THEN staff_booked ELSE $5 END
              WHERE service_id = $1 AND day = $2 AND minute = $3";
    HELD = "SELECT day, minute, web_booked + staff_booked FROM visit_slot WHERE service_id = $1 AND day >= $2
              AND web_booked + staff_booked > 0 ORDER BY day, minute";
}

pub(crate) struct Dated {
    pub(crate) opening: Opening,
    pub(crate) from: Day,
    pub(crate) to: Option<Day>,
}

/// The dated rules that are in force on any of these days.
pub(crate) async fn rules(tx: &mut Tx<'_>, service: ServiceId, from: Day, to: Day) -> Result<Vec<Dated>, Error> {
    let rows = tx.all(&RULES, &[service.into(), from.into(), to.into()]).await?;
    rows.iter()
        .map(|row| {
            let weekday = Weekday::from_number(row.get(0)?);
            Ok(Dated {
                opening: Opening {
                    weekday: weekday.ok_or(Error::Column {
                        column: 0,
                        expected: "a weekday",
                        found: "another number",
                    })?,
                    from: row.get(1)?,
                    to: row.get(2)?,
                    step: row.get(3)?,
                    web: row.get(4)?,
                    staff: row.get(5)?,
                },
                from: row.get(6)?,
                to: row.get(7)?,
            })
        })
        .collect()
}

/// The weekly rules of a service in force on a day.
///
/// # Errors
/// Storage only.
pub async fn openings(tx: &mut Tx<'_>, service: ServiceId, on: Day) -> Result<Vec<Opening>, Error> {
    Ok(rules(tx, service, on, on).await?.into_iter().map(|it| it.opening).collect())
}

/// Which rules apply on a day: none when the hall is closed for a holiday or by the city. A rule for a Sunday
/// means that Sunday: weekends are decided by the rules themselves.
pub(crate) fn on_day<'a>(rules: &'a [Dated], calendar: &Calendar, day: Day) -> impl Iterator<Item = &'a Opening> {
    let open = calendar.name(day).is_none();
    rules
        .iter()
        .filter(move |it| {
            open && it.opening.weekday == day.weekday() && it.from <= day && it.to.is_none_or(|to| day <= to)
        })
        .map(|it| &it.opening)
}

/// Makes the slots of a service for the days `from ..= to`. How many are new.
///
/// # Errors
/// Storage only.
pub async fn extend_slots(
    tx: &mut Tx<'_>,
    calendar: &Calendar,
    id: ServiceId,
    from: Day,
    to: Day,
) -> Result<u64, Error> {
    let Some(service) = service(tx, id).await? else { return Ok(0) };
    let rules = rules(tx, id, from, to).await?;
    let rows = tx.all(&CLOSED_DAYS, &[service.counter.into(), id.into(), from.into(), to.into()]).await?;
    let closed: BTreeSet<Day> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let mut sets: Vec<Vec<Value>> = Vec::new();
    let mut day = from;
    while day <= to {
        for it in on_day(&rules, calendar, day) {
            if it.minutes().next().is_some() {
                sets.push(vec![
                    id.into(),
                    day.into(),
                    it.from.into(),
                    it.to.into(),
                    it.step.into(),
                    it.web.into(),
                    it.staff.into(),
                    closed.contains(&day).into(),
                ]);
            }
        }
        day = day.plus(1);
    }
    let made = tx.batch(&EXTEND, &sets).await?;
    if made > 0 {
        tx.announce(topic_service(id).as_str());
    }
    Ok(made)
}

/// The last day a service has slots for.
pub(crate) async fn last_day(tx: &mut Tx<'_>, service: ServiceId) -> Result<Option<Day>, Error> {
    tx.value(&LAST_DAY, &[service.into()]).await
}

/// Why new hours were refused.
#[derive(Debug, thiserror::Error)]
pub enum SetOpeningsError {
    /// No such service.
    #[error("no such service")]
    NoSuchService,
    /// The day has begun already: hours change from tomorrow on at the earliest.
    #[error("hours can change from tomorrow on")]
    TooEarly,
    /// This rule (by its place in the list) ends before it begins, has no slot, or overlaps another one.
    #[error("rule {0} does not make sense")]
    Rule(usize),
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

/// New hours: which bookings lie outside them now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewHours {
    /// Slots made.
    pub made: u64,
    /// Times with bookings that the new hours do not have, and how many each. They stay valid until staff move them.
    pub outside: Vec<(SlotId, u32)>,
}

/// Whether new hours make sense, before anybody asks what they would change.
///
/// # Errors
/// [`SetOpeningsError`].
pub fn check_openings(world: &World, from: Day, hours: &[Opening]) -> Result<(), SetOpeningsError> {
    if from <= world.today() {
        return Err(SetOpeningsError::TooEarly);
    }
    for (index, it) in hours.iter().enumerate() {
        let overlaps =
            hours[..index].iter().any(|other| other.weekday == it.weekday && other.from < it.to && it.from < other.to);
        if overlaps || !(5..=480).contains(&it.step) || it.minutes().next().is_none() || it.web.max(it.staff) > 100_000
        {
            return Err(SetOpeningsError::Rule(index));
        }
    }
    Ok(())
}

/// Publishes new weekly hours from a day on. Rows that bookings hold are kept with exactly the places sold.
///
/// # Errors
/// [`SetOpeningsError`].
pub async fn set_openings(
    tx: &mut Tx<'_>,
    world: &World,
    calendar: &Calendar,
    id: ServiceId,
    from: Day,
    hours: &[Opening],
) -> Result<NewHours, SetOpeningsError> {
    if service(tx, id).await?.is_none() {
        return Err(SetOpeningsError::NoSuchService);
    }
    check_openings(world, from, hours)?;
    let last = last_day(tx, id).await?.unwrap_or(from).max(from);
    put_rules(tx, world, id, from, hours).await?;
    tx.exec(&DROP_EMPTY, &[id.into(), from.into()]).await?;
    tx.exec(&FREEZE, &[id.into(), from.into()]).await?;
    let held = tx.all(&HELD, &[id.into(), from.into()]).await?;
    let mut outside = Vec::new();
    for row in &held {
        let (slot, count) = (SlotId { day: row.get(0)?, minute: row.get(1)? }, row.get(2)?);
        let open = calendar.name(slot.day).is_none();
        match hours
            .iter()
            .find(|it| open && it.weekday == slot.day.weekday() && it.minutes().any(|minute| minute == slot.minute))
        {
            Some(it) => {
                let params = [id.into(), slot.day.into(), slot.minute.into(), it.web.into(), it.staff.into()];
                tx.exec(&REGROW, &params).await?;
            }
            None => outside.push((slot, count)),
        }
    }
    let made = extend_slots(tx, calendar, id, from, last).await?;
    tx.announce(topic_service(id).as_str());
    Ok(NewHours { made, outside })
}

/// Ends the rules in force and writes new ones, without touching slots.
pub(crate) async fn put_rules(
    tx: &mut Tx<'_>,
    world: &World,
    id: ServiceId,
    from: Day,
    hours: &[Opening],
) -> Result<(), Error> {
    tx.exec(&END_RULES, &[id.into(), from.into()]).await?;
    tx.exec(&DROP_FUTURE_RULES, &[id.into()]).await?;
    let sets: Vec<Vec<Value>> = hours
        .iter()
        .map(|it| {
            vec![
                world.id::<OpeningId>().into(),
                id.into(),
                it.weekday.number().into(),
                it.from.into(),
                it.to.into(),
                it.step.into(),
                it.web.into(),
                it.staff.into(),
                from.into(),
            ]
        })
        .collect();
    tx.batch(&ADD_RULE, &sets).await.map(drop)
}
