//! What a rule claims, how strongly, and by what.

use serde::{Deserialize, Serialize};

use super::facts::Attempt;
use super::{Code, Fact, MethodReport, Place};
use crate::method::Method;
use crate::wire::{digits, joined};

/// How much a finding promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Fits, as others may.
    Possible,
    /// Fits better than anything else known.
    Likely,
    /// Nothing else can look like this.
    Proved,
}

/// What it costs the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Works, worse than it should.
    Degraded,
    /// Does not work.
    Blocking,
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Unique in its report.
    pub id: String,
    /// The cause.
    pub code: Code,
    /// The method it is about; null: the run as a whole.
    pub method: Option<Method>,
    /// The lane it is about; null: all.
    pub lane: Option<String>,
    /// Where; null: not determined.
    pub place: Option<Place>,
    /// How strongly.
    pub strength: Strength,
    /// What it costs.
    pub severity: Severity,
    /// In how many attempts it was seen …
    pub seen: u32,
    /// … of how many.
    pub of: u32,
    /// Ids of the evidence for it: `trace:<n>`, `sighting:<n>`, `surroundings`.
    pub because: Vec<String>,
    /// That evidence, put into facts, at most 24.
    pub facts: Vec<Fact>,
    /// Ids of the evidence against it.
    pub against: Vec<String>,
    /// Codes that could look the same, at most three.
    pub rivals: Vec<Rival>,
    /// The finding that explains this one.
    pub folded_under: Option<String>,
}

/// Another explanation, and what would tell it apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rival {
    /// Its code.
    pub code: Code,
    /// The probe or action that would separate them.
    pub separated_by: String,
}

/// Whether a finding is about that method on its main lane, alone or together with others.
pub fn concerns(finding: &Finding, method: &MethodReport) -> bool {
    let main = method.lanes.iter().filter(|lane| lane.lane == "main");
    let mut attempts = main.flat_map(|lane| &lane.attempts);
    let on_main = finding.lane.as_deref().is_none_or(|lane| lane == "main");
    let cited = |one: &Attempt| {
        let id = joined(&["trace:", &digits(one.id.into())]);
        finding.because.contains(&id)
    };
    on_main
        && match finding.method {
            Some(about) => about == method.method,
            None => attempts.any(cited),
        }
}
