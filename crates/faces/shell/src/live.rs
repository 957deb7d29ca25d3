//! "Something changed": versions of topics, and streams that tell them to open pages.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderValue, header};
use http_body::Frame;
use http_body_util::StreamBody;
use kernel::World;
use people::{PersonId, SessionId};
use store::{Db, EVERYTHING, Topic, Tx};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, watch};

use crate::address::network;
use crate::app::App;
use crate::ask::Ask;
use crate::refusal::Refusal;

/// More topics than this at once are forgotten together; pages then refetch once for nothing.
const TOPICS: usize = 20_000;
/// A comment line this often, so that proxies and dead connections are noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// The version that ends all streams.
const END: u64 = u64::MAX;
/// A page is told at most this often.
const CALM: Duration = Duration::from_millis(300);

/// Streams one caller may hold open: enough for an office behind one address, too few to take them from the city.
const OF_ONE: u32 = 200;

/// The versions of all topics and who waits for them.
#[derive(Debug)]
pub(crate) struct Live {
    /// What was announced and not yet counted. Whoever asks for a version counts it first, so that
    /// nobody whose change was answered reads an older version afterwards.
    inbox: Mutex<broadcast::Receiver<Topic>>,
    known: RwLock<Known>,
    latest: AtomicU64,
    changed: watch::Sender<u64>,
    places: Arc<Semaphore>,
    /// Streams held by each caller.
    held: Mutex<HashMap<IpAddr, u32>>,
}

/// One stream of one caller; free again when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    live: Arc<Live>,
    caller: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self.live.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(&self.caller) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(held.remove(&self.caller)),
        }
    }
}

#[derive(Debug, Default)]
struct Known {
    /// The version of every topic not in `each`.
    floor: u64,
    each: HashMap<Arc<str>, u64>,
}

impl Live {
    /// Follows the database's announcements for as long as anybody holds the result.
    pub(crate) fn watching(db: &Db, limit: usize) -> Arc<Self> {
        let live = Arc::new(Self::new(db.listen(), limit));
        let weak = Arc::downgrade(&live);
        let mut changes = db.listen();
        tokio::spawn(async move {
            while !matches!(changes.recv().await, Err(RecvError::Closed)) {
                let Some(live) = weak.upgrade() else { return };
                live.catch_up();
            }
        });
        live
    }

    fn new(inbox: broadcast::Receiver<Topic>, limit: usize) -> Self {
        Self {
            inbox: Mutex::new(inbox),
            known: RwLock::default(),
            latest: AtomicU64::new(0),
            changed: watch::Sender::new(0),
            places: Arc::new(Semaphore::new(limit)),
            held: Mutex::default(),
        }
    }

    /// A seat for one more stream of `caller`.
    ///
    /// # Errors
    /// 503 when the caller holds enough; the page then works by reload.
    pub(crate) fn seat(self: &Arc<Self>, caller: IpAddr) -> Result<Option<Seat>, Refusal> {
        // On this very machine stands a proxy that nobody named as trusted: behind it are all of the city.
        if caller.is_loopback() {
            return Ok(None);
        }
        let caller = network(caller);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(caller).or_default();
        if *count >= OF_ONE {
            return Err(Refusal::busy(60));
        }
        *count += 1;
        Ok(Some(Seat { live: Arc::clone(self), caller }))
    }

