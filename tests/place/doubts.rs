//! What looks like proof and is none.

use pushcheck::diagnosis::{Place, Verdict};
use pushcheck::evidence::{Ended, Event};
use pushcheck::method::Method;
use pushcheck::plan::Lane;
use pushcheck::time::Micros;
use pushcheck::wire::{
    End, JoinedBy, Reached, Scheme, SeenConnection, SeenTcp, Sighting, TcpVantage,
};

use crate::parts::{Scene, abnormal, closed, field, our_close, said, whole_socket, with_a_clock};
use crate::support::INSTANCE;
use crate::support::events::{head, message, opened};
use crate::{is_at, is_between};

fn refused() -> Scene {
    let events = [
        Event::Constructed,
        Event::Errored { closed: true },
        abnormal(),
    ];
    Scene::of(Method::WebSocket, Ended::Failed, &events)
}

fn hello(at: u64, ended: u64, port: u16) -> SeenConnection {
    SeenConnection {
        instance: INSTANCE.to_owned(),
        joined_by: JoinedBy::Address,
        at: Micros::ms(1_000 + at),
        port,
        reached: Reached::Hello,
        bytes_in: 500,
        alert: None,
        certificate: None,
        ended_at: Some(Micros::ms(1_000 + ended)),
        end: Some(End::PeerLeft),
    }
}

#[test]
fn a_connection_that_was_gone_long_before_the_attempt_was_not_its_own() {
    let mut waited = refused().control(None, false);
    let trace = &mut waited.evidence.traces[0];
    trace.events.truncate(1);
    trace.push(Micros::ms(8_100), Event::GaveUp);
    trace.ended = Some(Ended::GaveUp);
    let waited = with_a_clock(waited);
    is_at(
        &waited.clone().connection(hello(110, 120, 443)),
        Place::WayOut,
    );
    is_at(&waited.connection(hello(110, 8_100, 443)), Place::Secure);
}

#[test]
fn a_connection_to_another_lane_s_port_is_another_lane_s() {
    let lane = |id: &str, port| Lane {
        id: id.to_owned(),
        scheme: Scheme::Https,
        host: "probe.test".to_owned(),
        port,
        base: "/".to_owned(),
        skipped: None,
    };
    let mut two = with_a_clock(refused().control(None, false)).connection(hello(105, 115, 8443));
    two.evidence.lanes = vec![lane("main", 443), lane("alt-8443", 8443)];
    is_at(&two, Place::WayOut);
    // Behind a box that maps ports the server's may be any.
    two.evidence.lanes.pop();
    is_at(&two, Place::Secure);
}

#[test]
fn a_marked_answer_that_nobody_saw_arrive_came_from_another_instance() {
    let two = [Place::WayOut, Place::AnsweredFor];
    is_between(&refused().control(Some(head(426, true)), false), two);
    // By a redirect another path of ours may have answered.
    let mut followed = refused()
        .control(Some(head(0, false)), false)
        .control(Some(head(404, true)), false);
    followed.evidence.traces[2].probe = "web-socket-opaque".to_owned();
    is_at(&followed, Place::AnsweredFor);
    let events = [Event::Constructed, opened(), Event::GaveUp];
    let elsewhere = Scene::of(Method::WebSocket, Ended::GaveUp, &events);
    is_between(&elsewhere, [Place::AnsweredFor, Place::FramesBack]);
    // Its words say whose they are.
    let heard = whole_socket(our_close());
    is_at(
        &Scene::of(Method::WebSocket, Ended::Complete, &heard),
        Place::AnsweredFor,
    );
}

#[test]
fn a_front_of_the_operator_s_own_may_say_via_too() {
    let via = || refused().control_with(vec![field("Via", "1.1 google")]);
    is_at(&via(), Place::WayOut);
    let mut fronted = via();
    let about = fronted.evidence.about.as_mut().expect("it was heard");
    about.vantage.tcp = TcpVantage::Proxy;
    is_between(&fronted, [Place::WayOut, Place::AnsweredFor]);
    let mut inspected = via();
    let ledger = inspected.evidence.ledger.as_mut().expect("it was read");
    ledger.sightings[0].tls = true;
    is_between(&inspected, [Place::WayOut, Place::AnsweredFor]);
}

#[test]
fn a_control_that_never_ran_tells_nothing() {
    let mut stopped = refused()
        .control(None, false)
        .control(Some(head(0, false)), true);
    stopped.evidence.traces[1].ended = Some(Ended::Failed);
    is_at(&stopped, Place::AnsweredFor);
    stopped.evidence.traces[1].ended = Some(Ended::Stopped);
    is_between(&stopped, [Place::WayOut, Place::AnsweredFor]);
}

fn unacknowledged(seen: &mut Sighting) {
    seen.status = Some(101);
    (seen.frames_in, seen.frames_out) = (2, 9);
    seen.tcp = Some(SeenTcp {
        rtt_us: 900,
        retransmits: 4,
        unacked: 5,
        timeouts: 3,
    });
}

#[test]
fn a_path_that_dies_is_cut_unless_only_what_is_large_is_lost() {
    let silent_after = |line: &str| {
        let events = [
            Event::Constructed,
            opened(),
            said("echo 1"),
            message(&format!("echo 1 2 3 {INSTANCE}")),
            said(line),
            Event::GaveUp,
        ];
        Scene::of(Method::WebSocket, Ended::GaveUp, &events).seen(unacknowledged)
    };
    is_at(&silent_after("echo 2"), Place::Cut);
    is_at(&silent_after("echo 3 x"), Place::FramesBack);
}

#[test]
fn what_passed_only_later_had_not_worked_before() {
    let with_a_whole_one_at = |at| {
        let mut scene = refused().unread();
        let mut other = scene.evidence.traces[0].clone();
        (other.id, other.attempt, other.ended) = (2, 2, Some(Ended::Complete));
        other.started_at = Micros::ms(at);
        scene.evidence.traces.push(other);
        let first = scene.judged().attempts.remove(0);
        (first.place, first.candidates)
    };
    assert_eq!(with_a_whole_one_at(50), (Some(Place::Cut), Vec::new()));
    assert_eq!(
        with_a_whole_one_at(200),
        (None, vec![Place::WayOut, Place::AnsweredFor])
    );
}

#[test]
fn a_certificate_that_was_refused_need_not_have_been_ours() {
    let events = [
        Event::Constructed,
        Event::Errored { closed: true },
        closed(1015, false),
    ];
    let refused = Scene::of(Method::WebSocket, Ended::Failed, &events);
    is_between(&refused, [Place::Secure, Place::WayOut]);
    let reached = with_a_clock(refused).connection(hello(105, 120, 443));
    is_at(&reached, Place::Secure);
}

#[test]
fn a_scanner_s_own_request_takes_nothing_from_the_one_that_passed() {
    let scene = Scene::of(
        Method::WebSocket,
        Ended::Complete,
        &whole_socket(our_close()),
    );
    let scanned = scene.seen(|seen| seen.status = Some(101)).seen(|seen| {
        seen.status = Some(426);
        seen.headers.clear();
    });
    is_at(&scanned, Place::Nowhere);
    assert_eq!(scanned.judged().verdict, Verdict::Passed);
}
