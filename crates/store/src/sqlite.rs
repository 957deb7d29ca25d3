//! SQLite: one writer thread with group commit, and a few snapshot readers.
//!
//! Every write job runs in a savepoint inside one `BEGIN IMMEDIATE`; up to [`BATCH`] jobs or
//! [`WINDOW`] share one commit with `synchronous=FULL`, and the answers go out after it. So a
//! burst costs one fsync, not one each, and nothing is answered that is not on disk.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use kernel::time::Stopwatch;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, oneshot};

use crate::{
    Act, Error, Lane, Tx,
    announce::Announcer,
    tx::{Hook, Link},
};

/// Most jobs that share a commit.
const BATCH: usize = 256;
/// A batch takes no further job after this time.
const WINDOW: Duration = Duration::from_millis(5);
/// A job that held the writer longer than this is logged by name.
const SLOW: Duration = Duration::from_millis(20);
/// Staff jobs that may run in a row while a resident's waits.
const STAFF_RUN: usize = 3;
/// A read is interrupted after this time.
const READ_LIMIT: Duration = Duration::from_secs(30);

/// A queued write: run inside the batch's transaction, settled after its commit.
trait Job: Send {
    fn act(&self) -> Act;
    /// Runs the body; whether its changes are to be kept.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Gives the answer; `fault` when the commit failed. What is to run after the commit goes to `after`.
    fn settle(self: Box<Self>, fault: Option<&Error>, announcer: &Announcer);
}

struct Write<F, T, E> {
    act: Act,
    body: F,
    outcome: Option<Result<T, E>>,
    hooks: Vec<Hook>,
    topics: Vec<crate::Topic>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Write<F, T, E>
where
    F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn act(&self) -> Act {
        self.act
    }

    fn run(&mut self, connection: &mut Connection) -> bool {
        let mut tx = Tx::new(Link::Sqlite(connection));
        let body = &self.body;
        let ran = catch_unwind(AssertUnwindSafe(|| poll_once(body(&mut tx))));
        let outcome = match ran {
            Ok(Some(outcome)) => outcome,
            Ok(None) => Err(Error::ForeignAwait(self.act.name).into()),
            Err(_) => Err(Error::Panicked(self.act.name).into()),
        };
        let keep = outcome.is_ok();
        if keep {
            self.hooks = std::mem::take(&mut tx.hooks);
            self.topics = std::mem::take(&mut tx.topics);
        }
        self.outcome = Some(outcome);
        keep
    }

    fn settle(self: Box<Self>, fault: Option<&Error>, announcer: &Announcer) {
        let outcome = match (self.outcome, fault) {
            (Some(Err(refused)), _) => Err(refused),
            (_, Some(fault)) => Err(copy_of(fault).into()),
            (None, None) => Err(Error::Lost("the job did not run".to_owned()).into()),
            (Some(Ok(done)), None) => {
                // A panicking hook must not stop the writer; the change itself is on disk.
                for hook in self.hooks {
                    if catch_unwind(AssertUnwindSafe(hook)).is_err() {
                        tracing::error!(act = self.act.name, "a hook after commit panicked");
                    }
                }
                announcer.announce(self.topics);
                Ok(done)
            }
        };
        // The caller may have gone away; the change stands all the same.
        drop(self.answer.send(outcome));
    }
}

/// The same failure again, for every job of a batch that shared it.
fn copy_of(fault: &Error) -> Error {
    match fault {
        Error::Full(m) => Error::Full(m.clone()),
        Error::Away(m) => Error::Away(m.clone()),
        Error::Busy => Error::Busy,
        other => Error::Lost(other.to_string()),
    }
}

/// Polls a future that must be ready at once; nothing inside a transaction may wait.
fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => Some(out),
        Poll::Pending => None,
    }
}

#[derive(Default)]
struct Queues {
    staff: VecDeque<Box<dyn Job>>,
    resident: VecDeque<Box<dyn Job>>,
    bulk: VecDeque<Box<dyn Job>>,
    staff_run: usize,
    closed: bool,
}

impl Queues {
    fn lane(&mut self, lane: Lane) -> &mut VecDeque<Box<dyn Job>> {
        match lane {
            Lane::Staff => &mut self.staff,
            Lane::Resident => &mut self.resident,
            Lane::Bulk => &mut self.bulk,
        }
    }

