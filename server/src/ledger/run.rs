//! What is remembered of one run.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, Weak};

use pushcheck::time::Micros;
use pushcheck::wire::{self, RunId};

use crate::connection::Connection;
use crate::limits::Limits;
use crate::lock;
use crate::problem::{Problem, Refusal};
use crate::source::{Pace, SourceId};

use super::Arrival;

/// One run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) source: SourceId,
    /// When its first request reached this instance: the zero of its ticks.
    pub(crate) epoch: Micros,
    long: AtomicU32,
    large: AtomicU32,
    record: Mutex<Record>,
}

#[derive(Debug)]
struct Record {
    arrivals: Vec<Arc<Arrival>>,
    /// Whence its requests came: a page may reach us over IPv4 and IPv6.
    sources: Vec<SourceId>,
    connections: Vec<(u64, Weak<Connection>)>,
    last: Micros,
    pace: Pace,
    accepted: u32,
    evicted: u32,
    refused: u32,
    /// Something of this run was answered and left no sighting.
    unseen: bool,
}

/// Refused arrivals that are remembered beyond the accepted ones; of more only the number.
const REFUSED_KEPT: usize = 50;

/// Answers of a run that are large by intent.
const LARGE: u32 = 4;

/// Sources that are remembered of one run: whoever knows its id could bring more.
const SOURCES: usize = 4;

impl Run {
    pub(crate) fn new(id: RunId, source: SourceId, epoch: Micros, evicted: u32) -> Self {
        let record = Record {
            arrivals: Vec::new(),
            sources: vec![source],
            connections: Vec::new(),
            last: epoch,
            pace: Pace::default(),
            accepted: 0,
            evicted,
            refused: 0,
            unseen: evicted > 0,
        };
        Self {
            id,
            source,
            epoch,
            long: AtomicU32::new(0),
            large: AtomicU32::new(0),
            record: Mutex::new(record),
        }
    }

    /// The ticks that are due at `now` on the instance's clock: their highest number.
    pub(crate) fn last_due(&self, now: Micros) -> u32 {
        wire::tick_after(now.since(self.epoch)) - 1
    }

    /// When tick `n` falls due on the instance's clock.
    pub(crate) fn due(&self, n: u32) -> Micros {
        self.epoch.plus(wire::tick_due(n))
    }

    /// The number of the tick that follows the `n`th, which leaves now: the next, or the first that is due when the pace has
    /// passed.
    pub(crate) fn next_paced(&self, n: u32, pace: Option<Micros>, now: Micros) -> u32 {
        let last = pace.map_or(n, |pace| self.last_due(now.plus(pace)));
        last.max(n).saturating_add(1)
    }

    /// Takes one request from the run's limits.
    pub(crate) fn admit(
        &self,
        connection: &Arc<Connection>,
        limits: &Limits,
        now: Micros,
    ) -> Result<(), Problem> {
        let mut record = lock(&self.record);
        record.last = now;
        if record.accepted >= limits.attempts {
            return Err(Problem::too_many("run", Refusal::Count));
        }
        if !record.pace.take(limits.run_rate, now) {
            return Err(Problem::too_many("run", Refusal::Rate));
        }
        let known = record
            .connections
            .iter()
            .any(|(number, _)| *number == connection.number);
        let open = record
            .connections
            .iter()
            .filter(|(_, one)| one.strong_count() > 0)
            .count();
        if !known && open >= limits.run_connections as usize {
            return Err(Problem::too_many("connection", Refusal::Count));
        }
        record.accepted += 1;
        Ok(())
    }

    /// A request of it came from there.
    pub(crate) fn came_from(&self, source: SourceId) {
        let sources = &mut lock(&self.record).sources;
        if !sources.contains(&source) && sources.len() < SOURCES {
            sources.push(source);
        }
    }

    /// Whence its requests came, the one that asks for its ledger included.
    pub(crate) fn sources(&self, asking: SourceId) -> Vec<SourceId> {
        let mut sources = lock(&self.record).sources.clone();
        if !sources.contains(&asking) {
            sources.push(asking);
        }
        sources
    }

