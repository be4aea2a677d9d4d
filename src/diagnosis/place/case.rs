//! One attempt with all that both sides saw of it and beside it.

use super::{Located, Place};
use crate::diagnosis::clock::Clock;
use crate::diagnosis::facts::{Attempt, StatusFrom, sightings};
use crate::evidence::{Ended, Event, Evidence, Notice, Trace};
use crate::time::Micros;
use crate::wire::{Scheme, SeenConnection, Sighting, digits, joined};

/// What a place is told from.
#[derive(Debug)]
pub(in crate::diagnosis) struct Case<'a> {
    pub(in crate::diagnosis) evidence: &'a Evidence,
    pub(in crate::diagnosis) trace: &'a Trace,
    pub(in crate::diagnosis) facts: &'a Attempt,
    pub(in crate::diagnosis) clocks: &'a [Clock<'a>],
    /// A missing sighting proves that nothing arrived.
    pub(in crate::diagnosis) misses_nothing: bool,
}

/// A plain request for the path of an attempt that failed.
#[derive(Debug)]
pub(super) struct Control<'a> {
    pub(super) trace: &'a Trace,
    /// Its answer's status and mark; `None`: none came.
    pub(super) answer: Option<(u16, bool)>,
    /// The server's last sight of it.
    pub(super) seen: Option<&'a Sighting>,
}

impl Control<'_> {
    pub(super) fn opaque(&self) -> bool {
        is_opaque(self.trace)
    }
}

/// It was asked without CORS, so without an `Origin` (Fetch § 3.2), and follows redirects.
pub(in crate::diagnosis) fn is_opaque(trace: &Trace) -> bool {
    // Of a text's own search the visitor would load 2 kB.
    let (probe, mark) = (trace.probe.as_bytes(), b"-opaque");
    trace.control && probe.windows(mark.len()).any(|part| part == mark)
}

