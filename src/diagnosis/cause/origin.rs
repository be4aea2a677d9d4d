//! Causes at the site's own proxies and server.

use super::Rule;
use super::fault::{Fault, when};
use crate::diagnosis::place::lists;
use crate::diagnosis::{Code, Place, Strength, Verdict};
use crate::evidence::Ended;
use crate::method::Method;
use crate::plan::{DEFLATED, asks_for_subprotocol};
use crate::wire::Scheme;

pub(super) const RULES: &[(Code, Rule)] = &[
    (Code::OriginRejected, origin_rejected),
    (Code::SubprotocolMismatch, subprotocol_mismatch),
    (Code::ExtensionMismatch, extension_mismatch),
    (Code::WsVersionOrNotWs, ws_version_or_not_ws),
    (Code::RpNoUpgrade, rp_no_upgrade),
    (Code::RpConnectionOnly, rp_connection_only),
    (Code::WsPath404, ws_path_404),
    (Code::WsRedirect, ws_redirect),
    (Code::AuthRejected, auth_rejected),
    (Code::WafBlocksHandshake, waf_blocks_handshake),
    (Code::UpstreamDown, upstream_down),
    (Code::RateOrConnectionLimit, rate_or_connection_limit),
    (Code::CorsRejected, cors_rejected),
    (Code::WafKillsAfter101, waf_kills_after_101),
];

/// How surely what happens to an upgrade happens at the operator's: proved where it happens to the server's own try from
/// outside as well, not at all where that passes. Without that try nothing tells, whoever is declared to stand in front.
pub(super) fn by_operator(fault: &Fault<'_>) -> Option<Strength> {
    match outside(fault) {
        Some(false) => Some(Strength::Proved),
        Some(true) => None,
        None => Some(Strength::Possible),
    }
}

/// Whether what breaks here passes from outside. What opens all the same opens for the server, too: there it tells nothing.
pub(super) fn outside(fault: &Fault<'_>) -> Option<bool> {
    fault
        .passes_outside()
        .filter(|_| !fault.ended(Ended::Complete))
}

/// An upgrade arrived without `Upgrade`.
pub(super) fn is_stripped(fault: &Fault<'_>) -> bool {
    let missing = fault.seen().is_some() && fault.field("upgrade").is_none();
    fault.is_socket() && fault.is_at(Place::RequestAltered) && missing
}

fn refused_for(fault: &Fault<'_>, why: &str) -> bool {
    let refused = fault.attempt.and_then(|attempt| attempt.refused.as_deref());
    fault.is_at(Place::Server) && refused == Some(why)
}

/// Pattern: our server refused the origin; or somebody before it keeps requests that say one, and passes the same without.
/// Meaning: this page's origin is not on somebody's list. Rival, over TLS: a rule that goes by the fields which browsers add
/// there (`Sec-Fetch-Mode`).
fn origin_rejected(fault: &Fault<'_>) -> Option<Strength> {
    let with = fault.control_arrived(false) == Some(false);
    let without = fault.control_arrived(true) == Some(true);
    let keyed = fault.is_at(Place::AnsweredFor) && fault.is_socket() && with && without;
    let plain = fault.way()?.scheme == Scheme::Http;
    match refused_for(fault, "origin") {
        true => Some(Strength::Proved),
        false if plain => when(keyed, Strength::Proved),
        false => when(keyed, Strength::Likely),
    }
}

/// Pattern: our server refused the subprotocol, or one was asked for and lost on its way there or back. Meaning: handshakes
/// that offer one fail, others need not. Rival: none.
fn subprotocol_mismatch(fault: &Fault<'_>) -> Option<Strength> {
    let lost = asks_for_subprotocol(&fault.attempt?.probe)
        && (fault.is_at(Place::AnswerAltered) || fault.is_at(Place::RequestAltered));
    when(lost || refused_for(fault, "subprotocol"), Strength::Proved)
}

/// Pattern: the offer to compress arrived, and that we took it did not. Meaning: we compress, and the browser was not told.
/// Rival: none.
fn extension_mismatch(fault: &Fault<'_>) -> Option<Strength> {
    when(
        fault.is_probe(DEFLATED) && fault.is_at(Place::AnswerAltered),
        Strength::Proved,
    )
}

/// Pattern: our server refused the version. Meaning: it speaks another. Rival: none.
fn ws_version_or_not_ws(fault: &Fault<'_>) -> Option<Strength> {
    when(refused_for(fault, "version"), Strength::Proved)
}

/// Pattern: an upgrade arrived without `Upgrade`, and arrives so from outside as well. Meaning: the site's own proxy takes
/// hop-by-hop fields out, as proxies do unless told otherwise. Rivals: whoever opens TLS, or a proxy of the visitor's.
fn rp_no_upgrade(fault: &Fault<'_>) -> Option<Strength> {
    if is_stripped(fault) {
        by_operator(fault)
    } else {
        None
    }
}

