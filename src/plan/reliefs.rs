//! What is varied of a stream that is kept on its way, so that what keeps it shows itself.

use super::{Plan, Probe, Want, When, budget};
use crate::method::Method;
use crate::time::Micros;
use crate::wire::Relief;

/// The probes of each, in the order of [`Relief::ALL`]: of event streams, and of streaming fetch.
const PROBES: [(&str, &str); 3] = [
    ("events-accel", "stream-accel"),
    ("events-no-transform", "stream-no-transform"),
    ("events-padded", ""),
];

/// What a probe of that name varies, by its number and itself; `None`: nothing.
pub fn relief(probe: &str) -> Option<(u64, Relief)> {
    let is_it = |(events, stream): &(&str, &str)| *events == probe || *stream == probe;
    let at = PROBES.iter().position(is_it)?;
    Some((at as u64 + 1, *Relief::ALL.get(at)?))
}

impl Plan {
    /// Adds what may let that method's stream on the main lane pass at once.
    pub fn add_reliefs(&mut self, method: Method) {
        for (events, stream) in PROBES {
            let id = match method {
                Method::ServerSentEvents => events,
                _ => stream,
            };
            let want = Want::Ticks {
                count: budget::RELIEF_TICKS,
                silent: Micros::ZERO,
                resumes: false,
            };
            if !id.is_empty() {
                self.probes.push(Probe::once(id, method, want, When::Now));
            }
        }
    }
}
