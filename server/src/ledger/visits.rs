//! Connections that have made no request yet, or never did: by the source they came from, bounded, and honest about
//! what is lost.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use pushcheck::time::Micros;
use pushcheck::wire::{End, Reached, SeenConnection};

use crate::connection::Tap;
use crate::lock;
use crate::source::SourceId;

/// Those remembered of one source. An office's browsers keep some in advance each, for as long as we let them.
const OF_SOURCE: usize = 256;

/// Those remembered in all, of about 300 bytes.
const OF_ALL: usize = 20_000;

/// Those handed out in one ledger: the latest.
const HANDED_OUT: usize = 200;

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Visits {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    by_source: HashMap<SourceId, Taps>,
    all: usize,
}

/// Those of one source, in order of their coming.
#[derive(Debug, Default)]
struct Taps {
    known: VecDeque<Arc<Tap>>,
    /// How many earlier ones were dropped for room.
    lost: u32,
    /// When the last of these came.
    lost_at: Micros,
}

impl Visits {
    /// Remembers a connection just accepted, until it asks.
    pub(crate) fn remember(self: &Arc<Self>, source: SourceId, tap: Arc<Tap>) -> Visit {
        let mut known = lock(&self.known);
        let own = known.by_source.get(&source).map_or(0, Taps::len);
        if own >= OF_SOURCE {
            known.lose_oldest(source);
        } else if known.all >= OF_ALL {
            let most = known.by_source.iter().max_by_key(|(_, taps)| taps.len());
            if let Some(most) = most.map(|(source, _)| *source) {
                known.lose_oldest(most);
            }
        }
        known.all += 1;
        known
            .by_source
            .entry(source)
            .or_default()
            .known
            .push_back(Arc::clone(&tap));
        Visit {
            visits: Arc::clone(self),
            source,
            tap,
        }
    }

    /// Those of some sources that came since then, in order of their coming: the latest, where there are many; and how
    /// many are missing. One more is where any broke off meanwhile that came from elsewhere to a port of another kind than the
    /// sources' requests came to (`asked`: plain, TLS): the ports of one visitor need not share a way, nor an address.
    pub(super) fn since(
        &self,
        sources: &[SourceId],
        since: Micros,
        instance: &str,
        asked: [bool; 2],
    ) -> (Vec<SeenConnection>, u32) {
        let known = lock(&self.known);
        let of_sources = || {
            let of = |source| known.by_source.get(source);
            sources.iter().filter_map(of)
        };
        let lost = of_sources().filter(|taps| taps.lost_at >= since);
        let lost: u32 = lost.map(|taps| taps.lost).sum();
        let mut taps: Vec<&Arc<Tap>> = of_sources()
            .flat_map(|taps| &taps.known)
            .filter(|tap| tap.at >= since)
            .collect();
        taps.sort_by_key(|tap| tap.at);
        let left_out = taps.len().saturating_sub(HANDED_OUT);
        let seen = taps[left_out..].iter().map(|tap| tap.to_wire(instance));
        let strange =
            |tap: &Arc<Tap>| tap.at >= since && !asked[usize::from(tap.is_tls)] && broke_off(tap);
        let mut others = known.by_source.iter();
        let strange = others
            .any(|(source, taps)| !sources.contains(source) && taps.known.iter().any(strange));
        let missing = left_out + usize::from(strange);
        let lost = lost.saturating_add(u32::try_from(missing).unwrap_or(u32::MAX));
        (seen.collect(), lost)
    }

    /// Forgets what ended before then.
    pub(super) fn sweep(&self, before: Micros) {
        let mut known = lock(&self.known);
        let Known { by_source, all } = &mut *known;
        by_source.retain(|_, taps| {
            taps.known.retain(|tap| {
                let is_old = tap.ended_at().is_some_and(|at| at < before);
                *all -= usize::from(is_old);
                !is_old
            });
            // What was lost of a source is remembered as long as anything of it.
            taps.len() > 0
        });
    }
}

/// Something went wrong on it: it is none of those that browsers open in advance, and keep, and let go of.
fn broke_off(tap: &Tap) -> bool {
    let broken = matches!(tap.fate(), Some(End::Reset | End::Broken));
    match tap.reached() {
        Reached::Accepted | Reached::Secured => broken,
        _ => tap.ended_at().is_some(),
    }
}

impl Taps {
    fn len(&self) -> usize {
        self.known.len()
    }
}

impl Known {
    fn lose_oldest(&mut self, source: SourceId) {
        let Some(taps) = self.by_source.get_mut(&source) else {
            return;
        };
        if let Some(oldest) = taps.known.pop_front() {
            self.all -= 1;
            taps.lost = taps.lost.saturating_add(1);
            taps.lost_at = oldest.at;
        }
    }

    fn remove(&mut self, source: SourceId, is_it: impl Fn(&Tap) -> bool) {
        let Some(taps) = self.by_source.get_mut(&source) else {
            return;
        };
        let before = taps.len();
        taps.known.retain(|tap| !is_it(tap));
        self.all -= before - taps.len();
        if taps.len() == 0 && taps.lost == 0 {
            self.by_source.remove(&source);
        }
    }
}

/// A connection that has not asked yet.
#[derive(Debug)]
pub(crate) struct Visit {
    visits: Arc<Visits>,
    source: SourceId,
    tap: Arc<Tap>,
}

impl Visit {
    /// It has made a request: from now on it stands in the sightings.
    pub(crate) fn has_asked(self) {
        lock(&self.visits.known).remove(self.source, |tap| std::ptr::eq(tap, &*self.tap));
    }
}
