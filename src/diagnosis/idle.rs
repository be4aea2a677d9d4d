//! Which silence ends a method's connections, and what keeps them.

use serde::{Deserialize, Serialize};

use super::facts::{Attempt, longest_silence, sightings};
use super::heard::Heard;
use crate::evidence::{Ended, Event, Evidence, Notice, Trace};
use crate::method::Method;
use crate::plan::{PAGE_BEAT, RESUMED, SERVER_BEAT, budget};
use crate::time::Micros;
use crate::wire::{End, Sighting};

/// A silence that connections do not outlive. Its length is above `lived_ms`, and at most `died_ms`. Where neither beat
/// keeps them it is their age that they do not outlive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdleCut {
    /// The longest silence that one outlived, ms; 0: none was short enough.
    pub lived_ms: u64,
    /// The shortest after which page or server knew of the end of one, or the page had no answer on it any more, ms.
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
/// `EventSource`) the server knows how long that took; where requests share a connection (RFC 9113), that it was no silence.
pub(super) fn outlived(evidence: &Evidence, heard: &Heard<'_>) -> Micros {
    let by_page = longest_silence(heard.trace);
    let seen = sightings(evidence, heard.trace).into_iter().next();
    let Some((seen, began)) = seen.and_then(|seen| Some((seen, seen.answered_at?))) else {
        return by_page;
    };
    let streams = matches!(
        heard.trace.method,
        Method::ServerSentEvents | Method::StreamingFetch
    );
    let first = heard.ticks.first().filter(|_| streams);
    let first = first.filter(|(tick, _)| tick.instance == seen.instance);
    let by_server = first.map_or(Micros::ZERO, |(tick, _)| tick.sent.since(began));
    let silence = by_page.max(by_server);
    let began = match heard.trace.method {
        Method::LongPolling => seen.at,
        _ => began,
    };
    let mut broken = Vec::new();
    for other in evidence.ledger.iter().flat_map(|ledger| &ledger.sightings) {
        let same = other.connection == seen.connection && other.instance == seen.instance;
        if same && !core::ptr::eq(other, seen) {
            broken.extend([Some(other.at), other.answered_at, other.ended_at]);
        }
    }
    let until = began.plus(silence);
    let (mut at, mut longest) = (began, Micros::ZERO);
    while at < until {
        let later = broken.iter().flatten().filter(|other| **other > at);
        let next = later.min().map_or(until, |next| until.min(*next));
        longest = longest.max(next.since(at));
        at = next;
    }
    longest
}

/// The silence of this attempt is broken now and then, be it by what pages do not hear of.
pub(super) fn is_kept_awake(trace: &Trace) -> bool {
    trace.probe == PAGE_BEAT || trace.probe == SERVER_BEAT
}

/// What a thorough run asked for after a while, and that did not even open: on a connection that the browser had kept, and
/// that was dead.
pub(super) fn never_began(evidence: &Evidence, trace: &Trace, attempt: &Attempt) -> bool {
    // Their length stands at the end of their names.
    let rung = trace
        .probe
        .as_bytes()
        .last()
        .is_some_and(u8::is_ascii_digit);
    let arrived = !sightings(evidence, trace).is_empty();
    (rung || trace.probe == RESUMED)
        && attempt.ended == Ended::GaveUp
        && attempt.open_us.is_none()
        && !arrived
}

/// How a silence ended.
struct Death {
    began: Micros,
    after: Micros,
    by_server: Option<Micros>,
    told: bool,
}

impl Death {
    /// Silence ended it, and not what happened to all at one time: another that began at another time died at the same age,
    /// or one that began later lived.
    fn is_confirmed(&self, all: &[Self], lived_from: Option<Micros>) -> bool {
        lived_from.is_some_and(|from| from >= self.began.plus(self.after))
            || all.iter().any(|other| {
                let apart = other.began.0.abs_diff(self.began.0);
                apart >= LEAST_APART.0 && other.after.0.abs_diff(self.after.0) <= apart / 2
            })
    }
}

/// What began closer to each other is no other time.
const LEAST_APART: Micros = Micros::ms(20);

