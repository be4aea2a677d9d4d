//! A world for a run, under a clock that the test owns: what the browser and the server do is a function of the test's.

// Each test file that takes this in is a crate of its own and uses its part.
#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeMap;

use pushcheck::diagnosis::Asked;
use pushcheck::evidence::{Event, Surroundings};
use pushcheck::method::Method;
use pushcheck::plan::{Lane, Plan};
use pushcheck::report::{Heading, Mode, Report};
use pushcheck::run::{Action, Driver, Progress, Request, Run, Setup, Start};
use pushcheck::session::Do;
use pushcheck::time::Micros;
use pushcheck::wire::{
    About, At, Echo, FromPage, Instance, Key, Ledger, LedgerInstance, Limits, PollBody, Scheme,
    Software, TcpVantage, Tick, TlsVantage, Vantage, tick_after, tick_due,
};

/// The server's clock is that far ahead of the page's.
pub const AHEAD: u64 = 5_000_000;
/// The one instance of this world.
pub const INSTANCE: &str = "00000000000000aa";

/// Something that reaches the run.
#[derive(Clone, Debug)]
pub enum Input {
    Seen(u16, Event),
    About(Option<Box<About>>),
    Ledger(Option<Ledger>),
}

/// What the world does with an attempt and its messages.
pub trait Nature {
    /// The attempt was started.
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start);
    /// The page sent a text.
    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str);
    /// The page asked for `v1/about`.
    fn about(&mut self, world: &mut Queue, at: Micros);
    /// The page asked for the ledger.
    fn ledger(&mut self, world: &mut Queue, at: Micros);
}

/// What will happen, by time.
#[derive(Debug, Default)]
pub struct Queue {
    inputs: BTreeMap<(u64, u64), Input>,
    count: u64,
}

impl Queue {
    /// Lets something happen then.
    pub fn put(&mut self, at: Micros, input: Input) {
        self.count += 1;
        self.inputs.insert((at.0, self.count), input);
    }

    /// All of it, in order.
    pub fn into_inputs(self) -> impl Iterator<Item = (Micros, Input)> {
        self.inputs
            .into_iter()
            .map(|((at, _), input)| (Micros(at), input))
    }

    /// Lets an attempt see something then.
    pub fn see(&mut self, at: Micros, attempt: u16, event: Event) {
        self.put(at, Input::Seen(attempt, event));
    }
}

/// What a run did, for assertions.
#[derive(Debug, Default)]
pub struct Told {
    pub report: Option<Box<Report>>,
    pub ended_at: Micros,
    pub progress: Vec<Progress>,
    pub started: Vec<(Micros, Start)>,
    pub released: Vec<u16>,
}

/// The setup of a quick run of all methods over one lane.
pub fn setup(scheme: Scheme) -> Setup {
    let main = Lane {
        id: "main".to_owned(),
        scheme,
        host: "probe.test".to_owned(),
        port: 8787,
        base: "/".to_owned(),
        skipped: None,
    };
    let key = Key::new([7; 16]);
    Setup {
        heading: Heading {
            id: key.run().to_string(),
            started_at: 1,
            mode: Mode::Quick,
            labels: Vec::new(),
        },
        key,
        plan: Plan::quick(main, &Method::ALL),
        asked: Asked {
            methods: Method::ALL.to_vec(),
            required: Vec::new(),
        },
        lanes: Vec::new(),
        required_lanes: Vec::new(),
        page_is_https: scheme == Scheme::Https,
        surroundings: Surroundings::default(),
    }
}

