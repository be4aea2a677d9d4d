//! What is new since the last flush.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use pushcheck::time::Micros;
use pushcheck::wire::RunId;
use pushcheck_store::sighting::{Part, Seen};

use crate::ledger::{Arrival, Dropped, Ledger, Stamp};

/// After so long without a request nothing of a run changes that does not last.
const QUIET: Micros = Micros::ms(60_000);

/// What has been flushed of each run.
#[derive(Debug, Default)]
pub(super) struct Flushed {
    runs: HashMap<RunId, Known>,
    doubts: u64,
    /// Forgotten here, and not yet in the store.
    dropped: Vec<Dropped>,
}

#[derive(Debug, Default)]
struct Known {
    part: Option<Part>,
    doubted_by: BTreeSet<String>,
    arrivals: HashMap<u64, Stamp>,
    is_clean: bool,
}

/// An arrival to be flushed.
#[derive(Debug)]
pub(super) struct New {
    run: RunId,
    arrival: Arc<Arrival>,
    stamp: Stamp,
}

impl New {
    /// As it stands now, which may be later than the cut.
    pub(super) fn to_store(&self, instance: &str) -> Seen {
        Seen {
            n: i64::try_from(self.arrival.number()).unwrap_or(i64::MAX),
            run: self.run.to_string(),
            // Our own types, without maps of other keys than text: it cannot fail.
            body: serde_json::to_string(&self.arrival.to_wire(instance)).unwrap_or_default(),
        }
    }
}

/// All that was new at one moment.
#[derive(Debug, Default)]
pub(super) struct Cut {
    pub(super) parts: Vec<Part>,
    pub(super) new: Vec<New>,
    pub(super) spent: Vec<(RunId, u64)>,
    pub(super) dropped: Vec<Dropped>,
    pub(super) doubts: u64,
}

impl Flushed {
    /// The nodes named may have seen something of any run that is known now.
    pub(super) fn disturb(&mut self, by: &[String]) {
        for known in self.runs.values_mut() {
            known.doubted_by.extend(by.iter().cloned());
            known.is_clean &= by.is_empty();
        }
    }

    /// What is new now. `unsettled`: the nodes that may have seen something of runs that are new here.
    pub(super) fn cut(
        &mut self,
        ledger: &Ledger,
        instance: &str,
        unsettled: &BTreeSet<String>,
        now: Micros,
    ) -> Cut {
        let mut dropped = std::mem::take(&mut self.dropped);
        dropped.extend(ledger.take_dropped());
        let mut cut = Cut {
            dropped,
            doubts: ledger.doubts_ever(),
            ..Cut::default()
        };
        let doubts_grew = cut.doubts != self.doubts;
        self.doubts = cut.doubts;
        cut.dropped.retain(|dropped| {
            let known = self.runs.remove(&dropped.id);
            let whole = known.is_some_and(|known| known.is_clean);
            // All that was over its time stays with the others'.
            if dropped.aged && whole {
                return false;
            }
            let lost = i64::from(dropped.lost);
            cut.parts.push(part(
                dropped.id,
                instance,
                (lost, 0, false),
                "[]".to_owned(),
            ));
            true
        });
        for run in ledger.runs() {
            let is_new = !self.runs.contains_key(&run.id);
            let known = self.runs.entry(run.id).or_default();
            if is_new {
                known.doubted_by.clone_from(unsettled);
            }
            let quiet = !run.is_held() && now.since(run.last()) > QUIET;
            if quiet && known.is_clean && !doubts_grew {
                continue;
            }
            known.is_clean = true;
            let arrivals = run.arrivals();
            for arrival in &arrivals {
                let stamp = arrival.stamp();
                if known.arrivals.get(&arrival.number()) != Some(&stamp) {
                    known.is_clean = false;
                    cut.new.push(New {
                        run: run.id,
                        arrival: Arc::clone(arrival),
                        stamp,
                    });
                }
            }
            if known
                .arrivals
                .keys()
                .any(|n| !arrivals.iter().any(|one| one.number() == *n))
            {
                let mut gone: Vec<u64> = known.arrivals.keys().copied().collect();
                gone.retain(|n| !arrivals.iter().any(|one| one.number() == *n));
                known.is_clean = false;
                cut.spent.extend(gone.into_iter().map(|n| (run.id, n)));
            }
            let (evicted, refused, sure) = run.counts();
            let sure = sure && !ledger.doubts(&run);
            let doubted_by = serde_json::to_string(&known.doubted_by).unwrap_or_default();
            let counts = (i64::from(evicted), i64::from(refused), sure);
            let part = part(run.id, instance, counts, doubted_by);
            // Also where only sightings are new: it says when the run was last heard of.
            if known.part.as_ref() != Some(&part) || !known.is_clean {
                known.is_clean = false;
                cut.parts.push(part);
            }
        }
        cut
    }

    /// It is not known to be in the store: all of it is new again.
    pub(super) fn again(&mut self, cut: Cut) {
        let runs = cut.parts.iter().filter_map(|part| part.run.parse().ok());
        for run in runs {
            if let Some(known) = self.runs.get_mut(&run) {
                (known.part, known.is_clean) = (None, false);
            }
        }
        self.dropped.extend(cut.dropped);
    }

    /// All of it is in the store.
    pub(super) fn done(&mut self, cut: Cut) {
        for new in cut.new {
            if let Some(known) = self.runs.get_mut(&new.run) {
                known.arrivals.insert(new.arrival.number(), new.stamp);
            }
        }
        for (run, n) in cut.spent {
            if let Some(known) = self.runs.get_mut(&run) {
                known.arrivals.remove(&n);
            }
        }
        for part in cut.parts {
            let run = part.run.parse();
            if let Some(known) = run.ok().and_then(|run: RunId| self.runs.get_mut(&run)) {
                known.part = Some(part);
                known.is_clean = true;
            }
        }
    }
}

fn part(run: RunId, instance: &str, counts: (i64, i64, bool), doubted_by: String) -> Part {
    let (evicted, refused, sure) = counts;
    Part {
        run: run.to_string(),
        instance: instance.to_owned(),
        evicted,
        refused,
        sure,
        doubted_by,
        forgotten: false,
    }
}
