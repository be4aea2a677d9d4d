//! Sessions and conductor under a clock that the test owns; the same file runs natively and in the browser.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;
#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod support;

use pushcheck::diagnosis::facts::longest_silence;
use pushcheck::diagnosis::{CloseClass, Code, RunResult, TimeClass, Verdict, Word};
use pushcheck::evidence::{Ended, Event, Notice, Trace};
use pushcheck::method::Method;
use pushcheck::plan::{Lane, OwnEndpoint, Plan, Skipped, Want, budget};
use pushcheck::report::Report;
use pushcheck::run::{Action, Driver, Run, Start};
use pushcheck::session::{Do, Session};
use pushcheck::time::Micros;
use pushcheck::wire::{Lane as Listed, Ledger, Scheme};
use support::drive::{Told, run};
use support::healthy::Healthy;
use support::world::{Input, Nature, Queue};
use support::{server, setup};

fn method(report: &Report, method: Method) -> &pushcheck::diagnosis::MethodReport {
    report
        .methods
        .iter()
        .find(|m| m.method == method)
        .expect("every report has five methods")
}

fn report(told: Told) -> Box<Report> {
    told.report.expect("a report always comes")
}

#[test]
fn a_healthy_run_passes_within_its_budget_at_every_round_trip() {
    for rtt in [0, 1, 20, 100] {
        let told = run(
            setup(Scheme::Http),
            &mut Healthy::new(Micros::ms(rtt)),
            None,
        );
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
    let report = report(run(
        setup(Scheme::Http),
        &mut Healthy::new(Micros::ms(80)),
        None,
    ));
    let socket = method(&report, Method::WebSocket);
    let trips = socket.lanes[0].timing.round_trip.expect("fifteen echoes");
    assert_eq!(
        (trips.n, trips.min_us, trips.median_us, trips.mad_us),
        (15, 80_000, 80_000, 0)
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
    let at = polling
        .at_interval
        .as_ref()
        .expect("polling tells what an interval costs");
    let at: Vec<_> = at
        .iter()
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
    let report = report(run(
        setup(Scheme::Http),
        &mut Healthy::new(Micros::ms(20)),
        None,
    ));
    for m in [Method::WebSocket, Method::ServerSentEvents] {
        let tested = method(&report, m).idle_tested_ms.expect("a silent lane");
        assert!((4_000..4_600).contains(&tested), "{m:?}: {tested}");
    }
    assert_eq!(method(&report, Method::Polling).idle_tested_ms, None);
}

/// A nature that changes one driver's fate and is healthy otherwise.
struct Faulty<F: FnMut(&mut Queue, Micros, &Start) -> bool> {
    healthy: Healthy,
    takes_over: F,
    ledger: Option<Ledger>,
}

impl<F: FnMut(&mut Queue, Micros, &Start) -> bool> Faulty<F> {
    fn new(takes_over: F) -> Self {
        Self {
            healthy: Healthy::new(Micros::ms(40)),
            takes_over,
            ledger: Some(server::ledger()),
        }
    }
}

impl<F: FnMut(&mut Queue, Micros, &Start) -> bool> Nature for Faulty<F> {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        if !(self.takes_over)(world, at, start) {
            self.healthy.start(world, at, start);
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        self.healthy.sent(world, at, attempt, text);
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        self.healthy.about(world, at);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros) {
        world.put(
            at.plus(self.healthy.rtt),
            Input::Ledger(self.ledger.clone()),
        );
    }
}

fn is_socket(start: &Start) -> bool {
    start.request.driver == Driver::WebSocket
}

#[test]
fn a_refused_upgrade_fails_after_a_second_try_and_the_rest_passes() {
    let mut nature = Faulty::new(|world, at, start| {
        if is_socket(start) {
            world.see(
                at.plus(Micros::ms(40)),
                start.attempt,
                Event::Errored { closed: true },
            );
            let closed = Event::Closed {
                code: 1006,
                reason: String::new(),
                was_clean: false,
            };
            world.see(at.plus(Micros::ms(40)), start.attempt, closed);
        }
        is_socket(start)
    });
    let report = report(run(setup(Scheme::Http), &mut nature, None));
    let socket = method(&report, Method::WebSocket);
    assert_eq!(
        (report.result, socket.verdict, socket.word),
        (RunResult::Warning, Verdict::Failed, Some(Word::FailsSoFar))
    );
    let attempts = &socket.lanes[0].attempts;
    assert_eq!(attempts.len(), 2, "once may be chance");
    assert!(
        attempts
            .iter()
            .all(|a| a.close_class == Some(CloseClass::AbnormalBeforeOpen))
    );
    assert!(
        attempts
            .iter()
            .all(|a| a.time_class == Some(TimeClass::RoundTrips))
    );
    assert_eq!(method(&report, Method::Polling).verdict, Verdict::Passed);
}

#[test]
fn an_upgrade_that_arrived_unanswered_is_given_up_at_once_and_a_lost_one_at_eight_seconds() {
    let hang = |_: &mut Queue, _: Micros, start: &Start| is_socket(start);
    let mut lost = Faulty::new(hang);
    let told = run(setup(Scheme::Http), &mut lost, None);
    let words: Vec<_> = told
        .progress
        .iter()
        .flat_map(|p| &p.methods)
        .filter(|m| m.method == Method::WebSocket)
        .collect();
    assert!(words.iter().any(|m| m.word == Some(Word::Waiting)));
    let lost = report(told);
    let attempt = &method(&lost, Method::WebSocket).lanes[0].attempts[0];
    assert_eq!(
        (attempt.ended, attempt.ended_us),
        (Ended::GaveUp, 8_000_000)
    );
    assert_eq!(attempt.time_class, Some(TimeClass::OurDeadline));

    let mut seen = Faulty::new(hang);
    seen.ledger = Some(server::seen("web-socket", 1));
    let seen = report(run(setup(Scheme::Http), &mut seen, None));
    let attempt = &method(&seen, Method::WebSocket).lanes[0].attempts[0];
    assert_eq!(attempt.ended, Ended::GaveUp);
    assert!(
        (2_000_000..3_000_000).contains(&attempt.ended_us),
        "{attempt:?}"
    );
}

#[test]
fn an_error_without_a_close_ends_an_attempt() {
    let mut session = Session::new(
        Method::WebSocket,
        &Want::Socket {
            echoes: 1,
            ticks: 0,
            silent: Micros::ZERO,
        },
        Micros::ZERO,
    );
    session.handle(Micros::ms(1), &Event::Errored { closed: true });
    assert_eq!(session.over(), None, "a close may follow");
    let wake = session.wake_at().expect("it waits for the close");
    session.on_time(wake);
    assert_eq!(session.over(), Some(Ended::Failed));
}

#[test]
fn an_early_wake_changes_nothing() {
    let want = Want::Socket {
        echoes: 2,
        ticks: 0,
        silent: Micros::ms(50),
    };
    let mut session = Session::new(Method::WebSocket, &want, Micros::ZERO);
    session.handle(
        Micros::ms(10),
        &Event::Opened {
            protocol: String::new(),
        },
    );
    let wake = session.wake_at().expect("it is silent");
    session.on_time(Micros(wake.0 - 1));
    assert_eq!(
        (session.poll_action(), session.wake_at()),
        (None, Some(wake))
    );
    session.on_time(wake);
    assert_eq!(session.poll_action(), Some(Do::Send("echo 1".to_owned())));
}

#[test]
fn somebody_elses_answer_is_not_ours_whatever_its_status() {
    let mut nature = Faulty::new(|world, at, start| {
        let at = at.plus(Micros::ms(5));
        match start.request.driver {
            Driver::WebSocket => {
                let closed = Event::Closed {
                    code: 1006,
                    reason: String::new(),
                    was_clean: false,
                };
                world.see(at, start.attempt, closed);
            }
            Driver::EventSource => world.see(at, start.attempt, Event::Errored { closed: true }),
            Driver::StreamingFetch | Driver::Fetch => {
                world.see(
                    at,
                    start.attempt,
                    Event::Head {
                        status: 200,
                        marked: false,
                        refused: None,
                    },
                );
                world.see(
                    at,
                    start.attempt,
                    Event::Body {
                        text: String::new(),
                        bytes: 900,
                    },
                );
            }
        }
        true
    });
    let report = report(run(setup(Scheme::Http), &mut nature, None));
    assert_eq!(report.result, RunResult::Failed);
    let attempt = &method(&report, Method::Polling).lanes[0].attempts[0];
    assert_eq!(
        (attempt.verdict, attempt.status, attempt.marked),
        (Verdict::Failed, Some(200), Some(false))
    );
}

#[test]
fn our_own_limit_makes_a_verdict_inconclusive() {
    let mut nature = Faulty::new(|world, at, start| {
        let poll = start.request.url.contains("/poll?");
        if poll {
            let refused = Some("rate".to_owned());
            world.see(
                at.plus(Micros::ms(5)),
                start.attempt,
                Event::Head {
                    status: 429,
                    marked: true,
                    refused,
                },
            );
            world.see(
                at.plus(Micros::ms(6)),
                start.attempt,
                Event::Body {
                    text: String::new(),
                    bytes: 90,
                },
            );
        }
        poll
    });
    let report = report(run(setup(Scheme::Http), &mut nature, None));
    let polling = method(&report, Method::Polling);
    assert_eq!(
        (polling.verdict, report.findings.len()),
        (Verdict::Inconclusive, 0)
    );
}

#[test]
fn a_missing_api_is_named() {
    let mut nature = Faulty::new(|world, at, start| {
        let source = start.request.driver == Driver::EventSource;
        if source {
            world.see(at, start.attempt, Event::Unsupported);
        }
        source
    });
    let report = report(run(setup(Scheme::Http), &mut nature, None));
    let finding = report.findings.first().expect("a finding");
    assert_eq!(
        (finding.code, finding.method),
        (Code::MethodNotSupported, Some(Method::ServerSentEvents))
    );
    assert_eq!(
        method(&report, Method::ServerSentEvents).lanes[0]
            .attempts
            .len(),
        1,
        "trying again is pointless"
    );
}

#[test]
fn a_stopped_run_tells_what_it_has() {
    for ms in [0, 1, 300, 3_000] {
        let told = run(
            setup(Scheme::Http),
            &mut Healthy::new(Micros::ms(10)),
            Some(Micros::ms(ms)),
        );
        assert_eq!(told.ended_at, Micros::ms(ms));
        let report = report(told);
        assert_eq!(
            (report.result, report.run.truncated),
            (RunResult::Aborted, true)
        );
    }
}

#[test]
fn a_dead_network_ends_within_twelve_seconds() {
    struct Dead;
    impl Nature for Dead {
        fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
            world.see(at, start.attempt, Event::Constructed);
        }
        fn sent(&mut self, _: &mut Queue, _: Micros, _: u16, _: &str) {}
        fn about(&mut self, _: &mut Queue, _: Micros) {}
        fn ledger(&mut self, _: &mut Queue, _: Micros) {}
    }
    let told = run(setup(Scheme::Http), &mut Dead, None);
    assert!(told.ended_at <= budget::RUN);
    let report = report(told);
    assert_eq!(
        (report.result, report.about.is_none()),
        (RunResult::Failed, true)
    );
    assert!(
        report.evidence.as_ref().is_some_and(|e| !e.complete),
        "the server's half is missing, and that is said"
    );
}

#[test]
fn lanes_that_a_page_may_not_try_are_skipped_with_the_reason() {
    struct Listing(Healthy);
    impl Nature for Listing {
        fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
            self.0.start(world, at, start);
        }
        fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
            self.0.sent(world, at, attempt, text);
        }
        fn about(&mut self, world: &mut Queue, at: Micros) {
            let lane = |id: &str, scheme, port| Listed {
                id: id.to_owned(),
                scheme,
                host: None,
                port,
            };
            let lanes = vec![
                lane("tls", Scheme::Https, 8787),
                lane("plain", Scheme::Http, 80),
                lane("alt-8443", Scheme::Https, 8443),
                lane("alt-9443", Scheme::Https, 9443),
            ];
            let about = pushcheck::wire::About {
                lanes,
                ..server::about()
            };
            world.put(at.plus(self.0.rtt), Input::About(Some(Box::new(about))));
        }
        fn ledger(&mut self, world: &mut Queue, at: Micros) {
            self.0.ledger(world, at);
        }
    }
    let mut asked = setup(Scheme::Https);
    asked.lanes = vec!["alt-8443".to_owned(), "plain".to_owned(), "gone".to_owned()];
    let told = run(asked, &mut Listing(Healthy::new(Micros::ms(10))), None);
    let report = report(told);
    let lanes: Vec<_> = report
        .lanes
        .iter()
        .map(|lane| (lane.id.as_str(), lane.skipped))
        .collect();
    let expected = [
        ("main", None),
        ("plain", Some(Skipped::MixedContent)),
        ("alt-8443", None),
        ("alt-9443", Some(Skipped::NotAsked)),
        ("gone", Some(Skipped::Unknown)),
    ];
    assert_eq!(lanes, expected);
    assert_eq!(
        report.result,
        RunResult::Passed,
        "a skipped lane is no failure"
    );
    for m in &report.methods {
        let alt = m
            .lanes
            .iter()
            .find(|lane| lane.lane == "alt-8443")
            .expect("the lane was tried");
        assert_eq!(alt.verdict, Verdict::Passed, "{:?}", m.method);
    }
}

