//! A socket: its machine alone, and upgrades that do not succeed.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::{CloseClass, RunResult, TimeClass, Verdict, Word};
use pushcheck::evidence::{Ended, Event};
use pushcheck::method::Method;
use pushcheck::plan::{Beat, Negotiates, Want};
use pushcheck::session::{Do, Session};
use pushcheck::time::Micros;

use crate::faulty::{Faulty, is_socket};
use crate::support::events::{cut, message, opened};
use crate::support::server;
use crate::{method, quick, report};

fn socket(echoes: u32, ticks: u32, silent: Micros) -> Session {
    let want = Want::Socket {
        negotiates: Negotiates::Nothing,
        echoes,
        ticks,
        silent,
        beat: Beat::None,
    };
    Session::new(Method::WebSocket, &want, Micros::ZERO)
}

/// What it sends, and when, as long as every echo is answered at once.
fn sent(beat: Beat, until: Micros) -> Vec<(u64, String)> {
    let want = Want::Socket {
        negotiates: Negotiates::Nothing,
        echoes: 1,
        ticks: 0,
        silent: Micros::ms(20_000),
        beat,
    };
    let mut session = Session::new(Method::WebSocket, &want, Micros::ZERO);
    session.handle(Micros::ZERO, &opened());
    let (mut at, mut sent) = (Micros::ZERO, Vec::new());
    while at <= until {
        while let Some(Do::Send(line)) = session.poll_action() {
            sent.push((at.0 / 1000, line.clone()));
            if let Some(n) = line.strip_prefix("echo ") {
                let answer = format!("echo {n} 1 2 {}", server::ledger().instances[0].id);
                session.handle(at, &message(&answer));
            }
        }
        at = session.wake_at().unwrap_or(Micros(u64::MAX));
        session.on_time(at);
    }
    sent
}

#[test]
fn a_silence_is_kept_awake_by_the_page_or_by_the_server_as_is_wanted() {
    let echo = |n: u64| format!("echo {n}");
    let by_page = [
        (4_000, echo(1)),
        (8_000, echo(2)),
        (12_000, echo(3)),
        (16_000, echo(4)),
        (20_000, echo(5)),
    ];
    assert_eq!(sent(Beat::Page, Micros::ms(20_000))[..5], by_page);
    let by_server = [(0, "pings 4000".to_owned()), (20_000, echo(1))];
    assert_eq!(sent(Beat::Server, Micros::ms(20_000))[..2], by_server);
    assert_eq!(sent(Beat::None, Micros::ms(20_000))[0], (20_000, echo(1)));
}

#[test]
fn an_error_without_a_close_ends_an_attempt() {
    let mut session = socket(1, 0, Micros::ZERO);
    session.handle(Micros::ms(1), &Event::Errored { closed: true });
    assert_eq!(session.over(), None, "a close may follow");
    let wake = session.wake_at().expect("it waits for the close");
    session.on_time(wake);
    assert_eq!(session.over(), Some(Ended::Failed));
}

#[test]
fn an_early_wake_changes_nothing() {
    let mut session = socket(2, 0, Micros::ms(50));
    session.handle(Micros::ms(10), &opened());
    let wake = session.wake_at().expect("it is silent");
    session.on_time(Micros(wake.0 - 1));
    assert_eq!(
        (session.poll_action(), session.wake_at()),
        (None, Some(wake))
    );
    session.on_time(wake);
    assert_eq!(session.poll_action(), Some(Do::Send("echo 1".to_owned())));
}

#[test]
fn a_socket_opens_once() {
    let mut session = socket(3, 2, Micros::ZERO);
    let mut said = 0;
    for ms in 1..5 {
        session.handle(Micros::ms(ms), &opened());
        while session.poll_action().is_some() {
            said += 1;
        }
    }
    assert_eq!(said, 2, "it asks for ticks and sends its first echo, once");
}

