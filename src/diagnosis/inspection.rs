//! Whether somebody on the way opens TLS: what reached us was not written by the browser that the page runs in.

use super::place::came_by_a_proxy;
use super::{Code, Finding, Severity, Strength};
use crate::evidence::{Engine, EngineFamily, Evidence};
use crate::wire::{BAD_CERTIFICATE, digits, joined};

/// What engines offer in a ClientHello, from one version to another: the middle part of its JA4, a hash over its cipher
/// suites. Both ends were measured, until 2026-11-25; of versions outside nothing is known.
const KNOWN: [(EngineFamily, u32, u32, &[&str]); 2] = [
    (EngineFamily::Chromium, 148, 156, &["8daaf6152771"]),
    (
        EngineFamily::Gecko,
        140,
        153,
        &["5b57614c22b0", "86a278354501"],
    ),
];

/// The hash over the cipher suites of a JA4, and the ALPN mark before it: `t13d1516h2_8daaf6152771_…`.
fn parts(ja4: &str) -> Option<(&str, &str)> {
    Some((ja4.get(11..23)?, ja4.get(8..10)?))
}

/// What this engine is known to offer; `None`: it, or this version of it, is unknown.
fn known(engine: &Engine) -> Option<&'static [&'static str]> {
    let known = KNOWN.iter().find(|known| known.0 == engine.family)?;
    (known.1..=known.2)
        .contains(&engine.version)
        .then_some(known.3)
}

/// Pattern: over TLS that our server ended, a ClientHello offers other ciphers than this browser does, or a request
/// arrived where the certificate is bad by intent. Meaning: a program on the device or a box on the way opens TLS; likely
/// where it also named itself or offered no ALPN, as no browser does, or accepted that certificate; proved where it did that
/// with another's ClientHello. Rival: a browser that goes by another's name, or was told to accept anything.
pub(super) fn tls_inspection(evidence: &Evidence) -> Option<Finding> {
    let engine = evidence.surroundings.engine.as_ref();
    let ours = engine.and_then(known);
    let sightings = evidence.ledger.iter().flat_map(|ledger| &ledger.sightings);
    let (mut because, mut of, mut further_mark, mut accepted) = (Vec::new(), 0, false, false);
    for (index, sighting) in sightings.enumerate() {
        let offered = sighting.ja4.as_deref().and_then(parts);
        let foreign = offered
            .zip(ours)
            .map(|((ciphers, alpn), ours)| (!ours.contains(&ciphers), alpn));
        let bad = is_bad_certificates(&sighting.probe);
        if foreign.is_none() && !bad {
            continue;
        }
        of += 1;
        let another_s = foreign.is_some_and(|(another_s, _)| another_s);
        if another_s || bad {
            because.push(joined(&["sighting:", &digits(index as u64 + 1)]));
            further_mark |= bad || foreign.is_some_and(|(_, alpn)| alpn == "00");
            further_mark |= came_by_a_proxy(sighting);
        }
        accepted |= bad && another_s;
    }
    // What stands before us may be the operator's own, and ask us with its own hello, whatever our certificate; forward
    // proxies say Via.
    let about = evidence.about.as_ref();
    let mut seen = evidence.ledger.iter().flat_map(|ledger| &ledger.sightings);
    let front =
        about.is_none_or(|about| about.vantage.undeclared_front) && !seen.any(came_by_a_proxy);
    let strength = match (accepted, further_mark) {
        _ if front => Strength::Possible,
        (true, _) => Strength::Proved,
        (_, true) => Strength::Likely,
        (_, false) => Strength::Possible,
    };
    (!because.is_empty()).then(|| Finding {
        id: String::new(),
        code: Code::TlsInspectionPresent,
        method: None,
        lane: None,
        place: None,
        strength,
        severity: Severity::Info,
        seen: because.len() as u32,
        of,
        because,
        facts: Vec::new(),
        against: Vec::new(),
        rivals: Vec::new(),
        folded_under: None,
    })
}

/// A probe of that name went to the lane whose certificate no browser accepts.
fn is_bad_certificates(probe: &str) -> bool {
    probe.as_bytes().ends_with(BAD_CERTIFICATE.as_bytes())
}
