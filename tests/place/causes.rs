//! Why: the claim of each kind of fault, how strongly, and what takes it back.

use pushcheck::diagnosis::{Asked, Code, Finding, Place, Rival, Severity, Strength, diagnose};
use pushcheck::evidence::{Ended, Engine, EngineFamily, Event};
use pushcheck::method::Method;
use pushcheck::plan::Lane;
use pushcheck::wire::{
    End, OutsideIn, OutsideTry, Reached, Scheme, SeenConnection, ShownCertificate,
};

use crate::parts::{
    Scene, abnormal, closed, connection, field, main_lane, our_close, said, whole_socket,
    with_a_clock,
};
use crate::support::INSTANCE;
use crate::support::events::{body, head, message, opened};

/// What costs the visitor something.
fn findings(scene: &Scene) -> Vec<Finding> {
    let method = scene.evidence.traces[0].method;
    let asked = Asked {
        methods: vec![method],
        required: Vec::new(),
    };
    let mut evidence = scene.evidence.clone();
    evidence.lanes = vec![main_lane()];
    let mut findings = diagnose(&evidence, &asked).findings;
    // A poll that only gives the clock has a fate of its own.
    findings.retain(|finding| finding.severity != Severity::Info && finding.method == Some(method));
    findings
}

#[track_caller]
fn claims(scene: &Scene, code: Code, strength: Strength) -> Finding {
    let findings = findings(scene);
    let [finding] = &findings[..] else {
        panic!("{findings:?}");
    };
    assert_eq!((finding.code, finding.strength), (code, strength));
    assert!(!finding.because.is_empty(), "it says by what");
    let place = finding.place;
    assert!(place.is_none_or(|place| code.places().contains(&place)));
    let rivals = &finding.rivals;
    assert!(
        strength != Strength::Proved || rivals.is_empty(),
        "{rivals:?}"
    );
    assert!(rivals.len() <= 3 && rivals.iter().all(|rival| rival.code != code));
    finding.clone()
}

fn failed(events: &[Event]) -> Scene {
    Scene::of(Method::WebSocket, Ended::Failed, events)
}

fn refused() -> Scene {
    failed(&[
        Event::Constructed,
        Event::Errored { closed: true },
        abnormal(),
    ])
}

/// The server's own try of the method met that; `None`: it passed.
fn outside(mut scene: Scene, met: Option<(u16, bool)>) -> Scene {
    let method = scene.evidence.traces[0].method;
    let about = scene.evidence.about.as_mut().expect("it was heard");
    about.outside_in = Some(OutsideIn {
        age_ms: 1,
        tries: vec![OutsideTry {
            method,
            passed: met.is_none(),
            status: Some(met.map_or(101, |(status, _)| status)),
            marked: Some(met.is_none_or(|(_, marked)| marked)),
        }],
    });
    scene
}

#[test]
fn a_lost_upgrade_is_the_operator_s_where_the_server_s_own_try_loses_it_too() {
    let stripped = refused().seen(|seen| {
        seen.status = Some(426);
        seen.headers.retain(|field| field.name != "Upgrade");
    });
    let alone = claims(&stripped, Code::RpNoUpgrade, Strength::Possible);
    assert_eq!(alone.rivals[0].code, Code::TlsInspectionStripsUpgrade);
    assert_eq!(alone.rivals[0].separated_by, "outside-in");
    let both = outside(stripped.clone(), Some((426, true)));
    claims(&both, Code::RpNoUpgrade, Strength::Proved);
    // Somebody on the visitor's way: the site's own proxy is none of the rivals any more.
    let passes = outside(stripped.clone(), None);
    claims(&passes, Code::ProxyPolicyWebsocket, Strength::Possible);
    let is_own = |rival: &Rival| rival.code == Code::RpNoUpgrade;
    // Whoever says `Via` may be anybody's.
    let named = stripped.control_with(vec![field("Via", "1.1 box (squid)")]);
    let by_proxy = claims(&named, Code::ProxyPolicyWebsocket, Strength::Possible);
    assert!(by_proxy.rivals.iter().any(is_own));
    let both = claims(
        &outside(named, None),
        Code::ProxyPolicyWebsocket,
        Strength::Likely,
    );
    assert!(!both.rivals.iter().any(is_own));
}

