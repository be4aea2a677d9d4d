//! What a run tries: the quick plan, and the lanes that the server lists.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{RunResult, Verdict};
use pushcheck::evidence::Event;
use pushcheck::method::Method;
use pushcheck::plan::{Plan, Skipped};
use pushcheck::time::Micros;
use pushcheck::wire::{BAD_CERTIFICATE, Lane as Listed, Scheme};

use crate::faulty::Faulty;
use crate::report;
use crate::support::drive::run;
use crate::support::setup;

#[test]
fn the_quick_plan_can_be_read() {
    let plan = Plan::quick(setup(Scheme::Http).plan.lanes[0].clone(), &Method::ALL).to_string();
    let expected = "\
web-socket (web-socket) on main, 1 ×, every 0 ms
web-socket-silent (web-socket) on main, 1 ×, every 0 ms, once web-socket is open
web-socket-subprotocol (web-socket) on main, 1 ×, every 0 ms, once web-socket is open
web-socket-deflate (web-socket) on main, 1 ×, every 0 ms, once web-socket is open
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
        base: None,
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

/// The controls of a run at a server with these lanes, by whom no request of that kind is answered.
fn controls(scheme: Scheme, lanes: Vec<Listed>, broken: &'static str) -> Vec<String> {
    let mut nature = Faulty::new(move |world, at, start| {
        let breaks = start.request.url.contains(broken);
        if breaks {
            let name = "TypeError".to_owned();
            world.see(at, start.attempt, Event::Constructed);
            world.see(
                at.plus(Micros::ms(30)),
                start.attempt,
                Event::Failed { name },
            );
        }
        breaks
    });
    nature.about.lanes = lanes;
    let report = report(run(setup(scheme), &mut nature, None));
    let traces = report.evidence.expect("a whole report").traces;
    let controls = traces.into_iter().filter(|trace| trace.control);
    controls.map(|trace| trace.probe).collect()
}

#[test]
fn where_something_broke_a_bad_certificate_is_tried_once() {
    let lane = |id: &str, scheme, port| Listed {
        id: id.to_owned(),
        scheme,
        host: Some("other.test".to_owned()),
        port,
        base: None,
    };
    // What the page did not ask for its policy may forbid, and would report.
    let lanes = vec![
        lane(BAD_CERTIFICATE, Scheme::Https, 8444),
        lane("plain", Scheme::Http, 80),
        lane("alt-8443", Scheme::Https, 8443),
    ];
    let whole = controls(Scheme::Https, lanes.clone(), "/nothing");
    assert_eq!(whole, [""; 0], "nothing broke");
    let secure = controls(Scheme::Https, lanes.clone(), "/poll/");
    let expected = ["poll-read", "poll-opaque", "poll-opaque-bad-certificate"];
    assert_eq!(secure, expected);
    // A bad certificate tells nothing where none is asked for.
    let plain = controls(Scheme::Http, lanes[..1].to_vec(), "/poll/");
    assert_eq!(plain, ["poll-read", "poll-opaque"]);
}

#[test]
fn a_lane_of_another_path_wears_it_and_one_of_a_strange_path_is_left_out() {
    let asked = setup(Scheme::Http);
    let main = asked.plan.lanes[0].clone();
    let lane = |id: &str, base: &str| Listed {
        id: id.to_owned(),
        scheme: main.scheme,
        host: Some(main.host.clone()),
        port: main.port,
        base: Some(base.to_owned()),
    };
    let urls = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let started = urls.clone();
    let mut nature = Faulty::new(move |_, _, start| {
        started.borrow_mut().push(start.request.url.clone());
        false
    });
    nature.about.lanes = vec![
        lane("alias-app", "/app/socket/"),
        lane("alias-strange", "/a?b=/"),
        lane("itself", &main.base),
    ];
    let mut asked = setup(Scheme::Http);
    asked.lanes = vec!["alias-app".to_owned()];
    let report = report(run(asked, &mut nature, None));
    let ids: Vec<&str> = report.lanes.iter().map(|lane| lane.id.as_str()).collect();
    assert_eq!(ids, ["main", "alias-app"]);
    let urls = urls.borrow();
    let aliased: Vec<_> = urls
        .iter()
        .filter(|url| url.contains("-alias-app/"))
        .collect();
    assert!(!aliased.is_empty());
    assert!(
        aliased
            .iter()
            .all(|url| url.contains("/app/socket/v1/runs/")),
        "{aliased:?}"
    );
    assert!(urls.iter().all(|url| !url.contains("strange")));
}
