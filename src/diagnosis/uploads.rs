//! Whether requests that leave at once arrive in that order: what apps send beside polling and event streams.

use serde::{Deserialize, Serialize};

use super::facts::sightings;
use crate::evidence::{Ended, Evidence, Trace};
use crate::plan::UPLOAD;

/// What became of POSTs that were begun in one turn. HTTP promises no order among requests, and browsers may send one again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Uploads {
    /// How many were begun.
    pub sent: u32,
    /// How many were answered.
    pub answered: u32,
    /// How many of them arrived; null: the server's half is missing or incomplete.
    pub arrived: Option<u32>,
    /// How many of those arrived more than once; null: as above.
    pub twice: Option<u32>,
    /// The server took them up in the order in which they were begun; null: as above, or there were several servers.
    pub in_order: Option<bool>,
}

/// Of those that were made for it; `None`: there were none.
pub(super) fn uploads(evidence: &Evidence, misses_nothing: bool) -> Option<Uploads> {
    let is_one = |trace: &&Trace| trace.probe == UPLOAD;
    let mut uploads = Uploads {
        sent: 0,
        answered: 0,
        arrived: None,
        twice: None,
        in_order: None,
    };
    let (mut arrived, mut twice, mut in_order) = (0, 0, true);
    let mut last = None;
    for trace in evidence.traces.iter().filter(is_one) {
        uploads.sent += 1;
        uploads.answered += u32::from(trace.ended == Some(Ended::Complete));
        let seen = sightings(evidence, trace);
        arrived += u32::from(!seen.is_empty());
        twice += u32::from(seen.len() > 1);
        // Another arrival of the same may be the browser's second try.
        if let Some(one) = seen.into_iter().next() {
            let same = last.is_none_or(|(_, instance)| instance == &one.instance);
            let behind = last.is_none_or(|(at, _)| at <= one.at);
            if !same {
                return Some(uploads);
            }
            in_order &= behind;
            last = Some((one.at, &one.instance));
        }
    }
    if misses_nothing {
        (uploads.arrived, uploads.twice) = (Some(arrived), Some(twice));
        uploads.in_order = Some(in_order).filter(|_| arrived > 1);
    }
    Some(uploads).filter(|uploads| uploads.sent > 0)
}
