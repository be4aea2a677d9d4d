//! Causes in the page and its browser: no packet leaves.

use super::Rule;
use super::fault::{Fault, when};
use crate::diagnosis::{Code, Place, Strength, Verdict};
use crate::evidence::{Ended, Event, Notice, StampedNotice};
use crate::wire::Scheme;

pub(super) const RULES: &[(Code, Rule)] = &[
    (Code::MethodNotSupported, method_not_supported),
    (Code::CspConnectSrc, csp_connect_src),
    (Code::BadUrlSyntax, bad_url_syntax),
    (Code::MixedContentWs, mixed_content_ws),
    (Code::BrowserBlockedPort, browser_blocked_port),
    (Code::BrowserOffline, browser_offline),
    (Code::ExtensionBlock, extension_block),
    (Code::SlowOpen, slow_open),
];

/// Pattern: the driver found no such API in the window. Meaning: this browser cannot use the method. Rival: none, a
/// page that removes the API has the same effect.
fn method_not_supported(fault: &Fault<'_>) -> Option<Strength> {
    let lacking = |e: &Event| matches!(e, Event::Unsupported);
    when(fault.trace()?.first(lacking).is_some(), Strength::Proved)
}

/// Pattern: a `securitypolicyviolation` named the attempt; or one came of connections, and the constructor threw
/// (Firefox). Meaning: the page's own policy forbids the address. Rival: none.
fn csp_connect_src(fault: &Fault<'_>) -> Option<Strength> {
    let attempt = fault.attempt?;
    let of_connections = |noticed: &StampedNotice| matches!(&noticed.notice, Notice::PolicyViolation { directive } if directive == "connect-src");
    let mut notices = fault.evidence.surroundings.notices.iter();
    let threw = fault.is_at(Place::Page)
        && attempt.error.as_deref() == Some("NS_ERROR_CONTENT_BLOCKED")
        && notices.any(of_connections);
    when(attempt.blocked_by.is_some() || threw, Strength::Proved)
}

/// Pattern: the constructor threw `SyntaxError`. Meaning: no URL, or no subprotocol. Rival: none.
fn bad_url_syntax(fault: &Fault<'_>) -> Option<Strength> {
    let threw = fault.attempt?.error.as_deref() == Some("SyntaxError");
    when(threw && fault.is_at(Place::Page), Strength::Proved)
}

/// Pattern: a page that came over TLS asked for a plain address, and nothing left. Meaning: browsers refuse that. Rival:
/// none.
fn mixed_content_ws(fault: &Fault<'_>) -> Option<Strength> {
    let secure = fault.evidence.surroundings.origin.starts_with("https:");
    let plain = fault.way()?.scheme == Scheme::Http;
    when(
        fault.is_at(Place::Page) && secure && plain,
        Strength::Proved,
    )
}

/// Ports that browsers connect to for nobody, above those of everyday use (Fetch § 2.9).
const BLOCKED: [u16; 30] = [
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
    6679, 6697, 10080, 20, 21, 22, 23, 25, 53, 110, 139, 143, 993, 995,
];

/// Pattern: nothing that went to a port of the list in Fetch § 2.9 arrived. Meaning: the browser sends nothing there. Rival:
/// none.
fn browser_blocked_port(fault: &Fault<'_>) -> Option<Strength> {
    let blocked = BLOCKED.contains(&fault.way()?.port);
    when(
        blocked && !fault.opened() && fault.seen().is_none(),
        Strength::Proved,
    )
}

/// Pattern: the browser said that it had no network when the attempt failed, and nothing had come before. Meaning: it has
/// none. Rival: none, that it says so is reliable.
fn browser_offline(fault: &Fault<'_>) -> Option<Strength> {
    let surroundings = &fault.evidence.surroundings;
    let went = |noticed: &StampedNotice| matches!(noticed.notice, Notice::Offline);
    let offline = !surroundings.online || surroundings.notices.iter().any(went);
    when(fault.is_at(Place::Page) && offline, Strength::Proved)
}

/// Pattern: it failed sooner than our server could have answered, plain requests for the same path pass, and nobody named
/// themselves. Meaning: something in the browser keeps it back. Rivals: a rule of whoever manages the browser, a proxy or
/// filter near by.
fn extension_block(fault: &Fault<'_>) -> Option<Strength> {
    let near = fault.verdict == Verdict::Failed
        && fault.place.is_none()
        && fault.candidates.contains(&Place::Page)
        && fault.candidates.contains(&Place::WayOut);
    when(
        near && fault.ended(Ended::Failed) && !fault.forward_proxy(),
        Strength::Possible,
    )
}

/// Pattern: it opened, far later than round trips explain, and nothing else is wrong with it. Meaning: somebody was slow to
/// let it open. Rival: none is known, it is what was seen.
fn slow_open(fault: &Fault<'_>) -> Option<Strength> {
    let nothing_else = fault.is_at(Place::Nowhere) && fault.attempt?.place == fault.place;
    when(nothing_else && fault.is_socket(), Strength::Proved)
}
