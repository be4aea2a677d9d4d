//! What is known of a connection above TLS: its bytes, exchange by exchange, what it is doing and how it ended.

mod first;
mod head;
mod heads;
mod hello;
mod kernel;
mod metered;
mod tap;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use pushcheck::time::Micros;
use pushcheck::wire::{End, Reached};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, oneshot};

use crate::accept::Slot;
use crate::clock::Clock;
use crate::ledger::Visit;
use crate::limits::Limits;
use crate::lock;
use crate::problem::Problem;
use crate::source::{SourceId, Ticket};

pub(crate) use head::Head;
use heads::Heads;
pub(crate) use metered::Metered;
pub(crate) use tap::{Tap, Tapped};

/// The bytes of one exchange: from the first byte of its request to the first byte of the next.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) read: AtomicU64,
    pub(crate) written: AtomicU64,
    claimed: AtomicBool,
    done: AtomicBool,
    head: Mutex<Head>,
}

/// A connection, shared by its socket and by the requests that it carries.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Distinguishes connections for as long as the process lives.
    pub(crate) number: u64,
    /// TLS ended here.
    pub(crate) tls: bool,
    /// Whose address it comes from.
    pub(crate) source: SourceId,
    /// Whose request it may carry when that cannot be read: its source, and nobody by name where the operator's own
    /// proxy connects for all.
    pub(crate) visitor: Option<SourceId>,
    /// Over a limit: every request on it is refused.
    pub(crate) surplus: Option<Problem>,
    tally: Mutex<Arc<Tally>>,
    /// Over HTTP/2: what is between its frames.
    heads: Option<Mutex<Heads>>,
    /// When exchanges under way that know their end must have come to it.
    ends: Mutex<Vec<Micros>>,
    /// What its patience depends on has changed.
    pub(crate) changed: Notify,
    /// Who takes the bytes over when HTTP is done with them.
    heir: Mutex<Option<oneshot::Sender<Raw>>>,
    /// What is known of it below TLS.
    pub(crate) tap: Arc<Tap>,
    /// The JA4 of its ClientHello, where that is the visitor's.
    pub(crate) ja4: Option<String>,
    /// It is remembered as one without a request until there is one.
    visit: Mutex<Option<Visit>>,
    in_flight: AtomicU32,
    /// When a byte last moved or an answer ended.
    moved: AtomicU64,
    clock: Arc<Clock>,
    pub(crate) slot: Option<Slot>,
    _ticket: Ticket,
}

/// Bytes both ways.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A connection without HTTP over it any more.
pub(crate) struct Raw {
    pub(crate) io: Box<dyn Io>,
    /// What HTTP had read beyond its own.
    pub(crate) read: Bytes,
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").finish_non_exhaustive()
    }
}

impl Connection {
    /// A connection just accepted; `number` distinguishes it for as long as the process lives.
    pub(crate) fn new(
        number: u64,
        tls: bool,
        ticket: Ticket,
        tap: Arc<Tap>,
        clock: Arc<Clock>,
    ) -> Self {
        Self {
            number,
            tls,
            source: ticket.source(),
            visitor: Some(ticket.source()),
            surplus: None,
            tally: Mutex::default(),
            heads: None,
            ends: Mutex::default(),
            changed: Notify::new(),
            heir: Mutex::default(),
            tap,
            ja4: None,
            visit: Mutex::default(),
            in_flight: AtomicU32::new(0),
            moved: AtomicU64::new(clock.now().0),
            clock,
            slot: None,
            _ticket: ticket,
        }
    }

    /// It is remembered, and evidence, should it end without a request.
    pub(crate) fn is_visit(&mut self, visit: Visit) {
        *lock(&self.visit) = Some(visit);
    }

    /// What came on it and was no request stands in the ledgers: it cannot have been one that was lost.
    pub(crate) fn is_evidence(&self) -> bool {
        lock(&self.visit).is_some()
            && (self.awaits_tls() || self.tap.reached() == Reached::TlsToPlain)
    }

    /// TLS should have been spoken, and was not yet, or not well.
    fn awaits_tls(&self) -> bool {
        self.tls && self.tap.reached() != Reached::Secured
    }

    /// Speaks HTTP/2 from its first byte on.
    pub(crate) fn speak_http2(&mut self) {
        self.heads = Some(Mutex::default());
    }

    pub(crate) fn is_http2(&self) -> bool {
        self.heads.is_some()
    }

