//! Past visits in bulk, for a demo city or for records taken over from another system.
//! They arrive as if they had been booked and served here: counts, tickets and times agree.

use std::collections::BTreeMap;

use facts::NewFact;
use kernel::{World, day::Day, locale::Locale, time::Instant};
use store::{Error, Tx};
use uuid::Uuid;

use crate::{
    counter::CounterRule,
    emit::{self, About, topic_and_unit},
    insert::{NewVisit, insert_contact},
    line::Line,
    link::LinkKey,
    model::{Channel, Contact, CounterId, Needs, Outcome, ServiceId, SlotId, VisitId, Who},
    number::ticket,
    state::State,
    visit::{Progress, Visit},
};

/// A visit of the past, or a booking of the future.
#[derive(Clone, Debug)]
pub struct PastVisit {
    /// The service.
    pub service: ServiceId,
    /// Its counter.
    pub counter: CounterId,
    /// Through which door; a walk-in has no slot, everybody else has one.
    pub channel: Channel,
    /// The day.
    pub day: Day,
    /// The booked time.
    pub slot: Option<SlotId>,
    /// Planned length.
    pub minutes: u16,
    /// Who came.
    pub who: Who,
    /// Help needed.
    pub needs: Needs,
    /// Language.
    pub locale: Locale,
    /// When it was booked or the ticket taken.
    pub made_at: Instant,
    /// Contact, for visits whose contact is still kept, and the day after which it is deleted.
    pub contact: Option<(Contact, Day)>,
    /// The letter and number of the ticket, for everybody who came.
    pub ticket: Option<(char, i64)>,
    /// What happened.
    pub fate: Fate,
}

/// What happened to a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Still to come.
    Booked,
    /// Withdrawn.
    Cancelled(Instant),
    /// 来庁なし.
    NoShow,
    /// Has come and waits.
    Waiting {
        /// 受付.
        checked_in: Instant,
    },
    /// Is on the way to a desk.
    Called {
        /// 受付.
        checked_in: Instant,
        /// 呼出.
        called: Instant,
        /// 窓口番号.
        desk: String,
    },
    /// 不在.
    Absent {
        /// 受付.
        checked_in: Instant,
        /// 呼出.
        called: Instant,
        /// 窓口番号.
        desk: String,
    },
    /// Is being served.
    Serving {
        /// 受付.
        checked_in: Instant,
        /// 呼出.
        called: Instant,
        /// 開始.
        started: Instant,
        /// 窓口番号.
        desk: String,
    },
    /// Served.
    Finished {
        /// 受付.
        checked_in: Instant,
        /// 呼出.
        called: Instant,
        /// 開始.
        started: Instant,
        /// 終了.
        finished: Instant,
        /// 窓口番号.
        desk: String,
        /// How it ended.
        outcome: Outcome,
        /// Whether the 満足度 question was answered.
        rated: bool,
    },
}

store::statements! {
    /// Makes room where there is none: past days have no slots, and a slot may be fuller than planned.
    HOLD_WEB = "INSERT INTO visit_slot (service_id, day, minute, web_capacity, web_booked, staff_capacity, staff_booked, closed)
                VALUES ($1, $2, $3, $4, $4, 0, 0, FALSE)
                ON CONFLICT (service_id, day, minute) DO UPDATE SET web_booked = visit_slot.web_booked + excluded.web_booked,
                  web_capacity = CASE WHEN visit_slot.web_booked + excluded.web_booked > visit_slot.web_capacity
                    THEN visit_slot.web_booked + excluded.web_booked ELSE visit_slot.web_capacity END";
    HOLD_STAFF = "INSERT INTO visit_slot (service_id, day, minute, web_capacity, web_booked, staff_capacity, staff_booked, closed)
                  VALUES ($1, $2, $3, 0, 0, $4, $4, FALSE)
                  ON CONFLICT (service_id, day, minute) DO UPDATE SET staff_booked = visit_slot.staff_booked + excluded.staff_booked,
                    staff_capacity = CASE WHEN visit_slot.staff_booked + excluded.staff_booked > visit_slot.staff_capacity
                      THEN visit_slot.staff_booked + excluded.staff_booked ELSE visit_slot.staff_capacity END";
    RATED = "UPDATE visit SET rated = TRUE WHERE id = $1";
    TICKETS = "INSERT INTO visit_line (counter_id, day, last_ticket, booked_streak, calls) VALUES ($1, $2, $3, 0, 0)
               ON CONFLICT (counter_id, day) DO UPDATE SET last_ticket =
                 CASE WHEN excluded.last_ticket > visit_line.last_ticket THEN excluded.last_ticket ELSE visit_line.last_ticket END";
}

