//! What a run tries: the quick plan, the lanes that the server lists, and the embedder's own endpoint.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{RunResult, Verdict};
use pushcheck::evidence::Event;
use pushcheck::method::Method;
use pushcheck::plan::{Lane, OwnEndpoint, Plan, Skipped};
use pushcheck::time::Micros;
use pushcheck::wire::{Lane as Listed, Scheme};

use crate::faulty::Faulty;
use crate::support::drive::run;
use crate::support::setup;
use crate::{method, report};

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

#[test]
fn lanes_that_a_page_may_not_try_are_skipped_with_the_reason() {
    let lane = |id: &str, scheme, port| Listed {
        id: id.to_owned(),
        scheme,
        host: None,
        port,
    };
    let mut nature = Faulty::new(|_, _, _| false);
    nature.about.lanes = vec![
        lane("tls", Scheme::Https, 8787),
        lane("plain", Scheme::Http, 80),
        lane("alt-8443", Scheme::Https, 8443),
        lane("alt-9443", Scheme::Https, 9443),
    ];
    let mut asked = setup(Scheme::Https);
    asked.lanes = ["alt-8443", "plain", "gone"].map(str::to_owned).to_vec();
    let report = report(run(asked, &mut nature, None));
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
        let tried: Vec<_> = m
            .lanes
            .iter()
            .map(|lane| (lane.lane.as_str(), lane.verdict))
            .collect();
        let expected = ["main", "alt-8443"].map(|lane| (lane, Verdict::Passed));
        assert_eq!(tried, expected, "{:?}", m.method);
    }
}

#[test]
fn an_embedders_endpoint_is_judged_and_none_of_its_values_leaves() {
    const SECRETS: [&str; 5] = [
        "app.test",
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
    let mut nature = Faulty::new(|world, at, start| {
        if start.request.own {
            let opened = Event::Opened {
                protocol: "secret-protocol".to_owned(),
            };
            world.see(at.plus(Micros::ms(9)), start.attempt, opened);
            let answer = Event::Message {
                line: "… secret-answer …".to_owned(),
                bytes: 20,
                id: Some("secret-answer".to_owned()),
            };
            world.see(at.plus(Micros::ms(20)), start.attempt, answer);
        }
        start.request.own
    });
    let report = report(run(with_own, &mut nature, None));
    assert_eq!(nature.unheard, ["secret-first"]);
    let mut lanes = method(&report, Method::WebSocket).lanes.iter();
    let lane = lanes.find(|l| l.lane == "own-web-socket").expect("tried");
    assert_eq!(lane.verdict, Verdict::Passed);
    let json = serde_json::to_string(&report).expect("JSON");
    for secret in SECRETS {
        assert!(!json.contains(secret), "{secret} leaves");
    }
}
