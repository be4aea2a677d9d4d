//! One request and its answer: the machine alone.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::evidence::{Ended, Event};
use pushcheck::method::Method;
use pushcheck::plan::Want;
use pushcheck::session::Session;
use pushcheck::time::Micros;

use crate::support::events::{body, head};

const OURS: &str = "at 1 2 aa\n";

fn ended(head: Event, text: &str) -> Option<Ended> {
    let mut session = Session::new(Method::Polling, &Want::Poll, Micros::ZERO);
    session.handle(Micros::ms(1), &head);
    assert_eq!(session.over(), None, "its body may follow");
    session.handle(Micros::ms(2), &body(&text));
    session.over()
}

#[test]
fn an_answer_is_ours_by_its_mark_its_status_and_its_body() {
    let refused = Event::Head {
        status: 200,
        marked: true,
        refused: Some("rate".to_owned()),
    };
    assert_eq!(ended(head(200, true), OURS), Some(Ended::Complete));
    assert_eq!(ended(head(200, false), OURS), Some(Ended::Failed));
    assert_eq!(ended(head(503, true), OURS), Some(Ended::Failed));
    assert_eq!(ended(head(200, true), "<html>"), Some(Ended::Failed));
    assert_eq!(ended(refused, OURS), Some(Ended::Failed));
}
