//! Server-sent events and streaming fetch: asked → head → ticks in step → end.

use super::case::Case;
use super::head::named;
use super::{Located, Place, absent, exchange};
use crate::evidence::{Ended, Event};
use crate::plan::RESUMED;
use crate::wire::{End, Sighting};

pub(super) fn locate(case: &Case<'_>) -> Located {
    let ours = |e: &Event| {
        matches!(
            e,
            Event::Opened { .. }
                | Event::Head {
                    status: 200,
                    marked: true,
                    ..
                }
        )
    };
    match (case.trace.first(ours).is_some(), case.seen()) {
        (true, seen) => opened(case, seen),
        (false, None) if case.facts.marked != Some(true) => absent::locate(case),
        (false, seen) => exchange::unanswered(case, seen),
    }
}

fn opened(case: &Case<'_>, seen: Option<&Sighting>) -> Located {
    let Some(seen) = seen else {
        return if case.misses_nothing {
            case.at(Place::AnsweredFor)
        } else {
            by_the_page_alone(case)
        };
    };
    match case.facts.ended {
        Ended::Complete | Ended::GaveUp if case.heard_strange_words() => {
            case.at(Place::AnswerAltered)
        }
        Ended::Complete => case.at(Place::Nowhere),
        _ if seen.end == Some(End::OurLimit) => Located::default(),
        // It was asked for again, and did not go on behind what it had brought.
        Ended::Failed if case.trace.probe == RESUMED && case.arrivals() > 1 => {
            match named(seen, "last-event-id") {
                true => case.at(Place::Server),
                false => case.at(Place::RequestAltered),
            }
        }
        Ended::Failed => case.at(Place::Cut),
        Ended::GaveUp if case.passes_otherwise() => case.at(Place::Cut),
        Ended::GaveUp if Case::was_cut_off(seen) => case.at(Place::Cut),
        // Where the kernel does not tell, some that came in step are followed by silence in both.
        Ended::GaveUp if seen.tcp.is_none() && case.facts.ticks > 0 => {
            case.between([Place::Held, Place::Cut])
        }
        // Written, and still on its way when we gave up.
        Ended::GaveUp if seen.ticks_out > case.facts.ticks => case.at(Place::Held),
        Ended::GaveUp => case.at(Place::Server),
        Ended::Stopped => Located::default(),
    }
}

fn by_the_page_alone(case: &Case<'_>) -> Located {
    match case.facts.ended {
        Ended::Complete => case.at(Place::Nowhere),
        Ended::Failed => case.at(Place::Cut),
        Ended::GaveUp if case.passes_otherwise() => case.at(Place::Cut),
        Ended::GaveUp => case.between([Place::Held, Place::Cut]),
        Ended::Stopped => Located::default(),
    }
}
