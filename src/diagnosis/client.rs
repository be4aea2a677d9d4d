//! What the page's own clients did, held against the same endpoint asked by us from the same page.

use super::around::of_page;
use super::{Code, Finding, MethodReport, Rival, Severity, Strength, Verdict};
use crate::evidence::{Client, Evidence};
use crate::wire::{digits, joined};

/// From so many new beginnings within ten seconds on, each at once after an end, nobody waits in between: a client that waits
/// for half a second comes to twenty.
const AT_ONCE: u32 = 20;

/// What opens later is slow, and who gives up before may have had a reason.
const SOON_US: u64 = 2_000_000;

/// Pattern: we opened the same URL, with the same subprotocols, from the same page, while the page's own client failed there.
/// Meaning: the difference is what the page does, surely where the call that spoils it was seen, likely where the page leaves
/// an end unanswered on a way that is whole, or fails again and again where we do not. Rivals: a server that refuses what only
/// the page's client carries; a browser that keeps back only some.
///
/// A constructor that threw `SyntaxError` needs no comparison: nothing of it can leave.
pub(super) fn page_code(evidence: &Evidence, methods: &[MethodReport]) -> Vec<Finding> {
    let mut all = Vec::new();
    for client in evidence.surroundings.clients.iter().flatten() {
        let syntax = client.error.as_deref() == Some("SyntaxError");
        if client.threw > 0 && client.handler_threw == 0 && syntax {
            all.push(Finding {
                method: Some(client.method),
                severity: Severity::Degraded,
                seen: client.threw,
                of: client.began.max(client.threw),
                ..of_page(Code::BadUrlSyntax)
            });
        }
        all.extend(compared(client, methods));
    }
    all
}

/// A client and our own attempt at its endpoint; `None`: there is no difference, or no attempt.
fn compared(client: &Client, methods: &[MethodReport]) -> Option<Finding> {
    let lane = client.lane.as_ref()?;
    let method = methods.iter().find(|one| one.method == client.method)?;
    let ours = method.lanes.iter().find(|one| one.lane == *lane)?;
    let ours = ours.attempts.first()?;
    if ours.verdict != Verdict::Passed {
        return None;
    }
    // Opening is all that we saw of its endpoint: what ends open connections shows at our own server.
    let whole = method.verdict == Verdict::Passed;
    let soon = ours.open_us.is_some_and(|us| us < SOON_US);
    let never = client.opened == 0;
    let (seen, strength) = if client.sent_early > 0 {
        (client.sent_early, Strength::Proved)
    } else if client.handler_threw > 0 {
        (client.handler_threw, Strength::Likely)
    } else if client.ended_early > 0 && never && soon {
        let again = client.ended_early > 1;
        let strength = [Strength::Possible, Strength::Proved][usize::from(again)];
        (client.ended_early, strength)
    } else if client.read_whole > 0 {
        (client.read_whole, Strength::Likely)
    } else if client.at_once >= AT_ONCE && whole {
        (client.at_once, Strength::Likely)
    } else if client.left + client.unheard + client.sent_late > 0 && whole {
        (client.left.max(client.unheard).max(1), Strength::Likely)
    } else if client.failed_in_run > 0 && never && whole {
        let again = client.failed_in_run > 1;
        let strength = [Strength::Possible, Strength::Likely][usize::from(again)];
        (client.failed_in_run, strength)
    } else {
        return None;
    };
    let mut rivals = Vec::new();
    if client.failed_in_run > 0 && never && strength != Strength::Proved {
        for (code, by) in [
            (Code::AuthRejected, "net-log"),
            (Code::ExtensionBlock, "private-window"),
        ] {
            let separated_by = by.to_owned();
            rivals.push(Rival { code, separated_by });
        }
    }
    let ours = joined(&["trace:", &digits(ours.id.into())]);
    Some(Finding {
        method: Some(client.method),
        lane: Some(lane.clone()),
        strength,
        severity: match never {
            true => Severity::Blocking,
            false => Severity::Degraded,
        },
        seen,
        of: client.began.max(seen),
        because: vec!["surroundings".to_owned(), ours],
        rivals,
        ..of_page(Code::PageCode)
    })
}
