//! The server saw no arrival of an attempt, and the page no answer of ours.

use super::case::{Case, Control};
use super::head::came_by_a_proxy;
use super::{Located, Place};
use crate::diagnosis::facts::never_left;
use crate::diagnosis::heard::smallest_rtt;
use crate::evidence::{Ended, EngineFamily, Event};
use crate::time::Micros;
use crate::wire::{End, Reached, SeenConnection, TcpVantage, Vantage};

pub(super) fn locate(case: &Case<'_>) -> Located {
    // Firefox tells pages that TLS failed; whether it was with us only the server knows.
    let close = case.facts.close.as_ref();
    if close.is_some_and(|close| close.code == 1015) {
        let connections = case.connections();
        return match case.misses_nothing && connections.is_empty() {
            true => case.between([Place::Secure, Place::WayOut]),
            false => located(case, Place::Secure, &[], &connections),
        };
    }
    let controls = case.controls();
    let answered_by_others = |control: &&Control<'_>| {
        control.seen.is_none() && control.answer.is_some_and(|(_, marked)| !marked)
    };
    // Whatever answered a word in the wrong language, somebody of ours heard one.
    let connections = case.connections();
    let wrong =
        |c: &&SeenConnection| matches!(c.reached, Reached::TlsToPlain | Reached::PlainToTls);
    let wrong: Vec<_> = connections.iter().copied().filter(wrong).collect();
    if case.misses_nothing && !wrong.is_empty() {
        return located(case, Place::Secure, &[], &wrong);
    }
    if case.facts.marked == Some(false) || controls.iter().any(|c| answered_by_others(&c)) {
        return if case.misses_nothing {
            located(case, Place::AnsweredFor, &controls, &[])
        } else {
            // Had it arrived, it would have been cut before our answer.
            case.between([Place::AnsweredFor, Place::Cut])
        };
    }
    if case.evidence.ledger.is_none() && case.passed_before() {
        // It worked, and now not even the ledger can be read.
        return case.at(Place::Cut);
    }
    if !case.misses_nothing {
        return case.between([Place::WayOut, Place::AnsweredFor]);
    }
    let broken: Vec<_> = connections.into_iter().filter(|c| broke_early(c)).collect();
    if !broken.is_empty() {
        return located(case, Place::Secure, &[], &broken);
    }
    if never_left(case.evidence, case.trace) {
        return case.between([Place::Page, Place::WayOut]);
    }
    let reached = |control: &Control<'_>| control.seen.is_some();
    let by_proxy = |control: &Control<'_>| {
        control
            .seen
            .is_some_and(|seen| !seen.tls && came_by_a_proxy(seen))
    };
    let about = case.evidence.about.as_ref();
    let direct = about.is_some_and(|about| about.vantage.tcp == TcpVantage::Client);
    if controls.iter().any(by_proxy) && direct {
        // Plain requests pass a proxy; a tunnel through it was never made (RFC 9110 § 9.3.6).
        return located(case, Place::WayOut, &controls, &[]);
    }
    let read_was_not = |control: &Control<'_>| {
        let failed = control.trace.ended == Some(Ended::Failed);
        control.seen.is_none() && failed && !control.opaque()
    };
    if controls.iter().any(reached) && controls.iter().any(read_was_not) {
        // The same request but for its Origin arrived: whoever kept this one reads requests, and answers them.
        return located(case, Place::AnsweredFor, &controls, &[]);
    }
    if controls.iter().any(reached)
        && (failed_before_any_answer(case) || was_dropped_for_http2(case))
    {
        // Sooner than the server could have said a word: whoever refused sits in the browser, or near it.
        return Located {
            because: case.because(&controls, &[]),
            ..case.between([Place::Page, Place::WayOut])
        };
    }
    if controls.iter().any(reached) {
        // What stands there lets plain requests through, and keeps or answers this one.
        return Located {
            because: case.because(&controls, &[]),
            ..case.between([Place::WayOut, Place::AnsweredFor])
        };
    }
    let vantage = about.map(|about| &about.vantage);
    // To what was waited for in vain nobody answered; of a failure only controls tell whether somebody did.
    let unanswered = case.facts.ended == Ended::GaveUp || !controls.is_empty();
    let ledger = case.evidence.ledger.iter();
    let mut instances = ledger.flat_map(|ledger| &ledger.instances);
    // Without a clock none of its connections can be matched.
    let clocked = |id: &str| case.clocks.iter().any(|clock| clock.instance == id);
    let mut connections = case
        .evidence
        .ledger
        .iter()
        .flat_map(|ledger| &ledger.connections);
    let all_told = instances.all(|instance| instance.connections_lost == 0)
        && connections.all(|connection| clocked(&connection.instance));
    if vantage.is_some_and(|vantage| sees_visitors(case, vantage)) && unanswered && all_told {
        located(case, Place::WayOut, &controls, &[])
    } else {
        case.between([Place::WayOut, Place::Secure])
    }
}

