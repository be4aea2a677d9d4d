//! One method that breaks on one lane, with the facts that rules read.

use crate::diagnosis::facts::{Attempt, StatusFrom, sightings};
use crate::diagnosis::place::{came_by_a_proxy, is_opaque, value};
use crate::diagnosis::{MethodReport, Place, Strength, Verdict};
use crate::evidence::{Ended, Event, Evidence, Trace};
use crate::method::Method;
use crate::plan::Lane;
use crate::wire::{SeenConnection, Sighting, TcpVantage, digits, joined};

/// What rules judge. A fact is `None`, or false where it is a claim, whenever it is not known.
pub(super) struct Fault<'a> {
    pub(super) evidence: &'a Evidence,
    /// Every method.
    pub(super) methods: &'a [MethodReport],
    pub(super) method: &'a MethodReport,
    /// Its id.
    pub(super) lane: &'a str,
    pub(super) verdict: Verdict,
    pub(super) place: Option<Place>,
    pub(super) candidates: &'a [Place],
    /// The method's attempts on that lane.
    pub(super) attempts: &'a [Attempt],
    /// The one that broke there first; `None`: what broke is judged by itself, as messages of some sizes.
    pub(super) attempt: Option<&'a Attempt>,
    /// How surely somebody opens TLS.
    pub(super) inspected: Option<Strength>,
}

impl<'a> Fault<'a> {
    /// Every one.
    pub(super) fn all(
        evidence: &'a Evidence,
        methods: &'a [MethodReport],
        inspected: Option<Strength>,
    ) -> Vec<Self> {
        let mut all = Vec::new();
        for method in methods {
            for lane in &method.lanes {
                let main = lane.lane == "main";
                let (verdict, place) = match main {
                    true => (method.verdict, method.place),
                    false => (lane.verdict, lane.place),
                };
                // What only a long silence ends is whole, and good to know of.
                let silence = main && verdict == Verdict::Passed && method.idle_cut.is_some();
                let place = if silence { Some(Place::Cut) } else { place };
                if !silence && !matches!(verdict, Verdict::Failed | Verdict::Warning) {
                    continue;
                }
                let broke = |attempt: &&Attempt| {
                    matches!(attempt.verdict, Verdict::Failed | Verdict::Warning)
                };
                let there = |attempt: &&Attempt| broke(attempt) && attempt.place == place;
                let attempts = &lane.attempts;
                all.push(Self {
                    evidence,
                    methods,
                    method,
                    lane: &lane.lane,
                    verdict,
                    place,
                    candidates: &lane.candidates,
                    attempts,
                    attempt: attempts
                        .iter()
                        .find(there)
                        .or_else(|| attempts.iter().find(broke)),
                    inspected,
                });
            }
        }
        all
    }

    /// In how many of how many attempts it was seen: of those that decide, unless none of them broke.
    pub(super) fn counts(&self) -> (u32, u32) {
        let broke =
            |attempt: &&Attempt| matches!(attempt.verdict, Verdict::Failed | Verdict::Warning);
        let probe = self.attempt.map_or("", |attempt| attempt.probe.as_str());
        let alike = || self.attempts.iter().filter(move |one| one.probe == probe);
        let (seen, of) = (alike().filter(broke).count(), alike().count());
        (seen.max(1) as u32, of.max(1) as u32)
    }

    /// Ids of attempts of that kind that passed.
    pub(super) fn against(&self) -> Vec<String> {
        let probe = self.attempt.map_or("", |attempt| attempt.probe.as_str());
        let passed = |one: &&Attempt| one.probe == probe && one.verdict == Verdict::Passed;
        let mut against = Vec::new();
        for attempt in self.attempts.iter().filter(passed) {
            against.push(joined(&["trace:", &digits(attempt.id.into())]));
        }
        against
    }

    /// Ids of the evidence by which it is known.
    pub(super) fn because(&self) -> Vec<String> {
        self.attempt
            .map_or_else(Vec::new, |attempt| attempt.because.clone())
    }

    pub(super) fn is_at(&self, place: Place) -> bool {
        self.place == Some(place)
    }

    /// There, or there as far as is known.
    pub(super) fn may_be_at(&self, place: Place) -> bool {
        self.is_at(place) || (self.place.is_none() && self.candidates.contains(&place))
    }

    pub(super) fn is_socket(&self) -> bool {
        self.method.method == Method::WebSocket
    }

    pub(super) fn is_stream(&self) -> bool {
        matches!(
            self.method.method,
            Method::ServerSentEvents | Method::StreamingFetch
        )
    }

