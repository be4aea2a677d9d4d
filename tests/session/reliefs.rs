//! Streams that are kept, tried once more.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{Place, Verdict};
use pushcheck::evidence::Event;
use pushcheck::method::Method;
use pushcheck::plan::budget;
use pushcheck::report::{Mode, Report};
use pushcheck::run::Start;
use pushcheck::time::Micros;
use pushcheck::wire::{Relief, Scheme};

use crate::support::drive::{Told, run};
use crate::support::healthy::Healthy;
use crate::support::setup;
use crate::support::world::{Input, Nature, Queue};
use crate::{method, report};

/// A box that passes streams on once a second, but for what relieves them.
struct Keeping {
    healthy: Healthy,
    keeps: bool,
    relieved_by: Option<usize>,
    /// It was chance: whatever is tried again passes.
    only_once: bool,
}

impl Keeping {
    fn run(mode: Mode, keeps: bool, relieved_by: Option<usize>) -> Told {
        let mut nature = Self {
            healthy: Healthy::new(Micros::ms(40)),
            keeps,
            relieved_by,
            only_once: relieved_by == Some(9),
        };
        let mut setup = setup(Scheme::Http);
        setup.heading.mode = mode;
        run(setup, &mut nature, None)
    }
}

impl Nature for Keeping {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        let url = &start.request.url;
        let stream = url.contains("/events?") || url.contains("/stream?");
        let relief = self.relieved_by.map(|n| format!("relief={n}"));
        let again = self.only_once && url.contains("relief=");
        let passes = again || relief.is_some_and(|relief| url.contains(&relief));
        let mut own = Queue::default();
        self.healthy.start(&mut own, at, start);
        for (seen, input) in own.into_inputs() {
            let of_body = matches!(
                input,
                Input::Seen(_, Event::Message { .. } | Event::Finished)
            );
            let kept = self.keeps && stream && !passes && of_body;
            let every = if self.only_once { 300_000 } else { 1_000_000 };
            let beat = Micros(seen.0.next_multiple_of(every));
            world.put(if kept { beat } else { seen }, input);
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        self.healthy.sent(world, at, attempt, text);
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        self.healthy.about(world, at);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        self.healthy.ledger(world, at, question, by_socket);
    }
}

#[test]
fn what_relieves_a_stream_is_named_and_what_does_not_as_well() {
    for (mode, of_fetch) in [(Mode::Quick, 0), (Mode::Thorough, 2)] {
        for relieved_by in [None, Some(1), Some(2), Some(3)] {
            let told = Keeping::run(mode, true, relieved_by);
            assert!(told.ended_at <= budget::RUN);
            is_named(&report(told), relieved_by, of_fetch);
        }
    }
}

fn is_named(report: &Report, relieved_by: Option<usize>, of_fetch: usize) {
    let tried = [
        (Method::ServerSentEvents, 3),
        (Method::StreamingFetch, of_fetch),
    ];
    for (of, tried) in tried {
        let method = method(report, of);
        assert_eq!(
            (method.verdict, method.place),
            (Verdict::Warning, Some(Place::Held))
        );
        let held = method.held.as_ref().expect("it is kept");
        assert_eq!(held.reliefs.len(), tried, "{of:?}");
        for (one, relief) in held.reliefs.iter().zip(Relief::ALL) {
            let relieves = relieved_by.is_some_and(|n| Relief::ALL[n - 1] == relief);
            assert_eq!(
                (one.relief, one.relieves),
                (relief, Some(relieves)),
                "{of:?}"
            );
        }
    }
}

#[test]
fn what_is_never_seen_again_was_chance() {
    let report = report(Keeping::run(Mode::Quick, true, Some(9)));
    let events = method(&report, Method::ServerSentEvents);
    assert_eq!(
        (events.verdict, events.place),
        (Verdict::Passed, Some(Place::Nowhere))
    );
    assert_eq!(events.held, None);
}

#[test]
fn what_is_not_kept_is_not_tried_again() {
    let told = Keeping::run(Mode::Quick, false, None);
    let again = told
        .started
        .iter()
        .any(|(_, start)| start.request.url.contains("relief="));
    assert!(!again);
    let report = report(told);
    assert!(report.methods.iter().all(|method| method.held.is_none()));
}