/// Pattern: an upgrade arrived with `Upgrade`, and without its word in `Connection`. Meaning: the site's own proxy was told of
/// one of the two fields. Rivals: as of `rp_no_upgrade`.
fn rp_connection_only(fault: &Fault<'_>) -> Option<Strength> {
    let upgrades = |value: &str| lists(value, "upgrade");
    let half = fault.is_socket()
        && fault.is_at(Place::RequestAltered)
        && fault.field("upgrade").is_some()
        && !fault.field("connection").is_some_and(upgrades);
    if half { by_operator(fault) } else { None }
}

/// Somebody before our server answered with one of these statuses: proved where the server's own try met the same.
fn answered(fault: &Fault<'_>, statuses: &[u16]) -> Option<Strength> {
    let there = fault.is_at(Place::AnsweredFor) || fault.is_at(Place::Cut);
    let status = fault.status().filter(|status| statuses.contains(status));
    let strength = match fault.outside_status() == status {
        true => Strength::Proved,
        false => Strength::Likely,
    };
    when(there && !fault.opened() && status.is_some(), strength)
}

/// Pattern: somebody before our server answered that there is no such path. Meaning: a route is missing. Rival: a filter
/// that answers so.
fn ws_path_404(fault: &Fault<'_>) -> Option<Strength> {
    answered(fault, &[404, 405, 410])
}

/// Pattern: somebody before our server redirected it. Meaning: browsers follow no redirect of a handshake. Rival: a portal.
fn ws_redirect(fault: &Fault<'_>) -> Option<Strength> {
    answered(fault, &[301, 302, 303, 307, 308])
}

/// Pattern: somebody before our server asked for a password. Meaning: a cookie or header is missing that browsers do not
/// send with handshakes. Rival: a proxy that wants its own.
fn auth_rejected(fault: &Fault<'_>) -> Option<Strength> {
    answered(fault, &[401])
}

/// Pattern: somebody before our server forbade it, whatever its origin. Meaning: a rule of a firewall for applications.
/// Rivals: a list of origins, a filter of the visitor's.
fn waf_blocks_handshake(fault: &Fault<'_>) -> Option<Strength> {
    answered(fault, &[403, 406, 451])?;
    Some(Strength::Possible)
}

/// Pattern: a gateway said that it reaches nothing behind it. Meaning: it was told another address, or what is there is down.
/// Rival: none, it is its own word; of 503 a limit.
fn upstream_down(fault: &Fault<'_>) -> Option<Strength> {
    let gone = answered(fault, &[502, 504, 520, 521, 522, 523, 524, 525, 526, 530]);
    let held = fault.method.method == Method::LongPolling;
    gone.or_else(|| answered(fault, &[503]).and(Some(Strength::Possible)))
        .filter(|_| !held)
}

/// Pattern: somebody before our server says that there were too many; or the first ones of a method pass, and the later ones
/// are answered by somebody else. Meaning: a limit. Rivals: one bad server among several.
fn rate_or_connection_limit(fault: &Fault<'_>) -> Option<Strength> {
    let passed = |verdict| verdict == Verdict::Passed;
    let mut verdicts = fault.attempts.iter().map(|attempt| attempt.verdict);
    let first_passed = verdicts.next().is_some_and(passed);
    let last_failed = verdicts.next_back() == Some(Verdict::Failed);
    let fills = first_passed && last_failed && fault.is_at(Place::AnsweredFor);
    let refused = fault.ended(Ended::Failed);
    answered(fault, &[429]).or_else(|| when(fills && refused, Strength::Likely))
}

/// Pattern: we answered, a request that may not read the answer gets it, and those that may do not. Meaning: the fields are
/// missing that let a page read it. Rival: a filter that answers pages alone.
fn cors_rejected(fault: &Fault<'_>) -> Option<Strength> {
    let read = fault.control_answer(false).is_some();
    let opaque = fault.control_answer(true).is_some();
    when(
        fault.is_at(Place::AnswerAltered) && !fault.is_socket() && !read && opaque,
        Strength::Proved,
    )
}

/// Pattern: it opened at both ends, and both times somebody ended it at once, with no word of ours. Meaning: a firewall looks
/// at what follows a 101, and ends it. Rivals: a proxy of the visitor's that lets no WebSocket pass.
fn waf_kills_after_101(fault: &Fault<'_>) -> Option<Strength> {
    if !is_ended_at_once(fault) {
        return None;
    }
    match fault.passes_outside() {
        Some(false) => Some(Strength::Proved),
        _ => Some(Strength::Possible),
    }
}

/// Every attempt opened, and was ended within a moment, though something was being said.
pub(super) fn is_ended_at_once(fault: &Fault<'_>) -> bool {
    /// A moment, µs.
    const AT_ONCE: u64 = 1_000_000;
    let (seen, of) = fault.counts();
    let attempt = fault.attempt;
    let soon = attempt.is_some_and(|attempt| {
        let opened = attempt.open_us.unwrap_or(attempt.ended_us);
        attempt.ended_us.saturating_sub(opened) < AT_ONCE && attempt.ticks == 0
    });
    fault.is_socket()
        && fault.is_at(Place::Cut)
        && fault.verdict == Verdict::Failed
        && fault.opened()
        && fault.ended(Ended::Failed)
        && fault.others_work()
        && soon
        && seen == of
}
