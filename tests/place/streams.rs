//! Server-sent events and streaming fetch.

use pushcheck::diagnosis::{Asked, Place, Verdict, diagnose};
use pushcheck::evidence::{Ended, Event};
use pushcheck::method::Method;
use pushcheck::time::Micros;
use pushcheck::wire::{End, SeenTcp, tick_due};

use crate::parts::Scene;
use crate::support::INSTANCE;
use crate::support::events::{body, head, message, opened};
use crate::{is_at, is_between};

fn failed(event: Event) -> Scene {
    Scene::of(
        Method::ServerSentEvents,
        Ended::Failed,
        &[Event::Constructed, event],
    )
}

fn no_reason() -> Scene {
    failed(Event::Errored { closed: true })
}

#[test]
fn an_answer_that_the_page_may_not_read_was_altered() {
    let answered = no_reason().seen(|seen| seen.status = Some(200));
    is_between(&answered, [Place::AnswerAltered, Place::Cut]);
    let some_form_passes = answered
        .clone()
        .control(None, true)
        .control(Some(head(0, false)), true);
    is_at(&some_form_passes, Place::AnswerAltered);
    is_at(&answered.control(None, true), Place::Cut);
}

#[test]
fn a_refusal_is_the_server_s_and_silence_a_cut() {
    is_at(
        &no_reason().seen(|seen| seen.status = Some(403)),
        Place::Server,
    );
    is_at(
        &no_reason().seen(|seen| seen.end = Some(End::PeerLeft)),
        Place::Cut,
    );
}

#[test]
fn a_head_that_is_not_ours_was_given_by_others() {
    let streaming = |event| {
        Scene::of(
            Method::StreamingFetch,
            Ended::Failed,
            &[Event::Constructed, event],
        )
    };
    is_at(&streaming(head(502, false)), Place::AnsweredFor);
    is_at(
        &streaming(head(502, false)).seen(|seen| seen.status = Some(200)),
        Place::AnswerAltered,
    );
    is_at(&streaming(head(504, false)).seen(|_| {}), Place::Cut);
    is_between(
        &streaming(head(502, false)).incomplete(),
        [Place::AnsweredFor, Place::Cut],
    );
    is_at(
        &streaming(head(503, true)).seen(|seen| seen.status = Some(503)),
        Place::Server,
    );
}

/// Opened, then so many ticks, then silence or an end.
fn stream(ticks: u32, ended: Ended) -> Scene {
    let mut events = vec![Event::Constructed, opened()];
    events.extend((1..=ticks).map(|n| message(&format!("tick {n} {n} {n} aa"))));
    events.push(match ended {
        Ended::GaveUp => Event::GaveUp,
        _ => Event::Errored { closed: false },
    });
    Scene::of(Method::ServerSentEvents, ended, &events)
}

#[test]
fn what_was_written_and_did_not_come_in_time_is_held() {
    let seen = |ticks_out, timeouts: Option<u32>| {
        stream(2, Ended::GaveUp).seen(|seen| {
            seen.status = Some(200);
            seen.ticks_out = ticks_out;
            // What was written last is never acknowledged yet.
            seen.tcp = timeouts.map(|timeouts| SeenTcp {
                rtt_us: 1,
                retransmits: timeouts,
                unacked: 1,
                timeouts,
            });
        })
    };
    is_at(&seen(20, Some(0)), Place::Held);
    is_at(&seen(2, Some(0)), Place::Server);
    // A path that died is no box that holds; where the kernel does not tell, it may be either.
    is_at(&seen(20, Some(6)), Place::Cut);
    is_between(&seen(20, None), [Place::Held, Place::Cut]);
    is_between(
        &stream(2, Ended::GaveUp).unread(),
        [Place::Held, Place::Cut],
    );
    let headers_too = Scene::of(
        Method::StreamingFetch,
        Ended::GaveUp,
        &[Event::Constructed, Event::GaveUp],
    );
    is_at(
        &headers_too.seen(|seen| seen.status = Some(200)),
        Place::Held,
    );
}

#[test]
fn what_ended_before_its_last_tick_was_cut() {
    let scene = stream(2, Ended::Failed).seen(|seen| {
        seen.status = Some(200);
        seen.end = Some(End::PeerLeft);
    });
    is_at(&scene, Place::Cut);
    is_at(&stream(2, Ended::Failed).unread(), Place::Cut);
}

/// All ticks, each at the time that a box between makes of its due time.
fn arriving(at: impl Fn(u32) -> Micros) -> Scene {
    let mut scene = Scene::of(
        Method::ServerSentEvents,
        Ended::Complete,
        &[Event::Constructed, opened()],
    )
    .seen(|seen| seen.status = Some(200));
    let trace = &mut scene.evidence.traces[0];
    for n in 1..=20 {
        let due = tick_due(n).0;
        trace.push(at(n), message(&format!("tick {n} {due} {due} aa")));
    }
    scene
}

/// Polls beside it, whose round trips take that long.
fn beside(mut scene: Scene, trip: impl Fn(u64) -> Micros) -> Scene {
    for n in 0..9 {
        let asked = Micros::ms(500 * n);
        let answered = asked.plus(trip(n));
        let mut poll = scene.evidence.traces[0].clone();
        (poll.method, poll.probe) = (Method::Polling, format!("poll-{n}"));
        poll.events.clear();
        poll.push(asked, Event::Constructed);
        poll.push(answered, head(200, true));
        let stamp = asked.plus(Micros(trip(n).0 / 2)).0;
        poll.push(answered, body(&format!("at {stamp} {stamp} aa\n")));
        scene.evidence.traces.push(poll);
    }
    scene
}

