//! Which tests failed and what they said, read from what the runners print, to be told again at the very end of a long log.

use crate::counts::plain;

/// A log is often read by its last lines alone: this many tell what failed.
const LINES: usize = 32;
/// Of one failure at most so many lines are told again.
const MOST: usize = 12;
/// Of one failure at most so many lines are kept while reading.
const KEPT: usize = 400;

/// Where a failure was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runner {
    Nextest,
    Cargo,
    Node,
    Compiler,
}

/// A failed test, or what the compiler complained about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Failure {
    name: String,
    runner: Runner,
    said: Vec<String>,
}

/// The failures of a part, in the order they were printed.
#[derive(Debug, Default, Clone)]
pub(crate) struct Failures {
    all: Vec<Failure>,
    /// Lines belong to the last failure until the runner speaks of something else.
    open: bool,
}

impl Failures {
    /// Takes what a runner's line tells about failed tests.
    pub(crate) fn read(&mut self, line: &str) {
        let line = plain(line);
        if let Some((runner, name)) = beginning(&line) {
            // nextest names each failed test once more in its summary.
            self.open = !self.all.iter().any(|known| known.name == name);
            if self.open {
                self.all.push(Failure { name, runner, said: Vec::new() });
            }
            return;
        }
        let Some(last) = self.all.last_mut().filter(|_| self.open) else { return };
        if ends(last.runner, &line) {
            self.open = false;
        } else if last.said.len() < KEPT {
            last.said.push(line);
        }
    }

    /// Takes over another part's failures.
    pub(crate) fn extend(&mut self, other: Self) {
        self.all.extend(other.all);
    }

    /// The names of all, with as much of what they said as a reader of the last lines can see.
    pub(crate) fn told_again(&self) -> Vec<String> {
        let shown = self.all.len().min(LINES - 1);
        let each = (LINES / shown.max(1)).saturating_sub(1).min(MOST);
        let mut lines = Vec::new();
        for failure in self.all.iter().take(shown) {
            lines.push(format!("FAILED  {}", failure.name));
            lines.extend(failure.heart().into_iter().take(each).map(|line| format!("        {line}")));
        }
        if self.all.len() > shown {
            lines.push(format!("and {} more, named above", self.all.len() - shown));
        }
        lines
    }
}

impl Failure {
    /// The lines that say why: the assertion, not the frame around it.
    fn heart(&self) -> Vec<&str> {
        let lines = || self.said.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        match self.runner {
            Runner::Node => {
                let from = lines().skip_while(|line| !line.starts_with("error:"));
                from.take_while(|line| {
                    !["code:", "name:", "expected:", "stack:"].iter().any(|key| line.starts_with(key))
                })
                .filter(|line| *line != "error: |-")
                .collect()
            }
            Runner::Compiler => lines().collect(),
            Runner::Nextest | Runner::Cargo => {
                let heart: Vec<&str> = lines()
                    .skip_while(|line| !line.contains("panicked at ") && !line.starts_with("Error: "))
                    .take_while(|line| !line.starts_with("note: run with") && !line.starts_with("stack backtrace:"))
                    .collect();
                // A test that was stopped or killed has no assertion: then what it said last.
                if heart.is_empty() { last(&lines().collect::<Vec<_>>(), 6) } else { heart }
            }
        }
    }
}

fn last<'a>(lines: &[&'a str], count: usize) -> Vec<&'a str> {
    lines.iter().skip(lines.len().saturating_sub(count)).copied().collect()
}

/// The name of a failure that is told from this line on.
fn beginning(line: &str) -> Option<(Runner, String)> {
    let text = line.trim();
    // nextest: "        FAIL [   0.005s] (1/2) yokogushi-tests::races a_test", also TIMEOUT, SIGABRT and the like.
    if let Some((word, rest)) = text.split_once(" [")
        && (["FAIL", "TIMEOUT", "ABORT", "LEAK-FAIL"].contains(&word) || word.starts_with("SIG") && !word.contains(' '))
        && let Some((seconds, rest)) = rest.split_once(']')
        && seconds.ends_with('s')
    {
        let name = rest.trim();
        let name =
            if name.starts_with('(') { name.split_once(')').map_or(name, |(_, name)| name.trim()) } else { name };
        return Some((Runner::Nextest, name.to_owned()));
    }
    // cargo test: "---- a_test stdout ----"
    if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
        return Some((Runner::Cargo, name.to_owned()));
    }
    // node: "not ok 5 - a test"
    if let Some((number, name)) = text.strip_prefix("not ok ").and_then(|rest| rest.split_once(" - "))
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some((Runner::Node, name.to_owned()));
    }
    // rustc: "error[E0599]: no method …" or "error: …" from the first column; tsc: "ts/live.ts(3,5): error TS2322: …".
    let rustc =
        line.starts_with("error[") || line.starts_with("error: ") && !line.starts_with("error: test run failed");
    (rustc || line.contains(": error TS")).then(|| (Runner::Compiler, line.to_owned()))
}

