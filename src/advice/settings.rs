//! Numbers for clients, from what was measured.

use serde::{Deserialize, Serialize};

use super::Need;
use crate::diagnosis::facts::Attempt;
use crate::diagnosis::{Code, Finding, MethodReport, Place, Strength, Verdict, concerns};
use crate::method::Method;
use crate::plan::{budget, keeps_silent};

/// A client setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// `heartbeatMs`, `holdMs`, `pollMs`, `connectMs`.
    pub name: String,
    /// Its value, in the unit of the name.
    pub value: u64,
}

/// How late messages come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delay {
    /// Half of them come sooner, µs. Of polls: the mean at the advised interval.
    pub typical_us: u64,
    /// The worst that was seen, µs. Of polls: that of the advised interval.
    pub worst_us: u64,
}

/// Polls that are closer together cost more than they bring, ms.
const CLOSEST_POLLS: u64 = 1_000;
/// Polls that are further apart are no push, ms.
const FURTHEST_POLLS: u64 = 60_000;
/// More often helps nobody, ms.
const LEAST_BEAT: u64 = 250;
/// Handshakes that are given up sooner would have opened, ms.
const SOONEST: u64 = 2_000;

/// How often to poll, ms, so that with the way there and back a message is not later than is needed.
fn poll_ms(need: &Need, method: &MethodReport) -> u64 {
    let wanted = u64::from(need.latency_ms);
    let interval = wanted.saturating_sub(round_trip(method).div_ceil(1_000));
    interval.clamp(CLOSEST_POLLS, FURTHEST_POLLS)
}

/// The median round trip on the main lane, µs; 0: not measured.
fn round_trip(method: &MethodReport) -> u64 {
    let main = method.lanes.iter().find(|lane| lane.lane == "main");
    let trip = main.and_then(|lane| lane.timing.round_trip);
    trip.map_or(0, |trip| trip.median_us)
}

/// How often to send something so that connections of that method are kept, ms; `None`: silence does not end them as far as was
/// tried, or no beat is known to keep them.
pub(super) fn beat_ms(method: &MethodReport, findings: &[Finding]) -> Option<u64> {
    if let Some(cut) = &method.idle_cut {
        return cut.beat_ms;
    }
    // One silence by itself is no rule, unless what was not silent lived longer.
    let proved = |one: &Finding| {
        one.code == Code::IdleTimeout && one.strength == Strength::Proved && concerns(one, method)
    };
    let died = shortest_ms(method).filter(|_| findings.iter().any(proved))?;
    // One may get lost.
    Some((died / 3).max(LEAST_BEAT))
}

/// The shortest time after which one of its silent connections on the main lane was cut, ms.
fn shortest_ms(method: &MethodReport) -> Option<u64> {
    let main = method.lanes.iter().find(|lane| lane.lane == "main")?;
    let cut = |one: &&Attempt| {
        one.place == Some(Place::Cut) && one.verdict != Verdict::Passed && keeps_silent(&one.probe)
    };
    let lived = |one: &Attempt| one.ended_us.saturating_sub(one.open_us.unwrap_or(0)) / 1_000;
    main.attempts.iter().filter(cut).map(lived).min()
}

/// The shortest silence that one of its connections did not outlive, ms.
fn died_ms(method: &MethodReport) -> Option<u64> {
    let cut = method.idle_cut.as_ref().map(|cut| cut.died_ms);
    cut.or_else(|| shortest_ms(method))
}

/// How late messages come by that method.
pub(super) fn delay(need: &Need, method: &MethodReport) -> Option<Delay> {
    if method.method == Method::Polling {
        let every = poll_ms(need, method) * 1_000;
        let trip = round_trip(method);
        return Some(Delay {
            typical_us: every / 2 + trip,
            worst_us: every + trip,
        });
    }
    let delivery = method.delivery.as_ref()?;
    Some(Delay {
        typical_us: delivery.median_us,
        worst_us: delivery.worst_us,
    })
}

/// The settings of a client that may use the methods of `order`.
pub(super) fn settings(
    need: &Need,
    order: &[Method],
    methods: &[MethodReport],
    findings: &[Finding],
) -> Vec<Setting> {
    let usual = budget::USUAL_BEAT.ms_up();
    let (mut beat, mut hold, mut connect) = (usual, usual, SOONEST);
    let mut poll = None;
    for method in methods.iter().filter(|one| order.contains(&one.method)) {
        if method.method == Method::Polling {
            poll = Some(poll_ms(need, method));
            continue;
        }
        // A poll that is held has no beat of its own: it is not held for longer.
        let holds = method.method == Method::LongPolling;
        let tested = method.idle_tested_ms.unwrap_or(0);
        for other in methods {
            // What ends others on that lane may end it as well, unless it outlived as much.
            let own = other.method == method.method;
            let matters = own || died_ms(other).is_some_and(|died| died > tested);
            match beat_ms(other, findings).filter(|_| matters) {
                Some(kept) if holds && !own => hold = hold.min(kept),
                Some(kept) if !holds && other.method != Method::LongPolling => {
                    beat = beat.min(kept)
                }
                _ => {}
            }
        }
        if let (true, Some(cut)) = (holds, &method.idle_cut) {
            // Well within what one outlived; of what was not outlived, half.
            let lived = cut.lived_ms.max(cut.died_ms / 2);
            hold = hold.min(lived / 5 * 4).max(LEAST_BEAT);
        }
        let main = method.lanes.iter().find(|lane| lane.lane == "main");
        if let Some(open) = main.and_then(|lane| lane.timing.open_us) {
            connect = connect.max(SOONEST + 4 * open / 1_000);
        }
    }
    let mut settings = Vec::new();
    let mut set = |name: &str, value: u64| {
        settings.push(Setting {
            name: name.to_owned(),
            value,
        });
    };
    let holds = order.contains(&Method::LongPolling);
    if holds {
        // Libraries know one number for both: a poll that is held is answered by the next beat.
        beat = beat.min(hold);
    }
    if order.iter().any(|method| *method != Method::Polling) {
        set("heartbeatMs", beat);
        set("connectMs", connect.min(budget::OPEN.ms_up()));
    }
    if holds {
        set("holdMs", hold);
    }
    if let Some(poll) = poll {
        set("pollMs", poll);
    }
    settings
}
