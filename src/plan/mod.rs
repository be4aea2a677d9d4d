//! Which probes, in which order, within which budgets. Plain data: it can be printed and tested.

pub mod budget;
mod lane;
mod own;

use core::fmt::{self, Display, Formatter};

pub use lane::{Lane, Skipped};
pub use own::OwnEndpoint;

use crate::method::Method;
use crate::time::Micros;
use crate::wire::{Kind, Scheme};

/// What one attempt of a probe wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// The ticks that are due.
    Poll,
    /// The next tick, held for at most that long.
    LongPoll {
        /// The hold.
        hold: Micros,
    },
    /// Ticks by `EventSource` or streaming fetch, after a silence.
    Ticks {
        /// How many.
        count: u32,
        /// The silence before the first.
        silent: Micros,
        /// After the last of them the stream ends, is asked for again by the browser itself, and goes on behind what it
        /// brought (HTML § 9.2.4, `Last-Event-ID`).
        resumes: bool,
    },
    /// Echoes and ticks by WebSocket, after a silence.
    Socket {
        /// How many echoes, one after another.
        echoes: u32,
        /// How many ticks.
        ticks: u32,
        /// The silence before the first frame.
        silent: Micros,
        /// What breaks that silence all the same.
        beat: Beat,
        /// Offers [`crate::wire::SUBPROTOCOL`], and needs it selected.
        subprotocol: bool,
    },
    /// An answer from the embedder's own endpoint.
    Own(Box<OwnEndpoint>),
    /// The head of any answer to a plain request for the path that a method failed on.
    Control {
        /// What is asked of the server by that path.
        kind: Kind,
        /// Without CORS: nothing of an answer can be read, but whether there is one (Fetch § 2.2.6).
        opaque: bool,
    },
}

/// What goes over a socket that has nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beat {
    /// Nothing.
    #[default]
    None,
    /// An echo of the page's, every [`budget::BEAT_PACE`].
    Page,
    /// A ping of the server's, as often (RFC 6455 § 5.5.2).
    Server,
}

/// The probe whose silence is broken by [`Beat::Page`].
pub const PAGE_BEAT: &str = "web-socket-beat";

/// The probe whose silence is broken by [`Beat::Server`].
pub const SERVER_BEAT: &str = "web-socket-ping";

/// The probe whose stream the browser asks for again.
pub const RESUMED: &str = "events-resumed";

/// A probe of that name offers [`crate::wire::SUBPROTOCOL`].
pub fn asks_for_subprotocol(probe: &str) -> bool {
    probe.starts_with("web-socket-subprotocol")
}

/// When a probe may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// When every attempt of that probe (index in the plan) is over and one of them was whole.
    Passed(usize),
    /// When that probe has opened.
    Opened(usize),
}

/// One experiment: a method on a lane, with what is varied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Its name, unique in the plan; the path's segment.
    pub id: &'static str,
    /// The method.
    pub method: Method,
    /// The lane: index in the plan.
    pub lane: usize,
    /// What it wants to see.
    pub want: Want,
    /// How many attempts, one after another.
    pub attempts: u16,
    /// Between the starts of two attempts.
    pub pace: Micros,
    /// When it may start.
    pub when: When,
}

impl Probe {
    /// Its request stays open for long: browsers allow six in all to one HTTP/1.1 host.
    pub const fn is_long(&self) -> bool {
        matches!(self.want, Want::LongPoll { .. } | Want::Ticks { .. })
            || matches!((&self.want, self.method), (Want::Own(_), m) if !matches!(m, Method::WebSocket))
    }

    /// It decides its method's verdict on its lane. Variants (silence, a subprotocol) only add what does not pass, and
    /// controls where others broke.
    pub const fn is_decisive(&self) -> bool {
        match self.want {
            Want::Ticks {
                silent, resumes, ..
            } => silent.0 == 0 && !resumes,
            Want::Socket {
                silent,
                subprotocol,
                ..
            } => silent.0 == 0 && !subprotocol,
            Want::Control { .. } => false,
            Want::Poll | Want::LongPoll { .. } | Want::Own(_) => !self.is_rung(),
        }
    }

    /// How long it keeps silent, or is held.
    pub const fn silence(&self) -> Micros {
        match self.want {
            Want::Ticks { silent, .. } | Want::Socket { silent, .. } => silent,
            Want::LongPoll { hold } => hold,
            Want::Poll | Want::Own(_) | Want::Control { .. } => Micros::ZERO,
        }
    }

    /// It looks for a silence that is not outlived.
    pub const fn is_rung(&self) -> bool {
        self.silence().0 > budget::SILENCE.0
    }

