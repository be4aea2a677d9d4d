//! What around the attempts explains what was measured: by itself no fault of the network.

use super::facts::never_left;
use super::heard::Heard;
use super::held::BUSY;
use super::{Code, Finding, Place, Rival, Severity, Strength};
use crate::evidence::{Evidence, Notice};
use crate::wire::{Scheme, digits, joined};

/// Everything of that kind.
pub(super) fn around(evidence: &Evidence) -> Vec<Finding> {
    let mut all = Vec::new();
    for rule in [
        own_failure,
        device_suspend,
        background_throttle,
        slow_main_thread,
        http1_six_connection_limit,
        no_sticky_session,
    ] {
        all.extend(rule(evidence));
    }
    all
}

/// Pattern: a panic of ours, or an answer of a driver that cannot be. Meaning: nothing of this run is to be relied on.
/// Rival: none.
fn own_failure(evidence: &Evidence) -> Option<Finding> {
    let mut count = 0;
    for noticed in &evidence.surroundings.notices {
        count += u32::from(matches!(noticed.notice, Notice::OwnFailure { .. }));
    }
    (count > 0).then(|| Finding {
        severity: Severity::Blocking,
        seen: count,
        of: count,
        ..of_page(Code::OwnFailure)
    })
}

/// Pattern: the wall clock went on while the page's clock and timers did not. Meaning: the device slept. Rival: a clock that was set
/// meanwhile.
fn device_suspend(evidence: &Evidence) -> Option<Finding> {
    let mut notices = evidence.surroundings.notices.iter();
    let slept = notices.any(|noticed| matches!(noticed.notice, Notice::Slept { .. }));
    slept.then(|| Finding {
        strength: Strength::Likely,
        ..of_page(Code::DeviceSuspend)
    })
}

/// Pattern: the page was hidden for a while. Meaning: its timers may have been slowed. Rival: none, the browser says so.
fn background_throttle(evidence: &Evidence) -> Option<Finding> {
    (evidence.surroundings.hidden_us > 0).then(|| of_page(Code::BackgroundThrottle))
}

/// Pattern: the beats of the page's thread came late, in all by a third of the run. Meaning: what it measured is late by as much.
/// Rival: none.
fn slow_main_thread(evidence: &Evidence) -> Option<Finding> {
    let ends = evidence
        .traces
        .iter()
        .filter_map(|trace| trace.events.last());
    let until = ends.map(|last| last.at.0).max()?;
    let late = evidence.surroundings.late_us > until / BUSY;
    late.then(|| of_page(Code::SlowMainThread))
}

/// Pattern: nothing that goes by HTTP left, or was heard of, while WebSockets opened. Meaning: the page holds all six
/// connections that a browser has for a host over HTTP/1.1, likely where there can be no other version. Rivals: something in the
/// browser that keeps all of it back, a connection that all of it shares and that is dead.
fn http1_six_connection_limit(evidence: &Evidence) -> Option<Finding> {
    let mut because = Vec::new();
    for trace in evidence.traces.iter().filter(|trace| trace.decisive) {
        if trace.lane == "main" && never_left(evidence, trace) {
            because.push(joined(&["trace:", &digits(trace.id.into())]));
        }
    }
    let mut lanes = evidence.lanes.iter();
    let plain = lanes.any(|lane| lane.id == "main" && lane.scheme == Scheme::Http);
    let rival = Rival {
        code: Code::ExtensionBlock,
        separated_by: "private-window".to_owned(),
    };
    (!because.is_empty()).then(|| Finding {
        lane: Some("main".to_owned()),
        severity: Severity::Degraded,
        strength: match plain {
            true => Strength::Likely,
            false => Strength::Possible,
        },
        rivals: vec![rival],
        seen: because.len() as u32,
        of: because.len() as u32,
        because,
        ..of_page(Code::Http1SixConnectionLimit)
    })
}

/// Pattern: attempts were answered by one instance, then by another, then by the first again. Meaning: who spreads them does not keep
/// those of one page together. Rival: a restart, while connections to the old one last.
fn no_sticky_session(evidence: &Evidence) -> Option<Finding> {
    let (mut met, mut because): (Vec<String>, _) = (Vec::new(), Vec::new());
    let mut back = false;
    for trace in evidence.traces.iter().filter(|trace| trace.lane == "main") {
        let heard = Heard::of(trace);
        let Some((tick, _)) = heard.ticks.first() else {
            continue;
        };
        if met.last() != Some(&tick.instance) {
            back |= met.contains(&tick.instance);
            met.push(tick.instance.clone());
            because.push(joined(&["trace:", &digits(trace.id.into())]));
        }
    }
    back.then(|| Finding {
        place: Some(Place::Nowhere),
        strength: Strength::Likely,
        because,
        ..of_page(Code::NoStickySession)
    })
}

pub(super) fn of_page(code: Code) -> Finding {
    Finding {
        id: String::new(),
        code,
        method: None,
        lane: None,
        place: Some(Place::Page),
        strength: Strength::Proved,
        severity: Severity::Info,
        seen: 1,
        of: 1,
        because: vec!["surroundings".to_owned()],
        facts: Vec::new(),
        against: Vec::new(),
        rivals: Vec::new(),
        folded_under: None,
    }
}
