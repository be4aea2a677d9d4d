//! Verdicts, figures and a need → the methods to use, and how to set up a client.
//!
//! Only what was measured here is advised. What is fit for the need stands in a fixed order of preference, from which what
//! did not pass is left out: so the same need gives the same advice everywhere but for what a network forbids.

mod need;
mod settings;

pub use need::{Audience, Need, Often, Servers};
pub use settings::{Delay, Setting};

use serde::{Deserialize, Serialize};

use crate::diagnosis::facts::Attempt;
use crate::diagnosis::{Finding, MethodReport, Place, Severity, Verdict, concerns};
use crate::method::Method;
use crate::plan::keeps_silent;
use Method::{LongPolling, Polling, ServerSentEvents, StreamingFetch, WebSocket};

/// What to use here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Advice {
    /// What the app needs.
    pub need: Need,
    /// Nobody said what the app needs: the usual is assumed.
    pub assumed: bool,
    /// Methods that work here as they should, best first; none: `reasons` says why.
    pub order: Vec<Method>,
    /// Why in that order, and what it costs.
    pub reasons: Vec<Reason>,
    /// Ids of the findings of what would have been better and does not work.
    pub because: Vec<String>,
    /// How late messages come by the first of `order`; null: not known.
    pub delay: Option<Delay>,
    /// Client settings by name, in the unit of the name.
    pub settings: Vec<Setting>,
}

/// Why an advice is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No method works here.
    NonePassed,
    /// Not one method was measured to its end.
    NotMeasured,
    /// The page sends often.
    FrequentUplink,
    /// The server sends often.
    FrequentDownlink,
    /// Messages may come seconds late: requests that end at once are the simplest.
    LagAllowed,
    /// Each request may reach another server.
    ManyServers,
    /// Messages may not come late. Begin with polls: only the server has to change for long ones.
    LagNotAllowed,
    /// It has to work in the networks of companies: what looks like any request goes first.
    Enterprise,
    /// WebSocket alone works here, and elsewhere may not: it has no fallback.
    NoFallback,
    /// A library that falls back by itself serves both ends.
    JavascriptBothEnds,
    /// What works here does not work as it should.
    Flawed,
    /// What suits the need best does not work here: this is what comes next.
    NextBest,
    /// The first of them is later than is needed.
    TooLate,
}

/// Messages that may come that late need no connection that waits for them, ms.
const LAG: u32 = 5_000;

/// The order of preference for a need, and why.
const fn preference(need: &Need) -> (Reason, [Method; 5]) {
    match need {
        Need {
            audience: Audience::Enterprise,
            uplink: Often::Frequent,
            ..
        } => (
            Reason::Enterprise,
            [
                LongPolling,
                Polling,
                WebSocket,
                ServerSentEvents,
                StreamingFetch,
            ],
        ),
        Need {
            audience: Audience::Enterprise,
            latency_ms: LAG..,
            ..
        } => (
            Reason::Enterprise,
            [
                Polling,
                LongPolling,
                ServerSentEvents,
                StreamingFetch,
                WebSocket,
            ],
        ),
        Need {
            audience: Audience::Enterprise,
            ..
        } => (
            Reason::Enterprise,
            [
                LongPolling,
                Polling,
                ServerSentEvents,
                StreamingFetch,
                WebSocket,
            ],
        ),
        Need {
            uplink: Often::Frequent,
            ..
        } => (
            Reason::FrequentUplink,
            [
                WebSocket,
                ServerSentEvents,
                StreamingFetch,
                LongPolling,
                Polling,
            ],
        ),
        Need {
            downlink: Often::Frequent,
            ..
        } => (
            Reason::FrequentDownlink,
            [
                ServerSentEvents,
                StreamingFetch,
                WebSocket,
                LongPolling,
                Polling,
            ],
        ),
        Need {
            latency_ms: LAG.., ..
        } => (
            Reason::LagAllowed,
            [
                Polling,
                LongPolling,
                ServerSentEvents,
                StreamingFetch,
                WebSocket,
            ],
        ),
        Need {
            servers: Servers::Many,
            ..
        } => (
            Reason::ManyServers,
            [
                Polling,
                LongPolling,
                ServerSentEvents,
                StreamingFetch,
                WebSocket,
            ],
        ),
        _ => (
            Reason::LagNotAllowed,
            [
                LongPolling,
                ServerSentEvents,
                StreamingFetch,
                WebSocket,
                Polling,
            ],
        ),
    }
}

