//! The five HTTP push methods.

use serde::{Deserialize, Serialize};

/// A way for a server to hand a page a message that the page did not wait to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Asking again and again with short requests.
    Polling,
    /// Asking with a request that the server holds until there is news.
    LongPolling,
    /// `EventSource` (HTML § 9.2).
    ServerSentEvents,
    /// A `fetch` whose body is read while it arrives.
    StreamingFetch,
    /// `WebSocket` (RFC 6455).
    WebSocket,
}

impl Method {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 5] = [
        Self::Polling,
        Self::LongPolling,
        Self::ServerSentEvents,
        Self::StreamingFetch,
        Self::WebSocket,
    ];

    /// The word that stands in reports and options.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Polling => "polling",
            Self::LongPolling => "long-polling",
            Self::ServerSentEvents => "server-sent-events",
            Self::StreamingFetch => "streaming-fetch",
            Self::WebSocket => "web-socket",
        }
    }

    /// The method of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }
}
