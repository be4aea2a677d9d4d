//! Attempts → what is known of each method on each lane.

use serde::{Deserialize, Serialize};

use super::burst::{Bursts, bursts};
use super::clock::clocks;
use super::compressed::{Compressed, compressed};
use super::delivery::{Delivery, delivery};
use super::facts::{self, Attempt, sightings};
use super::heard::{Heard, RoundTrip, smallest_rtt};
use super::held::{Held, fastest};
use super::idle::{IdleCut, idle_cut, is_kept_awake, never_began, outlived};
use super::overhead::{Overhead, overhead};
use super::place::Place;
use super::placed::{Beside, Places};
use super::resume::{Resume, resume};
use super::sizes::{SizeTried, sizes};
use super::unread::{Unread, unread};
use super::uploads::{Uploads, uploads};
use super::verdict::{Verdict, Word};
use super::watched::{Watched, watched};
use crate::evidence::{Ended, Event, Evidence, Trace};
use crate::method::Method;
use crate::plan::{budget, stands_aside};
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
    /// The two places that are left where it is not determined; none: nothing is known.
    pub candidates: Vec<Place>,
    /// How late and how whole messages arrived on the main lane; null where none did.
    pub delivery: Option<Delivery>,
    /// How messages are kept on their way there; null: they are not, or too few came to tell.
    pub held: Option<Held>,
    /// What a message costs there beyond its payload; null where the server could not count it.
    pub overhead: Option<Overhead>,
    /// The longest silence that a connection outlived, ms; longer is not tested. Null: none was.
    pub idle_tested_ms: Option<u64>,
    /// A silence that connections do not outlive there; null: none within what was tested, or it does not work at all.
    pub idle_cut: Option<IdleCut>,
    /// Whether an event stream goes on where it ended, in a thorough run; null: not tried, or another method.
    pub resume: Option<Resume>,
    /// What became of many messages at once, in a thorough run; null: not tried, or another method.
    pub bursts: Option<Bursts>,
    /// What became of an answer that was not read, in a thorough run; null: as above, or the server's half is missing.
    pub unread: Option<Unread>,
    /// What became of POSTs that were begun at once, in a thorough run; null: not tried, or another method than polling.
    pub uploads: Option<Uploads>,
    /// Which messages came back as they were sent, in a thorough run, in their order; none: not tried, or another method.
    pub sizes: Vec<SizeTried>,
    /// What became of a socket that was to compress; null: not tried, or another method.
    pub compressed: Option<Compressed>,
    /// What became of its connections in a watch; null: it was not watched, or has none.
    pub watched: Option<Watched>,
    /// The versions of HTTP that it uses on the main lane.
    pub http: HttpVersions,
    /// Each lane that was tried.
    pub lanes: Vec<LaneReport>,
}

/// Which HTTP a method uses, as either end sees it: between them others may translate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpVersions {
    /// By the browser's word, an ALPN id: `http/1.1`, `h2`, `h3`; null: not told, as of WebSockets never.
    pub page: Option<String>,
    /// As the requests arrived: `HTTP/1.0`, `HTTP/1.1`, `HTTP/2.0`; null: none did, or the server's half is missing.
    pub server: Option<String>,
}

/// One method on one lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LaneReport {
    /// Which lane.
    pub lane: String,
    /// The verdict of its decisive probe.
    pub verdict: Verdict,
    /// Where it breaks; null: not determined.
    pub place: Option<Place>,
    /// The two places that are left where it is not determined; none: nothing is known.
    pub candidates: Vec<Place>,
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

/// All five methods, in the order of a report.
pub fn methods(evidence: &Evidence, asked: &Asked) -> Vec<MethodReport> {
    let attempts: Vec<_> = evidence.traces.iter().map(Heard::of).collect();
    let step = Micros(evidence.surroundings.clock_step_us);
    let clocks = clocks(&attempts, step);
    let run = Known {
        beside: Beside {
            evidence,
            attempts: &attempts,
            clocks: &clocks,
            fastest: &fastest(&attempts),
            misses_nothing: facts::misses_nothing(evidence, &attempts, &clocks),
        },
        rtt: smallest_rtt(&evidence.traces),
    };
    let mut methods = Vec::new();
    for method in Method::ALL {
        methods.push(run.method(asked, method));
    }
    methods
}

