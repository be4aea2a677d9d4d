//! Which silence ends a method's connections, and what keeps them.

use serde::{Deserialize, Serialize};

use super::facts::{Attempt, longest_silence, sightings};
use super::heard::Heard;
use crate::evidence::{Ended, Event, Evidence, Trace};
use crate::method::Method;
use crate::plan::{PAGE_BEAT, SERVER_BEAT, budget};
use crate::time::Micros;
use crate::wire::{End, Sighting};

/// A silence that connections do not outlive. Its length is above `lived_ms`, and at most `died_ms`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdleCut {
    /// The longest silence that one outlived, ms; 0: none was short enough.
    pub lived_ms: u64,
    /// The shortest after which the page knew of the end of one, or had no answer on it any more, ms.
    pub died_ms: u64,
    /// The same by the server's clock, from its last word to the end that it saw; null: it saw none.
    pub server_died_ms: Option<u64>,
    /// The page was told: by an end of the connection. Otherwise it finds out only when it says something.
    pub told: bool,
    /// A connection over which the page said something every few seconds outlived that; null: not tested.
    pub page_beat_keeps: Option<bool>,
    /// One over which the server sent pings as often did; null: not tested.
    pub server_beat_keeps: Option<bool>,
    /// How often to send something, ms, so that connections are kept; null: nothing that was tested keeps them.
    pub beat_ms: Option<u64>,
}

/// The longest silence that an attempt outlived. Where the head is told only with the first message (Firefox's
/// `EventSource`) the server knows how long that took.
pub(super) fn outlived(evidence: &Evidence, heard: &Heard<'_>) -> Micros {
    let by_page = longest_silence(heard.trace);
    let first = heard.ticks.first().map(|(tick, _)| tick);
    let streams = matches!(
        heard.trace.method,
        Method::ServerSentEvents | Method::StreamingFetch
    );
    let mut seen = sightings(evidence, heard.trace).into_iter();
    let by_server = first
        .filter(|_| streams)
        .zip(seen.next())
        .and_then(|(tick, seen)| {
            let same = tick.instance == seen.instance;
            Some(tick.sent.since(seen.answered_at.filter(|_| same)?))
        });
    by_page.max(by_server.unwrap_or_default())
}

/// The silence of this attempt is broken now and then, be it by what pages do not hear of.
pub(super) fn is_kept_awake(trace: &Trace) -> bool {
    trace.probe == PAGE_BEAT || trace.probe == SERVER_BEAT
}

/// A silence of a thorough run that was never begun: it did not even open.
pub(super) fn never_began(trace: &Trace, attempt: &Attempt) -> bool {
    // Their length stands at the end of their names.
    let rung = trace
        .probe
        .as_bytes()
        .last()
        .is_some_and(u8::is_ascii_digit);
    rung && attempt.ended == Ended::GaveUp && attempt.open_us.is_none()
}

/// How a silence ended.
struct Death {
    after: Micros,
    by_server: Option<Micros>,
    told: bool,
}

/// The cut of a method on the main lane; `None`: none within what was tested.
pub(super) fn idle_cut(
    method: Method,
    evidence: &Evidence,
    tried: &[(&Heard<'_>, &Attempt)],
) -> Option<IdleCut> {
    let mut lived = Micros::ZERO;
    let mut deaths = Vec::new();
    for (heard, attempt) in tried {
        if !is_kept_awake(heard.trace) {
            lived = lived.max(outlived(evidence, heard));
            let seen = sightings(evidence, heard.trace);
            deaths.extend(death(method, heard.trace, attempt, &seen));
        }
    }
    // What some outlived is no rule: it was ended by something else.
    deaths.retain(|death| death.after > lived);
    let first = deaths.iter().min_by_key(|death| death.after)?;
    let keeps = |probe: &str| {
        let lane = tried.iter().find(|(heard, _)| heard.trace.probe == probe);
        let lane = lane.map(|(heard, attempt)| (heard.trace.ended, Micros(attempt.ended_us)));
        match lane? {
            (Some(Ended::Complete), _) => Some(true),
            (Some(Ended::Failed | Ended::GaveUp), lasted) => Some(lasted > first.after.times(2)),
            _ => None,
        }
    };
    let (page_beat_keeps, server_beat_keeps) = (keeps(PAGE_BEAT), keeps(SERVER_BEAT));
    let in_vain = page_beat_keeps == Some(false) && server_beat_keeps != Some(true);
    // Where the end was not told it may have come long before the page asked.
    let surely = if first.told { first.after } else { lived };
    // One may get lost.
    let beat = Micros(surely.0 / 3)
        .min(budget::USUAL_BEAT)
        .max(Micros(first.after.0 / 8));
    Some(IdleCut {
        lived_ms: lived.0 / 1000,
        died_ms: first.after.ms_up(),
        server_died_ms: first.by_server.map(Micros::ms_up),
        told: first.told,
        page_beat_keeps,
        server_beat_keeps,
        beat_ms: (!in_vain).then_some(beat.0 / 1000),
    })
}

/// How an attempt that kept silent ended in its silence; `None`: it did not, or by one of the two ends. The time counts
/// from when the connection was asked for: no box has waited for longer.
fn death(method: Method, trace: &Trace, attempt: &Attempt, seen: &[&Sighting]) -> Option<Death> {
    let held = method == Method::LongPolling;
    let died = matches!(attempt.ended, Ended::Failed | Ended::GaveUp);
    if !died || trace.decisive {
        return None;
    }
    // Firefox tells of an answer only with its first message, and of a long poll's nobody does.
    let answered = |seen: &&Sighting| held || seen.status == Some(200);
    let mut opened = seen.iter().any(answered);
    let (mut end, mut asked) = (None, None);
    for stamped in &trace.events {
        match stamped.event {
            Event::Head { .. } if held => {
                opened = true;
                end = end.or(Some(stamped.at));
            }
            Event::Opened { .. } | Event::Head { .. } => opened = true,
            Event::Sent { .. } | Event::GaveUp => asked = asked.or(Some(stamped.at)),
            Event::Errored { .. }
            | Event::Closed { .. }
            | Event::Failed { .. }
            | Event::Finished => end = end.or(Some(stamped.at)),
            _ => {}
        }
    }
    // What broke the silence found the connection dead; what came back at once was told of it then.
    let told = asked.is_none();
    // An end that the page was told of may have been ours; what it was not told of had ended long before.
    let by_us = |seen: &&Sighting| matches!(seen.end, Some(End::OurLimit | End::Refused));
    if told && seen.iter().any(by_us) {
        return None;
    }
    let over = asked.or(end).filter(|_| opened)?;
    let by_server = seen.iter().find_map(|seen| {
        let began = if held {
            Some(seen.at)
        } else {
            seen.answered_at
        };
        Some(seen.ended_at?.since(began?))
    });
    Some(Death {
        after: over.since(trace.started_at),
        by_server: by_server.filter(|_| told),
        told,
    })
}
