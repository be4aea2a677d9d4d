//! What the kernel knows of a TCP connection.

use std::os::fd::{AsRawFd, RawFd};
use std::sync::Mutex;

use pushcheck::wire::SeenTcp;
use tokio::net::TcpStream;

use crate::lock;

/// A socket's place in the kernel, as long as it is open; what was known last, afterwards.
#[derive(Debug)]
pub(super) struct Kernel(Mutex<State>);

#[derive(Debug)]
enum State {
    Open(RawFd),
    Closed(Option<SeenTcp>),
}

impl Kernel {
    /// Of a socket; [`Kernel::close`] must be called before it closes.
    pub(super) fn of(socket: &TcpStream) -> Self {
        Self(Mutex::new(State::Open(socket.as_raw_fd())))
    }

    /// The socket is about to close.
    pub(super) fn close(&self) {
        let mut state = lock(&self.0);
        if let State::Open(fd) = *state {
            *state = State::Closed(tcp_info(fd));
        }
    }

    /// Bytes that were handed to it and not acknowledged, and those of them that were not even sent.
    pub(super) fn queued(&self) -> Option<(u64, u64)> {
        match &*lock(&self.0) {
            State::Open(fd) => queued(*fd),
            State::Closed(_) => None,
        }
    }

    /// It takes no more than so many bytes beyond what it can send (tcp(7), `TCP_NOTSENT_LOWAT`).
    #[cfg(target_os = "linux")]
    pub(super) fn keep_little(&self, bytes: libc::c_int) {
        if let (State::Open(fd), Ok(length)) = (
            &*lock(&self.0),
            libc::socklen_t::try_from(size_of_val(&bytes)),
        ) {
            let (level, option) = (libc::IPPROTO_TCP, libc::TCP_NOTSENT_LOWAT);
            // SAFETY: the pointer is to that many bytes, and the socket is open while the lock is held. A kernel that
            // does not know the option leaves all as it was.
            unsafe {
                libc::setsockopt(*fd, level, option, (&raw const bytes).cast(), length);
            }
        }
    }

    /// No other system has the option.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn keep_little(&self, _: libc::c_int) {}

    /// Ends it by a reset, and what it holds is not sent any more: so does a connection to nowhere (connect(2),
    /// `AF_UNSPEC`).
    pub(super) fn reset(&self) {
        let nowhere = libc::sockaddr {
            sa_family: libc::AF_UNSPEC as libc::sa_family_t,
            // SAFETY: all zeros are an address.
            ..unsafe { std::mem::zeroed() }
        };
        if let (State::Open(fd), Ok(length)) = (
            &*lock(&self.0),
            libc::socklen_t::try_from(size_of_val(&nowhere)),
        ) {
            // SAFETY: the pointer is to that many bytes, and the socket is open while the lock is held.
            unsafe {
                libc::connect(*fd, &raw const nowhere, length);
            }
        }
    }

    /// What is known now, or was last.
    pub(super) fn tcp(&self) -> Option<SeenTcp> {
        match &*lock(&self.0) {
            State::Open(fd) => tcp_info(*fd),
            State::Closed(last) => last.clone(),
        }
    }
}

/// `TCP_INFO` (tcp(7)). Must be called while the state's lock is held and says that the socket is open: otherwise its
/// number could be another's by now.
#[cfg(target_os = "linux")]
fn tcp_info(fd: RawFd) -> Option<SeenTcp> {
    // What an older kernel does not fill in stays zero.
    let mut info = std::mem::MaybeUninit::<libc::tcp_info>::zeroed();
    let mut length = libc::socklen_t::try_from(size_of::<libc::tcp_info>()).ok()?;
    // SAFETY: the pointers are to that many bytes of our own, and all zeros are a `tcp_info` too.
    let (done, info) = unsafe {
        let to = info.as_mut_ptr().cast();
        let done = libc::getsockopt(fd, libc::IPPROTO_TCP, libc::TCP_INFO, to, &raw mut length);
        (done, info.assume_init())
    };
    (done == 0).then(|| SeenTcp {
        rtt_us: info.tcpi_rtt.into(),
        retransmits: info.tcpi_total_retrans,
        unacked: info.tcpi_unacked,
        timeouts: info.tcpi_retransmits.into(),
    })
}

/// `SIOCOUTQ` and `SIOCOUTQNSD` (tcp(7), linux/sockios.h). As for [`tcp_info`].
#[cfg(target_os = "linux")]
fn queued(fd: RawFd) -> Option<(u64, u64)> {
    const SIOCOUTQNSD: libc::Ioctl = 0x894b;
    let ask = |what| {
        let mut bytes: libc::c_int = 0;
        // SAFETY: both requests write one int.
        let done = unsafe { libc::ioctl(fd, what, &raw mut bytes) };
        u64::try_from(bytes).ok().filter(|_| done == 0)
    };
    Some((ask(libc::TIOCOUTQ)?, ask(SIOCOUTQNSD)?))
}

/// No other system tells it in the same words.
#[cfg(not(target_os = "linux"))]
fn queued(_: RawFd) -> Option<(u64, u64)> {
    None
}

/// No other system tells it in the same words.
#[cfg(not(target_os = "linux"))]
fn tcp_info(_: RawFd) -> Option<SeenTcp> {
    None
}