/// Runs to the end, checking at every turn what must hold at every turn. `stop_at`: the page stops it then.
pub fn run(setup: Setup, nature: &mut dyn Nature, stop_at: Option<Micros>) -> Told {
    const TURNS: usize = 20_000;
    let mut run = Run::new(setup);
    let mut queue = Queue::default();
    let mut told = Told::default();
    let mut open: BTreeMap<u16, Request> = BTreeMap::new();
    let mut connecting: BTreeMap<u16, String> = BTreeMap::new();
    let mut now = Micros::ZERO;
    for _ in 0..TURNS {
        while let Some(action) = run.poll_action() {
            assert!(
                told.report.is_none(),
                "nothing comes after the end: {action:?}"
            );
            match action {
                Action::Start(start) => {
                    nature.start(&mut queue, now, &start);
                    if start.request.driver == Driver::WebSocket {
                        connecting.insert(start.attempt, host(&start.request.url));
                    }
                    open.insert(start.attempt, start.request.clone());
                    told.started.push((now, start));
                }
                Action::Do {
                    attempt,
                    what: Do::Send(text),
                } => {
                    queue.see(now, attempt, Event::Sent { line: text.clone() });
                    nature.sent(&mut queue, now, attempt, &text);
                }
                Action::Do {
                    attempt,
                    what: Do::Release,
                } => {
                    assert!(open.remove(&attempt).is_some(), "released twice: {attempt}");
                    connecting.remove(&attempt);
                    told.released.push(attempt);
                }
                Action::AskAbout { .. } => nature.about(&mut queue, now),
                Action::AskLedger { url, body } => {
                    assert!(!url.contains(&body), "the key stands in a URL");
                    nature.ledger(&mut queue, now);
                }
                Action::Say(progress) => {
                    if let Some(before) = told.progress.last() {
                        assert!(
                            before.permille <= progress.permille,
                            "progress goes backwards"
                        );
                    }
                    told.progress.push(progress);
                }
                Action::Keep(report) => {
                    assert_eq!(report.result, pushcheck::diagnosis::RunResult::Aborted)
                }
                Action::Finish(report) => {
                    assert!(open.is_empty(), "still open at the end: {open:?}");
                    told.ended_at = now;
                    told.report = Some(report);
                }
            }
            check(&open, &connecting);
        }
        if told.report.is_some() {
            assert_eq!(run.wake_at(), None, "a finished run wants to be woken");
            return told;
        }
        let next = queue.inputs.keys().next().copied();
        let wake = run
            .wake_at()
            .expect("a run that lasts wants to be woken")
            .max(now);
        if let Some(stop) =
            stop_at.filter(|stop| *stop <= wake && next.is_none_or(|(at, _)| stop.0 <= at))
        {
            now = now.max(stop);
            run.stop(now);
            continue;
        }
        match next {
            Some(key) if key.0 <= wake.0 => {
                now = now.max(Micros(key.0));
                match queue.inputs.remove(&key).expect("it is there") {
                    Input::Seen(attempt, event) => {
                        if matches!(event, Event::Opened { .. } | Event::Closed { .. }) {
                            connecting.remove(&attempt);
                        }
                        run.handle(now, attempt, event);
                    }
                    Input::About(about) => run.heard_about(now, about.map(|about| *about)),
                    Input::Ledger(ledger) => run.heard_ledger(now, ledger),
                }
            }
            _ => now = wake,
        }
        run.on_time(now);
    }
    panic!("no end within {TURNS} turns; now {now:?}");
}

/// What browsers and networks cannot stand.
fn check(open: &BTreeMap<u16, Request>, connecting: &BTreeMap<u16, String>) {
    for host in connecting.values() {
        assert!(
            connecting.values().filter(|h| *h == host).count() <= 1,
            "two sockets CONNECTING to {host}"
        );
    }
    let long = |r: &&Request| {
        matches!(r.driver, Driver::EventSource | Driver::StreamingFetch)
            || r.url.contains("/long-poll")
    };
    let long: Vec<_> = open.values().filter(long).map(|r| host(&r.url)).collect();
    for host in &long {
        assert!(
            long.iter().filter(|h| *h == host).count() <= 3,
            "more than three long requests to {host}"
        );
    }
}

fn host(url: &str) -> String {
    url.split('/').nth(2).unwrap_or_default().to_owned()
}

/// A server and path without faults: every message takes half a round trip.
#[derive(Debug)]
pub struct Healthy {
    pub rtt: Micros,
    after: u32,
}

impl Healthy {
    pub fn new(rtt: Micros) -> Self {
        Self { rtt, after: 0 }
    }

    pub fn half(&self) -> Micros {
        Micros(self.rtt.0 / 2)
    }

    /// The server's stamp of a moment on the page's clock.
    pub fn stamp(at: Micros) -> Micros {
        at.plus(Micros(AHEAD))
    }

    /// The ticks that fall due from a moment on, each with its moment.
    pub fn ticks(from: Micros, count: u32) -> Vec<(Micros, Tick)> {
        let first = tick_after(from);
        let tick = |n| {
            let due = tick_due(n);
            (
                due,
                Tick {
                    n,
                    due: Self::stamp(due),
                    sent: Self::stamp(due),
                    instance: INSTANCE.to_owned(),
                },
            )
        };
        (first..first + count).map(tick).collect()
    }

    pub fn message(line: &impl ToString) -> Event {
        let line = line.to_string();
        Event::Message {
            bytes: line.len() as u32,
            line,
            id: None,
        }
    }
}

fn parameter(url: &str, name: &str) -> u64 {
    let query = url.split('?').nth(1).unwrap_or_default();
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        .map_or(0, |v| v.parse().expect("a number"))
}

