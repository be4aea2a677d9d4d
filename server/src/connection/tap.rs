//! A connection below TLS: what came, how far it got, how it ended, and what the kernel knows of it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll};

use pushcheck::time::Micros;
use pushcheck::wire::{End, JoinedBy, Reached, SeenConnection, SeenTcp, ShownCertificate};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::rustls;

use super::first::First;
use super::kernel::Kernel;
use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::lock;
use crate::tls::Tls;

/// How many bytes the kernel may hold of a connection that it cannot send yet.
const UNSENT: i32 = 16 * 1024;

/// What is known of a connection below TLS. It may outlive the connection: one that made no request is evidence.
#[derive(Debug)]
pub(crate) struct Tap {
    /// When it was accepted.
    pub(crate) at: Micros,
    /// The port that it came to.
    port: u16,
    /// That port speaks TLS.
    pub(crate) is_tls: bool,
    /// It is the visitor's own: not that of the operator's proxy, which hides both TCP and TLS of the visitor.
    pub(crate) is_direct: bool,
    bytes: AtomicU64,
    written: AtomicU64,
    first: Mutex<First>,
    is_secured: AtomicBool,
    alert: OnceLock<u8>,
    fate: OnceLock<End>,
    ended: OnceLock<Micros>,
    kernel: Kernel,
    clock: Arc<Clock>,
    /// The one that its port shows.
    certificate: Option<Arc<Certificate>>,
}

impl Tap {
    /// The peer, or we, ended it so; what is said first stands.
    pub(crate) fn ends(&self, end: End) {
        let _ = self.fate.set(end);
    }

    /// It ended by this error, above TLS or below.
    pub(crate) fn fails(&self, error: &io::Error) {
        if let Some(rustls::Error::AlertReceived(alert)) = tls_error(error) {
            let _ = self.alert.set(u8::from(*alert));
        }
        self.ends(end_by(error));
    }

    /// How it ended, where that is known.
    pub(crate) fn fate(&self) -> Option<End> {
        self.fate.get().copied()
    }

    /// The TLS handshake is finished: what its ClientHello was.
    pub(crate) fn is_secured(&self) -> Option<String> {
        self.is_secured.store(true, Relaxed);
        lock(&self.first).take_ja4().filter(|_| self.is_direct)
    }

    /// How far it came without a request.
    pub(crate) fn reached(&self) -> Reached {
        if self.is_secured.load(Relaxed) {
            return Reached::Secured;
        }
        lock(&self.first).reached()
    }

    /// Not a byte has come.
    pub(crate) fn is_silent(&self) -> bool {
        self.bytes.load(Relaxed) == 0
    }

    /// Its end, where it is over.
    pub(crate) fn ended_at(&self) -> Option<Micros> {
        self.ended.get().copied()
    }

    /// What the kernel knows of it now, or knew at its end.
    pub(crate) fn tcp(&self) -> Option<SeenTcp> {
        if self.is_direct {
            self.kernel.tcp()
        } else {
            None
        }
    }

    /// Bytes that the kernel has taken.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Relaxed)
    }

    /// Bytes that were sent to the network, and those that TCP has acknowledged; `None`: the kernel does not tell.
    pub(crate) fn sent_and_acked(&self) -> Option<(u64, u64)> {
        let (queued, unsent) = self.kernel.queued()?;
        let written = self.written();
        Some((
            written.saturating_sub(unsent),
            written.saturating_sub(queued),
        ))
    }

    /// We reset it: what was not sent by then is lost.
    pub(crate) fn reset(&self) {
        self.ends(End::OurLimit);
        self.kernel.reset();
    }

    /// What is wrong with what it was shown.
    fn shown(&self) -> Option<ShownCertificate> {
        let certificate = self.certificate.as_ref()?;
        let asked = matches!(self.reached(), Reached::Hello | Reached::Secured);
        asked.then(|| certificate.judged(lock(&self.first).name()))
    }

    /// As a connection that made no request.
    pub(crate) fn to_wire(&self, instance: &str) -> SeenConnection {
        let ended_at = self.ended_at();
        SeenConnection {
            instance: instance.to_owned(),
            joined_by: JoinedBy::Address,
            at: self.at,
            port: self.port,
            reached: self.reached(),
            bytes_in: self.bytes.load(Relaxed),
            alert: self.alert.get().copied(),
            certificate: self.shown(),
            ended_at,
            // Nobody else ended it.
            end: ended_at.map(|_| self.fate().unwrap_or(End::OurLimit)),
        }
    }
}

