//! Whatever the order, delay or loss of events: a quick run ends in time and never does what browsers cannot stand.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use pushcheck::evidence::Event;
use pushcheck::plan::budget;
use pushcheck::run::Start;
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;
use support::drive::run;
use support::events::{closed_by_the_server, opened};
use support::healthy::Healthy;
use support::world::{Input, Nature, Queue};
use support::{server, setup};

/// What the network does to one event: how much later it comes, or never, or twice.
#[derive(Clone, Debug)]
enum Fate {
    Late(u64),
    Lost,
    Twice(u64),
    Instead(Event, u64),
}

fn event() -> impl Strategy<Value = Event> {
    let text = prop_oneof![
        Just(String::new()),
        Just("tick 1 2 3 aa".to_owned()),
        Just("echo 1 2 3 aa".to_owned())
    ];
    prop_oneof![
        Just(Event::Constructed),
        Just(Event::Threw {
            name: "SecurityError".to_owned()
        }),
        Just(Event::Unsupported),
        Just(opened()),
        (any::<u16>(), any::<bool>()).prop_map(|(status, marked)| Event::Head {
            status,
            marked,
            refused: None
        }),
        text.clone().prop_map(|line| Event::Message {
            line,
            bytes: 1,
            id: None
        }),
        text.prop_map(|text| Event::Body { text, bytes: 1 }),
        Just(Event::Finished),
        Just(Event::Failed {
            name: "TypeError".to_owned()
        }),
        any::<bool>().prop_map(|closed| Event::Errored { closed }),
        (any::<u16>(), any::<bool>()).prop_map(|(code, was_clean)| Event::Closed {
            code,
            reason: String::new(),
            was_clean
        }),
        Just(closed_by_the_server()),
        Just(Event::Blocked {
            directive: "connect-src".to_owned()
        }),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => (0..300_000_u64).prop_map(Fate::Late),
        1 => (0..9_000_000_u64).prop_map(Fate::Late),
        1 => Just(Fate::Lost),
        1 => (0..1_000_000_u64).prop_map(Fate::Twice),
        1 => (event(), 0..5_000_000_u64).prop_map(|(event, by)| Fate::Instead(event, by)),
    ]
}

/// A healthy world behind a network that deals out fates in turn.
struct Dealing {
    healthy: Healthy,
    fates: Vec<Fate>,
    next: usize,
}

impl Dealing {
    fn deal(&mut self, world: &mut Queue, all: Queue) {
        for (at, input) in all.into_inputs() {
            self.next += 1;
            match (&self.fates[self.next % self.fates.len()], input) {
                (Fate::Late(by), input) => world.put(at.plus(Micros(*by)), input),
                (Fate::Lost, _) => {}
                (Fate::Twice(by), input) => {
                    world.put(at, input.clone());
                    world.put(at.plus(Micros(*by)), input);
                }
                (Fate::Instead(event, by), Input::Seen(attempt, _)) => {
                    world.see(at.plus(Micros(*by)), attempt, event.clone());
                }
                (Fate::Instead(..), Input::About(_)) => world.put(at, Input::About(None)),
                (Fate::Instead(..), Input::Ledger(question, _)) => {
                    world.put(at, Input::Ledger(question, None));
                }
            }
        }
    }

    fn with(&mut self, world: &mut Queue, f: impl FnOnce(&mut Healthy, &mut Queue)) {
        let mut all = Queue::default();
        f(&mut self.healthy, &mut all);
        self.deal(world, all);
    }
}

impl Nature for Dealing {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        self.with(world, |healthy, all| healthy.start(all, at, start));
    }
    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        self.with(world, |healthy, all| healthy.sent(all, at, attempt, text));
    }
    fn about(&mut self, world: &mut Queue, at: Micros) {
        let lane = pushcheck::wire::Lane {
            id: "tls".to_owned(),
            scheme: Scheme::Https,
            host: None,
            port: 8788,
            base: None,
        };
        let about = pushcheck::wire::About {
            lanes: vec![lane],
            ..server::about()
        };
        // Late, when the plan is half done: a longer plan must not set progress back.
        let heard = at.plus(Micros::ms(2_000));
        self.with(world, |_, all| {
            all.put(heard, Input::About(Some(Box::new(about))))
        });
    }
    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        self.with(world, |healthy, all| {
            healthy.ledger(all, at, question, by_socket)
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// The invariants of every turn are asserted by `support::drive`.
    #[test]
    fn a_run_ends_in_time_and_lets_go_of_everything(
        fates in proptest::collection::vec(fate(), 1..60),
        rtt in 0..400_000_u64,
        stop in proptest::option::weighted(0.2, 0..13_000_000_u64),
        lanes in any::<bool>(),
    ) {
        let mut setup = setup(Scheme::Http);
        if lanes {
            setup.lanes = vec!["tls".to_owned()];
        }
        let mut nature = Dealing { healthy: Healthy::new(Micros(rtt)), fates, next: 0 };
        let told = run(setup, &mut nature, stop.map(Micros));
        let report = told.report.expect("a report always comes");
        assert!(told.ended_at <= budget::RUN, "ended at {:?}", told.ended_at);
        assert_eq!(told.released.len(), told.started.len(), "an attempt was never let go of");
        let json = serde_json::to_value(&report).expect("JSON");
        let own: serde_json::Value =
            serde_json::from_str(&pushcheck::json::to_text(&*report).expect("text")).expect("our text is JSON");
        assert_eq!(own, json, "our writer and the general one differ");
    }
}

#[test]
fn a_storm_of_openings_ends() {
    let mut nature = Dealing {
        healthy: Healthy::new(Micros::ms(1)),
        fates: vec![Fate::Instead(opened(), 1_000)],
        next: 0,
    };
    let told = run(setup(Scheme::Http), &mut nature, None);
    assert!(told.ended_at <= budget::RUN);
}

#[test]
fn deadlines_keep_their_relations() {
    let after_the_last = budget::GIVE_UP_ALL.plus(budget::LAST_LEDGER);
    assert!(after_the_last < budget::RUN);
    assert!(budget::OPEN < budget::GIVE_UP_ALL);
    assert!(budget::WAITING < budget::OPEN);
    assert!(budget::OPEN.plus(budget::MESSAGE) <= budget::GIVE_UP_ALL);
    assert!(budget::CLOSE_AFTER_ERROR < budget::CLOSE);
    assert!(budget::HOLD > Micros::ms(*pushcheck::wire::GAPS_MS.iter().max().expect("gaps")));
    assert!(
        budget::MESSAGE
            > Micros::ms(*pushcheck::wire::GAPS_MS.iter().max().expect("gaps")).times(2)
    );
}
