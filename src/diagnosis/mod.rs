//! Evidence → facts → findings. Pure: the same evidence gives the same diagnosis, natively and in every browser.

pub mod burst;
mod cause;
mod class;
pub mod clock;
mod code;
pub mod compressed;
pub mod delivery;
pub mod facts;
mod finding;
pub mod heard;
pub mod held;
mod hidden;
pub mod idle;
mod inspection;
pub mod methods;
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
pub use facts::StatusFrom;
pub use finding::{Finding, Rival, Severity, Strength};
pub use methods::{Asked, LaneReport, MethodReport, Timing};
pub use place::Place;
pub use verdict::{RunResult, Verdict, Word, result, together};
pub use watched::{Cut, Watched};

use crate::evidence::Evidence;
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
    let mut findings = Vec::from_iter(cause::own_failure(evidence));
    findings.extend(inspection::tls_inspection(evidence));
    let inspected = findings
        .iter()
        .find(|finding| finding.code == Code::TlsInspectionPresent)
        .map(|finding| finding.strength);
    let mut causes = cause::causes(evidence, &methods, inspected);
    causes.append(&mut findings);
    findings = causes;
    findings.extend(hidden::queue_hidden(evidence, &methods));
    findings.extend(hidden::flow_control_hidden(evidence, &methods));
    findings.sort_by_key(|finding| core::cmp::Reverse((finding.severity, finding.strength)));
    for (i, finding) in findings.iter_mut().enumerate() {
        finding.id = joined(&["f", &digits(i as u64 + 1)]);
    }
    Diagnosis {
        findings,
        result: result(&verdicts, &asked.required),
        methods,
    }
}