/// Writes visits, at most 500 at once; their ids in the same order.
///
/// # Errors
/// Storage only: a visit that contradicts itself (finished without a ticket, a walk-in with a slot) is refused by the database.
pub async fn insert_history(tx: &mut Tx<'_>, world: &World, visits: &[PastVisit]) -> Result<Vec<VisitId>, Error> {
    // Visits that come in bulk have links and slips too, even where nobody has booked yet.
    LinkKey::make(tx, world).await?;
    let mut ids = Vec::with_capacity(visits.len());
    let (mut told, mut known) = (Vec::new(), Known::new());
    let mut held: BTreeMap<(ServiceId, SlotId, Channel), i64> = BTreeMap::new();
    let mut last: BTreeMap<(CounterId, Day), i64> = BTreeMap::new();
    for visit in visits {
        let id: VisitId = world.id();
        let progress = progress(visit.slot, visit.ticket, &visit.fate);
        let holds = progress.state.holds_place();
        let new = NewVisit {
            id,
            service: visit.service,
            counter: visit.counter,
            channel: visit.channel,
            day: visit.day,
            slot: visit.slot,
            minutes: visit.minutes,
            who: visit.who,
            needs: visit.needs.clone(),
            locale: visit.locale,
            made_at: visit.made_at,
            progress,
            rated: matches!(visit.fate, Fate::Finished { rated: true, .. }),
        };
        new.insert(tx, world).await?;
        told.extend(told_by(tx, &new, &mut known).await?);
        if let Some((contact, erase_on)) = &visit.contact {
            insert_contact(tx, id, contact, *erase_on).await?;
        }
        if let Some(slot) = visit.slot.filter(|_| holds) {
            *held.entry((visit.service, slot, visit.channel)).or_default() += 1;
        }
        if let Some((_, number)) = visit.ticket {
            let entry = last.entry((visit.counter, visit.day)).or_default();
            *entry = number.max(*entry);
        }
        ids.push(id);
    }
    for ((service, slot, channel), count) in held {
        let statement = if channel == Channel::Staff { &HOLD_STAFF } else { &HOLD_WEB };
        tx.exec(statement, &[service.into(), slot.day.into(), slot.minute.into(), count.into()]).await?;
    }
    for ((counter, day), number) in last {
        tx.exec(&TICKETS, &[counter.into(), day.into(), number.into()]).await?;
    }
    facts::record_all(tx, world, &told).await?;
    Ok(ids)
}

/// The code and division of services at counters, as far as they were looked up.
type Known = BTreeMap<(ServiceId, CounterId), (String, Option<Uuid>)>;

/// The facts a past visit leaves, as if each act had been done here at its time.
async fn told_by(tx: &mut Tx<'_>, visit: &NewVisit, known: &mut Known) -> Result<Vec<NewFact>, Error> {
    let of = (visit.service, visit.counter);
    let (topic, unit) = match known.get(&of) {
        Some(it) => it.clone(),
        None => known.entry(of).or_insert(topic_and_unit(tx, visit.service, visit.counter).await?).clone(),
    };
    let about = About::new(visit, topic, unit);
    let mut told = about.happened(&Progress::new(State::Booked), &visit.progress);
    if visit.slot.is_some() {
        told.push(about.booked(visit.made_at));
    }
    Ok(told)
}

/// Writes what happened to a booking that nobody at the counter has touched (still to come, or 来庁なし), as if it had been
/// served here; `false` when somebody has, or when there is no such visit.
///
/// # Errors
/// Storage only.
pub async fn tell(
    tx: &mut Tx<'_>,
    world: &World,
    id: VisitId,
    ticket: Option<(char, i64)>,
    fate: &Fate,
) -> Result<bool, Error> {
    let Some(mut visit) = Visit::find(tx, id).await? else { return Ok(false) };
    if !matches!(visit.state(), State::Booked | State::NoShow) {
        return Ok(false);
    }
    let slot = visit.minute.map(|minute| SlotId { day: visit.day, minute });
    let told = progress(slot, ticket, fate);
    // A place that was given back would have to be given back in its slot, too: that is what cancelling is for.
    let before = visit.progress.clone();
    if !told.state.holds_place() || !visit.put(tx, told).await? {
        return Ok(false);
    }
    emit::changed(tx, world, &visit, &before, None).await?;
    if let Some((_, number)) = ticket {
        tx.exec(&TICKETS, &[visit.counter.into(), visit.day.into(), number.into()]).await?;
    }
    if matches!(fate, Fate::Finished { rated: true, .. }) {
        tx.exec(&RATED, &[id.into()]).await?;
    }
    Ok(true)
}

fn progress(slot: Option<SlotId>, drawn: Option<(char, i64)>, fate: &Fate) -> Progress {
    let grace = CounterRule::default().grace_minutes;
    // Late bookings waited like walk-ins.
    let line = |came: Instant| match slot {
        Some(slot) if came <= slot.starts_at().plus_minutes(grace.into()) => Line::Booked,
        _ => Line::WalkIn,
    };
    let ticket = drawn.map(|(letter, number)| ticket(letter, number)).unwrap_or_default();
    let new = Progress::new(State::Booked);
    match fate {
        Fate::Booked => new,
        Fate::Cancelled(at) => new.cancelled(*at),
        Fate::NoShow => Progress { state: State::NoShow, ..new },
        Fate::Waiting { checked_in } => new.checked_in(ticket, line(*checked_in), *checked_in),
        Fate::Called { checked_in, called, desk } => {
            new.checked_in(ticket, line(*checked_in), *checked_in).called(desk, None, *called)
        }
        Fate::Absent { checked_in, called, desk } => {
            new.checked_in(ticket, line(*checked_in), *checked_in).called(desk, None, *called).absent()
        }
        Fate::Serving { checked_in, called, started, desk } => {
            new.checked_in(ticket, line(*checked_in), *checked_in).called(desk, None, *called).started(*started)
        }
        Fate::Finished { checked_in, called, started, finished, desk, outcome, .. } => new
            .checked_in(ticket, line(*checked_in), *checked_in)
            .called(desk, None, *called)
            .started(*started)
            .finished(*outcome, *finished),
    }
}
