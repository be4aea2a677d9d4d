//! What the server saw, run by run: bounded in runs, sightings and time, and honest about what it has lost.

mod arrival;
mod header;
mod run;
mod runs;
mod visits;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use pushcheck::time::Micros;
use pushcheck::wire::{self, RunId};

use crate::clock::Clock;
use crate::limits::Limits;
use crate::lock;
use crate::source::SourceId;

pub(crate) use arrival::{Arrival, Open, Stamp};
pub(crate) use header::seen as seen_headers;
pub(crate) use run::{Run, RunHold};
pub(crate) use runs::Dropped;
use runs::Runs;
pub(crate) use visits::{Visit, Visits};

/// All runs.
#[derive(Debug)]
pub(crate) struct Ledger {
    limits: Arc<Limits>,
    clock: Arc<Clock>,
    runs: Mutex<Runs>,
    /// Connections without a request.
    pub(crate) visits: Arc<Visits>,
    arrivals: AtomicU64,
}

impl Ledger {
    pub(crate) fn new(limits: Arc<Limits>, clock: Arc<Clock>) -> Self {
        Self {
            limits,
            clock,
            runs: Mutex::default(),
            visits: Arc::default(),
            arrivals: AtomicU64::new(0),
        }
    }

    /// From now on somebody asks which runs are forgotten: [`Self::take_dropped`].
    pub(crate) fn is_shared(&self) {
        lock(&self.runs).dropped.get_or_insert_default();
    }

