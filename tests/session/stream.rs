//! An answer that comes piece by piece: the machine alone.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use pushcheck::diagnosis::Verdict;
use pushcheck::evidence::{Ended, Event};
use pushcheck::method::Method;
use pushcheck::plan::{Want, budget};
use pushcheck::session::Session;
use pushcheck::time::Micros;

use crate::faulty::Faulty;
use crate::support::events::{head, message};
use crate::{method, quick, report};

fn stream() -> Session {
    let want = Want::Ticks {
        resumes: false,
        count: 2,
        silent: Micros::ZERO,
    };
    Session::new(Method::StreamingFetch, &want, Micros::ZERO)
}

fn ended(events: &[Event]) -> Option<Ended> {
    let mut session = stream();
    for event in events {
        session.handle(Micros::ms(1), event);
    }
    session.over()
}

#[test]
fn a_stream_is_ours_by_its_mark_and_its_status() {
    assert_eq!(ended(&[head(200, true)]), None);
    assert_eq!(ended(&[head(200, false)]), Some(Ended::Failed));
    assert_eq!(ended(&[head(503, true)]), Some(Ended::Failed));
    let refused = Event::Head {
        status: 200,
        marked: true,
        refused: Some("rate".to_owned()),
    };
    assert_eq!(ended(&[refused]), Some(Ended::Failed));
}

#[test]
fn a_stream_is_whole_when_all_of_its_ticks_came() {
    let opened = || head(200, true);
    let tick = |n: u32| message(&format!("tick {n} 2 3 aa"));
    let other = || message(&"<html>");
    assert_eq!(ended(&[opened(), tick(1), other()]), None);
    assert_eq!(ended(&[opened(), tick(1), tick(2)]), Some(Ended::Complete));
    let cut = [opened(), tick(1), Event::Finished];
    assert_eq!(ended(&cut), Some(Ended::Failed));
}

#[test]
fn a_tick_that_is_due_is_waited_for_anew() {
    let mut session = stream();
    session.handle(Micros::ms(100), &head(200, true));
    let first = session.wake_at().expect("it waits for a tick");
    session.handle(Micros::ms(700), &message(&"tick 1 2 3 aa"));
    let second = session.wake_at().expect("it waits for the other");
    assert_eq!(second.since(first), Micros::ms(600));
    assert!(!session.on_time(first), "too early");
    assert!(session.on_time(second), "its deadline ends it");
}

#[test]
fn a_stream_that_is_lost_is_asked_for_again_beside_it_and_one_that_is_kept_from_all_is_not_whole() {
    for lost in [1, u16::MAX] {
        let mut events = 0;
        let mut nature = Faulty::new(move |world, at, start| {
            let ours = start.request.url.contains("/events/");
            events += u16::from(ours);
            let takes = ours && events <= lost;
            if takes {
                world.see(at, start.attempt, Event::Constructed);
            }
            takes
        });
        let told = quick(&mut nature);
        assert!(told.ended_at <= budget::RUN, "{:?}", told.ended_at);
        let report = report(told);
        let events = method(&report, Method::ServerSentEvents);
        let attempts = &events.lanes[0].attempts;
        let ended: Vec<_> = attempts
            .iter()
            .filter(|a| a.probe == "events")
            .map(|a| a.ended)
            .collect();
        if lost == 1 {
            assert_eq!(events.verdict, Verdict::Passed);
            assert_eq!(ended, [Ended::Stopped, Ended::Complete]);
            assert!(attempts[0].ended_us < 3_000_000, "{}", attempts[0].ended_us);
        } else {
            assert_eq!(events.verdict, Verdict::Failed);
            assert_eq!(ended, [Ended::GaveUp, Ended::Stopped]);
        }
    }
}

#[test]
fn it_is_asked_for_again_while_all_other_long_requests_last() {
    let mut events = 0;
    let mut nature = Faulty::new(move |world, at, start| {
        let url = &start.request.url;
        events += u16::from(url.contains("/events/"));
        let lost = url.contains("/long-poll/") || (url.contains("/events/") && events == 1);
        if lost {
            world.see(at, start.attempt, Event::Constructed);
        }
        lost
    });
    let report = report(quick(&mut nature));
    let events = method(&report, Method::ServerSentEvents);
    assert_eq!(events.verdict, Verdict::Passed);
    let first = &events.lanes[0].attempts[0];
    assert!(first.ended_us < 3_000_000, "{}", first.ended_us);
}
