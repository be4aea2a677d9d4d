//! One store for many nodes: each flushes what it saw, and a read of a run waits until all have been seen through.
//!
//! A probe's answer never waits for any of it. No clocks are compared: what was seen before a read began is in the second flush
//! that a node ends after that.

mod cut;
mod judge;
mod watch;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pushcheck::time::Micros;
use pushcheck::wire::{self, RunId};
use pushcheck_store::node::{Node, State};
use pushcheck_store::sighting::Flush;
use pushcheck_store::{Error, Store};
use tokio::sync::{Notify, watch as channel};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at};

use crate::clock::{Clock, wall_ms};
use crate::ledger::Ledger;
use crate::lock;
use crate::source::SourceId;

use cut::{Cut, Flushed};
use judge::{Read, Wait, merge};
use watch::{LOST, Watch};

/// How often what was seen is flushed.
const BEAT: Duration = Duration::from_millis(200);

/// How often those who wait look at the others' beats.
const LOOK: Duration = Duration::from_millis(50);

/// How long a read waits for others.
const READ: Duration = Duration::from_millis(1_500);

/// How long one transaction may take before it is given up and made anew.
const TURN: Duration = Duration::from_secs(5);

/// After so long without a flush nobody could know what this node saw: it answers no attempt.
const BLIND: Micros = Micros(LOST.0 / 2);

/// Sightings in one transaction, of 2.4 kB each.
const AT_ONCE: usize = 500;

/// The most sightings of one ledger.
const MOST: i64 = 10_000;

/// How long a forgotten run is known as such, in times that it is kept.
const FORGOTTEN_FOR: i64 = 4;

/// This node among the others.
#[derive(Debug)]
pub(crate) struct Shared {
    store: Store,
    clock: Arc<Clock>,
    keep_ms: i64,
    /// When this node last flushed, on its own clock.
    flushed_at: AtomicU64,
    watch: Mutex<Watch>,
    nodes: channel::Sender<Arc<Vec<Node>>>,
    waiting: AtomicUsize,
    wanted: Notify,
}

impl Shared {
    pub(crate) fn new(store: Store, clock: Arc<Clock>, keep_ms: u64) -> Self {
        Self {
            store,
            keep_ms: i64::try_from(keep_ms).unwrap_or(i64::MAX / 8),
            flushed_at: AtomicU64::new(0),
            watch: Mutex::new(Watch::new(clock.id().to_owned())),
            nodes: channel::Sender::new(Arc::default()),
            waiting: AtomicUsize::new(0),
            wanted: Notify::new(),
            clock,
        }
    }

    /// It is there; before it answers anybody.
    pub(crate) async fn join(&self) -> Result<(), Error> {
        self.begin_life(1).await?;
        let nodes = self.store.nodes().await?;
        lock(&self.watch).notice(&nodes, self.clock.now());
        self.flushed_at.store(self.clock.now().0, Relaxed);
        Ok(())
    }

    async fn begin_life(&self, epoch: i64) -> Result<(), Error> {
        let node = Node {
            instance: self.clock.id().to_owned(),
            epoch,
            started_at: i64::try_from(self.clock.instance.started_at).unwrap_or(i64::MAX),
            beat: 0,
            seen_through: micros(self.clock.now()),
            doubts: 0,
            state: State::Lives,
        };
        self.store.join(&node).await
    }

    /// What this node sees now nobody could know: the store has not taken anything for long.
    pub(crate) fn is_blind(&self) -> bool {
        self.clock
            .now()
            .since(Micros(self.flushed_at.load(Relaxed)))
            > BLIND
    }