    /// A request has arrived: its bytes are those of the current tally. It is under way until the value is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Exchange {
        let tally = Arc::clone(&lock(&self.tally));
        tally.claimed.store(true, Relaxed);
        if let Some(heads) = &self.heads {
            lock(heads).hand_over();
        }
        if let Some(visit) = lock(&self.visit).take() {
            visit.has_asked();
        }
        self.in_flight.fetch_add(1, Relaxed);
        Exchange {
            connection: Arc::clone(self),
            tally,
            end: AtomicU64::new(u64::MAX),
        }
    }

    /// How an exchange ended that did not come to its end.
    pub(crate) fn unfinished(&self) -> End {
        self.tap.fate().unwrap_or(End::PeerLeft)
    }

    /// How long it may stay as it is; none: it is over. What limits it is the head that has begun, the time between
    /// two requests, a peer that does not take its answer, or the end of an exchange's life.
    pub(crate) fn patience(&self, limits: &Limits) -> Option<Duration> {
        let limit = match self.in_flight.load(Relaxed) {
            0 if self.awaits_head() => limits.head_ms,
            0 => limits.idle_ms,
            _ => limits.life_ms.max(limits.hold_ms) + limits.head_ms,
        };
        let now = self.clock.now();
        let still = Micros::ms(limit).since(now.since(Micros(self.moved.load(Relaxed))));
        let life = lock(&self.ends).iter().map(|end| end.since(now)).min();
        let left = life.map_or(still, |life| life.min(still));
        // Asked again at least that often, since what limits it changes.
        (left > Micros::ZERO).then(|| Duration::from_micros(left.0.min(limits.head_ms * 1_000)))
    }

    /// We end it, and with it what is under way.
    pub(crate) fn give_up(&self) {
        self.tap.ends(End::OurLimit);
    }

    /// Something of a request has arrived that was not handed over as one.
    pub(crate) fn is_within_head(&self) -> bool {
        if let Some(heads) = &self.heads {
            return lock(heads).is_anything_lost();
        }
        let tally = lock(&self.tally);
        !tally.claimed.load(Relaxed) && tally.read.load(Relaxed) > 0
    }

    /// The peer has the next word, and has begun it or not yet said anything.
    fn awaits_head(&self) -> bool {
        if let Some(heads) = &self.heads {
            return lock(heads).is_within();
        }
        let tally = lock(&self.tally);
        !tally.claimed.load(Relaxed) && !tally.done.load(Relaxed)
    }

    /// The bytes of an HTTP/1.1 connection, once the answer under way is its last and has been written.
    pub(crate) fn inherit(&self) -> oneshot::Receiver<Raw> {
        let (sender, receiver) = oneshot::channel();
        *lock(&self.heir) = Some(sender);
        receiver
    }

    /// Who waits for the bytes. Whoever has no bytes to give must take this too, and drop it.
    pub(crate) fn take_heir(&self) -> Option<oneshot::Sender<Raw>> {
        lock(&self.heir).take()
    }

    /// Where several end at once, any one of them stands for the other.
    fn forget_end(&self, end: Micros) {
        let mut ends = lock(&self.ends);
        if let Some(at) = ends.iter().position(|one| *one == end) {
            ends.swap_remove(at);
        }
    }

    fn touch(&self) {
        self.moved.store(self.clock.now().0, Relaxed);
    }

    fn has_read(&self, bytes: &[u8]) {
        if let Some(heads) = &self.heads {
            if lock(heads).read(bytes) {
                self.touch();
            }
            return;
        }
        let mut tally = lock(&self.tally);
        if tally.done.load(Relaxed) {
            *tally = Arc::default();
            self.touch();
        }
        tally.read.fetch_add(bytes.len() as u64, Relaxed);
        if !tally.claimed.load(Relaxed) {
            lock(&tally.head).read(bytes);
        }
    }

    fn has_written(&self, bytes: usize) {
        // What HTTP/2 says on its own, to a ping for one, keeps no idle connection alive.
        if !self.is_http2() || self.in_flight.load(Relaxed) > 0 {
            self.touch();
        }
        lock(&self.tally).written.fetch_add(bytes as u64, Relaxed);
    }

    /// No request has been handed to the service since the last answer.
    fn is_unclaimed(&self) -> bool {
        !lock(&self.tally).claimed.load(Relaxed)
    }
}

/// One request and its answer. Dropped when the last byte of the answer has been handed over.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) connection: Arc<Connection>,
    pub(crate) tally: Arc<Tally>,
    end: AtomicU64,
}

impl Exchange {
    /// The request's head as it was sent. Whoever takes it forgets it soon: it holds what is nobody's business.
    pub(crate) fn take_head(&self) -> Head {
        std::mem::take(&mut lock(&self.tally.head))
    }

    /// It must have ended by then; otherwise its connection does. That is for answers whose body might never be asked
    /// for again: a peer may open no window for it (RFC 9113 § 5.2).
    pub(crate) fn must_end_by(&self, at: Micros) {
        let before = self.end.swap(at.0, Relaxed);
        self.connection.forget_end(Micros(before));
        lock(&self.connection.ends).push(at);
        self.connection.changed.notify_one();
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.connection.forget_end(Micros(*self.end.get_mut()));
        self.tally.done.store(true, Relaxed);
        self.connection.in_flight.fetch_sub(1, Relaxed);
        self.connection.touch();
    }
}
