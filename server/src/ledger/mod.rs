//! What the server saw, run by run: bounded in runs, sightings and time, and honest about what it has lost.

mod arrival;
mod header;
mod run;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use pushcheck::time::Micros;
use pushcheck::wire::{self, RunId};

use crate::clock::Clock;
use crate::limits::Limits;
use crate::lock;
use crate::source::SourceId;

pub(crate) use arrival::{Arrival, Open};
pub(crate) use header::seen as seen_headers;
pub(crate) use run::{Run, RunHold};

/// All runs.
#[derive(Debug)]
pub(crate) struct Ledger {
    limits: Arc<Limits>,
    clock: Arc<Clock>,
    runs: Mutex<Runs>,
}

#[derive(Debug, Default)]
struct Runs {
    known: HashMap<RunId, Arc<Run>>,
    forgotten: HashMap<RunId, Forgotten>,
    order: VecDeque<RunId>,
    sightings: usize,
    swept: Micros,
    doubts: VecDeque<Doubt>,
}

/// What stays of a forgotten run, so that nobody takes it for one that never was.
#[derive(Clone, Copy, Debug)]
struct Forgotten {
    lost: u32,
    epoch: Micros,
}

/// Something was lost that could have been of any run: of a source's, where that is known.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    source: Option<SourceId>,
    at: Micros,
}

/// Doubts remembered; the next one beyond is everybody's.
const DOUBTS: usize = 1_000;

/// 24 bytes each. Beyond it the oldest are really forgotten, and unknown runs are unsure for a while.
const FORGOTTEN: usize = 50_000;

impl Ledger {
    pub(crate) fn new(limits: Arc<Limits>, clock: Arc<Clock>) -> Self {
        Self {
            limits,
            clock,
            runs: Mutex::default(),
        }
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
            |past| Run::new(id, source, past.epoch, past.lost.max(1)),
        );
        let run = Arc::new(run);
        runs.known.insert(id, Arc::clone(&run));
        run
    }

    /// A run that nobody will remember: its ticks begin now.
    pub(crate) fn passing(&self, id: RunId, source: SourceId) -> Arc<Run> {
        Arc::new(Run::new(id, source, self.clock.now(), 0))
    }

    /// Remembers an arrival, when there is room; otherwise the run says so.
    pub(crate) fn remember(&self, run: &Run, arrival: Arc<Arrival>) {
        let mut runs = lock(&self.runs);
        if !run.has_room(&self.limits) || !runs.room_for_one(run, &self.limits, self.clock.now()) {
            return run.miss();
        }
        runs.sightings += 1;
        run.remember(arrival);
    }

    /// A connection ended by our doing before its request could be read; none: not even its source is known.
    pub(crate) fn turned_away(&self, source: Option<SourceId>) {
        let now = self.clock.now();
        lock(&self.runs).doubt(source, now);
    }

    /// Forgets what is over its time.
    pub(crate) fn sweep(&self) {
        lock(&self.runs).sweep(self.clock.now(), &self.limits, true);
    }

    /// What this instance saw of a run; `asking` stands for the source of a run that is not known.
    pub(crate) fn read(&self, id: RunId, asking: SourceId) -> wire::Ledger {
        let now = self.clock.now();
        let mut runs = lock(&self.runs);
        runs.sweep(now, &self.limits, true);
        let run = runs.known.get(&id).cloned();
        let lost = runs.forgotten.get(&id).map(|past| past.lost);
        // A known run doubts only what happened in its own time.
        let (source, since) = run.as_ref().map_or((asking, Micros::ZERO), |run| {
            (run.source, run.epoch.since(EARLIER))
        });
        let doubted = runs
            .doubts
            .iter()
            .any(|doubt| doubt.at >= since && doubt.source.is_none_or(|one| one == source));
        drop(runs);
        let (evicted, refused, sure, sightings) = match (&run, lost) {
            (Some(run), _) => run.read(self.clock.id()),
            (None, Some(lost)) => (lost, 0, false, Vec::new()),
            (None, None) => (0, 0, true, Vec::new()),
        };
        let instance = wire::LedgerInstance {
            id: self.clock.id().to_owned(),
            started_at: self.clock.instance.started_at,
            seen_through: now,
            evicted,
            refused,
        };
        wire::Ledger {
            complete: sure && evicted == 0 && !doubted,
            instances: vec![instance],
            sightings,
        }
    }
}

/// A run may have begun on the page that long before its first request arrived here.
const EARLIER: Micros = Micros::ms(60_000);

impl Runs {
    fn sweep(&mut self, now: Micros, limits: &Limits, always: bool) {
        if !always && now.since(self.swept) < Micros::ms(1_000) {
            return;
        }
        self.swept = now;
        self.doubts
            .retain(|doubt| now.since(doubt.at) <= Micros::ms(limits.keep_ms));
        let old: Vec<RunId> = self
            .known
            .values()
            .filter(|run| now.since(run.last()) > Micros::ms(limits.keep_ms))
            .map(|run| run.id)
            .collect();
        for id in old {
            self.forget(id, now);
        }
    }

    /// Room for one more run: the same source's least recent one goes first.
    fn make_room(&mut self, source: SourceId, limits: &Limits, now: Micros) {
        let own = self
            .known
            .values()
            .filter(|run| run.source == source)
            .count();
        if own >= limits.source_runs || self.known.len() >= limits.runs {
            self.forget_oldest(source, None, now);
        }
    }

    /// Room for one more sighting; false: only the run itself could make it.
    fn room_for_one(&mut self, run: &Run, limits: &Limits, now: Micros) -> bool {
        while self.sightings >= limits.sightings {
            if !self.forget_oldest(run.source, Some(run.id), now) {
                return false;
            }
        }
        true
    }

    fn forget_oldest(&mut self, source: SourceId, but: Option<RunId>, now: Micros) -> bool {
        let others = self.known.values().filter(|run| Some(run.id) != but);
        let oldest = others
            .min_by_key(|run| (run.source != source, run.last(), run.epoch))
            .map(|run| run.id);
        oldest.is_some_and(|id| {
            self.forget(id, now);
            true
        })
    }

    fn forget(&mut self, id: RunId, now: Micros) {
        let Some(run) = self.known.remove(&id) else {
            return;
        };
        self.sightings = self.sightings.saturating_sub(run.sightings());
        if self
            .forgotten
            .insert(
                id,
                Forgotten {
                    lost: run.lost().max(1),
                    epoch: run.epoch,
                },
            )
            .is_none()
        {
            self.order.push_back(id);
        }
        if self.order.len() > FORGOTTEN
            && let Some(id) = self.order.pop_front()
        {
            self.forgotten.remove(&id);
            self.doubt(None, now);
        }
    }

    fn doubt(&mut self, source: Option<SourceId>, at: Micros) {
        self.doubts.retain(|doubt| doubt.source != source);
        if self.doubts.len() >= DOUBTS {
            self.doubts.pop_front();
            return self.doubts.push_back(Doubt { source: None, at });
        }
        self.doubts.push_back(Doubt { source, at });
    }
}

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
}
