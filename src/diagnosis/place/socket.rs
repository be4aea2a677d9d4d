//! WebSocket: constructed → open → echoes → the server's close code and reason.

use super::case::Case;
use super::head::{self, upgrade_is_altered};
use super::{Located, Place, absent};
use crate::diagnosis::CloseClass;
use crate::diagnosis::compressed::agreed;
use crate::evidence::{Ended, EngineFamily, Event, Trace};
use crate::plan::{DEFLATED, asks_for_subprotocol};
use crate::wire::{CLOSE_CODE, CLOSE_REASON, End, PADDING, SUBPROTOCOL, Sighting};

pub(super) fn locate(case: &Case<'_>) -> Located {
    let opened = case.facts.open_us.is_some();
    match (opened, case.seen()) {
        (false, Some(seen)) => unopened(case, seen),
        (false, None) => absent::locate(case),
        (true, Some(seen)) => opened_and_seen(case, seen),
        (true, None) => opened_unseen(case),
    }
}

/// Rows T6 to T8 of the truth table: the request arrived, and the page never had its `open`.
fn unopened(case: &Case<'_>, seen: &Sighting) -> Located {
    match seen.status {
        Some(101)
            if asks_for_subprotocol(&case.trace.probe)
                && head::value(seen, "sec-websocket-protocol") != Some(SUBPROTOCOL) =>
        {
            case.at(Place::RequestAltered)
        }
        Some(101) if case.facts.ended == Ended::GaveUp && Case::was_cut_off(seen) => {
            case.at(Place::Cut)
        }
        Some(101) => case.at(Place::AnswerAltered),
        Some(200) if seen.method == "CONNECT" => case.at(Place::AnswerAltered),
        Some(_) if upgrade_is_altered(seen) => case.at(Place::RequestAltered),
        Some(_) => case.at(Place::Server),
        None => case.at(Place::Cut),
    }
}

/// The page's half alone, or somebody else accepted.
fn opened_unseen(case: &Case<'_>) -> Located {
    if case.misses_nothing {
        // A word of ours came from an instance that contributed; without one it may have opened at another.
        let ours = |e: &Event| matches!(e, Event::Message { line, .. } if !line.is_empty());
        return match case.trace.first(ours) {
            Some(_) => case.at(Place::AnsweredFor),
            None => case.between([Place::AnsweredFor, Place::FramesBack]),
        };
    }
    match case.facts.ended {
        Ended::Complete if is_ours(case) => case.at(Place::Nowhere),
        // It worked, and no end of ours says that it ended it.
        Ended::Failed if case.facts.close_class == Some(CloseClass::AbnormalAfterOpen) => {
            case.at(Place::Cut)
        }
        Ended::GaveUp if case.passes_otherwise() => case.at(Place::Cut),
        Ended::GaveUp => case.between([Place::FramesOut, Place::FramesBack]),
        Ended::Complete | Ended::Failed | Ended::Stopped => Located::default(),
    }
}

