//! Six weeks of visits, today's in full swing, and what is already booked for the weeks ahead.

use std::time::Duration;

use kernel::World;
use kernel::day::Day;
use kernel::holidays::Calendar;
use kernel::text::{Line, Paragraph};
use kernel::time::{Instant, TestClock};
use store::Tx;
use visits::{Channel, Fate, Outcome, PastVisit, SlotId, VisitId};
use voices::{Score, Voice};

use crate::chance::Chance;
use crate::city::MadeCounter;
use crate::counter_day::{self, Course, Place, Played};
use crate::hours::{Hours, busy};
use crate::visitors::{is_drawn, opinion, visitor};
use crate::{DAYS_AHEAD, DAYS_BEHIND, DemoError, NO_SHOW_AFTER, SEED};

/// Visits written at a time.
const AT_ONCE: usize = 500;

/// A visit to write, and what is said about it afterwards.
struct Told {
    /// The booking this is, if there was one.
    booked: Option<VisitId>,
    visit: PastVisit,
    opinion: Option<(u8, Option<&'static str>)>,
    topic: &'static str,
}

/// Writes everything; how many visits.
pub(crate) async fn fill(
    tx: &mut Tx<'_>,
    past: &World,
    clock: &TestClock,
    real: &World,
    counters: &[MadeCounter],
) -> Result<usize, DemoError> {
    let calendar = places::holidays::calendar(tx).await?;
    let now = real.now();
    let mut told = Vec::new();
    for counter in counters {
        for back in (1..=DAYS_BEHIND).rev() {
            let day = now.day().plus(-back);
            if counter.plan.usually_serves(&calendar, day) {
                one_day(&calendar, counter, day, Hours::USUAL, now, Vec::new(), &mut told)?;
            }
        }
        if counter.plan.serves_somehow(&calendar, now.day()) {
            let hours = Hours::around(&calendar, now.day(), now.minute());
            one_day(&calendar, counter, now.day(), hours, now, Vec::new(), &mut told)?;
        }
        for ahead in 1..=DAYS_AHEAD {
            let day = now.day().plus(ahead);
            if counter.plan.usually_serves(&calendar, day) {
                coming_day(&calendar, counter, day, now, DAYS_AHEAD, &mut told)?;
            }
        }
    }
    write(tx, past, clock, now, &told).await?;
    Ok(told.len())
}

/// Writes what was played.
async fn write(tx: &mut Tx<'_>, past: &World, clock: &TestClock, now: Instant, told: &[Told]) -> Result<(), DemoError> {
    for told in told {
        let Some(id) = told.booked else { continue };
        // Somebody may have cancelled it by hand: then it stays so.
        if visits::tell(tx, past, id, told.visit.ticket, &told.visit.fate).await? {
            say(tx, past, clock, told, id, now).await?;
        }
    }
    let new: Vec<&Told> = told.iter().filter(|told| told.booked.is_none()).collect();
    for chunk in new.chunks(AT_ONCE) {
        let visits: Vec<PastVisit> = chunk.iter().map(|told| told.visit.clone()).collect();
        let ids = visits::insert_history(tx, past, &visits).await?;
        for (told, id) in chunk.iter().zip(ids) {
            say(tx, past, clock, told, id, now).await?;
        }
    }
    clock.set(now);
    Ok(())
}

/// Plays the days since the demo city was last alive, today among them, and what was booked meanwhile; how many visits.
pub(crate) async fn go_on(
    tx: &mut Tx<'_>,
    past: &World,
    clock: &TestClock,
    real: &World,
    counters: &[MadeCounter],
) -> Result<usize, DemoError> {
    let calendar = places::holidays::calendar(tx).await?;
    let now = real.now();
    let today = now.day();
    let mut told = Vec::new();
    for counter in counters {
        let mut missed = 0;
        for back in (0..=DAYS_BEHIND).rev() {
            let day = today.plus(-back);
            let due = match back {
                0 => counter.plan.serves_somehow(&calendar, day),
                _ => counter.plan.usually_serves(&calendar, day),
            };
            let Some(held) = asleep(tx, real, counter, day).await?.filter(|_| due) else { continue };
            let hours = if back == 0 { Hours::around(&calendar, day, now.minute()) } else { Hours::USUAL };
            one_day(&calendar, counter, day, hours, now, held, &mut told)?;
            missed += 1;
        }
        for made in &counter.services {
            visits::extend_slots(tx, &calendar, made.id, today, today.plus(DAYS_AHEAD)).await?;
        }
        for ahead in 1..=DAYS_AHEAD {
            let day = today.plus(ahead);
            if missed > 0 && counter.plan.usually_serves(&calendar, day) {
                coming_day(&calendar, counter, day, now, missed, &mut told)?;
            }
        }
        tx.announce(visits::topic_counter(counter.id).as_str());
    }
    write(tx, past, clock, now, &told).await?;
    Ok(told.len())
}

/// The drawn bookings of a day on which nobody has come yet; none when somebody has.
pub(crate) async fn asleep(
    tx: &mut Tx<'_>,
    real: &World,
    counter: &MadeCounter,
    day: Day,
) -> Result<Option<Vec<(Place, VisitId)>>, DemoError> {
    let seen = visits::today(tx, real, counter.id, day).await?;
    if [&seen.waiting, &seen.called, &seen.serving, &seen.absent, &seen.finished].iter().any(|them| !them.is_empty()) {
        return Ok(None);
    }
    let place = |visit: &visits::Visit| {
        let service = counter.services.iter().position(|made| made.id == visit.service)?;
        let minute = visit.minute.filter(|_| is_drawn(&visit.contact))?;
        Some(((service, minute, visit.channel == Channel::Staff), visit.id))
    };
    // Who was to come while the program stood still is 来庁なし by now.
    Ok(Some(seen.coming.iter().chain(&seen.no_show).filter_map(place).collect()))
}

/// What the person says, some minutes after it was over.
async fn say(
    tx: &mut Tx<'_>,
    past: &World,
    clock: &TestClock,
    told: &Told,
    id: VisitId,
    now: Instant,
) -> Result<(), DemoError> {
    let (Some((score, line)), Fate::Finished { finished, .. }) = (told.opinion, &told.visit.fate) else {
        return Ok(());
    };
    let Some(score) = Score::new(score) else { return Ok(()) };
    clock.set(finished.plus(Duration::from_secs(7 * 60)).min(now));
    let voice = Voice {
        subject: id.uuid(),
        topic: Line::parse(told.topic)?,
        score,
        line: line.map(Paragraph::parse).transpose()?,
        locale: told.visit.locale,
        dims: visits::dims_of(tx, id).await?,
    };
    voices::record(tx, past, &voice).await?;
    Ok(())
}

/// A day of the past, or today cut at the present. `held` are bookings that are there already.
fn one_day(
    calendar: &Calendar,
    counter: &MadeCounter,
    day: Day,
    hours: Hours,
    now: Instant,
    mut held: Vec<(Place, VisitId)>,
    told: &mut Vec<Told>,
) -> Result<(), DemoError> {
    let mut chance = Chance::new(SEED).branch(&format!("{} {day}", counter.plan.code));
    let today = day == now.day();
    let percent = busy(calendar, day);
    let places: Vec<Place> = held.iter().map(|(place, _)| *place).collect();
    let played = if today {
        counter_day::play_today(counter.plan, now, hours, percent, &places, &mut chance)
    } else {
        counter_day::play(counter.plan, day, hours, percent, &places, None, &mut chance)
    };
    for visit in played {
        let (Some(service), Some(offered)) =
            (counter.services.get(visit.service), counter.plan.services.get(visit.service))
        else {
            continue;
        };
        let person = visitor(&mut chance, counter.plan.code == "kosodate")?;
        let lead = chance.between(1, 20);
        let asked = chance.percent(33);
        let Some((fate, ticket, said)) = fate(&visit, day, now, asked, &mut chance) else { continue };
        let slot = visit.slot.map(|minute| SlotId { day, minute });
        let booked = visit
            .slot
            .and_then(|minute| held.iter().position(|(place, _)| *place == (visit.service, minute, visit.by_phone)))
            .map(|at| held.swap_remove(at).1);
        let made_at = match (&visit.course, slot) {
            (Course::Came { checked_in, .. }, None) => *checked_in,
            _ => slot.map_or(now, SlotId::starts_at).plus_days(-lead).plus_minutes(chance.between(-400, 200)).min(now),
        };
        let kept_until = day.plus(30);
        // Walk-ins leave no address; whose time is over has been forgotten by now.
        let contact = (slot.is_some() && kept_until >= now.day()).then_some((person.contact, kept_until));
        told.push(Told {
            booked,
            visit: PastVisit {
                service: service.id,
                counter: counter.id,
                channel: match (slot, visit.by_phone) {
                    (None, _) => Channel::WalkIn,
                    (Some(_), true) => Channel::Staff,
                    (Some(_), false) => Channel::Web,
                },
                day,
                slot,
                minutes: service.minutes,
                who: person.who,
                needs: person.needs,
                locale: person.locale,
                made_at,
                contact,
                ticket: ticket.map(|number| (counter.plan.prefix, number)),
                fate,
            },
            opinion: said,
            topic: offered.code,
        });
    }
    Ok(())
}

type Ended = (Fate, Option<i64>, Option<(u8, Option<&'static str>)>);

/// Where a played visit stands at the present; nothing for somebody who will come in without a booking later.
fn fate(visit: &Played, day: Day, now: Instant, asked: bool, chance: &mut Chance) -> Option<Ended> {
    let slot = visit.slot.map(|minute| day.at(minute));
    let (ticket, checked_in, called, started, finished, desk) = match &visit.course {
        Course::Cancelled => {
            let at = slot?.plus_minutes(-chance.between(90, 4000)).min(now);
            return Some((Fate::Cancelled(at), None, None));
        }
        Course::NoShow if slot?.plus(NO_SHOW_AFTER) <= now => return Some((Fate::NoShow, None, None)),
        Course::NoShow => return Some((Fate::Booked, None, None)),
        Course::Came { ticket, checked_in, called, started, finished, desk } => {
            (*ticket, *checked_in, *called, *started, *finished, desk.to_string())
        }
    };
    if finished <= now {
        let said = asked.then(|| opinion(chance, called.minutes_since(checked_in)));
        let outcome = match chance.below(100) {
            0..3 => Outcome::NotPossible,
            3..7 => Outcome::Continues,
            _ => Outcome::Done,
        };
        let rated = said.is_some();
        return Some((
            Fate::Finished { checked_in, called, started, finished, desk, outcome, rated },
            Some(ticket),
            said,
        ));
    }
    if started <= now {
        return Some((Fate::Serving { checked_in, called, started, desk }, Some(ticket), None));
    }
    if checked_in <= now {
        return Some((Fate::Waiting { checked_in }, Some(ticket), None));
    }
    slot.map(|_| (Fate::Booked, None, None))
}

/// How much of a day is booked so many days ahead, in percent: much for tomorrow, little for next month.
fn share(ahead: i32) -> u32 {
    if ahead > DAYS_AHEAD { 0 } else { 8_000 / (80 + 12 * u32::try_from(ahead).unwrap_or(0)) }
}

/// What was booked within the last `within` days for a day to come.
fn coming_day(
    calendar: &Calendar,
    counter: &MadeCounter,
    day: Day,
    now: Instant,
    within: i32,
    told: &mut Vec<Told>,
) -> Result<(), DemoError> {
    let ahead = day.since(now.day());
    let mut chance = Chance::new(SEED).branch(&format!("{} coming {day} {ahead}", counter.plan.code));
    let percent = busy(calendar, day) * share(ahead).saturating_sub(share(ahead + within)) / 100;
    for (service, minute, by_phone) in counter_day::bookings(counter.plan, Hours::USUAL, percent, &mut chance) {
        let (Some(service), Some(offered)) = (counter.services.get(service), counter.plan.services.get(service)) else {
            continue;
        };
        let person = visitor(&mut chance, counter.plan.code == "kosodate")?;
        let made_at = now.plus_minutes(-chance.between(20, i64::from(within.min(8)) * 24 * 60));
        told.push(Told {
            booked: None,
            visit: PastVisit {
                service: service.id,
                counter: counter.id,
                channel: if by_phone { Channel::Staff } else { Channel::Web },
                day,
                slot: Some(SlotId { day, minute }),
                minutes: service.minutes,
                who: person.who,
                needs: person.needs,
                locale: person.locale,
                made_at,
                contact: Some((person.contact, day.plus(30))),
                ticket: None,
                fate: Fate::Booked,
            },
            opinion: None,
            topic: offered.code,
        });
    }
    Ok(())
}