    fn is_empty(&self) -> bool {
        self.staff.is_empty() && self.resident.is_empty() && self.bulk.is_empty()
    }

    /// The next job of people: staff before residents, but a waiting resident is served after
    /// [`STAFF_RUN`] staff jobs in a row.
    fn next_person(&mut self) -> Option<Box<dyn Job>> {
        if (self.staff_run < STAFF_RUN || self.resident.is_empty())
            && let Some(job) = self.staff.pop_front()
        {
            self.staff_run += 1;
            return Some(job);
        }
        self.staff_run = 0;
        self.resident.pop_front()
    }
}

struct Shared {
    queues: Mutex<Queues>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open SQLite database.
pub(crate) struct Sqlite {
    shared: Arc<Shared>,
    readers: Arc<Readers>,
    writer: Mutex<Option<thread::JoinHandle<()>>>,
}

struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Sqlite {
    pub(crate) fn open(file: &Path, readers: usize, announcer: Announcer) -> Result<Self, Error> {
        let connection = connect(file, false)?;
        let shared = Arc::new(Shared { queues: Mutex::default(), wake: Condvar::new() });
        let for_thread = Arc::clone(&shared);
        let writer = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || Writer { connection, shared: for_thread, announcer }.run())
            .map_err(|e| Error::Away(format!("the writer thread cannot start: {e}")))?;
        Ok(Self {
            shared,
            readers: Arc::new(Readers {
                file: file.to_owned(),
                idle: Mutex::default(),
                permits: Semaphore::new(readers),
            }),
            writer: Mutex::new(Some(writer)),
        })
    }

    pub(crate) async fn write<F, T, E>(&self, act: Act, body: F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        {
            let mut queues = self.shared.lock();
            if queues.closed {
                return Err(Error::Away("the program is stopping".to_owned()).into());
            }
            let lane = queues.lane(act.lane);
            if lane.len() >= act.lane.limit() {
                return Err(Error::Busy.into());
            }
            lane.push_back(Box::new(Write { act, body, outcome: None, hooks: Vec::new(), topics: Vec::new(), answer }));
        }
        self.shared.wake.notify_one();
        answered.await.unwrap_or_else(|_| Err(Error::Lost("the writer stopped".to_owned()).into()))
    }

    pub(crate) async fn read<F, T, E>(&self, body: F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let readers = Arc::clone(&self.readers);
        let Ok(_permit) = self.readers.permits.acquire().await else {
            return Err(Error::Away("the program is stopping".to_owned()).into());
        };
        let ran = tokio::task::spawn_blocking(move || readers.read(&body, READ_LIMIT)).await;
        ran.unwrap_or_else(|_| Err(Error::Panicked("a read").into()))
    }

    /// A snapshot that may take as long as it needs, beside the readers of pages.
    pub(crate) async fn export<F, T, E>(&self, body: F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let readers = Arc::clone(&self.readers);
        let ran = tokio::task::spawn_blocking(move || readers.read(&body, Duration::MAX)).await;
        ran.unwrap_or_else(|_| Err(Error::Panicked("an export").into()))
    }

    /// A read on the calling thread, for proven point reads.
    pub(crate) fn point<F, T, E>(&self, body: &F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E>,
        E: From<Error>,
    {
        self.readers.read(body, READ_LIMIT)
    }

    /// Serves what is queued and stops.
    pub(crate) fn close(&self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // A panic of the writer has been logged by itself.
            drop(writer.join());
        }
    }

    /// A connection of its own, for migrations and backups.
    pub(crate) fn connection(&self) -> Result<Connection, Error> {
        connect(&self.readers.file, false)
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
    }
}

impl Readers {
    fn read<F, T, E>(&self, body: &F, limit: Duration) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E>,
        E: From<Error>,
    {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.file, true)?,
        };
        let watch = Stopwatch::start();
        let deadline = move || watch.elapsed() > limit;
        let end = |e: &rusqlite::Error| Error::sqlite("a read", e);
        connection.progress_handler(100_000, Some(deadline)).map_err(|e| end(&e))?;
        connection.execute_batch("BEGIN").map_err(|e| end(&e))?;
        let mut tx = Tx::new(Link::Sqlite(&mut connection));
        let outcome = poll_once(body(&mut tx));
        connection.execute_batch("ROLLBACK").map_err(|e| end(&e))?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        outcome.unwrap_or_else(|| Err(Error::ForeignAwait("a read").into()))
    }
}

