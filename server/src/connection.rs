//! What is known of a connection above TLS: its bytes, exchange by exchange, what it is doing and how it ended.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use pushcheck::time::Micros;
use pushcheck::wire::End;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::accept::Slot;
use crate::clock::Clock;
use crate::limits::Limits;
use crate::lock;
use crate::problem::Problem;
use crate::source::{SourceId, Ticket};

/// The bytes of one exchange: from the first byte of its request to the first byte of the next.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) read: AtomicU64,
    pub(crate) written: AtomicU64,
    claimed: AtomicBool,
    done: AtomicBool,
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
    /// The peer is the operator's own proxy.
    pub(crate) trusted: bool,
    /// Over a limit: every request on it is refused.
    pub(crate) surplus: Option<Problem>,
    tally: Mutex<Arc<Tally>>,
    fate: AtomicU8,
    in_flight: AtomicU32,
    /// When a byte last moved or an answer ended.
    moved: AtomicU64,
    clock: Arc<Clock>,
    pub(crate) slot: Option<Slot>,
    _ticket: Ticket,
}

const ALIVE: u8 = 0;
const LEFT: u8 = 1;
const BROKEN: u8 = 2;

impl Connection {
    /// A connection just accepted; `number` distinguishes it for as long as the process lives.
    pub(crate) fn new(number: u64, tls: bool, ticket: Ticket, clock: Arc<Clock>) -> Self {
        Self {
            number,
            tls,
            source: ticket.source(),
            trusted: false,
            surplus: None,
            tally: Mutex::default(),
            fate: AtomicU8::new(ALIVE),
            in_flight: AtomicU32::new(0),
            moved: AtomicU64::new(clock.now().0),
            clock,
            slot: None,
            _ticket: ticket,
        }
    }

    /// A request has arrived: its bytes are those of the current tally. It is under way until the value is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Exchange {
        let tally = Arc::clone(&lock(&self.tally));
        tally.claimed.store(true, Relaxed);
        self.in_flight.fetch_add(1, Relaxed);
        Exchange {
            connection: Arc::clone(self),
            tally,
        }
    }

    /// How an exchange ended that did not come to its end.
    pub(crate) fn unfinished(&self) -> End {
        if self.fate.load(Relaxed) == BROKEN {
            End::Broken
        } else {
            End::PeerLeft
        }
    }

    /// How long it may stay as it is; none: it is over. What limits it is the head that has begun, the time between
    /// two requests, or a peer that does not take its answer.
    pub(crate) fn patience(&self, limits: &Limits) -> Option<Duration> {
        let tally = Arc::clone(&lock(&self.tally));
        let reading = !tally.claimed.load(Relaxed) && !tally.done.load(Relaxed);
        let limit = match self.in_flight.load(Relaxed) {
            0 if reading => limits.head_ms,
            0 => limits.idle_ms,
            _ => limits.life_ms.max(limits.hold_ms) + limits.head_ms,
        };
        let left =
            Micros::ms(limit).since(self.clock.now().since(Micros(self.moved.load(Relaxed))));
        // Asked again at least that often, since what limits it changes.
        (left > Micros::ZERO).then(|| Duration::from_micros(left.0.min(limits.head_ms * 1_000)))
    }

    /// Of a request something has arrived, and not all of its head.
    pub(crate) fn is_within_head(&self) -> bool {
        let tally = lock(&self.tally);
        !tally.claimed.load(Relaxed) && tally.read.load(Relaxed) > 0
    }

    fn touch(&self) {
        self.moved.store(self.clock.now().0, Relaxed);
    }

    fn has_read(&self, bytes: usize) {
        let mut tally = lock(&self.tally);
        if tally.done.load(Relaxed) {
            *tally = Arc::default();
            self.touch();
        }
        tally.read.fetch_add(bytes as u64, Relaxed);
    }

    fn has_written(&self, bytes: usize) {
        self.touch();
        lock(&self.tally).written.fetch_add(bytes as u64, Relaxed);
    }

    /// No request has been handed to the service since the last answer.
    fn is_unclaimed(&self) -> bool {
        !lock(&self.tally).claimed.load(Relaxed)
    }

    fn note<T>(&self, result: &io::Result<T>) {
        if let Err(error) = result {
            // TLS ended without its alert is still an orderly end of the connection below.
            let fate = if error.kind() == io::ErrorKind::UnexpectedEof {
                LEFT
            } else {
                BROKEN
            };
            self.fate.store(fate, Relaxed);
        }
    }
}

/// One request and its answer. Dropped when the last byte of the answer has been handed over.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) connection: Arc<Connection>,
    pub(crate) tally: Arc<Tally>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.tally.done.store(true, Relaxed);
        self.connection.in_flight.fetch_sub(1, Relaxed);
        self.connection.touch();
    }
}

/// A socket that counts. hyper answers a head that it cannot parse by itself; those answers are replaced by marked
/// ones here, since an answer without the mark would prove a stranger in between.
#[derive(Debug)]
pub(crate) struct Metered<S> {
    socket: S,
    connection: Arc<Connection>,
    own: Option<Own>,
    instance: Arc<str>,
    http1: bool,
}

#[derive(Debug)]
struct Own {
    text: Vec<u8>,
    written: usize,
}

impl<S> Metered<S> {
    pub(crate) fn new(
        socket: S,
        connection: Arc<Connection>,
        instance: Arc<str>,
        http1: bool,
    ) -> Self {
        Self {
            socket,
            connection,
            own: None,
            instance,
            http1,
        }
    }
}

impl<S: AsyncWrite + Unpin> Metered<S> {
    /// Hands over the marked answer in place of hyper's `bytes`.
    fn poll_own(&mut self, cx: &mut Context<'_>, bytes: usize) -> Poll<io::Result<usize>> {
        while let Some(own) = &mut self.own
            && own.written < own.text.len()
        {
            match Pin::new(&mut self.socket).poll_write(cx, &own.text[own.written..]) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(n)) => {
                    own.written += n;
                    self.connection.has_written(n);
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(bytes))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let room = buf.remaining() > 0;
        let result = Pin::new(&mut self.socket).poll_read(cx, buf);
        if let Poll::Ready(result) = &result {
            self.connection.note(result);
            match buf.filled().len() - before {
                0 if room => {
                    let _ = self
                        .connection
                        .fate
                        .compare_exchange(ALIVE, LEFT, Relaxed, Relaxed);
                }
                read => self.connection.has_read(read),
            }
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.own.is_none()
            && self.http1
            && buf.starts_with(b"HTTP/1.")
            && self.connection.is_unclaimed()
        {
            let status = buf
                .get(9..12)
                .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            let text = crate::problem::unparsed(status.unwrap_or(400), &self.instance);
            self.own = Some(Own { text, written: 0 });
        }
        if self.own.is_some() {
            return self.poll_own(cx, buf.len());
        }
        let result = Pin::new(&mut self.socket).poll_write(cx, buf);
        if let Poll::Ready(result) = &result {
            self.connection.note(result);
            self.connection.has_written(*result.as_ref().unwrap_or(&0));
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
