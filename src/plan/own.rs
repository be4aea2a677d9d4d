//! An endpoint of the embedder's own. None of its values enters a report.

use core::fmt::{self, Debug, Formatter};

use crate::time::Micros;

/// What to ask there and what to expect.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct OwnEndpoint {
    /// Its URL.
    pub url: String,
    /// Subprotocols to offer (WebSocket).
    pub protocols: Vec<String>,
    /// Send cookies (HTTP).
    pub with_credentials: bool,
    /// Further request headers (HTTP; not possible for EventSource and WebSocket).
    pub headers: Vec<(String, String)>,
    /// What to send once it is open (WebSocket).
    pub first_message: Option<String>,
    /// A text that one of its messages must contain; `None`: opening is enough.
    pub expect: Option<String>,
    /// When to give up.
    pub timeout: Micros,
}

impl OwnEndpoint {
    /// The message is the expected one.
    pub fn is_expected(&self, message: &str) -> bool {
        let Some(expected) = &self.expect else {
            return true;
        };
        expected.is_empty()
            || message
                .as_bytes()
                .windows(expected.len())
                .any(|part| part == expected.as_bytes())
    }
}

impl Debug for OwnEndpoint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("OwnEndpoint(…)")
    }
}
