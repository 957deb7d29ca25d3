//! `cargo xtask soak`: the matrices too long for every day, in steps that can be taken up again.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failures::Failures;
use crate::machine::{self, Scope};
use crate::process::{Stopwatch, cargo, first_line, root, target, watch};
use crate::test::{self, Told};

/// Kill points of each database engine, and how many one step takes.
const KILLS: u32 = 200;
const KILLS_A_STEP: u32 = 10;

/// Moments in Japan at which the whole story must work: before, in and after hours, over midnight, on closed days, at the year's
/// and the fiscal year's turn.
const MOMENTS: [&str; 11] = [
    "2027-05-11T08:40",
    "2027-05-11T10:30",
    "2027-05-11T12:30",
    "2027-05-11T16:50",
    "2027-05-11T17:30",
    "2027-05-11T23:50",
    "2027-05-11T23:58",
    "2027-05-15T11:00",
    "2027-11-23T13:00",
    "2027-12-31T15:00",
    "2027-04-01T00:05",
];

/// Where libfaketime may be.
const LIBRARIES: [&str; 2] =
    ["/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"];

/// One long matrix, cut into steps.
struct Matrix {
    name: &'static str,
    steps: Vec<Step>,
}

struct Step {
    id: String,
    command: fn(&Step) -> Result<Command, String>,
    environment: Vec<(&'static str, String)>,
}

fn matrices() -> Vec<Matrix> {
    let kills = |engine: &'static str| {
        (0..KILLS / KILLS_A_STEP)
            .map(|step| Step {
                id: format!("{engine}-{:03}", step * KILLS_A_STEP),
                command: crash_command,
                environment: vec![
                    ("YOKOGUSHI_KILL_ENGINE", engine.to_owned()),
                    ("YOKOGUSHI_KILL_FIRST", (step * KILLS_A_STEP).to_string()),
                    ("YOKOGUSHI_KILL_POINTS", KILLS_A_STEP.to_string()),
                ],
            })
            .collect()
    };
    let pages = ["ja", "easy", "en"]
        .into_iter()
        .flat_map(|locale| ["320", "390", "768", "1280", "1920"].map(|width| (locale, width)))
        .flat_map(|(locale, width)| ["on", "off"].map(|script| (locale, width, script)))
        .map(|(locale, width, script)| Step {
            id: format!("{locale}-{width}-js-{script}"),
            command: pages_command,
            environment: vec![
                ("YOKOGUSHI_SOAK_LOCALE", locale.to_owned()),
                ("YOKOGUSHI_SOAK_WIDTH", width.to_owned()),
                ("YOKOGUSHI_SOAK_SCRIPT", script.to_owned()),
            ],
        })
        .collect();
    let hours = MOMENTS
        .into_iter()
        .map(|moment| Step { id: moment.to_owned(), command: hours_command, environment: Vec::new() })
        .collect();
    vec![
        Matrix { name: "kills-sqlite", steps: kills("sqlite") },
        Matrix { name: "kills-postgres", steps: kills("postgres") },
        Matrix { name: "pages", steps: pages },
        Matrix { name: "hours", steps: hours },
    ]
}

fn crash_command(_: &Step) -> Result<Command, String> {
    let mut command = cargo();
    command.env("YOKOGUSHI_TEST_PROGRAM", target().join("debug/yokogushi"));
    command.args([
        "test",
        "--package",
        test::OUTSIDE,
        "--test",
        "crash",
        "--",
        "--ignored",
        "--exact",
        "soak_kill_points",
    ]);
    Ok(command)
}

fn pages_command(_: &Step) -> Result<Command, String> {
    let mut command = test::browser_command()?;
    command.arg("soak/pages.mjs");
    Ok(command)
}

/// The browser tests with a program whose clock shows another moment; the tests' and the browser's own clocks stay.
///
/// Debian's `faketime` brings the library. Durations stay real, and so do the times of files.
fn hours_command(step: &Step) -> Result<Command, String> {
    let library = LIBRARIES
        .into_iter()
        .find(|path| Path::new(path).exists())
        .ok_or("libfaketime is missing; on Debian, as root: apt-get install faketime")?;
    let seconds = |moment: &str| -> Option<i64> { first_line("date", &["--date", moment, "+%s"])?.trim().parse().ok() };
    let (Some(then), Some(now)) = (seconds(&format!("{}+09:00", step.id)), seconds("now")) else {
        return Err(format!("`date` cannot read {}", step.id));
    };
    let mut command = test::browser_command()?;
    command.env(
        "YOKOGUSHI_TEST_PREFIX",
        format!("env LD_PRELOAD={library} FAKETIME={:+} DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1", then - now),
    );
    command.args(test::browser_files()?);
    Ok(command)
}

