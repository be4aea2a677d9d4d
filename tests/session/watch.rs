//! A watch: what is cut, how often and by which rule, is told; what the page itself missed is no cut.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

mod network;

use network::{Fault, Network};
use pushcheck::diagnosis::{Place, RunResult, Verdict, Watched};
use pushcheck::evidence::{Event, Notice};
use pushcheck::method::Method;
use pushcheck::plan::budget;
use pushcheck::report::{Mode, Report};
use pushcheck::run::{Run, Setup, Start};
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;

use crate::support::drive::run;
use crate::support::setup;
use crate::support::world::{Input, Nature, Queue};
use crate::{method, report};

const HELD: [Method; 4] = [
    Method::WebSocket,
    Method::ServerSentEvents,
    Method::StreamingFetch,
    Method::LongPolling,
];

/// Those of them whose connections stay open.
const OPEN: [Method; 3] = [
    Method::WebSocket,
    Method::ServerSentEvents,
    Method::StreamingFetch,
];

const MINUTE: Micros = Micros::ms(60_000);

fn watching(minutes: u64) -> Setup {
    let mut setup = setup(Scheme::Http);
    setup.heading.mode = Mode::Watch;
    setup.watch = MINUTE.times(minutes);
    setup
}

fn watched(report: &Report, held: Method) -> &Watched {
    let watched = method(report, held).watched.as_ref();
    watched.unwrap_or_else(|| panic!("{held:?} was not watched"))
}

fn after(fault: Fault, minutes: u64) -> Box<Report> {
    report(run(watching(minutes), &mut Network::new(fault), None))
}

#[test]
fn where_nothing_is_cut_everything_is_held_to_the_end() {
    let told = run(watching(15), &mut Network::new(Fault::Nothing), None);
    let last = told.progress.last().map(|said| said.permille);
    assert!(last >= Some(960), "{last:?}");
    let left: Vec<_> = told
        .progress
        .iter()
        .filter_map(|p| p.remaining_us)
        .collect();
    assert!(left.windows(2).all(|two| two[1] <= two[0]), "{left:?}");
    let report = report(told);
    assert_eq!(report.result, RunResult::Passed);
    assert!(!report.run.truncated && report.findings.is_empty());
    for held in HELD {
        let watched = watched(&report, held);
        assert_eq!(
            (watched.cuts, watched.unopened, watched.silences),
            (0, 0, 0),
            "{held:?}"
        );
        assert_eq!((watched.lasted_ms, watched.beat_ms), (900_000, 25_000));
        assert!(watched.held_ms > 885_000, "{held:?}: {watched:?}");
    }
    assert_eq!(watched(&report, Method::WebSocket).connections, 1);
    assert_eq!(method(&report, Method::Polling).watched, None);
    let raw = report.evidence.expect("the evidence");
    assert!(
        raw.sightings
            .iter()
            .all(|seen| !seen.probe.starts_with("watch-"))
    );
}

#[test]
fn a_rule_that_ends_connections_is_found_with_its_time_whether_the_page_is_told_or_not() {
    for (age, told) in [
        (300_000, true),
        (300_000, false),
        (12_000, true),
        (60_000, true),
    ] {
        let report = after(Fault::Age(Micros::ms(age), told), 20);
        assert_eq!(report.result, RunResult::Warning);
        for held in HELD {
            // Its answers come every 25 s, before that.
            let spared = held == Method::LongPolling && age > 25_000;
            let watched = watched(&report, held);
            let name = format!("{held:?} {age} {told}: {watched:?}");
            if spared {
                assert_eq!(watched.cuts, 0, "{name}");
                continue;
            }
            assert!(watched.cuts >= 3, "{name}");
            let every = watched.every_ms.expect(&name);
            assert!(every.abs_diff(age) <= 1_500, "{name}");
            assert!(watched.log.iter().all(|cut| cut.told == told), "{name}");
            assert_eq!((watched.unclear, watched.by_server), (0, 0), "{name}");
            let judged = method(&report, held);
            assert_eq!(
                (judged.verdict, judged.place),
                (Verdict::Warning, Some(Place::Cut))
            );
        }
    }
}