impl Nature for Healthy {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        let (attempt, request, half) = (start.attempt, &start.request, self.half());
        let arrived = at.plus(half);
        let url = &request.url;
        world.see(at, attempt, Event::Constructed);
        match request.driver {
            Driver::WebSocket => world.see(
                at.plus(self.rtt),
                attempt,
                Event::Opened {
                    protocol: String::new(),
                },
            ),
            Driver::EventSource | Driver::StreamingFetch => {
                let opened = match request.driver {
                    Driver::EventSource => Event::Opened {
                        protocol: String::new(),
                    },
                    _ => Event::Head {
                        status: 200,
                        marked: true,
                        refused: None,
                    },
                };
                world.see(at.plus(self.rtt), attempt, opened);
                let silent = Micros::ms(parameter(url, "silentMs"));
                let ticks = Self::ticks(arrived.plus(silent), parameter(url, "count") as u32);
                let last = ticks.last().expect("a tick").0;
                for (due, tick) in ticks {
                    world.see(due.plus(half), attempt, Self::message(&tick));
                }
                world.see(last.plus(half), attempt, Event::Finished);
            }
            Driver::Fetch => {
                let after = parameter(url, "after") as u32;
                self.after = self.after.max(after);
                let held = url.contains("/long-poll");
                let sent = if held {
                    arrived.max(tick_due(after + 1))
                } else {
                    arrived
                };
                let due = (after + 1..).take_while(|n| tick_due(*n) <= sent);
                let tick = |n| Tick {
                    n,
                    due: Self::stamp(tick_due(n)),
                    sent: Self::stamp(sent),
                    instance: INSTANCE.to_owned(),
                };
                let stamps = At {
                    received: Self::stamp(arrived),
                    sent: Self::stamp(sent),
                    instance: INSTANCE.to_owned(),
                };
                let text = PollBody {
                    at: stamps,
                    ticks: due.map(tick).collect(),
                }
                .to_string();
                world.see(
                    sent.plus(half),
                    attempt,
                    Event::Head {
                        status: 200,
                        marked: true,
                        refused: None,
                    },
                );
                world.see(
                    sent.plus(half),
                    attempt,
                    Event::Body {
                        bytes: text.len() as u32,
                        text,
                    },
                );
            }
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        let (there, back) = (at.plus(self.half()), at.plus(self.rtt));
        match text.parse().expect("a line of ours") {
            FromPage::Ticks(count) => {
                for (due, tick) in Self::ticks(there, count) {
                    world.see(due.plus(self.half()), attempt, Self::message(&tick));
                }
            }
            FromPage::Echo(n, padding) => {
                let stamps = At {
                    received: Self::stamp(there),
                    sent: Self::stamp(there),
                    instance: INSTANCE.to_owned(),
                };
                world.see(
                    back,
                    attempt,
                    Self::message(&Echo {
                        n,
                        at: stamps,
                        padding,
                    }),
                );
            }
            FromPage::End => {
                let reason = pushcheck::wire::CLOSE_REASON.to_owned();
                world.see(
                    back,
                    attempt,
                    Event::Closed {
                        code: pushcheck::wire::CLOSE_CODE,
                        reason,
                        was_clean: true,
                    },
                );
            }
        }
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        world.put(at.plus(self.rtt), Input::About(Some(Box::new(about()))));
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros) {
        world.put(at.plus(self.rtt), Input::Ledger(Some(ledger())));
    }
}

/// What the server of this world says of itself.
pub fn about() -> About {
    About {
        software: Software {
            name: "pushcheck-server".to_owned(),
            version: "0.0.0".to_owned(),
        },
        wire: vec![1],
        instance: Instance {
            id: INSTANCE.to_owned(),
            started_at: 1,
        },
        clock_us: AHEAD,
        now: 1,
        lanes: Vec::new(),
        limits: Limits {
            hold_ms: 1,
            ticks: 1,
            upload_bytes: 1,
            message_bytes: 1,
            life_ms: 1,
            attempts: 1,
            report_bytes: 1,
        },
        vantage: Vantage {
            tls: TlsVantage::Own,
            tcp: TcpVantage::Client,
            trusted_hops: 0,
        },
    }
}

/// A ledger that saw nothing and missed nothing.
pub fn ledger() -> Ledger {
    Ledger {
        complete: true,
        instances: vec![LedgerInstance {
            id: INSTANCE.to_owned(),
            started_at: 1,
            seen_through: Micros(AHEAD),
            evicted: 0,
            refused: 0,
        }],
        sightings: Vec::new(),
    }
}

/// A ledger that saw that attempt arrive, and nothing else.
pub fn seen(probe: &str, attempt: u16) -> Ledger {
    let sighting = pushcheck::wire::Sighting {
        instance: INSTANCE.to_owned(),
        probe: probe.to_owned(),
        attempt,
        kind: pushcheck::wire::Kind::WebSocket,
        method: "GET".to_owned(),
        at: Micros(AHEAD),
        http_version: "HTTP/1.1".to_owned(),
        tls: false,
        connection: 1,
        headers: Vec::new(),
        status: None,
        refused: None,
        answered_at: None,
        frames_in: 0,
        frames_out: 0,
        ticks_out: 0,
        payload_in: 0,
        payload_out: 0,
        bytes_in: None,
        bytes_out: None,
        head_in: None,
        head_out: None,
        close: None,
        ended_at: None,
        end: None,
    };
    Ledger {
        sightings: vec![sighting],
        ..ledger()
    }
}
