//! A throw-away PostgreSQL server for tests: started by whoever comes first, shared by parallel test processes, gone when idle.
//!
//! Everything lives in one short folder under the temporary folder (a socket path may have about 100 bytes, and the server's
//! user must be able to walk there, which it cannot below root's home). Two locks keep order: `start` is held while looking
//! whether the server answers and starting it; `users` is held shared by every process that uses it, so that the keeper, a
//! small shell loop beside the server, can take it alone only when nobody is left, and then stops the server.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// The socket's number; the server never listens on TCP, so it cannot collide with another.
const PORT: u16 = 5432;
/// Looks of the keeper (20 s apart) without a user before it stops the server.
const IDLE_LOOKS: u32 = 6;

/// What keeps a test from getting a PostgreSQL server, as one plain sentence.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server programs on this machine.
    #[error(
        "PostgreSQL is needed for this test and was not found: install it (Debian: apt-get install postgresql) or name a server with YOKOGUSHI_TEST_POSTGRES=postgres://…"
    )]
    NotInstalled,
    /// A helper program or file could not be used.
    #[error("the throw-away PostgreSQL could not be prepared ({0}): {1}")]
    Prepare(String, io::Error),
    /// initdb or the server said no; its log tells why.
    #[error("the throw-away PostgreSQL did not start; its log says: {0}")]
    Start(String),
}

/// Whether the server's commits reach the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `fsync=off`: right for tests, because only a power cut could tell the difference.
    Fast,
    /// As in operation: for measurements.
    Real,
}

/// A running server; the value keeps the server from being stopped as idle.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    _users: File,
}

impl Cluster {
    /// The server all tests of this work tree share; started if it does not answer.
    pub fn shared() -> Result<&'static Self, &'static ClusterError> {
        static SHARED: OnceLock<Result<Cluster, ClusterError>> = OnceLock::new();
        SHARED
            .get_or_init(|| {
                let folder = shared_folder();
                // Tells the test command which server to stop when everything is done.
                let note = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/pg-test");
                let noted = fs::write(&note, folder.as_os_str().as_encoded_bytes());
                prepare(&note, noted)?;
                Self::start(&folder, Durability::Fast)
            })
            .as_ref()
    }

    /// A server in `folder` (a short path others may walk to), started if none answers there.
    pub fn start(folder: &Path, durability: Durability) -> Result<Self, ClusterError> {
        prepare(folder, fs::DirBuilder::new().recursive(true).mode(0o755).create(folder))?;
        let users = lock_file(folder, "users")?;
        prepare(folder, users.lock_shared())?;
        let start = lock_file(folder, "start")?;
        prepare(folder, start.lock())?;
        let cluster = Self { folder: folder.to_path_buf(), _users: users };
        if !cluster.answers() {
            cluster.launch(durability)?;
        }
        Ok(cluster)
    }

    /// The address of one of its databases, as `--database` takes it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let host = self.folder.to_string_lossy().replace('/', "%2F");
        format!("postgres://postgres@{host}:{PORT}/{database}")
    }

    /// The server's process number, for tests that stop or kill it.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        let text = fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// Stops the server now; whether it is gone.
    #[must_use]
    pub fn stop(&self) -> bool {
        let Some(pid) = self.pid() else { return true };
        let asked = Command::new("kill").args(["-INT", &pid.to_string()]).stdin(Stdio::null()).status();
        if !asked.is_ok_and(|status| status.success()) {
            return false;
        }
        for _ in 0..200 {
            if self.pid().is_none() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    fn answers(&self) -> bool {
        UnixStream::connect(self.folder.join(format!(".s.PGSQL.{PORT}"))).is_ok()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default().trim().to_owned()
    }

    /// Makes a fresh data folder, starts the server and its keeper, waits until it takes connections.
    fn launch(&self, durability: Durability) -> Result<(), ClusterError> {
        let programs = programs().ok_or(ClusterError::NotInstalled)?;
        let data = self.folder.join("data");
        if data.exists() {
            prepare(&data, fs::remove_dir_all(&data))?;
        }
        prepare(&data, fs::DirBuilder::new().mode(0o700).create(&data))?;
        let user = server_user();
        if let Some(user) = &user {
            // The socket stands in the outer folder, so the server's user must be able to write there.
            for path in [self.folder.as_path(), data.as_path()] {
                run(Command::new("chown").arg(user).arg(path), &self.folder)?;
            }
        }
        run(
            as_user(user.as_deref(), &programs.join("initdb")).arg("--pgdata").arg(&data).args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ]),
            &self.folder,
        )?;
        let log = prepare(&self.folder, File::create(self.folder.join("log")))?;
        let script = keeper_script(&programs, &self.folder, user.as_deref(), durability);
        // setsid: the server must outlive the test process that happened to come first, and its process group.
        let mut keeper = Command::new("setsid");
        keeper.args(["--fork", "sh", "-c", &script]).stdin(Stdio::null());
        keeper.stdout(prepare(&self.folder, log.try_clone())?).stderr(log).current_dir("/");
        let status = prepare(&self.folder, keeper.status())?;
        for _ in 0..600 {
            // The server writes "ready" into its pid file when it takes connections; the socket alone is there earlier.
            let ready = fs::read_to_string(data.join("postmaster.pid"))
                .is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"));
            if ready && self.answers() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(ClusterError::Start(format!("{} ({status})", self.log())))
    }
}

