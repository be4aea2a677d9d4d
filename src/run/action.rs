//! What the conductor wants done.

use super::Progress;
use crate::report::Report;
use crate::session::Do;

/// One thing to do. Every one of them is cheap; none waits.
#[derive(Clone, Debug)]
pub enum Action {
    /// Start an attempt.
    Start(Start),
    /// Do something to a running attempt.
    Do {
        /// Which.
        attempt: u16,
        /// What.
        what: Do,
    },
    /// Fetch `v1/about`, and answer by `heard_about`.
    AskAbout {
        /// Its URL.
        url: String,
    },
    /// Read the ledger, and answer by `heard_ledger`.
    AskLedger {
        /// The question's number, to be named with the answer.
        question: u16,
        /// The URL to read it from.
        url: String,
        /// The key, as it is to be said.
        body: String,
        /// By WebSocket, in a sealed line; else by `fetch`, as the body of a POST.
        by_socket: bool,
    },
    /// Tell the page how far it is.
    Say(Progress),
    /// Keep that report, to be told if we fail before the next.
    Keep(Box<Report>),
    /// The run is over.
    Finish(Box<Report>),
}

/// An attempt to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Its number within the run, from 1.
    pub attempt: u16,
    /// What to ask.
    pub request: Request,
}

/// What to hand to the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// By which API.
    pub driver: Driver,
    /// Where.
    pub url: String,
    /// Subprotocols to offer (WebSocket).
    pub protocols: Vec<String>,
    /// Send cookies (HTTP).
    pub with_credentials: bool,
    /// Further request headers (fetch).
    pub headers: Vec<(String, String)>,
    /// It goes to the embedder's own endpoint: what comes is not ours to keep.
    pub own: bool,
}

/// A browser API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// `WebSocket`.
    WebSocket,
    /// `EventSource`.
    EventSource,
    /// `fetch`, its body read while it arrives.
    StreamingFetch,
    /// `fetch`, its body read whole.
    Fetch,
    /// `fetch` by POST, with a small body; the answer's body read whole.
    Upload,
    /// `fetch`, only its head.
    Head,
    /// `fetch` without CORS, only whether there is an answer.
    OpaqueHead,
}