/// Runs the named matrix, or all; steps done before (on the same commit) are not repeated.
pub(crate) fn run(names: &[&str]) -> Result<(), String> {
    let matrices = matrices();
    for name in names {
        if !matrices.iter().any(|m| m.name == *name) {
            let known: Vec<&str> = matrices.iter().map(|m| m.name).collect();
            return Err(format!("`{name}` is not a soak; there are {}", known.join(", ")));
        }
    }
    machine::prepare(Scope::Everything)?;
    test::build_program(&mut Told::default())?;
    test::install_browser_packages()?;
    let mut failed = false;
    for matrix in matrices.iter().filter(|m| names.is_empty() || names.contains(&m.name)) {
        failed |= !run_matrix(matrix)?;
    }
    machine::stop_database();
    if failed { Err(String::new()) } else { Ok(()) }
}

fn run_matrix(matrix: &Matrix) -> Result<bool, String> {
    let commit = commit();
    let state = state_file(matrix.name, &commit)?;
    let mut done: BTreeSet<String> =
        fs::read_to_string(&state).unwrap_or_default().lines().map(str::to_owned).collect();
    let stopwatch = Stopwatch::start();
    let (mut passed, mut failed, taken_up) = (done.len(), 0, done.len());
    let mut troubles = Failures::default();
    for (number, step) in matrix.steps.iter().enumerate() {
        if done.contains(&step.id) {
            continue;
        }
        println!("== soak {}: step {} of {}: {}", matrix.name, number + 1, matrix.steps.len(), step.id);
        let mut command = (step.command)(step)?;
        command.envs(step.environment.iter().map(|(name, value)| (name, value)));
        let mut told = Told::default();
        let status = watch(&mut command, |line| told.read(line))?;
        let counts = told.counts;
        // A step that ran nothing proves nothing.
        if status.success() && counts.passed > 0 && counts.failed == 0 {
            passed += 1;
            done.insert(step.id.clone());
            let text: String = done.iter().map(|id| format!("{id}\n")).collect();
            fs::write(&state, text).map_err(|e| format!("{} cannot be written: {e}", state.display()))?;
        } else {
            failed += 1;
            troubles.extend(told.failures);
            eprintln!("xtask: step {} failed", step.id);
        }
    }
    let minutes = stopwatch.elapsed().as_secs_f64() / 60.0;
    let again = if taken_up == 0 { String::new() } else { format!(" ({taken_up} from an earlier run)") };
    record(&format!(
        "| {} | soak {} | {} of {} steps passed{again}, {failed} failed | {minutes:.0} min | {} | {commit} |",
        first_line("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default(),
        matrix.name,
        passed,
        matrix.steps.len(),
        machine_words(),
    ))?;
    for line in troubles.told_again() {
        println!("{line}");
    }
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// What has been done is kept by commit: another program is another soak.
fn state_file(name: &str, commit: &str) -> Result<PathBuf, String> {
    let folder = target().join("soak");
    fs::create_dir_all(&folder).map_err(|e| format!("{} cannot be made: {e}", folder.display()))?;
    Ok(folder.join(format!("{name}-{commit}")))
}

fn commit() -> String {
    let folder = root().display().to_string();
    let commit =
        first_line("git", &["-C", &folder, "rev-parse", "--short", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    let clean = first_line("git", &["-C", &folder, "status", "--porcelain", "--untracked-files=no"]).is_none();
    if clean { commit } else { format!("{commit}+changes") }
}

/// The machine in a few words.
fn machine_words() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cores = text.lines().filter(|line| line.starts_with("processor")).count();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("", |(_, name)| name.trim());
    format!("{cores} cores, {model}")
}

fn record(row: &str) -> Result<(), String> {
    let path = root().join("bench/RESULTS.md");
    let mut file = fs::File::options()
        .append(true)
        .create(true)
        .open(&path)
        .map_err(|e| format!("{} cannot be opened: {e}", path.display()))?;
    writeln!(file, "{row}").map_err(|e| format!("{} cannot be written: {e}", path.display()))
}
