//! Where nothing is wrong everything passes, in time, and what is measured is the path.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::RunResult;
use pushcheck::diagnosis::facts::longest_silence;
use pushcheck::evidence::{Ended, Event, Trace};
use pushcheck::method::Method;
use pushcheck::run::Start;
use pushcheck::time::Micros;

use crate::support::events::{message, opened};
use crate::support::healthy::Healthy;
use crate::support::world::{Input, Nature, Queue};
use crate::{method, quick, report};

#[test]
fn a_healthy_run_passes_within_its_budget_at_every_round_trip() {
    for rtt in [0, 1, 20, 100] {
        let told = quick(&mut Healthy::new(Micros::ms(rtt)));
        assert!(
            told.ended_at <= Micros::ms(6_000).plus(Micros::ms(rtt)),
            "{rtt} ms: ended at {:?}",
            told.ended_at
        );
        let report = report(told);
        assert_eq!(
            report.result,
            RunResult::Passed,
            "{rtt} ms: {:#?}",
            report.methods
        );
        assert_eq!(report.findings, []);
        for m in &report.methods {
            let delivery = m.delivery.as_ref().expect("ticks arrived");
            let bad = delivery.missing + delivery.duplicated + delivery.reordered;
            assert_eq!((bad, delivery.relative), (0, false), "{:?}", m.method);
        }
    }
}

#[test]
fn delays_and_round_trips_are_the_paths_own() {
    let report = report(quick(&mut Healthy::new(Micros::ms(80))));
    let socket = method(&report, Method::WebSocket);
    let trips = socket.lanes[0].timing.round_trip.expect("fifteen echoes");
    // One of them is padded, and longer on its way.
    assert_eq!(
        (trips.n, trips.min_us, trips.median_us, trips.mad_us),
        (14, 80_000, 80_000, 0)
    );
    for m in [
        Method::WebSocket,
        Method::ServerSentEvents,
        Method::StreamingFetch,
        Method::LongPolling,
    ] {
        let delivery = method(&report, m).delivery.as_ref().expect("ticks arrived");
        assert!(
            delivery.median_us.abs_diff(40_000) <= 1_000,
            "{m:?}: {delivery:?}"
        );
        assert!(delivery.clock_error_us.expect("an echo gave a clock") >= 40_000);
    }
    let polling = method(&report, Method::Polling);
    let trips = polling.lanes[0].timing.round_trip.expect("polls");
    assert_eq!(
        (trips.n, trips.median_us),
        (15, 80_000),
        "the first poll opens the connection"
    );
    let polling = polling.delivery.as_ref().expect("ticks arrived");
    let at = polling.at_interval.iter().flatten();
    let at: Vec<_> = at
        .map(|at| (at.every_ms, at.mean_us, at.worst_us))
        .collect();
    assert_eq!(
        at,
        [
            (1_000, 580_000, 1_080_000),
            (5_000, 2_580_000, 5_080_000),
            (30_000, 15_080_000, 30_080_000)
        ]
    );
}

#[test]
fn silence_is_tested_as_long_as_it_is_said_to_be() {
    let report = report(quick(&mut Healthy::new(Micros::ms(20))));
    for m in [Method::WebSocket, Method::ServerSentEvents] {
        let tested = method(&report, m).idle_tested_ms.expect("a silent lane");
        assert!((4_000..4_600).contains(&tested), "{m:?}: {tested}");
    }
    assert_eq!(method(&report, Method::Polling).idle_tested_ms, None);
}

#[test]
fn a_silence_counts_only_when_something_came_after_it() {
    let mut trace = Trace {
        id: 1,
        probe: "web-socket-silent".to_owned(),
        attempt: 1,
        method: Method::WebSocket,
        lane: "main".to_owned(),
        own: false,
        control: false,
        decisive: false,
        ticks_wanted: 0,
        ended: Some(Ended::GaveUp),
        started_at: Micros::ZERO,
        events: Vec::new(),
        omitted: 0,
        omitted_messages: 0,
        omitted_sent: 0,
    };
    trace.push(Micros::ms(10), opened());
    let line = "echo 1".to_owned();
    trace.push(Micros::ms(4_010), Event::Sent { line });
    assert_eq!(
        longest_silence(&trace),
        Micros::ZERO,
        "the line may be dead"
    );
    trace.push(Micros::ms(4_020), message(&"echo 1 2 3 aa"));
    assert_eq!(longest_silence(&trace), Micros::ms(4_000));
}

/// The socket held something each time that a message came, as Firefox tells of every echo.
struct Holding(Healthy);

impl Holding {
    fn tell(world: &mut Queue, events: Queue) {
        for (at, input) in events.into_inputs() {
            if let Input::Seen(attempt, Event::Message { .. }) = &input {
                world.see(at, *attempt, Event::Buffered { bytes: 9 });
            }
            world.put(at, input);
        }
    }
}

impl Nature for Holding {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        self.0.start(world, at, start);
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        let mut events = Queue::default();
        self.0.sent(&mut events, at, attempt, text);
        Self::tell(world, events);
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        self.0.about(world, at);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        self.0.ledger(world, at, question, by_socket);
    }
}

#[test]
fn what_a_socket_holds_pushes_nothing_out_of_the_report() {
    let report = report(quick(&mut Holding(Healthy::new(Micros::ms(40)))));
    let traces = report.evidence.expect("the evidence").traces;
    for trace in traces {
        assert_eq!(
            trace.omitted,
            0,
            "{}: {} events",
            trace.probe,
            trace.events.len()
        );
    }
}
