//! Places → facts: what an attempt's place makes of its verdict, and the attempts' places of their lane's.

use super::Strength;
use super::clock::Clock;
use super::facts::Attempt;
use super::heard::Heard;
use super::held::{Held, ReliefTried, held, tells};
use super::net_error::claim;
use super::place::{Case, Located, Place, locate};
use super::verdict::Verdict;
use crate::evidence::{Ended, Evidence, Trace};
use crate::method::Method;
use crate::plan::relief;
use crate::wire::Relief;

/// A hold of less may have been chance.
const LITTLE_US: u64 = 250_000;

/// What else of the run an attempt's place is told from.
pub(super) struct Beside<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) attempts: &'a [Heard<'a>],
    pub(super) clocks: &'a [Clock<'a>],
    /// Of each instance the shortest way of a tick.
    pub(super) fastest: &'a [(&'a str, i64)],
    /// A missing sighting proves that nothing arrived.
    pub(super) misses_nothing: bool,
}

impl Beside<'_> {
    /// How a stream was kept on its way. Little that none of three further tries shows, each varied in another way, was chance.
    pub(super) fn held(&self, heard: &Heard<'_>) -> Option<Held> {
        let held = self.held_once(heard)?;
        let reliefs = self.reliefs(heard.trace.method);
        let relieves = |tried: &ReliefTried| tried.relieves == Some(true);
        let by_chance = reliefs.len() >= Relief::ALL.len() && reliefs.iter().all(relieves);
        let little = held.median_us < LITTLE_US;
        (!(by_chance && little && heard.trace.decisive)).then_some(held)
    }

    fn held_once(&self, heard: &Heard<'_>) -> Option<Held> {
        let streams = matches!(
            heard.trace.method,
            Method::ServerSentEvents | Method::StreamingFetch
        );
        let surroundings = &self.evidence.surroundings;
        held(surroundings, self.attempts, heard, self.fastest).filter(|_| streams)
    }

    /// What was tried to let that method's stream pass at once.
    pub(super) fn reliefs(&self, method: Method) -> Vec<ReliefTried> {
        let mut tried = Vec::new();
        for heard in self
            .attempts
            .iter()
            .filter(|heard| heard.trace.method == method)
        {
            let whole = heard.trace.ended == Some(Ended::Complete) && tells(heard, self.fastest);
            tried.extend(relief(&heard.trace.probe).map(|(_, relief)| ReliefTried {
                relief,
                relieves: whole.then(|| self.held_once(heard).is_none()),
            }));
        }
        tried
    }

    /// Locates an attempt, and judges anew what came whole, but altered, late or from somebody else.
    pub(super) fn place(&self, heard: &Heard<'_>, attempt: &mut Attempt) {
        let case = Case {
            evidence: self.evidence,
            trace: heard.trace,
            facts: attempt,
            clocks: self.clocks,
            misses_nothing: self.misses_nothing,
        };
        let status = case.status();
        let mut located = locate(&case);
        if located.place == Some(Place::Nowhere) && self.held(heard).is_some() {
            located.place = Some(Place::Held);
        }
        if attempt.verdict == Verdict::Passed {
            attempt.verdict = match located.place {
                Some(Place::AnswerAltered | Place::FramesOut | Place::FramesBack) => {
                    Verdict::Failed
                }
                Some(Place::AnsweredFor | Place::RequestAltered | Place::Held) => Verdict::Warning,
                _ => Verdict::Passed,
            };
        }
        if attempt.status.is_none() {
            (attempt.status, attempt.status_from) = status.unzip();
        }
        if let Some(place) = told(heard.trace, &located) {
            (located.place, located.candidates) = (Some(place), Vec::new());
        }
        (attempt.place, attempt.candidates) = (located.place, located.candidates);
        attempt.because = located.because;
    }
}

/// The one of the places left at which the error that the browser's own log names breaks.
fn told(trace: &Trace, located: &Located) -> Option<Place> {
    let (code, strength) = claim(trace.net_error()?)?;
    let place = code.places().first()?;
    let fits = located.place.is_none() && located.candidates.contains(place);
    (fits && strength == Strength::Proved).then_some(*place)
}

/// What those of a lane's attempts that did not pass leave: one place, or candidates.
#[derive(Default)]
pub(super) struct Places {
    certain: Vec<Place>,
    candidates: Vec<Place>,
}

impl Places {
    /// Takes a decisive attempt into account; of one that proves nothing only candidates are left.
    pub(super) fn add(&mut self, attempt: &Attempt) {
        if matches!(attempt.verdict, Verdict::Passed | Verdict::Skipped) {
            return;
        }
        let proves = attempt.verdict != Verdict::Inconclusive;
        let certain = attempt
            .place
            .filter(|place| proves && *place != Place::Nowhere);
        for (from, to) in [
            (certain.as_slice(), &mut self.certain),
            (attempt.candidates.as_slice(), &mut self.candidates),
        ] {
            for place in from {
                if !to.contains(place) {
                    to.push(*place);
                }
            }
        }
    }

    /// Nothing broke.
    pub(super) const fn is_empty(&self) -> bool {
        self.certain.is_empty() && self.candidates.is_empty()
    }

    /// The lane's place, or the two that are left.
    pub(super) fn of(mut self, verdict: Verdict) -> (Option<Place>, Vec<Place>) {
        if verdict == Verdict::Passed {
            return (Some(Place::Nowhere), Vec::new());
        }
        if let [place] = *self.certain {
            return (Some(place), Vec::new());
        }
        self.certain.extend(self.candidates);
        self.certain.truncate(2);
        (None, self.certain)
    }
}
