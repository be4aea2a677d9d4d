//! Many messages at once: where they wait, and what is lost with a connection.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use std::collections::BTreeMap;

use pushcheck::diagnosis::burst::{Burst, Bursts};
use pushcheck::diagnosis::unread::{FlowControl, Unread};
use pushcheck::diagnosis::{Code, Verdict};
use pushcheck::evidence::{Engine, EngineFamily, Event};
use pushcheck::method::Method;
use pushcheck::plan::{SIZES, UNREAD, budget, runs_alone};
use pushcheck::report::{Mode, Report};
use pushcheck::run::{Driver, Start};
use pushcheck::time::Micros;
use pushcheck::wire::{ACK_EACH, At, FromPage, Got, Part, Scheme, SeenQueue, Sighting, digits};

use crate::method;
use crate::support::drive::{Told, run};
use crate::support::events::{cut, message};
use crate::support::healthy::Healthy;
use crate::support::server::arrival;
use crate::support::world::{Input, Nature, Queue};
use crate::support::{AHEAD, INSTANCE, setup};

const RTT: Micros = Micros::ms(40);
const HALF: Micros = Micros::ms(20);

/// The bytes of a part, as the server's socket counts them.
const PART: u64 = 2_600;

/// A way that lets so many bytes a second through, and a box before its narrow part.
struct Narrow {
    healthy: Healthy,
    /// The box takes all that comes, and keeps it.
    hides: bool,
    /// The time that one part takes.
    each: Micros,
    /// The part that never gets through, where there is one: with it somebody resets the connection, once.
    resets_at: Option<u32>,
    open: BTreeMap<u16, Open>,
}

/// One socket of a burst.
struct Open {
    seen: Sighting,
    up: bool,
    cut: u32,
    /// When the first part left the narrow part's beginning.
    from: Micros,
    first: u32,
    over: bool,
}

impl Narrow {
    fn of(bytes_per_s: u64, hides: bool) -> Self {
        Self {
            healthy: Healthy::new(RTT),
            hides,
            each: Micros(PART * 1_000_000 / bytes_per_s),
            resets_at: None,
            open: BTreeMap::new(),
        }
    }

    fn down(&mut self, world: &mut Queue, at: Micros, attempt: u16, after: u32, parts: u32) {
        let asked = at.plus(HALF);
        let open = self.open.get_mut(&attempt).expect("it is open");
        (open.from, open.first) = (asked, after + 1);
        let stamp = |at: Micros| at.plus(Micros(AHEAD));
        let burst = open.seen.burst.get_or_insert_default();
        // Whoever has no room hands over no faster than it is taken.
        let handed = |n: u32| match self.hides {
            true => asked.plus(Micros(u64::from(n))),
            false => asked.plus(self.each.times((n - after).into())),
        };
        let reset = (open.cut > 0).then(|| handed(open.cut));
        for n in after + 1..=parts {
            let leaves = asked.plus(self.each.times((n - after).into()));
            let lost = reset.is_some_and(|reset| leaves > reset) || self.resets_at == Some(n);
            if lost {
                world.see(
                    leaves.min(reset.unwrap_or(leaves)).plus(HALF),
                    attempt,
                    cut(),
                );
                burst.last_out = if self.hides { parts } else { n };
                self.resets_at = None;
                open.over = true;
                return;
            }
            burst.last_out = n;
            let part = Part {
                n,
                asked: stamp(asked),
                sent: stamp(handed(n)),
                instance: INSTANCE.to_owned(),
                padding: "x".to_owned(),
            };
            world.see(leaves.plus(HALF), attempt, message(&part));
        }
        if let Some(reset) = reset {
            world.see(reset.plus(HALF), attempt, cut());
            open.over = true;
        }
    }

