//! Answers that are not ours, refusals of ours, an API that is missing, and no answer at all.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{Code, RunResult, Verdict};
use pushcheck::evidence::Event;
use pushcheck::method::Method;
use pushcheck::plan::budget;
use pushcheck::run::{Driver, Start};
use pushcheck::time::Micros;

use crate::faulty::{Faulty, is_socket};
use crate::support::events::{body, cut, head};
use crate::support::world::{Nature, Queue};
use crate::{method, quick, report};

#[test]
fn somebody_elses_answer_is_not_ours_whatever_its_status() {
    // Even one that was ours once: a copy of it.
    let mut nature = Faulty::new(|world, at, start| {
        let at = at.plus(Micros::ms(5));
        match start.request.driver {
            Driver::WebSocket => world.see(at, start.attempt, cut()),
            Driver::EventSource => world.see(at, start.attempt, Event::Errored { closed: true }),
            Driver::Head | Driver::OpaqueHead => {
                world.see(at, start.attempt, head(200, false));
            }
            Driver::StreamingFetch | Driver::Fetch | Driver::Upload => {
                world.see(at, start.attempt, head(200, false));
                world.see(at, start.attempt, body(&"at 1 2 aa\n"));
            }
        }
        true
    });
    let report = report(quick(&mut nature));
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
            let refused = Event::Head {
                status: 429,
                marked: true,
                refused: Some("rate".to_owned()),
            };
            world.see(at.plus(Micros::ms(5)), start.attempt, refused);
            world.see(at.plus(Micros::ms(6)), start.attempt, body(&"{}"));
        }
        poll
    });
    let report = report(quick(&mut nature));
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
    let report = report(quick(&mut nature));
    let finding = report.findings.first().expect("a finding");
    assert_eq!(
        (finding.code, finding.method),
        (Code::MethodNotSupported, Some(Method::ServerSentEvents))
    );
    let attempts = &method(&report, Method::ServerSentEvents).lanes[0].attempts;
    assert_eq!(attempts.len(), 1, "trying again is pointless");
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
        fn ledger(&mut self, _: &mut Queue, _: Micros, _: u16, _: bool) {}
    }
    let told = quick(&mut Dead);
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
fn a_ledger_that_fetch_cannot_read_is_read_by_web_socket() {
    let mut nature = Faulty::new(|_, _, _| false);
    nature.fetch_reads = false;
    let read = report(quick(&mut nature));
    assert!(read.evidence.as_ref().is_some_and(|e| e.complete));
    // Where no WebSocket passes, nothing is left.
    let mut nature = Faulty::new(|world, at, start| {
        if is_socket(start) {
            world.see(at, start.attempt, Event::Constructed);
            world.see(at.plus(Micros::ms(30)), start.attempt, cut());
        }
        is_socket(start)
    });
    nature.fetch_reads = false;
    let unread = report(quick(&mut nature));
    assert!(unread.evidence.as_ref().is_some_and(|e| !e.complete));
}