    /// The runs forgotten since the last time.
    pub(crate) fn take_dropped(&self) -> Vec<Dropped> {
        let mut runs = lock(&self.runs);
        runs.dropped
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// All that are known.
    pub(crate) fn runs(&self) -> Vec<Arc<Run>> {
        lock(&self.runs).known.values().cloned().collect()
    }

    /// How often something was lost that could have been of any run.
    pub(crate) fn doubts_ever(&self) -> u64 {
        lock(&self.runs).doubts_ever
    }

    /// Whether something was lost that could have been of that run.
    pub(crate) fn doubts(&self, run: &Run) -> bool {
        lock(&self.runs).doubted(&run.sources(run.source), run.epoch.since(EARLIER))
    }

    /// Nothing is remembered of that run, and nothing was dropped of it for room.
    pub(crate) fn has_let_go(&self, id: RunId) -> bool {
        let runs = lock(&self.runs);
        !runs.known.contains_key(&id) && runs.forgotten.get(&id).is_none_or(|past| past.aged)
    }

    /// The run of that id; a new one begins now.
    pub(crate) fn open(&self, id: RunId, source: SourceId) -> Arc<Run> {
        let now = self.clock.now();
        let mut runs = lock(&self.runs);
        runs.sweep(now, &self.limits, false);
        if let Some(run) = runs.known.get(&id) {
            return Arc::clone(run);
        }
        runs.make_room(source, &self.limits, now);
        let past = runs.forgotten.get(&id).copied();
        let run = past.map_or_else(
            || Run::new(id, source, now, 0),
            |past| {
                // What was over its time is kept where all nodes look.
                let kept = past.aged && runs.dropped.is_some();
                let lost = if kept { 0 } else { past.lost.max(1) };
                Run::new(id, source, past.epoch, lost)
            },
        );
        let run = Arc::new(run);
        runs.known.insert(id, Arc::clone(&run));
        run
    }

    /// The run of that id, where there is one.
    pub(crate) fn known(&self, id: RunId) -> Option<Arc<Run>> {
        lock(&self.runs).known.get(&id).cloned()
    }

    /// A run that nobody will remember: its ticks begin now.
    pub(crate) fn passing(&self, id: RunId, source: SourceId) -> Arc<Run> {
        Arc::new(Run::new(id, source, self.clock.now(), 0))
    }

    /// Remembers an arrival, when there is room; otherwise the run says so.
    pub(crate) fn remember(&self, run: &Arc<Run>, arrival: Arc<Arrival>) {
        let mut runs = lock(&self.runs);
        // Driven out while its request was looked at: nobody would ever give back the sighting's place.
        if !runs.is_known(run) {
            return run.miss();
        }
        runs.sightings = runs.sightings.saturating_sub(run.forget_spent());
        if !run.has_room(&self.limits) || !runs.room_for_one(run, &self.limits, self.clock.now()) {
            return run.miss();
        }
        runs.sightings += 1;
        arrival.numbered(self.arrivals.fetch_add(1, Relaxed) + 1);
        run.remember(arrival);
    }

    /// A connection ended by our doing before its request could be read; none: not even its source is known.
    pub(crate) fn turned_away(&self, source: Option<SourceId>) {
        let now = self.clock.now();
        lock(&self.runs).doubt(source, now);
    }

    /// Forgets what is over its time.
    pub(crate) fn sweep(&self) {
        let now = self.clock.now();
        lock(&self.runs).sweep(now, &self.limits, true);
        self.visits
            .sweep(now.since(Micros::ms(self.limits.keep_ms)));
    }

    /// What this instance saw of a run; `asking` stands for the source of a run that is not known.
    pub(crate) fn read(&self, id: RunId, asking: SourceId) -> wire::Ledger {
        let now = self.clock.now();
        let mut runs = lock(&self.runs);
        runs.sweep(now, &self.limits, true);
        let run = runs.known.get(&id).cloned();
        let past = runs.forgotten.get(&id);
        let is_kept = |past: &runs::Forgotten| past.aged && runs.dropped.is_some();
        let lost = past.filter(|past| !is_kept(past)).map(|past| past.lost);
        let sources = run
            .as_ref()
            .map_or_else(|| vec![asking], |run| run.sources(asking));
        // A known run doubts only what happened in its own time.
        let (since, began) = run.as_ref().map_or_else(
            || (Micros::ZERO, now.since(EARLIER)),
            |run| (run.epoch.since(EARLIER), run.epoch.since(BEFORE)),
        );
        let doubted = runs.doubted(&sources, since);
        drop(runs);
        let (evicted, refused, sure, sightings) = match (&run, lost) {
            (Some(run), _) => run.read(self.clock.id()),
            (None, Some(lost)) => (lost, 0, false, Vec::new()),
            (None, None) => (0, 0, true, Vec::new()),
        };
        let asked = [false, true].map(|tls| sightings.iter().any(|seen| seen.tls == tls));
        let (connections, connections_lost) =
            self.visits.since(&sources, began, self.clock.id(), asked);
        let instance = wire::LedgerInstance {
            id: self.clock.id().to_owned(),
            started_at: self.clock.instance.started_at,
            seen_through: now,
            evicted,
            refused,
            connections_lost,
        };
        wire::Ledger {
            complete: sure && evicted == 0 && !doubted,
            instances: vec![instance],
            sightings,
            connections,
        }
    }
}

/// A run may have begun on the page that long before its first request arrived here.
const EARLIER: Micros = Micros::ms(60_000);

/// A page's connection without a request may have come that long before its first request: browsers connect early.
const BEFORE: Micros = Micros::ms(5_000);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn ledger(limits: Limits) -> Ledger {
        Ledger::new(Arc::new(limits), Arc::new(Clock::new().expect("a clock")))
    }

    fn id(n: u8) -> RunId {
        format!("{n:032x}").parse().expect("a run")
    }

    #[test]
    fn the_same_sources_oldest_run_goes_first() {
        let ledger = ledger(Limits {
            runs: 3,
            ..Limits::default()
        });
        let sources = Sources::default();
        let (one, other) = (
            sources.id([192, 0, 2, 1].into()),
            sources.id([192, 0, 2, 2].into()),
        );
        ledger.open(id(1), other);
        ledger.open(id(2), one);
        ledger.open(id(3), one);
        ledger.open(id(4), one);
        let complete: Vec<bool> = (1..=5).map(|n| ledger.read(id(n), one).complete).collect();
        assert_eq!(complete, [true, false, true, true, true]);
        assert_eq!(ledger.read(id(2), one).instances[0].evicted, 1);
    }