fn connect(file: &Path, read_only: bool) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -16000; PRAGMA trusted_schema = OFF;",
        )?;
        if read_only {
            connection.execute_batch("PRAGMA query_only = ON")?;
        }
        connection.set_prepared_statement_cache_capacity(256);
        Ok(connection)
    };
    open().map_err(|e| Error::sqlite("opening the database", &e))
}

struct Writer {
    connection: Connection,
    shared: Arc<Shared>,
    announcer: Announcer,
}

impl Writer {
    fn run(mut self) {
        while let Some(first) = self.wait() {
            self.batch(first);
        }
    }

    /// The next job, waiting for one; nothing once closed and empty.
    fn wait(&self) -> Option<Box<dyn Job>> {
        let mut queues = self.shared.lock();
        loop {
            if let Some(job) = queues.next_person() {
                return Some(job);
            }
            if let Some(job) = queues.bulk.pop_front() {
                return Some(job);
            }
            if queues.closed && queues.is_empty() {
                return None;
            }
            queues = self.shared.wake.wait(queues).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn batch(&mut self, first: Box<dyn Job>) {
        let mut done: Vec<Box<dyn Job>> = Vec::new();
        let watch = Stopwatch::start();
        if let Err(e) = self.execute("BEGIN IMMEDIATE") {
            first.settle(Some(&e), &self.announcer);
            return;
        }
        let mut changed = false;
        let mut bulk_taken = first.act().lane == Lane::Bulk;
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            let fault = self.one(job.as_mut(), &mut changed);
            done.push(job);
            if let Some(fault) = fault {
                return self.give_up(done, &fault);
            }
            if done.len() < BATCH && watch.elapsed() < WINDOW {
                let mut queues = self.shared.lock();
                next = queues.next_person();
                // Bulk work has one job in every batch, so it neither starves nor holds people up.
                if next.is_none() && !bulk_taken {
                    next = queues.bulk.pop_front();
                    bulk_taken = true;
                }
            }
        }
        if !bulk_taken {
            let waiting = self.shared.lock().bulk.pop_front();
            if let Some(mut job) = waiting {
                let fault = self.one(job.as_mut(), &mut changed);
                done.push(job);
                if let Some(fault) = fault {
                    return self.give_up(done, &fault);
                }
            }
        }
        let end = if changed { "COMMIT" } else { "ROLLBACK" };
        match self.execute(end) {
            Ok(()) => done.into_iter().for_each(|job| job.settle(None, &self.announcer)),
            Err(fault) => self.give_up(done, &fault),
        }
    }

    /// Runs one job in a savepoint; a fault when the whole transaction is gone.
    fn one(&mut self, job: &mut dyn Job, changed: &mut bool) -> Option<Error> {
        let watch = Stopwatch::start();
        if let Err(fault) = self.execute("SAVEPOINT job") {
            return Some(fault);
        }
        let keep = job.run(&mut self.connection);
        // A full disk or an I/O error makes SQLite roll back the whole transaction by itself.
        if self.connection.is_autocommit() {
            return Some(Error::Lost(format!("the engine rolled back during {}", job.act().name)));
        }
        let end = if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        *changed |= keep;
        let taken = watch.elapsed();
        if taken > SLOW {
            tracing::warn!(act = job.act().name, ms = taken.as_millis(), "a write held the writer");
        }
        self.execute(end).err()
    }

    fn give_up(&mut self, done: Vec<Box<dyn Job>>, fault: &Error) {
        tracing::error!(error = %fault, jobs = done.len(), "a batch of writes was rolled back");
        if !self.connection.is_autocommit()
            && let Err(e) = self.execute("ROLLBACK")
        {
            tracing::error!(error = %e, "the rollback failed too");
        }
        for job in done {
            job.settle(Some(fault), &self.announcer);
        }
    }

    fn execute(&self, sql: &'static str) -> Result<(), Error> {
        self.connection.execute_batch(sql).map_err(|e| Error::sqlite(sql, &e))
    }
}