    fn up(&mut self, world: &mut Queue, at: Micros, attempt: u16, n: u32) {
        let open = self.open.get_mut(&attempt).expect("it is open");
        if !open.up {
            (open.up, open.from, open.first) = (true, at, n);
        }
        if open.over {
            return;
        }
        let received = open
            .from
            .plus(self.each.times((n - open.first + 1).into()))
            .plus(HALF);
        let back = received.plus(HALF);
        if self.resets_at == Some(n) {
            self.resets_at = None;
            open.over = true;
            return world.see(back, attempt, cut());
        }
        let burst = open.seen.burst.get_or_insert_default();
        burst.first_in = open.first;
        burst.last_in = n;
        if open.cut == n {
            open.over = true;
            return world.see(back, attempt, cut());
        }
        if n.is_multiple_of(ACK_EACH) {
            let left = u64::from(budget::PARTS - n) * PART;
            if !self.hides && left > 0 {
                let bytes = left as u32;
                world.see(back, attempt, Event::Buffered { bytes });
            }
            let at = At {
                received: received.plus(Micros(AHEAD)),
                sent: received.plus(Micros(AHEAD)),
                instance: INSTANCE.to_owned(),
            };
            world.see(back, attempt, message(&Got { n, at }));
        }
    }

    fn acked(&mut self, at: Micros, attempt: u16, n: u32) {
        let open = self.open.get_mut(&attempt).expect("it is open");
        let burst = open.seen.burst.get_or_insert_default();
        burst.last_acked = n;
        let arrived = u64::from(n + 1 - open.first) * PART;
        let moved = at.since(open.from).0 / self.each.0 * PART;
        let taken = u64::from(budget::PARTS) * PART;
        let acked = if self.hides { taken } else { moved };
        burst.queue.push(SeenQueue {
            at: at.plus(HALF).plus(Micros(AHEAD)),
            sent: acked,
            acked,
            arrived,
        });
    }
}

impl Nature for Narrow {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        self.healthy.start(world, at, start);
        let url = &start.request.url;
        let probe = url.split('/').nth(6).expect("a probe");
        if probe == UNREAD {
            let seen = self.healthy.seen.last_mut().expect("it arrived");
            let bytes = u64::from(budget::UNREAD_BYTES);
            seen.payload_out = if self.hides { bytes } else { 700_000 };
            seen.handed_at = Some(seen.at);
            seen.ended_at = Some(seen.at.plus(budget::UNREAD));
        } else if runs_alone(probe) && probe != SIZES {
            let open = Open {
                seen: arrival(url),
                up: false,
                cut: 0,
                from: Micros::ZERO,
                first: 1,
                over: false,
            };
            self.open.insert(start.attempt, open);
            // What it says is told by us.
            self.healthy.seen.pop();
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        match text.parse().expect("a line of ours") {
            FromPage::Cut(n) => self.open.get_mut(&attempt).expect("it is open").cut = n,
            FromPage::Burst { after, parts, .. } => self.down(world, at, attempt, after, parts),
            FromPage::Part(n, _) => self.up(world, at, attempt, n),
            FromPage::Ack(n) => self.acked(at, attempt, n),
            _ => self.healthy.sent(world, at, attempt, text),
        }
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        self.healthy.about(world, at);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        let known = self.healthy.seen.len();
        let open = self.open.values().map(|open| open.seen.clone());
        self.healthy.seen.extend(open);
        self.healthy.ledger(world, at, question, by_socket);
        self.healthy.seen.truncate(known);
    }
}

fn thorough(nature: &mut dyn Nature) -> Told {
    let mut setup = setup(Scheme::Http);
    setup.heading.mode = Mode::Thorough;
    let (family, version) = (EngineFamily::Chromium, 150);
    setup.surroundings.engine = Some(Engine { family, version });
    setup.plan.add_bursts(&Method::ALL, true);
    setup
        .plan
        .add_rungs(&[Method::ServerSentEvents], budget::RUNGS[0]);
    run(setup, nature, None)
}

