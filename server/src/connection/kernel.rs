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

/// No other system tells it in the same words.
#[cfg(not(target_os = "linux"))]
fn tcp_info(_: RawFd) -> Option<SeenTcp> {
    None
}
