//! Whether somebody on the way opens TLS: what reached us was not written by the browser that the page runs in.

use super::place::came_by_a_proxy;
use super::{Code, Finding, Severity, Strength};
use crate::evidence::{Engine, EngineFamily, Evidence};
use crate::wire::{digits, joined};

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

/// Pattern: over TLS that our server ended, a ClientHello offers other ciphers than this browser does. Meaning: a
/// program on the device or a box on the way opens TLS; likely where it also named itself or offered no ALPN, as no
/// browser does. Rival: a browser that goes by another's name.
pub(super) fn tls_inspection(evidence: &Evidence) -> Option<Finding> {
    let ours = known(evidence.surroundings.engine.as_ref()?)?;
    let sightings = evidence.ledger.iter().flat_map(|ledger| &ledger.sightings);
    let (mut because, mut of, mut further_mark) = (Vec::new(), 0, false);
    for (index, sighting) in sightings.enumerate() {
        let Some((ciphers, alpn)) = sighting.ja4.as_deref().and_then(parts) else {
            continue;
        };
        of += 1;
        if !ours.contains(&ciphers) {
            because.push(joined(&["sighting:", &digits(index as u64 + 1)]));
            further_mark |= alpn == "00" || came_by_a_proxy(sighting);
        }
    }
    let strength = match further_mark {
        true => Strength::Likely,
        false => Strength::Possible,
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
        against: Vec::new(),
        rivals: Vec::new(),
        folded_under: None,
    })
}