    fn catch_up(&self) {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match inbox.try_recv() {
                Ok(topic) => self.heard(topic),
                Err(TryRecvError::Lagged(_)) => self.heard(EVERYTHING.into()),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn heard(&self, topic: Arc<str>) {
        let version = self.latest.fetch_add(1, Ordering::AcqRel) + 1;
        {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if &*topic == EVERYTHING || known.each.len() >= TOPICS {
                known.floor = version;
                known.each.clear();
            }
            if &*topic != EVERYTHING {
                known.each.insert(topic, version);
            }
        }
        self.changed.send_replace(version);
    }

    /// Ends every stream.
    pub(crate) fn end(&self) {
        self.places.close();
        self.changed.send_replace(END);
    }

    /// The newest version among the topics.
    pub(crate) fn version(&self, topics: &[&str]) -> u64 {
        self.catch_up();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        topics.iter().filter_map(|topic| known.each.get(*topic).copied()).max().unwrap_or(0).max(known.floor)
    }
}

/// A stream that says `changed` with the topics' version whenever that grows; the page refetches itself.
///
/// The first event tells the present version, so a page that was made before it notices at once.
///
/// # Errors
/// 503 when too many streams are open; the page then works by reload.
pub fn live(app: &App, topics: Vec<String>) -> Result<Response, Refusal> {
    stream(app, topics, Listener::Anybody)
}

/// The same for a page of staff: the stream ends when the session does, at the latest with the next sign of life
/// (the keep-alive), and it tells nothing afterwards.
///
/// # Errors
/// 503 when too many streams are open; the page then works by reload. The sign-in page without a session.
pub fn live_for_staff(app: &App, ask: &Ask, topics: Vec<String>) -> Result<Response, Refusal> {
    let (session, person) = ask.staff().map(|staff| (staff.session, staff.person))?;
    stream(app, topics, Listener::Staff { db: app.db.clone(), world: app.world.clone(), person, session })
}

/// Who listens, and how long they may.
enum Listener {
    Anybody,
    Staff { db: Db, world: World, person: PersonId, session: SessionId },
}

impl Listener {
    /// Whether they may still be told. A database that is away for a moment ends no stream: what is told is only
    /// "changed", and the page then asks again with its session.
    async fn may_hear(&self) -> bool {
        let Self::Staff { db, world, person, session } = self else { return true };
        let (person, now) = (*person, world.now());
        let open: Result<_, store::Error> =
            db.read(async move |tx: &mut Tx<'_>| people::sessions(tx, person, now).await).await;
        open.map_or(true, |open| open.iter().any(|view| view.id == *session))
    }
}

fn stream(app: &App, topics: Vec<String>, listener: Listener) -> Result<Response, Refusal> {
    let place = Arc::clone(&app.live.places).try_acquire_owned().map_err(|_| Refusal::busy(60))?;
    let (lines, out) = mpsc::channel(4);
    tokio::spawn(tell(Arc::downgrade(&app.live), app.live.changed.subscribe(), topics, lines, listener));
    let body = Body::new(StreamBody::new(Events { out, _place: place }));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // nginx would otherwise hold the lines back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

async fn tell(
    live: std::sync::Weak<Live>,
    mut changed: watch::Receiver<u64>,
    topics: Vec<String>,
    lines: mpsc::Sender<Bytes>,
    listener: Listener,
) {
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    let mut told = None;
    while *changed.borrow_and_update() != END {
        let Some(now) = live.upgrade().map(|live| live.version(&topics)) else { return };
        let line = match told {
            None => format!("retry: 5000\nevent: changed\ndata: {now}\n\n"),
            Some(before) if before != now => format!("event: changed\ndata: {now}\n\n"),
            Some(_) => String::new(),
        };
        if !line.is_empty() {
            if !listener.may_hear().await {
                return;
            }
            told = Some(now);
            if lines.send(line.into()).await.is_err() {
                return;
            }
            tokio::time::sleep(CALM).await;
        }
        tokio::select! {
            gone = changed.changed() => if gone.is_err() { return },
            () = lines.closed() => return,
            () = tokio::time::sleep(KEEP_ALIVE) => {
                if !listener.may_hear().await || lines.send(Bytes::from_static(b": still here\n\n")).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// The lines of one stream; its place is free again when the body is dropped.
struct Events {
    out: mpsc::Receiver<Bytes>,
    _place: OwnedSemaphorePermit,
}

impl Stream for Events {
    type Item = Result<Frame<Bytes>, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.out.poll_recv(cx).map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_grow_for_what_changed_only() {
        let (tell, heard) = broadcast::channel(4);
        let live = Live::new(heard, 1);
        assert_eq!(live.version(&["a", "b"]), 0);
        tell.send("a".into()).unwrap();
        assert_eq!((live.version(&["a"]), live.version(&["b"]), live.version(&["b", "a"])), (1, 0, 1));
        live.heard("b".into());
        assert_eq!((live.version(&["a"]), live.version(&["b"])), (1, 2));
        live.heard(EVERYTHING.into());
        assert_eq!((live.version(&["a"]), live.version(&["never"])), (3, 3));
        // More than the channel holds: something was missed, so everything may have changed.
        for _ in 0..6 {
            tell.send("a".into()).unwrap();
        }
        assert!(live.version(&["never"]) > 3);
    }

    #[test]
    fn nobody_alone_takes_all_streams() {
        let live = Arc::new(Live::new(broadcast::channel(1).1, 4000));
        let seat = |text: &str| live.seat(text.parse().unwrap());
        let mut seats: Vec<_> = (0..OF_ONE).map(|n| seat(&format!("2001:db8:1:2::{n:x}")).unwrap()).collect();
        assert!(seat("2001:db8:1:2:ffff::1").is_err());
        assert!(seat("2001:db8:1:3::1").is_ok() && seat("192.0.2.1").is_ok());
        assert!(seats.pop().is_some());
        assert!(seat("2001:db8:1:2:ffff::1").is_ok());
        drop(seats);
        assert!(live.held.lock().unwrap().is_empty());
        let near: Vec<_> = (0..=OF_ONE).map(|_| seat("127.0.0.1").unwrap()).collect();
        assert!(near.iter().all(Option::is_none));
    }

    #[tokio::test]
    async fn a_stream_tells_the_present_and_then_changes() {
        let (_tell, heard) = broadcast::channel(4);
        let live = Arc::new(Live::new(heard, 1));
        let (lines, mut out) = mpsc::channel(4);
        tokio::spawn(tell(
            Arc::downgrade(&live),
            live.changed.subscribe(),
            vec!["a".to_owned()],
            lines,
            Listener::Anybody,
        ));
        assert_eq!(out.recv().await.unwrap(), "retry: 5000\nevent: changed\ndata: 0\n\n");
        live.heard("b".into());
        live.heard("a".into());
        assert_eq!(out.recv().await.unwrap(), "event: changed\ndata: 2\n\n");
        live.end();
        assert_eq!(out.recv().await, None);
    }
}
