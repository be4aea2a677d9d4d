//! Raw evidence: traces (page), sightings (server), surroundings. Append-only; never an opinion.

mod client;
mod event;
mod surroundings;
mod trace;
mod watch;

pub use client::Client;
pub use event::{Event, ResourceTiming, Stamped};
pub use surroundings::{Engine, EngineFamily, Notice, StampedNotice, Surroundings};
pub use trace::{Ended, Trace};
pub use watch::{HoldEnd, HoldEnded, HoldLog, Silence, WatchLog};

use crate::plan::Lane;
use crate::wire::{About, Ledger};

/// Everything that a diagnosis may use.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// One per attempt, in order of their start.
    pub traces: Vec<Trace>,
    /// The server's half; `None`: missing.
    pub ledger: Option<Ledger>,
    /// What the server said of itself; `None`: never heard.
    pub about: Option<About>,
    /// The run's lanes.
    pub lanes: Vec<Lane>,
    /// The page's surroundings.
    pub surroundings: Surroundings,
    /// What became of connections that were held; `None`: none was.
    pub watch: Option<WatchLog>,
}
