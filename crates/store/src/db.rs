//! The database as the rest of the house sees it.

use std::{sync::Arc, time::Duration};

use kernel::World;
use tokio::sync::broadcast;

use crate::{
    Error, Folder, MIGRATIONS, Migration, Statement, Topic, Tx, announce::Announcer, migrate, postgres::Postgres,
    sqlite::Sqlite,
};

crate::statements! {
    PING = "SELECT CAST(1 AS BIGINT)";
}

/// Whose work goes first when the writer is busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Staff with somebody in front of them, or on the telephone.
    Staff,
    /// Residents.
    Resident,
    /// Imports, sweeps, roll-ups: at most 500 rows a transaction.
    Bulk,
}

impl Lane {
    /// Jobs that may wait in the lane; one more is refused with [`Error::Busy`].
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            Self::Staff => 1024,
            Self::Resident => 4096,
            Self::Bulk => 64,
        }
    }
}

/// The name and lane of a use case's transaction.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// For logs: `visits.book`.
    pub name: &'static str,
    /// Whose work it is.
    pub lane: Lane,
}

impl Act {
    /// An act of staff.
    #[must_use]
    pub const fn staff(name: &'static str) -> Self {
        Self { name, lane: Lane::Staff }
    }

    /// An act of a resident.
    #[must_use]
    pub const fn resident(name: &'static str) -> Self {
        Self { name, lane: Lane::Resident }
    }

    /// Work in the background.
    #[must_use]
    pub const fn bulk(name: &'static str) -> Self {
        Self { name, lane: Lane::Bulk }
    }
}

/// Which engine stands behind a [`Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A server, possibly shared by several nodes.
    Postgres,
}

/// Where the database is.
#[derive(Debug)]
pub enum Location {
    /// Embedded in a data folder this process owns.
    Folder(Arc<Folder>),
    /// A PostgreSQL server: `postgres://user:password@host/database`.
    Postgres(String),
}

/// How to open a database.
#[derive(Debug)]
pub struct Config {
    /// Where it is.
    pub location: Location,
    /// Connections for residents' writes on PostgreSQL (about 2 × its cores); SQLite has one writer.
    pub writers: usize,
    /// Connections for reads.
    pub readers: usize,
    /// This process's name among the nodes of one city; any text without a line break.
    pub node: String,
}

impl Config {
    /// Usual sizes for a location.
    #[must_use]
    pub fn new(location: Location, node: String) -> Self {
        Self { location, writers: 8, readers: 8, node }
    }
}

enum Backend {
    Sqlite(Sqlite, Arc<Folder>),
    Postgres(Box<Postgres>),
}

/// An open database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    backend: Arc<Backend>,
    announcer: Announcer,
}

impl Db {
    /// Opens a database without touching its schema; must be called inside a tokio runtime.
    /// A PostgreSQL server is first contacted by the first act.
    ///
    /// # Errors
    /// [`Error::Away`] when it cannot be opened.
    pub fn open(config: Config) -> Result<Self, Error> {
        let (backend, announcer) = match config.location {
            Location::Folder(folder) => {
                let announcer = Announcer::new();
                let sqlite = Sqlite::open(&folder.database(), config.readers, announcer.clone())?;
                (Backend::Sqlite(sqlite, folder), announcer)
            }
            Location::Postgres(url) => {
                let postgres = Postgres::open(&url, config.writers, config.readers)?;
                let announcer = Announcer::linked(postgres.config.clone(), config.node);
                (Backend::Postgres(Box::new(postgres)), announcer)
            }
        };
        Ok(Self { backend: Arc::new(backend), announcer })
    }

    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &*self.backend {
            Backend::Sqlite(..) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs `body` as one transaction: `Ok` commits, `Err` rolls everything back; the answer comes
    /// after the commit is on disk. `body` may run more than once and must not wait for anything
    /// but its transaction.
    ///
    /// # Errors
    /// The body's refusal, or a storage [`Error`] converted into it.
    pub async fn write<F, T, E>(&self, act: Act, body: F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &*self.backend {
            Backend::Sqlite(sqlite, _) => sqlite.write(act, body).await,
            Backend::Postgres(postgres) => {
                let done = postgres.write(act, &body).await?;
                done.hooks.into_iter().for_each(|hook| hook());
                self.announcer.announce(done.topics);
                Ok(done.out)
            }
        }
    }

    /// Runs `body` on a snapshot; it cannot write.
    ///
    /// # Errors
    /// The body's refusal, or a storage [`Error`] converted into it.
    pub async fn read<F, T, E>(&self, body: F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &*self.backend {
            Backend::Sqlite(sqlite, _) => sqlite.read(body).await,
            Backend::Postgres(postgres) => postgres.read(&body).await,
        }
    }

    /// Runs `body` on a snapshot that may take as long as it needs: exports and backups. The body may write files.
    ///
    /// # Errors
    /// The body's refusal, or a storage [`Error`] converted into it.
    pub async fn export<F, T, E>(&self, body: F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &*self.backend {
            Backend::Sqlite(sqlite, _) => sqlite.export(body).await,
            Backend::Postgres(postgres) => postgres.export(&body).await,
        }
    }

    /// Runs a proven point read (a few rows by key) on the calling task, without a snapshot around
    /// several statements: several times cheaper than [`Self::read`].
    ///
    /// # Errors
    /// The body's refusal, or a storage [`Error`] converted into it.
    pub async fn point<F, T, E>(&self, body: F) -> Result<T, E>
    where
        F: for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E> + Send,
        T: Send,
        E: From<Error> + Send,
    {
        match &*self.backend {
            Backend::Sqlite(sqlite, _) => sqlite.point(&body),
            Backend::Postgres(postgres) => postgres.point(&body).await,
        }
    }

    /// Topics announced from now on, by this node and the others. Hints, not truth: poll as well.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Topic> {
        self.announcer.listen()
    }

