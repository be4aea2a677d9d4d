//! The embedder's own endpoint.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::Verdict;
use pushcheck::evidence::{Ended, Event};
use pushcheck::method::Method;
use pushcheck::plan::{Lane, OwnEndpoint, Want};
use pushcheck::session::Session;
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;

use crate::faulty::Faulty;
use crate::support::drive::run;
use crate::support::events::{body, head, message, opened};
use crate::support::setup;
use crate::{method, report};

/// How an attempt ended, after its opening and after that answer.
fn ended(method: Method, expect: Option<&str>, answer: &str) -> [Option<Ended>; 2] {
    let endpoint = OwnEndpoint {
        expect: expect.map(str::to_owned),
        timeout: Micros::ms(1_000),
        ..OwnEndpoint::default()
    };
    let want = Want::Own(Box::new(endpoint));
    let (opening, answer) = match method {
        Method::WebSocket | Method::ServerSentEvents => (opened(), message(&answer)),
        Method::StreamingFetch => (head(200, false), message(&answer)),
        Method::Polling | Method::LongPolling => (head(200, false), body(&answer)),
    };
    let mut session = Session::new(method, &want, Micros::ZERO);
    [opening, answer].map(|event| {
        session.handle(Micros::ms(1), &event);
        session.over()
    })
}

#[test]
fn an_embedders_endpoint_has_to_say_what_is_expected() {
    let whole = Some(Ended::Complete);
    for method in Method::ALL {
        let fetched = matches!(method, Method::Polling | Method::LongPolling);
        let unexpected = fetched.then_some(Ended::Failed);
        assert_eq!(
            ended(method, Some("yes"), "no"),
            [None, unexpected],
            "{method:?}"
        );
        assert_eq!(
            ended(method, Some("yes"), "oh yes!"),
            [None, whole],
            "{method:?}"
        );
        let opening = whole.filter(|_| !fetched);
        assert_eq!(ended(method, None, ""), [opening, whole], "{method:?}");
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
                extensions: String::new(),
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
