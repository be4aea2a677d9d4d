//! What is true of a scenario beside verdicts and places.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::words::Several;

/// Why it breaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Causes {
    /// Something is broken.
    pub(crate) broken: bool,
    /// The codes that may be named first.
    pub(crate) first: Vec<String>,
    /// Codes that are true besides.
    pub(crate) also: Vec<String>,
}

impl Causes {
    /// It may be named first.
    pub(crate) fn is_first(&self, code: &str) -> bool {
        self.first.iter().any(|one| one == code)
    }

    /// It is true.
    pub(crate) fn holds(&self, code: &str) -> bool {
        self.is_first(code) || self.also.iter().any(|one| one == code)
    }
}

/// What becomes of a socket that is to compress.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Compressed {
    /// The server's agreement reaches the page.
    pub(crate) agreed: bool,
    pub(crate) verdict: Several,
    /// Others compress as well, where our server does not.
    #[serde(default)]
    pub(crate) on_the_way: bool,
}

/// What waits on the way, hidden from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Queue {
    /// What the gauge says, within a fifth.
    AsGauged,
    /// Nothing worth a word.
    None,
}

/// What many messages at once must show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bursts {
    pub(crate) queue: Option<Queue>,
    pub(crate) lost: BTreeMap<String, u64>,
    pub(crate) reliefs: BTreeMap<String, Several>,
    pub(crate) uploads: Option<u64>,
    pub(crate) flow_control: Option<Several>,
}

/// What a report says once it was handed the browser's own log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Logged {
    /// The cause that is named first.
    pub(crate) code: String,
    /// How surely.
    pub(crate) strength: Several,
}