#[test]
fn late_is_held_and_jitter_is_not() {
    let in_step = |n: u32| tick_due(n).plus(Micros::ms(120));
    let jitter = |n: u32| in_step(n).plus(Micros::ms(u64::from(n * 37 % 80)));
    let at_the_end = |_: u32| in_step(20);
    let every_second = |n: u32| Micros(in_step(n).0.next_multiple_of(1_000_000));
    let one_behind = |n: u32| in_step(n + 1);
    for healthy in [arriving(in_step), arriving(jitter)] {
        is_at(&healthy, Place::Nowhere);
        assert_eq!(healthy.judged().verdict, Verdict::Passed);
    }
    for held in [
        arriving(at_the_end),
        arriving(every_second),
        arriving(one_behind),
    ] {
        let held = beside(held, |_| Micros::ms(100));
        is_at(&held, Place::Held);
        assert_eq!(held.judged().verdict, Verdict::Warning);
    }
    // What waits for an acknowledgement is sent once a round trip.
    let once_a_trip = |n: u32| Micros(in_step(n).0.next_multiple_of(400_000));
    for with_a_socket in [false, true] {
        let mut nagle = arriving(once_a_trip);
        if with_a_socket {
            let mut socket = arriving(in_step).evidence.traces.remove(0);
            (socket.method, socket.id) = (Method::WebSocket, 2);
            nagle.evidence.traces.push(socket);
        }
        is_at(&beside(nagle.clone(), |_| Micros::ms(400)), Place::Nowhere);
        is_at(&beside(nagle, |_| Micros::ms(100)), Place::Held);
    }
    // Nor is a rough path, on which the round trips differ as much.
    let rough = |n: u32| in_step(n).plus(Micros::ms(u64::from(n * 97 % 260)));
    let rough = beside(arriving(rough), |n| Micros::ms(240 + n * 97 % 260));
    is_at(&rough, Place::Nowhere);
    // Nor what a page that stands still much hears late.
    let mut busy = beside(arriving(every_second), |_| Micros::ms(240));
    let surroundings = &mut busy.evidence.surroundings;
    (surroundings.late_us, surroundings.longest_gap_us) = (3_000_000, 900_000);
    is_at(&busy, Place::Nowhere);
    busy.evidence.surroundings.late_us = 300_000;
    is_at(&busy, Place::Held);
    // Without anything beside it nothing is claimed.
    is_at(&arriving(at_the_end), Place::Nowhere);
}

#[test]
fn what_is_as_late_by_web_socket_is_not_held_but_slow() {
    let mut scene = arriving(|_| tick_due(20).plus(Micros::ms(120)));
    let mut socket = scene.evidence.traces[0].clone();
    (socket.method, socket.id) = (Method::WebSocket, 2);
    scene.evidence.traces.push(socket);
    is_at(&scene, Place::Nowhere);
}

#[test]
fn a_tick_that_was_changed_on_its_way_is_an_altered_answer() {
    let changed = Event::Message {
        line: String::new(),
        bytes: 50,
        id: None,
    };
    let scene = Scene::of(
        Method::ServerSentEvents,
        Ended::Complete,
        &[Event::Constructed, opened(), changed],
    )
    .seen(|seen| seen.status = Some(200));
    is_at(&scene, Place::AnswerAltered);
    assert_eq!(scene.judged().verdict, Verdict::Failed);
}

#[test]
fn an_answer_that_never_came_where_others_of_its_kind_did_was_cut() {
    let mut silent = no_reason().seen(|seen| seen.status = Some(200));
    let mut whole = silent.evidence.traces[0].clone();
    (whole.id, whole.attempt, whole.ended) = (2, 2, Some(Ended::Complete));
    silent.evidence.traces.push(whole);
    assert_eq!(silent.judged().attempts[0].place, Some(Place::Cut));
    // Nor where its connection was forgotten on the way: nobody is told.
    let first = &mut silent.evidence.traces[0];
    first.events.pop();
    first.push(Micros::ms(8_100), Event::GaveUp);
    first.ended = Some(Ended::GaveUp);
    assert_eq!(silent.judged().attempts[0].place, Some(Place::Cut));
}

#[test]
fn a_silence_on_a_shared_connection_is_as_long_as_nobody_else_speaks_on_it() {
    let silent = |other: u32| {
        let events = [
            Event::Constructed,
            opened(),
            message(&format!("tick 9 9000000 9000000 {INSTANCE}")),
        ];
        let mut scene =
            Scene::of(Method::ServerSentEvents, Ended::Complete, &events).seen(|seen| {
                (seen.status, seen.connection) = (Some(200), 7);
                seen.answered_at = Some(Micros::ms(1_000));
            });
        scene = scene.seen(|seen| {
            seen.probe = "another".to_owned();
            seen.connection = other;
            (seen.at, seen.ended_at) = (Micros::ms(3_000), Some(Micros::ms(4_000)));
        });
        let report = diagnose(&scene.evidence, &Asked::default()).methods;
        let events = report
            .into_iter()
            .find(|m| m.method == Method::ServerSentEvents);
        events.and_then(|events| events.idle_tested_ms)
    };
    assert_eq!(silent(8), Some(8_000));
    assert_eq!(silent(7), Some(5_000));
}
