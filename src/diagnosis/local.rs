//! Rules about the page itself: no packet leaves.

use super::{Code, Finding, Place, Severity, Strength};
use crate::evidence::{Event, Evidence, Notice};
use crate::method::Method;

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
    let missing = |method: Method| {
        let lacking = |e: &Event| *e == Event::Unsupported;
        let traces = evidence
            .traces
            .iter()
            .filter(|t| t.method == method && t.first(lacking).is_some());
        let because: Vec<String> = traces
            .map(|trace| ["trace:", &trace.id.to_string()].concat())
            .collect();
        (!because.is_empty()).then(|| finding(Code::MethodNotSupported, Some(method), because))
    };
    Method::ALL.into_iter().filter_map(missing).collect()
}

/// Pattern: a panic of ours, or an answer of a driver that cannot be. Meaning: nothing of this run is to be relied on.
/// Rival: none.
pub(super) fn own_failure(evidence: &Evidence) -> Vec<Finding> {
    let failed =
        |n: &&crate::evidence::StampedNotice| matches!(n.notice, Notice::OwnFailure { .. });
    match evidence.surroundings.notices.iter().find(failed) {
        Some(_) => vec![finding(
            Code::OwnFailure,
            None,
            vec!["surroundings".to_owned()],
        )],
        None => Vec::new(),
    }
}