/// Where the shared server of this work tree lives; two work trees on one machine do not meet.
fn shared_folder() -> PathBuf {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut hasher);
    std::env::temp_dir().join(format!("yokogushi-pg-{:08x}", hasher.finish() & 0xffff_ffff))
}

/// The shell loop that runs beside the server and stops it when nobody has used it for a while.
fn keeper_script(programs: &Path, folder: &Path, user: Option<&str>, durability: Durability) -> String {
    let settings = match durability {
        Durability::Fast => "-c fsync=off -c synchronous_commit=off -c full_page_writes=off",
        Durability::Real => "-c fsync=on -c synchronous_commit=on",
    };
    let drop_rights = user
        .map_or_else(String::new, |user| format!("setpriv --reuid={user} --regid={} --clear-groups ", group_of(user)));
    let (postgres, folder) = (programs.join("postgres").display().to_string(), folder.display());
    format!(
        "{drop_rights}{postgres} -D {folder}/data -k {folder} -p {PORT} -c listen_addresses= \
-c max_connections=400 -c shared_buffers=96MB -c log_min_messages=warning {settings} &
server=$!
idle=0
while sleep 20; do
  kill -0 $server 2>/dev/null || exit 0
  if flock --exclusive --nonblock {folder}/users true; then idle=$((idle + 1)); else idle=0; fi
  [ $idle -lt {IDLE_LOOKS} ] && continue
  idle=0
  flock --exclusive --nonblock {folder}/users sh -c \"kill -INT $server; while [ -e {folder}/data/postmaster.pid ]; do sleep 0.1; done\"
done"
    )
}

/// Newest server programs on this machine.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).or_else(|| {
        std::env::split_paths(&std::env::var_os("PATH")?)
            .find(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
    })
}

/// The user the server must run as: PostgreSQL refuses root.
fn server_user() -> Option<String> {
    let root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    let known = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let has = |name: &str| known.lines().any(|line| line.split(':').next() == Some(name));
    root.then(|| if has("postgres") { "postgres".to_owned() } else { "nobody".to_owned() })
}

/// The number of the user's own group.
fn group_of(user: &str) -> String {
    let known = fs::read_to_string("/etc/passwd").unwrap_or_default();
    known
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&user))
        .and_then(|fields| fields.get(3).map(|group| (*group).to_owned()))
        .unwrap_or_else(|| "65534".to_owned())
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else {
        return Command::new(program);
    };
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={user}"), &format!("--regid={}", group_of(user)), "--clear-groups"]);
    command.arg(program);
    command
}

fn run(command: &mut Command, folder: &Path) -> Result<(), ClusterError> {
    let output = prepare(folder, command.stdin(Stdio::null()).current_dir("/").output())?;
    if output.status.success() {
        return Ok(());
    }
    Err(ClusterError::Start(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// A lock file anybody may take, whichever user the tests run as.
fn lock_file(folder: &Path, name: &str) -> Result<File, ClusterError> {
    let path = folder.join(name);
    let file = prepare(&path, File::options().read(true).write(true).create(true).truncate(false).open(&path))?;
    // Only the file's owner may change its rights; another user's tests find them already right.
    if file.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o777 != 0o666) {
        prepare(&path, file.set_permissions(fs::Permissions::from_mode(0o666)))?;
    }
    Ok(file)
}

fn prepare<T>(path: &Path, result: io::Result<T>) -> Result<T, ClusterError> {
    result.map_err(|error| ClusterError::Prepare(path.display().to_string(), error))
}
