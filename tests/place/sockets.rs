//! WebSocket: rows T6 to T17.

use pushcheck::diagnosis::{Place, Verdict};
use pushcheck::evidence::{Ended, EngineFamily, Event};
use pushcheck::method::Method;
use pushcheck::plan::DEFLATED;
use pushcheck::wire::{End, SeenClose};

use crate::parts::{Scene, abnormal, closed, field, our_close, said, whole_socket};
use crate::support::events::{message, opened};
use crate::{is_at, is_between};

fn refused() -> Scene {
    Scene::of(
        Method::WebSocket,
        Ended::Failed,
        &[
            Event::Constructed,
            Event::Errored { closed: true },
            abnormal(),
        ],
    )
}

#[test]
fn an_upgrade_that_arrived_with_less_than_browsers_send_was_altered() {
    for without in [
        "Upgrade",
        "Connection",
        "Sec-WebSocket-Version",
        "Sec-WebSocket-Key",
    ] {
        let scene = refused().seen(|seen| {
            seen.status = Some(426);
            seen.headers.retain(|field| field.name != without);
        });
        is_at(&scene, Place::RequestAltered);
    }
    let connection_close = refused().seen(|seen| {
        seen.status = Some(400);
        seen.headers[1] = field("Connection", "close");
    });
    is_at(&connection_close, Place::RequestAltered);
    let old = refused().seen(|seen| {
        seen.status = Some(426);
        seen.http_version = "HTTP/1.0".to_owned();
    });
    is_at(&old, Place::RequestAltered);
}

#[test]
fn an_upgrade_that_arrived_whole_was_refused_by_the_server() {
    let scene = refused().seen(|seen| seen.status = Some(403));
    is_at(&scene, Place::Server);
    let lane = scene.judged();
    assert_eq!(lane.attempts[0].status, Some(403));
    let lower_case = refused().seen(|seen| {
        seen.status = Some(403);
        for field in &mut seen.headers {
            field.name = field.name.to_lowercase();
        }
    });
    is_at(&lower_case, Place::Server);
    let by_http_2 = refused().seen(|seen| {
        seen.status = Some(403);
        seen.method = "CONNECT".to_owned();
        seen.headers.clear();
    });
    is_at(&by_http_2, Place::Server);
}

#[test]
fn an_answer_that_never_opened_the_page_s_socket_was_altered() {
    is_at(
        &refused().seen(|seen| seen.status = Some(101)),
        Place::AnswerAltered,
    );
    let waited = Scene::of(
        Method::WebSocket,
        Ended::GaveUp,
        &[Event::Constructed, Event::GaveUp],
    );
    is_at(
        &waited.seen(|seen| seen.status = Some(101)),
        Place::AnswerAltered,
    );
}

#[test]
fn a_request_without_an_answer_was_cut() {
    is_at(
        &refused().seen(|seen| seen.end = Some(End::PeerLeft)),
        Place::Cut,
    );
}

/// Opened at both ends, then nothing more came to the page.
fn mute(sent: &[&str], came: &[&str]) -> Scene {
    let mut events = vec![Event::Constructed, opened()];
    events.extend(sent.iter().map(|line| said(line)));
    events.extend(came.iter().map(message));
    events.push(Event::GaveUp);
    Scene::of(Method::WebSocket, Ended::GaveUp, &events)
}

#[test]
fn frames_that_never_arrive_are_counted_on_both_sides() {
    let sent = ["ticks 20", "echo 1"];
    let counted = |frames_in, frames_out| {
        mute(&sent, &["tick 1 2 3 aa"]).seen(|seen| {
            seen.status = Some(101);
            (seen.frames_in, seen.frames_out) = (frames_in, frames_out);
        })
    };
    is_at(&counted(0, 1), Place::FramesOut);
    is_at(&counted(1, 1), Place::FramesOut);
    is_at(&counted(2, 2), Place::FramesBack);
    is_at(&counted(1, 5), Place::Cut);
    is_at(&counted(2, 1), Place::Server);
    is_between(
        &mute(&sent, &[]).unread(),
        [Place::FramesOut, Place::FramesBack],
    );
}

