//! `cargo xtask test`: every part in order; at the end what failed, and one closing line.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::counts::Counts;
use crate::failures::Failures;
use crate::machine::{self, Scope};
use crate::process::{self, Stopwatch, cargo, quiet, root, watch};

/// The package that starts the real program: HTTP, races, crashes.
pub(crate) const OUTSIDE: &str = "yokogushi-tests";

struct Options {
    quick: bool,
    filter: Option<String>,
}

fn options(words: &[&str]) -> Result<Options, String> {
    let mut options = Options { quick: false, filter: None };
    for word in words {
        match *word {
            "--quick" => options.quick = true,
            flag if flag.starts_with('-') => {
                return Err(format!(
                    "`{flag}` is not an option of `cargo xtask test`; there is --quick, and a name to filter by"
                ));
            }
            name if options.filter.is_none() => options.filter = Some(name.to_owned()),
            second => {
                return Err(format!("one name to filter by is enough, `{second}` is a second"));
            }
        }
    }
    Ok(options)
}

/// What a part's runner told while it ran.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) counts: Counts,
    pub(crate) failures: Failures,
}

impl Told {
    /// Takes a line.
    pub(crate) fn read(&mut self, line: &str) {
        self.counts.read(line);
        self.failures.read(line);
    }
}

/// What a part came to.
struct Part {
    name: &'static str,
    told: Told,
    took: Duration,
    trouble: Option<String>,
}

/// Runs everything; the error is empty because the closing lines have said it all.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    let options = options(words)?;
    machine::prepare(if options.quick { Scope::Databases } else { Scope::Everything })?;
    let filter = options.filter.as_deref();
    let mut parts = vec![part("unit tests, both databases", |told| {
        rust_tests(&["--workspace", "--exclude", OUTSIDE], filter, told)
    })];
    if filter.is_none() {
        parts.push(part("examples in the documentation", examples));
        parts.push(part("types of the front end", front_end_types));
    }
    if !options.quick {
        let program = part("building the program", build_program);
        let built = program.trouble.is_none();
        parts.push(program);
        if built {
            parts.push(part("HTTP, races, crashes", |told| rust_tests(&["--package", OUTSIDE], filter, told)));
            parts.push(part("browser", |told| browser_tests(filter, told)));
        }
    }
    machine::stop_database();
    close(parts, filter)
}

/// Prints the table of parts, what failed, and the closing line.
fn close(parts: Vec<Part>, filter: Option<&str>) -> Result<(), String> {
    let mut sum = Told::default();
    println!();
    for part in parts {
        let trouble = part.trouble.as_deref().map(|t| format!("  {t}")).unwrap_or_default();
        println!("{:>7.1} s  {:<32} {}{trouble}", part.took.as_secs_f64(), part.name, part.told.counts);
        sum.counts += part.told.counts;
        sum.failures.extend(part.told.failures);
    }
    let mut counts = sum.counts;
    if counts.passed + counts.failed == 0 {
        println!("no test {}", filter.map_or_else(|| "was found".to_owned(), |f| format!("has `{f}` in its name")));
        counts.failed = 1;
    }
    for line in sum.failures.told_again() {
        println!("{line}");
    }
    println!("{counts}");
    if counts.failed == 0 { Ok(()) } else { Err(String::new()) }
}

fn part(name: &'static str, body: impl FnOnce(&mut Told) -> Result<(), String>) -> Part {
    println!("\n== {name}");
    let watch = Stopwatch::start();
    let mut told = Told::default();
    let trouble = body(&mut told).err();
    if let Some(trouble) = &trouble {
        eprintln!("xtask: {name}: {trouble}");
        // A part that could not run is a failure even when it counted nothing.
        told.counts.failed = told.counts.failed.max(1);
    }
    Part { name, told, took: watch.elapsed(), trouble }
}

