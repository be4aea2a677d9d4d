//! Messages of several sizes and forms.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{Asked, Place, Verdict, diagnose};
use pushcheck::evidence::{Evidence, Notice, StampedNotice};
use pushcheck::method::Method;
use pushcheck::plan::{SIZES, budget};
use pushcheck::report::Mode;
use pushcheck::run::{Setup, Start};
use pushcheck::time::Micros;
use pushcheck::wire::{End, FromPage, Ledger, Scheme, sealed};

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
            self.payload_in += sealed(text).len() as u64;
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

/// A thorough run with nothing but the sizes.
fn only_sizes() -> Setup {
    let mut setup = setup(Scheme::Http);
    setup.heading.mode = Mode::Thorough;
    setup.plan.add_bursts(&[Method::WebSocket], true);
    let others = |id: &str| id.contains("burst") || id.contains("cut");
    setup.plan.probes.retain(|probe| !others(probe.id));
    setup
}

#[test]
fn a_size_that_does_not_come_back_is_named_and_so_is_where_it_is_lost() {
    for (above, there) in [
        (1_000_000, true),
        (60_000, true),
        (60_000, false),
        (3_000, false),
    ] {
        let setup = only_sizes();
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

#[test]
fn what_is_only_slow_or_ended_by_us_or_by_the_page_is_not_lost() {
    for (name, change) in [
        ("slow", 0_u8),
        ("our limit", 1),
        ("the page stood still", 2),
        ("the page stopped it", 3),
    ] {
        let setup = only_sizes();
        let mut nature = Lossy {
            healthy: Healthy::new(Micros::ms(40)),
            above: 60_000,
            there: true,
            socket: 0,
            payload_in: 0,
        };
        let stop = (change == 3).then_some(Micros::ms(9_000));
        let told = run(setup, &mut nature, stop);
        let mut report = report(told);
        let evidence = report.evidence.take().expect("its evidence");
        let mut evidence = Evidence {
            lanes: Vec::new(),
            traces: evidence.traces,
            surroundings: report.surroundings.clone(),
            about: None,
            ledger: Some(Ledger {
                sightings: evidence.sightings,
                instances: evidence.instances.unwrap_or_default(),
                complete: evidence.complete,
                connections: evidence.connections,
            }),
            watch: None,
        };
        let trace = evidence
            .traces
            .iter_mut()
            .find(|trace| trace.probe == SIZES);
        let trace = trace.expect("it was tried");
        let sighting = evidence
            .ledger
            .iter_mut()
            .flat_map(|ledger| &mut ledger.sightings);
        match change {
            0 => {
                // Four kilobytes took two seconds: more take more.
                let n = trace.events.len() - 2;
                for stamped in trace.events.iter_mut().skip(n) {
                    stamped.at = stamped.at.plus(Micros::ms(2_000));
                }
                let back = trace.events.iter_mut().rev().nth(2).expect("an echo");
                back.at = back.at.plus(Micros::ms(2_000));
            }
            1 => sighting
                .filter(|seen| seen.probe == SIZES)
                .for_each(|seen| seen.end = Some(End::OurLimit)),
            2 => evidence.surroundings.notices.push(StampedNotice {
                at: trace.events.last().expect("an end").at,
                notice: Notice::Stalled { us: 5_000_000 },
            }),
            _ => {}
        }
        let diagnosis = diagnose(&evidence, &Asked::default());
        let of = diagnosis
            .methods
            .iter()
            .find(|of| of.method == Method::WebSocket);
        let of = of.expect("every report has it");
        assert_eq!(of.sizes.len(), 3, "{name}: {:?}", of.sizes);
        assert!(
            of.sizes.iter().all(|tried| tried.echoed_us.is_some()),
            "{name}"
        );
        assert_eq!(of.verdict, Verdict::Passed, "{name}");
    }
}
