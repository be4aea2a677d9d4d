//! Causes before the server is found.

use super::Rule;
use super::fault::{Fault, when};
use crate::diagnosis::{Code, Place, Strength};
use crate::evidence::Ended;

pub(super) const RULES: &[(Code, Rule)] = &[
    (Code::CaptivePortal, captive_portal),
    (Code::DnsFailure, dns_failure),
];

/// Pattern: nothing works, and somebody without our mark answers whatever is asked. Meaning: a portal wants to be signed in
/// to. Rivals: the site's own proxy that reaches nothing behind it, a filter's page.
fn captive_portal(fault: &Fault<'_>) -> Option<Strength> {
    let by_others = |answer: Option<(u16, bool)>| answer.is_some_and(|(_, marked)| !marked);
    let answered = fault.attempt?.marked == Some(false)
        || by_others(fault.control_answer(true))
        || by_others(fault.control_answer(false));
    let there = fault.may_be_at(Place::AnsweredFor);
    when(
        there && fault.none_works() && answered && fault.evidence.ledger.is_none(),
        Strength::Possible,
    )
}

/// Pattern: nothing that went to a name arrived and all failed at once, while another name works. Meaning: this network does
/// not know the name, or leads it elsewhere. Rivals: somebody who refuses connections to its address.
fn dns_failure(fault: &Fault<'_>) -> Option<Strength> {
    let way = fault.way()?;
    let failed = fault.may_be_at(Place::WayOut) && fault.none_works() && fault.ended(Ended::Failed);
    if !failed || fault.forward_proxy() {
        return None;
    }
    let other_name = fault.works_elsewhere(|lane| lane.host != way.host);
    let same_name = fault.works_elsewhere(|lane| lane.host == way.host);
    match (same_name, other_name) {
        (true, _) => None,
        (false, true) if fault.is_at(Place::WayOut) => Some(Strength::Likely),
        (false, _) => Some(Strength::Possible),
    }
}
