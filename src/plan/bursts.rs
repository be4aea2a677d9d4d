//! What a thorough run hands over at once.

use super::{Burst, Plan, Probe, Want, When, budget, relief};
use crate::method::Method;

/// The probe of many messages from the server.
pub const BURST_DOWN: &str = "web-socket-burst-down";

/// The probe of many messages from the page.
pub const BURST_UP: &str = "web-socket-burst-up";

/// The same as [`BURST_DOWN`], with a connection that is reset under it.
pub const CUT_DOWN: &str = "web-socket-cut-down";

/// The same as [`BURST_UP`], with a connection that is reset under it.
pub const CUT_UP: &str = "web-socket-cut-up";

/// The probe of an answer that is not read.
pub const UNREAD: &str = "stream-unread";

/// The probe of messages of several sizes and forms.
pub const SIZES: &str = "web-socket-sizes";

/// The probe of requests that leave at once.
pub const UPLOAD: &str = "upload";

/// A probe of that name decides no verdict, and is judged by itself.
pub fn stands_aside(probe: &str) -> bool {
    relief(probe).is_some() || runs_alone(probe)
}

/// A probe of that name runs alone.
pub fn runs_alone(probe: &str) -> bool {
    [
        BURST_DOWN, BURST_UP, CUT_DOWN, CUT_UP, SIZES, UNREAD, UPLOAD,
    ]
    .contains(&probe)
}

impl Plan {
    /// Adds what shows where messages wait, and what of them is lost with a connection, of those methods on the main lane,
    /// once they passed. Each runs alone. An answer is left unread only where the browser `waits_too`: others read on for a
    /// page that does not.
    pub fn add_bursts(&mut self, methods: &[Method], waits_too: bool) {
        for &method in methods {
            let first = |probe: &Probe| probe.method == method && probe.is_decisive();
            let Some(first) = self.probes.iter().position(first) else {
                continue;
            };
            let mut add = |id, want, attempts| {
                let probe = Probe::once(id, method, want, When::Passed(first));
                self.probes.push(Probe { attempts, ..probe });
            };
            match method {
                Method::WebSocket => {
                    add(SIZES, Want::Sizes, 1);
                    for (id, up, cut) in [
                        (BURST_DOWN, false, 0),
                        (BURST_UP, true, 0),
                        (CUT_DOWN, false, budget::PARTS),
                        (CUT_UP, true, budget::CUT_UP_AT),
                    ] {
                        let burst = Burst {
                            up,
                            parts: budget::PARTS,
                            bytes: budget::PART_BYTES,
                            cut,
                            after: 0,
                        };
                        add(id, Want::Burst(burst), 1);
                    }
                }
                Method::Polling => add(UPLOAD, Want::Upload, budget::UPLOADS),
                Method::StreamingFetch if waits_too => {
                    let (bytes, rest) = (budget::UNREAD_BYTES, budget::UNREAD);
                    add(UNREAD, Want::Unread { bytes, rest }, 1);
                }
                _ => {}
            }
        }
    }
}