    /// Flushes until the node ends, then all that is left, and leaves. `ended`: nothing more is seen.
    pub(crate) async fn keep(self: Arc<Self>, ledger: &Ledger, ended: impl Future<Output = ()>) {
        let mut flushing = Flushing {
            shared: &self,
            ledger,
            flushed: Flushed::default(),
            epoch: 1,
            well: true,
        };
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sweep_at = Instant::now() + Duration::from_secs(20);
        let flush = async {
            loop {
                beats.tick().await;
                flushing.turn().await;
                if Instant::now() > sweep_at {
                    self.sweep().await;
                    sweep_at = Instant::now() + Duration::from_secs(60);
                }
            }
        };
        tokio::select! {
            () = flush => {}
            () = self.look() => {}
            () = ended => {}
        }
        let left = async {
            if flushing.flush().await? {
                let id = self.clock.id();
                self.store
                    .part_from(id, flushing.epoch, None, State::Ended)
                    .await?;
            }
            Ok::<_, Error>(())
        };
        match timeout(TURN, left).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "what was seen last was not flushed"),
            Err(_) => tracing::warn!("what was seen last was not flushed in time"),
        }
    }

    /// Looks at the beats as long as anybody waits for them.
    async fn look(&self) {
        loop {
            if self.waiting.load(Relaxed) == 0 {
                self.wanted.notified().await;
            }
            if let Ok(Ok(nodes)) = timeout(TURN, self.store.nodes()).await {
                self.nodes.send_replace(Arc::new(nodes));
            }
            sleep(LOOK).await;
        }
    }

    async fn sweep(&self) {
        let now = wall_ms();
        let before = now.saturating_sub(self.keep_ms);
        let forgotten = now.saturating_sub(self.keep_ms.saturating_mul(FORGOTTEN_FOR));
        match timeout(TURN, self.store.forget_sightings(before, forgotten)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "sightings over their time were not forgotten")
            }
            Err(_) => tracing::warn!("sightings over their time were not forgotten in time"),
        }
    }

    /// How many sightings of a run others may have; none known: none.
    pub(crate) async fn sightings(&self, run: RunId) -> usize {
        let run = run.to_string();
        let counting = self.store.count_sightings(&run);
        match timeout(READ, counting).await {
            Ok(Ok(count)) => usize::try_from(count.min(MOST)).unwrap_or_default(),
            _ => 0,
        }
    }

    /// What all nodes saw of a run.
    pub(crate) async fn read(&self, ledger: &Ledger, run: RunId, asking: SourceId) -> wire::Ledger {
        let deadline = Instant::now() + READ;
        let read = self.read_others(run, deadline).await;
        // Last: what this node saw meanwhile is in it.
        let own = ledger.read(run, asking);
        let remembers = !ledger.has_let_go(run);
        merge(own, remembers, read)
    }

    async fn read_others(&self, run: RunId, deadline: Instant) -> Read {
        let _waits = Waits::begin(self);
        let known = self.nodes.borrow().as_ref().clone();
        // Without it who is there is not known, still less what they saw.
        let Ok(Ok(began)) = timeout_at(deadline, self.store.nodes()).await else {
            return unread(known);
        };
        let silent = lock(&self.watch).silent(self.clock.now());
        let all = Wait::begin(&began, self.clock.id(), &BTreeSet::new());
        let wait = Wait::begin(&began, self.clock.id(), &silent);
        let mut nodes = self.nodes.subscribe();
        let mut through = began;
        while !wait.late(&through).is_empty() {
            match timeout_at(deadline, nodes.changed()).await {
                Ok(Ok(())) => {}
                _ => break,
            }
            through = nodes.borrow_and_update().as_ref().clone();
        }
        let late = all.late(&through);
        // Those who are late do not keep the rest from being read.
        let patience = deadline.max(Instant::now() + Duration::from_millis(300));
        match timeout_at(patience, self.read_store(run)).await {
            Ok(Ok(read)) => Read {
                through,
                late,
                ..read
            },
            _ => unread(through),
        }
    }

    /// The sightings first: what is said of them later may only be worse.
    async fn read_store(&self, run: RunId) -> Result<Read, Error> {
        let run = run.to_string();
        let rows = self.store.sightings(&run, MOST + 1).await?;
        let too_many = rows.len() > usize::try_from(MOST).unwrap_or_default();
        let sightings = rows
            .iter()
            .map(|(_, body)| serde_json::from_str(body))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| Error::Corrupt("a sighting"))?;
        let parts = self.store.parts(&run).await?;
        let nodes = self.store.nodes().await?;
        let now = self.clock.now();
        let watch = lock(&self.watch);
        let mut unsettled = watch.unsettled(now);
        // Only whoever flushes notices: it tells all runs.
        unsettled.extend(watch.unnoticed(&nodes));
        Ok(Read {
            sightings,
            too_many,
            parts,
            unsettled,
            ..Read::default()
        })
    }
}

/// Nothing could be read: of nobody is it known what they saw.
fn unread(nodes: Vec<Node>) -> Read {
    let late = nodes.iter().map(|node| node.instance.clone());
    Read {
        late: late.chain([String::new()]).collect(),
        through: nodes,
        ..Read::default()
    }
}

