//! Whether event streams go on where they ended.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{Place, Verdict};
use pushcheck::method::Method;
use pushcheck::plan::budget;
use pushcheck::report::Mode;
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;

use crate::support::drive::run;
use crate::support::healthy::Healthy;
use crate::support::setup;
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
