//! 混雑状況: how many wait at each counter now, and what the same weekday and hour was like in past weeks.
//! Measured, never set by hand; where little was measured, it says nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{World, day::Day, time::Instant};
use store::{Db, Error, Topic, Tx};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use crate::{board::board, model::CounterId, stats::Histogram};

/// How many same weekdays are looked at.
const WEEKS: i32 = 6;
/// A forecast needs at least so many waits.
const ENOUGH: u64 = 10;
/// The answer is computed at most this often …
const AT_MOST: Duration = Duration::from_secs(1);
/// … and, because waiting times pass without anybody acting, at least this often.
const AT_LEAST: Duration = Duration::from_secs(15);

/// What an hour of a weekday was like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourForecast {
    /// 0–23; people who came within this hour.
    pub hour: u8,
    /// Half of all waits lay between this …
    pub low: i64,
    /// … around this …
    pub median: i64,
    /// … and this, in minutes.
    pub high: i64,
    /// From how many.
    pub n: u64,
}

/// A counter's congestion.
#[derive(Clone, Debug)]
pub struct CounterCongestion {
    /// The counter, with its name.
    pub counter: places::Counter,
    /// Waiting now.
    pub waiting: usize,
    /// The ticket called last, if one is being called or served.
    pub last_ticket: Option<String>,
    /// Called or being served.
    pub called: usize,
    /// Minutes somebody waits who comes now without a booking.
    pub wait_now: i64,
    /// The same weekday's hours; only those of which enough is known.
    pub hours: Vec<HourForecast>,
    /// When this was read.
    pub as_of: Instant,
}

impl CounterCongestion {
    /// The forecast of this hour.
    #[must_use]
    pub fn this_hour(&self) -> Option<&HourForecast> {
        let hour = self.as_of.minute().hm().0;
        self.hours.iter().find(|it| it.hour == hour)
    }

    /// The hour of the day with the shortest usual wait, if more than one is known.
    #[must_use]
    pub fn best_hour(&self) -> Option<&HourForecast> {
        self.hours.iter().filter(|_| self.hours.len() > 1).min_by_key(|it| (it.median, it.high, it.hour))
    }
}

store::statements! {
    /// Waits of people without a place in the first line, by the hour they came.
    WAITS = "SELECT ((checked_in_at + 32400000000) / 3600000000) % 24, (called_at - checked_in_at) / 60000000, COUNT(*) FROM visit
             WHERE counter_id = $1 AND day IN ($2, $3, $4, $5, $6, $7) AND line = 'walk_in' AND called_at IS NOT NULL
             GROUP BY 1, 2";
}

/// What the hours of a day's weekday were like in the past weeks at a counter.
///
/// # Errors
/// Storage only.
pub async fn forecast(tx: &mut Tx<'_>, counter: CounterId, day: Day) -> Result<Vec<HourForecast>, Error> {
    let mut params = vec![counter.into()];
    params.extend((1..=WEEKS).map(|weeks| day.plus(-7 * weeks).into()));
    let mut hours: BTreeMap<u8, Histogram> = BTreeMap::new();
    for row in tx.all(&WAITS, &params).await? {
        let count = u64::try_from(row.get::<i64>(2)?).unwrap_or(0);
        hours.entry(row.get(0)?).or_default().add(row.get(1)?, count);
    }
    let known = hours.into_iter().filter(|(_, waits)| waits.len() >= ENOUGH);
    Ok(known
        .filter_map(|(hour, waits)| {
            let (low, median, high) = waits.quartiles()?;
            Some(HourForecast { hour, low, median, high, n: waits.len() })
        })
        .collect())
}

/// Congestion of all counters in memory, computed once for everybody who asks; cheap to clone.
#[derive(Clone)]
pub struct Congestion {
    db: Db,
    world: World,
    inner: Arc<Inner>,
}

struct Inner {
    hints: Mutex<Receiver<Topic>>,
    changed: std::sync::atomic::AtomicBool,
    answer: tokio::sync::Mutex<Option<Arc<Vec<CounterCongestion>>>>,
    /// Forecasts change with the day only.
    forecasts: Mutex<Forecasts>,
}

/// Of one day.
type Forecasts = (Option<Day>, BTreeMap<CounterId, Vec<HourForecast>>);

fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Congestion {
    /// An empty memory that listens for changes from now on.
    #[must_use]
    pub fn new(db: Db, world: World) -> Self {
        let inner = Inner {
            hints: Mutex::new(db.listen()),
            changed: false.into(),
            answer: tokio::sync::Mutex::default(),
            forecasts: Mutex::default(),
        };
        Self { db, world, inner: Arc::new(inner) }
    }

    /// Every counter that serves, in display order.
    ///
    /// # Errors
    /// Storage only.
    pub async fn now(&self) -> Result<Arc<Vec<CounterCongestion>>, Error> {
        use std::sync::atomic::Ordering;
        let mut answer = self.inner.answer.lock().await;
        if self.take_hints() {
            self.inner.changed.store(true, Ordering::Release);
        }
        if let Some(known) = answer.as_ref() {
            let read_at = known.first().map_or(Instant::default(), |it| it.as_of);
            let age = self.world.now().since(read_at);
            let still = age < AT_LEAST && !self.inner.changed.load(Ordering::Acquire);
            if self.world.now() >= read_at && (still || age < AT_MOST) {
                return Ok(Arc::clone(known));
            }
        }
        self.inner.changed.store(false, Ordering::Release);
        let fresh = Arc::new(self.read().await?);
        *answer = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    async fn read(&self) -> Result<Vec<CounterCongestion>, Error> {
        let world = self.world.clone();
        let today = world.today();
        let known = {
            let mut forecasts = open(&self.inner.forecasts);
            if forecasts.0 != Some(today) {
                *forecasts = (Some(today), BTreeMap::new());
            }
            forecasts.1.clone()
        };
        let read = self
            .db
            .read(async move |tx: &mut Tx<'_>| {
                let mut all = Vec::new();
                for counter in places::counters(tx).await?.into_iter().filter(|it| it.details.is_open) {
                    let board = board(tx, &world, counter.id).await?;
                    let hours = match known.get(&counter.id) {
                        Some(hours) => hours.clone(),
                        None => forecast(tx, counter.id, today).await?,
                    };
                    all.push(CounterCongestion {
                        waiting: board.waiting,
                        last_ticket: board.calls.first().map(|it| it.ticket.clone()),
                        called: board.calls.len(),
                        wait_now: board.wait_now,
                        hours,
                        as_of: world.now(),
                        counter,
                    });
                }
                Ok::<_, Error>(all)
            })
            .await?;
        let mut forecasts = open(&self.inner.forecasts);
        if forecasts.0 == Some(today) {
            forecasts.1 = read.iter().map(|it| (it.counter.id, it.hours.clone())).collect();
        }
        Ok(read)
    }

    /// Whether anything at a counter changed since the last question.
    fn take_hints(&self) -> bool {
        let mut hints = open(&self.inner.hints);
        let mut changed = false;
        loop {
            match hints.try_recv() {
                Ok(topic) => {
                    changed |= &*topic == store::EVERYTHING
                        || topic.starts_with("visits/counter/")
                        || &*topic == "places/counters";
                }
                Err(TryRecvError::Lagged(_)) => changed = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return changed,
            }
        }
    }
}
