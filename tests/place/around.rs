//! What is told of the page and of the servers, whatever the network does.

use pushcheck::diagnosis::{Asked, Code, Finding, Severity, Strength, diagnose};
use pushcheck::evidence::{Ended, Event, Notice, StampedNotice};
use pushcheck::method::Method;
use pushcheck::time::Micros;

use crate::parts::{Scene, main_lane, our_close, whole_socket};
use crate::support::events::{message, opened};

fn told(scene: &Scene) -> Vec<Finding> {
    let asked = Asked {
        methods: vec![Method::WebSocket, Method::Polling],
        required: Vec::new(),
    };
    diagnose(&scene.evidence, &asked).findings
}

fn codes(scene: &Scene) -> Vec<(Code, Severity)> {
    let told = told(scene);
    assert!(told.iter().all(|finding| !finding.because.is_empty()));
    told.iter().map(|one| (one.code, one.severity)).collect()
}

fn whole() -> Scene {
    Scene::of(
        Method::WebSocket,
        Ended::Complete,
        &whole_socket(our_close()),
    )
    .seen(|seen| seen.status = Some(101))
}

#[test]
fn a_page_that_slept_hid_or_was_busy_says_so_and_nothing_is_wrong() {
    assert_eq!(codes(&whole()), []);
    let mut scene = whole();
    let surroundings = &mut scene.evidence.surroundings;
    surroundings.notices.push(StampedNotice {
        at: Micros(1),
        notice: Notice::Slept { us: 60_000_000 },
    });
    surroundings.hidden_us = 1;
    surroundings.late_us = 90_000;
    let info = |code| (code, Severity::Info);
    let all = [
        Code::BackgroundThrottle,
        Code::SlowMainThread,
        Code::DeviceSuspend,
    ];
    assert_eq!(codes(&scene), all.map(info));
}

#[test]
fn a_page_that_holds_all_connections_to_the_host_is_told_so() {
    let waits = [Event::Constructed, Event::GaveUp];
    let poll = Scene::of(Method::Polling, Ended::GaveUp, &waits);
    let full = |socket: &[Event]| {
        let mut scene = Scene::of(Method::WebSocket, Ended::Complete, socket);
        scene = scene.seen(|seen| seen.status = Some(101));
        scene.evidence.traces.extend(poll.evidence.traces.clone());
        scene.evidence.lanes = vec![main_lane()];
        scene.evidence.traces[1].id = 2;
        scene.evidence.traces[1].probe = "poll".to_owned();
        scene
    };
    let scene = full(&whole_socket(our_close()));
    let told = told(&scene);
    let [finding] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(finding.code, Code::Http1SixConnectionLimit);
    assert_eq!(finding.strength, Strength::Likely);
    assert_eq!(finding.because, ["trace:2"]);
    // Where no WebSocket opens either, nothing is known of the page.
    assert!(opened() != Event::GaveUp);
    let none = full(&[Event::Constructed, Event::GaveUp]);
    assert!(codes(&none).iter().all(|(code, _)| *code != finding.code));
}

#[test]
fn servers_that_take_turns_are_told_and_one_that_came_after_another_is_not() {
    let spread = |instances: &[&str]| {
        let mut scene = whole();
        for (n, instance) in (2..).zip(instances) {
            let mut trace = scene.evidence.traces[0].clone();
            (trace.id, trace.attempt) = (n, n);
            trace.push(trace.started_at, message(&format!("tick 1 2 3 {instance}")));
            scene.evidence.traces.push(trace);
        }
        let has = |(code, _): &(Code, Severity)| *code == Code::NoStickySession;
        codes(&scene).iter().any(has)
    };
    let [a, b, c] = ["a", "b", "c"].map(|one| one.repeat(16));
    assert!(spread(&[&a, &b, &a]));
    assert!(!spread(&[&a, &a, &b, &b]) && !spread(&[&a]) && !spread(&[&a, &b, &c]));
}