/// What is known of the run as a whole.
struct Known<'a> {
    beside: Beside<'a>,
    /// The smallest round trip.
    rtt: Option<Micros>,
}

impl Known<'_> {
    fn method(&self, asked: &Asked, method: Method) -> MethodReport {
        let mut lanes: Vec<LaneReport> = Vec::new();
        let mut silence = Micros::ZERO;
        let mut on_main = Vec::new();
        let mut seen = Vec::new();
        let Beside {
            evidence,
            attempts,
            clocks,
            ..
        } = self.beside;
        for heard in attempts {
            let trace = heard.trace;
            if trace.method != method || trace.control || stands_aside(&trace.probe) {
                continue;
            }
            if !lanes.iter().any(|lane| lane.lane == trace.lane) {
                lanes.push(self.lane(method, &trace.lane));
            }
            if trace.lane != "main" {
                continue;
            }
            if !is_kept_awake(trace) {
                silence = silence.max(outlived(evidence, heard));
            }
            if trace.decisive {
                seen.extend(sightings(evidence, trace));
                on_main.push(heard);
            }
        }
        let main = lanes.iter().find(|lane| lane.lane == "main");
        let trip = main.and_then(|lane| lane.timing.round_trip);
        let delivery = delivery(method, &on_main, clocks, trip.map(|trip| trip.median_us));
        let broken = delivery
            .as_ref()
            .is_some_and(|d| d.missing + d.duplicated + d.reordered > 0);
        let works = main.filter(|main| main.verdict != Verdict::Failed);
        let idle_cut = works.and_then(|main| {
            let mut tried = Vec::new();
            for attempt in &main.attempts {
                let heard = attempts.iter().find(|heard| heard.trace.id == attempt.id);
                tried.extend(heard.map(|heard| (heard, attempt)));
            }
            idle_cut(evidence, &tried)
        });
        let (sizes, lost) = match method {
            Method::WebSocket => sizes(evidence),
            _ => (Vec::new(), None),
        };
        // Where apps send something less often than that.
        let usual = budget::USUAL_BEAT.ms_up();
        let soon = idle_cut.as_ref().is_some_and(|cut| cut.died_ms <= usual);
        let watched = watched(evidence, method);
        let flawed = watched.as_ref().is_some_and(Watched::is_flawed);
        let verdict = match main.map_or(Verdict::Skipped, |lane| lane.verdict) {
            Verdict::Passed if broken || soon || lost.is_some() || flawed => Verdict::Warning,
            Verdict::Skipped if asked.methods.contains(&method) => Verdict::Inconclusive,
            verdict => verdict,
        };
        MethodReport {
            method,
            required: asked.required.contains(&method),
            word: word(&evidence.traces, method),
            verdict,
            place: match main.and_then(|lane| lane.place) {
                Some(Place::Nowhere) if lost.is_some() => lost,
                Some(Place::Nowhere) if soon => Some(Place::Cut),
                Some(Place::Nowhere) if flawed => watched.as_ref().and_then(Watched::place),
                place => place,
            },
            candidates: main.map(|lane| lane.candidates.clone()).unwrap_or_default(),
            delivery,
            held: on_main.iter().find_map(|heard| {
                let held = self.beside.held(heard)?;
                let reliefs = self.beside.reliefs(method);
                Some(Held { reliefs, ..held })
            }),
            overhead: overhead(method, &seen),
            idle_tested_ms: Some(silence.0 / 1000)
                .filter(|_| silence.0 > 0 && method != Method::Polling),
            idle_cut,
            resume: resume(evidence, attempts).filter(|_| method == Method::ServerSentEvents),
            bursts: bursts(evidence).filter(|_| method == Method::WebSocket),
            uploads: uploads(evidence, self.beside.misses_nothing)
                .filter(|_| method == Method::Polling),
            sizes,
            compressed: main
                .and_then(|main| compressed(evidence, &main.attempts))
                .filter(|_| method == Method::WebSocket),
            watched,
            http: HttpVersions {
                page: main.and_then(|main| {
                    let timed =
                        |attempt: &Attempt| attempt.resource_timing.as_ref()?.protocol.clone();
                    main.attempts.iter().find_map(timed)
                }),
                server: seen.first().map(|seen| seen.http_version.clone()),
            },
            unread: unread(evidence).filter(|_| method == Method::StreamingFetch),
            lanes,
        }
    }

    /// A method on a lane. An attempt that failed and was tried again decides together with its repetition.
    fn lane(&self, method: Method, lane: &str) -> LaneReport {
        let asks_each_time = matches!(method, Method::Polling | Method::LongPolling);
        let mut report = LaneReport {
            lane: lane.to_owned(),
            verdict: Verdict::Skipped,
            place: None,
            candidates: Vec::new(),
            timing: Timing::default(),
            attempts: Vec::new(),
        };
        let mut all_ended = true;
        let mut times = Vec::new();
        let (mut places, mut silent) = (Places::default(), Places::default());
        let mut silence_ends_it = false;
        for heard in self.beside.attempts {
            let trace = heard.trace;
            let judged = !trace.control && !stands_aside(&trace.probe);
            if trace.method != method || trace.lane != lane || !judged {
                continue;
            }
            let mut attempt = facts::attempt(
                self.beside.evidence,
                heard,
                self.rtt,
                self.beside.misses_nothing,
                self.beside.clocks,
            );
            self.beside.place(heard, &mut attempt);
            if !trace.decisive && never_began(self.beside.evidence, trace, &attempt) {
                // On a connection that the browser had kept, and that was dead: of the silence it tells nothing.
            } else if !trace.decisive {
                silent.add(&attempt);
                // Apps send something more often than that.
                let soon = attempt.ended_us <= budget::USUAL_BEAT.0;
                silence_ends_it |= attempt.verdict == Verdict::Failed && soon;
            } else {
                places.add(&attempt);
                all_ended &= trace.ended.is_some();
                report.verdict = report.verdict.with(attempt.verdict);
                let timing = &mut report.timing;
                // A long poll's answer waits for a tick: that wait is not its opening.
                let held = method == Method::LongPolling;
                let first_trip = heard.trips.first().map(RoundTrip::on_the_path);
                let opened = if held { first_trip } else { attempt.open_us };
                timing.open_us = timing.open_us.or(opened);
                timing.first_message_us = timing.first_message_us.or(attempt.first_message_us);
                for trip in heard.trips.iter().filter(|_| !trace.own) {
                    times.push(if held {
                        trip.on_the_path()
                    } else {
                        trip.whole()
                    });
                }
            }
            report.attempts.push(attempt);
        }
        if !all_ended {
            report.verdict = Verdict::Inconclusive;
        }
        // What only opened slowly breaks nowhere.
        let whole = report.verdict == Verdict::Passed
            || (report.verdict == Verdict::Warning && places.is_empty());
        if whole && silence_ends_it {
            report.verdict = Verdict::Warning;
            places = silent;
        }
        (report.place, report.candidates) = places.of(report.verdict);
        // The first poll opens the connection.
        let cold = usize::from(asks_each_time);
        report.timing.round_trip = Spread::of(times.get(cold..).unwrap_or_default());
        report
    }
}

/// The last word that can be said of a method's attempts on the main lane.
pub fn word(traces: &[Trace], method: Method) -> Option<Word> {
    let mut word = None;
    for trace in traces {
        if trace.method != method || trace.lane != "main" || !trace.decisive {
            continue;
        }
        let first_rung = |e: &Event| matches!(e, Event::Opened { .. } | Event::Head { .. });
        if matches!(trace.ended, Some(Ended::Failed | Ended::GaveUp)) {
            word = Some(Word::FailsSoFar);
        } else if trace.first(first_rung).is_some() {
            return Some(Word::Opens);
        }
    }
    word
}
