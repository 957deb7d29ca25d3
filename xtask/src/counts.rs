//! How many tests passed and failed, read from what the runners print.

/// Counts of one or several parts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed, or parts that could not run.
    pub(crate) failed: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Counts {
    /// Adds what a runner's line says, if it is one of its closing lines.
    pub(crate) fn read(&mut self, line: &str) {
        let line = plain(line);
        let line = line.trim();
        // nextest: "Summary [  3.1s] 40 tests run: 38 passed (1 slow), 1 failed, 1 timed out, 2 skipped"
        if line.starts_with("Summary [") {
            self.passed += before(line, " passed");
            self.failed += before(line, " failed") + before(line, " timed out") + before(line, " exec failed");
        } else if line.starts_with("test result: ") {
            // cargo test: "test result: ok. 3 passed; 0 failed; 0 ignored; …"
            self.passed += before(line, " passed");
            self.failed += before(line, " failed");
        } else if let Some(number) = after(line, "pass ") {
            self.passed += number;
        } else if let Some(number) = after(line, "fail ") {
            self.failed += number;
        }
    }
}

/// Without terminal colours.
pub(crate) fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        if c == '\u{1b}' {
            for c in characters.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// The number that stands right before `word`.
fn before(line: &str, word: &str) -> u64 {
    let Some((head, _)) = line.split_once(word) else {
        return 0;
    };
    let digits: String = head.chars().rev().take_while(char::is_ascii_digit).collect();
    digits.chars().rev().collect::<String>().parse().unwrap_or(0)
}

/// node's runner: "ℹ pass 12" on a terminal, "# pass 12" else.
fn after(line: &str, word: &str) -> Option<u64> {
    let rest = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?;
    rest.strip_prefix(word)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn counts(text: &str) -> (u64, u64) {
        let mut counts = Counts::default();
        text.lines().for_each(|line| counts.read(line));
        (counts.passed, counts.failed)
    }

    #[test]
    fn nextest() {
        assert_eq!(counts("     Summary [   3.100s] 40 tests run: 38 passed (1 slow), 2 failed, 5 skipped"), (38, 2));
        assert_eq!(
            counts("     Summary [   3.100s] 3/4 tests run: 1 passed, 1 failed, 1 timed out, 0 skipped"),
            (1, 2)
        );
    }

    #[test]
    fn nextest_in_colour() {
        assert_eq!(
            counts(
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m passed"
            ),
            (2, 0)
        );
    }

    #[test]
    fn cargo_test() {
        assert_eq!(
            counts(
                "test result: ok. 3 passed; 0 failed; 0 ignored\ntest a ... ok\ntest result: FAILED. 1 passed; 2 failed;"
            ),
            (4, 2)
        );
    }

    #[test]
    fn node() {
        assert_eq!(counts("# tests 9\n# pass 7\n# fail 2\n# skipped 0"), (7, 2));
        assert_eq!(counts("ℹ tests 9\nℹ pass 9\nℹ fail 0"), (9, 0));
    }
}