#[test]
fn half_an_upgrade_and_an_old_version_are_told_by_the_head() {
    let half = refused().seen(|seen| {
        seen.status = Some(426);
        seen.headers.retain(|field| field.name != "Connection");
        seen.headers.push(field("Connection", "close"));
    });
    let half = outside(half, Some((426, true)));
    claims(&half, Code::RpConnectionOnly, Strength::Proved);
    let old = refused().seen(|seen| {
        seen.status = Some(426);
        seen.http_version = "HTTP/1.0".to_owned();
    });
    claims(&old, Code::Http10Downgrade, Strength::Proved);
}

#[test]
fn what_the_server_itself_refuses_is_proved_by_its_word() {
    for (why, code) in [
        ("origin", Code::OriginRejected),
        ("subprotocol", Code::SubprotocolMismatch),
        ("version", Code::WsVersionOrNotWs),
    ] {
        let scene = refused().seen(|seen| {
            seen.status = Some(403);
            seen.refused = Some(why.to_owned());
        });
        claims(&scene, code, Strength::Proved);
    }
}

#[test]
fn a_status_before_the_server_is_proved_where_its_own_try_met_it() {
    let before = || refused().control(Some(head(404, false)), false);
    claims(&before(), Code::WsPath404, Strength::Likely);
    for (status, code) in [
        (404, Code::WsPath404),
        (301, Code::WsRedirect),
        (401, Code::AuthRejected),
        (502, Code::UpstreamDown),
        (429, Code::RateOrConnectionLimit),
    ] {
        let scene = outside(
            refused().control(Some(head(0, false)), false),
            Some((status, false)),
        );
        claims(&scene, code, Strength::Proved);
    }
    // What it means is not known.
    let teapot = refused().control(Some(head(418, false)), false);
    assert!(findings(&teapot).is_empty());
}

#[test]
fn a_changed_101_is_one_whoever_changed_it() {
    let accepted = refused().seen(|seen| {
        seen.status = Some(101);
        seen.end = Some(End::PeerLeft);
    });
    claims(&accepted, Code::FilterRewrites101, Strength::Proved);
    let mut fronted = accepted.clone();
    let about = fronted.evidence.about.as_mut().expect("it was heard");
    about.vantage.trusted_hops = 1;
    claims(&fronted, Code::FilterRewrites101, Strength::Proved);
    let there_too = outside(fronted, Some((101, true)));
    claims(&there_too, Code::FilterRewrites101, Strength::Proved);
}

#[test]
fn what_is_kept_on_an_open_socket_is_told_by_both_counts() {
    let mute = |came: &[Event]| {
        let mut events = vec![Event::Constructed, opened(), said("echo 1")];
        events.extend(came.iter().cloned());
        events.push(Event::GaveUp);
        Scene::of(Method::WebSocket, Ended::GaveUp, &events)
    };
    let up = mute(&[]).seen(|seen| seen.status = Some(101));
    claims(&up, Code::FilterHoldsUpstream, Strength::Proved);
    let down = mute(&[]).seen(|seen| {
        seen.status = Some(101);
        (seen.frames_in, seen.frames_out) = (1, 1);
    });
    claims(&down, Code::FilterHoldsDownstream, Strength::Proved);
    let strange = mute(&[message(&"")]).seen(|seen| {
        seen.status = Some(101);
        (seen.frames_in, seen.frames_out) = (1, 1);
    });
    claims(&strange, Code::FrameTamper, Strength::Proved);
}

#[test]
fn a_certificate_is_refused_for_what_we_see_wrong_with_it() {
    let unsecured = |alert, certificate| {
        with_a_clock(refused().control(None, false)).connection(SeenConnection {
            alert,
            certificate,
            ..connection(Reached::Hello, End::Broken)
        })
    };
    for (alert, shown, code, strength) in [
        (
            46,
            Some(ShownCertificate::Expired),
            Code::CertExpired,
            Strength::Proved,
        ),
        (
            46,
            Some(ShownCertificate::OtherName),
            Code::CertNameMismatch,
            Strength::Proved,
        ),
        (
            48,
            Some(ShownCertificate::SelfSigned),
            Code::CertUntrusted,
            Strength::Proved,
        ),
        (
            48,
            Some(ShownCertificate::Sound),
            Code::CertUntrusted,
            Strength::Likely,
        ),
        (45, None, Code::CertExpired, Strength::Proved),
        (46, None, Code::CertUntrusted, Strength::Possible),
        (
            70,
            Some(ShownCertificate::Sound),
            Code::TlsVersionOrMtls,
            Strength::Likely,
        ),
    ] {
        claims(&unsecured(Some(alert), shown), code, strength);
    }
    let crossed = with_a_clock(refused().control(None, false))
        .connection(connection(Reached::TlsToPlain, End::Broken));
    claims(&crossed, Code::SchemePortMismatch, Strength::Proved);
}