/// Whether the runner speaks of something else from this line on.
fn ends(runner: Runner, line: &str) -> bool {
    let text = line.trim();
    match runner {
        Runner::Nextest => {
            ["SLOW [", "PASS [", "Summary [", "Cancelling", "TERMINATING ["].iter().any(|word| text.starts_with(word))
        }
        Runner::Cargo => line.starts_with("failures:") || line.starts_with("test result: "),
        Runner::Node => text == "...",
        Runner::Compiler => text.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::Failures;

    fn told(text: &str) -> Vec<String> {
        let mut failures = Failures::default();
        text.lines().for_each(|line| failures.read(line));
        failures.told_again()
    }

    #[test]
    fn nextest() {
        let text = "\u{1b}[31m        FAIL\u{1b}[0m [   0.005s] (1/2) yokogushi-tests::races two_hundred
  stdout ───

    running 1 test
    test two_hundred ... FAILED

  stderr ───

    thread 'two_hundred' (7) panicked at tests/races/main.rs:70:5:
    assertion `left == right` failed
      left: (9, 9)
     right: (10, 10)
    note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace

────────────
     Summary [   0.100s] 2 tests run: 1 passed, 1 failed, 0 skipped
        FAIL [   0.005s] (1/2) yokogushi-tests::races two_hundred
error: test run failed";
        assert_eq!(
            told(text),
            [
                "FAILED  yokogushi-tests::races two_hundred",
                "        thread 'two_hundred' (7) panicked at tests/races/main.rs:70:5:",
                "        assertion `left == right` failed",
                "        left: (9, 9)",
                "        right: (10, 10)",
            ]
        );
    }

    #[test]
    fn what_nextest_had_to_stop() {
        let text = "     TIMEOUT [ 300.010s] (3/9) yokogushi-store waits_for_ever
  stdout ───
    it waits
     SIGABRT [   0.010s] (4/9) yokogushi-store aborts";
        assert_eq!(
            told(text),
            [
                "FAILED  yokogushi-store waits_for_ever",
                "        stdout ───",
                "        it waits",
                "FAILED  yokogushi-store aborts"
            ]
        );
    }

    #[test]
    fn cargo_test() {
        let text = "test tests::b ... FAILED
failures:

---- tests::b stdout ----

thread 'tests::b' panicked at src/lib.rs:3:9:
no
note: run with `RUST_BACKTRACE=1`

failures:
    tests::b";
        assert_eq!(
            told(text),
            ["FAILED  tests::b", "        thread 'tests::b' panicked at src/lib.rs:3:9:", "        no"]
        );
    }

    #[test]
    fn node() {
        let text = "ok 1 - fine
not ok 2 - two clerks
  ---
  duration_ms: 1.1
  location: 'desk.test.mjs:84:1'
  failureType: 'testCodeFailure'
  error: |-
    no desk is free among 1,2

    false !== true
  code: 'ERR_ASSERTION'
  stack: |-
    sitDown (walks.mjs:1:1)
  ...
ok 3 - fine, too
not ok 4 - short
  ---
  error: 'in one line'
  code: 'ERR_TEST_FAILURE'
  ...";
        assert_eq!(
            told(text),
            [
                "FAILED  two clerks",
                "        no desk is free among 1,2",
                "        false !== true",
                "FAILED  short",
                "        error: 'in one line'"
            ]
        );
    }

    #[test]
    fn what_does_not_compile() {
        let text = "error[E0599]: no method named `callback` found
  --> crates/x/src/y.rs:68:10

ts/live.ts(3,5): error TS2322: no string.";
        assert_eq!(
            told(text),
            [
                "FAILED  error[E0599]: no method named `callback` found",
                "        --> crates/x/src/y.rs:68:10",
                "FAILED  ts/live.ts(3,5): error TS2322: no string."
            ]
        );
    }

    #[test]
    fn however_many_fail_the_last_lines_tell() {
        let text: String = (0..100)
            .map(|n| format!("not ok {n} - test {n}\n  error: |-\n{}  ...\n", "    a line\n".repeat(50)))
            .collect();
        let lines = told(&text);
        assert_eq!(lines.len(), super::LINES);
        assert_eq!(lines.last().map(String::as_str), Some("and 69 more, named above"));
        assert!(told("ok 1 - fine\n# fail 0").is_empty());
    }
}