/// The cut of a method on the main lane; `None`: none within what was tested.
pub(super) fn idle_cut(evidence: &Evidence, tried: &[(&Heard<'_>, &Attempt)]) -> Option<IdleCut> {
    let mut lived = Micros::ZERO;
    let mut lived_from = None;
    let mut deaths = Vec::new();
    for (heard, attempt) in tried {
        if !is_kept_awake(heard.trace) {
            lived = lived.max(outlived(evidence, heard));
            let seen = sightings(evidence, heard.trace);
            deaths.extend(death(evidence, heard.trace, attempt, &seen));
        }
        if attempt.ended == Ended::Complete {
            lived_from = lived_from.max(Some(heard.trace.started_at));
        }
    }
    // What some outlived is no rule: it was ended by something else.
    deaths.retain(|death| death.after > lived);
    // A socket that was kept awake heard something later: the network was there.
    for (heard, _) in tried.iter().filter(|(heard, _)| is_kept_awake(heard.trace)) {
        let mut events = heard.trace.events.iter().rev();
        let last = events.find(|stamped| matches!(stamped.event, Event::Message { .. }));
        lived_from = lived_from.max(last.map(|last| last.at));
    }
    let confirmed = |death: &&Death| death.is_confirmed(&deaths, lived_from);
    let confirmed = deaths.iter().filter(confirmed);
    let first = confirmed.min_by_key(|death| death.after)?;
    let keeps = |probe: &str| {
        let mut kept = None;
        for (heard, attempt) in tried {
            let known = match heard.trace.ended {
                Some(Ended::Complete) => true,
                Some(Ended::Failed | Ended::GaveUp) if attempt.open_us.is_some() => {
                    attempt.ended_us > first.after.times(2).0
                }
                _ => continue,
            };
            if heard.trace.probe == probe {
                kept = Some(kept == Some(true) || known);
            }
        }
        kept
    };
    let (page_beat_keeps, server_beat_keeps) = (keeps(PAGE_BEAT), keeps(SERVER_BEAT));
    let in_vain = page_beat_keeps == Some(false) && server_beat_keeps != Some(true);
    // Where the end was not told it may have come long before the page asked.
    let surely = if first.told { first.after } else { lived };
    // One may get lost.
    let beat = Micros(surely.0 / 3).min(budget::USUAL_BEAT);
    Some(IdleCut {
        lived_ms: lived.0 / 1000,
        died_ms: first.after.ms_up(),
        server_died_ms: first.by_server.map(Micros::ms_up),
        told: first.told,
        page_beat_keeps,
        server_beat_keeps,
        beat_ms: Some(beat.0 / 1000).filter(|ms| *ms > 0 && !in_vain),
    })
}

/// The length of a silence, where it stands at the end of the probe's name; the quick one has none.
fn length(trace: &Trace) -> Micros {
    let mut seconds = 0;
    for byte in trace.probe.bytes() {
        seconds = match byte {
            b'0'..=b'9' => seconds * 10 + u64::from(byte - b'0'),
            _ => 0,
        };
    }
    match seconds {
        0 => budget::SILENCE,
        seconds => Micros::ms(seconds.min(1_000) * 1000),
    }
}

/// The page stood still or had no network while it ran: what ended then need not have been ended by silence.
fn was_disturbed(evidence: &Evidence, trace: &Trace) -> bool {
    let ended = trace.events.last().map_or(trace.started_at, |last| last.at);
    evidence.surroundings.notices.iter().any(|noticed| {
        let began = match noticed.notice {
            Notice::Stalled { us } => noticed.at.since(Micros(us)),
            Notice::Offline => noticed.at,
            _ => return false,
        };
        noticed.at > trace.started_at && began < ended
    })
}

/// How an attempt that kept silent ended in its silence; `None`: it did not, or by one of the two ends. The time counts
/// from when the connection was asked for: no box has waited for longer.
fn death(
    evidence: &Evidence,
    trace: &Trace,
    attempt: &Attempt,
    seen: &[&Sighting],
) -> Option<Death> {
    let held = trace.method == Method::LongPolling;
    let died = matches!(attempt.ended, Ended::Failed | Ended::GaveUp);
    // That one is ended on purpose.
    let talks = trace.decisive || trace.probe == RESUMED;
    if !died || talks || was_disturbed(evidence, trace) {
        return None;
    }
    // Firefox tells of an answer only with its first message, and of a long poll's nobody does.
    let answered = |seen: &&Sighting| held || seen.status == Some(200);
    let mut opened = seen.iter().any(answered);
    let (mut end, mut asked) = (None, None);
    for stamped in &trace.events {
        match stamped.event {
            // By our own word.
            Event::Closed { ref reason, .. } if reason.starts_with("pushcheck") => return None,
            Event::Head { marked: true, .. } if held => return None,
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
    let over = asked.or(end).filter(|_| opened)?;
    let by_page = over.since(trace.started_at);
    let told = asked.is_none() && by_page < length(trace);
    // An end that the page was told of may have been ours; what it was not told of had ended long before.
    let by_us = |seen: &&Sighting| matches!(seen.end, Some(End::OurLimit | End::Refused));
    if told && seen.iter().any(by_us) {
        return None;
    }
    // Firefox asks again by itself for what ended before an answer had begun, and WebKit keeps some ends to itself: the
    // server saw each of them. The last one may be the page's own.
    let own = usize::from(attempt.ended == Ended::GaveUp && seen.len() > 1);
    let ended = |seen: &&Sighting| {
        let began = if held {
            Some(seen.at)
        } else {
            seen.answered_at
        };
        let by_peer = !matches!(seen.end, Some(End::Complete | End::OurLimit | End::Refused));
        Some(seen.ended_at.filter(|_| by_peer)?.since(began?))
    };
    let by_server = seen.iter().take(seen.len() - own).filter_map(ended).min();
    let after = by_server.map_or(by_page, |cut| by_page.min(cut.plus(LEAST_APART)));
    Some(Death {
        began: trace.started_at,
        after,
        by_server: by_server.filter(|cut| *cut <= by_page),
        told,
    })
}