    /// Tells listeners that something changed, outside a transaction (a cache, a batch published by a command).
    pub fn announce(&self, topic: impl Into<Topic>) {
        self.announcer.announce(vec![topic.into()]);
    }

    /// Brings the schema up to this program's; several nodes may do so at once.
    ///
    /// # Errors
    /// [`Error::Schema`] when the database was changed by another version or by hand.
    pub async fn migrate(&self, world: &World) -> Result<Vec<&'static str>, Error> {
        self.migrate_to(world, MIGRATIONS).await
    }

    /// Brings the schema up to the last of `steps`, the first ones of the tree.
    pub(crate) async fn migrate_to(
        &self,
        world: &World,
        steps: &'static [Migration],
    ) -> Result<Vec<&'static str>, Error> {
        let at = world.now().micros();
        match &*self.backend {
            Backend::Sqlite(sqlite, _) => {
                let connection = sqlite.connection()?;
                let ran = tokio::task::spawn_blocking(move || migrate::sqlite(connection, at, steps)).await;
                ran.map_err(|e| Error::Lost(e.to_string()))?
            }
            Backend::Postgres(postgres) => migrate::postgres(&mut postgres.connection().await?, at, steps).await,
        }
    }

    /// Answers if the database does, within two seconds.
    ///
    /// # Errors
    /// [`Error::Away`] or [`Error::Busy`].
    pub async fn ping(&self) -> Result<(), Error> {
        soon(self.point(async |tx: &mut Tx<'_>| tx.value::<i64>(&PING, &[]).await)).await.map(drop)
    }

    /// Answers if the database does, within two seconds, and has every step of this program's schema. A newer node may have
    /// brought it further.
    ///
    /// # Errors
    /// [`Error::Away`], [`Error::Busy`], or [`Error::Schema`] with the reason.
    pub async fn ready(&self) -> Result<(), Error> {
        let rows = soon(self.point(async |tx: &mut Tx<'_>| tx.all(&migrate::KNOWN, &[]).await)).await?;
        let known = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<_>, Error>>()?;
        migrate::compare(&known)
    }

    /// Prepares every statement; the names and reasons of those this engine refuses.
    ///
    /// # Errors
    /// [`Error`] when the database itself cannot be used.
    pub async fn check(&self, registry: &'static [&'static [Statement]]) -> Result<Vec<String>, Error> {
        let mut refused = Vec::new();
        for statement in registry.iter().copied().flatten() {
            // One transaction each: PostgreSQL gives up a transaction after its first failure.
            let checked: Result<(), Error> = self.read(async move |tx: &mut Tx<'_>| tx.check(statement).await).await;
            match checked {
                Ok(()) => {}
                Err(Error::Statement { statement, message }) => refused.push(format!("{statement}: {message}")),
                Err(other) => return Err(other),
            }
        }
        Ok(refused)
    }

    /// The data folder of an embedded database.
    #[must_use]
    pub fn folder(&self) -> Option<&Arc<Folder>> {
        match &*self.backend {
            Backend::Sqlite(_, folder) => Some(folder),
            Backend::Postgres(_) => None,
        }
    }

    /// Serves what is queued and stops taking writes.
    pub async fn close(&self) {
        let backend = Arc::clone(&self.backend);
        let closed = tokio::task::spawn_blocking(move || {
            if let Backend::Sqlite(sqlite, _) = &*backend {
                sqlite.close();
            }
        });
        if let Err(e) = closed.await {
            tracing::error!(error = %e, "closing the database failed");
        }
    }
}

/// An answer within two seconds.
async fn soon<T>(asked: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match tokio::time::timeout(Duration::from_secs(2), asked).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::Away("no answer within two seconds".to_owned())),
    }
}
