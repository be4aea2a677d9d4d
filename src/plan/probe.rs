//! One experiment: what it wants to see, and when it may start.

use serde::{Deserialize, Serialize};

use super::{OwnEndpoint, budget, relief};
use crate::method::Method;
use crate::time::Micros;
use crate::wire::Kind;

/// What one attempt of a probe wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// The ticks that are due.
    Poll,
    /// The next tick, held for at most that long.
    LongPoll {
        /// The hold.
        hold: Micros,
    },
    /// Ticks by `EventSource` or streaming fetch, after a silence.
    Ticks {
        /// How many.
        count: u32,
        /// The silence before the first.
        silent: Micros,
        /// After the last of them the stream ends, is asked for again by the browser itself, and goes on behind what it
        /// brought (HTML § 9.2.4, `Last-Event-ID`).
        resumes: bool,
    },
    /// Echoes and ticks by WebSocket, after a silence.
    Socket {
        /// How many echoes, one after another.
        echoes: u32,
        /// How many ticks.
        ticks: u32,
        /// The silence before the first frame.
        silent: Micros,
        /// What breaks that silence all the same.
        beat: Beat,
        /// What its handshake asks for besides.
        negotiates: Negotiates,
    },
    /// Many messages at once by WebSocket.
    Burst(Burst),
    /// Messages of all [`budget::SIZES`] by WebSocket, one after another.
    Sizes,
    /// A large answer by fetch, of which nothing but the head is read.
    Unread {
        /// How large.
        bytes: u32,
        /// For how long.
        rest: Micros,
    },
    /// A body that is sent, by POST; all attempts at once.
    Upload,
    /// A connection that stays, in a watch.
    Hold {
        /// How often something goes over it at least; of a long poll its hold.
        beat: Micros,
    },
    /// An answer from the embedder's own endpoint.
    Own(Box<OwnEndpoint>),
    /// The head of any answer to a plain request for the path that a method failed on.
    Control {
        /// What is asked of the server by that path.
        kind: Kind,
        /// Without CORS: nothing of an answer can be read, but whether there is one (Fetch § 2.2.6).
        opaque: bool,
    },
}

/// Numbered messages that are handed over at once, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// From the page; else from the server.
    pub up: bool,
    /// How many in all.
    pub parts: u32,
    /// The padding of each.
    pub bytes: u32,
    /// With the part of that number the server resets the connection; 0: it does not.
    pub cut: u32,
    /// The last part that arrived by an earlier attempt.
    pub after: u32,
}

/// What a message is handed over as (WebSockets § 3, `send`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A string.
    Text,
    /// An `ArrayBuffer`.
    ArrayBuffer,
    /// A `Blob`.
    Blob,
}

/// What goes over a socket that has nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beat {
    /// Nothing.
    #[default]
    None,
    /// An echo of the page's, every [`budget::BEAT_PACE`].
    Page,
    /// A ping of the server's, as often (RFC 6455 § 5.5.2).
    Server,
}

/// What a handshake asks for besides the upgrade (RFC 6455 § 1.9, § 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Negotiates {
    /// Nothing but what the browser itself offers, which our server does not take.
    #[default]
    Nothing,
    /// [`crate::wire::SUBPROTOCOL`], which must be selected.
    Subprotocol,
    /// That our server takes the browser's offer to compress (RFC 7692).
    Deflate,
}

/// The probe of [`Negotiates::Deflate`].
pub const DEFLATED: &str = "web-socket-deflate";

/// The probe whose silence is broken by [`Beat::Page`].
pub const PAGE_BEAT: &str = "web-socket-beat";

/// The probe whose silence is broken by [`Beat::Server`].
pub const SERVER_BEAT: &str = "web-socket-ping";

/// The probe whose stream the browser asks for again.
pub const RESUMED: &str = "events-resumed";

/// A probe of that name offers [`crate::wire::SUBPROTOCOL`].
pub fn asks_for_subprotocol(probe: &str) -> bool {
    probe.starts_with("web-socket-subprotocol")
}

/// When a probe may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// When every attempt of that probe (index in the plan) is over and one of them was whole.
    Passed(usize),
    /// When that probe has opened.
    Opened(usize),
}

/// One experiment: a method on a lane, with what is varied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Its name, unique in the plan; the path's segment.
    pub id: &'static str,
    /// The method.
    pub method: Method,
    /// The lane: index in the plan.
    pub lane: usize,
    /// What it wants to see.
    pub want: Want,
    /// How many attempts, one after another.
    pub attempts: u16,
    /// Between the starts of two attempts.
    pub pace: Micros,
    /// When it may start.
    pub when: When,
}

impl Probe {
    /// One attempt on the main lane.
    pub(super) const fn once(id: &'static str, method: Method, want: Want, when: When) -> Self {
        Self {
            id,
            method,
            lane: 0,
            want,
            attempts: 1,
            pace: Micros::ZERO,
            when,
        }
    }

    /// Its request stays open for long: browsers allow six in all to one HTTP/1.1 host.
    pub const fn is_long(&self) -> bool {
        matches!(self.want, Want::LongPoll { .. } | Want::Ticks { .. })
            || matches!((&self.want, self.method), (Want::Own(_), m) if !matches!(m, Method::WebSocket))
    }

    /// It decides its method's verdict on its lane. Variants (silence, a subprotocol) only add what does not pass, and
    /// controls where others broke.
    pub fn is_decisive(&self) -> bool {
        match self.want {
            Want::Ticks {
                silent, resumes, ..
            } => silent.0 == 0 && !resumes && relief(self.id).is_none(),
            Want::Socket {
                silent, negotiates, ..
            } => silent.0 == 0 && negotiates == Negotiates::Nothing,
            Want::Control { .. }
            | Want::Burst(_)
            | Want::Sizes
            | Want::Unread { .. }
            | Want::Upload
            | Want::Hold { .. } => false,
            Want::Poll | Want::LongPoll { .. } | Want::Own(_) => !self.is_rung(),
        }
    }

    /// How long it keeps silent, or is held.
    pub const fn silence(&self) -> Micros {
        match self.want {
            Want::Ticks { silent, .. } | Want::Socket { silent, .. } => silent,
            Want::LongPoll { hold } => hold,
            _ => Micros::ZERO,
        }
    }

    /// It looks for a silence that is not outlived.
    pub const fn is_rung(&self) -> bool {
        self.silence().0 > budget::SILENCE.0
    }

    /// Its connection is silent for so long that only this is tried on it: no beat goes over it.
    pub const fn is_silent(&self) -> bool {
        self.is_rung()
            && !matches!(
                self.want,
                Want::Socket {
                    beat: Beat::Page | Beat::Server,
                    ..
                }
            )
    }

    /// Nothing else runs beside it: it takes all that the way gives.
    pub const fn is_alone(&self) -> bool {
        matches!(
            self.want,
            Want::Burst(_) | Want::Sizes | Want::Unread { .. } | Want::Upload
        )
    }

    /// Its attempts run beside each other.
    pub const fn is_at_once(&self) -> bool {
        matches!(self.want, Want::Upload)
    }

    /// It opens a WebSocket.
    pub const fn is_socket(&self) -> bool {
        matches!(self.method, Method::WebSocket) && !self.is_control()
    }

    /// It tries no method.
    pub const fn is_control(&self) -> bool {
        matches!(self.want, Want::Control { .. })
    }
}