/// The error of TLS inside one of a stream.
fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// What an error of a socket says of its end.
fn end_by(error: &io::Error) -> End {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof};
    match error.kind() {
        ConnectionReset | ConnectionAborted | BrokenPipe => End::Reset,
        TimedOut => End::TimedOut,
        // TLS ended without its farewell is still an orderly end of the connection below.
        UnexpectedEof => End::PeerLeft,
        _ => End::Broken,
    }
}

/// The socket of a connection, watched.
#[derive(Debug)]
pub(crate) struct Tapped {
    socket: TcpStream,
    tap: Arc<Tap>,
}

impl Tapped {
    /// Over a socket just accepted; `tls`: what its port speaks.
    pub(crate) fn new(
        socket: TcpStream,
        tls: Option<&Tls>,
        is_direct: bool,
        clock: Arc<Clock>,
    ) -> (Self, Arc<Tap>) {
        let tap = Arc::new(Tap {
            at: clock.now(),
            port: socket.local_addr().map_or(0, |address| address.port()),
            is_tls: tls.is_some(),
            is_direct,
            bytes: AtomicU64::new(0),
            written: AtomicU64::new(0),
            first: Mutex::new(First::new(tls.is_some())),
            is_secured: AtomicBool::new(false),
            alert: OnceLock::new(),
            fate: OnceLock::new(),
            ended: OnceLock::new(),
            kernel: Kernel::of(&socket),
            clock,
            certificate: tls.and_then(|tls| tls.certificate.clone()),
        });
        // What waits here looks as if it waited on the way.
        tap.kernel.keep_little(UNSENT);
        let own = Arc::clone(&tap);
        (Self { socket, tap: own }, tap)
    }

    fn note<T>(&self, result: &Poll<io::Result<T>>) {
        if let Poll::Ready(Err(error)) = result {
            self.tap.fails(error);
        }
    }

    fn note_written(&self, result: &Poll<io::Result<usize>>) {
        self.note(result);
        if let Poll::Ready(Ok(bytes)) = result {
            self.tap.written.fetch_add(*bytes as u64, Relaxed);
        }
    }
}

impl Drop for Tapped {
    fn drop(&mut self) {
        self.tap.kernel.close();
        lock(&self.tap.first).forget();
        let _ = self.tap.ended.set(self.tap.clock.now());
    }
}

impl AsyncRead for Tapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (before, room) = (buf.filled().len(), buf.remaining());
        let result = Pin::new(&mut self.socket).poll_read(cx, buf);
        self.note(&result);
        if matches!(result, Poll::Ready(Ok(()))) {
            let read = &buf.filled()[before..];
            if read.is_empty() && room > 0 {
                self.tap.ends(End::PeerLeft);
            }
            self.tap.bytes.fetch_add(read.len() as u64, Relaxed);
            // What an encrypted connection carries later says nothing of its beginning.
            if !self.tap.is_secured.load(Relaxed) {
                lock(&self.tap.first).read(read);
            }
        }
        result
    }
}

impl AsyncWrite for Tapped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write(cx, buf);
        self.note_written(&result);
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write_vectored(cx, bufs);
        self.note_written(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_who_ended_a_connection() {
        // Source: Linux errno: ECONNRESET 104, EPIPE 32, ETIMEDOUT 110, EHOSTUNREACH 113.
        let ends = [104, 32, 110, 113].map(|code| end_by(&io::Error::from_raw_os_error(code)));
        assert_eq!(ends, [End::Reset, End::Reset, End::TimedOut, End::Broken]);
        let of_tls =
            |error: rustls::Error| end_by(&io::Error::new(io::ErrorKind::InvalidData, error));
        assert_eq!(of_tls(rustls::Error::DecryptError), End::Broken);
        assert_eq!(end_by(&io::ErrorKind::UnexpectedEof.into()), End::PeerLeft);
    }
}