    #[test]
    fn a_forgotten_run_keeps_its_timeline_and_its_loss() {
        let ledger = ledger(Limits {
            runs: 1,
            ..Limits::default()
        });
        let source = Sources::default().id([192, 0, 2, 1].into());
        let epoch = ledger.open(id(1), source).epoch;
        ledger.open(id(2), source);
        assert_eq!(ledger.open(id(1), source).epoch, epoch);
        assert!(!ledger.read(id(1), source).complete);
    }

    #[test]
    fn what_was_turned_away_unread_makes_its_sources_runs_unsure() {
        let ledger = ledger(Limits::default());
        let sources = Sources::default();
        let (one, other) = (
            sources.id([192, 0, 2, 1].into()),
            sources.id([192, 0, 2, 2].into()),
        );
        ledger.open(id(1), one);
        ledger.open(id(2), other);
        let complete = || {
            let runs = [(id(1), one), (id(2), other), (id(3), one), (id(4), other)];
            runs.map(|(id, asking)| ledger.read(id, asking).complete)
        };
        assert_eq!(complete(), [true; 4]);
        ledger.turned_away(Some(one));
        assert_eq!(complete(), [false, true, false, true]);
        ledger.turned_away(None);
        assert_eq!(complete(), [false; 4]);
    }

    #[test]
    fn a_run_that_was_driven_out_meanwhile_remembers_nothing_more() {
        let ledger = ledger(Limits {
            runs: 1,
            ..Limits::default()
        });
        let source = Sources::default().id([192, 0, 2, 1].into());
        let late = ledger.open(id(1), source);
        ledger.open(id(2), source);
        ledger.remember(&late, arrival());
        assert_eq!(lock(&ledger.runs).sightings, 0);
        let again = ledger.open(id(1), source);
        ledger.remember(&late, arrival());
        ledger.remember(&again, arrival());
        assert_eq!(lock(&ledger.runs).sightings, 1);
        let read = ledger.read(id(1), source);
        assert_eq!((read.sightings.len(), read.complete), (1, false));
    }

    #[test]
    fn the_forgotten_are_forgotten_in_the_end_and_nobody_doubts_for_it() {
        let ledger = ledger(Limits {
            runs: 50,
            keep_ms: 100,
            ..Limits::default()
        });
        let source = Sources::default().id([192, 0, 2, 1].into());
        let open = |n: u32| drop(ledger.open(format!("{n:032x}").parse().expect("a run"), source));
        let old = || std::thread::sleep(std::time::Duration::from_millis(450));
        // Fifty are known, a thousand forgotten.
        (1..=1_050).for_each(open);
        old();
        (1_051..=2_000).for_each(open);
        let unknown = ledger.read(id(0), source);
        assert!(unknown.complete, "only what was old went");
        (2_001..=3_100).for_each(open);
        let unknown = ledger.read(id(0), source);
        assert!(!unknown.complete, "what was young went too");
        old();
        ledger.sweep();
        assert!(lock(&ledger.runs).forgotten.len() <= 50);
    }

    fn arrival() -> Arc<Arrival> {
        let seen = serde_json::json!({
            "instance": "", "probe": "p", "attempt": 1, "kind": "poll", "method": "GET", "at": 1, "connectedAt": 1,
            "httpVersion": "HTTP/1.1", "tls": false, "connection": 1, "ja4": null, "headers": [], "spelled": false, "status": null, "refused": null,
            "answeredAt": null, "framesIn": 0, "strangeIn": 0, "malformedIn": 0, "framesOut": 0, "ticksOut": 0, "payloadIn": 0, "payloadOut": 0,
            "bytesIn": null, "bytesOut": null, "headIn": null, "headOut": null, "close": null, "tcp": null, "endedAt": null,
            "end": null
        });
        let seen = serde_json::from_value(seen).expect("a sighting");
        Arc::new(Arrival::new(seen, None, false))
    }
}
