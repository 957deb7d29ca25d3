//! PostgreSQL: pools with a reserved share per lane, and the transaction repeated when the engine asks for it.
//!
//! A slow answer and a silent server look alike at first. Whoever waits longer than a moment has the server asked whether it
//! is there ([`pulse`]): if so the waiting goes on (a statement has its own limits there), else it ends with [`Error::Away`].

mod pulse;

use std::{pin::pin, str::FromStr, time::Duration};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use tokio::sync::Semaphore;
use tokio_postgres::{IsolationLevel, NoTls};

use crate::{
    Act, Error, Lane, Statement, Topic, Tx,
    tx::{Hook, Link},
};
use pulse::Pulse;

/// Lifts the limit on one statement's time for this transaction.
const PATIENT: Statement = Statement { name: "store::postgres::PATIENT", sql: "SET LOCAL statement_timeout = 0" };
/// How long an act waits for a connection before it is told that the database is busy.
const WAIT: Duration = Duration::from_secs(10);
/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(4);
/// How long anything is waited for before the server is asked whether it is there. With the pulse's own limits everybody is
/// answered within five seconds of the server's last word.
const PATIENCE: Duration = Duration::from_millis(1500);
/// What was sent must be acknowledged by the other machine within this time, or the connection is given up.
const UNHEARD: Duration = Duration::from_secs(5);
/// An idle connection is tried after this time, so that one a firewall forgot is not met by a resident.
const IDLE: Duration = Duration::from_secs(30);
/// How often a transaction is repeated after a serialization failure or deadlock.
const REPEATS: u32 = 8;

/// An open PostgreSQL database.
pub(crate) struct Postgres {
    pub(crate) config: tokio_postgres::Config,
    writes: Pool,
    reads: Pool,
    pulse: Pulse,
    staff: Semaphore,
    resident: Semaphore,
    bulk: Semaphore,
}

/// What a committed transaction leaves to be done.
pub(crate) struct Committed<T> {
    pub(crate) out: T,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) topics: Vec<Topic>,
}

/// How one run of a transaction ended.
enum Attempt<T, E> {
    Done(Committed<T>),
    Refused(E),
    /// The engine asks for the whole transaction again (40001, 40P01).
    Again(E),
}

