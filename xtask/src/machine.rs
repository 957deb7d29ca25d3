//! What the tests need on the machine: looked for, installed where we may, else named.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use crate::process::{self, first_line, quiet};

/// How much of the machine a run needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The program's own tests on both databases.
    Databases,
    /// Also a browser and its fonts.
    Everything,
}

/// Something the tests need.
struct Need {
    /// In plain words.
    what: &'static str,
    /// Debian's packages that bring it.
    packages: &'static [&'static str],
    /// Whether it is there.
    there: fn() -> bool,
}

const DATABASE: Need = Need {
    what: "PostgreSQL's server programs (initdb, postgres), or YOKOGUSHI_TEST_POSTGRES=postgres://… naming a server",
    packages: &["postgresql"],
    there: || std::env::var_os("YOKOGUSHI_TEST_POSTGRES").is_some() || postgres_is_there(),
};

const NODE: Need = Need {
    what: "Node 20 or newer with npm (the front end is built with it)",
    packages: &["nodejs", "npm"],
    there: || {
        let major = |text: String| text.trim_start_matches('v').split('.').next()?.parse::<u32>().ok();
        first_line("node", &["--version"]).and_then(major).is_some_and(|v| v >= 20)
            && first_line("npm", &["--version"]).is_some()
    },
};

const BROWSER: Need =
    Need { what: "Chromium (the browser tests drive it)", packages: &["chromium"], there: || browser().is_some() };

const FONTS: Need = Need {
    what: "Japanese fonts (Noto Sans CJK)",
    packages: &["fonts-noto-cjk"],
    there: || {
        ["/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk"].iter().any(|folder| {
            fs::read_dir(folder)
                .is_ok_and(|files| files.flatten().any(|f| f.file_name().to_string_lossy().contains("CJK")))
        })
    },
};

/// Where Chromium is.
pub(crate) fn browser() -> Option<String> {
    if let Ok(given) = std::env::var("YOKOGUSHI_TEST_BROWSER") {
        return Some(given);
    }
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .map(str::to_owned)
}

fn postgres_is_there() -> bool {
    let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    packaged.chain(std::env::split_paths(&path)).any(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
}

/// Makes sure everything in `scope` is there.
pub(crate) fn prepare(scope: Scope) -> Result<(), String> {
    let needs: &[Need] = match scope {
        Scope::Databases => &[DATABASE, NODE],
        Scope::Everything => &[DATABASE, NODE, BROWSER, FONTS],
    };
    let missing = |needs: &[Need]| -> Vec<usize> { (0..needs.len()).filter(|&i| !(needs[i].there)()).collect() };
    let first = missing(needs);
    if first.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = first.iter().flat_map(|&i| needs[i].packages.iter().copied()).collect();
    if may_install() {
        println!("xtask: installing {}", packages.join(" "));
        quiet(Command::new("apt-get").args(["update", "--quiet"]))?;
        quiet(
            Command::new("apt-get")
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(["install", "--yes", "--quiet", "--no-install-recommends"])
                .args(&packages),
        )?;
    }
    let still = missing(needs);
    if still.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = still.iter().map(|&i| format!("  - {}", needs[i].what)).collect();
    Err(format!(
        "this machine lacks what the tests need:\n{}\nOn Debian, as root: apt-get install {}",
        names.join("\n"),
        still.iter().flat_map(|&i| needs[i].packages.iter().copied()).collect::<Vec<_>>().join(" ")
    ))
}

/// Root on Debian may install packages.
fn may_install() -> bool {
    let root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    root && Path::new("/etc/debian_version").exists() && first_line("apt-get", &["--version"]).is_some()
}

/// Whether cargo-nextest is there.
pub(crate) fn nextest() -> bool {
    quiet(process::cargo().args(["nextest", "--version"])).is_ok()
}

/// Stops the shared test database server, by the process number it wrote down.
pub(crate) fn stop_database() {
    let Ok(folder) = fs::read_to_string(process::target().join("pg-test")) else {
        return;
    };
    let Ok(text) = fs::read_to_string(Path::new(&folder).join("data/postmaster.pid")) else {
        return;
    };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else {
        return;
    };
    // The number may have been given to another program since: look before stopping.
    let command = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    if command.contains(folder.trim())
        && let Err(error) = quiet(Command::new("kill").args(["-INT", &pid.to_string()]))
    {
        eprintln!("xtask: the test database server could not be stopped: {error}");
    }
}
