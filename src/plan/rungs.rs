//! What a thorough run tries beside the quick one.

use super::{Beat, Negotiates, PAGE_BEAT, Plan, Probe, RESUMED, SERVER_BEAT, Want, When, budget};
use crate::method::Method;
use crate::time::Micros;

/// A probe of that name says nothing for a while, or is held.
pub fn keeps_silent(probe: &str) -> bool {
    let has = |mark: &[u8]| {
        probe
            .as_bytes()
            .windows(mark.len())
            .any(|part| part == mark)
    };
    has(b"-silent") || has(b"-held")
}

impl Plan {
    /// Adds the longer silences of those methods on the main lane, once they passed: the longest first, since what outlives
    /// it outlives all others, and beside sockets two that are kept awake. None is longer than `longest`.
    pub fn add_rungs(&mut self, methods: &[Method], longest: Micros) {
        for &method in methods {
            let first = |probe: &Probe| probe.method == method && probe.is_decisive();
            let Some(first) = self.probes.iter().position(first) else {
                continue;
            };
            let (id, least) = match method {
                Method::WebSocket => ("web-socket-silent", Micros::ZERO),
                Method::ServerSentEvents => ("events-silent", Micros::ZERO),
                Method::LongPolling => ("long-poll-held", budget::LONG_HOLD),
                Method::StreamingFetch | Method::Polling => continue,
            };
            if method == Method::ServerSentEvents {
                let want = Want::Ticks {
                    count: 3,
                    silent: Micros::ZERO,
                    resumes: true,
                };
                let resumed = Probe::once(RESUMED, method, want, When::Passed(first));
                self.probes.push(resumed);
            }
            let mut add = |id, silent, beat| {
                let want = match method {
                    Method::WebSocket => Want::Socket {
                        echoes: 1,
                        ticks: 0,
                        silent,
                        beat,
                        negotiates: Negotiates::Nothing,
                    },
                    Method::LongPolling => Want::LongPoll { hold: silent },
                    _ => Want::Ticks {
                        count: 1,
                        silent,
                        resumes: false,
                    },
                };
                self.probes
                    .push(Probe::once(id, method, want, When::Passed(first)));
            };
            let mut awake = None;
            for silent in budget::RUNGS {
                if least <= silent && silent <= longest {
                    add(id, silent, Beat::None);
                    awake = awake.or(Some(silent));
                }
            }
            if let Some(awake) = awake.filter(|_| method == Method::WebSocket) {
                add(PAGE_BEAT, awake, Beat::Page);
                add(SERVER_BEAT, awake, Beat::Server);
            }
        }
    }
}