#[test]
fn what_the_server_ends_is_none_of_the_ways() {
    let report = after(Fault::ByServer(MINUTE), 10);
    for held in OPEN {
        let watched = watched(&report, held);
        assert!(
            watched.by_server > 3 && watched.cuts == 0,
            "{held:?}: {watched:?}"
        );
        assert_eq!(method(&report, held).verdict, Verdict::Passed);
    }
}

#[test]
fn an_outage_is_seen_by_all_and_what_comes_late_is_a_silence() {
    let report = after(Fault::Outage(MINUTE.times(4), MINUTE.times(3)), 15);
    for held in HELD {
        let watched = watched(&report, held);
        assert!(
            watched.cuts >= 1 && watched.unopened >= 1,
            "{held:?}: {watched:?}"
        );
        assert!(watched.held_ms > 10 * 60_000, "{held:?}: {watched:?}");
        assert_eq!(method(&report, held).verdict, Verdict::Warning);
    }
    let report = after(Fault::Late(MINUTE.times(4), Micros::ms(30_000)), 10);
    for held in OPEN {
        let watched = watched(&report, held);
        assert_eq!(
            (watched.cuts, watched.silences),
            (0, 1),
            "{held:?}: {watched:?}"
        );
    }
}

#[test]
fn what_all_lose_at_one_time_had_something_in_common_and_what_one_rule_ends_did_not() {
    let report = after(Fault::AllAt(MINUTE.times(4)), 6);
    for held in HELD {
        let watched = watched(&report, held);
        assert_eq!(
            (watched.cuts, watched.together),
            (1, 1),
            "{held:?}: {watched:?}"
        );
        assert_eq!(watched.every_ms, None);
    }
    let report = after(Fault::Age(MINUTE, true), 6);
    for held in OPEN {
        let watched = watched(&report, held);
        assert!(
            watched.cuts > 3 && watched.together == 0,
            "{held:?}: {watched:?}"
        );
    }
}

#[test]
fn nothing_that_works_leaves_nothing_to_watch() {
    struct Nowhere;
    impl Nature for Nowhere {
        fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
            world.see(at, start.attempt, Event::Unsupported);
        }
        fn sent(&mut self, _: &mut Queue, _: Micros, _: u16, _: &str) {}
        fn about(&mut self, _: &mut Queue, _: Micros) {}
        fn ledger(&mut self, _: &mut Queue, _: Micros, _: u16, _: bool) {}
    }
    let told = run(watching(15), &mut Nowhere, None);
    assert!(told.ended_at < budget::RUN);
    assert!(report(told).evidence.expect("the evidence").watch.is_none());
}

#[test]
fn stopped_it_tells_what_it_saw() {
    let fault = Fault::Age(MINUTE, true);
    let told = run(
        watching(15),
        &mut Network::new(fault),
        Some(MINUTE.times(5)),
    );
    assert_eq!(told.ended_at, MINUTE.times(5));
    let report = report(told);
    assert_eq!(
        (report.result, report.run.truncated),
        (RunResult::Warning, true)
    );
    let socket = watched(&report, Method::WebSocket);
    assert!(socket.cuts >= 3 && socket.every_ms.is_some(), "{socket:?}");
    assert!(socket.lasted_ms < 300_000);
}

#[test]
fn what_ends_as_the_page_is_left_may_have_been_ended_by_that() {
    let fault = Fault::Age(MINUTE, true);
    let whole = report(run(watching(5), &mut Network::new(fault), None));
    let log = &watched(&whole, Method::WebSocket).log;
    let last = Micros(log.last().expect("it was cut").at_us);
    for (after, unclear) in [(300, 1), (1_500, 0)] {
        let stop = last.plus(Micros::ms(after));
        let report = report(run(watching(15), &mut Network::new(fault), Some(stop)));
        let socket = watched(&report, Method::WebSocket);
        assert_eq!(
            (socket.cuts, socket.unclear),
            (log.len() as u32 - unclear, unclear)
        );
    }
}

