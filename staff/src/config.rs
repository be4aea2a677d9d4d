//! What the listener is told by the server that it belongs to.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use pushcheck_store::{Ms, Store};

/// A file of the pages.
#[derive(Clone, Debug)]
pub struct File {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The pages' files by name (`staff/index.html`, `push-check.js`).
pub type Files = Arc<dyn Fn(&str) -> Option<File> + Send + Sync>;

/// What the server, and all others that share its store, saw of a run by its id, as JSON; none: nothing is known of it.
pub type Ledgers = Arc<dyn Fn(String) -> BoxFuture<'static, Option<String>> + Send + Sync>;

/// The listener's settings.
#[derive(Clone)]
pub struct Config {
    /// Where everything is kept.
    pub store: Store,
    /// The origin under which staff reach this listener: `https://staff.example`. Other hosts are turned away.
    pub origin: String,
    /// Who asks, in customers' eyes: `ACME support`.
    pub organisation: String,
    /// Where customers reach the check, first the usual address, each with a last slash.
    pub public_urls: Vec<String>,
    /// Where else they may reach it, should that be blocked.
    pub alternate_urls: Vec<String>,
    /// The endpoints that links may name, as patterns of `--allow-endpoint`: the page may reach no others.
    pub allow_endpoints: Vec<String>,
    /// Webhooks may go to private addresses and to this machine, there also by plain http; never to link-local ones.
    pub allow_private_webhooks: bool,
    /// The pages' files.
    pub files: Files,
    /// The server's memory of a run.
    pub ledgers: Ledgers,
    /// The wall clock, ms since 1970.
    pub now: fn() -> Ms,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
