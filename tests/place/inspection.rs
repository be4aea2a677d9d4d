//! Who wrote the ClientHello.

use pushcheck::diagnosis::{Asked, Code, Finding, Severity, Strength, diagnose};
use pushcheck::evidence::{Ended, Engine, EngineFamily};
use pushcheck::method::Method;

use crate::parts::{Scene, field, our_close, whole_socket};

const CHROMIUM: &str = "t13d1516h1_8daaf6152771_0d365e64def3";
const SQUID: &str = "t13d311100_e8f1e7e78f70_b14c9c0b5032";
const MITMPROXY: &str = "t13d2911h2_c36778b98fa1_1f22a2ca17c4";

fn found(scene: &Scene) -> Option<Finding> {
    let diagnosis = diagnose(&scene.evidence, &Asked::default());
    diagnosis
        .findings
        .into_iter()
        .find(|finding| finding.code == Code::TlsInspectionPresent)
}

fn over_tls(ja4: Option<&str>) -> Scene {
    Scene::of(
        Method::WebSocket,
        Ended::Complete,
        &whole_socket(our_close()),
    )
    .seen(|seen| {
        seen.tls = true;
        seen.ja4 = ja4.map(str::to_owned);
    })
}

#[test]
fn another_s_client_hello_is_inspection_and_no_fault() {
    let finding = found(&over_tls(Some(SQUID))).expect("no ALPN, and other ciphers");
    assert_eq!(
        (finding.severity, finding.strength, finding.seen, finding.of),
        (Severity::Info, Strength::Likely, 1, 1)
    );
    assert_eq!(finding.because, ["sighting:1"]);
    // It copies what it can, and does not name itself.
    let quiet = found(&over_tls(Some(MITMPROXY))).expect("other ciphers");
    assert_eq!(quiet.strength, Strength::Possible);
    let mut named = over_tls(Some(MITMPROXY));
    let ledger = named.evidence.ledger.as_mut().expect("it was read");
    ledger.sightings[0].headers.push(field("Via", "1.1 box"));
    assert_eq!(found(&named).expect("as before").strength, Strength::Likely);
}

#[test]
fn the_browser_s_own_client_hello_is_none_and_neither_is_one_unknown() {
    assert_eq!(found(&over_tls(Some(CHROMIUM))), None);
    assert_eq!(found(&over_tls(None)), None);
    for version in [140, 153] {
        let mut firefox = over_tls(Some("t13d1617h2_5b57614c22b0_3cbfd9057e0d"));
        let family = EngineFamily::Gecko;
        firefox.evidence.surroundings.engine = Some(Engine { family, version });
        assert_eq!(found(&firefox), None);
    }
    for (family, version) in [
        (EngineFamily::Chromium, 147),
        (EngineFamily::Chromium, 157),
        (EngineFamily::WebKit, 605),
    ] {
        let mut newer = over_tls(Some(SQUID));
        newer.evidence.surroundings.engine = Some(Engine { family, version });
        assert_eq!(
            found(&newer),
            None,
            "{family:?} {version} was never measured"
        );
    }
    let mut nobody = over_tls(Some(SQUID));
    nobody.evidence.surroundings.engine = None;
    assert_eq!(found(&nobody), None);
    for odd in ["", "t13d", "t13d311100_é8f1e7e78f70_b14c9c0b5032"] {
        let _no_panic = found(&over_tls(Some(odd)));
    }
}

#[test]
fn who_accepts_a_bad_certificate_is_no_browser() {
    let accepted = |ja4: Option<&str>, engine: bool| {
        let mut scene = over_tls(ja4);
        let ledger = scene.evidence.ledger.as_mut().expect("it was read");
        ledger.sightings[0].probe = "web-socket-opaque-bad-certificate".to_owned();
        if !engine {
            scene.evidence.surroundings.engine = None;
        }
        found(&scene).expect("it arrived").strength
    };
    assert_eq!(accepted(Some(MITMPROXY), true), Strength::Proved);
    // A browser that was told to accept anything.
    assert_eq!(accepted(Some(CHROMIUM), true), Strength::Likely);
    assert_eq!(accepted(None, true), Strength::Likely);
    assert_eq!(accepted(Some(MITMPROXY), false), Strength::Likely);
}

#[test]
fn what_may_be_the_operator_s_own_front_proves_nothing_unless_it_names_itself() {
    let strength = |front: bool, via: bool| {
        let mut scene = over_tls(Some(MITMPROXY));
        let about = scene.evidence.about.as_mut().expect("it was heard");
        about.vantage.undeclared_front = front;
        let ledger = scene.evidence.ledger.as_mut().expect("it was read");
        ledger.sightings[0].probe = "web-socket-opaque-bad-certificate".to_owned();
        if via {
            ledger.sightings[0].headers.push(field("Via", "1.1 box"));
        }
        found(&scene).expect("it arrived").strength
    };
    assert_eq!(strength(false, false), Strength::Proved);
    assert_eq!(strength(true, false), Strength::Possible);
    assert_eq!(strength(true, true), Strength::Proved);
}