    /// Its connection is silent for so long that only this is tried on it: no beat goes over it.
    pub const fn is_silent(&self) -> bool {
        self.is_rung()
            && !matches!(
                self.want,
                Want::Socket {
                    beat: Beat::Page | Beat::Server,
                    ..
                }
            )
    }

    /// It opens a WebSocket.
    pub const fn is_socket(&self) -> bool {
        matches!(self.method, Method::WebSocket) && !self.is_control()
    }

    /// It tries no method.
    pub const fn is_control(&self) -> bool {
        matches!(self.want, Want::Control { .. })
    }
}

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
        let probe = |id, method, want| Probe {
            id,
            method,
            lane: 0,
            want,
            attempts: 1,
            pace: Micros::ZERO,
            when: When::Now,
        };
        if asked(Method::WebSocket) {
            let opened = When::Opened(plan.probes.len());
            let socket = |echoes, ticks, silent| Want::Socket {
                echoes,
                ticks,
                silent,
                beat: Beat::None,
                subprotocol: false,
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
            let offering = Want::Socket {
                echoes: 1,
                ticks: 0,
                silent: Micros::ZERO,
                beat: Beat::None,
                subprotocol: true,
            };
            plan.probes.push(Probe {
                when: opened,
                ..probe("web-socket-subprotocol", Method::WebSocket, offering)
            });
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

    /// Adds the longer silences of those methods on the main lane, once they passed: the longest first, since what outlives
    /// it outlives all others, and beside sockets two that are kept awake.
    pub fn add_rungs(&mut self, methods: &[Method]) {
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
                self.probes.push(Probe {
                    id: RESUMED,
                    method,
                    lane: 0,
                    want: Want::Ticks {
                        count: 3,
                        silent: Micros::ZERO,
                        resumes: true,
                    },
                    attempts: 1,
                    pace: Micros::ZERO,
                    when: When::Passed(first),
                });
            }
            let mut add = |id, silent, beat| {
                let want = match method {
                    Method::WebSocket => Want::Socket {
                        echoes: 1,
                        ticks: 0,
                        silent,
                        beat,
                        subprotocol: false,
                    },
                    Method::LongPolling => Want::LongPoll { hold: silent },
                    _ => Want::Ticks {
                        count: 1,
                        silent,
                        resumes: false,
                    },
                };
                self.probes.push(Probe {
                    id,
                    method,
                    lane: 0,
                    want,
                    attempts: 1,
                    pace: Micros::ZERO,
                    when: When::Passed(first),
                });
            };
            for silent in budget::RUNGS.into_iter().filter(|silent| *silent >= least) {
                add(id, silent, Beat::None);
            }
            if method == Method::WebSocket {
                let longest = budget::RUNGS[0];
                add(PAGE_BEAT, longest, Beat::Page);
                add(SERVER_BEAT, longest, Beat::Server);
            }
        }
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
                        subprotocol: false,
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

    /// Adds what tells where that probe broke: plain requests for its path. A page may not send the head of an upgrade
    /// by `fetch`, but what answers the path without one shows who stands there. Of what broke on the main lane also
    /// whether somebody accepts a bad certificate, where the server offers one.
    pub fn add_controls(&mut self, index: usize) {
        let Some((method, lane)) = self
            .probes
            .get(index)
            .map(|probe| (probe.method, probe.lane))
        else {
            return;
        };
        let (readable, opaque, kind) = match method {
            Method::WebSocket => ("web-socket-read", "web-socket-opaque", Kind::WebSocket),
            Method::ServerSentEvents => ("events-read", "events-opaque", Kind::Events),
            Method::StreamingFetch => ("stream-read", "stream-opaque", Kind::Stream),
            Method::LongPolling => ("long-poll-read", "long-poll-opaque", Kind::LongPoll),
            Method::Polling => ("poll-read", "poll-opaque", Kind::Poll),
        };
        let mut asked = vec![(readable, false, lane), (opaque, true, lane)];
        let main = self.lanes.first().map(|main| main.scheme);
        let bad = |other: &Lane| other.skipped == Some(Skipped::BadCertificate);
        let bad = self.lanes.iter().position(bad);
        let tells = lane == 0 && main == Some(Scheme::Https);
        if let Some(bad) = bad.filter(|_| tells)
            && !self.probes.iter().any(|p| p.lane == bad)
        {
            asked.push((opaque, true, bad));
        }
        for (id, opaque, lane) in asked {
            if self.probes.iter().any(|p| p.id == id && p.lane == lane) {
                continue;
            }
            self.probes.push(Probe {
                id,
                method,
                lane,
                want: Want::Control { kind, opaque },
                attempts: 1,
                pace: Micros::ZERO,
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
