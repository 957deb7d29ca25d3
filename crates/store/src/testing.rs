//! Fresh, migrated databases for tests, on both engines; a throw-away PostgreSQL server when none is named.
//!
//! ```text
//! store::testing::both! {
//!     /// Ten places are ten places.
//!     async fn never_oversold(db: Db) {
//!         …
//!     }
//! }
//! ```
//! makes the tests `never_oversold::on_sqlite` and `never_oversold::on_postgres`. Where no PostgreSQL can be had, the second
//! half fails with a sentence that says how to get one; it is never skipped.
#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "for tests: what cannot be prepared ends the test with its reason"
)]

pub mod cluster;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::World;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Config as PgConfig, NoTls};

use crate::{Config, Db, Folder, Location, MIGRATIONS};
use cluster::Cluster;

pub use crate::both;

/// Names a server to use instead of the throw-away one; its user must be able to create databases.
pub const SERVER: &str = "YOKOGUSHI_TEST_POSTGRES";

/// A folder that goes when the value goes.
#[derive(Debug)]
pub struct TempFolder(PathBuf);

impl TempFolder {
    /// A new, empty folder.
    #[must_use]
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("yokogushi-{}", unique()));
        std::fs::create_dir_all(&path).unwrap_or_else(|e| panic!("{} cannot be made: {e}", path.display()));
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for TempFolder {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        // A left-over in the temporary folder is no reason to fail a test that passed.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A name no other test of this machine uses now.
fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A PostgreSQL database of its own, dropped with the value.
#[derive(Debug)]
pub struct PgDatabase {
    name: String,
    url: String,
}

impl PgDatabase {
    /// An empty one, as a city's first start finds it.
    #[must_use]
    pub fn empty() -> Self {
        apart(async { Self::create("").await })
    }

    /// One with this program's schema, copied from a template.
    #[must_use]
    pub fn migrated() -> Self {
        apart(async { Self::create(&format!("TEMPLATE {}", template().await)).await })
    }

    /// A copy of a database nobody is connected to.
    #[must_use]
    pub fn copy_of(other: &str) -> Self {
        let clause = format!("TEMPLATE {other}");
        apart(async move { Self::create(&clause).await })
    }

    async fn create(clause: &str) -> Self {
        let (admin, name) = (admin().await, unique());
        // A left-over of a killed test process that had the same number.
        run(&admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&admin, &format!("CREATE DATABASE {name} {clause}")).await;
        Self { url: url(&name), name }
    }

    /// Its address, as `--database` takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens it; several nodes of one city may.
    #[must_use]
    pub fn open(&self, node: &str) -> Db {
        open(Config { writers: 4, readers: 4, ..Config::new(Location::Postgres(self.url.clone()), node.to_owned()) })
    }
}

impl Drop for PgDatabase {
    fn drop(&mut self) {
        let text = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        apart(async move {
            let admin = admin().await;
            // The server is thrown away anyway; a test that passed does not fail for this.
            drop(admin.batch_execute(&text).await);
        });
    }
}

/// The address of a database on the test server.
fn url(database: &str) -> String {
    match std::env::var(SERVER) {
        // postgres://user:password@host:port/ANYTHING?options
        Ok(given) => {
            let (head, options) = given.split_once('?').map_or((given.as_str(), None), |(h, o)| (h, Some(o)));
            let after_scheme = head.find("://").map_or(0, |at| at + 3);
            let end = head[after_scheme..].find('/').map_or(head.len(), |at| after_scheme + at);
            let options = options.map(|o| format!("?{o}")).unwrap_or_default();
            format!("{}/{database}{options}", &head[..end])
        }
        Err(_) => match Cluster::shared() {
            Ok(cluster) => cluster.url(database),
            Err(error) => panic!("{error}"),
        },
    }
}

async fn admin() -> Client {
    let url = url("postgres");
    let config: PgConfig = url.parse().unwrap_or_else(|e| panic!("{SERVER} is not a PostgreSQL address: {e}"));
    let (client, connection) = config
        .connect(NoTls)
        .await
        .unwrap_or_else(|e| panic!("the PostgreSQL server for tests cannot be reached: {e}"));
    tokio::spawn(connection);
    client
}

async fn run(client: &Client, sql: &str) {
    client.batch_execute(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
}

/// The template that holds this program's schema; made once for each version of the migrations.
async fn template() -> String {
    let mut hasher = DefaultHasher::new();
    MIGRATIONS.iter().for_each(|m| (m.name, m.text).hash(&mut hasher));
    let name = format!("schema_{:016x}", hasher.finish());
    keep(&name, async |url: String| {
        let db = open(Config::new(Location::Postgres(url), "template".to_owned()));
        db.migrate(&World::real()).await.unwrap_or_else(|e| panic!("the migrations fail on PostgreSQL: {e}"));
        db.close().await;
    })
    .await;
    name
}

/// Makes a database other tests copy, unless it is there: `make` gets the address of an empty one and fills it.
pub fn kept(name: &str, make: impl FnOnce(&str) + Send + 'static) {
    let name = name.to_owned();
    apart(async move { keep(&name, async |url: String| make(&url)).await });
}

async fn keep(name: &str, make: impl AsyncFnOnce(String)) {
    let admin = admin().await;
    // Held until the connection goes: only one process makes a template.
    run(&admin, "SELECT pg_advisory_lock(20261122)").await;
    let found = admin.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await;
    if !found.unwrap_or_else(|e| panic!("the templates cannot be listed: {e}")).is_empty() {
        return;
    }
    let making = format!("{name}_making");
    run(&admin, &format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)")).await;
    run(&admin, &format!("CREATE DATABASE {making}")).await;
    make(url(&making)).await;
    // Whatever connection is still closing would keep the name from being changed.
    run(&admin, &format!("ALTER DATABASE {making} WITH ALLOW_CONNECTIONS false")).await;
    let left = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{making}'");
    while admin.execute(&left, &[]).await.unwrap_or_else(|e| panic!("{left}: {e}")) > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    run(&admin, &format!("ALTER DATABASE {making} RENAME TO {name}")).await;
}

fn open(config: Config) -> Db {
    Db::open(config).unwrap_or_else(|e| panic!("the database cannot be opened: {e}"))
}

/// Runs preparations on a thread of their own, so that they work inside a runtime and while a panic unwinds.
fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let thread = std::thread::spawn(move || runtime().block_on(work));
    match thread.join() {
        Ok(value) => value,
        // Keeps the sentence of the panic as this test's own.
        Err(reason) => std::panic::resume_unwind(reason),
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a tokio runtime starts")
}

/// Runs a test body on a fresh embedded database.
pub fn on_sqlite<T>(body: impl AsyncFnOnce(Db) -> T) -> T {
    let folder = TempFolder::new();
    runtime().block_on(async {
        let owned = Folder::own(folder.path()).unwrap_or_else(|e| panic!("{e}"));
        let db = open(Config::new(Location::Folder(Arc::new(owned)), "test".to_owned()));
        db.migrate(&World::real()).await.unwrap_or_else(|e| panic!("the migrations fail on SQLite: {e}"));
        body(db).await
    })
}

/// Runs a test body on a fresh PostgreSQL database.
pub fn on_postgres<T>(body: impl AsyncFnOnce(Db) -> T) -> T {
    let database = PgDatabase::migrated();
    runtime().block_on(async { body(database.open("test")).await })
}

/// Stamps each `async fn name(db: Db) { … }` (which may return a `Result`) into the tests `name::on_sqlite` and `name::on_postgres`.
#[macro_export]
macro_rules! both {
    ($( $(#[$note:meta])* async fn $name:ident($($parameter:tt)*) $(-> $out:ty)? $body:block )+) => {$(
        $(#[$note])*
        #[cfg(test)]
        mod $name {
            use super::*;
            async fn body($($parameter)*) $(-> $out)? $body
            #[test]
            fn on_sqlite() $(-> $out)? { $crate::testing::on_sqlite(body) }
            #[test]
            fn on_postgres() $(-> $out)? { $crate::testing::on_postgres(body) }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use super::PgDatabase;
    use crate::{Act, Db, Engine, Error, Tx};

    crate::statements! {
        /// Any table that every database has.
        STEPS = "SELECT COUNT(*) FROM migration";
        /// Something to be alone with.
        MARK = "INSERT INTO migration (name, hash, applied_at) VALUES ('mark', '', 0)";
    }

    /// Not for the registry.
    const _: &[crate::Statement] = STATEMENTS;

    both! {
        /// Two tests never see each other's rows: both insert the same key.
        async fn a_database_is_fresh_and_migrated(db: Db) -> Result<(), Error> {
            let steps = db.read(async |tx: &mut Tx<'_>| tx.value::<i64>(&STEPS, &[]).await).await?;
            assert!(steps > 0);
            db.write(Act::bulk("mark"), async |tx: &mut Tx<'_>| tx.exec(&MARK, &[]).await).await?;
            Ok(())
        }

        async fn the_same_again_beside_it(db: Db) {
            let one = db.write(Act::bulk("mark"), async |tx: &mut Tx<'_>| tx.exec(&MARK, &[]).await).await;
            assert!(matches!(one, Ok(1)));
        }
    }

    #[test]
    fn an_empty_database_can_be_opened_by_two_nodes() {
        let database = PgDatabase::empty();
        super::runtime().block_on(async {
            let (a, b) = (database.open("a"), database.open("b"));
            let world = kernel::World::real();
            let (one, two) = tokio::join!(a.migrate(&world), b.migrate(&world));
            assert_eq!(one.unwrap().len() + two.unwrap().len(), crate::MIGRATIONS.len());
            assert_eq!(a.engine(), Engine::Postgres);
        });
    }
}
