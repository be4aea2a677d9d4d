//! Causes at whoever stands between: proxies and filters.

use super::Rule;
use super::fault::{Fault, when};
use super::origin::{is_ended_at_once, is_stripped, outside};
use crate::diagnosis::compressed::agreed;
use crate::diagnosis::place::asked_for_a_large_echo;
use crate::diagnosis::{Code, Place, Strength, Verdict};
use crate::evidence::{Ended, Event};
use crate::plan::{DEFLATED, asks_for_subprotocol};

pub(super) const RULES: &[(Code, Rule)] = &[
    (
        Code::TlsInspectionStripsUpgrade,
        tls_inspection_strips_upgrade,
    ),
    (Code::ProxyPolicyWebsocket, proxy_policy_websocket),
    (Code::ProxyConnectPortDenied, proxy_connect_port_denied),
    (Code::Http10Downgrade, http10_downgrade),
    (Code::FilterRewrites101, filter_rewrites_101),
    (Code::DeflateBroken, deflate_broken),
    (Code::FilterHoldsUpstream, filter_holds_upstream),
    (Code::FilterHoldsDownstream, filter_holds_downstream),
    (Code::FrameTamper, frame_tamper),
    (Code::UploadBlocked, upload_blocked),
    (Code::CloseCodeAltered, close_code_altered),
];

/// Pattern: an upgrade arrived without `Upgrade`, over TLS that somebody opens. Meaning: whoever reads it drops it. Rival: the
/// site's own proxy, unless the server's own try passes.
fn tls_inspection_strips_upgrade(fault: &Fault<'_>) -> Option<Strength> {
    if !is_stripped(fault) || fault.passes_outside() == Some(false) {
        return None;
    }
    match (fault.inspected, fault.passes_outside()) {
        (Some(Strength::Proved), _) | (Some(Strength::Likely), Some(true)) => {
            Some(Strength::Proved)
        }
        (Some(strength), _) => Some(strength),
        (None, _) => None,
    }
}

/// Pattern: an upgrade arrived without `Upgrade`, or WebSockets were ended at once, and from outside they pass; or, without that
/// try, the upgrade came by somebody who says `Via`, or whoever opens TLS ended them. Meaning: a proxy of the visitor's lets
/// none pass. Rivals: the site's own proxy, which may say `Via` too, a firewall behind it.
fn proxy_policy_websocket(fault: &Fault<'_>) -> Option<Strength> {
    let stripped = is_stripped(fault) && !fault.is_inspected();
    let ended = is_ended_at_once(fault);
    // Somebody on the visitor's way has shown themselves.
    let shown = match stripped {
        true => fault.forward_proxy(),
        false => fault.inspected.is_some(),
    };
    let strength = match (outside(fault), shown) {
        (Some(false), _) | (None, false) => return None,
        (Some(true), true) => Strength::Likely,
        (None, true) if ended => Strength::Likely,
        // The server's own try need not go the way that visitors come.
        (Some(true), false) | (None, true) => Strength::Possible,
    };
    when(stripped || ended, strength)
}

/// Pattern: plain requests pass a proxy that names itself, and nothing that needs a tunnel arrives. Meaning: it makes none to
/// that port; likely where those to port 443 pass. Rivals: it wants a password, or lets no WebSocket pass.
fn proxy_connect_port_denied(fault: &Fault<'_>) -> Option<Strength> {
    let port = fault.way()?.port;
    if !fault.may_be_at(Place::WayOut) || !fault.forward_proxy() || port == 443 {
        return None;
    }
    let tunnels = fault.works_elsewhere(|lane| lane.port == 443);
    match (tunnels, fault.is_socket()) {
        (true, _) => Some(Strength::Likely),
        (false, true) => Some(Strength::Possible),
        (false, false) => when(fault.none_works(), Strength::Possible),
    }
}

/// Pattern: an upgrade arrived as HTTP/1.0. Meaning: somebody speaks that to the server, which knows no upgrade. Rival: none.
fn http10_downgrade(fault: &Fault<'_>) -> Option<Strength> {
    let old = fault
        .seen()
        .is_some_and(|seen| seen.http_version == "HTTP/1.0");
    when(
        fault.is_socket() && fault.is_at(Place::RequestAltered) && old,
        Strength::Proved,
    )
}

