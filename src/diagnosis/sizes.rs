//! Which messages come back as they were sent.

use serde::{Deserialize, Serialize};

use super::Place;
use super::facts::{sightings, stood_still};
use crate::evidence::{Ended, Event, Evidence, Trace};
use crate::plan::{Form, SIZES, budget};
use crate::time::Micros;
use crate::wire::{End, FromPage, FromServer, PADDING, sealed};

/// One message, sent and echoed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SizeTried {
    /// As what it was handed over.
    pub form: Form,
    /// How large it was, bytes, without what we put before it.
    pub bytes: u32,
    /// Until it was back, every byte as it was, µs; null: it was lost. What may only have been slow is left out.
    pub echoed_us: Option<u64>,
}

/// Each that was sent, and where the one was lost that did not come back; none: they all did, or it is not known.
pub(super) fn sizes(evidence: &Evidence) -> (Vec<SizeTried>, Option<Place>) {
    let mut tries = Vec::new();
    for trace in evidence.traces.iter().filter(|trace| trace.probe == SIZES) {
        let (mut tried, waited, sent) = read(trace);
        if trace.ended == Some(Ended::Complete) {
            return (tried, None);
        }
        let lost = lost(evidence, trace, &tried, waited, sent);
        let answered = |last: &mut SizeTried| last.echoed_us.is_none() && lost.is_none();
        tried.pop_if(answered);
        tries.push((tried, lost));
    }
    // What ends at another size the next time ended by chance.
    let alike = tries.windows(2).all(|two| match two {
        [(one, Some(_)), (other, Some(_))] => one.len() == other.len(),
        _ => false,
    });
    let (mut tried, lost) = tries.pop().unwrap_or_default();
    let lost = lost.filter(|_| alike);
    tried.pop_if(|last| last.echoed_us.is_none() && lost.is_none());
    (tried, lost)
}

/// What was sent, how long the last was waited for, and how many bytes that makes for the server.
fn read(trace: &Trace) -> (Vec<SizeTried>, Micros, u64) {
    let (mut tried, mut asked, mut sent) = (Vec::new(), Micros::ZERO, 0);
    for stamped in &trace.events {
        match &stamped.event {
            Event::Sent { line } => {
                let size = budget::SIZES.get(tried.len());
                if let (Ok(FromPage::Echo(n, _)), Some((form, bytes))) = (line.parse(), size) {
                    asked = stamped.at;
                    let mut padding = String::new();
                    padding.extend(core::iter::repeat_n(PADDING, *bytes as usize));
                    sent += sealed(&FromPage::Echo(n, padding).to_text()).len() as u64;
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
    let over = trace.events.last().map_or(asked, |last| last.at);
    (tried, over.since(asked), sent)
}

/// Where the last was lost; `None`: it came back, or it may be something else that ended it.
fn lost(
    evidence: &Evidence,
    trace: &Trace,
    tried: &[SizeTried],
    waited: Micros,
    sent: u64,
) -> Option<Place> {
    let (last, before) = tried.split_last()?;
    let seen = sightings(evidence, trace).into_iter().next()?;
    let ours = seen.end == Some(End::OurLimit) || seen.refused.is_some();
    // By what smaller ones took, it may only be slow.
    let expected = before.iter().filter(|one| one.bytes >= WEIGHTY).map(|one| {
        one.echoed_us.unwrap_or_default() * u64::from(last.bytes) / u64::from(one.bytes)
    });
    let patience = Micros(expected.max().unwrap_or_default())
        .times(2)
        .plus(budget::MESSAGE);
    let broke = match trace.ended {
        Some(Ended::Failed) => true,
        Some(Ended::GaveUp) => waited > patience,
        _ => false,
    };
    let is_lost = broke && last.echoed_us.is_none() && !ours && !stood_still(evidence, trace);
    is_lost.then_some(match seen.payload_in >= sent {
        true => Place::FramesBack,
        false => Place::FramesOut,
    })
}

/// From so many bytes on a message's time is that of its bytes.
const WEIGHTY: u32 = 4_000;