#[test]
fn a_refused_upgrade_fails_after_a_second_try_and_the_rest_passes() {
    let mut nature = Faulty::new(|world, at, start| {
        if is_socket(start) {
            let at = at.plus(Micros::ms(40));
            world.see(at, start.attempt, Event::Errored { closed: true });
            world.see(at, start.attempt, cut());
        }
        is_socket(start)
    });
    let report = report(quick(&mut nature));
    let socket = method(&report, Method::WebSocket);
    assert_eq!(
        (report.result, socket.verdict, socket.word),
        (RunResult::Warning, Verdict::Failed, Some(Word::FailsSoFar))
    );
    let attempts: Vec<_> = socket.lanes[0]
        .attempts
        .iter()
        .map(|a| (a.close_class, a.time_class))
        .collect();
    let refused = (
        Some(CloseClass::AbnormalBeforeOpen),
        Some(TimeClass::RoundTrips),
    );
    assert_eq!(attempts, [refused; 2], "once may be chance");
    assert_eq!(method(&report, Method::Polling).verdict, Verdict::Passed);
}

#[test]
fn an_upgrade_that_arrived_unanswered_is_given_up_at_once_and_a_lost_one_at_eight_seconds() {
    let told = |ledger| {
        let mut nature = Faulty::new(|_, _, start| is_socket(start));
        nature.ledger = Some(ledger);
        quick(&mut nature)
    };
    let first_attempt = |told| {
        let methods = report(told).methods.into_iter();
        let mut sockets = methods.filter(|m| m.method == Method::WebSocket);
        let mut lane = sockets.next().expect("a socket").lanes.swap_remove(0);
        lane.attempts.swap_remove(0)
    };
    let lost = told(server::ledger());
    let mut words = lost
        .progress
        .iter()
        .flat_map(|p| &p.methods)
        .filter(|m| m.method == Method::WebSocket)
        .map(|m| m.word);
    assert!(words.any(|word| word == Some(Word::Waiting)));
    let lost = first_attempt(lost);
    assert_eq!(
        (lost.ended, lost.ended_us, lost.time_class),
        (Ended::GaveUp, 8_000_000, Some(TimeClass::OurDeadline))
    );
    let other = first_attempt(told(server::seen("events", 1)));
    assert_eq!(other.ended_us, 8_000_000, "another probe was seen");
    let seen = first_attempt(told(server::seen("web-socket", 1)));
    assert_eq!(seen.ended, Ended::GaveUp);
    assert!((2_000_000..3_000_000).contains(&seen.ended_us), "{seen:?}");
}

#[test]
fn what_breaks_only_where_it_is_compressed_is_told_apart() {
    // Every compressed message is spoilt; or nothing but what everybody gets.
    let told = |spoils: bool, agreed: &'static str, elsewhere: &'static str| {
        let mut nature = Faulty::new(move |world, at, start| {
            let deflates = start.request.url.contains("/web-socket-deflate/");
            let extensions = if deflates { agreed } else { elsewhere };
            let at = at.plus(Micros::ms(40));
            let takes_over = deflates || (is_socket(start) && !elsewhere.is_empty());
            if takes_over {
                let opened = Event::Opened {
                    protocol: String::new(),
                    extensions: extensions.to_owned(),
                };
                world.see(at, start.attempt, opened);
            }
            if deflates && spoils {
                let at = at.plus(Micros::ms(40));
                world.see(at, start.attempt, Event::Errored { closed: true });
                world.see(at, start.attempt, cut());
            }
            takes_over
        });
        let report = report(quick(&mut nature));
        let socket = method(&report, Method::WebSocket);
        let compressed = socket.compressed.clone().expect("it was tried");
        (socket.verdict, compressed)
    };
    let (verdict, compressed) = told(true, "permessage-deflate; client_no_context_takeover", "");
    assert_eq!(
        (verdict, compressed.agreed, compressed.verdict),
        (Verdict::Warning, Some(true), Verdict::Failed)
    );
    assert!(!compressed.on_the_way);
    let (_, compressed) = told(true, "", "permessage-deflate");
    assert_eq!(
        (compressed.agreed, compressed.on_the_way),
        (Some(false), true)
    );
    let healthy = report(quick(&mut Faulty::new(|_, _, _| false)));
    let socket = method(&healthy, Method::WebSocket);
    let compressed = socket.compressed.as_ref().expect("it was tried");
    assert_eq!(
        (socket.verdict, compressed.agreed, compressed.verdict),
        (Verdict::Passed, Some(true), Verdict::Passed)
    );
    assert_eq!(method(&healthy, Method::Polling).compressed, None);
}