impl<'a> Case<'a> {
    /// The arrival of the attempt that the server saw: of several the one that it accepted, else the last. Scanners ask
    /// again, in their own words, for what passed them.
    pub(super) fn seen(&self) -> Option<&'a Sighting> {
        let mut all = sightings(self.evidence, self.trace);
        let accepted = all.iter().position(|seen| seen.status == Some(101));
        accepted.map(|at| all.swap_remove(at)).or_else(|| all.pop())
    }

    /// How often the server saw it arrive.
    pub(super) fn arrivals(&self) -> usize {
        sightings(self.evidence, self.trace).len()
    }

    /// The controls of this method on this lane.
    pub(super) fn controls(&self) -> Vec<Control<'a>> {
        let mut controls = Vec::new();
        for trace in &self.evidence.traces {
            if !trace.control || trace.lane != self.trace.lane || trace.method != self.trace.method
            {
                continue;
            }
            controls.push(Control {
                trace,
                answer: trace.events.iter().find_map(|stamped| match stamped.event {
                    Event::Head { status, marked, .. } => Some((status, marked)),
                    _ => None,
                }),
                seen: sightings(self.evidence, trace).pop(),
            });
        }
        controls
    }

    /// Connections without a request that came while the attempt ran, to its lane's port, and went about when it ended: what
    /// browsers open in advance, and others behind the same address, come and go at other times.
    pub(super) fn connections(&self) -> Vec<&'a SeenConnection> {
        // The page may know of an end before the server does, and a browser try again before it tells.
        const ABOUT: Micros = Micros::ms(500);
        let of_lane = |id: &str| self.evidence.lanes.iter().find(|lane| lane.id == id);
        let own_port = of_lane(&self.trace.lane).map(|lane| lane.port);
        // The server's port may be another than the page's; that of another lane is not this one's.
        let of_another = |port: u16| {
            own_port != Some(port) && self.evidence.lanes.iter().any(|lane| lane.port == port)
        };
        let ended = self.trace.started_at.plus(Micros(self.facts.ended_us));
        let within = |connection: &SeenConnection| {
            let clock = self
                .clocks
                .iter()
                .find(|c| c.instance == connection.instance);
            clock.zip(connection.ended_at).is_some_and(|(clock, gone)| {
                let slack = clock.error.0 as i64;
                let came = clock.page_time(connection.at);
                let gone = clock.page_time(gone);
                came + slack >= self.trace.started_at.0 as i64
                    && came - slack <= ended.0 as i64
                    && gone <= ended.plus(ABOUT).0 as i64
                    && gone + slack >= ended.since(ABOUT).0 as i64
                    && !of_another(connection.port)
            })
        };
        let mut all = Vec::new();
        if let Some(ledger) = &self.evidence.ledger {
            for connection in &ledger.connections {
                if within(connection) {
                    all.push(connection);
                }
            }
        }
        all
    }

    /// The answer's status where the page could not read it, and who did.
    pub(in crate::diagnosis) fn status(&self) -> Option<(u16, StatusFrom)> {
        let server = self.seen().and_then(|seen| seen.status);
        let controls = self.controls();
        let read = |control: &Control<'_>| control.answer.map(|(status, _)| status);
        let same_path = controls.iter().filter_map(read).find(|status| *status > 0);
        let about = self.evidence.about.as_ref();
        let outside = about
            .and_then(|about| about.outside_in.as_ref())
            .and_then(|outside| {
                let tries = &outside.tries;
                tries
                    .iter()
                    .find(|one| one.method == self.trace.method)?
                    .status
            });
        let from = [
            (server, StatusFrom::Server),
            (same_path, StatusFrom::SamePath),
            (outside, StatusFrom::OutsideIn),
        ];
        let failed =
            self.facts.failed_us.is_some() && self.facts.open_us.is_none() && !self.trace.own;
        let mut from = from.into_iter().filter(|_| failed);
        from.find_map(|(status, from)| Some((status?, from)))
    }

    /// The constructor threw, the API is missing, a policy forbade it, or the browser is offline.
    pub(super) fn stayed_in_the_page(&self) -> bool {
        let handed_over = |e: &Event| matches!(e, Event::Constructed);
        let forbidden = |e: &Event| matches!(e, Event::Blocked { .. } | Event::Unsupported);
        let threw = |e: &Event| matches!(e, Event::Threw { .. });
        let thrown = self.trace.first(threw).is_some() && self.trace.first(handed_over).is_none();
        thrown
            || self.trace.first(forbidden).is_some()
            || self.was_offline()
            || self.was_mixed_content()
    }

    /// A plain request of an `https:` page, to which nothing came back and which reached nobody.
    fn was_mixed_content(&self) -> bool {
        let lane = self
            .evidence
            .lanes
            .iter()
            .find(|lane| lane.id == self.trace.lane);
        lane.is_some_and(|lane| lane.scheme == Scheme::Http)
            && self.evidence.surroundings.origin.starts_with("https:")
            && self.facts.ended == Ended::Failed
            && self.facts.open_us.is_none()
            && self.seen().is_none()
    }

    /// Another attempt of this method on this lane was whole: what passes it passes here as well.
    pub(super) fn passes_otherwise(&self) -> bool {
        self.passes(|_| true)
    }

    /// So was one that had begun before.
    pub(super) fn passed_before(&self) -> bool {
        self.passes(|other| other.started_at < self.trace.started_at)
    }

    fn passes(&self, when: impl Fn(&Trace) -> bool) -> bool {
        self.evidence.traces.iter().any(|other| {
            when(other)
                && other.method == self.trace.method
                && other.lane == self.trace.lane
                && other.decisive
                && other.ended == Some(Ended::Complete)
        })
    }

    /// The server's kernel waited in vain for what it had sent to be acknowledged: the path was dead. What was sent a moment
    /// ago is not acknowledged on any path.
    pub(super) fn was_cut_off(seen: &Sighting) -> bool {
        seen.tcp.as_ref().is_some_and(|tcp| tcp.timeouts > 0)
    }

    /// Something came on it that was none of our lines, or was changed on its way.
    pub(super) fn heard_strange_words(&self) -> bool {
        let foreign = |e: &Event| matches!(e, Event::Message { line, .. } if line.is_empty());
        self.trace.first(foreign).is_some()
    }

    /// The browser said that it had no network when the attempt failed, and nothing had come before.
    fn was_offline(&self) -> bool {
        let surroundings = &self.evidence.surroundings;
        let ended = self.trace.started_at.plus(Micros(self.facts.ended_us));
        let mut online = surroundings.online;
        for noticed in surroundings.notices.iter().filter(|n| n.at <= ended) {
            match noticed.notice {
                Notice::Online => online = true,
                Notice::Offline => online = false,
                _ => {}
            }
        }
        !online
            && self.seen().is_none()
            && self.facts.failed_us.is_some()
            && self.facts.open_us.is_none()
    }

    /// That place, by this attempt's own evidence.
    pub(super) fn at(&self, place: Place) -> Located {
        Located {
            place: Some(place),
            candidates: Vec::new(),
            because: self.because(&[], &[]),
        }
    }

    /// One of these two, and what would have to tell which did not.
    pub(super) fn between(&self, candidates: [Place; 2]) -> Located {
        Located {
            place: None,
            candidates: candidates.to_vec(),
            because: self.because(&[], &[]),
        }
    }

    /// Ids of this attempt's evidence, of controls and of connections.
    pub(super) fn because(
        &self,
        controls: &[Control<'_>],
        connections: &[&SeenConnection],
    ) -> Vec<String> {
        let trace = |trace: &Trace| joined(&["trace:", &digits(trace.id.into())]);
        let mut ids = vec![trace(self.trace)];
        let ledger = self.evidence.ledger.as_ref();
        let seen = self.seen().into_iter();
        let seen = seen.chain(controls.iter().filter_map(|control| control.seen));
        for one in seen {
            let all = ledger.map(|ledger| &ledger.sightings);
            let index = all.and_then(|all| all.iter().position(|other| core::ptr::eq(other, one)));
            ids.extend(index.map(|index| joined(&["sighting:", &digits(index as u64 + 1)])));
        }
        ids.extend(controls.iter().map(|control| trace(control.trace)));
        for one in connections {
            let all = ledger.map(|ledger| &ledger.connections);
            let index = all.and_then(|all| all.iter().position(|other| core::ptr::eq(other, *one)));
            ids.extend(index.map(|index| joined(&["connection:", &digits(index as u64 + 1)])));
        }
        ids
    }
}
