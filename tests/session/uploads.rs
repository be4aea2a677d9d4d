//! Requests that leave at once.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::Verdict;
use pushcheck::method::Method;
use pushcheck::plan::{UPLOAD, budget};
use pushcheck::report::Mode;
use pushcheck::run::{Driver, Start};
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;

use crate::support::drive::run;
use crate::support::healthy::Healthy;
use crate::support::setup;
use crate::support::world::{Input, Nature, Queue};
use crate::{method, report};

/// A way on which uploads arrive as it likes: in turn, or the last first; some twice, some never answered.
struct Way {
    healthy: Healthy,
    backwards: bool,
    twice: bool,
    loses: Option<u16>,
}

impl Nature for Way {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        let lost = self.loses.is_some() && start.request.url.contains(&format!("/{UPLOAD}/3/"));
        let mut events = Queue::default();
        self.healthy.start(&mut events, at, start);
        if lost {
            self.healthy.seen.pop();
            return;
        }
        for (at, input) in events.into_inputs() {
            world.put(at, input);
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        self.healthy.sent(world, at, attempt, text);
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        self.healthy.about(world, at);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        let mut queue = Queue::default();
        self.healthy.ledger(&mut queue, at, question, by_socket);
        for (at, mut input) in queue.into_inputs() {
            if let Input::Ledger(_, Some(ledger)) = &mut input {
                for seen in ledger
                    .sightings
                    .iter_mut()
                    .filter(|seen| seen.probe == UPLOAD)
                {
                    let step = u64::from(seen.attempt);
                    let step = if self.backwards { 20 - step } else { step };
                    seen.at = seen.at.plus(Micros(step));
                }
                let again = ledger
                    .sightings
                    .iter()
                    .find(|seen| seen.probe == UPLOAD)
                    .cloned();
                ledger.sightings.extend(again.filter(|_| self.twice));
            }
            world.put(at, input);
        }
    }
}

#[test]
fn they_leave_at_once_and_what_becomes_of_them_is_counted() {
    for (backwards, twice, loses) in [
        (false, false, None),
        (true, false, None),
        (false, true, None),
        (false, false, Some(3)),
    ] {
        let mut setup = setup(Scheme::Http);
        setup.heading.mode = Mode::Thorough;
        setup.plan.add_bursts(&[Method::Polling], true);
        let mut way = Way {
            healthy: Healthy::new(Micros::ms(40)),
            backwards,
            twice,
            loses,
        };
        let told = run(setup, &mut way, None);
        let begun = told
            .started
            .iter()
            .filter(|(_, start)| start.request.driver == Driver::Upload);
        let begun: Vec<Micros> = begun.map(|(at, _)| *at).collect();
        assert_eq!(begun.len(), usize::from(budget::UPLOADS));
        assert!(begun.windows(2).all(|two| two[0] == two[1]), "{begun:?}");
        let report = report(told);
        let polling = method(&report, Method::Polling);
        let uploads = polling.uploads.as_ref().expect("they were tried");
        let lost = u32::from(loses.is_some());
        assert_eq!(
            (uploads.sent, uploads.answered),
            (10, 10 - lost),
            "{uploads:?}"
        );
        assert_eq!(uploads.arrived, Some(10 - lost));
        assert_eq!(uploads.twice, Some(u32::from(twice)));
        assert_eq!(uploads.in_order, Some(!backwards), "{uploads:?}");
        assert_eq!(polling.verdict, Verdict::Passed);
    }
}