/// Rows T9 to T17: it opened at both ends.
fn opened_and_seen(case: &Case<'_>, seen: &Sighting) -> Located {
    let (came, sent) = case.trace.messages();
    let strange = case.heard_strange_words();
    if asks_for_subprotocol(&case.trace.probe)
        && case.facts.ended == Ended::Failed
        && selected(case) != Some(SUBPROTOCOL)
    {
        // It was asked for, and what arrived asked for it as well: we selected it.
        return match head::value(seen, "sec-websocket-protocol") {
            Some(SUBPROTOCOL) => case.at(Place::AnswerAltered),
            _ => case.at(Place::RequestAltered),
        };
    }
    if case.trace.probe == DEFLATED
        && case.facts.ended == Ended::Failed
        && agreed(case.trace) == Some(false)
        && head::value(seen, "sec-websocket-extensions")
            .is_some_and(|offers| offers.starts_with("permessage-deflate"))
    {
        // What arrived offered it: we took it, and compressed.
        return case.at(Place::AnswerAltered);
    }
    if seen.strange_in > 0 || seen.malformed_in > 0 {
        return case.at(Place::FramesOut);
    }
    if strange {
        return case.at(Place::FramesBack);
    }
    match case.facts.ended {
        // It opened all the same, as it would not with any stricter server.
        Ended::Complete if upgrade_is_altered(seen) => case.at(Place::RequestAltered),
        Ended::Complete if is_ours(case) => case.at(Place::Nowhere),
        Ended::Complete if seen.end == Some(End::Complete) => case.at(Place::Close),
        Ended::Complete => case.between([Place::Close, Place::Cut]),
        Ended::Failed => failed(case, seen),
        Ended::GaveUp => match (sent > seen.frames_in, seen.frames_out > came) {
            (true, true) => case.at(Place::Cut),
            // Frames pass there, on other connections: this one is dead, and neither end was told.
            (true, _) | (_, true) if case.passes_otherwise() => case.at(Place::Cut),
            (true, false) => case.at(Place::FramesOut),
            // Not for its size: nothing larger than a packet was on its way.
            (false, true) if Case::was_cut_off(seen) && !asked_for_a_large_echo(case.trace) => {
                case.at(Place::Cut)
            }
            (false, true) => case.at(Place::FramesBack),
            // All came that was sent: of the close handshake our half is missing.
            (false, false) if case.facts.close_class == Some(CloseClass::NeverClosed) => {
                case.at(Place::FramesBack)
            }
            (false, false) => case.at(Place::Server),
        },
        Ended::Stopped => Located::default(),
    }
}

/// It ended before all had come.
fn failed(case: &Case<'_>, seen: &Sighting) -> Located {
    let clean = case
        .facts
        .close
        .as_ref()
        .is_some_and(|close| close.was_clean);
    if seen.end == Some(End::OurLimit) {
        return Located::default();
    }
    if clean {
        // A close frame that we never sent.
        return case.at(Place::Cut);
    }
    if seen.close.is_some() {
        // The browser ended it, and the page did not ask it to: something came that broke the protocol.
        return case.at(Place::FramesBack);
    }
    let errored = case
        .trace
        .first(|e| matches!(e, Event::Errored { .. }))
        .is_some();
    let engine = case.evidence.surroundings.engine.as_ref();
    match engine.map(|engine| engine.family).filter(|_| errored) {
        // Chromium has no `error` where a connection only ends.
        Some(EngineFamily::Chromium) => case.at(Place::FramesBack),
        // Firefox has one after a reset as well, but a reset does not part politely from us; and what broke the protocol
        // was made of something that we sent.
        Some(EngineFamily::Gecko) if seen.end == Some(End::PeerLeft) && seen.frames_out > 0 => {
            case.at(Place::FramesBack)
        }
        _ => case.at(Place::Cut),
    }
}

/// The last that the page sent was the padded echo: what answers it is larger than a packet.
pub(in crate::diagnosis) fn asked_for_a_large_echo(trace: &Trace) -> bool {
    let sent = trace
        .events
        .iter()
        .rev()
        .find_map(|stamped| match &stamped.event {
            Event::Sent { line } => Some(line),
            _ => None,
        });
    sent.is_some_and(|line| line.ends_with(PADDING))
}

/// The subprotocol that the page was told of; `None`: it never opened.
fn selected<'a>(case: &Case<'a>) -> Option<&'a str> {
    case.trace
        .events
        .iter()
        .find_map(|stamped| match &stamped.event {
            Event::Opened { protocol, .. } => Some(protocol.as_str()),
            _ => None,
        })
}

/// The close code and reason are what the server sends.
fn is_ours(case: &Case<'_>) -> bool {
    let close = case.facts.close.as_ref();
    close.is_none_or(|close| close.code == CLOSE_CODE && close.reason == CLOSE_REASON)
}
