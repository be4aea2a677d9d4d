//! The runs that are known, those that were forgotten, and what was lost without a name.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use pushcheck::time::Micros;
use pushcheck::wire::RunId;

use crate::limits::Limits;
use crate::source::SourceId;

use super::Run;

/// All that the ledger's lock guards.
#[derive(Debug, Default)]
pub(super) struct Runs {
    pub(super) known: HashMap<RunId, Arc<Run>>,
    pub(super) forgotten: HashMap<RunId, Forgotten>,
    /// When which run was forgotten; of one that was so several times only the last entry stands for it.
    order: VecDeque<(RunId, Micros)>,
    pub(super) sightings: usize,
    swept: Micros,
    pub(super) doubts: VecDeque<Doubt>,
    /// How many there ever were.
    pub(super) doubts_ever: u64,
    /// Those forgotten since somebody last asked, where anybody does.
    pub(super) dropped: Option<Vec<Dropped>>,
}

/// A run just forgotten, for whoever keeps what was seen elsewhere, too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dropped {
    pub(crate) id: RunId,
    pub(crate) lost: u32,
    /// Over its time, not for room.
    pub(crate) aged: bool,
}

/// The most that wait to be asked for.
const DROPPED: usize = 20_000;

/// What stays of a forgotten run, so that nobody takes it for one that never was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forgotten {
    pub(super) lost: u32,
    /// Over its time, not for room.
    pub(super) aged: bool,
    pub(super) epoch: Micros,
    at: Micros,
}

/// Something was lost that could have been of any run: of a source's, where that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt {
    pub(super) source: Option<SourceId>,
    pub(super) at: Micros,
}

/// Doubts remembered; the next one beyond is everybody's.
const DOUBTS: usize = 1_000;

/// Forgotten runs remembered for each that may be known: 100,000 by default, of about 100 bytes. Beyond it the oldest
/// are really forgotten, and everybody is unsure for a while.
const FORGOTTEN_PER_RUN: usize = 20;

/// How long a forgotten run is remembered as such, in times of `keep_ms`: an hour by default. A page that asks later
/// than that has slept, and its run is split for it.
const FORGOTTEN_FOR: u64 = 4;

impl Runs {
    pub(super) fn sweep(&mut self, now: Micros, limits: &Limits, always: bool) {
        if !always && now.since(self.swept) < Micros::ms(1_000) {
            return;
        }
        self.swept = now;
        self.doubts
            .retain(|doubt| now.since(doubt.at) <= Micros::ms(limits.keep_ms));
        let old: Vec<RunId> = self
            .known
            .values()
            .filter(|run| !run.is_held() && now.since(run.last()) > Micros::ms(limits.keep_ms))
            .map(|run| run.id)
            .collect();
        for id in old {
            self.forget(id, now, limits, true);
        }
        while let Some((_, at)) = self.order.front()
            && now.since(*at) > forgotten_for(limits)
        {
            self.pop_forgotten();
        }
    }

    /// The very run that is known under its id.
    pub(super) fn is_known(&self, run: &Arc<Run>) -> bool {
        self.known
            .get(&run.id)
            .is_some_and(|known| Arc::ptr_eq(known, run))
    }

    /// Room for one more run: the same source's least recent one goes first.
    pub(super) fn make_room(&mut self, source: SourceId, limits: &Limits, now: Micros) {
        let own = self
            .known
            .values()
            .filter(|run| run.source == source)
            .count();
        if own >= limits.source_runs || self.known.len() >= limits.runs {
            self.forget_oldest(source, None, now, limits);
        }
    }

    /// Room for one more sighting; false: only the run itself could make it.
    pub(super) fn room_for_one(&mut self, run: &Run, limits: &Limits, now: Micros) -> bool {
        while self.sightings >= limits.sightings {
            if !self.forget_oldest(run.source, Some(run.id), now, limits) {
                return false;
            }
        }
        true
    }

    fn forget_oldest(
        &mut self,
        source: SourceId,
        but: Option<RunId>,
        now: Micros,
        limits: &Limits,
    ) -> bool {
        let others = self.known.values().filter(|run| Some(run.id) != but);
        let oldest = others
            .min_by_key(|run| (run.source != source, run.last(), run.epoch))
            .map(|run| run.id);
        oldest.is_some_and(|id| {
            self.forget(id, now, limits, false);
            true
        })
    }

    fn forget(&mut self, id: RunId, now: Micros, limits: &Limits, aged: bool) {
        let Some(run) = self.known.remove(&id) else {
            return;
        };
        self.sightings = self.sightings.saturating_sub(run.sightings());
        let past = Forgotten {
            lost: run.lost().max(1),
            aged,
            epoch: run.epoch,
            at: now,
        };
        self.forgotten.insert(id, past);
        match self.dropped.as_mut() {
            Some(dropped) if dropped.len() >= DROPPED => self.doubt(None, now),
            Some(dropped) => dropped.push(Dropped {
                id,
                lost: past.lost,
                aged,
            }),
            None => {}
        }
        self.order.push_back((id, now));
        if self.order.len() > limits.runs.saturating_mul(FORGOTTEN_PER_RUN)
            && let Some(at) = self.pop_forgotten()
            && now.since(at) <= forgotten_for(limits)
        {
            self.doubt(None, now);
        }
    }

    /// Really forgets the one that was forgotten first, and says when that was; none: it has been so again since.
    fn pop_forgotten(&mut self) -> Option<Micros> {
        let (id, at) = self.order.pop_front()?;
        let is_last = self.forgotten.get(&id).is_some_and(|past| past.at == at);
        is_last.then(|| {
            self.forgotten.remove(&id);
            at
        })
    }

    /// Whether something of one of these sources was lost since then.
    pub(super) fn doubted(&self, sources: &[SourceId], since: Micros) -> bool {
        self.doubts
            .iter()
            .any(|doubt| doubt.at >= since && doubt.source.is_none_or(|one| sources.contains(&one)))
    }

    pub(super) fn doubt(&mut self, source: Option<SourceId>, at: Micros) {
        self.doubts_ever = self.doubts_ever.saturating_add(1);
        self.doubts.retain(|doubt| doubt.source != source);
        if self.doubts.len() >= DOUBTS {
            self.doubts.pop_front();
            return self.doubts.push_back(Doubt { source: None, at });
        }
        self.doubts.push_back(Doubt { source, at });
    }
}

fn forgotten_for(limits: &Limits) -> Micros {
    Micros::ms(limits.keep_ms.saturating_mul(FORGOTTEN_FOR))
}
