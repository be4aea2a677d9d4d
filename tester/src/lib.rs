//! What decides in the page that tries an endpoint (`www/tester.html`): the parts of a URL and what is doubtful about them, what
//! may be sent, what an end means, links and saved sessions, client code. All of it is pure; only `face` touches the browser.

pub mod address;
pub mod close;
pub mod console;
pub mod link;
pub mod payload;
pub mod request;
pub mod session;
pub mod snippet;

#[cfg(target_arch = "wasm32")]
pub mod face;

use serde::{Deserialize, Serialize};

/// What is tried: three interfaces of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `WebSocket` (RFC 6455).
    WebSocket,
    /// `EventSource` (HTML § 9.2).
    ServerSentEvents,
    /// `fetch` (Fetch § 5), whose answer is shown while it arrives.
    Http,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WebSocket, Self::ServerSentEvents, Self::Http];

    /// The word that stands in links and saved sessions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebSocket => "web-socket",
            Self::ServerSentEvents => "server-sent-events",
            Self::Http => "http",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
