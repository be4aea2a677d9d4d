//! Whether an event stream goes on where it ended.

use serde::{Deserialize, Serialize};

use super::facts::sightings;
use super::heard::Heard;
use super::place::named;
use crate::evidence::{Ended, Event, Evidence};
use crate::plan::RESUMED;

/// What became of a stream that the browser asked for again, as it does by itself (HTML § 9.2.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resume {
    /// From the end until it was open again, µs, of which the browser was told to wait 0.7 s; null: it was not.
    pub reconnect_us: Option<u64>,
    /// `Last-Event-ID` reached the server; null: nothing arrived again, or its half is missing.
    pub id_arrived: Option<bool>,
    /// It went on with the message behind the last one.
    pub goes_on: bool,
    /// The same process of the server went on; null: no message came.
    pub same_instance: Option<bool>,
}

/// Of the attempt that was made for it; `None`: there was none, or it never came so far.
pub(super) fn resume(evidence: &Evidence, attempts: &[Heard<'_>]) -> Option<Resume> {
    let heard = attempts.iter().find(|heard| heard.trace.probe == RESUMED)?;
    let ended = heard.trace.first(|e| matches!(e, Event::Errored { .. }))?;
    let again = heard
        .trace
        .events
        .iter()
        .find(|stamped| stamped.at >= ended && matches!(stamped.event, Event::Opened { .. }));
    let again = again.map(|stamped| stamped.at);
    let (before, after): (Vec<_>, Vec<_>) = heard.ticks.iter().partition(|(_, at)| *at < ended);
    let arrived = sightings(evidence, heard.trace);
    let second = arrived.get(1);
    Some(Resume {
        reconnect_us: again.map(|at| at.since(ended).0),
        id_arrived: second.map(|seen| named(seen, "last-event-id")),
        goes_on: heard.trace.ended == Some(Ended::Complete),
        same_instance: before
            .last()
            .zip(after.first())
            .map(|((one, _), (next, _))| one.instance == next.instance),
    })
}
