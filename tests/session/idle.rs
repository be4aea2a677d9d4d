//! Thorough runs: which silence ends connections.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::Verdict;
use pushcheck::diagnosis::idle::IdleCut;
use pushcheck::evidence::Event;
use pushcheck::method::Method;
use pushcheck::plan::budget;
use pushcheck::report::{Mode, Report};
use pushcheck::run::{Driver, Start};
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;

use crate::support::drive::{Told, run};
use crate::support::events::{body, head, opened};
use crate::support::healthy::Healthy;
use crate::support::setup;
use crate::support::world::{Nature, Queue};

const RTT: Micros = Micros::ms(40);

/// A box that ends what was silent for so long.
struct Box {
    after: Micros,
    /// It says so; otherwise it forgets the connection, and drops what comes on it.
    tells: bool,
    /// What is said keeps a connection.
    hears: bool,
    dead: Vec<u16>,
    healthy: Healthy,
}

impl Box {
    fn of(after: u64) -> Self {
        Self {
            after: Micros::ms(after),
            tells: true,
            hears: true,
            dead: Vec::new(),
            healthy: Healthy::new(RTT),
        }
    }

    /// How long that attempt is silent; `None`: not long enough for it.
    fn silence(&self, start: &Start) -> Option<Micros> {
        let url = &start.request.url;
        let number = |text: &str| -> u64 {
            let digits = text.split('&').next();
            digits.and_then(|text| text.parse().ok()).expect("a number")
        };
        let probe = url.split('/').nth(6).expect("a probe");
        let kept = probe.ends_with("-beat") || probe.ends_with("-ping");
        let silent = match probe.strip_prefix("web-socket-silent") {
            Some("") => budget::SILENCE,
            Some(seconds) => Micros::ms(number(&seconds[1..]) * 1000),
            None if kept && !self.hears => budget::RUNGS[0],
            None => {
                let field = |name: &str| url.split(name).nth(1);
                let value = field("silentMs=").or_else(|| field("holdMs="));
                // Beside a hold ticks fall due all the time, unless none is asked for.
                let awake = url.contains("holdMs=") && !url.contains("after=4294967295");
                Micros::ms(value.filter(|_| !awake).map_or(0, number))
            }
        };
        (silent >= self.after).then_some(silent)
    }
}

impl Nature for Box {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        if self.silence(start).is_none() {
            return self.healthy.start(world, at, start);
        }
        let attempt = start.attempt;
        self.dead.push(attempt);
        world.see(at, attempt, Event::Constructed);
        let open = at.plus(RTT);
        let end = open.plus(self.after);
        match start.request.driver {
            Driver::WebSocket => {
                world.see(open, attempt, opened());
                if self.tells {
                    let (code, reason, was_clean) = (1006, String::new(), false);
                    world.see(
                        end,
                        attempt,
                        Event::Closed {
                            code,
                            reason,
                            was_clean,
                        },
                    );
                }
            }
            Driver::EventSource => {
                world.see(open, attempt, opened());
                if self.tells {
                    world.see(end, attempt, Event::Errored { closed: false });
                }
            }
            _ if self.tells => {
                world.see(end, attempt, head(504, false));
                world.see(end, attempt, body(&"too late"));
            }
            _ => {}
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        if !self.dead.contains(&attempt) {
            self.healthy.sent(world, at, attempt, text);
        }
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        self.healthy.about(world, at);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        self.healthy.ledger(world, at, question, by_socket);
    }
}

fn thorough(nature: &mut dyn Nature) -> Told {
    let mut setup = setup(Scheme::Http);
    setup.heading.mode = Mode::Thorough;
    setup.plan.add_rungs(&Method::ALL, budget::RUNGS[0]);
    let told = run(setup, nature, None);
    let latest = budget::THOROUGH.plus(budget::LAST_LEDGER);
    assert!(told.ended_at <= latest, "{:?}", told.ended_at);
    told
}

fn cut(report: &Report, method: Method) -> Option<&IdleCut> {
    let of = report.methods.iter().find(|m| m.method == method);
    of.expect("a method").idle_cut.as_ref()
}

const TRIED: [Method; 3] = [
    Method::WebSocket,
    Method::ServerSentEvents,
    Method::LongPolling,
];

#[test]
fn the_silence_that_ends_connections_is_bracketed() {
    for after in [
        4_500, 9_999, 15_000, 30_000, 59_000, 60_000, 100_000, 120_000,
    ] {
        let told = thorough(&mut Box::of(after));
        let report = told.report.expect("a report");
        for method in TRIED {
            let cut = cut(&report, method).unwrap_or_else(|| panic!("{method:?} {after}"));
            let name = format!("{method:?} {after} {cut:?}");
            assert!(cut.lived_ms < after && after <= cut.died_ms, "{name}");
            assert!(cut.died_ms <= after + 2 * RTT.ms_up() && cut.told, "{name}");
            let socket = (method == Method::WebSocket).then_some(true);
            assert_eq!(
                (cut.page_beat_keeps, cut.server_beat_keeps),
                (socket, socket)
            );
            let beat = cut.beat_ms.expect("something keeps it");
            assert!(beat * 5 <= after * 2 && beat <= 25_000, "{name}");
            let m = report.methods.iter().find(|m| m.method == method);
            let verdict = m.expect("a method").verdict;
            let usual = if after < 25_000 {
                Verdict::Warning
            } else {
                Verdict::Passed
            };
            // Long polls are not held shorter than apps hold them.
            assert_eq!(verdict, usual, "{name}");
        }
    }
}