#[test]
fn frames_that_arrive_changed_are_told_by_the_side_that_saw_it_first() {
    let scene = |strange_in| {
        let mut events = whole_socket(our_close());
        events.insert(4, message(&""));
        Scene::of(Method::WebSocket, Ended::Complete, &events).seen(|seen| {
            seen.status = Some(101);
            (seen.frames_in, seen.strange_in) = (2, strange_in);
        })
    };
    is_at(&scene(0), Place::FramesBack);
    is_at(&scene(1), Place::FramesOut);
    assert_eq!(scene(0).judged().verdict, Verdict::Failed);
    let unmasked = Scene::of(
        Method::WebSocket,
        Ended::Failed,
        &[opened(), closed(1002, true)],
    );
    is_at(
        &unmasked.seen(|seen| {
            seen.status = Some(101);
            seen.malformed_in = 1;
        }),
        Place::FramesOut,
    );
}

#[test]
fn a_browser_that_ends_it_by_itself_was_sent_what_no_server_sends() {
    let scene = Scene::of(
        Method::WebSocket,
        Ended::Failed,
        &[
            Event::Constructed,
            opened(),
            Event::Errored { closed: true },
            abnormal(),
        ],
    );
    let seen = |close| {
        scene.clone().seen(|seen| {
            seen.status = Some(101);
            seen.close = close;
            seen.end = Some(End::PeerLeft);
        })
    };
    let complaint = SeenClose {
        code: 1002,
        reason_length: 0,
    };
    is_at(&seen(Some(complaint)), Place::FramesBack);
    is_at(&seen(None), Place::FramesBack);
}

#[test]
fn what_worked_and_was_ended_by_neither_end_was_cut() {
    let events = [
        Event::Constructed,
        opened(),
        said("echo 1"),
        message(&"echo 1 2 3 aa"),
        abnormal(),
    ];
    let scene = Scene::of(Method::WebSocket, Ended::Failed, &events);
    let seen = scene.clone().seen(|seen| {
        seen.status = Some(101);
        seen.end = Some(End::Reset);
    });
    is_at(&seen, Place::Cut);
    is_at(&scene.clone().unread(), Place::Cut);
    let by_us = scene.seen(|seen| {
        seen.status = Some(101);
        seen.end = Some(End::OurLimit);
    });
    assert_eq!(by_us.judged().place, None);
    let foreign = [Event::Constructed, opened(), closed(1011, true)];
    let by_a_gateway = Scene::of(Method::WebSocket, Ended::Failed, &foreign);
    is_at(
        &by_a_gateway.seen(|seen| seen.status = Some(101)),
        Place::Cut,
    );
}

#[test]
fn a_close_code_that_is_not_ours_was_put_there() {
    let scene = |close, end| {
        Scene::of(Method::WebSocket, Ended::Complete, &whole_socket(close)).seen(|seen| {
            seen.status = Some(101);
            seen.frames_in = 2;
            seen.end = end;
        })
    };
    is_at(&scene(our_close(), Some(End::Complete)), Place::Nowhere);
    is_at(
        &scene(closed(1000, true), Some(End::Complete)),
        Place::Close,
    );
    is_between(
        &scene(closed(1000, true), Some(End::PeerLeft)),
        [Place::Close, Place::Cut],
    );
}

#[test]
fn a_lost_close_handshake_is_told_by_who_did_not_hear_it() {
    let mut events = whole_socket(Event::GaveUp);
    let sent = 2;
    let scene = |frames_in| {
        Scene::of(Method::WebSocket, Ended::GaveUp, &events).seen(|seen| {
            seen.status = Some(101);
            (seen.frames_in, seen.frames_out) = (frames_in, 1);
        })
    };
    is_at(&scene(sent), Place::FramesBack);
    is_at(&scene(sent - 1), Place::FramesOut);
    events.clear();
}

