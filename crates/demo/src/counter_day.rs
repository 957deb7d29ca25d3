//! One day at one counter, played through: who books, who comes, who is called when, to which desk, and how long it takes.

use kernel::day::{Day, Minute};
use kernel::time::Instant;
use std::collections::{BTreeMap, VecDeque};

use crate::chance::Chance;
use crate::hours::{Hours, weight_at};
use crate::offer::CounterPlan;

/// Minutes a desk is empty at noon.
const LUNCH: i64 = 30;

/// A visit of a played day, before it is cut at the present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Played {
    /// Which of the counter's services.
    pub(crate) service: usize,
    /// The booked time; nobody booked for a walk-in.
    pub(crate) slot: Option<Minute>,
    /// Booked by telephone rather than on the web.
    pub(crate) by_phone: bool,
    pub(crate) course: Course,
}

/// How the day went for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Course {
    Cancelled,
    NoShow,
    Came { ticket: i64, checked_in: Instant, called: Instant, started: Instant, finished: Instant, desk: u8 },
}

/// Bookings of a day: service, slot, by telephone. Never more in a slot than it has places.
pub(crate) fn bookings(plan: &CounterPlan, hours: Hours, percent: u32, chance: &mut Chance) -> Vec<Place> {
    let mut booked = Vec::new();
    for (service, offered) in plan.services.iter().enumerate() {
        let Some((web, phone)) = offered.places else { continue };
        let slots: Vec<u16> = slots(hours).collect();
        let weights: Vec<u32> = slots.iter().map(|minute| weight_at(*minute)).collect();
        let mut taken = vec![(0, 0); slots.len()];
        for _ in 0..chance.about(offered.booked * percent / 100) {
            let at = chance.weighted(&weights);
            let by_phone = chance.percent(18);
            let (Some(minute), Some(count)) = (slots.get(at), taken.get_mut(at)) else { continue };
            let (count, places) = if by_phone { (&mut count.1, phone) } else { (&mut count.0, web) };
            if *count < places
                && let Some(minute) = Minute::from_number(*minute)
            {
                *count += 1;
                booked.push((service, minute, by_phone));
            }
        }
    }
    booked.sort_by_key(|(_, minute, _)| *minute);
    booked
}

/// The beginnings of the half hours in which places are offered: from nine, until half an hour before the end.
pub(crate) fn slots(hours: Hours) -> impl Iterator<Item = u16> {
    let usual = hours == Hours::USUAL;
    let from = if usual { 9 * 60 } else { hours.from };
    let to = if usual { 16 * 60 + 30 } else { hours.to.saturating_sub(29) };
    (from..to).step_by(30)
}

/// Somebody in the house.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    at: Instant,
    service: usize,
    slot: Option<Minute>,
    by_phone: bool,
}

/// A booked place: service, slot, by telephone.
pub(crate) type Place = (usize, Minute, bool);

/// Bookings that are there already, and as many more as make the day as busy as it should be.
fn topped_up(held: &[Place], drawn: Vec<Place>) -> Vec<Place> {
    let (all, more) = (drawn.len(), drawn.len().saturating_sub(held.len()));
    // Every so many of the drawn ones, so that they are spread over the day.
    let spread = drawn.into_iter().enumerate().filter(|(at, _)| (at + 1) * more / all > at * more / all);
    let mut booked: Vec<Place> = held.iter().copied().chain(spread.map(|(_, place)| place)).collect();
    booked.sort_by_key(|(_, minute, _)| *minute);
    booked
}

