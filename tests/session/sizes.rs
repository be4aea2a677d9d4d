//! Messages of several sizes and forms.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{Place, Verdict};
use pushcheck::method::Method;
use pushcheck::plan::{SIZES, budget};
use pushcheck::report::Mode;
use pushcheck::run::Start;
use pushcheck::time::Micros;
use pushcheck::wire::{FromPage, Scheme};

use crate::support::drive::run;
use crate::support::healthy::Healthy;
use crate::support::setup;
use crate::support::world::{Nature, Queue};
use crate::{method, report};

/// A way on which messages larger than that are lost: there, or back.
struct Lossy {
    healthy: Healthy,
    above: usize,
    there: bool,
    /// The socket of the sizes, and what the server counted on it.
    socket: u16,
    payload_in: u64,
}

impl Nature for Lossy {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        if start.request.url.contains(SIZES) {
            self.socket = start.attempt;
        }
        self.healthy.start(world, at, start);
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        let large = match text.parse() {
            Ok(FromPage::Echo(_, padding)) => padding.len() > self.above,
            _ => false,
        };
        if attempt == self.socket && !(large && self.there) {
            self.payload_in += text.len() as u64;
        }
        if !large {
            self.healthy.sent(world, at, attempt, text);
        }
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        self.healthy.about(world, at);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        for seen in self
            .healthy
            .seen
            .iter_mut()
            .filter(|seen| seen.probe == SIZES)
        {
            seen.payload_in = self.payload_in;
        }
        self.healthy.ledger(world, at, question, by_socket);
    }
}

#[test]
fn a_size_that_does_not_come_back_is_named_and_so_is_where_it_is_lost() {
    for (above, there) in [
        (1_000_000, true),
        (60_000, true),
        (60_000, false),
        (3_000, false),
    ] {
        let mut setup = setup(Scheme::Http);
        setup.heading.mode = Mode::Thorough;
        setup.plan.add_bursts(&[Method::WebSocket]);
        // Nothing but the sizes.
        setup
            .plan
            .probes
            .retain(|probe| !probe.id.contains("burst") && !probe.id.contains("cut"));
        let mut nature = Lossy {
            healthy: Healthy::new(Micros::ms(40)),
            above,
            there,
            socket: 0,
            payload_in: 0,
        };
        let report = report(run(setup, &mut nature, None));
        let socket = method(&report, Method::WebSocket);
        let fits = |bytes: u32| bytes as usize <= above;
        let whole = budget::SIZES
            .iter()
            .take_while(|(_, bytes)| fits(*bytes))
            .count();
        let name = format!("{above} {there}: {:?}", socket.sizes);
        assert_eq!(
            socket.sizes.len(),
            (whole + 1).min(budget::SIZES.len()),
            "{name}"
        );
        for (at, tried) in socket.sizes.iter().enumerate() {
            assert_eq!((tried.form, tried.bytes), budget::SIZES[at]);
            let back = (at < whole).then_some(40_000);
            assert_eq!(tried.echoed_us, back, "{name}");
        }
        let expected = match (whole == budget::SIZES.len(), there) {
            (true, _) => (Verdict::Passed, Some(Place::Nowhere)),
            (false, true) => (Verdict::Warning, Some(Place::FramesOut)),
            (false, false) => (Verdict::Warning, Some(Place::FramesBack)),
        };
        assert_eq!((socket.verdict, socket.place), expected, "{name}");
    }
}
