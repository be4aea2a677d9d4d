//! Which probes, in which order, within which budgets. Plain data: it can be printed and tested.

pub mod budget;
mod bursts;
mod controls;
mod lane;
mod own;
mod probe;
mod reliefs;
mod rungs;
mod watch;

use core::fmt::{self, Display, Formatter};

pub use bursts::{
    BURST_DOWN, BURST_UP, CUT_DOWN, CUT_UP, SIZES, UNREAD, UPLOAD, runs_alone, stands_aside,
};
pub use lane::{Lane, Skipped};
pub use own::OwnEndpoint;
pub use probe::{
    Beat, Burst, DEFLATED, Form, Negotiates, PAGE_BEAT, Probe, RESUMED, SERVER_BEAT, Want, When,
    asks_for_subprotocol,
};
pub use reliefs::relief;
pub use rungs::keeps_silent;
pub use watch::{held, watches};

use crate::method::Method;
use crate::time::Micros;

/// The probes of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The lanes; the first is `main`.
    pub lanes: Vec<Lane>,
    /// The probes, in order of preference.
    pub probes: Vec<Probe>,
}

impl Plan {
    /// The quick run's probes of those methods on the main lane.
    pub fn quick(main: Lane, methods: &[Method]) -> Self {
        let mut plan = Self {
            lanes: vec![main],
            probes: Vec::new(),
        };
        let asked = |method| methods.contains(&method);
        let probe = |id, method, want| Probe::once(id, method, want, When::Now);
        if asked(Method::WebSocket) {
            let opened = When::Opened(plan.probes.len());
            let socket = |echoes, ticks, silent| Want::Socket {
                echoes,
                ticks,
                silent,
                beat: Beat::None,
                negotiates: Negotiates::Nothing,
            };
            plan.probes.push(probe(
                "web-socket",
                Method::WebSocket,
                socket(15, 20, Micros::ZERO),
            ));
            let silent = probe(
                "web-socket-silent",
                Method::WebSocket,
                socket(1, 0, budget::SILENCE),
            );
            plan.probes.push(Probe {
                when: opened,
                ..silent
            });
            for (id, negotiates, echoes) in [
                ("web-socket-subprotocol", Negotiates::Subprotocol, 1),
                // The last of them is large.
                (DEFLATED, Negotiates::Deflate, budget::PADDED_ECHO),
            ] {
                let negotiating = Want::Socket {
                    echoes,
                    ticks: 0,
                    silent: Micros::ZERO,
                    beat: Beat::None,
                    negotiates,
                };
                plan.probes.push(Probe {
                    when: opened,
                    ..probe(id, Method::WebSocket, negotiating)
                });
            }
        }
        let ticks = |count, silent| Want::Ticks {
            count,
            silent,
            resumes: false,
        };
        let events = asked(Method::ServerSentEvents).then(|| {
            plan.probes.push(probe(
                "events",
                Method::ServerSentEvents,
                ticks(20, Micros::ZERO),
            ));
            When::Opened(plan.probes.len() - 1)
        });
        if asked(Method::StreamingFetch) {
            plan.probes.push(probe(
                "stream",
                Method::StreamingFetch,
                ticks(20, Micros::ZERO),
            ));
        }
        if asked(Method::LongPolling) {
            let held = probe(
                "long-poll",
                Method::LongPolling,
                Want::LongPoll { hold: budget::HOLD },
            );
            plan.probes.push(Probe {
                attempts: 4,
                ..held
            });
        }
        if let Some(opened) = events {
            let silent = probe(
                "events-silent",
                Method::ServerSentEvents,
                ticks(1, budget::SILENCE),
            );
            plan.probes.push(Probe {
                when: opened,
                ..silent
            });
        }
        if asked(Method::Polling) {
            let poll = probe("poll", Method::Polling, Want::Poll);
            plan.probes.push(Probe {
                attempts: 16,
                pace: budget::POLL_PACE,
                ..poll
            });
        }
        plan
    }

    /// The URL of a path on the main lane.
    pub fn main_url(&self, path: &str) -> String {
        let main = self.lanes.first();
        main.map_or_else(String::new, |main| main.url(false, path))
    }

    /// Adds a further lane, with the short form of each method's probe unless the lane is skipped.
    pub fn add_lane(&mut self, lane: Lane, methods: &[Method]) {
        let index = self.lanes.len();
        let open = lane.skipped.is_none();
        self.lanes.push(lane);
        for &method in methods.iter().filter(|_| open) {
            let (id, want, attempts) = match method {
                Method::Polling => ("poll", Want::Poll, 4),
                Method::LongPolling => ("long-poll", Want::LongPoll { hold: budget::HOLD }, 2),
                Method::ServerSentEvents => (
                    "events",
                    Want::Ticks {
                        count: 6,
                        silent: Micros::ZERO,
                        resumes: false,
                    },
                    1,
                ),
                Method::StreamingFetch => (
                    "stream",
                    Want::Ticks {
                        count: 6,
                        silent: Micros::ZERO,
                        resumes: false,
                    },
                    1,
                ),
                Method::WebSocket => (
                    "web-socket",
                    Want::Socket {
                        echoes: 4,
                        ticks: 6,
                        silent: Micros::ZERO,
                        beat: Beat::None,
                        negotiates: Negotiates::Nothing,
                    },
                    1,
                ),
            };
            let pace = budget::POLL_PACE;
            self.probes.push(Probe {
                id,
                method,
                lane: index,
                want,
                attempts,
                pace,
                when: When::Now,
            });
        }
    }

    /// Adds the embedder's own endpoint for a method, on a lane of its own.
    pub fn add_own(&mut self, lane: Lane, method: Method, endpoint: OwnEndpoint) {
        let want = Want::Own(Box::new(endpoint));
        let (pace, when) = (Micros::ZERO, When::Now);
        self.probes.push(Probe {
            id: "own",
            method,
            lane: self.lanes.len(),
            want,
            attempts: 1,
            pace,
            when,
        });
        self.lanes.push(lane);
    }
}

/// One line a probe, for people and tests.
impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for probe in &self.probes {
            let lane = self
                .lanes
                .get(probe.lane)
                .map_or("?", |lane| lane.id.as_str());
            let Probe {
                id,
                method,
                attempts,
                pace,
                ..
            } = probe;
            write!(
                f,
                "{id} ({}) on {lane}, {attempts} ×, every {} ms",
                method.as_str(),
                pace.ms_up()
            )?;
            if probe.is_rung() {
                write!(f, ", silent for {} ms", probe.silence().ms_up())?;
            }
            match probe.when {
                When::Now => writeln!(f)?,
                When::Passed(other) => writeln!(f, ", after {} passed", self.probes[other].id)?,
                When::Opened(other) => writeln!(f, ", once {} is open", self.probes[other].id)?,
            }
        }
        Ok(())
    }
}