#[test]
fn where_nothing_is_cut_the_longest_silence_says_so_and_the_shorter_ones_are_left_out() {
    let told = thorough(&mut Box::of(1_000_000));
    let report = told.report.expect("a report");
    for method in TRIED {
        assert_eq!(cut(&report, method), None);
        let m = report
            .methods
            .iter()
            .find(|m| m.method == method)
            .expect("a method");
        assert!(
            m.idle_tested_ms >= Some(125_000),
            "{method:?}: {:?}",
            m.idle_tested_ms
        );
        assert_eq!(m.verdict, Verdict::Passed);
    }
    assert!(told.ended_at < Micros::ms(140_000), "{:?}", told.ended_at);
    let held = told
        .started
        .iter()
        .filter(|(_, start)| start.request.url.contains("long-poll-held"));
    assert_eq!(held.count(), 1);
    // A ping, of which pages hear nothing, is no proof that silence is outlived.
    let mut kept = Box::of(100_000);
    kept.hears = true;
    let report = thorough(&mut kept).report.expect("a report");
    let socket = report
        .methods
        .iter()
        .find(|m| m.method == Method::WebSocket);
    assert_eq!(
        socket.expect("a method").idle_tested_ms.map(|ms| ms / 1000),
        Some(95)
    );
}

#[test]
fn what_nothing_keeps_is_said_to_be_kept_by_nothing() {
    let mut lifetime = Box::of(30_000);
    lifetime.hears = false;
    let report = thorough(&mut lifetime).report.expect("a report");
    let cut = cut(&report, Method::WebSocket).expect("it was cut");
    assert_eq!(
        (cut.page_beat_keeps, cut.server_beat_keeps),
        (Some(false), Some(false))
    );
    assert_eq!(cut.beat_ms, None);
}

#[test]
fn a_connection_that_is_forgotten_is_found_dead_only_when_it_is_used() {
    let mut forgets = Box::of(60_000);
    forgets.tells = false;
    let report = thorough(&mut forgets).report.expect("a report");
    for method in [Method::WebSocket, Method::ServerSentEvents] {
        let cut = cut(&report, method).unwrap_or_else(|| panic!("{method:?} {:?}", report.methods));
        assert!(!cut.told && cut.server_died_ms.is_none(), "{cut:?}");
        assert!(cut.lived_ms < 60_000 && 60_000 <= cut.died_ms, "{cut:?}");
        assert!(cut.beat_ms <= Some(25_000));
    }
}

/// At one moment everything that is open ends, whatever went over it; what comes later is whole.
struct Outage {
    at: Micros,
    healthy: Healthy,
}

impl Nature for Outage {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        let url = &start.request.url;
        let long = ["-silent-", "-held-", "-beat/", "-ping/"];
        if at >= self.at || !long.iter().any(|part| url.contains(part)) {
            return self.healthy.start(world, at, start);
        }
        let attempt = start.attempt;
        world.see(at, attempt, Event::Constructed);
        let end = match start.request.driver {
            Driver::WebSocket => {
                world.see(at.plus(RTT), attempt, opened());
                let (code, reason, was_clean) = (1006, String::new(), false);
                Event::Closed {
                    code,
                    reason,
                    was_clean,
                }
            }
            Driver::EventSource => {
                world.see(at.plus(RTT), attempt, opened());
                Event::Errored { closed: false }
            }
            _ => Event::Failed {
                name: "TypeError".to_owned(),
            },
        };
        world.see(self.at, attempt, end);
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        self.healthy.sent(world, at, attempt, text);
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        self.healthy.about(world, at);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        self.healthy.ledger(world, at, question, by_socket);
    }
}

#[test]
fn what_ends_everything_at_one_time_is_no_silence() {
    for at in [12_000, 40_000] {
        let told = thorough(&mut Outage {
            at: Micros::ms(at),
            healthy: Healthy::new(RTT),
        });
        let report = told.report.expect("a report");
        for method in TRIED {
            assert_eq!(cut(&report, method), None, "{method:?} {at}");
        }
    }
}

#[test]
fn what_is_ended_on_purpose_and_does_not_go_on_is_no_silence() {
    let mut cuts = Box::of(3_000);
    cuts.healthy.keeps_last_event_id = false;
    let report = thorough(&mut cuts).report.expect("a report");
    let cut = cut(&report, Method::ServerSentEvents).expect("it was cut");
    assert!(cut.died_ms >= 3_000, "{cut:?}");
}
