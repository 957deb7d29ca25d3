//! The real program, started on a free port with a folder or database of its own, and stopped by its process number.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kernel::World;
use store::testing::{PgDatabase, TempFolder};

use crate::client::{Ask, Client};
use crate::files;

/// Which database stands behind the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Whether the city of a test has people and places in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The demo city.
    Demo,
    /// Nothing, as with `--no-demo`.
    Empty,
}

/// A city's data: what one or several nodes share, and what outlives a killed one.
#[derive(Debug)]
pub struct City {
    folder: TempFolder,
    database: Option<PgDatabase>,
    content: Content,
    /// What the program printed when it made the demo city: who can sign in.
    greeting: String,
    codes_used: AtomicUsize,
}

impl City {
    /// A fresh city; the demo city is made once and copied.
    #[must_use]
    pub fn new(engine: Engine, content: Content) -> Self {
        let folder = TempFolder::new();
        let (database, greeting) = match (engine, content) {
            (Engine::Sqlite, Content::Empty) => (None, None),
            (Engine::Sqlite, Content::Demo) => {
                let demo = demo_folder();
                copy_folder(&demo, &folder.path().join("data"));
                (None, Some(demo.with_extension("log")))
            }
            (Engine::Postgres, Content::Empty) => (Some(PgDatabase::empty()), None),
            (Engine::Postgres, Content::Demo) => {
                let (name, log) = demo_database();
                (Some(PgDatabase::copy_of(&name)), Some(log))
            }
        };
        let greeting =
            greeting.map(|log| fs::read_to_string(&log).unwrap_or_else(|e| panic!("{}: {e}", log.display())));
        Self { folder, database, content, greeting: greeting.unwrap_or_default(), codes_used: AtomicUsize::new(0) }
    }

    /// A browser in which a member of the demo city's staff has signed in, with password and one-time code.
    #[must_use]
    pub fn signed_in(&self, node: &Node, login: &str) -> Client {
        let begins = format!("{login} / ");
        let mut lines = self.greeting.lines().map(str::trim).skip_while(|line| !line.starts_with(&begins));
        let words =
            |line: Option<&str>| line.unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        // "login / パスワード WORD  (post)", then "1回だけ使えるコード WORD WORD …".
        let (first, codes) = (words(lines.next()), words(lines.next()));
        let Some(password) = first.get(3) else { panic!("{login} cannot sign in:\n{}", self.greeting) };
        let number = 1 + self.codes_used.fetch_add(1, Ordering::Relaxed);
        let Some(code) = codes.get(number) else { panic!("no code is left for {login}") };
        let mut browser = node.browser();
        let page = browser.submit("/staff/sign-in", &[("login", login), ("password", password), ("next", "")]);
        assert_eq!(page.status, 200, "{}", page.words());
        let page = browser.submit("/staff/sign-in/code", &[("code", code), ("next", "")]);
        assert_eq!(page.status, 200, "{}", page.words());
        assert!(browser.cookie("__Host-session").is_some(), "{login} has no session: {}", page.words());
        browser
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The PostgreSQL database, if that is the engine.
    #[must_use]
    pub fn database(&self) -> Option<&PgDatabase> {
        self.database.as_ref()
    }

    /// A command of the program on this city: `backup FILE`, `doctor`, ….
    #[must_use]
    pub fn command(&self, words: &[&str]) -> Command {
        self.command_in(words, &self.data())
    }

    fn command_in(&self, words: &[&str], data: &Path) -> Command {
        let mut command = program();
        command.args(words).arg("--data").arg(data);
        // A test may name another way to the same database.
        if let Some(database) = &self.database
            && !words.contains(&"--database")
        {
            command.args(["--database", database.url()]);
        }
        command
    }

    /// Runs a command to its end.
    #[must_use]
    pub fn run(&self, words: &[&str]) -> Output {
        output(&mut self.command(words))
    }

    /// Starts a node and waits until it is ready.
    #[must_use]
    pub fn serve(&self) -> Node {
        self.serve_with(&[], &[])
    }

    /// Starts a node with more flags and environment.
    #[must_use]
    pub fn serve_with(&self, flags: &[&str], environment: &[(&str, &str)]) -> Node {
        self.serve_at(free_address(), flags, environment)
    }

    /// Starts a node at an address. On PostgreSQL the same address is the same node: its data folder is named by the port.
    #[must_use]
    pub fn serve_at(&self, address: SocketAddr, flags: &[&str], environment: &[(&str, &str)]) -> Node {
        let listen = address.to_string();
        let mut words = vec!["serve", "--listen", &listen];
        if self.content == Content::Empty {
            words.push("--no-demo");
        }
        words.extend_from_slice(flags);
        // Nodes of one city on PostgreSQL each have a folder of their own.
        let data = match &self.database {
            Some(_) => self.folder.path().join(format!("data-{}", address.port())),
            None => self.data(),
        };
        let mut command = self.command_in(&words, &data);
        command.envs(environment.iter().copied());
        let log = self.folder.path().join(format!("log-{}", address.port()));
        Node::start(command, address, log)
    }
}

/// A running node; killed with the value.
#[derive(Debug)]
pub struct Node {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Node {
    fn start(mut command: Command, address: SocketAddr, log: PathBuf) -> Self {
        let file = File::create(&log).unwrap_or_else(|e| panic!("{}: {e}", log.display()));
        let second = file.try_clone().unwrap_or_else(|e| panic!("{}: {e}", log.display()));
        command.stdin(Stdio::null()).stdout(file).stderr(second);
        let child = command.spawn().unwrap_or_else(|e| panic!("{command:?} cannot be started: {e}"));
        let mut node = Self { child, address, log };
        for _ in 0..1200 {
            if let Ok(Some(status)) = node.child.try_wait() {
                panic!("the program stopped at its start ({status}):\n{}", node.said());
            }
            let asked = Client::new(address).try_send(&Ask::get("/readyz"));
            if asked.is_ok_and(|answer| answer.status == 200) {
                return node;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the program was not ready within a minute:\n{}", node.said());
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Another program calling it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// A browser on its pages.
    #[must_use]
    pub fn browser(&self) -> Client {
        Client::browser(self.address)
    }

    /// Everything it has printed.
    #[must_use]
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// `kill -9`: no farewell of any kind.
    pub fn kill(mut self) {
        // Gone already is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Asks it to stop, as systemd does, and waits for that.
    #[must_use]
    pub fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the program could not be asked to stop");
        self.child.wait().unwrap_or_else(|e| panic!("the program was lost: {e}"))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            eprintln!("--- what the program at {} said:\n{}", self.address, self.said());
        }
    }
}

/// Runs a command to its end, without input.
#[must_use]
pub fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("{command:?} cannot be started: {e}"))
}

/// The program, with nothing of the caller's environment that would configure it.
#[must_use]
pub fn program() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("YOKOGUSHI_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1");
    command
}

/// The program's file; built now unless the caller built it and says where.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(given) = std::env::var_os("YOKOGUSHI_TEST_PROGRAM") {
            return given.into();
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built =
            output(Command::new(cargo).args(["build", "--quiet", "--package", "yokogushi"]).current_dir(files::root()));
        assert!(built.status.success(), "the program does not build:\n{}", String::from_utf8_lossy(&built.stderr));
        target().join("debug/yokogushi")
    })
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| files::root().join("target"), PathBuf::from)
}

