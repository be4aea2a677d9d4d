//! What waits in the browser is no fault of the network's.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{Code, Place, RunResult, Verdict};
use pushcheck::evidence::{Ended, Event};
use pushcheck::method::Method;
use pushcheck::run::Start;
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;

use crate::faulty::is_socket;
use crate::support::drive::{Told, run};
use crate::support::healthy::Healthy;
use crate::support::server::ledger;
use crate::support::world::{Input, Nature, Queue};
use crate::support::{AHEAD, setup};
use crate::{method, report};

/// A browser whose sockets open late, and whose other requests never leave.
struct Busy {
    healthy: Healthy,
    /// How late, and how much of that the connection was not even begun.
    late: Micros,
    queued: Micros,
    /// Others' requests hold all that the host has for HTTP.
    full: bool,
}

impl Busy {
    fn run(late: u64, queued: u64, full: bool) -> Told {
        let mut setup = setup(Scheme::Http);
        setup.surroundings.online = true;
        let mut nature = Self {
            healthy: Healthy::new(Micros::ms(40)),
            late: Micros::ms(late),
            queued: Micros::ms(queued),
            full,
        };
        run(setup, &mut nature, None)
    }
}

impl Nature for Busy {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        if is_socket(start) {
            let late = start.request.url.contains("/web-socket/1/") && self.late > Micros::ZERO;
            let mut own = Queue::default();
            self.healthy.start(&mut own, at, start);
            for (seen, input) in own.into_inputs() {
                let opens = matches!(input, Input::Seen(_, Event::Opened { .. }));
                let later = if late && opens {
                    self.late
                } else {
                    Micros::ZERO
                };
                world.put(seen.plus(later), input);
            }
            if late {
                let stamp = |at: Micros| at.plus(Micros(AHEAD));
                let seen = self.healthy.seen.last_mut().expect("it arrived");
                seen.connected_at = stamp(at.plus(self.queued));
                seen.at = stamp(at.plus(self.late)).since(Micros::ms(20));
            }
        } else if self.full {
            world.see(at, start.attempt, Event::Constructed);
        } else {
            self.healthy.start(world, at, start);
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        self.healthy.sent(world, at, attempt, text);
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        if !self.full {
            self.healthy.about(world, at);
        }
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        if by_socket || !self.full {
            let mut ledger = ledger();
            ledger.sightings.clone_from(&self.healthy.seen);
            world.put(
                at.plus(Micros::ms(40)),
                Input::Ledger(question, Some(ledger)),
            );
        }
    }
}

#[test]
fn a_socket_that_came_late_opened_slowly_whoever_kept_it() {
    for (queued, verdict) in [(1_900, Verdict::Warning), (20, Verdict::Warning)] {
        let report = report(Busy::run(2_000, queued, false));
        let socket = method(&report, Method::WebSocket);
        assert_eq!(socket.verdict, verdict, "{queued} ms");
        let first = &socket.lanes[0].attempts[0];
        assert!(
            first
                .queued_us
                .is_some_and(|us| us.abs_diff(queued * 1000) <= 20_000)
        );
    }
}

#[test]
fn where_no_request_leaves_and_sockets_do_nothing_is_claimed_of_the_network() {
    let report = report(Busy::run(0, 0, true));
    assert_eq!(method(&report, Method::WebSocket).verdict, Verdict::Passed);
    for method in report
        .methods
        .iter()
        .filter(|of| of.method != Method::WebSocket)
    {
        assert_eq!(method.verdict, Verdict::Inconclusive, "{:?}", method.method);
        assert_eq!(method.place, None);
        let mut tried = method.lanes[0].attempts.iter();
        for attempt in tried.by_ref().filter(|one| one.ended == Ended::GaveUp) {
            assert_eq!(
                attempt.candidates,
                [Place::Page, Place::WayOut],
                "{attempt:?}"
            );
        }
    }
    assert_eq!(report.result, RunResult::Warning);
    // Of the page something is, but not for sure.
    let of_page: Vec<_> = report
        .findings
        .iter()
        .map(|one| (one.code, one.place))
        .collect();
    assert_eq!(
        of_page,
        [(Code::Http1SixConnectionLimit, Some(Place::Page))]
    );
}
