//! Where a probe goes: scheme, host and port.

use serde::{Deserialize, Serialize};

use crate::wire::Scheme;
use crate::wire::{digits, joined};

/// A lane of this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// `main`, or the server's name for it; `own-web-socket` and the like for an embedder's endpoint.
    pub id: String,
    /// http or https; a WebSocket takes ws or wss accordingly.
    pub scheme: Scheme,
    /// The host, as it stands in a URL.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The base path, `/` at both ends.
    pub base: String,
    /// Why this page may not try it; `None`: it may.
    pub skipped: Option<Skipped>,
}

/// Why a lane was not tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skipped {
    /// A plain lane on an https page (Mixed Content § 5.3).
    MixedContent,
    /// The options did not ask for it.
    NotAsked,
    /// The server does not list a lane of that name, or was not heard.
    Unknown,
    /// Its certificate is bad by intent ([`crate::wire::BAD_CERTIFICATE`]): no method is tried there.
    BadCertificate,
}

impl Lane {
    /// Fits into the name of a probe, of which it becomes a part: 1 to 20 of `a-z`, `0-9`, `-`.
    pub fn is_id(text: &str) -> bool {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=20).contains(&text.len()) && text.bytes().all(fits)
    }

    /// May stand before `v1/…` in a URL: of what needs no escape there, `/` at both ends.
    pub fn is_base(text: &str) -> bool {
        let fits =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'/');
        let ends = text.starts_with('/') && text.ends_with('/');
        ends && text.len() <= 200 && text.bytes().all(fits)
    }

    /// The URL of a path on this lane; for a WebSocket with its own scheme.
    pub fn url(&self, web_socket: bool, path: &str) -> String {
        let scheme = match (self.scheme, web_socket) {
            (Scheme::Http, false) => "http://",
            (Scheme::Http, true) => "ws://",
            (Scheme::Https, false) => "https://",
            (Scheme::Https, true) => "wss://",
        };
        let port = digits(self.port.into());
        // As browsers write it, so that what they say of a URL can be matched.
        let (colon, port) = match (self.scheme, self.port) {
            (Scheme::Http, 80) | (Scheme::Https, 443) => ("", ""),
            _ => (":", port.as_str()),
        };
        joined(&[scheme, &self.host, colon, port, &self.base, path])
    }
}
