//! Starting other programs: where, with what, how long it took, what they said.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The root of the work tree.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The cargo that started us.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Measures how long a part takes.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "a build tool reports real durations; nothing in the product depends on them"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Shows a command's output line by line as it comes and hands each line to `look`.
///
/// Standard error is joined to standard output by the shell-free way of one pipe for both.
pub(crate) fn watch(command: &mut Command, mut look: impl FnMut(&str)) -> Result<ExitStatus, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (reader, writer) = std::io::pipe().map_err(|e| format!("no pipe for {name}: {e}"))?;
    let second = writer.try_clone().map_err(|e| format!("no pipe for {name}: {e}"))?;
    command.stdin(Stdio::null()).stdout(writer).stderr(second);
    let mut child = command.spawn().map_err(|e| format!("{name} cannot be started: {e}"))?;
    // Our own copies of the pipe's end must go, or reading would never see its end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        look(text.trim_end());
        line.clear();
    }
    child.wait().map_err(|e| format!("{name} was lost: {e}"))
}

/// Runs a command quietly; its output is shown only when it fails.
pub(crate) fn quiet(command: &mut Command) -> Result<String, String> {
    let name = format!("{command:?}").replace('"', "");
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{name} cannot be started: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    Err(format!("{name} failed:\n{text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The first line a program prints, or nothing when it cannot be run.
pub(crate) fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let text = quiet(Command::new(program).args(arguments)).ok()?;
    text.lines().next().map(str::to_owned)
}
