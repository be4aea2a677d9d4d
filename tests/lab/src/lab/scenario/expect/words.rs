//! The words of reports, as scenarios name them.

use anyhow::{Result, bail};
use pushcheck::method::Method;
use serde::{Deserialize, Serialize};

/// One word, or any of some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Several {
    /// That.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl Several {
    /// Whether a word is among them.
    pub(crate) fn holds(&self, word: &str) -> bool {
        self.words().any(|known| known == word)
    }

    /// Each of them.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Any(words) => words.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

impl std::fmt::Display for Several {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words().collect::<Vec<_>>().join("|"))
    }
}

/// Where a method breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Place {
    /// There, and the report must say so.
    Known(Several),
    /// There, and it cannot be known: the report must say null, and hold it possible.
    Unknown {
        /// Where it truly is.
        truth: String,
    },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(place) => place.fmt(f),
            Self::Unknown { truth } => write!(f, "null ({truth})"),
        }
    }
}

pub(super) const VERDICTS: &[&str] = &["passed", "warning", "failed", "skipped", "inconclusive"];
pub(super) const RESULTS: &[&str] = &["passed", "warning", "failed", "inconclusive", "aborted"];
pub(super) const HELD: &[&str] = &["until-close", "block", "timer", "one-behind"];
pub(super) const RELIEFS: &[&str] = &["x-accel-buffering", "no-transform", "padding"];
pub(super) const WAYS: &[&str] = &["down", "up"];
pub(super) const STRENGTHS: &[&str] = &["proved", "likely", "possible"];
pub(super) const PLACES: &[&str] = &[
    "page",
    "way-out",
    "secure",
    "answered-for",
    "request-altered",
    "server",
    "answer-altered",
    "frames-out",
    "frames-back",
    "held",
    "cut",
    "close",
    "nowhere",
];

pub(super) fn methods() -> [&'static str; 5] {
    Method::ALL.map(Method::as_str)
}

pub(super) fn known<'a>(
    field: &str,
    words: impl Iterator<Item = &'a str>,
    all: &[&'static str],
) -> Result<()> {
    for word in words {
        if !all.contains(&word) {
            bail!("{field}: “{word}” is none of {}", all.join(", "));
        }
    }
    Ok(())
}