/// An address on this machine nobody listens on.
#[must_use]
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|e| panic!("no free port: {e}"));
    listener.local_addr().unwrap_or_else(|e| panic!("no free port: {e}"))
}

/// Tells one build of the program, on one day, from another: the demo city is made relative to today.
fn version() -> String {
    let about = fs::metadata(binary()).unwrap_or_else(|e| panic!("{}: {e}", binary().display()));
    let mut hasher = DefaultHasher::new();
    (about.len(), about.modified().ok(), World::real().today().to_string()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Lets a program make the demo city in `data` or `database`, and stop.
fn make_demo(data: &Path, database: Option<&str>, log: &Path) {
    let address = free_address();
    let mut command = program();
    command.args(["serve", "--listen", &address.to_string(), "--data"]).arg(data);
    if let Some(url) = database {
        command.args(["--database", url]);
    }
    let status = Node::start(command, address, log.to_owned()).stop();
    assert!(status.success(), "the program did not stop well: {status}");
}

fn demo_folder() -> PathBuf {
    let home = target().join("test-demo");
    let ready = home.join(version());
    fs::create_dir_all(&home).unwrap_or_else(|e| panic!("{}: {e}", home.display()));
    let lock = File::create(home.join("lock")).unwrap_or_else(|e| panic!("{}: {e}", home.display()));
    lock.lock().unwrap_or_else(|e| panic!("{}: {e}", home.display()));
    if !ready.exists() {
        for old in fs::read_dir(&home).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir()) {
            // An old demo city only wastes space.
            drop(fs::remove_dir_all(old.path()));
        }
        let making = home.join("making");
        drop(fs::remove_dir_all(&making));
        make_demo(&making, None, &ready.with_extension("log"));
        fs::rename(&making, &ready).unwrap_or_else(|e| panic!("{}: {e}", ready.display()));
    }
    ready
}

/// The name of the demo city's database on the test server, and where its greeting stands.
fn demo_database() -> (String, PathBuf) {
    let name = format!("demo_{}", version());
    let log = std::env::temp_dir().join(format!("yokogushi-{name}.log"));
    let (for_making, greeting) = (log.clone(), log.clone());
    store::testing::kept(&name, move |url| {
        let folder = TempFolder::new();
        make_demo(&folder.path().join("data"), Some(url), &for_making);
    });
    (name, greeting)
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap_or_else(|e| panic!("{}: {e}", to.display()));
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let (path, into) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &into);
        } else if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            fs::copy(&path, &into).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        }
    }
}