    pub(super) fn trace(&self) -> Option<&'a Trace> {
        let id = self.attempt?.id;
        self.evidence.traces.iter().find(|trace| trace.id == id)
    }

    pub(super) fn ended(&self, how: Ended) -> bool {
        self.attempt.is_some_and(|attempt| attempt.ended == how)
    }

    pub(super) fn opened(&self) -> bool {
        self.attempt
            .is_some_and(|attempt| attempt.open_us.is_some())
    }

    pub(super) fn is_probe(&self, probe: &str) -> bool {
        self.attempt.is_some_and(|attempt| attempt.probe == probe)
    }

    /// The lane itself.
    pub(super) fn way(&self) -> Option<&'a Lane> {
        self.evidence.lanes.iter().find(|lane| lane.id == self.lane)
    }

    /// The arrival of the attempt: the one that was accepted, else the last.
    pub(super) fn seen(&self) -> Option<&'a Sighting> {
        let all = sightings(self.evidence, self.trace()?);
        let accepted = all.iter().find(|seen| seen.status == Some(101));
        accepted.or_else(|| all.last()).copied()
    }

    /// The value of a field of the request as it arrived.
    pub(super) fn field(&self, name: &str) -> Option<&'a str> {
        self.seen().and_then(|seen| value(seen, name))
    }

    /// The status of the answer, by whoever read it.
    pub(super) fn status(&self) -> Option<u16> {
        let own = self.attempt.and_then(|attempt| {
            attempt
                .status
                .filter(|_| attempt.status_from != Some(StatusFrom::OutsideIn))
        });
        own.or_else(|| self.outside_status())
    }

    /// The status that the server was answered with when it tried the method from outside and failed.
    pub(super) fn outside_status(&self) -> Option<u16> {
        let about = self.evidence.about.as_ref()?;
        let tries = &about.outside_in.as_ref()?.tries;
        let this = tries.iter().find(|one| one.method == self.method.method)?;
        this.status.filter(|_| !this.passed)
    }

    /// Whether the method passed when the server tried it from outside; `None`: it did not, or reached nothing at all.
    pub(super) fn passes_outside(&self) -> Option<bool> {
        let about = self.evidence.about.as_ref()?;
        let tries = &about.outside_in.as_ref()?.tries;
        let this = tries.iter().find(|one| one.method == self.method.method)?;
        (this.passed || this.status.is_some()).then_some(this.passed)
    }

    /// The operator has said that something of theirs stands in front.
    pub(super) fn own_front(&self) -> bool {
        let about = self.evidence.about.as_ref();
        about.is_some_and(|about| {
            about.vantage.trusted_hops > 0 || about.vantage.tcp == TcpVantage::Proxy
        })
    }

    /// Somebody on the way named themselves (RFC 9110 § 7.6.3), and nothing of the operator's stands there.
    pub(super) fn forward_proxy(&self) -> bool {
        let ledger = self.evidence.ledger.iter();
        let mut seen = ledger.flat_map(|ledger| &ledger.sightings);
        self.evidence.about.is_some() && !self.own_front() && seen.any(came_by_a_proxy)
    }

    /// Somebody opens TLS, likely at least.
    pub(super) fn is_inspected(&self) -> bool {
        self.inspected >= Some(Strength::Likely)
    }

    /// Another method works on this lane.
    pub(super) fn others_work(&self) -> bool {
        self.lanes().any(|verdict| verdict.works())
    }

    /// No method works on this lane, as far as they were tried.
    pub(super) fn none_works(&self) -> bool {
        self.lanes().all(|verdict| verdict == Verdict::Failed)
    }

    fn lanes(&self) -> impl Iterator<Item = Verdict> {
        let lanes = self.methods.iter().flat_map(|method| &method.lanes);
        lanes
            .filter(|lane| lane.lane == self.lane && lane.verdict != Verdict::Skipped)
            .map(|lane| lane.verdict)
    }

    /// Other lanes of that kind on which a method works.
    pub(super) fn works_elsewhere(&self, alike: impl Fn(&Lane) -> bool) -> bool {
        let works = |id: &str| {
            let mut lanes = self.methods.iter().flat_map(|method| &method.lanes);
            lanes.any(|lane| lane.lane == id && lane.verdict.works())
        };
        let mut lanes = self.evidence.lanes.iter();
        lanes.any(|lane| lane.id != self.lane && alike(lane) && works(&lane.id))
    }

    /// The connections without a request by which it was located.
    pub(super) fn connections(&self) -> Vec<&'a SeenConnection> {
        let mut all = Vec::new();
        if let (Some(attempt), Some(ledger)) = (self.attempt, &self.evidence.ledger) {
            for id in &attempt.because {
                let number = id.strip_prefix("connection:").and_then(crate::wire::number);
                let at = number.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
                all.extend(at.and_then(|at| ledger.connections.get(at)));
            }
        }
        all
    }

    /// Plain requests for the same path: without `Origin` where `opaque`.
    pub(super) fn control(&self, opaque: bool) -> Option<&'a Trace> {
        self.evidence.traces.iter().find(|trace| {
            trace.control
                && trace.lane == self.lane
                && trace.method == self.method.method
                && is_opaque(trace) == opaque
        })
    }

    /// That control arrived; `None`: it was not asked for.
    pub(super) fn control_arrived(&self, opaque: bool) -> Option<bool> {
        let control = self.control(opaque)?;
        Some(!sightings(self.evidence, control).is_empty())
    }

    /// Somebody answered that control: its status (0 where it is hidden) and whether with our mark.
    pub(super) fn control_answer(&self, opaque: bool) -> Option<(u16, bool)> {
        let events = &self.control(opaque)?.events;
        events.iter().find_map(|stamped| match stamped.event {
            Event::Head { status, marked, .. } => Some((status, marked)),
            _ => None,
        })
    }
}

/// Claimed so strongly where that holds.
pub(super) fn when(holds: bool, strength: Strength) -> Option<Strength> {
    holds.then_some(strength)
}
