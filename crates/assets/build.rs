//! Builds the front end (npm + esbuild) outside the source tree and writes the table that `lib.rs` embeds.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What of `frontend/` takes part in the build (a developer's own `node_modules` there does not).
const SOURCES: [&str; 7] = ["package.json", "package-lock.json", "build.mjs", "icons.mjs", "mark.mjs", "css", "ts"];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=YOKOGUSHI_ASSETS_DIR");
    let out = PathBuf::from(variable("OUT_DIR")?);
    let dist = match env::var_os("YOKOGUSHI_ASSETS_DIR") {
        Some(dir) => {
            let dir = PathBuf::from(dir);
            println!("cargo::rerun-if-changed={}", dir.join("list.tsv").display());
            fs::canonicalize(&dir).map_err(|e| {
                format!("YOKOGUSHI_ASSETS_DIR names {}, which cannot be read ({e}). Give the folder that `node build.mjs FOLDER` wrote.", dir.display())
            })?
        }
        None => build_front_end(&out)?,
    };
    let table = table(&dist)?;
    fs::write(out.join("table.rs"), table).map_err(|e| format!("cannot write the table of assets: {e}"))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|e| format!("cargo did not set {name}: {e}"))
}

/// Copies `frontend/` next to cargo's own results, installs the packages of the lock file there, bundles.
fn build_front_end(out: &Path) -> Result<PathBuf, String> {
    let source = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../frontend");
    for name in SOURCES {
        println!("cargo::rerun-if-changed={}", source.join(name).display());
    }
    // OUT_DIR is target/PROFILE/build/NAME-HASH/out; packages are shared by all builds of one profile.
    let room = out.ancestors().nth(3).unwrap_or(out).join("frontend");
    let describe = |e: io::Error| format!("cannot prepare {} for the front end: {e}", room.display());
    fs::create_dir_all(&room).map_err(describe)?;
    for name in SOURCES {
        copy_fresh(&source.join(name), &room.join(name)).map_err(describe)?;
    }
    let lock = fs::read(room.join("package-lock.json")).map_err(describe)?;
    let stamp = room.join("installed-lock.json");
    if fs::read(&stamp).ok().as_ref() != Some(&lock) || !room.join("node_modules").is_dir() {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        command(&room, npm, &["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"])?;
        fs::write(&stamp, &lock).map_err(describe)?;
    }
    let dist = out.join("dist");
    command(&room, "node", &["build.mjs", &dist.to_string_lossy()])?;
    Ok(dist)
}

fn copy_fresh(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_fresh(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn command(dir: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let line = format!("{program} {}", arguments.join(" "));
    let output = Command::new(program).args(arguments).current_dir(dir).output().map_err(|e| {
        if e.kind() == io::ErrorKind::NotFound {
            "Building the front end needs Node.js 20 or newer with npm, and it was not found. Install it (on Debian: apt-get install nodejs npm), or set YOKOGUSHI_ASSETS_DIR to a folder built elsewhere with `node build.mjs FOLDER`.".to_owned()
        } else {
            format!("cannot run {line}: {e}")
        }
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{line} failed. When this machine has no access to an npm registry, set YOKOGUSHI_ASSETS_DIR to a folder built elsewhere.\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// The Rust table over `dist`: assets sorted by address, names sorted by name, icons sorted by name.
fn table(dist: &Path) -> Result<String, String> {
    let read =
        |name: &str| fs::read_to_string(dist.join(name)).map_err(|e| format!("{} has no {name}: {e}", dist.display()));
    let list = read("list.tsv")?;
    let mut assets: Vec<Vec<&str>> = list.lines().map(|l| l.split('\t').collect()).collect();
    if let Some(bad) = assets.iter().find(|row| row.len() != 6) {
        return Err(format!("{}/list.tsv has a row of {} columns: {bad:?}", dist.display(), bad.len()));
    }
    assets.sort_by_key(|row| row[1]);
    let mut rust = String::from("static ASSETS: &[Asset] = &[\n");
    let mut names: Vec<(&str, usize)> = Vec::new();
    for (index, row) in assets.iter().enumerate() {
        let [name, url, content_type, immutable, gzip, shell] = row[..] else { continue };
        names.push((name, index));
        let file = dist.join(url.trim_start_matches('/'));
        let gzip = if gzip == "1" {
            format!("Some(include_bytes!({:?}))", format!("{}.gz", file.display()))
        } else {
            "None".to_owned()
        };
        let _ = writeln!(
            rust,
            "Asset {{ name: {name:?}, path: {url:?}, bytes: include_bytes!({:?}), content_type: {content_type:?}, gzip: {gzip}, immutable: {}, shell: {} }},",
            file.display().to_string(),
            immutable == "1",
            shell == "1"
        );
    }
    names.sort_unstable();
    let _ = writeln!(rust, "];\nstatic NAMES: &[(&str, usize)] = &{names:?};");
    let icons = read("icons.tsv")?;
    let mut icons: Vec<(&str, &str)> = icons.lines().filter_map(|l| l.split_once('\t')).collect();
    icons.sort_unstable();
    let _ = writeln!(rust, "static ICONS: &[(&str, &str)] = &{icons:?};");
    Ok(rust)
}
