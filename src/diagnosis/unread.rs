//! Whether a page that does not read stops the server's writing.

use serde::{Deserialize, Serialize};

use super::facts::sightings;
use crate::evidence::{Ended, EngineFamily, Evidence, Trace};
use crate::plan::{UNREAD, budget};
use crate::time::Micros;

/// What became of a large answer of which the page read nothing for two seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    /// Who felt it; null: it cannot be told.
    pub flow_control: Option<FlowControl>,
    /// Bytes that the server could hand over meanwhile: what one slow reader costs those in between.
    pub taken_bytes: u64,
}

/// How far back a reader's slowness is felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowControl {
    /// The server's writing waited.
    ReachesServer,
    /// Somebody took it all.
    Hidden,
}

/// A server whose writing did not move for that long waits.
const WAITS: Micros = Micros::ms(700);

/// Of the attempt that was made for it; `None`: there was none, or the server's half is missing.
pub(super) fn unread(evidence: &Evidence) -> Option<Unread> {
    let is_it = |trace: &&Trace| trace.probe == UNREAD && trace.ended == Some(Ended::Complete);
    let trace = evidence.traces.iter().find(is_it)?;
    let seen = sightings(evidence, trace).into_iter().next()?;
    let handed = seen.handed_at?.since(seen.at);
    let taken = seen.bytes_out.unwrap_or(seen.payload_out);
    let all = seen.payload_out >= u64::from(budget::UNREAD_BYTES);
    // All but Chromium read on for a page that does not.
    let engine = evidence.surroundings.engine.as_ref();
    let reads_on = engine.is_none_or(|engine| engine.family != EngineFamily::Chromium);
    let flow_control = match (all, budget::UNREAD.since(handed) >= WAITS) {
        (true, _) if !reads_on => Some(FlowControl::Hidden),
        (false, true) => Some(FlowControl::ReachesServer),
        _ => None,
    };
    Some(Unread {
        flow_control,
        taken_bytes: taken,
    })
}