/// Plays a day: its bookings, `held` among them, people without one, and with `rush` so many more in the quarter of an hour
/// before a moment.
pub(crate) fn play(
    plan: &CounterPlan,
    day: Day,
    hours: Hours,
    percent: u32,
    held: &[Place],
    rush: Option<(Instant, u32)>,
    chance: &mut Chance,
) -> Vec<Played> {
    let mut played = Vec::new();
    let mut arrivals = Vec::new();
    // Shorter hours bring fewer people, so that the hall looks as full as on a usual day.
    let open_minutes = u32::from(hours.to - hours.from).min(u32::from(Hours::USUAL.to - Hours::USUAL.from));
    let percent = percent * open_minutes / u32::from(Hours::USUAL.to - Hours::USUAL.from);
    for (service, slot, by_phone) in topped_up(held, bookings(plan, hours, percent, chance)) {
        let course = match chance.below(100) {
            0..5 => Course::Cancelled,
            5..13 => Course::NoShow,
            _ => {
                let seconds = if chance.percent(7) { chance.between(60, 900) } else { chance.between(-840, 0) };
                let at = Instant::from_micros(day.at(slot).micros() + seconds * 1_000_000);
                arrivals.push(Arrival { at, service, slot: Some(slot), by_phone });
                continue;
            }
        };
        played.push(Played { service, slot: Some(slot), by_phone, course });
    }
    let shares: Vec<u32> = plan.services.iter().map(|service| service.share).collect();
    let open: Vec<u16> = (hours.from..hours.to.saturating_sub(20)).step_by(30).collect();
    let weights: Vec<u32> = open.iter().map(|minute| weight_at(*minute)).collect();
    for _ in 0..chance.about(plan.walk_ins * percent * 10) {
        let Some(half_hour) = open.get(chance.weighted(&weights)) else { continue };
        let seconds = i64::from(*half_hour) * 60 + chance.between(0, 1799);
        let at = Instant::from_micros(day.start().micros() + seconds * 1_000_000);
        arrivals.push(Arrival { at, service: chance.weighted(&shares), slot: None, by_phone: false });
    }
    if let Some((now, more)) = rush {
        for _ in 0..more {
            let at = Instant::from_micros(now.micros() - chance.between(60, 900) * 1_000_000).max(day.start());
            arrivals.push(Arrival { at, service: chance.weighted(&shares), slot: None, by_phone: false });
        }
    }
    arrivals.sort_by_key(|arrival| arrival.at);
    serve(plan, day, hours, arrivals, chance, &mut played);
    played
}

/// Calls everybody in turn: who has booked first, but never more than two in a row while others wait.
fn serve(
    plan: &CounterPlan,
    day: Day,
    hours: Hours,
    arrivals: Vec<Arrival>,
    chance: &mut Chance,
    played: &mut Vec<Played>,
) {
    let opening = Instant::from_micros(day.start().micros() + i64::from(hours.from) * 60_000_000);
    let mut desks: Vec<(Instant, u8)> = (1..=plan.staffed).map(|desk| (opening, desk)).collect();
    // Lunch is taken in turns, which is why the rush at noon makes a queue.
    let mut lunch: BTreeMap<u8, Instant> = BTreeMap::new();
    if hours == Hours::USUAL && plan.staffed > 2 {
        let begins = |desk: u8| day.start().plus_minutes(11 * 60 + 30 + LUNCH * i64::from(desk - 1));
        lunch = (1..=plan.staffed.min(4)).map(|desk| (desk, begins(desk))).collect();
    }
    let mut coming: VecDeque<(i64, Arrival)> = (1..).zip(arrivals).collect();
    let mut lines: [VecDeque<(i64, Arrival)>; 2] = Default::default();
    let mut streak = 0;
    // Time only moves forward, also when another desk has been free for longer.
    let mut clock = opening;
    loop {
        desks.sort();
        let Some((free, desk)) = desks.first_mut() else { return };
        let waiting = lines.iter().any(|line| !line.is_empty());
        let now = match coming.front() {
            Some((_, next)) if !waiting => next.at.max(*free),
            None if !waiting => return,
            _ => *free,
        }
        .max(clock);
        if lunch.get(desk).is_some_and(|begins| *begins <= now) {
            lunch.remove(desk);
            *free = now.plus_minutes(LUNCH);
            continue;
        }
        clock = now;
        while let Some((ticket, arrival)) = coming.pop_front_if(|(_, arrival)| arrival.at <= now) {
            if let Some(line) = lines.get_mut(usize::from(arrival.slot.is_none())) {
                line.push_back((ticket, arrival));
            }
        }
        let [booked, others] = &mut lines;
        let due = booked.front().is_some_and(|(_, it)| {
            it.slot.is_none_or(|slot| day.at(slot).plus_minutes(-5) <= now) && (streak < 2 || others.is_empty())
        });
        let next = if due || others.is_empty() { booked.pop_front() } else { others.pop_front() };
        let Some((ticket, arrival)) = next else { continue };
        streak = if arrival.slot.is_some() { streak + 1 } else { 0 };
        let seconds = |from: Instant, low, high, chance: &mut Chance| {
            Instant::from_micros(from.micros() + chance.between(low, high) * 1_000_000)
        };
        let minutes = plan.services.get(arrival.service).map_or(15, |service| i64::from(service.minutes));
        let called = seconds(now, 15, 120, chance);
        let started = seconds(called, 20, 75, chance);
        let finished = seconds(started, minutes * 60 * 45 / 100, minutes * 60 * 115 / 100, chance);
        let course = Course::Came { ticket, checked_in: arrival.at, called, started, finished, desk: *desk };
        // Papers are put away before the next one is called.
        *free = seconds(finished, 30, 150, chance);
        played.push(Played { service: arrival.service, slot: arrival.slot, by_phone: arrival.by_phone, course });
    }
}