#[test]
fn an_embedders_endpoint_is_judged_and_none_of_its_values_leaves() {
    const SECRETS: [&str; 4] = [
        "secret-path",
        "secret-protocol",
        "secret-first",
        "secret-answer",
    ];
    let mut with_own = setup(Scheme::Http);
    let endpoint = OwnEndpoint {
        url: "ws://app.test:9000/secret-path".to_owned(),
        protocols: vec!["secret-protocol".to_owned()],
        first_message: Some("secret-first".to_owned()),
        expect: Some("secret-answer".to_owned()),
        timeout: Micros::ms(3_000),
        ..OwnEndpoint::default()
    };
    let lane = Lane {
        id: "own-web-socket".to_owned(),
        host: "app.test".to_owned(),
        port: 9000,
        ..with_own.plan.lanes[0].clone()
    };
    with_own.plan.add_own(lane, Method::WebSocket, endpoint);
    let mut own = 0;
    let mut nature = Faulty::new(|world, at, start| {
        if start.request.own {
            own = start.attempt;
            world.see(
                at.plus(Micros::ms(9)),
                own,
                Event::Opened {
                    protocol: "secret-protocol".to_owned(),
                },
            );
            let line = "… secret-answer …".to_owned();
            world.see(
                at.plus(Micros::ms(20)),
                own,
                Event::Message {
                    line,
                    bytes: 20,
                    id: Some("secret-answer".to_owned()),
                },
            );
        }
        start.request.own
    });
    // The healthy world would not understand the embedder's own first message.
    struct Deaf<'a>(&'a mut dyn Nature);
    impl Nature for Deaf<'_> {
        fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
            self.0.start(world, at, start);
        }
        fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
            if !text.contains("secret") {
                self.0.sent(world, at, attempt, text);
            }
        }
        fn about(&mut self, world: &mut Queue, at: Micros) {
            self.0.about(world, at);
        }
        fn ledger(&mut self, world: &mut Queue, at: Micros) {
            self.0.ledger(world, at);
        }
    }
    let report = report(run(with_own, &mut Deaf(&mut nature), None));
    let lane = method(&report, Method::WebSocket)
        .lanes
        .iter()
        .find(|l| l.lane == "own-web-socket")
        .expect("tried");
    assert_eq!(lane.verdict, Verdict::Passed);
    let json = serde_json::to_string(&report).expect("JSON");
    for secret in SECRETS.into_iter().chain(["app.test"]) {
        assert!(!json.contains(secret), "{secret} leaves");
    }
}

