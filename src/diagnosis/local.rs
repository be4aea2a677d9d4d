//! Rules about the page itself: no packet leaves.

use super::{Code, Finding, Place, Severity, Strength};
use crate::evidence::{Event, Evidence, Notice, StampedNotice};
use crate::method::Method;
use crate::wire::{digits, joined};

fn finding(code: Code, method: Option<Method>, because: Vec<String>) -> Finding {
    Finding {
        id: String::new(),
        code,
        method,
        lane: None,
        place: Some(Place::Page),
        strength: Strength::Proved,
        severity: Severity::Blocking,
        seen: because.len() as u32,
        of: because.len() as u32,
        because,
        against: Vec::new(),
        rivals: Vec::new(),
        folded_under: None,
    }
}

/// Pattern: the driver found no such API in the window. Meaning: this browser cannot use the method. Rival: none, a
/// page that removes the API has the same effect.
pub(super) fn method_not_supported(evidence: &Evidence) -> Vec<Finding> {
    let lacking = |e: &Event| matches!(e, Event::Unsupported);
    let mut findings = Vec::new();
    for method in Method::ALL {
        let mut because = Vec::new();
        for trace in evidence.traces.iter().filter(|t| t.method == method) {
            if trace.first(lacking).is_some() {
                because.push(joined(&["trace:", &digits(trace.id.into())]));
            }
        }
        if !because.is_empty() {
            findings.push(finding(Code::MethodNotSupported, Some(method), because));
        }
    }
    findings
}

/// Pattern: a panic of ours, or an answer of a driver that cannot be. Meaning: nothing of this run is to be relied on.
/// Rival: none.
pub(super) fn own_failure(evidence: &Evidence) -> Option<Finding> {
    let failed = |n: &StampedNotice| matches!(n.notice, Notice::OwnFailure { .. });
    let because = || vec!["surroundings".to_owned()];
    let any = evidence.surroundings.notices.iter().any(failed);
    any.then(|| finding(Code::OwnFailure, None, because()))
}
