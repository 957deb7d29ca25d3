//! Free places: one index range of slots, answered from memory until something changes.
//!
//! [`Availability`] keeps, for each service, its days and the bytes of answers made from them. A booking marks
//! its service as changed when it commits; the next reader rebuilds once and everybody who came meanwhile shares
//! the result. So the cost of an answer does not depend on how many bookings there are, and a reader
//! never sees less than what was committed on this node before they asked. Other nodes' bookings are seen when
//! their hint arrives, or at the latest when the entry is [`FOREIGN_AGE`] old. What is shown is
//! never more than advice: the claim in [`crate::book()`] decides.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kernel::{
    Stopwatch, World,
    day::{Day, Minute},
    time::Instant,
};
use store::{Db, Engine, Error, Topic, Tx};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use crate::{
    model::{Channel, ServiceId, SlotId},
    service::{Service, service},
};

/// On PostgreSQL an entry is read anew after this long even if no hint came from another node.
pub(crate) const FOREIGN_AGE: Duration = Duration::from_millis(900);

/// Rebuilding one service takes at most this share of one core: a pause of so many times its own length.
const PAUSE: u32 = 3;

/// A time with its places for one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotPlaces {
    /// The slot.
    pub id: SlotId,
    /// Places of the channel.
    pub capacity: u32,
    /// Of these, free.
    pub free: u32,
}

/// A day with its times that can still be booked, also full ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayPlaces {
    /// The day.
    pub day: Day,
    /// Its times, in order; empty when nothing can be booked that day.
    pub slots: Vec<SlotPlaces>,
}

impl DayPlaces {
    /// Free places of the day.
    #[must_use]
    pub fn free(&self) -> u32 {
        self.slots.iter().map(|it| it.free).sum()
    }

    /// Places of the day.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.slots.iter().map(|it| it.capacity).sum()
    }
}

store::statements! {
    SLOTS = "SELECT day, minute, web_capacity, web_booked, staff_capacity, staff_booked FROM visit_slot
             WHERE service_id = $1 AND day BETWEEN $2 AND $3 AND closed = FALSE ORDER BY day, minute";
    LOAD = "SELECT day, minute, web_capacity, web_booked, staff_capacity, staff_booked, closed FROM visit_slot
            WHERE service_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day, minute";
}

/// A slot as staff see it: both channels, also closed and past ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotLoad {
    /// The slot.
    pub id: SlotId,
    /// Places for residents.
    pub web_capacity: u32,
    /// Of these, booked.
    pub web_booked: u32,
    /// Places for staff.
    pub staff_capacity: u32,
    /// Of these, booked.
    pub staff_booked: u32,
    /// Closed: sells nothing.
    pub closed: bool,
}

/// Every slot of a service on the days `from ..= to`, with how full it is.
///
/// # Errors
/// Storage only.
pub async fn load(tx: &mut Tx<'_>, service: ServiceId, from: Day, to: Day) -> Result<Vec<SlotLoad>, Error> {
    let rows = tx.all(&LOAD, &[service.into(), from.into(), to.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(SlotLoad {
                id: SlotId { day: row.get(0)?, minute: row.get(1)? },
                web_capacity: row.get(2)?,
                web_booked: row.get(3)?,
                staff_capacity: row.get(4)?,
                staff_booked: row.get(5)?,
                closed: row.get(6)?,
            })
        })
        .collect()
}

/// The days `from ..= to` with what `channel` may book at `now`, straight from the database.
///
/// # Errors
/// Storage only.
pub async fn places(
    tx: &mut Tx<'_>,
    service: &Service,
    channel: Channel,
    now: Instant,
    from: Day,
    to: Day,
) -> Result<Vec<DayPlaces>, Error> {
    if !service.bookable() || channel == Channel::WalkIn {
        return Ok(Vec::new());
    }
    let mut days: Vec<DayPlaces> = Vec::new();
    let first = if channel == Channel::Staff { 4 } else { 2 };
    for row in tx.all(&SLOTS, &[service.id.into(), from.into(), to.into()]).await? {
        let (capacity, booked): (u32, u32) = (row.get(first)?, row.get(first + 1)?);
        let id = SlotId { day: row.get(0)?, minute: row.get::<Minute>(1)? };
        if capacity == 0 || service.window.check(channel, id, now).is_err() {
            continue;
        }
        let place = SlotPlaces { id, capacity, free: capacity.saturating_sub(booked) };
        match days.last_mut() {
            Some(last) if last.day == id.day => last.slots.push(place),
            _ => days.push(DayPlaces { day: id.day, slots: vec![place] }),
        }
    }
    Ok(days)
}

