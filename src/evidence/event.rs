//! What a driver saw, as it saw it.

use serde::{Deserialize, Serialize};

use crate::time::Micros;
use crate::wire::{
    FromServer, PADDING, PollBody, REFUSED_BY_LIMIT, REFUSED_BY_POLICY, TickId, unsealed,
};

/// One thing that happened to an attempt. Raw: never an opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "what",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// The browser took it: the constructor, or `fetch`, was called at that time and returned.
    Constructed,
    /// The constructor or call threw; the name of the `DOMException` or error.
    Threw {
        /// `SecurityError`, `SyntaxError`, `TypeError`, …
        name: String,
    },
    /// The browser has no such API.
    Unsupported,
    /// The `open` event (HTML § 9.2.2, WebSockets § 3).
    Opened {
        /// The selected subprotocol; empty when none.
        protocol: String,
        /// The extensions that were agreed on, as the browser tells them; empty when none.
        extensions: String,
    },
    /// `fetch` resolved: the answer's head.
    Head {
        /// The status; 0: the answer is opaque (Fetch § 2.2.6), only that there is one is known.
        status: u16,
        /// Our mark stood on it.
        marked: bool,
        /// Our own refusal, as in [`crate::wire::REFUSED`].
        refused: Option<String>,
    },
    /// A line, SSE event or text message of our protocol.
    Message {
        /// The line; empty when it was not one of ours.
        line: String,
        /// Its length, bytes.
        bytes: u32,
        /// The event's id (HTML § 9.2.6).
        id: Option<String>,
    },
    /// At a message's arrival the socket held that of what was sent: `bufferedAmount` (WebSockets § 3). Not told where it
    /// held nothing.
    Buffered {
        /// How much.
        bytes: u32,
    },
    /// The whole body of an exchange.
    Body {
        /// The text; empty when it was not one of ours.
        text: String,
        /// Its length, bytes.
        bytes: u32,
    },
    /// The end of a streamed body.
    Finished,
    /// The promise of `fetch`, or of reading its body, was rejected.
    Failed {
        /// `TypeError`, `AbortError`, …
        name: String,
    },
    /// The `error` event.
    Errored {
        /// `readyState` is CLOSED: the browser does not try again by itself.
        closed: bool,
    },
    /// The `close` event (WebSockets § 4).
    Closed {
        /// `code`.
        code: u16,
        /// `reason`; of an embedder's own endpoint always empty.
        reason: String,
        /// `wasClean`.
        was_clean: bool,
    },
    /// A `securitypolicyviolation` that names this attempt (CSP § 5.1).
    Blocked {
        /// The effective directive.
        directive: String,
    },
    /// We handed a message to the browser: `send` was called at that time.
    Sent {
        /// The line.
        line: String,
    },
    /// The entry of Resource Timing, read after the end.
    Timed {
        /// What it tells.
        timing: ResourceTiming,
    },
    /// The browser's log of its own network, which the visitor recorded, names why the attempt failed.
    NetError {
        /// `ERR_…` of Chromium, of Gecko `NS_ERROR_…` and the like; where it is not known, its number.
        name: String,
    },
    /// We gave up: a deadline of ours.
    GaveUp,
    /// The run ended before it did: the page stopped it, or its time was over.
    Stopped,
}

/// A longer line is none of ours.
const LONGEST_LINE: usize = 1024;
/// A longer body is none of ours.
const LONGEST_BODY: usize = 20_000;

fn shorten_padding(line: &mut String) {
    let padding = line.bytes().position(|byte| byte == PADDING as u8);
    line.truncate(padding.map_or(line.len(), |at| at + 1));
}

/// Of a message only a line of our own protocol, and of an echo's padding the first character.
fn keep_message(line: &mut String, own: bool) {
    shorten_padding(line);
    if own || line.len() > LONGEST_LINE || line.parse::<FromServer>().is_err() {
        line.clear();
    }
}

fn is_refusal(why: &str) -> bool {
    REFUSED_BY_LIMIT.contains(&why) || REFUSED_BY_POLICY.contains(&why)
}

impl Event {
    /// Texts of our protocol as they were meant; empty where they are not as they were sent, or none of ours.
    #[must_use]
    pub fn unsealed(mut self) -> Self {
        if let Self::Message { line: text, .. }
        | Self::Sent { line: text }
        | Self::Body { text, .. } = &mut self
        {
            *text = unsealed(text).unwrap_or_default().to_owned();
        }
        self
    }

    /// What may be kept of it: of texts only those of our own protocol, of an embedder's endpoint none.
    #[must_use]
    pub fn kept(mut self, own: bool) -> Self {
        match &mut self {
            Self::Message { line, id, .. } => {
                keep_message(line, own);
                *id = id.take().filter(|id| !own && id.parse::<TickId>().is_ok());
            }
            Self::Body { text, .. }
                if own || text.len() > LONGEST_BODY || text.parse::<PollBody>().is_err() =>
            {
                text.clear();
            }
            Self::Head { refused, .. } => {
                *refused = refused.take().filter(|why| !own && is_refusal(why))
            }
            Self::Sent { line } if !own => shorten_padding(line),
            Self::Opened { protocol: text, .. }
            | Self::Sent { line: text }
            | Self::Closed { reason: text, .. }
                if own =>
            {
                text.clear();
            }
            _ => {}
        }
        self
    }
}

/// The phases that Resource Timing gave, in microseconds from the fetch's start; null: not told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceTiming {
    /// `nextHopProtocol`: an ALPN id, `http/1.1`, `h2`.
    pub protocol: Option<String>,
    /// Name resolution.
    pub dns_us: Option<u64>,
    /// TCP, and TLS where there is any.
    pub connect_us: Option<u64>,
    /// TLS alone.
    pub tls_us: Option<u64>,
    /// From the request's start to the answer's first byte.
    pub request_us: Option<u64>,
    /// From the answer's first byte to its last.
    pub response_us: Option<u64>,
}

/// An event and when its handler began, on the page's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamped {
    /// Since the run began.
    pub at: Micros,
    /// What happened.
    pub event: Event,
}