/// How far a method can be used here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// As it should be; also where only silence ends its connections, and a beat keeps them.
    Good,
    /// As it should be, and later than is needed.
    Late,
    /// It works with a flaw, does not work, or was not measured.
    No,
}

impl Fit {
    fn of(method: &MethodReport, need: &Need, findings: &[Finding]) -> Self {
        let needed = u64::from(need.latency_ms) * 1_000;
        let late = settings::delay(need, method).is_some_and(|delay| delay.typical_us > needed);
        let cured = settings::beat_ms(method, findings).is_some() && is_whole(method);
        match method.verdict {
            Verdict::Failed | Verdict::Skipped | Verdict::Inconclusive => Self::No,
            Verdict::Warning if method.place != Some(Place::Cut) || !cured => Self::No,
            Verdict::Passed | Verdict::Warning if late => Self::Late,
            Verdict::Passed | Verdict::Warning => Self::Good,
        }
    }
}

/// But for silences nothing went wrong with it.
fn is_whole(method: &MethodReport) -> bool {
    let delivery = method.delivery.as_ref();
    let all_came = delivery.is_none_or(|d| d.missing + d.duplicated + d.reordered == 0);
    let watched = method.watched.as_ref();
    let main = method.lanes.iter().filter(|lane| lane.lane == "main");
    let mut attempts = main.flat_map(|lane| &lane.attempts);
    let silent = |one: &Attempt| one.verdict == Verdict::Passed || keeps_silent(&one.probe);
    all_came && watched.is_none_or(|watched| watched.cuts == 0) && attempts.all(silent)
}

/// What to use, by what was measured. `need`: what the embedder said; none: the usual is assumed.
pub fn advice(methods: &[MethodReport], findings: &[Finding], need: Option<Need>) -> Advice {
    let assumed = need.is_none();
    let need = need.unwrap_or(Need::USUAL);
    let (reason, preferred) = preference(&need);
    let report = |method: Method| methods.iter().find(|one| one.method == method);
    let mut order = Vec::new();
    for fit in [Fit::Good, Fit::Late] {
        for method in preferred {
            if report(method).is_some_and(|one| Fit::of(one, &need, findings) == fit) {
                order.push(method);
            }
        }
    }
    let mut reasons = Vec::new();
    let mut delay = None;
    match order.first().and_then(|first| report(*first)) {
        Some(first) => {
            // What is said of the best is not true of the next.
            let best = reason == Reason::Enterprise || Some(&first.method) == preferred.first();
            reasons.push(if best { reason } else { Reason::NextBest });
            delay = settings::delay(&need, first);
            if need.servers == Servers::Many && !reasons.contains(&Reason::ManyServers) {
                reasons.push(Reason::ManyServers);
            }
            if reason == Reason::Enterprise && order == [WebSocket] {
                reasons.push(Reason::NoFallback);
            }
            let falls_back = order.contains(&WebSocket) || order.contains(&LongPolling);
            if need.javascript_both_ends && falls_back {
                reasons.push(Reason::JavascriptBothEnds);
            }
            if Fit::of(first, &need, findings) == Fit::Late {
                reasons.push(Reason::TooLate);
            }
        }
        None => {
            let any = |verdict| methods.iter().any(|one| one.verdict == verdict);
            reasons.push(match (any(Verdict::Warning), any(Verdict::Failed)) {
                (true, _) => Reason::Flawed,
                (false, true) => Reason::NonePassed,
                (false, false) => Reason::NotMeasured,
            });
        }
    }
    Advice {
        need,
        assumed,
        because: because(&preferred, &order, methods, findings),
        delay,
        settings: settings::settings(&need, &order, methods, findings),
        order,
        reasons,
    }
}

/// The findings about what is preferred to the first that works, or about all where nothing does.
fn because(
    preferred: &[Method],
    order: &[Method],
    methods: &[MethodReport],
    findings: &[Finding],
) -> Vec<String> {
    let better = preferred
        .iter()
        .take_while(|method| order.first() != Some(method));
    let better: Vec<_> = better
        .filter_map(|method| methods.iter().find(|one| one.method == *method))
        .collect();
    let mut ids = Vec::new();
    for finding in findings {
        let matters = finding.severity != Severity::Info && finding.folded_under.is_none();
        if matters && better.iter().any(|method| concerns(finding, method)) {
            ids.push(finding.id.clone());
        }
    }
    ids
}