/// A service's free web places as they were at one moment.
#[derive(Debug)]
struct Entry {
    /// How many changes of the service had been announced when the database was read.
    seen: u64,
    /// When, for other nodes' changes.
    read_at: Instant,
    days: Arc<Vec<DayPlaces>>,
    /// Answers already written, by first day and number of days.
    answers: Mutex<Answers>,
}

type Answers = HashMap<(Day, u16), Arc<[u8]>>;

/// Answers kept per entry; the usual pages ask for the same few ranges.
const ANSWERS: usize = 16;

#[derive(Default)]
struct Place {
    /// How many changes of this service were announced so far.
    changes: AtomicU64,
    entry: Mutex<Option<Arc<Entry>>>,
    /// Held by whoever rebuilds: how long the last rebuild took, and when it ended.
    rebuild: tokio::sync::Mutex<Option<(Stopwatch, Duration)>>,
}

/// Free web places of every service, in memory; cheap to clone.
#[derive(Clone)]
pub struct Availability {
    db: Db,
    world: World,
    inner: Arc<Inner>,
}

struct Inner {
    hints: Mutex<Receiver<Topic>>,
    places: Mutex<HashMap<ServiceId, Arc<Place>>>,
}

/// A lock whose holder panicked holds plain data that is still whole.
fn open<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Availability {
    /// An empty memory that listens for changes from now on.
    #[must_use]
    pub fn new(db: Db, world: World) -> Self {
        let inner = Inner { hints: Mutex::new(db.listen()), places: Mutex::default() };
        Self { db, world, inner: Arc::new(inner) }
    }

    /// The days of a service from today on with free web places; none when there is no such service.
    ///
    /// # Errors
    /// Storage only.
    pub async fn days(&self, service: ServiceId) -> Result<Option<Arc<Vec<DayPlaces>>>, Error> {
        Ok(self.entry(service).await?.map(|entry| Arc::clone(&entry.days)))
    }

    /// The API's answer for `days` days from `from`: `{"service":…,"slots":[…]}`; none when there is no such service.
    ///
    /// # Errors
    /// Storage only.
    pub async fn json(&self, service: ServiceId, from: Day, days: u16) -> Result<Option<Arc<[u8]>>, Error> {
        let Some(entry) = self.entry(service).await? else { return Ok(None) };
        if let Some(answer) = open(&entry.answers).get(&(from, days)) {
            return Ok(Some(Arc::clone(answer)));
        }
        let answer: Arc<[u8]> = write_json(service, &entry.days, from, days).into_bytes().into();
        let mut answers = open(&entry.answers);
        if answers.len() < ANSWERS {
            answers.insert((from, days), Arc::clone(&answer));
        }
        Ok(Some(answer))
    }

    async fn entry(&self, service: ServiceId) -> Result<Option<Arc<Entry>>, Error> {
        self.take_hints();
        let Some(place) = self.place(service) else { return self.first(service).await };
        let asked = place.changes.load(Ordering::Acquire);
        if let Some(entry) = self.fresh(&place, asked) {
            return Ok(Some(entry));
        }
        self.rebuild(service, &place, asked).await
    }

    fn place(&self, service: ServiceId) -> Option<Arc<Place>> {
        open(&self.inner.places).get(&service).map(Arc::clone)
    }

    /// A service nobody asked for yet. Ids that do not exist leave nothing behind.
    async fn first(&self, id: ServiceId) -> Result<Option<Arc<Entry>>, Error> {
        let found = self.db.point(async move |tx: &mut Tx<'_>| service(tx, id).await).await?;
        if found.is_none() {
            return Ok(None);
        }
        let place = Arc::clone(open(&self.inner.places).entry(id).or_default());
        let asked = place.changes.load(Ordering::Acquire);
        self.rebuild(id, &place, asked).await
    }

    /// The entry, if it holds everything committed here before the question and is of this minute.
    fn fresh(&self, place: &Place, asked: u64) -> Option<Arc<Entry>> {
        let now = self.world.now();
        let entry = open(&place.entry).clone()?;
        let foreign = self.db.engine() == Engine::Sqlite || now.since(entry.read_at) < FOREIGN_AGE;
        // Windows open and close on the minute, so an entry of an earlier minute lists times that are over.
        let this_minute = (entry.read_at.day(), entry.read_at.minute()) == (now.day(), now.minute());
        (entry.seen >= asked && foreign && this_minute && entry.read_at <= now).then_some(entry)
    }

    /// Reads the database once for everybody who waits.
    async fn rebuild(&self, id: ServiceId, place: &Place, asked: u64) -> Result<Option<Arc<Entry>>, Error> {
        let mut last = place.rebuild.lock().await;
        if let Some(entry) = self.fresh(place, asked) {
            return Ok(Some(entry));
        }
        if let Some((since, took)) = last.as_ref() {
            let pause = (*took * PAUSE).saturating_sub(since.elapsed());
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
                self.take_hints();
            }
        }
        let watch = Stopwatch::start();
        let seen = place.changes.load(Ordering::Acquire);
        let now = self.world.now();
        let read = self
            .db
            .read(async move |tx: &mut Tx<'_>| {
                let Some(service) = service(tx, id).await? else { return Ok::<_, Error>(None) };
                let until = now.day().plus(service.window.open_days.into());
                places(tx, &service, Channel::Web, now, now.day(), until).await.map(Some)
            })
            .await?;
        let Some(days) = read else { return Ok(None) };
        let entry = Arc::new(Entry { seen, read_at: now, days: Arc::new(days), answers: Mutex::default() });
        *open(&place.entry) = Some(Arc::clone(&entry));
        let took = watch.elapsed();
        *last = Some((Stopwatch::start(), took));
        Ok(Some(entry))
    }

    /// Marks what was announced since the last question. Announcements are sent before a commit is answered.
    fn take_hints(&self) {
        let mut hints = open(&self.inner.hints);
        loop {
            match hints.try_recv() {
                Ok(topic) if &*topic == store::EVERYTHING => self.mark(None),
                Ok(topic) => {
                    if let Some(service) = topic.strip_prefix("visits/service/").and_then(|id| id.parse().ok()) {
                        self.mark(Some(service));
                    }
                }
                Err(TryRecvError::Lagged(_)) => self.mark(None),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn mark(&self, service: Option<ServiceId>) {
        let places = open(&self.inner.places);
        match service {
            Some(service) => {
                if let Some(place) = places.get(&service) {
                    place.changes.fetch_add(1, Ordering::AcqRel);
                }
            }
            None => {
                for place in places.values() {
                    place.changes.fetch_add(1, Ordering::AcqRel);
                }
            }
        }
    }
}

fn write_json(service: ServiceId, days: &[DayPlaces], from: Day, count: u16) -> String {
    let until = from.plus(count.into());
    let slots = days.iter().filter(|it| from <= it.day && it.day < until).flat_map(|it| &it.slots);
    let mut text = String::with_capacity(8 * 1024);
    // Writing to a String cannot fail.
    let _ = write!(text, r#"{{"service":"{service}","slots":["#);
    for (index, it) in slots.enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let (day, minute) = (it.id.day, it.id.minute);
        let _ = write!(
            text,
            r#"{comma}{{"id":"{}","starts_at":"{day}T{minute}:00+09:00","capacity":{},"free":{}}}"#,
            it.id, it.capacity, it.free
        );
    }
    text.push_str("]}");
    text
}