/// Pattern: we accepted an upgrade that arrived whole, and the browser never opened. Meaning: somebody changed or kept the 101
/// on its way back; whose box that is only the try from outside tells. Rival: none.
fn filter_rewrites_101(fault: &Fault<'_>) -> Option<Strength> {
    let probe = fault.attempt?.probe.as_str();
    let accepted = fault.seen().is_some_and(|seen| seen.status == Some(101));
    let lost = fault.is_socket()
        && fault.is_at(Place::AnswerAltered)
        && accepted
        && probe != DEFLATED
        && !asks_for_subprotocol(probe);
    when(lost, Strength::Proved)
}

/// Whether the browser was told of this socket that it may compress.
fn may_compress(fault: &Fault<'_>) -> bool {
    fault.trace().and_then(agreed) == Some(true)
}

/// Pattern: messages break on a socket that compresses; proved where those that do not pass, or where our server takes no
/// part in it. Meaning: somebody claims compression and garbles it. Rival: a box that changes any message.
fn deflate_broken(fault: &Fault<'_>) -> Option<Strength> {
    let breaks = fault.is_socket()
        && (fault.is_at(Place::FramesBack) || fault.is_at(Place::FramesOut))
        && fault.ended(Ended::Failed)
        && may_compress(fault);
    when(breaks, Strength::Proved)
}

/// Pattern: it opened at both ends, the page spoke, and nothing of that ever reached us. Meaning: somebody takes the open
/// socket for a request, and waits for more of it. Rival: a way that died at that moment, every time.
fn filter_holds_upstream(fault: &Fault<'_>) -> Option<Strength> {
    let silent = fault
        .seen()
        .is_some_and(|seen| seen.frames_in == 0 && seen.status == Some(101));
    when(
        fault.is_socket() && fault.is_at(Place::FramesOut) && fault.ended(Ended::GaveUp) && silent,
        Strength::Proved,
    )
}

/// Pattern: it opened at both ends, we answered what the page said, and nothing of that ever reached the page. Meaning:
/// somebody takes the open socket for an answer, and waits for its end. Rival: as above.
fn filter_holds_downstream(fault: &Fault<'_>) -> Option<Strength> {
    let spoke = fault.seen().is_some_and(|seen| seen.frames_out > 0);
    let heard = fault.attempt?.first_message_us.is_some();
    when(
        fault.is_socket()
            && fault.is_at(Place::FramesBack)
            && fault.ended(Ended::GaveUp)
            && spoke
            && !heard,
        Strength::Proved,
    )
}

/// Pattern: a line came whose seal is not its own, or a frame that no browser sends. Meaning: somebody changes messages.
/// Rival: none.
fn frame_tamper(fault: &Fault<'_>) -> Option<Strength> {
    let seen = fault.seen();
    let to_us = seen.is_some_and(|seen| seen.strange_in > 0 || seen.malformed_in > 0);
    let foreign = |e: &Event| matches!(e, Event::Message { line, .. } if line.is_empty());
    let to_page = fault.trace()?.first(foreign).is_some();
    when(
        fault.is_socket()
            && ((fault.is_at(Place::FramesOut) && to_us)
                || (fault.is_at(Place::FramesBack) && to_page)),
        Strength::Proved,
    )
}

/// Pattern: a large message of the page's never came, and what it sent after it did. Meaning: somebody took it out. Rival:
/// none, TCP skips nothing.
fn upload_blocked(fault: &Fault<'_>) -> Option<Strength> {
    let later = fault.seen().is_some_and(|seen| seen.close.is_some());
    let lost = fault.is_at(Place::FramesOut) && asked_for_a_large_echo(fault.trace()?);
    when(
        fault.is_socket() && lost && later && fault.verdict != Verdict::Passed,
        Strength::Proved,
    )
}

/// Pattern: all came, and the close code or reason is not what we sent. Meaning: somebody closes in their own name. Rival:
/// none.
fn close_code_altered(fault: &Fault<'_>) -> Option<Strength> {
    when(fault.is_at(Place::Close), Strength::Proved)
}