    /// The connection's number within the run, from 1.
    pub(crate) fn number(&self, connection: &Arc<Connection>) -> u32 {
        let mut record = lock(&self.record);
        let found = record
            .connections
            .iter()
            .position(|(number, _)| *number == connection.number);
        let index = found.unwrap_or_else(|| {
            record
                .connections
                .push((connection.number, Arc::downgrade(connection)));
            record.connections.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// There is room for one more sighting.
    pub(crate) fn has_room(&self, limits: &Limits) -> bool {
        lock(&self.record).arrivals.len() < limits.attempts as usize + REFUSED_KEPT
    }

    /// Forgets what nobody wants to know of any more; how many those were.
    pub(crate) fn forget_spent(&self) -> usize {
        let arrivals = &mut lock(&self.record).arrivals;
        let before = arrivals.len();
        arrivals.retain(|arrival| !arrival.is_spent());
        before - arrivals.len()
    }

    pub(crate) fn remember(&self, arrival: Arc<Arrival>) {
        lock(&self.record).arrivals.push(arrival);
    }

    /// A request was refused by a limit.
    pub(crate) fn refuse(&self) {
        let mut record = lock(&self.record);
        record.refused = record.refused.saturating_add(1);
    }

    /// A request left no sighting.
    pub(crate) fn miss(&self) {
        lock(&self.record).unseen = true;
    }

    pub(crate) fn last(&self) -> Micros {
        lock(&self.record).last
    }

    pub(crate) fn sightings(&self) -> usize {
        lock(&self.record).arrivals.len()
    }

    /// All that it ever lost, when it is forgotten now.
    pub(crate) fn lost(&self) -> u32 {
        let record = lock(&self.record);
        record
            .evicted
            .saturating_add(u32::try_from(record.arrivals.len()).unwrap_or(u32::MAX))
    }

    /// Counts a long request until the value is dropped; none: one too many.
    pub(crate) fn hold(self: &Arc<Self>, limit: u32) -> Option<RunHold> {
        self.long
            .fetch_update(Relaxed, Relaxed, |long| (long < limit).then_some(long + 1))
            .ok()?;
        Some(RunHold(Arc::clone(self)))
    }

    /// Something of it lasts.
    pub(crate) fn is_held(&self) -> bool {
        self.long.load(Relaxed) > 0
    }

    /// Counts an answer that is large by intent; false: one too many for a run.
    pub(crate) fn may_have_large(&self) -> bool {
        self.large.fetch_add(1, Relaxed) < LARGE
    }

    /// Those that somebody may want to know of.
    pub(crate) fn arrivals(&self) -> Vec<Arc<Arrival>> {
        let arrivals = &lock(&self.record).arrivals;
        let wanted = arrivals.iter().filter(|arrival| !arrival.is_spent());
        wanted.cloned().collect()
    }

    /// Evicted, refused, nothing unseen.
    pub(crate) fn counts(&self) -> (u32, u32, bool) {
        let record = lock(&self.record);
        (record.evicted, record.refused, !record.unseen)
    }

    /// Evicted, refused, nothing unseen, and the sightings.
    pub(crate) fn read(&self, instance: &str) -> (u32, u32, bool, Vec<wire::Sighting>) {
        let record = lock(&self.record);
        let sightings = record
            .arrivals
            .iter()
            .filter(|arrival| !arrival.is_spent())
            .map(|arrival| arrival.to_wire(instance))
            .collect();
        (record.evicted, record.refused, !record.unseen, sightings)
    }
}

/// One long request of a run.
#[derive(Debug)]
pub(crate) struct RunHold(Arc<Run>);

impl Drop for RunHold {
    fn drop(&mut self) {
        self.0.long.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn the_last_due_tick_is_the_one_before_the_next() {
        let source = Sources::default().id([127, 0, 0, 1].into());
        let id = "00000000000000000000000000000000".parse().expect("a run");
        let run = Run::new(id, source, Micros::ms(7), 0);
        for ms in (0..20_000).step_by(13) {
            let since = Micros::ms(ms);
            assert_eq!(
                run.last_due(Micros::ms(7).plus(since)) + 1,
                wire::tick_after(since),
                "{ms} ms"
            );
        }
    }
}
