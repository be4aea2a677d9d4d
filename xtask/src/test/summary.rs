//! Counting tests in what a test runner prints.

use std::fmt;
use std::ops::AddAssign;

/// Tests by outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Summary {
    /// Ran and passed.
    pub(crate) passed: u64,
    /// Ran and failed.
    pub(crate) failed: u64,
    /// Did not run.
    pub(crate) ignored: u64,
}

impl Summary {
    /// Adds up every `test result:` line of an output.
    pub(crate) fn of(output: &str) -> Self {
        let mut all = Self::default();
        for line in output.lines() {
            if let Some((_, rest)) = line.split_once("test result: ") {
                all += Self {
                    passed: count(rest, "passed"),
                    failed: count(rest, "failed"),
                    ignored: count(rest, "ignored"),
                };
            }
        }
        all
    }
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} ignored",
            self.passed, self.failed, self.ignored
        )
    }
}

/// The number before a word: `5` in `ok. 5 passed; 0 failed`.
fn count(text: &str, word: &str) -> u64 {
    let words: Vec<_> = text
        .split_whitespace()
        .map(|w| w.trim_end_matches([';', '.']))
        .collect();
    let at = words.windows(2).find(|pair| pair[1] == word);
    at.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn lines_of_several_runs_add_up() {
        let output = "running 5 tests\ntest result: ok. 5 passed; 0 failed; 1 ignored; 0 filtered out; finished in 0.02s\n\
                      noise: 7 passed\n    test result: FAILED. 10 passed; 2 failed; 0 ignored; finished in 1s";
        assert_eq!(
            Summary::of(output),
            Summary {
                passed: 15,
                failed: 2,
                ignored: 1
            }
        );
    }

    #[test]
    fn no_line_means_no_test() {
        assert_eq!(Summary::of("no tests to run!"), Summary::default());
    }
}
