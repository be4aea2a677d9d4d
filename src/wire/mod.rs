//! What page and probe server say to each other: paths, ids, tick and echo lines, the answers to `about` and `ledger`.
//!
//! Lines are plain ASCII, one per message, fields parted by one space. Everything parsed here comes from a network:
//! it is bounded and a wrong part is named.

mod about;
mod digits;
mod fields;
mod ledger;
mod line;
mod lines;
mod message;
mod path;
mod relief;
mod seal;

pub use about::{
    About, BAD_CERTIFICATE, Instance, Lane, Limits, OutsideIn, OutsideTry, Scheme, Software,
    TcpVantage, TlsVantage, Vantage,
};
pub use digits::{after, digits, joined, number, push_digits};
pub use ledger::{
    End, JoinedBy, Ledger, LedgerInstance, Reached, SeenBurst, SeenClose, SeenConnection,
    SeenHeader, SeenQueue, SeenTcp, ShownCertificate, Sighting,
};
pub use line::{At, Echo, LineError, PollBody, Tick, TickId};
pub use lines::Lines;
pub use message::{FromPage, FromServer, Got, Part};
pub use path::{AttemptPath, IdError, Key, Kind, ProbeId, RunId};
pub use relief::Relief;
pub use seal::{sealed, unsealed};

use crate::time::Micros;

/// The version of everything in this module.
pub const WIRE: u32 = 1;

/// The header that stands on every answer of ours, on every status; its value is the instance's id. An HTTP answer
/// without it was not ours.
pub const MARK: &str = "Pushcheck-Answer";

/// The header that says why we refused: one of [`REFUSED_BY_LIMIT`] or [`REFUSED_BY_POLICY`].
pub const REFUSED: &str = "Pushcheck-Refused";

/// Refusals by a limit of ours; they make a verdict `inconclusive`, never a finding.
pub const REFUSED_BY_LIMIT: [&str; 4] = ["count", "rate", "size", "time"];

/// Refusals by policy; a finding whose place is `server`.
pub const REFUSED_BY_POLICY: [&str; 3] = ["origin", "subprotocol", "version"];

/// The close code with which the server ends a probe socket (RFC 6455 § 7.4.2: private use).
pub const CLOSE_CODE: u16 = 4242;

/// The reason beside [`CLOSE_CODE`]: any other pair of code and reason was put there by somebody else.
pub const CLOSE_REASON: &str = "pushcheck: all sent";

/// The subprotocol that our server selects where it is offered (RFC 6455 § 1.9). An app's may be lost on the way; by
/// default none is offered.
pub const SUBPROTOCOL: &str = "pushcheck";

/// Of a burst every such part is acknowledged, and the last; a page acknowledges more of the first ones, while most waits.
pub const ACK_EACH: u32 = 20;

/// What echoes and parts are padded with.
pub const PADDING: char = 'x';

/// The gaps between ticks, in milliseconds: irregular, so that "one message behind", timers, blocks and plain latency
/// look different, and never under 60 ms. After the last the first comes again.
pub const GAPS_MS: [u64; 20] = [
    60, 250, 120, 400, 80, 300, 60, 200, 500, 100, 350, 60, 150, 450, 90, 220, 70, 310, 130, 260,
];

/// When tick `n` (from 1) of a run falls due, since the run's first request reached the instance.
pub const fn tick_due(n: u32) -> Micros {
    let mut whole = 0;
    let mut part = 0;
    let rest = n as usize % GAPS_MS.len();
    let mut i = 0;
    while i < GAPS_MS.len() {
        whole += GAPS_MS[i];
        if i < rest {
            part += GAPS_MS[i];
        }
        i += 1;
    }
    Micros::ms((n as u64 / GAPS_MS.len() as u64) * whole + part)
}

/// The first tick that falls due after `at` (since the run's first request).
pub const fn tick_after(at: Micros) -> u32 {
    // Of those within whole rounds none is looked at.
    let round = GAPS_MS.len() as u64;
    let before = at.0 / tick_due(round as u32).0 * round;
    let mut n = if before < u32::MAX as u64 {
        before as u32 + 1
    } else {
        u32::MAX
    };
    while tick_due(n).0 <= at.0 && n < u32::MAX {
        n += 1;
    }
    n
}