/// A watch in which the page is told something around its cuts.
fn around(notice: Notice, told: bool) -> Box<Report> {
    use pushcheck::run::Action;
    let mut nature = Network::new(Fault::Age(MINUTE, told));
    let (mut run, mut queue) = (Run::new(watching(4)), Queue::default());
    let mut now = Micros::ZERO;
    loop {
        while let Some(action) = run.poll_action() {
            match action {
                Action::Start(start) => nature.start(&mut queue, now, &start),
                Action::Do { attempt, what } => {
                    if let pushcheck::session::Do::Send(text) = what {
                        let line = pushcheck::wire::unsealed(&text).expect("sealed").to_owned();
                        nature.sent(&mut queue, now, attempt, &line);
                    }
                }
                Action::AskAbout { .. } => nature.about(&mut queue, now),
                Action::AskLedger {
                    question,
                    by_socket,
                    ..
                } => {
                    nature.ledger(&mut queue, now, question, by_socket);
                }
                Action::Say(_) | Action::Keep(_) => {}
                Action::Finish(report) => return report,
            }
        }
        let wake = run.wake_at().expect("it lasts");
        let next = queue.take_until(wake);
        now = next.as_ref().map_or(wake, |(at, _)| now.max(*at));
        // Before whatever happens in the watch.
        if now > budget::RUN {
            run.notice(now, notice.clone());
        }
        match next.map(|(_, input)| input) {
            Some(Input::Seen(attempt, event)) => run.handle(now, attempt, sealed(event)),
            Some(Input::About(about)) => run.heard_about(now, about.map(|about| *about)),
            Some(Input::Ledger(question, ledger)) => run.heard_ledger(now, question, ledger),
            None => {}
        }
        run.on_time(now);
    }
}

fn sealed(mut event: Event) -> Event {
    if let Event::Message { line: text, .. } | Event::Body { text, .. } = &mut event {
        *text = pushcheck::wire::sealed(text);
    }
    event
}

#[test]
fn what_ends_while_the_page_sleeps_or_is_offline_is_unclear_and_a_hidden_page_hears_what_it_is_told()
 {
    let us = 2_000_000;
    for (notice, told, clear) in [
        (Notice::Stalled { us }, true, false),
        (Notice::Slept { us }, true, false),
        (Notice::Offline, true, false),
        (Notice::Hidden, true, true),
        (Notice::Hidden, false, false),
        (Notice::Visible, true, true),
    ] {
        let report = around(notice.clone(), told);
        let watched = watched(&report, Method::WebSocket);
        let name = format!("{notice:?} {told}: {watched:?}");
        match clear {
            true => assert!(watched.cuts >= 2 && watched.unclear == 0, "{name}"),
            false => assert!(watched.cuts == 0 && watched.unclear >= 2, "{name}"),
        }
    }
}

#[test]
fn many_cuts_are_counted_and_the_report_stays_small() {
    let report = after(Fault::Age(Micros::ms(3_000), true), 40);
    let socket = watched(&report, Method::WebSocket);
    let raw = report.evidence.as_ref().and_then(|raw| raw.watch.as_ref());
    let log = &raw.expect("the watch").holds;
    let log = log
        .iter()
        .find(|log| log.method == Method::WebSocket)
        .expect("its log");
    assert_eq!((log.ended.len(), socket.log.len()), (30, 30));
    let first: Vec<u16> = log
        .ended
        .iter()
        .take(20)
        .map(|ended| ended.attempt)
        .collect();
    assert_eq!(first, (1..=20).collect::<Vec<_>>());
    assert!(
        log.omitted > 20 && socket.cuts == 30 + log.omitted,
        "{socket:?}"
    );
    assert!(
        log.ended
            .windows(2)
            .all(|two| two[0].attempt < two[1].attempt)
    );
}