#[test]
fn what_nobody_heard_of_is_possible_at_most() {
    let silent = Scene::of(
        Method::WebSocket,
        Ended::GaveUp,
        &[Event::Constructed, Event::GaveUp],
    );
    claims(&silent.unread(), Code::PortBlackholed, Strength::Possible);
    let lost = claims(&refused().unread(), Code::DnsFailure, Strength::Possible);
    assert_eq!(lost.rivals[0].code, Code::PortRefused);
}

#[test]
fn only_where_a_plain_request_reads_nothing_is_it_about_reading() {
    let events = [Event::Constructed, Event::Errored { closed: true }];
    let stream = || {
        Scene::of(Method::ServerSentEvents, Ended::Failed, &events)
            .seen(|seen| seen.status = Some(200))
    };
    let unreadable = stream()
        .control(None, true)
        .control(Some(head(0, false)), true);
    let mut unreadable = unreadable;
    unreadable.evidence.traces[2].probe = "events-opaque".to_owned();
    let ledger = unreadable.evidence.ledger.as_mut().expect("it was read");
    ledger.sightings[2].probe = "events-opaque".to_owned();
    claims(&unreadable, Code::CorsRejected, Strength::Proved);
}

#[test]
fn polls_that_never_arrived_and_were_answered_by_us_come_from_a_cache() {
    let text = format!("at 1001000 1001000 {INSTANCE}\n");
    let events = [Event::Constructed, head(200, true), body(&text)];
    let cached = Scene::of(Method::Polling, Ended::Complete, &events);
    claims(&cached, Code::PollCached, Strength::Proved);
}

#[test]
fn a_close_in_another_s_name_is_told_and_a_whole_socket_has_no_cause() {
    let seen = |scene: Scene| {
        scene.seen(|seen| {
            seen.status = Some(101);
            (seen.frames_in, seen.frames_out) = (2, 1);
            seen.end = Some(End::Complete);
        })
    };
    let whole = |close| Scene::of(Method::WebSocket, Ended::Complete, &whole_socket(close));
    assert!(findings(&seen(whole(our_close()))).is_empty());
    let altered = findings(&seen(whole(closed(1011, true))));
    assert!(
        altered
            .iter()
            .all(|finding| finding.code == Code::CloseCodeAltered),
        "{altered:?}"
    );
}

#[test]
fn attempts_that_passed_stand_against_it_and_the_same_on_another_lane_is_folded() {
    let mut evidence = refused().unread().evidence;
    let mut elsewhere = evidence.traces[0].clone();
    (elsewhere.id, elsewhere.lane) = (2, "alt-1".to_owned());
    evidence.traces.push(elsewhere);
    let lane = |id: &str, port| Lane {
        id: id.to_owned(),
        scheme: Scheme::Http,
        host: "probe.test".to_owned(),
        port,
        base: "/".to_owned(),
        skipped: None,
    };
    evidence.lanes = vec![lane("main", 80), lane("alt-1", 8080)];
    let asked = Asked {
        methods: vec![Method::WebSocket],
        required: Vec::new(),
    };
    let findings = diagnose(&evidence, &asked).findings;
    let told: Vec<_> = findings
        .iter()
        .map(|one| (one.code, one.lane.as_deref(), one.folded_under.as_deref()))
        .collect();
    let expected = [
        (Code::DnsFailure, Some("main"), None),
        (Code::DnsFailure, Some("alt-1"), Some("f1")),
    ];
    assert_eq!(told, expected);
    // Of two polls one came from a cache.
    let text = format!("at 1001000 1001000 {INSTANCE}\n");
    let events = [Event::Constructed, head(200, true), body(&text)];
    let mut cached = Scene::of(Method::Polling, Ended::Complete, &events).seen(|seen| {
        seen.attempt = 2;
        seen.status = Some(200);
    });
    let mut arrived = cached.evidence.traces[0].clone();
    (arrived.id, arrived.attempt) = (2, 2);
    cached.evidence.traces.push(arrived);
    let finding = claims(&cached, Code::PollCached, Strength::Proved);
    assert_eq!((finding.seen, finding.of), (1, 2));
    assert_eq!(finding.against, ["trace:2"]);
}

