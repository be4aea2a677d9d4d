//! Attempts → what is known of each method on each lane.

use serde::{Deserialize, Serialize};

use super::Place;
use super::clock::{Clock, RoundTrip, clocks, round_trips};
use super::delivery::{Delivery, delivery};
use super::facts::{self, Attempt, longest_silence, sightings};
use super::overhead::{Overhead, overhead};
use super::verdict::{Verdict, Word, together};
use crate::evidence::{Ended, Event, Evidence, Trace};
use crate::method::Method;
use crate::stats::Spread;
use crate::time::Micros;

/// One method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MethodReport {
    /// Which.
    pub method: Method,
    /// The embedder needs it.
    pub required: bool,
    /// The last word while it ran; null: none yet.
    pub word: Option<Word>,
    /// The verdict of its main lane.
    pub verdict: Verdict,
    /// The place of its main lane.
    pub place: Option<Place>,
    /// How late and how whole messages arrived on the main lane; null where none did.
    pub delivery: Option<Delivery>,
    /// What a message costs there beyond its payload; null where the server could not count it.
    pub overhead: Option<Overhead>,
    /// The longest silence that a connection outlived, ms; longer is not tested. Null: none was.
    pub idle_tested_ms: Option<u64>,
    /// Each lane that was tried.
    pub lanes: Vec<LaneReport>,
}

/// One method on one lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LaneReport {
    /// Which lane.
    pub lane: String,
    /// The verdict of its decisive probe.
    pub verdict: Verdict,
    /// Where it breaks.
    pub place: Option<Place>,
    /// Its times.
    pub timing: Timing,
    /// Every attempt.
    pub attempts: Vec<Attempt>,
}

/// The times of a method on a lane, µs since its attempt's start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timing {
    /// Until the first attempt opened.
    pub open_us: Option<u64>,
    /// Until its first message.
    pub first_message_us: Option<u64>,
    /// Round trips of echoes or polls; the first poll, which opens the connection, is left out. Null: too few.
    pub round_trip: Option<Spread>,
}

/// What is judged, apart from the evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The methods to be tried.
    pub methods: Vec<Method>,
    /// Those that the embedder needs.
    pub required: Vec<Method>,
}

/// The smallest round trip on the path that any exchange of the run had.
pub fn smallest_rtt(traces: &[Trace]) -> Option<Micros> {
    let mut smallest = None;
    for trace in traces {
        for trip in round_trips(trace) {
            let this = Micros(trip.on_the_path());
            smallest = Some(smallest.map_or(this, |other: Micros| other.min(this)));
        }
    }
    smallest
}

/// All five methods, in the order of a report.
pub fn methods(evidence: &Evidence, asked: &Asked) -> Vec<MethodReport> {
    let step = Micros(evidence.surroundings.clock_step_us);
    let clocks = clocks(&evidence.traces, step);
    let rtt = smallest_rtt(&evidence.traces);
    let mut methods = Vec::new();
    for method in Method::ALL {
        methods.push(one(evidence, asked, &clocks, rtt, method));
    }
    methods
}

