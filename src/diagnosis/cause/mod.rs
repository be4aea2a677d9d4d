//! Facts → causes: why a method breaks where it does.
//!
//! A rule is a function named as the claim that it makes, over the facts of one fault: it says how strongly it claims it, or
//! nothing. The strongest claim is the finding, the others are its rivals, with those that look alike. That is all: no
//! weights are added up. The place, which both halves of the evidence prove, has already excluded most causes; of the rest
//! a rule can say what must be seen for it, and the lab how often it is then right. A sum of weights would have to be learned
//! from that same lab, and would call likely what nobody has looked at. What no rule knows has no finding: the place stands
//! alone.
//!
//! Strengths are promises. `proved`: nothing else that is known to stand between a page and a server looks like this.
//! `likely`: others would have to do something unusual. `possible`: first among equals. Nobody is named by behaviour alone.

mod fault;
mod holding;
mod lifetime;
mod local;
mod logged;
mod name;
mod origin;
mod proxy;
mod rivals;
mod tls;
mod transport;

use super::{Code, Finding, MethodReport, Severity, Strength, Verdict};
use crate::evidence::Evidence;
use fault::Fault;

/// A rule: how strongly it claims its cause of a fault; `None`: it does not.
type Rule = fn(&Fault<'_>) -> Option<Strength>;

/// All rules, in the order of the ladder: of two that claim as strongly the first is named.
const RULES: [&[(Code, Rule)]; 8] = [
    local::RULES,
    name::RULES,
    tls::RULES,
    transport::RULES,
    proxy::RULES,
    origin::RULES,
    holding::RULES,
    lifetime::RULES,
];

/// More rivals help nobody.
const MOST_RIVALS: usize = 3;

/// More evidence of one finding is not named.
const MOST_BECAUSE: usize = 30;

/// What breaks, and why. `inspected`: how surely somebody opens TLS.
pub(super) fn causes(
    evidence: &Evidence,
    methods: &[MethodReport],
    inspected: Option<Strength>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for fault in Fault::all(evidence, methods, inspected) {
        let Some(finding) = finding(&fault) else {
            continue;
        };
        // One fault of a lane shows in each of its methods.
        let alike = |other: &&mut Finding| other.code == finding.code && other.lane == finding.lane;
        match findings.iter_mut().find(alike) {
            Some(other) => join(other, finding),
            None => findings.push(finding),
        }
    }
    findings
}

/// The strongest claim about a fault.
fn finding(fault: &Fault<'_>) -> Option<Finding> {
    let mut claims: Vec<(Code, Strength)> = Vec::new();
    // What the browser itself said goes before what is concluded.
    let logged = logged::logged(fault);
    let mut best = logged.as_ref().map(|logged| (logged.code, logged.strength));
    claims.extend(best);
    let alone = logged.filter(|logged| logged.excludes_others);
    // Of what works only its life is judged.
    let works = fault.verdict == Verdict::Passed;
    for (code, rule) in RULES.into_iter().flatten() {
        if works && !lifetime::RULES.iter().any(|(own, _)| own == code) {
            continue;
        }
        if alone.as_ref().is_some_and(|alone| alone.code != *code) {
            continue;
        }
        if let Some(strength) = rule(fault) {
            claims.push((*code, strength));
            if best.is_none_or(|(_, other)| strength > other) {
                best = Some((*code, strength));
            }
        }
    }
    let (code, strength) = best?;
    let mut rivals = Vec::new();
    if strength != Strength::Proved {
        let claimed = claims.iter().map(|(code, _)| *code);
        rivals::among((code, strength), claimed, fault, &mut rivals);
        rivals.truncate(MOST_RIVALS);
    }
    let (seen, of) = fault.counts();
    Some(Finding {
        id: String::new(),
        code,
        method: Some(fault.method.method),
        lane: Some(fault.lane.to_owned()),
        place: fault.place,
        strength,
        severity: match (fault.lane, fault.verdict) {
            ("main", Verdict::Failed) => Severity::Blocking,
            ("main", Verdict::Warning) => Severity::Degraded,
            _ => Severity::Info,
        },
        seen,
        of,
        because: fault.because(),
        facts: Vec::new(),
        against: fault.against(),
        rivals,
        folded_under: None,
    })
}

/// The same of another method.
fn join(all: &mut Finding, other: Finding) {
    all.method = None;
    all.place = all.place.filter(|place| other.place == Some(*place));
    all.strength = all.strength.max(other.strength);
    all.severity = all.severity.max(other.severity);
    all.seen += other.seen;
    all.of += other.of;
    if all.strength == Strength::Proved {
        all.rivals.clear();
    }
    for (ids, more) in [
        (&mut all.because, other.because),
        (&mut all.against, other.against),
    ] {
        for id in more {
            if !ids.contains(&id) && ids.len() < MOST_BECAUSE {
                ids.push(id);
            }
        }
    }
}