#[test]
fn an_error_that_the_browser_s_own_log_names_is_the_cause() {
    let mut refused = refused();
    refused.evidence.ledger = None;
    let guess = claims(&refused, Code::DnsFailure, Strength::Possible);
    let logged = |name: &str| {
        let mut scene = refused.clone();
        let trace = &mut scene.evidence.traces[0];
        let name = name.to_owned();
        trace.push(trace.events[0].at, Event::NetError { name });
        scene
    };
    assert!(guess.place.is_none());
    for (name, code) in [
        ("ERR_CONNECTION_TIMED_OUT", Code::PortBlackholed),
        ("NS_ERROR_UNKNOWN_HOST", Code::DnsFailure),
        ("ERR_PROXY_AUTH_REQUESTED", Code::ProxyAuth407),
    ] {
        let found = claims(&logged(name), code, Strength::Proved);
        assert_eq!(found.place, Some(Place::WayOut), "{name}");
    }
    // A proxy refused the tunnel, for a port or for something else.
    let tunnel = logged("ERR_TUNNEL_CONNECTION_FAILED");
    claims(&tunnel, Code::ProxyConnectPortDenied, Strength::Likely);
    // Or a filter leads the name to an address where nobody listens.
    let closed = logged("ERR_CONNECTION_REFUSED");
    claims(&closed, Code::PortRefused, Strength::Likely);
    // Who showed the certificate it does not tell.
    let issuer = logged("ERR_CERT_AUTHORITY_INVALID");
    claims(&issuer, Code::CertUntrusted, Strength::Possible);
    claims(&logged("ERR_FAILED"), Code::DnsFailure, Strength::Possible);
}

#[test]
fn a_close_frame_says_why_by_its_code() {
    for (code, cause, strength) in [
        (1002, Code::ProtocolError1002, Strength::Proved),
        (1007, Code::InvalidUtf81007, Strength::Proved),
        (1008, Code::Policy1008, Strength::Proved),
        (1009, Code::MessageTooBig1009, Strength::Proved),
        (1012, Code::ServerRestart101x, Strength::Likely),
        (3000, Code::AppClose4xxx, Strength::Possible),
        (4999, Code::AppClose4xxx, Strength::Possible),
    ] {
        let ended = |clean| failed(&[Event::Constructed, opened(), closed(code, clean)]);
        let seen = |scene: Scene| scene.seen(|seen| seen.status = Some(101));
        claims(&seen(ended(true)), cause, strength);
        // Without a frame of that code it is only what the browser says of itself.
        let named = findings(&seen(ended(false)));
        assert!(named.iter().all(|finding| finding.code != cause), "{code}");
    }
}

#[test]
fn nothing_is_proved_in_an_engine_that_the_lab_does_not_run() {
    let lost = refused().seen(|seen| {
        seen.status = Some(426);
        seen.headers.retain(|field| field.name != "Upgrade");
    });
    let mut lost = outside(lost, Some((426, true)));
    let surroundings = &mut lost.evidence.surroundings;
    surroundings.engine = Some(Engine {
        family: EngineFamily::WebKit,
        version: 605,
    });
    surroundings.user_agent = "Mozilla/5.0 (Macintosh) Safari".to_owned();
    claims(&lost, Code::RpNoUpgrade, Strength::Likely);
    lost.evidence.surroundings.user_agent = "Mozilla/5.0 (X11; Linux) Safari".to_owned();
    claims(&lost, Code::RpNoUpgrade, Strength::Proved);
}

#[test]
fn a_silence_proves_nothing_where_a_server_did_not_tell_what_it_saw() {
    let mut scene = failed(&[Event::Constructed, opened(), abnormal()]).seen(|seen| {
        seen.status = Some(101);
        seen.probe = "socket-silent".to_owned();
        seen.end = Some(End::PeerLeft);
    });
    scene.evidence.traces[0].probe = "socket-silent".to_owned();
    let spoken = whole_socket(our_close());
    let mut lived = Scene::of(Method::WebSocket, Ended::Complete, &spoken)
        .seen(|seen| seen.status = Some(101))
        .evidence;
    lived.traces[0].id = 2;
    scene.evidence.traces.append(&mut lived.traces);
    let seen = lived.ledger.map(|ledger| ledger.sightings);
    if let Some(ledger) = &mut scene.evidence.ledger {
        ledger.sightings.extend(seen.into_iter().flatten());
    }
    claims(&scene, Code::IdleTimeout, Strength::Proved);
    claims(&scene.incomplete(), Code::IdleTimeout, Strength::Likely);
}
