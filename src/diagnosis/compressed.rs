//! Sockets that compress, beside those that do not.

use serde::{Deserialize, Serialize};

use super::facts::Attempt;
use super::verdict::Verdict;
use crate::evidence::{Event, Evidence, Trace};
use crate::plan::DEFLATED;

/// What became of messages on a WebSocket that was to compress them (`permessage-deflate`, RFC 7692).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Compressed {
    /// It was agreed on with the page; null: that socket never opened.
    pub agreed: Option<bool>,
    /// Whether messages passed in both directions there; compressed only where it was agreed on.
    pub verdict: Verdict,
    /// It was agreed on with the page on other sockets too, where our server takes no part in it: somebody on the way
    /// compresses.
    pub on_the_way: bool,
}

/// Of the main lane, whose attempts those are; `None`: no socket was to compress, or it was never tried.
pub(super) fn compressed(evidence: &Evidence, attempts: &[Attempt]) -> Option<Compressed> {
    let is_it = |trace: &&Trace| trace.probe == DEFLATED && trace.lane == "main";
    let last = evidence.traces.iter().rfind(is_it)?;
    let attempt = attempts.iter().find(|attempt| attempt.id == last.id)?;
    let mut others = evidence.traces.iter().filter(|trace| {
        trace.probe != DEFLATED && !trace.own && trace.method == last.method && trace.lane == "main"
    });
    Some(Compressed {
        agreed: agreed(last),
        verdict: attempt.verdict,
        on_the_way: others.any(|trace| agreed(trace) == Some(true)),
    })
}

/// Whether the browser was told that it may compress; `None`: it never opened.
pub(in crate::diagnosis) fn agreed(trace: &Trace) -> Option<bool> {
    trace
        .events
        .iter()
        .find_map(|stamped| match &stamped.event {
            Event::Opened { extensions, .. } => Some(extensions.starts_with("permessage-deflate")),
            _ => None,
        })
}
