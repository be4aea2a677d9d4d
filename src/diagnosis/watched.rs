//! What a watch tells of a method: how often its connection was cut, and by which rule.

use serde::{Deserialize, Serialize};

use super::Place;
use crate::evidence::{Evidence, HoldEnd, HoldEnded, HoldLog};
use crate::method::Method;
use crate::stats::median;
use crate::time::Micros;
use crate::wire::{End, Sighting};

/// One method's connections while it was watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watched {
    /// How long the watch lasted, ms.
    pub lasted_ms: u64,
    /// For how long of that a connection was open, ms.
    pub held_ms: u64,
    /// How often something went over it, ms; of a long poll its hold.
    pub beat_ms: u64,
    /// How many connections, or long polls, there were.
    pub connections: u32,
    /// How many were cut: by neither end, while the page was awake and had a network.
    pub cuts: u32,
    /// Of those, how many within two seconds of a cut of another method: what is common to both did it.
    pub together: u32,
    /// How many ended while the page slept, stood still or was offline, or as the watch ended: who ended them is unknown.
    pub unclear: u32,
    /// How many our server ended, or refused.
    pub by_server: u32,
    /// How many did not open.
    pub unopened: u32,
    /// How often nothing came though it was due, on a connection that went on.
    pub silences: u32,
    /// The age at which they are cut, ms, where it is the same each time; null: it is not, or there were fewer than two.
    pub every_ms: Option<u64>,
    /// Those cuts, in order, as far as they are kept.
    pub log: Vec<Cut>,
}

/// A connection that was cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cut {
    /// When the page knew of it, µs since the run began.
    pub at_us: u64,
    /// How old the connection was, ms: by the server's clock where it saw the end; where neither side was told of it, how old it
    /// surely became. Null: not even that is known.
    pub age_ms: Option<u64>,
    /// For how long nothing had gone over it, ms.
    pub quiet_ms: u64,
    /// The page was told, by an end of the connection; otherwise nothing came any more.
    pub told: bool,
    /// The server saw that neither end did it; null: it is not known what it saw.
    pub seen: Option<bool>,
}

/// Cuts that are closer to each other have one reason.
const TOGETHER: Micros = Micros::ms(2_000);

/// Ages that differ by less are one: of two connections the page may know of the end at different times.
const ALIKE: Micros = Micros::ms(1_500);

/// A page that is left may lose its connections before it is told so.
const LEAVING: Micros = Micros::ms(1_000);

/// How an ended connection is to be understood.
enum Meant {
    Cut(Cut),
    Unclear,
    ByServer,
    Unopened,
}

/// What a watch tells of that method; `None`: it was not watched.
pub(super) fn watched(evidence: &Evidence, method: Method) -> Option<Watched> {
    let log = evidence.watch.as_ref()?;
    let own = log.holds.iter().find(|hold| hold.method == method)?;
    let last = log
        .holds
        .iter()
        .flat_map(|hold| &hold.ended)
        .map(|ended| ended.at)
        .max();
    let ended_at = log.ended_at.or(last).unwrap_or(log.started_at);
    let mut watched = Watched {
        lasted_ms: ended_at.since(log.started_at).0 / 1000,
        held_ms: own.held_us / 1000,
        beat_ms: own.beat_us / 1000,
        connections: own.started,
        cuts: 0,
        together: 0,
        unclear: 0,
        by_server: 0,
        unopened: 0,
        silences: own.silent,
        every_ms: None,
        log: Vec::new(),
    };
    for ended in &own.ended {
        let leaves = ended_at.since(ended.at) < LEAVING;
        match meant(evidence, own, ended) {
            _ if leaves && log.ended_at.is_some() => watched.unclear += 1,
            Meant::Unclear => watched.unclear += 1,
            Meant::ByServer => watched.by_server += 1,
            Meant::Unopened => watched.unopened += 1,
            Meant::Cut(cut) => {
                watched.cuts += 1;
                let close = |other: &HoldEnded| other.at.0.abs_diff(ended.at.0) <= TOGETHER.0;
                let mut others = log.holds.iter().filter(|hold| hold.method != method);
                let with = others.any(|hold| hold.ended.iter().any(close));
                watched.together += u32::from(with);
                watched.log.push(cut);
            }
        }
    }
    // What is left out between the first and the last is taken for what most of them were.
    if watched.cuts > watched.unclear + watched.by_server + watched.unopened {
        watched.cuts += own.omitted;
    } else {
        watched.unclear += own.omitted;
    }
    watched.every_ms = every(&watched.log, watched.beat_ms);
    Some(watched)
}

