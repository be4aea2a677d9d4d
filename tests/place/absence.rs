//! Nothing arrived, or nothing is known to have.

use pushcheck::diagnosis::{Place, StatusFrom};
use pushcheck::evidence::{Ended, EngineFamily, Event, Notice, ResourceTiming, StampedNotice};
use pushcheck::method::Method;
use pushcheck::time::Micros;
use pushcheck::wire::{End, Reached, SeenConnection, TcpVantage};

use crate::parts::{Scene, abnormal, clocked, closed, connection, field, with_a_clock};
use crate::support::events::{body, head};
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
fn without_a_complete_ledger_nothing_is_claimed_of_the_way() {
    let two = [Place::WayOut, Place::AnsweredFor];
    is_between(&refused().unread(), two);
    is_between(&refused().incomplete(), two);
    is_between(&refused().incomplete().control(None, false), two);
}

#[test]
fn what_reached_nobody_by_any_way_was_lost_on_its_way_out() {
    is_at(
        &refused().control(None, false).control(None, false),
        Place::WayOut,
    );
    let mut behind = refused().control(None, false);
    let about = behind.evidence.about.as_mut().expect("it was heard");
    about.vantage.tcp = TcpVantage::Proxy;
    is_between(&behind, [Place::WayOut, Place::Secure]);
    let mut crowded = refused().control(None, false);
    let ledger = crowded.evidence.ledger.as_mut().expect("it was read");
    ledger.instances[0].connections_lost = 1;
    is_between(&crowded, [Place::WayOut, Place::Secure]);
    let mut fronted = refused().control(None, false);
    let about = fronted.evidence.about.as_mut().expect("it was heard");
    about.vantage.undeclared_front = true;
    is_between(&fronted, [Place::WayOut, Place::Secure]);
    let forward = fronted.seen(|seen| {
        seen.probe = "other".to_owned();
        seen.headers = vec![field("Via", "1.1 box (squid)")];
    });
    is_at(&forward, Place::WayOut);
    is_between(&refused(), [Place::WayOut, Place::Secure]);
}

#[test]
fn an_answer_of_others_on_the_same_path_was_given_for_us() {
    is_at(
        &refused().control(Some(head(404, false)), false),
        Place::AnsweredFor,
    );
    is_at(
        &refused().control(Some(head(0, false)), false),
        Place::AnsweredFor,
    );
    let lane = refused().control(Some(head(404, false)), false).judged();
    let first = &lane.attempts[0];
    assert_eq!(
        (first.status, first.status_from),
        (Some(404), Some(StatusFrom::SamePath))
    );
    assert_eq!(first.because, ["trace:1", "trace:2"]);
}

#[test]
fn plain_requests_that_pass_leave_two_places_unless_a_proxy_shows_itself() {
    is_between(
        &refused().control(Some(head(426, true)), true),
        [Place::WayOut, Place::AnsweredFor],
    );
    let by_proxy = refused().control_with(vec![field("Via", "1.1 box (squid)")]);
    is_at(&by_proxy, Place::WayOut);
}

#[test]
fn a_connection_that_broke_before_its_request_was_not_secure() {
    for (reached, end) in [
        (Reached::Hello, End::PeerLeft),
        (Reached::TlsToPlain, End::PeerLeft),
        (Reached::PlainToTls, End::PeerLeft),
        (Reached::Accepted, End::Reset),
        // Row T5: an inspecting box greets us before its visitor, who does not trust it.
        (Reached::Secured, End::PeerLeft),
    ] {
        let scene =
            with_a_clock(refused().control(None, false)).connection(connection(reached, end));
        is_at(&scene, Place::Secure);
        let because = &scene.judged().attempts[0].because;
        assert!(because.contains(&"connection:1".to_owned()), "{because:?}");
    }
    let kept_for_later = connection(Reached::Accepted, End::PeerLeft);
    is_at(
        &with_a_clock(refused().control(None, false)).connection(kept_for_later),
        Place::WayOut,
    );
    let later = SeenConnection {
        at: Micros::ms(9_000),
        ended_at: Some(Micros::ms(9_001)),
        ..connection(Reached::Hello, End::PeerLeft)
    };
    is_at(
        &with_a_clock(refused().control(None, false)).connection(later),
        Place::WayOut,
    );
}

#[test]
fn firefox_tells_that_tls_failed() {
    let events = [
        Event::Constructed,
        Event::Errored { closed: true },
        closed(1015, false),
    ];
    is_at(
        &Scene::of(Method::WebSocket, Ended::Failed, &events).unread(),
        Place::Secure,
    );
}

