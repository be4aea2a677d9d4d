//! Rules about what the sender does not see: where its messages wait.

use super::burst::Bursts;
use super::unread::{FlowControl, Unread};
use super::{Code, Finding, MethodReport, Place, Severity, Strength};
use crate::evidence::Evidence;
use crate::method::Method;
use crate::plan::{BURST_DOWN, UNREAD};
use crate::wire::{digits, joined};

/// From so many hidden bytes on that waited for so long: a browser's own system takes less, and for no time.
const QUEUE_BYTES: u64 = 32_000;
const QUEUE_US: u64 = 500_000;

/// Pattern: TCP has acknowledged to the server what the page has not, by far more than what moves in one round trip, and
/// the messages came late. Meaning: somebody on the way took them, and keeps them; the server cannot know what arrived
/// unless the page tells it. Rival: none, a system of the page's own that keeps them hands them over at once.
pub(super) fn queue_hidden(evidence: &Evidence, methods: &[MethodReport]) -> Option<Finding> {
    let (method, bursts): (_, &Bursts) = methods
        .iter()
        .find_map(|of| Some((of.method, of.bursts.as_ref()?)))?;
    let queue = bursts.down.as_ref()?.queue.as_ref()?;
    // A page that stood still for so long may have kept them itself, and as many as came meanwhile.
    let still = evidence.surroundings.longest_gap_us;
    let by_page = queue.bytes_per_s.saturating_mul(still) / 1_000_000;
    let waits = queue.hidden_bytes >= QUEUE_BYTES + by_page && queue.waited_us >= QUEUE_US + still;
    waits.then(|| finding(evidence, Code::QueueHidden, method, BURST_DOWN))
}

/// Pattern: all of an answer far larger than browsers take in advance was handed over, though the page read nothing of it.
/// Meaning: somebody on the way takes what comes, whoever reads; a slow reader costs that much there, and the server
/// hears nothing of it. Rival: a system of the page's own that takes more than all known ones do. Only of Chromium: other
/// browsers read on for a page that does not.
pub(super) fn flow_control_hidden(
    evidence: &Evidence,
    methods: &[MethodReport],
) -> Option<Finding> {
    let (method, unread): (_, &Unread) = methods
        .iter()
        .find_map(|of| Some((of.method, of.unread.as_ref()?)))?;
    let hidden = unread.flow_control == Some(FlowControl::Hidden);
    hidden.then(|| finding(evidence, Code::FlowControlHidden, method, UNREAD))
}

fn finding(evidence: &Evidence, code: Code, method: Method, probe: &str) -> Finding {
    let mut because = Vec::new();
    for trace in evidence.traces.iter().filter(|trace| trace.probe == probe) {
        because.push(joined(&["trace:", &digits(trace.id.into())]));
    }
    let sightings = evidence.ledger.iter().flat_map(|ledger| &ledger.sightings);
    for (index, _) in sightings
        .enumerate()
        .filter(|(_, seen)| seen.probe == probe)
    {
        because.push(joined(&["sighting:", &digits(index as u64 + 1)]));
    }
    Finding {
        id: String::new(),
        code,
        method: Some(method),
        lane: None,
        place: Some(Place::Held),
        strength: Strength::Likely,
        severity: Severity::Info,
        seen: 1,
        of: 1,
        because,
        facts: Vec::new(),
        against: Vec::new(),
        rivals: Vec::new(),
        folded_under: None,
    }
}
