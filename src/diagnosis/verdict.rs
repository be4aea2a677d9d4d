//! Words while it runs, verdicts when it is over.

use serde::{Deserialize, Serialize};

use crate::method::Method;

/// What can be said of a method while it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// The first rung is climbed.
    Opens,
    /// Unanswered for longer than a handshake takes.
    Waiting,
    /// An attempt failed; others may not.
    FailsSoFar,
}

/// What is said of a method, an attempt or a lane in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every rung was climbed.
    Passed,
    /// It works, not as it should.
    Warning,
    /// It does not work.
    Failed,
    /// It was not tried.
    Skipped,
    /// It was tried, and cannot be judged.
    Inconclusive,
}

impl Verdict {
    /// The verdict of two attempts: what worked in one of them is a warning. One that cannot be judged tells nothing,
    /// unless both are such.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        match (self, other) {
            (all, Self::Skipped) => all,
            (Self::Skipped | Self::Inconclusive, other) => other,
            (all, Self::Inconclusive) => all,
            (all, other) if all == other => all,
            _ => Self::Warning,
        }
    }

    /// It can be used.
    pub const fn works(self) -> bool {
        matches!(self, Self::Passed | Self::Warning)
    }
}

/// The result of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunResult {
    /// Every method passed that was asked for.
    Passed,
    /// Some work.
    Warning,
    /// None works, or a required one does not.
    Failed,
    /// A required one, or all, cannot be judged.
    Inconclusive,
    /// The page stopped it, or we failed.
    Aborted,
}

/// The verdicts of several attempts as one: see [`Verdict::with`].
pub fn together(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.fold(Verdict::Skipped, Verdict::with)
}

/// The result of a run from its methods' verdicts.
pub fn result(methods: &[(Method, Verdict)], required: &[Method]) -> RunResult {
    let (mut tried, mut works, mut all_pass, mut all_fail) = (false, false, true, true);
    let (mut needed_fails, mut needed_is_open) = (false, false);
    for (method, verdict) in methods {
        let needed = required.contains(method);
        needed_fails |= needed && *verdict == Verdict::Failed;
        needed_is_open |= needed && matches!(verdict, Verdict::Inconclusive | Verdict::Skipped);
        if *verdict != Verdict::Skipped {
            tried = true;
            works |= verdict.works();
            all_pass &= *verdict == Verdict::Passed;
            all_fail &= *verdict == Verdict::Failed;
        }
    }
    if needed_fails {
        RunResult::Failed
    } else if needed_is_open || !tried {
        RunResult::Inconclusive
    } else if all_pass {
        RunResult::Passed
    } else if works {
        RunResult::Warning
    } else if all_fail {
        RunResult::Failed
    } else {
        RunResult::Inconclusive
    }
}