fn one(
    evidence: &Evidence,
    asked: &Asked,
    clocks: &[Clock],
    rtt: Option<Micros>,
    method: Method,
) -> MethodReport {
    let mut traces: Vec<&Trace> = evidence
        .traces
        .iter()
        .filter(|trace| trace.method == method)
        .collect();
    let mut lanes: Vec<LaneReport> = Vec::new();
    for trace in &traces {
        let attempt = facts::attempt(evidence, trace, rtt);
        match lanes.iter_mut().find(|lane| lane.lane == trace.lane) {
            Some(lane) => lane.attempts.push(attempt),
            None => lanes.push(LaneReport {
                lane: trace.lane.clone(),
                verdict: Verdict::Skipped,
                place: None,
                timing: Timing::default(),
                attempts: vec![attempt],
            }),
        }
    }
    for lane in &mut lanes {
        let decisive: Vec<&Trace> = traces
            .iter()
            .copied()
            .filter(|t| t.lane == lane.lane && t.decisive)
            .collect();
        let of_decisive = |a: &&Attempt| decisive.iter().any(|trace| trace.id == a.id);
        lane.verdict = lane_verdict(
            &decisive,
            lane.attempts.iter().filter(of_decisive).map(|a| a.verdict),
        );
        let opened =
            |of: fn(&Attempt) -> Option<u64>| lane.attempts.iter().filter(of_decisive).find_map(of);
        lane.timing = Timing {
            // A long poll's answer waits for a tick: that wait is not its opening.
            open_us: if method == Method::LongPolling {
                let trip = |trace: &&Trace| round_trips(trace).first().map(RoundTrip::on_the_path);
                decisive.iter().find_map(trip)
            } else {
                opened(|a| a.open_us)
            },
            first_message_us: opened(|a| a.first_message_us),
            round_trip: round_trip(method, &decisive),
        };
    }
    let main = lanes.iter().find(|lane| lane.lane == "main");
    let on_main: Vec<&Trace> = traces
        .iter()
        .copied()
        .filter(|t| t.decisive && main.is_some_and(|lane| lane.lane == t.lane))
        .collect();
    let mut seen = Vec::new();
    for trace in &on_main {
        seen.extend(sightings(evidence, trace).unwrap_or_default());
    }
    let trip = main
        .and_then(|lane| lane.timing.round_trip)
        .map(|spread| spread.median_us);
    let mut verdict = main.map_or(Verdict::Skipped, |lane| lane.verdict);
    let delivery = delivery(method, &on_main, clocks, trip);
    let broken = delivery
        .as_ref()
        .is_some_and(|d| d.missing + d.duplicated + d.reordered > 0);
    if verdict == Verdict::Passed && broken {
        verdict = Verdict::Warning;
    }
    if asked.methods.contains(&method) && verdict == Verdict::Skipped {
        verdict = Verdict::Inconclusive;
    }
    traces.retain(|trace| trace.lane == "main");
    let silence = traces
        .iter()
        .map(|trace| longest_silence(trace))
        .max()
        .filter(|silence| silence.0 > 0);
    MethodReport {
        method,
        required: asked.required.contains(&method),
        word: word(&traces),
        verdict,
        place: main.and_then(|lane| lane.place),
        delivery,
        overhead: overhead(method, &seen),
        idle_tested_ms: silence
            .filter(|_| method != Method::Polling)
            .map(|silence| silence.0 / 1000),
        lanes,
    }
}

/// An attempt that failed and was tried again decides together with its repetition.
fn lane_verdict(decisive: &[&Trace], verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let ended = decisive
        .iter()
        .filter(|trace| trace.ended.is_some())
        .count();
    if ended < decisive.len() {
        Verdict::Inconclusive
    } else {
        together(verdicts)
    }
}

/// The last word that can be said of a method's attempts.
pub fn word(traces: &[&Trace]) -> Option<Word> {
    let first_rung = |trace: &&&Trace| {
        trace
            .first(|e| matches!(e, Event::Opened { .. } | Event::Head { .. }))
            .is_some()
    };
    let failed = |trace: &&&Trace| matches!(trace.ended, Some(Ended::Failed | Ended::GaveUp));
    let mut decisive = traces.iter().filter(|trace| trace.decisive);
    if decisive
        .clone()
        .any(|trace| first_rung(&trace) && !failed(&trace))
    {
        Some(Word::Opens)
    } else if decisive.any(|trace| failed(&trace)) {
        Some(Word::FailsSoFar)
    } else {
        None
    }
}

fn round_trip(method: Method, decisive: &[&Trace]) -> Option<Spread> {
    let held = method == Method::LongPolling;
    let mut times = Vec::new();
    for trace in decisive.iter().filter(|trace| !trace.own) {
        for trip in round_trips(trace) {
            times.push(if held {
                trip.on_the_path()
            } else {
                trip.answered.since(trip.asked).0
            });
        }
    }
    let cold = usize::from(matches!(method, Method::Polling | Method::LongPolling));
    Spread::of(times.get(cold..).unwrap_or_default())
}
