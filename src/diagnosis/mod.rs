//! Evidence → facts → findings. Pure: the same evidence gives the same diagnosis, natively and in every browser.

mod around;
pub mod burst;
mod cause;
mod chain;
mod class;
mod client;
pub mod clock;
mod code;
pub mod compressed;
pub mod delivery;
mod fact;
pub mod facts;
mod finding;
pub mod heard;
pub mod held;
mod hidden;
pub mod idle;
mod inspection;
pub mod methods;
mod net_error;
pub mod overhead;
mod place;
mod placed;
pub mod resume;
pub mod sizes;
pub mod unread;
pub mod uploads;
mod verdict;
mod watched;

pub use class::{CloseClass, TimeClass};
pub use code::Code;
pub use fact::{Fact, FactName};
pub use facts::StatusFrom;
pub use finding::{Finding, Rival, Severity, Strength, concerns};
pub use methods::{Asked, LaneReport, MethodReport, Timing};
pub use net_error::of_net_error;
pub use place::Place;
pub use verdict::{RunResult, Verdict, Word, result, together};
pub use watched::{Cut, Watched};

use crate::evidence::{EngineFamily, Evidence, Surroundings};
use crate::wire::{digits, joined};

/// What the evidence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// All five methods.
    pub methods: Vec<MethodReport>,
    /// Every finding.
    pub findings: Vec<Finding>,
    /// The result, unless the run was stopped.
    pub result: RunResult,
}

/// Judges.
pub fn diagnose(evidence: &Evidence, asked: &Asked) -> Diagnosis {
    let methods = methods::methods(evidence, asked);
    let verdicts: Vec<_> = methods
        .iter()
        .map(|method| (method.method, method.verdict))
        .collect();
    let inspected = inspection::tls_inspection(evidence);
    let strength = inspected.as_ref().map(|finding| finding.strength);
    let mut findings: Vec<Finding> = Vec::new();
    // The worst first, and of those the surest. A sort of the library's weighs four kilobytes.
    let most = most_sure(&evidence.surroundings);
    let mut add = |mut finding: Finding| {
        finding.strength = finding.strength.min(most);
        let rank = |one: &Finding| (one.severity, one.strength);
        let after = |one: &Finding| rank(one) < rank(&finding);
        let at = findings.iter().position(after).unwrap_or(findings.len());
        findings.insert(at, finding);
    };
    around::around(evidence).into_iter().for_each(&mut add);
    client::page_code(evidence, &methods)
        .into_iter()
        .for_each(&mut add);
    for finding in cause::causes(evidence, &methods, strength) {
        add(finding);
    }
    inspected.into_iter().for_each(&mut add);
    hidden::queue_hidden(evidence, &methods)
        .into_iter()
        .for_each(&mut add);
    hidden::flow_control_hidden(evidence, &methods)
        .into_iter()
        .for_each(&mut add);
    for (i, finding) in findings.iter_mut().enumerate() {
        finding.id = joined(&["f", &digits(i as u64 + 1)]);
        finding.facts = chain::chain(evidence, &methods, finding);
    }
    fold(&mut findings);
    Diagnosis {
        findings,
        result: result(&verdicts, &asked.required),
        methods,
    }
}

/// Nothing is proved in an engine in which nobody has counted how often what is called proved is true: the lab runs Chromium,
/// Firefox and, of WebKit, what Linux has.
fn most_sure(surroundings: &Surroundings) -> Strength {
    let engine = surroundings.engine.as_ref();
    match engine.map(|engine| engine.family) {
        Some(EngineFamily::Chromium | EngineFamily::Gecko) => Strength::Proved,
        Some(EngineFamily::WebKit) if surroundings.is_on_linux() => Strength::Proved,
        Some(EngineFamily::WebKit) | None => Strength::Likely,
    }
}

/// What breaks the main lane breaks another by the same cause.
fn fold(findings: &mut [Finding]) {
    for at in 0..findings.len() {
        let (before, rest) = findings.split_at_mut(at);
        let Some(finding) = rest.first_mut() else {
            return;
        };
        let is_main = |one: &&Finding| one.lane.as_deref() == Some("main");
        let mut same = before.iter().filter(|one| one.code == finding.code);
        if !is_main(&&*finding) && finding.lane.is_some() {
            finding.folded_under = same.find(is_main).map(|one| one.id.clone());
        }
    }
}
