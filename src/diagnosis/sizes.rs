//! Which messages come back as they were sent.

use serde::{Deserialize, Serialize};

use super::Place;
use super::facts::sightings;
use crate::evidence::{Ended, Event, Evidence, Trace};
use crate::plan::{Form, SIZES, budget};
use crate::time::Micros;
use crate::wire::{FromPage, FromServer};

/// One message, sent and echoed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SizeTried {
    /// As what it was handed over.
    pub form: Form,
    /// How large it was, bytes, without what we put before it.
    pub bytes: u32,
    /// Until it was back, every byte as it was, µs; null: it did not come.
    pub echoed_us: Option<u64>,
}

/// Each that was sent, and where the one was lost that did not come back; none: they all did, or it is not known.
pub(super) fn sizes(evidence: &Evidence) -> (Vec<SizeTried>, Option<Place>) {
    let (mut tried, mut asked, mut sent) = (Vec::new(), Micros::ZERO, 0);
    let of = |trace: &&Trace| trace.probe == SIZES && trace.ended.is_some();
    let Some(trace) = evidence.traces.iter().find(of) else {
        return (tried, None);
    };
    for stamped in &trace.events {
        match &stamped.event {
            Event::Sent { line } => {
                let size = budget::SIZES.get(tried.len());
                if let (Ok(FromPage::Echo(..)), Some((form, bytes))) = (line.parse(), size) {
                    asked = stamped.at;
                    sent += u64::from(*bytes);
                    tried.push(SizeTried {
                        form: *form,
                        bytes: *bytes,
                        echoed_us: None,
                    });
                }
            }
            Event::Message { line, .. } => {
                let n = tried.len() as u32;
                if let (Ok(FromServer::Echo(echo)), Some(last)) = (line.parse(), tried.last_mut()) {
                    let back = Some(stamped.at.since(asked).0);
                    last.echoed_us = back.filter(|_| echo.n == n).or(last.echoed_us);
                }
            }
            _ => {}
        }
    }
    let broke = matches!(trace.ended, Some(Ended::Failed | Ended::GaveUp));
    let lost = tried.last().is_some_and(|last| last.echoed_us.is_none()) && broke;
    let seen = sightings(evidence, trace).into_iter().next();
    // What we put before each is more than nothing: all of it is there only where that is, too.
    let place = seen
        .filter(|_| lost)
        .map(|seen| match seen.payload_in > sent {
            true => Place::FramesBack,
            false => Place::FramesOut,
        });
    (tried, place)
}
