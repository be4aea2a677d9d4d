//! One arrival of a request, while it lasts and afterwards.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use pushcheck::wire::{End, Sighting};

use crate::clock::Clock;
use crate::connection::{Connection, Tally};
use crate::lock;

/// What the ledger remembers of one arrival. Its bytes are read where they are counted.
#[derive(Debug)]
pub(crate) struct Arrival {
    seen: Mutex<Sighting>,
    tally: Option<Arc<Tally>>,
    /// The page wants to know of it only if it does not end whole.
    brief: bool,
    /// Its number on this instance, from 1; 0 until it is remembered.
    number: AtomicU64,
    changes: AtomicU32,
}

/// By what it is told whether anything of an arrival has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp(u32, u64, u64);

impl Arrival {
    pub(crate) fn new(seen: Sighting, tally: Option<Arc<Tally>>, brief: bool) -> Self {
        Self {
            seen: Mutex::new(seen),
            tally,
            brief,
            number: AtomicU64::new(0),
            changes: AtomicU32::new(0),
        }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number.load(Relaxed)
    }

    pub(super) fn numbered(&self, number: u64) {
        self.number.store(number, Relaxed);
    }

    /// Taken before it is read, it tells of every later change.
    pub(crate) fn stamp(&self) -> Stamp {
        let bytes = |of: fn(&Tally) -> u64| self.tally.as_ref().map_or(0, |tally| of(tally));
        Stamp(
            self.changes.load(Relaxed),
            bytes(|tally| tally.read.load(Relaxed)),
            bytes(|tally| tally.written.load(Relaxed)),
        )
    }

    /// Nobody wants to know of it any more.
    pub(crate) fn is_spent(&self) -> bool {
        self.brief && lock(&self.seen).end == Some(End::Complete)
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Sighting)) {
        let mut seen = lock(&self.seen);
        change(&mut seen);
        self.changes.fetch_add(1, Relaxed);
    }

    /// As it stands now.
    pub(crate) fn to_wire(&self, instance: &str) -> Sighting {
        let mut sighting = lock(&self.seen).clone();
        instance.clone_into(&mut sighting.instance);
        sighting.bytes_in = self.tally.as_ref().map(|tally| tally.read.load(Relaxed));
        sighting.bytes_out = self.tally.as_ref().map(|tally| tally.written.load(Relaxed));
        sighting
    }
}

/// An arrival that lasts. Whoever drops it without an end says that the other side ended it.
#[derive(Debug)]
pub(crate) struct Open {
    arrival: Option<Arc<Arrival>>,
    connection: Arc<Connection>,
    clock: Arc<Clock>,
}

impl Open {
    /// Of a remembered arrival, or of one that leaves no trace (a navigation).
    pub(crate) fn new(
        arrival: Option<Arc<Arrival>>,
        connection: Arc<Connection>,
        clock: Arc<Clock>,
    ) -> Self {
        Self {
            arrival,
            connection,
            clock,
        }
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Sighting)) {
        if let Some(arrival) = &self.arrival {
            arrival.update(change);
        }
    }

    /// All that has been written is the answer's head; nothing is known where none of it has left yet.
    pub(crate) fn head_is_out(&self) {
        let written = self
            .arrival
            .as_ref()
            .and_then(|arrival| arrival.tally.as_ref())
            .map(|tally| tally.written.load(Relaxed));
        self.update(|seen| seen.head_out = written.filter(|bytes| *bytes > 0));
    }

    /// It ended so; what is said first stands.
    pub(crate) fn end(&self, end: End) {
        let now = self.clock.now();
        self.update(|seen| {
            if seen.end.is_none() {
                seen.end = Some(end);
                seen.ended_at = Some(now);
                seen.tcp = self.connection.tap.tcp();
            }
        });
    }

    /// How many segments its connection has sent that are not acknowledged; `None`: the kernel does not tell, or the
    /// connection is not the visitor's.
    pub(crate) fn unacked(&self) -> Option<u32> {
        self.connection.tap.tcp().map(|tcp| tcp.unacked)
    }

    /// Its connection.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// How it ends where the connection's end is its own.
    pub(crate) fn unfinished(&self) -> End {
        self.connection.unfinished()
    }

    /// It ended by the connection's end.
    pub(crate) fn cut(&self) {
        self.end(self.unfinished());
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.cut();
    }
}