/// Somebody waits for the others' beats.
struct Waits<'a>(&'a Shared);

impl<'a> Waits<'a> {
    fn begin(shared: &'a Shared) -> Self {
        shared.waiting.fetch_add(1, Relaxed);
        shared.wanted.notify_one();
        Self(shared)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

/// The one that flushes.
struct Flushing<'a> {
    shared: &'a Shared,
    ledger: &'a Ledger,
    flushed: Flushed,
    epoch: i64,
    well: bool,
}

impl Flushing<'_> {
    async fn turn(&mut self) {
        let turn = async {
            if !self.flush().await? {
                // Given up by the others: what runs they know lack stays so, and what comes is of another life.
                self.epoch += 1;
                tracing::warn!(epoch = self.epoch, "the others had given this node up");
                self.shared.begin_life(self.epoch).await?;
                self.flush().await?;
            }
            self.notice().await
        };
        let told = turn.await;
        match &told {
            Err(error) if self.well => tracing::error!(%error, "what is seen cannot be flushed"),
            Ok(()) if !self.well => tracing::info!("what is seen is flushed again"),
            _ => {}
        }
        self.well = told.is_ok();
    }

    /// False: the others have given this node up.
    async fn flush(&mut self) -> Result<bool, Error> {
        let clock = &self.shared.clock;
        let through = clock.now();
        let unsettled = lock(&self.shared.watch).unsettled(through);
        let cut = self
            .flushed
            .cut(self.ledger, clock.id(), &unsettled, through);
        let done = timeout(TURN, self.write(&cut, through)).await;
        match done.unwrap_or(Err(Error::Conflict)) {
            Ok(true) => {
                self.flushed.done(cut);
                self.shared.flushed_at.store(through.0, Relaxed);
                Ok(true)
            }
            failed => {
                self.flushed.again(cut);
                failed
            }
        }
    }

    async fn write(&self, cut: &Cut, through: Micros) -> Result<bool, Error> {
        let id = self.shared.clock.id();
        let blank = Flush {
            instance: id.to_owned(),
            epoch: self.epoch,
            doubts: i64::try_from(cut.doubts).unwrap_or(i64::MAX),
            ..Flush::default()
        };
        let mut dropped: Vec<String> = cut.dropped.iter().map(|one| one.id.to_string()).collect();
        // What was dropped goes before a run of the same name begins anew; parts last: they say that all the rest is there.
        let chunks = cut.new.len().saturating_sub(1) / AT_ONCE;
        for chunk in cut.new.chunks(AT_ONCE).take(chunks) {
            let more = Flush {
                sightings: chunk.iter().map(|new| new.to_store(id)).collect(),
                dropped: std::mem::take(&mut dropped),
                ..blank.clone()
            };
            if !self.shared.store.flush(&more, wall_ms()).await? {
                return Ok(false);
            }
        }
        let rest = cut.new.get(chunks * AT_ONCE..).unwrap_or_default();
        let last = Flush {
            seen_through: Some(micros(through)),
            parts: cut.parts.clone(),
            sightings: rest.iter().map(|new| new.to_store(id)).collect(),
            spent: cut
                .spent
                .iter()
                .map(|(_, n)| i64::try_from(*n).unwrap_or(i64::MAX))
                .collect(),
            dropped,
            ..blank
        };
        self.shared.store.flush(&last, wall_ms()).await
    }

    /// What the others do.
    async fn notice(&mut self) -> Result<(), Error> {
        let store = &self.shared.store;
        let nodes = timeout(TURN, store.nodes())
            .await
            .unwrap_or(Err(Error::Conflict))?;
        let noticed = lock(&self.shared.watch).notice(&nodes, self.shared.clock.now());
        self.shared.nodes.send_replace(Arc::new(nodes));
        self.flushed.disturb(&noticed.disturbed);
        for (instance, epoch, beat) in noticed.lose {
            if store
                .part_from(&instance, epoch, Some(beat), State::Lost)
                .await?
            {
                tracing::warn!(instance, "a node has gone silent and is given up");
            }
        }
        for (instance, epoch) in noticed.forget {
            store.forget_node(&instance, epoch).await?;
        }
        Ok(())
    }
}

fn micros(at: Micros) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}