impl Watched {
    /// A method that passed otherwise has a flaw: who was told that it works would be surprised.
    pub(super) const fn is_flawed(&self) -> bool {
        self.cuts + self.unopened > 0
    }

    /// Its connection was cut, and neither end did it.
    pub(super) fn place(&self) -> Option<Place> {
        let seen = self.log.iter().any(|cut| cut.seen == Some(true));
        seen.then_some(Place::Cut)
    }
}

/// The age that all cuts have in common.
fn every(cuts: &[Cut], beat_ms: u64) -> Option<u64> {
    let mut ages = Vec::new();
    let mut alike = ALIKE.0 / 1000;
    for cut in cuts {
        ages.push(cut.age_ms?);
        // It was found dead with the next beat.
        if !cut.told {
            alike = alike.max(beat_ms);
        }
    }
    let age = median(&ages).filter(|_| ages.len() > 1)?;
    let same = |other: &u64| other.abs_diff(age) <= alike.max(age / 20);
    ages.iter().all(same).then_some(age)
}

fn meant(evidence: &Evidence, log: &HoldLog, ended: &HoldEnded) -> Meant {
    let seen = sighting(evidence, log, ended);
    let held = log.method == Method::LongPolling;
    let ours = seen
        .is_some_and(|seen| matches!(seen.end, Some(End::Complete | End::OurLimit | End::Refused)));
    // A page that is hidden hears what is told as soon as any; what it waits for it may give up late.
    let asleep = ended.hidden && ended.how == HoldEnd::Unanswered;
    match ended.how {
        HoldEnd::ByServer => Meant::ByServer,
        HoldEnd::Told if ours => Meant::ByServer,
        _ if ended.stalled || ended.offline || asleep => Meant::Unclear,
        HoldEnd::Unopened => Meant::Unopened,
        // It had a whole hold to arrive.
        HoldEnd::Unanswered if held && seen.is_none() => Meant::Unopened,
        HoldEnd::Told | HoldEnd::Unanswered => {
            let told = ended.how == HoldEnd::Told;
            let opened = ended.opened_at.unwrap_or(ended.started_at);
            let heard = ended.heard_at.unwrap_or(opened);
            let by_page = ended.at.since(opened);
            let by_server = seen.and_then(|seen| {
                let began = if held {
                    Some(seen.at)
                } else {
                    seen.answered_at
                };
                Some(seen.ended_at?.since(began?))
            });
            // The server may hear of an end much later than it was.
            let by_server = by_server.filter(|age| *age < by_page.plus(ALIKE));
            let by_page = match told {
                true => Some(by_page),
                false => Some(heard.since(opened)).filter(|_| !held),
            };
            Meant::Cut(Cut {
                at_us: ended.at.0,
                age_ms: by_server.or(by_page).map(|age| age.0 / 1000),
                quiet_ms: ended.at.since(heard).0 / 1000,
                told,
                seen: seen.map(|_| true),
            })
        }
    }
}

fn sighting<'a>(evidence: &'a Evidence, log: &HoldLog, ended: &HoldEnded) -> Option<&'a Sighting> {
    let ledger = evidence.ledger.as_ref()?;
    let mut seen = ledger.sightings.iter();
    seen.find(|seen| seen.probe == log.probe && seen.attempt == ended.attempt)
}
