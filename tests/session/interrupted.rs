//! The page stops a run, or stands still.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{RunResult, Verdict};
use pushcheck::evidence::Notice;
use pushcheck::method::Method;
use pushcheck::plan::budget;
use pushcheck::run::{Action, Run, Start};
use pushcheck::session::Do;
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;

use crate::faulty::is_socket;
use crate::support::drive::run;
use crate::support::events::opened;
use crate::support::healthy::Healthy;
use crate::support::setup;
use crate::{method, report};

fn actions(run: &mut Run) -> Vec<Action> {
    core::iter::from_fn(|| run.poll_action()).collect()
}

/// A run whose queued actions were taken, so that its attempts are on their way.
fn under_way() -> (Run, Vec<Start>) {
    let mut run = Run::new(setup(Scheme::Http));
    let started = actions(&mut run)
        .into_iter()
        .filter_map(|action| match action {
            Action::Start(start) => Some(start),
            _ => None,
        });
    let started = started.collect();
    (run, started)
}

#[test]
fn a_stopped_run_tells_what_it_has() {
    for at in [0, 1, 300, 3_000].map(Micros::ms) {
        let healthy = &mut Healthy::new(Micros::ms(10));
        let told = run(setup(Scheme::Http), healthy, Some(at));
        assert_eq!(told.ended_at, at);
        let report = report(told);
        assert_eq!(
            (report.result, report.run.truncated),
            (RunResult::Aborted, true)
        );
    }
}

#[test]
fn a_run_that_is_stopped_before_its_first_turn_asks_nothing_of_the_network() {
    let mut run = Run::new(setup(Scheme::Http));
    run.stop(Micros::ZERO);
    let actions = actions(&mut run);
    let [Action::Finish(report)] = &actions[..] else {
        panic!("{actions:?}");
    };
    assert_eq!(report.result, RunResult::Aborted);
    let evidence = report.evidence.as_ref().expect("what there is");
    assert!(evidence.traces.is_empty());
}

#[test]
fn what_arrived_while_the_page_stood_still_is_heard_before_anything_is_given_up() {
    let (mut run, started) = under_way();
    let socket = started.iter().find(|start| is_socket(start));
    let socket = socket.expect("a socket").attempt;
    // The thread stood still from before the deadline of eight seconds until after it.
    let woken = Micros::ms(9_000);
    run.on_time(woken);
    assert!(
        run.poll_action().is_none(),
        "given up although it may have opened"
    );
    let wake = run.wake_at().expect("it goes on");
    assert!(wake > woken && wake <= woken.plus(budget::LATE));
    run.handle(woken, socket, opened());
    run.on_time(wake);
    let mut sent = Vec::new();
    let mut released = Vec::new();
    for action in actions(&mut run) {
        if let Action::Do { attempt, what } = action {
            match what {
                Do::Send(_) | Do::SendBytes(..) => sent.push(attempt),
                Do::Release => released.push(attempt),
            }
        }
    }
    assert!(sent.contains(&socket), "the socket that opened goes on");
    assert!(!released.contains(&socket));
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
        for ms in [3_000, 5_000, 8_000, 10_000, 10_500, 12_000] {
            run.on_time(Micros::ms(ms));
        }
        let Some(Action::Finish(report)) = actions(&mut run).pop() else {
            panic!("no end");
        };
        method(&report, Method::WebSocket).verdict
    };
    assert_eq!(judged(None), Verdict::Failed);
    assert_eq!(judged(Some(7_000_000)), Verdict::Inconclusive);
}
