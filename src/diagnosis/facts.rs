//! Traces and sightings → flat facts about each attempt.

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::heard::{Heard, RoundTrip};
use super::place::is_opaque;
use super::verdict::Verdict;
use super::{CloseClass, Place, TimeClass, class};
use crate::evidence::{Ended, Event, Evidence, Notice, ResourceTiming, Trace};
use crate::method::Method;
use crate::stats::Spread;
use crate::time::Micros;
use crate::wire::{LedgerInstance, REFUSED_BY_LIMIT, Reached, SeenConnection, Sighting, Tick};

/// What is known of one attempt. Times are µs since it started; null is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Its trace's number.
    pub id: u16,
    /// Its probe.
    pub probe: String,
    /// Its number within the probe, from 1.
    pub attempt: u16,
    /// `probe`: our server; `own`: the embedder's endpoint, judged by the page alone.
    pub endpoint: Endpoint,
    /// The verdict on it.
    pub verdict: Verdict,
    /// Where it broke; null: not determined.
    pub place: Option<Place>,
    /// The two places that are left where it is not determined; none: nothing is known.
    pub candidates: Vec<Place>,
    /// Ids of the evidence for that: `trace:<n>`, `sighting:<n>`, `connection:<n>`.
    pub because: Vec<String>,
    /// How it ended.
    pub ended: Ended,
    /// The HTTP status of the answer; null: hidden from scripts, or none came.
    pub status: Option<u16>,
    /// Who saw that status; null: nobody.
    pub status_from: Option<StatusFrom>,
    /// The answer bore our server's mark; null: no answer was readable.
    pub marked: Option<bool>,
    /// How our server refused, by either side's word.
    pub refused: Option<String>,
    /// The name of the error that the page got.
    pub error: Option<String>,
    /// The directive of the page's policy that forbade it.
    pub blocked_by: Option<String>,
    /// How often the server saw it arrive; null: its half is missing or incomplete.
    pub arrivals: Option<u32>,
    /// How long it waited in the browser or on its way until it reached the server, by the server's clock, less half a round
    /// trip; null: nothing of it arrived, or no clock is known.
    pub queued_us: Option<u64>,
    /// Until `open`, or the answer's head.
    pub open_us: Option<u64>,
    /// Until the first message or body.
    pub first_message_us: Option<u64>,
    /// Until it failed.
    pub failed_us: Option<u64>,
    /// Until it ended.
    pub ended_us: u64,
    /// Round trips of its echoes.
    pub echo: Option<Spread>,
    /// How far the gaps between ticks' arrivals were from the gaps between their sending.
    pub gap_error: Option<Spread>,
    /// Ticks that arrived.
    pub ticks: u32,
    /// The `close` event.
    pub close: Option<Close>,
    /// Its class; null: not a WebSocket, or it needed no close.
    pub close_class: Option<CloseClass>,
    /// The class of the time to failure.
    pub time_class: Option<TimeClass>,
    /// The HTTP version and phases that the browser told.
    pub resource_timing: Option<ResourceTiming>,
}

/// Whose endpoint was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// The probe server's.
    Probe,
    /// The embedder's own.
    Own,
}

/// Who saw the status of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusFrom {
    /// The page, of this attempt.
    Page,
    /// Our server: it gave that status. What arrived may be another.
    Server,
    /// The page, of a plain request for the same path.
    SamePath,
    /// Our server, when it tried the method through its own public address.
    OutsideIn,
}

/// A `close` event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Close {
    /// `code`.
    pub code: u16,
    /// `reason`, where it is ours.
    pub reason: String,
    /// `wasClean`.
    pub was_clean: bool,
}

/// The arrivals that the server saw of an attempt; none where its half is missing.
pub fn sightings<'a>(evidence: &'a Evidence, trace: &Trace) -> Vec<&'a Sighting> {
    let mut seen = Vec::new();
    if let Some(ledger) = &evidence.ledger {
        for sighting in &ledger.sightings {
            if sighting.attempt == trace.attempt && sighting.probe == trace.probe && !trace.own {
                seen.push(sighting);
            }
        }
    }
    seen
}

