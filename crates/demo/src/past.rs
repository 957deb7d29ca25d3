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
use crate::counter_day::{self, Course, Played};
use crate::hours::{Hours, busy};
use crate::visitors::{opinion, visitor};
use crate::{DAYS_AHEAD, DAYS_BEHIND, DemoError, NO_SHOW_AFTER, SEED};

/// Visits written at a time.
const AT_ONCE: usize = 500;

/// A visit to write, and what is said about it afterwards.
struct Told {
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
            if calendar.is_open(day) {
                one_day(&calendar, counter, day, Hours::USUAL, now, &mut told)?;
            }
        }
        let hours = Hours::of_first_day(&calendar, now.day(), now.minute());
        one_day(&calendar, counter, now.day(), hours, now, &mut told)?;
        for ahead in 1..=DAYS_AHEAD {
            let day = now.day().plus(ahead);
            if calendar.is_open(day) {
                coming_day(&calendar, counter, day, now, &mut told)?;
            }
        }
    }
    for chunk in told.chunks(AT_ONCE) {
        let visits: Vec<PastVisit> = chunk.iter().map(|told| told.visit.clone()).collect();
        let ids = visits::insert_history(tx, past, &visits).await?;
        for (told, id) in chunk.iter().zip(ids) {
            say(tx, past, clock, told, id, now).await?;
        }
    }
    clock.set(now);
    Ok(told.len())
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
    };
    voices::record(tx, past, &voice).await?;
    Ok(())
}

/// A day of the past, or today cut at the present.
fn one_day(
    calendar: &Calendar,
    counter: &MadeCounter,
    day: Day,
    hours: Hours,
    now: Instant,
    told: &mut Vec<Told>,
) -> Result<(), DemoError> {
    let mut chance = Chance::new(SEED).branch(&format!("{} {day}", counter.plan.code));
    let today = day == now.day();
    let percent = busy(calendar, day);
    let played = if today {
        counter_day::play_today(counter.plan, now, hours, percent, &mut chance)
    } else {
        counter_day::play(counter.plan, day, hours, percent, None, &mut chance)
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
        let made_at = match (&visit.course, slot) {
            (Course::Came { checked_in, .. }, None) => *checked_in,
            _ => slot.map_or(now, SlotId::starts_at).plus_days(-lead).plus_minutes(chance.between(-400, 200)).min(now),
        };
        let kept_until = day.plus(30);
        // Walk-ins leave no address; whose time is over has been forgotten by now.
        let contact = (slot.is_some() && kept_until >= now.day()).then_some((person.contact, kept_until));
        told.push(Told {
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

/// What is already booked for a day to come: much for tomorrow, little for next month.
fn coming_day(
    calendar: &Calendar,
    counter: &MadeCounter,
    day: Day,
    now: Instant,
    told: &mut Vec<Told>,
) -> Result<(), DemoError> {
    let mut chance = Chance::new(SEED).branch(&format!("{} coming {day}", counter.plan.code));
    let ahead = u32::try_from(day.since(now.day())).unwrap_or(0);
    let percent = busy(calendar, day) * 80 / (80 + ahead * 12);
    for (service, minute, by_phone) in counter_day::bookings(counter.plan, Hours::USUAL, percent, &mut chance) {
        let (Some(service), Some(offered)) = (counter.services.get(service), counter.plan.services.get(service)) else {
            continue;
        };
        let person = visitor(&mut chance, counter.plan.code == "kosodate")?;
        let made_at = now.plus_minutes(-chance.between(20, 8 * 24 * 60));
        told.push(Told {
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
