//! Whether event streams go on where they ended.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{Place, Verdict};
use pushcheck::method::Method;
use pushcheck::plan::budget;
use pushcheck::report::Mode;
use pushcheck::run::Start;
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;

use crate::support::drive::run;
use crate::support::healthy::Healthy;
use crate::support::setup;
use crate::support::world::{Nature, Queue};
use crate::{method, report};

#[test]
fn a_stream_that_goes_on_where_it_ended_is_whole_and_one_that_begins_anew_is_not() {
    for keeps in [true, false] {
        let mut setup = setup(Scheme::Http);
        setup.heading.mode = Mode::Thorough;
        setup
            .plan
            .add_rungs(&[Method::ServerSentEvents], budget::RUNGS[0]);
        let mut nature = Healthy::new(Micros::ms(40));
        nature.keeps_last_event_id = keeps;
        let report = report(run(setup, &mut nature, None));
        let events = method(&report, Method::ServerSentEvents);
        let resume = events.resume.as_ref().expect("it was tried");
        assert_eq!((resume.goes_on, resume.id_arrived), (keeps, Some(keeps)));
        assert_eq!(resume.reconnect_us, Some(740_000));
        assert_eq!(resume.same_instance, Some(true));
        let expected = match keeps {
            true => (Verdict::Passed, Some(Place::Nowhere)),
            false => (Verdict::Warning, Some(Place::RequestAltered)),
        };
        assert_eq!((events.verdict, events.place), expected);
    }
}

#[test]
fn what_does_not_even_open_on_a_connection_that_was_kept_tells_nothing() {
    struct Dead(Healthy);
    impl Nature for Dead {
        fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
            if !start.request.url.contains("/events-resumed/") {
                self.0.start(world, at, start);
            }
        }
        fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
            self.0.sent(world, at, attempt, text);
        }
        fn about(&mut self, world: &mut Queue, at: Micros) {
            self.0.about(world, at);
        }
        fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
            self.0.ledger(world, at, question, by_socket);
        }
    }
    let mut setup = setup(Scheme::Http);
    setup.heading.mode = Mode::Thorough;
    setup
        .plan
        .add_rungs(&[Method::ServerSentEvents], Micros::ZERO);
    let report = report(run(setup, &mut Dead(Healthy::new(Micros::ms(40))), None));
    let events = method(&report, Method::ServerSentEvents);
    assert_eq!(
        (events.verdict, events.place),
        (Verdict::Passed, Some(Place::Nowhere))
    );
}