impl Played {
    /// In the house and not yet at a desk.
    fn waits_at(&self, now: Instant) -> bool {
        matches!(self.course, Course::Came { checked_in, started, .. } if checked_in <= now && now < started)
    }

    fn is_served_at(&self, now: Instant) -> bool {
        matches!(self.course, Course::Came { started, finished, .. } if started <= now && now < finished)
    }
}

/// A day on which some people wait and somebody is served right now: as many more come in the last quarter of an hour as that
/// takes.
pub(crate) fn play_today(
    plan: &CounterPlan,
    now: Instant,
    hours: Hours,
    percent: u32,
    held: &[Place],
    chance: &mut Chance,
) -> Vec<Played> {
    let wanted = usize::from(plan.staffed) + 1;
    let mut more = 0;
    loop {
        let mut own = chance.clone();
        let rush = (more > 0).then_some((now, more));
        let played = play(plan, now.day(), hours, percent, held, rush, &mut own);
        let served = played.iter().any(|visit| visit.is_served_at(now));
        let enough = played.iter().filter(|visit| visit.waits_at(now)).count() >= wanted;
        if more >= 40 || served && enough {
            *chance = own;
            return played;
        }
        more += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offer::COUNTERS;

    fn day() -> Day {
        Day::new(2026, 11, 24).unwrap()
    }

    fn a_day(percent: u32, seed: u64) -> Vec<Played> {
        play(&COUNTERS[0], day(), Hours::USUAL, percent, &[], None, &mut Chance::new(seed))
    }

    #[test]
    fn nobody_is_called_before_coming_and_no_desk_serves_two_at_once() {
        for seed in 0..20 {
            let mut by_desk: Vec<Vec<(Instant, Instant)>> = vec![Vec::new(); 100];
            let mut tickets = Vec::new();
            for visit in a_day(150, seed) {
                let Course::Came { ticket, checked_in, called, started, finished, desk } = visit.course else {
                    continue;
                };
                assert!(checked_in < called && called < started && started < finished);
                by_desk[usize::from(desk)].push((called, finished));
                tickets.push((checked_in, ticket));
            }
            for spans in &mut by_desk {
                spans.sort();
                assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0));
            }
            tickets.sort();
            assert!(tickets.windows(2).all(|pair| pair[0].1 < pair[1].1 || pair[0].0 == pair[1].0));
        }
    }

    #[test]
    fn bookings_never_exceed_places_and_about_eight_in_a_hundred_do_not_come() {
        let (mut booked, mut missing) = (0, 0);
        for seed in 0..200 {
            let day = a_day(130, seed);
            let mut places = std::collections::BTreeMap::new();
            for visit in day.iter().filter(|visit| visit.slot.is_some()) {
                *places.entry((visit.service, visit.slot, visit.by_phone)).or_insert(0) += 1;
                booked += u32::from(visit.course != Course::Cancelled);
                missing += u32::from(visit.course == Course::NoShow);
            }
            for ((service, _, by_phone), count) in places {
                let (web, phone) = COUNTERS[0].services[service].places.unwrap();
                assert!(count <= if by_phone { phone } else { web });
            }
        }
        assert!((6..=10).contains(&(missing * 100 / booked)), "{missing} of {booked}");
    }

    #[test]
    fn at_noon_people_wait_longer_than_in_the_morning() {
        let mean = |from: u8, to: u8| {
            let waits: Vec<i64> = (0..60)
                .flat_map(|seed| a_day(100, seed))
                .filter_map(|visit| match visit.course {
                    Course::Came { checked_in, called, .. } if visit.slot.is_none() => Some((checked_in, called)),
                    _ => None,
                })
                .filter(|(checked_in, _)| (from..to).contains(&checked_in.minute().hm().0))
                .map(|(checked_in, called)| called.since(checked_in).as_secs() as i64)
                .collect();
            waits.iter().sum::<i64>() / i64::try_from(waits.len()).unwrap().max(1) / 60
        };
        let (morning, noon) = (mean(8, 10), mean(12, 14));
        assert!(noon > morning + 2 && (5..45).contains(&noon), "{morning} {noon} minutes");
    }
}