/// Runs Rust tests with nextest, or with cargo's own runner where that is missing.
pub(crate) fn rust_tests(selection: &[&str], filter: Option<&str>, told: &mut Told) -> Result<(), String> {
    let mut command = cargo();
    let nextest = machine::nextest();
    if nextest {
        command.args([
            "nextest",
            "run",
            "--no-fail-fast",
            "--no-tests=pass",
            "--status-level=fail",
            "--final-status-level=slow",
        ]);
    } else {
        command.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    }
    // Built by us beforehand, so that no test builds it again.
    command.args(selection).env("YOKOGUSHI_TEST_PROGRAM", process::target().join("debug/yokogushi"));
    if let Some(filter) = filter {
        command.arg(filter);
    }
    let status = watch(&mut command, |line| {
        // nextest shows what a failed test printed, its own "test result" included, and counts it in its summary.
        if !(nextest && line.contains("test result: ")) {
            told.counts.read(line);
        }
        told.failures.read(line);
    })?;
    if status.success() {
        return Ok(());
    }
    Err(if told.counts.failed > 0 {
        "some tests failed".to_owned()
    } else {
        format!("the tests could not be built or run ({status})")
    })
}

fn examples(told: &mut Told) -> Result<(), String> {
    let status = watch(cargo().args(["test", "--quiet", "--doc", "--workspace"]), |line| told.read(line))?;
    if status.success() { Ok(()) } else { Err(format!("an example failed ({status})")) }
}

/// The front end's TypeScript, checked with the compiler of its lock file; esbuild, which bundles it, only drops the types.
fn front_end_types(told: &mut Told) -> Result<(), String> {
    let folder = root().join("frontend");
    install_packages(&folder)?;
    let mut command = Command::new("npm");
    command.current_dir(folder).args(["run", "--silent", "check"]);
    let status = watch(&mut command, |line| told.failures.read(line))?;
    if status.success() { Ok(()) } else { Err(format!("the types do not fit ({status})")) }
}

/// Builds the program the outside tests start.
pub(crate) fn build_program(told: &mut Told) -> Result<(), String> {
    let status = watch(cargo().args(["build", "--package", "yokogushi"]), |line| told.failures.read(line))?;
    if status.success() { Ok(()) } else { Err(format!("the program does not build ({status})")) }
}

fn browser_tests(filter: Option<&str>, told: &mut Told) -> Result<(), String> {
    install_browser_packages()?;
    let mut command = browser_command()?;
    if let Some(filter) = filter {
        command.arg(format!("--test-name-pattern={filter}"));
    }
    command.args(browser_files()?);
    let status = watch(&mut command, |line| told.read(line))?;
    if status.success() { Ok(()) } else { Err(format!("browser tests failed ({status})")) }
}

/// The files of browser tests, named one by one: node's versions differ in how they search.
pub(crate) fn browser_files() -> Result<Vec<String>, String> {
    let folder = root().join("tests/browser");
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("{} cannot be read: {e}", folder.display()))?;
    let mut files: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".test.mjs"))
        .collect();
    files.sort();
    if files.is_empty() { Err("there is no browser test".to_owned()) } else { Ok(files) }
}

/// The npm packages of the browser tests.
pub(crate) fn install_browser_packages() -> Result<(), String> {
    install_packages(&root().join("tests/browser"))
}

/// The npm packages of a folder, by its lock file.
fn install_packages(folder: &Path) -> Result<(), String> {
    let mut command = Command::new("npm");
    command.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    quiet(&mut command).map(|_| ())
}

/// node's test runner in the folder of the browser tests, knowing where everything is.
pub(crate) fn browser_command() -> Result<Command, String> {
    let browser = machine::browser().ok_or("Chromium is missing")?;
    let mut command = Command::new("node");
    command
        .current_dir(root().join("tests/browser"))
        .env("YOKOGUSHI_TEST_BROWSER", browser)
        .env("YOKOGUSHI_TEST_PROGRAM", process::target().join("debug/yokogushi"))
        .env("YOKOGUSHI_TEST_SCREENSHOTS", process::target().join("screenshots"))
        // One form of report whatever node's version and the terminal are: it is read by us, too.
        .args(["--test", "--test-concurrency=1", "--test-reporter=tap"]);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn a_name_and_quick_in_any_order() {
        let options = options(&["never_oversold", "--quick"]).unwrap();
        assert!(options.quick);
        assert_eq!(options.filter.as_deref(), Some("never_oversold"));
    }

    #[test]
    fn an_unknown_option_is_refused() {
        assert!(options(&["--fast"]).is_err());
        assert!(options(&["a", "b"]).is_err());
    }
}