fn bursts(report: &Report) -> &Bursts {
    let socket = method(report, Method::WebSocket);
    assert_eq!(socket.verdict, Verdict::Passed, "no burst decides it");
    socket.bursts.as_ref().expect("they were tried")
}

fn near(measured: u64, true_value: u64, permille: u64) {
    let off = measured.abs_diff(true_value) * 1000;
    assert!(off <= true_value * permille, "{measured}, not {true_value}");
}

#[test]
fn what_a_box_keeps_is_a_hidden_queue_and_a_narrow_way_alone_is_none() {
    for hides in [true, false] {
        // 1 Mbit/s.
        let told = thorough(&mut Narrow::of(125_000, hides));
        let report = told.report.expect("a report");
        let bursts = bursts(&report);
        // Of its parts the page tells the server from the first on, the server the page from the twentieth.
        for (burst, first) in [(&bursts.down, 99), (&bursts.up, 80)] {
            let burst = burst.as_ref().expect("it was tried");
            assert_eq!((burst.sent, burst.arrived), (Some(100), Some(100)));
            assert_eq!((burst.in_order, burst.cut), (Some(true), false));
            assert_eq!((burst.missing, burst.twice), (None, None), "not sent again");
            let queue = burst.queue.as_ref().expect("it is told");
            near(queue.bytes_per_s, 125_000, 20);
            match hides {
                // All but what was told of first.
                true => near(queue.hidden_bytes, first * PART, 60),
                false => assert!(queue.hidden_bytes < 4 * PART, "{queue:?}"),
            }
        }
        let waited = |burst: &Option<Burst>| {
            let queue = burst.as_ref().and_then(|burst| burst.queue.as_ref());
            queue.expect("it is told").waited_us
        };
        let last = 99 * PART * 8;
        match hides {
            true => near(waited(&bursts.down), last, 20),
            false => assert!(waited(&bursts.down) < 1_000),
        }
        near(waited(&bursts.up), 100 * PART * 8, 20);
    }
}

/// Whether a queue is found behind a way of that rate, when the page stood still for so long.
fn finds_a_queue(rate: u64, gap: u64) -> bool {
    let mut setup = setup(Scheme::Http);
    setup.heading.mode = Mode::Thorough;
    setup.plan.add_bursts(&[Method::WebSocket], true);
    setup.surroundings.longest_gap_us = gap;
    let told = run(setup, &mut Narrow::of(rate, true), None);
    let report = told.report.expect("a report");
    let mut codes = report.findings.iter().map(|finding| finding.code);
    codes.any(|code| code == Code::QueueHidden)
}

#[test]
fn a_page_that_stood_still_may_have_kept_them_itself() {
    assert!(finds_a_queue(125_000, 50_000));
    assert!(!finds_a_queue(125_000, 2_000_000));
}

#[test]
fn no_fewer_may_be_the_page_s_than_can_have_come_while_it_stood_still() {
    // For less long than they waited.
    assert!(!finds_a_queue(40_000, 5_700_000));
    assert!(finds_a_queue(40_000, 50_000));
}

#[test]
fn what_was_sent_and_never_arrived_is_counted_and_nothing_is_lost_when_it_is_sent_again() {
    let report = thorough(&mut Narrow::of(125_000, true))
        .report
        .expect("a report");
    let bursts = bursts(&report);
    let down = bursts.cut_down.as_ref().expect("it was tried");
    assert_eq!((down.sent, down.arrived), (Some(100), Some(0)));
    assert_eq!(
        (down.cut, down.missing, down.twice),
        (true, Some(0), Some(0))
    );
    let up = bursts.cut_up.as_ref().expect("it was tried");
    assert_eq!((up.sent, up.arrived), (Some(100), Some(55)));
    // It was told of forty; fifteen more had come, and come again.
    assert_eq!((up.acknowledged, up.missing), (Some(40), Some(0)));
    assert_eq!((up.cut, up.twice), (true, Some(15)));
}

