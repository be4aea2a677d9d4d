//! The ticks that a page has asked for on a socket.

use pushcheck::time::Micros;

use crate::ledger::Run;
use crate::probe::SHORTEST_PACE;

/// What is asked for and not sent yet.
#[derive(Debug, Default)]
pub(super) struct Ticks {
    next: u32,
    left: u32,
    asked: u32,
    pace: Option<Micros>,
}

impl Ticks {
    /// When the next one is due; none: there is none.
    pub(super) fn due(&self, run: &Run) -> Option<Micros> {
        (self.left > 0 || self.pace.is_some()).then(|| run.due(self.next))
    }

    /// So many more; false: more than `limit` in all.
    pub(super) fn ask(&mut self, count: u32, limit: u32, run: &Run, at: Micros) -> bool {
        self.asked = self.asked.saturating_add(count);
        if self.asked > limit {
            return false;
        }
        if self.due(run).is_none() {
            self.next = run.last_due(at).saturating_add(1);
        }
        self.left += count;
        true
    }

    /// From now on one each time that so long has passed, until the end.
    pub(super) fn pace(&mut self, every: Micros, run: &Run, at: Micros) {
        self.next = run.last_due(at).saturating_add(1);
        self.pace = Some(every.max(SHORTEST_PACE));
    }

    /// They come until the end, as long as the page says something.
    pub(super) const fn are_paced(&self) -> bool {
        self.pace.is_some()
    }

    /// The number of the one that leaves now.
    pub(super) fn take(&mut self, run: &Run, now: Micros) -> u32 {
        let n = self.next;
        self.next = run.next_paced(n, self.pace, now);
        self.left = self.left.saturating_sub(1);
        n
    }
}
