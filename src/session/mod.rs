//! The pure state machine of one attempt.
//!
//! Call [`Session::handle`] for every event and [`Session::on_time`] when [`Session::wake_at`] has come; after each,
//! take what it wants from [`Session::poll_action`] until there is nothing more. The deadline is a getter: ask again
//! each turn. [`Session::over`] tells when nothing more is to be expected; its resource is to be released then.

mod burst;
mod exchange;
mod hold;
mod socket;
mod stream;

use burst::Burst;
use exchange::Exchange;
pub use hold::Hold;
use socket::Socket;
use stream::Stream;

use crate::evidence::{Ended, Event};
use crate::method::Method;
use crate::plan::{Form, Want};
use crate::time::Micros;

/// What a session wants its driver to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Do {
    /// Send that text.
    Send(String),
    /// Send the bytes of that text.
    SendBytes(String, Form),
    /// Let go of it: remove listeners, then close.
    Release,
}

/// The state of one attempt.
#[derive(Clone, Debug)]
pub enum Session {
    /// WebSocket.
    Socket(Socket),
    /// Server-sent events and streaming fetch.
    Stream(Stream),
    /// Poll, long poll, control, an answer that is not read.
    Exchange(Exchange),
    /// Many messages at once, or one larger than the other, by WebSocket.
    Burst(Burst),
}

impl Session {
    /// A session that starts now.
    pub fn new(method: Method, want: &Want, at: Micros) -> Self {
        match (method, want) {
            (_, Want::Control { .. } | Want::Unread { .. } | Want::Upload) => {
                Self::Exchange(Exchange::new(want, at))
            }
            (_, Want::Burst(burst)) => Self::Burst(Burst::new(Some(*burst), at)),
            (_, Want::Sizes) => Self::Burst(Burst::new(None, at)),
            (Method::WebSocket, _) => Self::Socket(Socket::new(want, at)),
            (Method::ServerSentEvents | Method::StreamingFetch, _) => {
                Self::Stream(Stream::new(want, at))
            }
            (Method::Polling | Method::LongPolling, _) => Self::Exchange(Exchange::new(want, at)),
        }
    }

    /// Something happened.
    pub fn handle(&mut self, at: Micros, event: &Event) {
        if self.over().is_some() {
            return;
        }
        match (event, &mut *self) {
            (Event::Threw { .. } | Event::Unsupported, _) => self.end(Ended::Failed),
            (Event::Stopped, _) => self.end(Ended::Stopped),
            (Event::GaveUp, _) => self.end(Ended::GaveUp),
            (_, Self::Socket(socket)) => socket.handle(at, event),
            (_, Self::Stream(stream)) => stream.handle(at, event),
            (_, Self::Exchange(exchange)) => exchange.handle(at, event),
            (_, Self::Burst(burst)) => burst.handle(at, event),
        }
    }

    /// [`Session::wake_at`] has come. True: the deadline ended it, which is an event of its own.
    pub fn on_time(&mut self, at: Micros) -> bool {
        if self.wake_at().is_none_or(|wake| at < wake) {
            return false;
        }
        match self {
            Self::Socket(socket) => socket.on_time(at),
            Self::Exchange(exchange) => exchange.on_time(),
            Self::Burst(burst) => burst.on_time(at),
            Self::Stream(_) => true,
        }
    }

    /// A silence of that length tells enough.
    pub fn enough(&mut self, silence: Micros) {
        if let Self::Socket(socket) = self {
            socket.enough(silence);
        }
    }

    /// What it wants next.
    pub fn poll_action(&mut self) -> Option<Do> {
        match self {
            Self::Socket(socket) => socket.poll_action(),
            Self::Burst(burst) => burst.wanted.pop(),
            Self::Stream(_) | Self::Exchange(_) => None,
        }
    }

    /// When [`Session::on_time`] is to be called; `None` when it is over.
    pub fn wake_at(&self) -> Option<Micros> {
        if self.over().is_some() {
            return None;
        }
        Some(match self {
            Self::Socket(socket) => socket.wake_at(),
            Self::Stream(stream) => stream.deadline,
            Self::Exchange(exchange) => exchange.deadline,
            Self::Burst(burst) => burst.deadline,
        })
    }

    /// How it ended; `None` while it lasts.
    pub const fn over(&self) -> Option<Ended> {
        match self {
            Self::Socket(socket) => socket.ended,
            Self::Stream(stream) => stream.ended,
            Self::Exchange(exchange) => exchange.ended,
            Self::Burst(burst) => burst.ended,
        }
    }

    /// The last part of a burst that is known to have arrived; 0: none, or it is no burst.
    pub const fn through(&self) -> u32 {
        match self {
            Self::Burst(burst) => burst.through(),
            _ => 0,
        }
    }

    /// Its first rung is climbed: it opened, or was answered by us.
    pub const fn opened(&self) -> bool {
        match self {
            Self::Socket(socket) => socket.opened,
            Self::Stream(stream) => stream.opened,
            Self::Exchange(exchange) => exchange.opened,
            Self::Burst(burst) => burst.opened,
        }
    }

    const fn end(&mut self, how: Ended) {
        match self {
            Self::Socket(socket) => socket.ended = Some(how),
            Self::Stream(stream) => stream.ended = Some(how),
            Self::Exchange(exchange) => exchange.ended = Some(how),
            Self::Burst(burst) => burst.ended = Some(how),
        }
    }
}
