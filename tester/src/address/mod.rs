//! A URL as it is typed: what a browser makes of it, and what is doubtful about it before anything is sent.

mod bare;
mod doubts;
mod host;
mod port;
mod query;
mod split;

pub(crate) use bare::{Bare, bare};
pub use doubts::{Doubt, Severity};
pub use host::{Reach, reach};
pub use port::{default_port, is_blocked};
pub use query::{Piece, names_a_secret, piece, pieces};

use serde::{Deserialize, Serialize};

use crate::Kind;

/// The longest URL that is looked at, in bytes.
pub const LONGEST: usize = 32 * 1024;

/// What is asked about a URL.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// As it was typed.
    pub raw: String,
    /// What it is for.
    pub kind: Kind,
    /// What the browser's own parser (URL § 4.4) makes of it, without a base; `None`: it refuses.
    pub parsed: Option<Parsed>,
    /// The page that asks.
    pub page: Page,
}

/// The attributes of a browser's `URL` (URL § 6.1).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Parsed {
    /// The whole.
    pub href: String,
    /// With its colon: `wss:`.
    pub protocol: String,
    /// Lower-case, in ASCII; an IPv6 address in brackets.
    pub hostname: String,
    /// Empty: the default of the scheme.
    pub port: String,
    /// The path.
    pub pathname: String,
    /// With its question mark; empty: there is none.
    pub search: String,
    /// With its `#`; empty: there is none.
    pub hash: String,
    /// Before the host; empty: there is none.
    pub username: String,
    /// Before the host; empty: there is none.
    pub password: String,
}

/// The page that asks.
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    /// With its colon: `https:`.
    pub protocol: String,
    /// Its host, without a port.
    pub hostname: String,
}

/// What a URL is, and what is doubtful about it.
#[derive(Clone, Debug, Serialize)]
pub struct Taken {
    /// `None`: no browser can take it apart.
    pub parts: Option<Parts>,
    /// What hinders first; within that, from left to right.
    pub doubts: Vec<Doubt>,
}

/// The parts of a URL.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parts {
    /// Without its colon.
    pub scheme: String,
    /// As it goes over the wire, in ASCII.
    pub host: String,
    /// The port that is used.
    pub port: u16,
    /// The port is not named: it is the default of the scheme.
    pub port_is_default: bool,
    /// The path.
    pub path: String,
    /// The query's parameters, in their order.
    pub query: Vec<Piece>,
    /// Without its `#`; it is never sent.
    pub fragment: String,
    /// What a WebSocket, an event stream or a request goes to: without fragment, user and password.
    pub sent: String,
    /// Whence it can be reached.
    pub reach: Reach,
}

/// Takes a URL apart.
pub fn take(asked: &Asked) -> Taken {
    let parts = asked.parsed.as_ref().and_then(parts);
    let doubts = doubts::of(asked, parts.as_ref());
    Taken { parts, doubts }
}

fn parts(parsed: &Parsed) -> Option<Parts> {
    let scheme = parsed.protocol.strip_suffix(':')?;
    let default = default_port(scheme)?;
    let port = match parsed.port.as_str() {
        "" => default,
        port => port.parse().ok()?,
    };
    let shown = match parsed.port.as_str() {
        "" => parsed.hostname.clone(),
        port => format!("{}:{port}", parsed.hostname),
    };
    Some(Parts {
        scheme: scheme.to_owned(),
        host: parsed.hostname.clone(),
        port,
        port_is_default: parsed.port.is_empty(),
        path: parsed.pathname.clone(),
        query: pieces(&parsed.search),
        fragment: parsed.hash.trim_start_matches('#').to_owned(),
        sent: format!("{scheme}://{shown}{}{}", parsed.pathname, parsed.search),
        reach: reach(&parsed.hostname),
    })
}