#[test]
fn what_opens_although_its_upgrade_was_lost_is_worth_a_warning() {
    let whole = |change: fn(&mut pushcheck::wire::Sighting)| {
        Scene::of(
            Method::WebSocket,
            Ended::Complete,
            &whole_socket(our_close()),
        )
        .seen(|seen| {
            seen.status = Some(101);
            change(seen);
        })
    };
    is_at(&whole(|_| {}), Place::Nowhere);
    let lenient = whole(|seen| seen.headers.retain(|field| field.name != "Upgrade"));
    is_at(&lenient, Place::RequestAltered);
    assert_eq!(lenient.judged().verdict, Verdict::Warning);
}

fn offering(opened: Option<&str>, arrived: Option<&str>) -> Scene {
    let mut events = vec![Event::Constructed];
    match opened {
        Some(protocol) => events.push(Event::Opened {
            protocol: protocol.to_owned(),
            extensions: String::new(),
        }),
        None => events.extend([Event::Errored { closed: true }, abnormal()]),
    }
    let mut scene = Scene::of(Method::WebSocket, Ended::Failed, &events).seen(|seen| {
        seen.status = Some(101);
        seen.probe = "web-socket-subprotocol".to_owned();
        seen.headers
            .extend(arrived.map(|offered| field("Sec-WebSocket-Protocol", offered)));
    });
    scene.evidence.traces[0].probe = "web-socket-subprotocol".to_owned();
    scene
}

#[test]
fn a_subprotocol_is_lost_on_the_way_to_us_or_back() {
    // Chromium does not open without it, Firefox does.
    is_at(&offering(None, Some("pushcheck")), Place::AnswerAltered);
    is_at(&offering(Some(""), Some("pushcheck")), Place::AnswerAltered);
    is_at(&offering(None, None), Place::RequestAltered);
    is_at(&offering(Some(""), None), Place::RequestAltered);
}

#[test]
fn an_agreement_to_compress_is_lost_on_the_way_back() {
    let deflating = |told: &str, offers: bool| {
        let events = [
            Event::Constructed,
            Event::Opened {
                protocol: String::new(),
                extensions: told.to_owned(),
            },
            said("echo 1"),
            Event::Errored { closed: true },
            abnormal(),
        ];
        let mut scene = Scene::of(Method::WebSocket, Ended::Failed, &events).seen(|seen| {
            seen.status = Some(101);
            seen.frames_in = 1;
            seen.frames_out = 1;
            seen.end = Some(End::PeerLeft);
            seen.probe = DEFLATED.to_owned();
            let offer = field("Sec-WebSocket-Extensions", "permessage-deflate");
            seen.headers.extend(offers.then_some(offer));
        });
        scene.evidence.traces[0].probe = DEFLATED.to_owned();
        scene
    };
    is_at(&deflating("", true), Place::AnswerAltered);
    // Nobody compressed, or both knew that the other does.
    assert_ne!(
        deflating("", false).judged().place,
        Some(Place::AnswerAltered)
    );
    let told = deflating("permessage-deflate", true);
    assert_ne!(told.judged().place, Some(Place::AnswerAltered));
}

#[test]
fn firefox_errs_at_what_it_cannot_read_and_at_a_reset() {
    let erred = |end, frames_out| {
        let events = [
            Event::Constructed,
            opened(),
            said("echo 1"),
            Event::Errored { closed: true },
            abnormal(),
        ];
        let mut scene = Scene::of(Method::WebSocket, Ended::Failed, &events).seen(|seen| {
            seen.status = Some(101);
            (seen.frames_in, seen.frames_out, seen.end) = (1, frames_out, Some(end));
        });
        let engine = scene.evidence.surroundings.engine.as_mut();
        engine.expect("it is known").family = EngineFamily::Gecko;
        scene
    };
    is_at(&erred(End::PeerLeft, 1), Place::FramesBack);
    is_at(&erred(End::Reset, 1), Place::Cut);
    // A proxy may part politely from us and reset the browser.
    is_at(&erred(End::PeerLeft, 0), Place::Cut);
}