/// Connections reach our server from the visitor's network, as far as it knows. What shows itself undeclared is a front
/// of the operator's own unless it says `Via`, as forward proxies do.
fn sees_visitors(case: &Case<'_>, vantage: &Vantage) -> bool {
    let ledger = case.evidence.ledger.iter();
    let mut seen = ledger.flat_map(|ledger| &ledger.sightings);
    vantage.tcp == TcpVantage::Client && (!vantage.undeclared_front || seen.any(came_by_a_proxy))
}

/// Firefox lets go of a socket that it is opening when it learns that the host speaks HTTP/2, behind proxies that do not
/// take its extended CONNECT (RFC 8441); the next one passes.
fn was_dropped_for_http2(case: &Case<'_>) -> bool {
    let engine = case.evidence.surroundings.engine.as_ref();
    let by_http2 = |e: &Event| matches!(e, Event::Timed { timing } if timing.protocol.as_deref() == Some("h2"));
    let mut traces = case.evidence.traces.iter();
    engine.is_some_and(|engine| engine.family == EngineFamily::Gecko)
        && case.passes_otherwise()
        && traces.any(|trace| trace.lane == case.trace.lane && trace.first(by_http2).is_some())
}

/// One of the attempts failed sooner than one round trip to our server takes: the others may only have been told late.
fn failed_before_any_answer(case: &Case<'_>) -> bool {
    let step = Micros(case.evidence.surroundings.clock_step_us);
    let soonest = case.evidence.traces.iter().filter_map(|trace| {
        let failed = |e: &Event| matches!(e, Event::Errored { .. } | Event::Failed { .. });
        let alike = trace.method == case.trace.method
            && trace.lane == case.trace.lane
            && trace.ended == Some(Ended::Failed)
            && trace.decisive;
        let at = trace.first(failed).filter(|_| alike)?;
        Some(at.since(trace.started_at))
    });
    let failed = soonest.min().map(|soonest| soonest.plus(step));
    failed
        .zip(smallest_rtt(&case.evidence.traces))
        .is_some_and(|(failed, rtt)| failed < rtt)
}

/// It was no connection that a browser opens in advance and keeps: something went wrong on it.
fn broke_early(connection: &SeenConnection) -> bool {
    match connection.reached {
        Reached::Hello | Reached::TlsToPlain | Reached::PlainToTls | Reached::Bytes => true,
        // What a browser secures in advance it keeps: that this one ended with the attempt says that it was its own.
        Reached::Secured => true,
        Reached::Accepted => matches!(connection.end, Some(End::Reset | End::Broken)),
    }
}

fn located(
    case: &Case<'_>,
    place: Place,
    controls: &[Control<'_>],
    connections: &[&SeenConnection],
) -> Located {
    Located {
        because: case.because(controls, connections),
        ..case.at(place)
    }
}