#[test]
fn what_somebody_resets_is_counted_as_well() {
    let mut narrow = Narrow::of(125_000, true);
    narrow.resets_at = Some(34);
    let report = thorough(&mut narrow).report.expect("a report");
    let down = bursts(&report).down.as_ref().expect("it was tried");
    assert_eq!((down.sent, down.arrived), (Some(100), Some(33)));
    assert_eq!(
        (down.cut, down.missing, down.twice),
        (true, Some(0), Some(0))
    );
}

#[test]
fn where_the_servers_half_is_missing_nothing_is_measured() {
    struct Deaf(Narrow);
    impl Nature for Deaf {
        fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
            self.0.start(world, at, start);
        }
        fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
            self.0.sent(world, at, attempt, text);
        }
        fn about(&mut self, world: &mut Queue, at: Micros) {
            self.0.about(world, at);
        }
        fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, _: bool) {
            world.put(at.plus(RTT), Input::Ledger(question, None));
        }
    }
    let told = thorough(&mut Deaf(Narrow::of(125_000, true)));
    let report = told.report.expect("a report");
    let bursts = bursts(&report);
    let down = bursts.down.as_ref().expect("it was tried");
    assert_eq!((down.sent, down.arrived), (None, Some(100)));
    assert_eq!((&down.queue, down.acknowledged), (&None, None));
    let up = bursts.cut_up.as_ref().expect("it was tried");
    assert_eq!((up.arrived, up.missing, up.twice), (None, None, None));
    assert_eq!(method(&report, Method::StreamingFetch).unread, None);
}

#[test]
fn a_server_that_waits_for_the_reader_is_told_from_one_whose_answer_somebody_takes() {
    for (hides, flow_control, taken_bytes) in [
        (false, FlowControl::ReachesServer, 700_000),
        (true, FlowControl::Hidden, budget::UNREAD_BYTES.into()),
    ] {
        let told = thorough(&mut Narrow::of(1_000_000, hides));
        let report = told.report.expect("a report");
        let unread = method(&report, Method::StreamingFetch).unread.clone();
        let flow_control = Some(flow_control);
        let expected = Unread {
            flow_control,
            taken_bytes,
        };
        assert_eq!(unread, Some(expected));
    }
}

#[test]
fn each_runs_alone_and_before_silences() {
    let told = thorough(&mut Narrow::of(1_000_000, false));
    let mut ends = BTreeMap::new();
    for trace in &told
        .report
        .as_ref()
        .expect("a report")
        .evidence
        .as_ref()
        .expect("its evidence")
        .traces
    {
        let end = trace.events.last().map_or(trace.started_at, |last| last.at);
        ends.insert(trace.id, (trace.probe.clone(), trace.started_at, end));
    }
    let alone: Vec<_> = ends.values().filter(|(id, ..)| runs_alone(id)).collect();
    // The uploads, the sizes, the four bursts, one of them twice, since of the other all had come, and the answer that is not read.
    assert_eq!(alone.len(), 7 + usize::from(budget::UPLOADS), "{alone:?}");
    for (one, from, until) in &alone {
        for (other, began, over) in ends.values().filter(|(_, began, _)| began != from) {
            let apart = over <= from || began >= until;
            assert!(apart, "{one} beside {other}");
        }
    }
    let last = alone.iter().map(|(_, _, until)| until).max();
    let silent = format!("events-silent-{}", digits(budget::RUNGS[0].0 / 1_000_000));
    let (_, began, _) = ends.values().find(|(id, ..)| *id == silent).expect("tried");
    assert!(Some(began) >= last);
    let unread = |(_, start): &&(Micros, Start)| start.request.url.contains("/stream?bytes=");
    let (_, start) = told.started.iter().find(unread).expect("tried");
    assert_eq!(start.request.driver, Driver::Head);
}
