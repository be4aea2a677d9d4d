//! Causes between a connection and its first request.

use super::Rule;
use super::fault::{Fault, when};
use crate::diagnosis::{Code, Place, Strength};
use crate::wire::{End, Reached, SeenConnection, ShownCertificate};

pub(super) const RULES: &[(Code, Rule)] = &[
    (Code::SchemePortMismatch, scheme_port_mismatch),
    (Code::CertExpired, cert_expired),
    (Code::CertNameMismatch, cert_name_mismatch),
    (Code::CertUntrusted, cert_untrusted),
    (Code::TlsVersionOrMtls, tls_version_or_mtls),
    (Code::InspectionCaUntrusted, inspection_ca_untrusted),
];

/// A connection by which it was located ended with one of these alerts (RFC 8446 § 6).
fn alerted(fault: &Fault<'_>, alerts: &[u8]) -> bool {
    let connections = fault.connections();
    let mut alerted = connections.iter().filter_map(|one| one.alert);
    fault.is_at(Place::Secure) && alerted.any(|alert| alerts.contains(&alert))
}

/// Pattern: TLS came to our port of plain HTTP, or the other way round. Meaning: the settings name a port with the wrong
/// scheme. Rival: none.
fn scheme_port_mismatch(fault: &Fault<'_>) -> Option<Strength> {
    let connections = fault.connections();
    let wrong = |reached| matches!(reached, Reached::TlsToPlain | Reached::PlainToTls);
    when(
        fault.is_at(Place::Secure) && connections.iter().any(|one| wrong(one.reached)),
        Strength::Proved,
    )
}

/// The browser ended the handshake with an alert about the certificate, or without a word after it was shown.
fn is_refused(fault: &Fault<'_>) -> bool {
    let hellos = fault.connections();
    let left =
        |one: &&SeenConnection| one.reached == Reached::Hello && one.end == Some(End::PeerLeft);
    let in_silence = fault.is_at(Place::Secure) && !hellos.is_empty() && hellos.iter().all(left);
    in_silence || alerted(fault, &[42, 43, 44, 45, 46, 48])
}

/// By our own look that is wrong with the certificate that the browser refused.
fn is_refused_for(fault: &Fault<'_>, wrong: ShownCertificate) -> bool {
    let shown = fault.connections();
    let mut shown = shown.iter().filter_map(|one| one.certificate);
    is_refused(fault) && shown.any(|shown| shown == wrong)
}

/// Pattern: the browser refused a certificate that is out of date by our clock, or said that it is by its own
/// (`certificate_expired`). Meaning: it is, or that clock is wrong. Rival: none.
fn cert_expired(fault: &Fault<'_>) -> Option<Strength> {
    let expired = is_refused_for(fault, ShownCertificate::Expired);
    when(expired || alerted(fault, &[45]), Strength::Proved)
}

/// Pattern: the browser refused a certificate that does not cover the name which it asked for. Meaning: another host's is
/// shown. Rival: none.
fn cert_name_mismatch(fault: &Fault<'_>) -> Option<Strength> {
    let other = is_refused_for(fault, ShownCertificate::OtherName);
    when(other, Strength::Proved)
}

/// Pattern: the browser refused a certificate; proved where it issued itself, likely where nothing else is wrong with it.
/// Meaning: the browser does not trust who issued it. Rivals, where it is not known what is wrong: its date, its name.
pub(super) fn cert_untrusted(fault: &Fault<'_>) -> Option<Strength> {
    match () {
        () if is_refused_for(fault, ShownCertificate::SelfSigned) => Some(Strength::Proved),
        () if is_refused_for(fault, ShownCertificate::Sound) => Some(Strength::Likely),
        () => when(is_refused(fault), Strength::Possible),
    }
}

/// Pattern: the handshake ended with an alert about versions, ciphers or a certificate of the client's. Meaning: the two have
/// nothing in common. Rival: somebody on the way who speaks an older TLS.
fn tls_version_or_mtls(fault: &Fault<'_>) -> Option<Strength> {
    when(alerted(fault, &[40, 70, 71, 116]), Strength::Likely)
}

/// Pattern: a handshake with us was finished, and no request followed, while the page's failed. Meaning: somebody opens TLS
/// and shows the browser a certificate that it does not trust. Rival: a browser that gives up after the handshake.
pub(super) fn inspection_ca_untrusted(fault: &Fault<'_>) -> Option<Strength> {
    let connections = fault.connections();
    let finished = |reached| reached == Reached::Secured;
    when(
        fault.is_at(Place::Secure)
            && fault.none_works()
            && !connections.is_empty()
            && connections.iter().all(|one| finished(one.reached)),
        Strength::Likely,
    )
}