impl Postgres {
    /// `writers` are the connections for residents' acts (about 2 × the database's cores: more
    /// make a contended row slower); staff have half as many of their own, bulk work one.
    pub(crate) fn open(url: &str, writers: usize, readers: usize) -> Result<Self, Error> {
        let mut config = tokio_postgres::Config::from_str(url)
            .map_err(|e| Error::Away(format!("the database address cannot be read: {e}")))?;
        config.application_name("yokogushi");
        config.connect_timeout(CONNECT);
        config.tcp_user_timeout(UNHEARD).keepalives_idle(IDLE).keepalives_interval(UNHEARD);
        if config.get_options().is_none() {
            config.options("-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c synchronous_commit=on");
        }
        let staff = writers.div_ceil(2);
        let pool = |size: usize| {
            let manager =
                Manager::from_config(config.clone(), NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
            Pool::builder(manager)
                .max_size(size)
                .runtime(Runtime::Tokio1)
                .timeouts(Timeouts { wait: Some(WAIT), create: Some(CONNECT), recycle: Some(CONNECT) })
                .build()
                .map_err(|e| Error::Away(e.to_string()))
        };
        Ok(Self {
            writes: pool(writers + staff + 1)?,
            reads: pool(readers)?,
            pulse: Pulse::new(pool(1)?),
            staff: Semaphore::new(staff),
            resident: Semaphore::new(writers),
            bulk: Semaphore::new(1),
            config,
        })
    }

    /// Waits for `work` as long as the server is there.
    async fn while_alive<T>(&self, work: impl Future<Output = T>) -> Result<T, Error> {
        {
            let mut work = pin!(work);
            loop {
                let answers = async {
                    tokio::time::sleep(PATIENCE).await;
                    self.pulse.answers().await
                };
                tokio::select! {
                    biased;
                    out = &mut work => return Ok(out),
                    answers = answers => if !answers {
                        break;
                    },
                }
            }
        }
        // Connections that fell silent would be silent to the next one, too.
        for pool in [&self.writes, &self.reads] {
            pool.retain(|_, _| false);
        }
        Err(Error::Away("it does not answer".to_owned()))
    }

    pub(crate) async fn write<F, T, E>(&self, act: Act, body: &F) -> Result<Committed<T>, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E>,
        E: From<Error>,
    {
        let lane = match act.lane {
            Lane::Staff => &self.staff,
            Lane::Resident => &self.resident,
            Lane::Bulk => &self.bulk,
        };
        let Ok(Ok(_permit)) = self.while_alive(tokio::time::timeout(WAIT, lane.acquire())).await? else {
            return Err(Error::Busy.into());
        };
        let mut repeats = 0;
        loop {
            match self.attempt(body).await {
                Attempt::Done(done) => return Ok(done),
                Attempt::Refused(refused) => return Err(refused),
                Attempt::Again(refused) if repeats == REPEATS => return Err(refused),
                Attempt::Again(_) => {
                    repeats += 1;
                    tokio::time::sleep(Duration::from_millis(u64::from(repeats * repeats))).await;
                }
            }
        }
    }

    async fn attempt<F, T, E>(&self, body: &F) -> Attempt<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E>,
        E: From<Error>,
    {
        let mut client = match self.connected(&self.writes).await {
            Ok(client) => client,
            Err(e) => return Attempt::Refused(e.into()),
        };
        match self.transact(&mut client, body).await {
            Ok(attempt) => attempt,
            Err(silent) => {
                drop(Object::take(client));
                Attempt::Refused(silent.into())
            }
        }
    }

    /// One run of a transaction; an error when the server fell silent.
    async fn transact<F, T, E>(&self, client: &mut Object, body: &F) -> Result<Attempt<T, E>, Error>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E>,
        E: From<Error>,
    {
        let db = match self.while_alive(client.transaction()).await? {
            Ok(db) => db,
            Err(e) => return Ok(Attempt::Refused(Error::postgres("BEGIN", &e).into())),
        };
        let mut tx = Tx::new(Link::Postgres(&db));
        let outcome = self.while_alive(body(&mut tx)).await?;
        let Tx { hooks, topics, repeat, broken, .. } = tx;
        match outcome {
            Ok(out) => {
                // Whoever hears nothing of a commit cannot know whether it was made.
                let committed = self.while_alive(db.commit()).await.map_err(|e| Error::Uncertain(e.to_string()))?;
                Ok(match committed {
                    Ok(()) => Attempt::Done(Committed { out, hooks, topics }),
                    Err(e) if e.code().is_some_and(|c| matches!(c.code(), "40001" | "40P01")) => {
                        Attempt::Again(Error::Busy.into())
                    }
                    Err(e) if e.as_db_error().is_none() => Attempt::Refused(Error::Uncertain(e.to_string()).into()),
                    Err(e) => Attempt::Refused(Error::postgres("COMMIT", &e).into()),
                })
            }
            Err(refused) => {
                if !broken {
                    // A failed rollback means a broken connection, which the pool throws away; nothing was committed.
                    drop(self.while_alive(db.rollback()).await?);
                }
                Ok(if repeat { Attempt::Again(refused) } else { Attempt::Refused(refused) })
            }
        }
    }

    pub(crate) async fn read<F, T, E>(&self, body: &F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E>,
        E: From<Error>,
    {
        self.snapshot(body, false).await
    }

    /// A snapshot that may take as long as it needs.
    pub(crate) async fn export<F, T, E>(&self, body: &F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E>,
        E: From<Error>,
    {
        self.snapshot(body, true).await
    }

    // One function for both: a closure around `body` would keep the future from moving between threads.
    async fn snapshot<F, T, E>(&self, body: &F, patient: bool) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E>,
        E: From<Error>,
    {
        let mut client = self.connected(&self.reads).await?;
        let looked = async {
            let db = client
                .build_transaction()
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true)
                .start()
                .await
                .map_err(|e| Error::postgres("BEGIN", &e))?;
            let mut tx = Tx::new(Link::Postgres(&db));
            if patient {
                tx.exec(&PATIENT, &[]).await?;
            }
            let outcome = body(&mut tx).await;
            drop(tx);
            // Nothing was changed; a failed rollback means a broken connection, which the pool throws away.
            drop(db.rollback().await);
            outcome
        };
        match self.while_alive(looked).await {
            Ok(outcome) => outcome,
            Err(silent) => {
                drop(Object::take(client));
                Err(silent.into())
            }
        }
    }

    pub(crate) async fn point<F, T, E>(&self, body: &F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E>,
        E: From<Error>,
    {
        let client = self.connected(&self.reads).await?;
        let looked = async {
            let mut tx = Tx::new(Link::Plain(&client));
            body(&mut tx).await
        };
        match self.while_alive(looked).await {
            Ok(outcome) => outcome,
            Err(silent) => {
                drop(Object::take(client));
                Err(silent.into())
            }
        }
    }

    /// A connection outside the pools, for migrations and backups.
    pub(crate) async fn connection(&self) -> Result<Object, Error> {
        self.connected(&self.writes).await
    }

    async fn connected(&self, pool: &Pool) -> Result<Object, Error> {
        self.while_alive(connection(pool)).await?
    }
}

async fn connection(pool: &Pool) -> Result<Object, Error> {
    pool.get().await.map_err(|e| match e {
        PoolError::Timeout(_) => Error::Busy,
        PoolError::Backend(e) => match Error::postgres("connecting", &e) {
            Error::Statement { message, .. } => Error::Away(message),
            other => other,
        },
        other => Error::Away(other.to_string()),
    })
}