/// The longest silence that an attempt outlived: one that ended with something from the server, or with something of
/// ours that was answered. Of a long poll its hold counts.
pub fn longest_silence(trace: &Trace) -> Micros {
    let held = trace.method == Method::LongPolling;
    let mut quiet_since = None;
    let mut unproved = Micros::ZERO;
    let mut longest = Micros::ZERO;
    for stamped in &trace.events {
        let silence = quiet_since.map_or(Micros::ZERO, |since| stamped.at.since(since));
        match stamped.event {
            Event::Constructed if held => {}
            Event::Head { marked: true, .. } if held => longest = longest.max(silence),
            Event::Opened { .. } | Event::Head { .. } => {}
            Event::Sent { .. } => unproved = unproved.max(silence),
            Event::Message { .. } => longest = longest.max(silence).max(unproved),
            _ => continue,
        }
        quiet_since = Some(stamped.at);
    }
    longest
}

/// The facts of one attempt. `rtt`: the smallest round trip of the run; `misses_nothing`: as [`misses_nothing`] says.
pub fn attempt(
    evidence: &Evidence,
    heard: &Heard<'_>,
    rtt: Option<Micros>,
    misses_nothing: bool,
    clocks: &[Clock<'_>],
) -> Attempt {
    let trace = heard.trace;
    let ended = trace.ended.unwrap_or(Ended::Stopped);
    let seen = sightings(evidence, trace);
    let knows_all = misses_nothing && !trace.own;
    let echoes: Vec<u64> = heard.trips.iter().map(RoundTrip::whole).collect();
    let mut facts = Attempt {
        id: trace.id,
        probe: trace.probe.clone(),
        attempt: trace.attempt,
        endpoint: if trace.own {
            Endpoint::Own
        } else {
            Endpoint::Probe
        },
        verdict: Verdict::Inconclusive,
        place: None,
        candidates: Vec::new(),
        because: Vec::new(),
        ended,
        status: None,
        status_from: None,
        marked: None,
        refused: seen.iter().find_map(|s| s.refused.clone()),
        error: None,
        blocked_by: None,
        arrivals: knows_all.then_some(seen.len() as u32),
        queued_us: queued(&seen, trace, clocks),
        open_us: None,
        first_message_us: None,
        failed_us: None,
        ended_us: 0,
        echo: Spread::of(&echoes),
        gap_error: gap_error(&heard.ticks),
        ticks: heard.ticks.len() as u32,
        close: None,
        close_class: None,
        time_class: None,
        resource_timing: None,
    };
    let mut has_ended = false;
    for stamped in &trace.events {
        let since = stamped.at.since(trace.started_at).0;
        // Until its first end, or its last event where it has none.
        if !has_ended {
            facts.ended_us = since;
            has_ended = is_end(&stamped.event);
        }
        match &stamped.event {
            Event::Opened { .. } => facts.open_us = facts.open_us.or(Some(since)),
            Event::Head {
                status,
                marked,
                refused,
            } => {
                facts.open_us = facts.open_us.or(Some(since));
                facts.status = Some(*status);
                facts.status_from = Some(StatusFrom::Page);
                facts.marked = Some(*marked);
                facts.refused = facts.refused.or_else(|| refused.clone());
            }
            Event::Message { .. } | Event::Body { .. } => {
                facts.first_message_us = facts.first_message_us.or(Some(since));
            }
            Event::Threw { name } | Event::Failed { name } => facts.error = Some(name.clone()),
            Event::Blocked { directive } => facts.blocked_by = Some(directive.clone()),
            // Unless the close still comes.
            Event::Sent { line } if line == "end" => {
                facts.close_class = Some(CloseClass::NeverClosed);
            }
            Event::Closed {
                code,
                reason,
                was_clean,
            } => {
                facts.close = Some(Close {
                    code: *code,
                    reason: reason.clone(),
                    was_clean: *was_clean,
                });
                facts.close_class =
                    Some(CloseClass::of(*code, *was_clean, facts.open_us.is_some()));
            }
            Event::Timed { timing } => facts.resource_timing = Some(timing.clone()),
            Event::Unsupported => facts.error = Some("NotSupportedError".to_owned()),
            _ => {}
        }
    }
    if matches!(ended, Ended::Failed | Ended::GaveUp) {
        facts.failed_us = Some(facts.ended_us);
        let elapsed = Micros(facts.ended_us);
        let step = Micros(evidence.surroundings.clock_step_us);
        facts.time_class = TimeClass::of(elapsed, ended == Ended::GaveUp, rtt, step);
    }
    let unheard = stood_still(evidence, trace) || (misses_nothing && never_left(evidence, trace));
    facts.verdict = judge(&facts, rtt, unheard, kept_back(evidence, trace));
    facts
}

/// Until its connection was accepted, or where that was there before until it arrived: half a round trip, at least, is the
/// way's.
fn queued(seen: &[&Sighting], trace: &Trace, clocks: &[Clock<'_>]) -> Option<u64> {
    let first = seen.first()?;
    let clock = clocks
        .iter()
        .find(|clock| clock.instance == first.instance)?;
    let since = |stamp| clock.page_time(stamp) - trace.started_at.0 as i64;
    let (connected, arrived) = (since(first.connected_at), since(first.at));
    let left = if connected > 0 { connected } else { arrived };
    Some(left.saturating_sub(clock.error.0 as i64).max(0) as u64)
}

/// A WebSocket failed before this one: browsers delay those that follow (RFC 6455 § 7.2.3), and the time until it arrives is
/// not the way's. Otherwise what comes late may have been kept by somebody who reads upgrades.
fn kept_back(evidence: &Evidence, trace: &Trace) -> bool {
    let opened = |e: &Event| matches!(e, Event::Opened { .. });
    evidence.traces.iter().any(|other| {
        other.method == Method::WebSocket
            && !other.control
            && other.started_at < trace.started_at
            && other.ended == Some(Ended::Failed)
            && other.first(opened).is_none()
    })
}

/// It waited in vain as everything did that goes by HTTP, of none of which anything arrived, while WebSockets opened on the
/// same lane: browsers have other places for those, and all that this host has for HTTP may be taken by others' requests.
pub(super) fn never_left(evidence: &Evidence, trace: &Trace) -> bool {
    let by_socket = |trace: &Trace| trace.method == Method::WebSocket && !trace.control;
    let heard = |e: &Event| {
        matches!(
            e,
            Event::Head { .. } | Event::Opened { .. } | Event::Failed { .. }
        )
    };
    let alike = |other: &&Trace| other.lane == trace.lane && !other.own;
    let ledger = evidence.ledger.as_ref().filter(|ledger| ledger.complete);
    // What browsers open in advance, and keep, brings not a byte.
    let unused = |one: &SeenConnection| one.reached == Reached::Accepted;
    ledger.is_some_and(|ledger| ledger.connections.iter().all(unused))
        && !by_socket(trace)
        && evidence.traces.iter().filter(alike).all(|other| {
            by_socket(other)
                || (other.first(heard).is_none() && sightings(evidence, other).is_empty())
        })
        && evidence
            .traces
            .iter()
            .filter(alike)
            .any(|other| by_socket(other) && other.first(heard).is_some())
}

/// The page stood still for long while the attempt ran: a deadline that passed then proves nothing.
pub(super) fn stood_still(evidence: &Evidence, trace: &Trace) -> bool {
    let ended = trace.events.last().map_or(trace.started_at, |last| last.at);
    evidence.surroundings.notices.iter().any(|noticed| {
        let began = match noticed.notice {
            Notice::Stalled { us } => noticed.at.since(Micros(us)),
            _ => return false,
        };
        noticed.at > trace.started_at && began < ended
    })
}

/// A missing sighting proves that nothing arrived: the ledger is complete by the server's own word, every instance that
/// the page heard of contributed to it, and each watched until the last attempt was over.
pub fn misses_nothing(evidence: &Evidence, attempts: &[Heard<'_>], clocks: &[Clock<'_>]) -> bool {
    let Some(ledger) = evidence.ledger.as_ref().filter(|ledger| ledger.complete) else {
        return false;
    };
    let mut over = Micros::ZERO;
    for stamped in evidence.traces.iter().flat_map(|trace| &trace.events) {
        // What Resource Timing and logs told came after the end.
        if !matches!(stamped.event, Event::Timed { .. } | Event::NetError { .. }) {
            over = over.max(stamped.at);
        }
    }
    let watched = |instance: &LedgerInstance| {
        let clock = clocks.iter().find(|clock| clock.instance == instance.id);
        clock.is_none_or(|clock| {
            let through = clock.page_time(instance.seen_through);
            through + clock.error.0 as i64 >= over.0 as i64
        })
    };
    let contributed = |id: &str| ledger.instances.iter().any(|one| one.id == id);
    ledger.instances.iter().all(watched)
        && evidence
            .about
            .iter()
            .all(|about| contributed(&about.instance.id))
        && attempts.iter().all(|heard| {
            // An answer of ours that nobody saw arrive, and that does not say whose it is: another instance's.
            let marked = |e: &Event| matches!(e, Event::Head { marked: true, .. });
            let silent = heard.ticks.is_empty() && heard.trips.is_empty();
            // What follows redirects may have reached another path of ours.
            let ours =
                !heard.trace.own && !is_opaque(heard.trace) && heard.trace.first(marked).is_some();
            !(ours && silent && sightings(evidence, heard.trace).is_empty())
        })
        && attempts.iter().all(|heard| {
            heard
                .ticks
                .iter()
                .all(|(tick, _)| contributed(&tick.instance))
                && heard
                    .trips
                    .iter()
                    .all(|trip| contributed(&trip.at.instance))
        })
}

const fn is_end(event: &Event) -> bool {
    matches!(
        event,
        Event::Threw { .. }
            | Event::Unsupported
            | Event::Body { .. }
            | Event::Finished
            | Event::Failed { .. }
            | Event::Errored { .. }
            | Event::Closed { .. }
            | Event::Blocked { .. }
            | Event::GaveUp
            | Event::Stopped
    )
}

fn gap_error(arrived: &[(Tick, Micros)]) -> Option<Spread> {
    let mut off = Vec::new();
    for ((a, a_came), (b, b_came)) in arrived.iter().zip(arrived.iter().skip(1)) {
        if a.instance == b.instance && a.n < b.n {
            off.push(b_came.since(*a_came).0.abs_diff(b.sent.since(a.sent).0));
        }
    }
    Spread::of(&off)
}

/// The verdict on one attempt, from its own facts.
fn judge(facts: &Attempt, rtt: Option<Micros>, unheard: bool, kept_back: bool) -> Verdict {
    let ours_by_limit = facts
        .refused
        .as_deref()
        .is_some_and(|why| REFUSED_BY_LIMIT.contains(&why));
    let slow = rtt.is_some_and(|rtt| {
        let open = facts.open_us.map(Micros);
        let queued = facts.queued_us.filter(|_| kept_back);
        let queued = Micros(queued.unwrap_or(0));
        open.is_some_and(|open| open.since(queued) > class::slow_open(rtt))
    });
    match facts.ended {
        _ if ours_by_limit => Verdict::Inconclusive,
        Ended::Stopped => Verdict::Inconclusive,
        Ended::Complete => {
            let close_changed = facts.endpoint == Endpoint::Probe
                && facts.close.as_ref().is_some_and(|close| {
                    close.code != crate::wire::CLOSE_CODE
                        || close.reason != crate::wire::CLOSE_REASON
                });
            // A long poll is answered when a tick is due, not when it arrives: only a handshake can be slow.
            if close_changed || (slow && facts.close.is_some()) {
                Verdict::Warning
            } else {
                Verdict::Passed
            }
        }
        // Nobody was there to hear it.
        Ended::GaveUp if unheard => Verdict::Inconclusive,
        // It had said all but the close: only the close was lost.
        Ended::GaveUp if facts.close_class == Some(CloseClass::NeverClosed) => Verdict::Warning,
        Ended::Failed | Ended::GaveUp => Verdict::Failed,
    }
}