#[test]
fn what_never_left_stayed_in_the_page() {
    let name = "SecurityError".to_owned();
    let directive = "connect-src".to_owned();
    for events in [
        vec![Event::Threw { name }],
        vec![Event::Unsupported],
        vec![Event::Constructed, Event::Blocked { directive }],
    ] {
        is_at(
            &Scene::of(Method::WebSocket, Ended::Failed, &events),
            Place::Page,
        );
    }
    let mut offline = refused();
    offline.evidence.surroundings.online = false;
    is_at(&offline, Place::Page);
    let back = StampedNotice {
        at: Micros::ms(50),
        notice: Notice::Online,
    };
    offline.evidence.surroundings.notices.push(back);
    is_between(&offline, [Place::WayOut, Place::Secure]);
}

#[test]
fn somebody_else_s_upgrade_is_not_ours() {
    let events = crate::parts::whole_socket(crate::parts::our_close());
    is_at(
        &Scene::of(Method::WebSocket, Ended::Failed, &events),
        Place::AnsweredFor,
    );
}

#[test]
fn an_instance_that_the_page_heard_and_the_ledger_did_not_leaves_absence_unproved() {
    let lost = || with_a_clock(refused().control(None, false));
    is_at(&lost(), Place::WayOut);
    // About came from another process than the ledger.
    let mut other = lost();
    let about = other.evidence.about.as_mut().expect("it was heard");
    about.instance.id = "00000000000000bb".to_owned();
    is_between(&other, [Place::WayOut, Place::AnsweredFor]);
    // So did a poll.
    let mut other = lost();
    let poll = other.evidence.traces.last_mut().expect("a poll");
    poll.push(Micros::ms(3), body(&"at 1 2 00000000000000bb\n"));
    is_between(&other, [Place::WayOut, Place::AnsweredFor]);
}

#[test]
fn a_ledger_that_stopped_watching_too_early_leaves_absence_unproved() {
    let mut early = with_a_clock(refused().control(None, false));
    let ledger = early.evidence.ledger.as_mut().expect("it was read");
    // The refusal came 20 ms after its start at 100 ms; the server's clock is a second ahead.
    ledger.instances[0].seen_through = Micros::ms(1_110);
    is_between(&early, [Place::WayOut, Place::AnsweredFor]);
    let ledger = early.evidence.ledger.as_mut().expect("it was read");
    ledger.instances[0].seen_through = Micros::ms(1_130);
    is_at(&early, Place::WayOut);
}

#[test]
fn what_fails_before_any_packet_came_back_was_refused_nearby() {
    let mut far = refused().control(Some(head(426, true)), true);
    far = clocked(far, Micros::ms(90));
    for stamped in &mut far.evidence.traces[0].events {
        stamped.at = Micros::ms(102);
    }
    is_between(&far, [Place::Page, Place::WayOut]);
    // One that the page was told of late broke where the quickest did.
    let mut late = far.clone();
    let mut first = late.evidence.traces[0].clone();
    (first.id, first.attempt) = (8, 2);
    for stamped in &mut first.events {
        stamped.at = Micros::ms(400);
    }
    late.evidence.traces.insert(0, first);
    is_between(&late, [Place::Page, Place::WayOut]);
}

#[test]
fn what_firefox_takes_for_an_answer_of_the_oldest_kind_was_said_by_our_tls_port() {
    let answered = refused().control(Some(head(0, false)), false);
    is_at(&answered, Place::AnsweredFor);
    let wrong = with_a_clock(answered).connection(connection(Reached::PlainToTls, End::Broken));
    is_at(&wrong, Place::Secure);
}

#[test]
fn firefox_drops_a_socket_when_it_learns_of_http2() {
    let mut dropped = refused().control(Some(head(426, true)), true);
    let mut next = dropped.evidence.traces[0].clone();
    (next.id, next.attempt, next.ended) = (7, 2, Some(Ended::Complete));
    let two = [Place::WayOut, Place::AnsweredFor];
    dropped.evidence.traces.push(next);
    let candidates = |scene: &Scene| scene.judged().attempts[0].candidates.clone();
    assert_eq!(candidates(&dropped), two);
    let engine = dropped.evidence.surroundings.engine.as_mut();
    engine.expect("it is known").family = EngineFamily::Gecko;
    assert_eq!(candidates(&dropped), two, "over HTTP/1.1 it does not");
    let timing = ResourceTiming {
        protocol: Some("h2".to_owned()),
        ..ResourceTiming::default()
    };
    dropped.evidence.traces[1].push(Micros::ms(200), Event::Timed { timing });
    assert_eq!(candidates(&dropped), [Place::Page, Place::WayOut]);
}
