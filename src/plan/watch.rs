//! What a watch holds.

use super::{Probe, Want, When, budget};
use crate::method::Method;
use crate::time::Micros;

/// A probe of a watch has a name that begins so.
const WATCHES: &str = "watch-";

/// The probe of that name holds a connection.
pub fn watches(probe: &str) -> bool {
    probe.starts_with(WATCHES)
}

/// The connection of that method that a watch holds on the main lane; `None`: it has none. Something goes over it every
/// `beat`, as an app would have to do it.
pub fn held(method: Method, beat: Micros) -> Option<Probe> {
    let id = match method {
        Method::WebSocket => "watch-web-socket",
        Method::ServerSentEvents => "watch-events",
        Method::StreamingFetch => "watch-stream",
        Method::LongPolling => "watch-long-poll",
        Method::Polling => return None,
    };
    let beat = beat.max(budget::LEAST_WATCH_BEAT);
    Some(Probe::once(id, method, Want::Hold { beat }, When::Now))
}
