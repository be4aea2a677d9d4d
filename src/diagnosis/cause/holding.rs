//! Causes of what comes late, or from somebody who kept it.

use super::Rule;
use super::fault::{Fault, when};
use crate::diagnosis::held::{HeldAs, ReliefTried};
use crate::diagnosis::{Code, Place, Strength};
use crate::evidence::Ended;
use crate::method::Method;
use crate::plan::RESUMED;
use crate::wire::Relief;

pub(super) const RULES: &[(Code, Rule)] = &[
    (Code::SseHeldUntilClose, sse_held_until_close),
    (Code::SseBlockBuffer, sse_block_buffer),
    (Code::SseTimerBuffer, sse_timer_buffer),
    (Code::SseOneBehind, sse_one_behind),
    (Code::PollCached, poll_cached),
    (Code::LastEventIdLost, last_event_id_lost),
];

fn held_as(fault: &Fault<'_>, how: HeldAs) -> bool {
    let held = fault.method.held.as_ref();
    is_held(fault) && held.is_some_and(|held| held.held_as == Some(how))
}

/// Held on the main lane, of which alone it is known how.
fn is_held(fault: &Fault<'_>) -> bool {
    fault.is_stream() && fault.lane == "main" && fault.is_at(Place::Held)
}

fn relieved(fault: &Fault<'_>, by: Relief) -> bool {
    let relieves = |tried: &ReliefTried| tried.relief == by && tried.relieves == Some(true);
    let held = fault.method.held.as_ref();
    held.is_some_and(|held| held.reliefs.iter().any(relieves))
}

/// Pattern: all messages came together, at the stream's end; or we wrote, and nothing came until we gave up. Meaning: somebody
/// reads an answer to its end before it passes it on. Rivals: one who waits for many bytes.
fn sse_held_until_close(fault: &Fault<'_>) -> Option<Strength> {
    let nothing_came = is_held(fault) && fault.ended(Ended::GaveUp) && fault.attempt?.ticks == 0;
    match held_as(fault, HeldAs::UntilClose) {
        true if relieved(fault, Relief::Padding) => Some(Strength::Likely),
        true => Some(Strength::Proved),
        false => when(nothing_came, Strength::Likely),
    }
}

/// Pattern: messages came in blocks of bytes, proved where larger ones came at once; or late, with no pattern. Meaning: somebody
/// waits until there is enough. Rival: a timer.
fn sse_block_buffer(fault: &Fault<'_>) -> Option<Strength> {
    let no_pattern = fault
        .method
        .held
        .as_ref()
        .is_some_and(|held| held.held_as.is_none());
    match (
        held_as(fault, HeldAs::Block),
        relieved(fault, Relief::Padding),
    ) {
        (true, true) => Some(Strength::Proved),
        (true, false) => Some(Strength::Likely),
        (false, _) => when(is_held(fault) && no_pattern, Strength::Possible),
    }
}

/// Pattern: messages came in beats, proved where those were steadier than the time since anything was sent. Meaning: somebody
/// collects for a while. Rivals, of few beats: blocks, an acknowledgement that is waited for.
fn sse_timer_buffer(fault: &Fault<'_>) -> Option<Strength> {
    let held = fault.method.held.as_ref();
    let steady = held.is_some_and(|held| held.every_us.is_some());
    let strength = if steady {
        Strength::Proved
    } else {
        Strength::Likely
    };
    when(held_as(fault, HeldAs::Timer), strength)
}

/// Pattern: each message came with the next, and on a WebSocket beside it none did. Meaning: somebody who scans streams lets one
/// go when it sees another begin. Rival: none is known.
fn sse_one_behind(fault: &Fault<'_>) -> Option<Strength> {
    /// Of fewer messages beats may look so by chance.
    const ENOUGH: u32 = 12;
    let strength = match fault.attempt?.ticks >= ENOUGH {
        true => Strength::Proved,
        false => Strength::Likely,
    };
    when(held_as(fault, HeldAs::OneBehind), strength)
}

/// Pattern: our own answers came to polls of which none arrived. Meaning: somebody kept them from before. Rival: none.
fn poll_cached(fault: &Fault<'_>) -> Option<Strength> {
    let asks = matches!(fault.method.method, Method::Polling | Method::LongPolling);
    when(
        asks && fault.is_at(Place::AnsweredFor) && fault.ended(Ended::Complete),
        Strength::Proved,
    )
}

/// Pattern: the browser asked again for a stream that had ended, and its `Last-Event-ID` did not arrive. Meaning: somebody
/// takes the field out. Rival: none.
fn last_event_id_lost(fault: &Fault<'_>) -> Option<Strength> {
    when(
        fault.is_probe(RESUMED) && fault.is_at(Place::RequestAltered),
        Strength::Proved,
    )
}
