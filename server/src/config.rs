//! What the server is told.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use crate::limits::Limits;
use crate::origin::{EmbedOrigin, Origin};
use crate::page::Endpoint;

use pushcheck_store::Place;

/// Everything that [`crate::bind`] needs. The default is good for development.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where plain HTTP is answered; default `127.0.0.1:8787`. Port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// Where HTTPS is answered; default nowhere.
    pub tls_listen: Vec<SocketAddr>,
    /// The certificate; needed where `tls_listen` is not empty.
    pub identity: Option<Identity>,
    /// Where HTTPS is answered with a certificate that no browser may accept; default nowhere.
    pub bad_certificate_listen: Option<SocketAddr>,
    /// The path under which everything stands; default `/`.
    pub base_path: BasePath,
    /// Paths of the application's that probes may wear, too: each is a lane.
    pub aliases: Vec<BasePath>,
    /// Whose pages may open WebSockets, besides our own.
    pub embed_origins: Vec<EmbedOrigin>,
    /// Where visitors reach the server; empty: at the listeners. Through the first the server tries itself at start and
    /// every five minutes.
    pub public_urls: Vec<Origin>,
    /// The addresses of the names in `public_urls`, as `v1/about` tells them; empty: those that the server's own resolver
    /// says.
    pub addresses: Vec<IpAddr>,
    /// Certificate authorities, besides the system's, that are trusted when the server tries itself through the first of
    /// `public_urls`; PEM.
    pub outside_in_ca: Option<PathBuf>,
    /// The operator's own proxy in front; none: visitors connect to us.
    pub behind: Option<Behind>,
    /// Also opens WebSockets whose handshake has lost its `Upgrade` and `Connection` on the way, over HTTP/1.1.
    pub lenient: bool,
    /// Refuses every WebSocket for this reason, for a rehearsal; none: only such as must be.
    pub refuse_upgrades: Option<RefuseUpgrades>,
    /// The page that tries an endpoint is there although a base path is set; without one it always is.
    pub tester: bool,
    /// What links to the tester may name, empty: any public host; and what links of support may.
    pub allow_endpoints: Vec<Endpoint>,
    /// Where links and reports are kept; default in memory, where they end with the process.
    pub place: Place,
    /// How many days reports and ended links are kept; default 90.
    pub keep_days: u32,
    /// Where staff are answered; none: nowhere.
    pub staff: Option<StaffConfig>,
    /// Who asks for a check, in customers' eyes: `ACME support`.
    pub organisation: String,
    /// Where else customers reach this check, should the usual address be blocked for them.
    pub alternate_urls: Vec<Origin>,
    /// How much it takes and gives.
    pub limits: Limits,
    /// Read the page from a folder instead of from inside the program.
    pub www: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 8787))],
            tls_listen: Vec::new(),
            identity: None,
            bad_certificate_listen: None,
            base_path: BasePath::default(),
            aliases: Vec::new(),
            embed_origins: Vec::new(),
            public_urls: Vec::new(),
            addresses: Vec::new(),
            outside_in_ca: None,
            behind: None,
            lenient: false,
            refuse_upgrades: None,
            tester: false,
            allow_endpoints: Vec::new(),
            place: Place::Memory,
            keep_days: 90,
            staff: None,
            organisation: ORGANISATION.to_owned(),
            alternate_urls: Vec::new(),
            limits: Limits::default(),
            www: None,
        }
    }
}

/// Who asks, where nobody said.
pub(crate) const ORGANISATION: &str = "Support";

/// The listener for staff, apart from what customers see.
#[derive(Clone, Debug)]
pub struct StaffConfig {
    /// Where it listens, plain HTTP; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The origin under which staff reach it; none: `http://` and where it listens.
    pub origin: Option<Origin>,
    /// Webhooks may go to private addresses, and over plain HTTP.
    pub allow_private_webhooks: bool,
}

/// The server's certificate and key.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Made at start for localhost, 127.0.0.1 and ::1.
    Development,
    /// Read from PEM files.
    Files {
        /// The certificate chain.
        cert: PathBuf,
        /// The private key.
        key: PathBuf,
    },
}

/// What a server has against WebSockets that were asked for as they must be; each is one that servers and frameworks
/// answer in practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum RefuseUpgrades {
    /// The page's origin is not on its list: 403
    Origin,
    /// It speaks none of the subprotocols that were offered: 400
    Subprotocol,
    /// It takes the protocol's version for one that it does not speak, with the status of a malformed request: 400
    #[value(name = "version-400")]
    Version400,
    /// The same with the status that RFC 6455 (section 4.2.2) wishes: 426
    #[value(name = "version-426")]
    Version426,
}

/// The operator's own proxy.
#[derive(Clone, Debug)]
pub struct Behind {
    /// What it is, for the log.
    pub name: String,
    /// Its addresses; the last `X-Forwarded-For` of requests from there is the visitor.
    pub trusted: Vec<IpAddr>,
}

/// A path that begins and ends with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// As it stands before `v1/…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for BasePath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl FromStr for BasePath {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let inner = text.trim_matches('/');
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
        let fits = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(plain);
        match inner {
            "" => Ok(Self::default()),
            inner if inner.split('/').all(fits) => Ok(Self(format!("/{inner}/"))),
            _ => Err(ConfigError(
                "the base path may hold letters, digits and - _ . ~ between its slashes",
            )),
        }
    }
}

/// What is wrong with what the server was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigError(pub &'static str);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_paths_begin_and_end_with_a_slash() {
        for (text, path) in [
            ("", "/"),
            ("/", "/"),
            ("check", "/check/"),
            ("/a/b/", "/a/b/"),
        ] {
            assert_eq!(
                text.parse::<BasePath>().map(|base| base.0).as_deref(),
                Ok(path)
            );
        }
        for text in ["/../x", "a//b", "a b", "a?b"] {
            assert!(text.parse::<BasePath>().is_err(), "{text}");
        }
    }
}