#[test]
fn the_quick_plan_can_be_read() {
    let plan = Plan::quick(setup(Scheme::Http).plan.lanes[0].clone(), &Method::ALL).to_string();
    let expected = "\
web-socket (web-socket) on main, 1 ×, every 0 ms
web-socket-silent (web-socket) on main, 1 ×, every 0 ms, once web-socket is open
events (server-sent-events) on main, 1 ×, every 0 ms
stream (streaming-fetch) on main, 1 ×, every 0 ms
long-poll (long-polling) on main, 4 ×, every 0 ms
events-silent (server-sent-events) on main, 1 ×, every 0 ms, once events is open
poll (polling) on main, 16 ×, every 180 ms
";
    assert_eq!(plan, expected);
}

/// A run whose queued actions were taken, so that its attempts are on their way.
fn under_way() -> (Run, Vec<Start>) {
    let mut run = Run::new(setup(Scheme::Http));
    let mut started = Vec::new();
    while let Some(action) = run.poll_action() {
        if let Action::Start(start) = action {
            started.push(start);
        }
    }
    (run, started)
}

#[test]
fn a_run_that_is_stopped_before_its_first_turn_asks_nothing_of_the_network() {
    let mut run = Run::new(setup(Scheme::Http));
    run.stop(Micros::ZERO);
    let mut finished = 0;
    while let Some(action) = run.poll_action() {
        match action {
            Action::Finish(report) => {
                finished += 1;
                assert_eq!(report.result, RunResult::Aborted);
                assert!(report.evidence.expect("what there is").traces.is_empty());
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(finished, 1);
}

#[test]
fn what_arrived_while_the_page_stood_still_is_heard_before_anything_is_given_up() {
    let (mut run, started) = under_way();
    let socket = started
        .iter()
        .find(|start| is_socket(start))
        .expect("a socket");
    // The thread stood still from before the deadline of eight seconds until after it.
    let woken = Micros::ms(9_000);
    run.on_time(woken);
    assert!(
        run.poll_action().is_none(),
        "given up although it may have opened"
    );
    let wake = run.wake_at().expect("it goes on");
    assert!(wake > woken && wake <= woken.plus(budget::LATE));
    run.handle(
        woken,
        socket.attempt,
        Event::Opened {
            protocol: String::new(),
        },
    );
    run.on_time(wake);
    let mut sent = Vec::new();
    let mut released = Vec::new();
    while let Some(action) = run.poll_action() {
        match action {
            Action::Do {
                attempt,
                what: Do::Send(_),
            } => sent.push(attempt),
            Action::Do {
                attempt,
                what: Do::Release,
            } => released.push(attempt),
            _ => {}
        }
    }
    assert!(
        sent.contains(&socket.attempt),
        "the socket that opened goes on"
    );
    assert!(!released.contains(&socket.attempt));
    assert!(
        !released.is_empty(),
        "what did not open is given up after all"
    );
}

#[test]
fn a_deadline_that_passed_while_the_page_stood_still_proves_nothing() {
    let judged = |stalled: Option<u64>| {
        let (mut run, _) = under_way();
        if let Some(us) = stalled {
            run.notice(Micros::ms(8_000), Notice::Stalled { us });
        }
        for ms in [3_000, 8_000, 10_500, 12_000] {
            run.on_time(Micros::ms(ms));
        }
        loop {
            if let Action::Finish(report) = run.poll_action().expect("it ends") {
                return method(&report, Method::WebSocket).verdict;
            }
        }
    };
    assert_eq!(judged(None), Verdict::Failed);
    assert_eq!(judged(Some(7_000_000)), Verdict::Inconclusive);
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
        decisive: false,
        ticks_wanted: 0,
        ended: Some(Ended::GaveUp),
        started_at: Micros::ZERO,
        events: Vec::new(),
        omitted: 0,
    };
    trace.push(
        Micros::ms(10),
        Event::Opened {
            protocol: String::new(),
        },
    );
    trace.push(
        Micros::ms(4_010),
        Event::Sent {
            line: "echo 1".to_owned(),
        },
    );
    assert_eq!(
        longest_silence(&trace),
        Micros::ZERO,
        "the line may be dead"
    );
    trace.push(
        Micros::ms(4_020),
        Event::Message {
            line: "echo 1 2 3 aa".to_owned(),
            bytes: 13,
            id: None,
        },
    );
    assert_eq!(longest_silence(&trace), Micros::ms(4_000));
}

#[test]
fn a_socket_opens_once() {
    let want = Want::Socket {
        echoes: 3,
        ticks: 2,
        silent: Micros::ZERO,
    };
    let mut session = Session::new(Method::WebSocket, &want, Micros::ZERO);
    let mut said = 0;
    for ms in 1..5 {
        session.handle(
            Micros::ms(ms),
            &Event::Opened {
                protocol: String::new(),
            },
        );
        while session.poll_action().is_some() {
            said += 1;
        }
    }
    assert_eq!(said, 2, "it asks for ticks and sends its first echo, once");
}
