//! Poll and long poll: asked → answered, by us, with what was asked for.

use super::case::Case;
use super::{Located, Place, absent};
use crate::evidence::Ended;
use crate::wire::Sighting;

pub(super) fn locate(case: &Case<'_>) -> Located {
    let seen = case.seen();
    match case.facts.ended {
        // Our own words, and we never said them: kept by somebody from an earlier answer.
        Ended::Complete if seen.is_none() && case.misses_nothing => case.at(Place::AnsweredFor),
        Ended::Complete => case.at(Place::Nowhere),
        _ if seen.is_none() && case.facts.marked != Some(true) => absent::locate(case),
        _ => unanswered(case, seen),
    }
}

/// The request arrived, or our mark came back, and the page has no answer as it should be.
pub(super) fn unanswered(case: &Case<'_>, seen: Option<&Sighting>) -> Located {
    let facts = case.facts;
    let answered = seen.and_then(|seen| seen.status);
    match (facts.marked, answered) {
        (Some(true), _) if facts.status == Some(200) && facts.refused.is_none() => {
            case.at(Place::AnswerAltered)
        }
        (Some(true), _) => case.at(Place::Server),
        (_, None) => case.at(Place::Cut),
        (Some(false), Some(_)) => case.at(Place::AnswerAltered),
        (None, Some(200))
            if facts.ended == Ended::GaveUp && seen.is_some_and(Case::was_cut_off) =>
        {
            case.at(Place::Cut)
        }
        (None, Some(200)) if facts.ended == Ended::GaveUp && !case.passes_otherwise() => {
            case.at(Place::Held)
        }
        (None, Some(200)) => unread(case),
        (None, Some(_)) => case.at(Place::Server),
    }
}

/// We answered, and the page got an error without a reason: the answer is withheld from it, or never came.
fn unread(case: &Case<'_>) -> Located {
    let controls = case.controls();
    let located = match controls.iter().any(|control| control.answer.is_some()) {
        // Answers of this kind can be read here.
        _ if case.passes_otherwise() => case.at(Place::Cut),
        true => case.at(Place::AnswerAltered),
        false if controls.is_empty() => case.between([Place::AnswerAltered, Place::Cut]),
        false => case.at(Place::Cut),
    };
    Located {
        because: case.because(&controls, &[]),
        ..located
    }
}
