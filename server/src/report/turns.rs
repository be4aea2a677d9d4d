//! Places for those who hand a report in, while it comes and until it has been judged.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::lock;
use crate::problem::{Problem, Refusal};
use crate::source::SourceId;

/// The reports that are read at once: each may take its whole size of memory while it comes.
const AT_ONCE: usize = 64;

/// Of one source, so that nobody alone keeps all others out; enough for an office that has trouble all at once.
const OF_SOURCE: usize = 32;

/// Who is inside.
#[derive(Debug)]
pub(super) struct Turns {
    places: Arc<Semaphore>,
    inside: Mutex<HashMap<SourceId, usize>>,
}

/// A place; free again when dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Arc<Turns>,
    source: SourceId,
    _place: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            inside: Mutex::default(),
        })
    }

    /// A place for somebody of that source, at once or not at all.
    pub(super) fn take(self: &Arc<Self>, source: SourceId) -> Result<Turn, Problem> {
        let mut inside = lock(&self.inside);
        if inside.get(&source).is_some_and(|own| *own >= OF_SOURCE) {
            return Err(Problem::too_many("report", Refusal::Count));
        }
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Problem::overloaded())?;
        *inside.entry(source).or_default() += 1;
        Ok(Turn {
            turns: Arc::clone(self),
            source,
            _place: place,
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut inside = lock(&self.turns.inside);
        if let Some(own) = inside.get_mut(&self.source) {
            *own -= 1;
            if *own == 0 {
                inside.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::source::Sources;

    #[test]
    fn nobody_alone_keeps_all_others_out_and_all_together_are_bounded() {
        let (turns, sources) = (Turns::new(), Sources::default());
        let of = |n| sources.id(IpAddr::V4(Ipv4Addr::new(192, 0, 2, n)));
        let take = |n| turns.take(of(n)).expect("a place");
        let status = |source| {
            turns
                .take(source)
                .err()
                .map(|problem| problem.status.as_u16())
        };
        let mut own: Vec<Turn> = (0..32).map(|_| take(1)).collect();
        assert_eq!((status(of(1)), status(of(2))), (Some(429), None));
        own.pop();
        assert_eq!(status(of(1)), None);
        let others: Vec<Turn> = (0..32).map(|_| take(2)).collect();
        let last = take(3);
        assert_eq!(status(of(4)), Some(503));
        drop((own, others, last));
        assert!(lock(&turns.inside).is_empty(), "nobody is inside");
    }
}
