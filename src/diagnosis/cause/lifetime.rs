//! Causes that end connections which worked.

use super::Rule;
use super::fault::{Fault, when};
use crate::diagnosis::{Code, Place, Strength, Verdict};
use crate::evidence::Ended;
use crate::method::Method;
use crate::plan::keeps_silent;
use crate::wire::End;

pub(super) const RULES: &[(Code, Rule)] = &[
    (Code::LongpollGatewayTimeout, longpoll_gateway_timeout),
    (Code::IdleTimeout, idle_timeout),
    (Code::NatStateLoss, nat_state_loss),
    (Code::MaxLifetime, max_lifetime),
    (Code::ServerRestart101x, server_restart_101x),
    (Code::AbruptClose, abrupt_close),
    (Code::MessageTooBig1009, message_too_big_1009),
];

/// A connection on which nothing was said ended, and one that was older, with something on it, lived. `told`: the page was.
fn ended_by_silence(fault: &Fault<'_>, told: bool) -> Option<Strength> {
    if !fault.is_at(Place::Cut) || fault.lane != "main" {
        return None;
    }
    // Sockets keep silent together, and one speaks beside them: of what ends several methods they tell most.
    let mut cuts = fault
        .methods
        .iter()
        .filter_map(|method| method.idle_cut.as_ref());
    let own = fault.method.idle_cut.as_ref();
    let best = cuts.find(|cut| cut.page_beat_keeps.is_some()).or(own);
    if let Some(cut) = best.filter(|_| own.is_some()) {
        let kept = cut.page_beat_keeps == Some(true) || cut.server_beat_keeps == Some(true);
        let ages = cut.page_beat_keeps == Some(false) && cut.server_beat_keeps != Some(true);
        return match (cut.told == told, ages) {
            (false, _) => None,
            (true, true) => Some(Strength::Possible),
            (true, false) if kept => Some(Strength::Proved),
            (true, false) => Some(Strength::Likely),
        };
    }
    let silent = keeps_silent(&fault.trace()?.probe);
    let how = if told { Ended::Failed } else { Ended::GaveUp };
    let lived = |died: u64| {
        let mut others = fault.attempts.iter();
        others.any(|other| other.verdict == Verdict::Passed && other.ended_us > died)
    };
    let strength = match lived(fault.attempt?.ended_us) {
        true => Strength::Proved,
        false => Strength::Likely,
    };
    when(silent && fault.ended(how), strength)
}

/// Pattern: connections that said nothing for some time were ended, and those that said something were not. Meaning: somebody
/// ends what is silent. Rival, where nothing was said on any: an age.
fn idle_timeout(fault: &Fault<'_>) -> Option<Strength> {
    ended_by_silence(fault, true).or_else(|| when(has_rhythm(fault, false), Strength::Likely))
}

/// Pattern: the same, and neither end was told. Meaning: somebody forgot the connection, and drops what comes later. Rival: a
/// way that died at that moment.
fn nat_state_loss(fault: &Fault<'_>) -> Option<Strength> {
    ended_by_silence(fault, false)
}

/// Pattern: in a watch connections ended at one age, though they had outlived longer silences. Meaning: somebody
/// lets none grow older. Rival: a silence that is shorter than thought.
fn max_lifetime(fault: &Fault<'_>) -> Option<Strength> {
    when(has_rhythm(fault, true), Strength::Likely)
}

/// A watch saw connections end at one age; `spoke`: after something had gone over them.
fn has_rhythm(fault: &Fault<'_>, spoke: bool) -> bool {
    /// An age above that of what went over it last, ms.
    const ABOVE: u64 = 1_000;
    let watched = fault.method.watched.as_ref();
    let rhythm = watched.and_then(|watched| Some((watched.every_ms?, watched.beat_ms)));
    // Older than the time between two of those, it had outlived as long a silence.
    fault.lane == "main"
        && fault.is_at(Place::Cut)
        && rhythm.is_some_and(|(every, beat)| (every > beat + ABOVE) == spoke)
}

/// Pattern: a long poll that we still held was ended by whoever asked us for it, and the page got an error. Meaning: a gateway
/// waits for less. Rival: a way that broke.
fn longpoll_gateway_timeout(fault: &Fault<'_>) -> Option<Strength> {
    let seen = fault.seen()?;
    let waiting = seen.status.is_none() && matches!(seen.end, Some(End::PeerLeft | End::Reset));
    let held = fault.method.method == Method::LongPolling
        && fault.is_at(Place::Cut)
        && fault.trace()?.decisive
        && fault.ended(Ended::Failed)
        && waiting;
    let strength = match fault.outside_status() {
        Some(502 | 504 | 524) => Strength::Proved,
        _ => Strength::Likely,
    };
    when(held, strength)
}

/// Pattern: what was open ended, and who answered afterwards is another process of the server. Meaning: it restarted. Rival:
/// several servers behind one name.
fn server_restart_101x(fault: &Fault<'_>) -> Option<Strength> {
    let first = fault.evidence.about.as_ref()?.instance.started_at;
    let ledger = fault.evidence.ledger.as_ref()?;
    let newer = |started: u64| started > first;
    let restarted = ledger.instances.iter().any(|one| newer(one.started_at));
    when(
        fault.is_at(Place::Cut) && restarted && many_were_cut(fault),
        Strength::Likely,
    )
}

/// Pattern: what was open ended for several methods, without a word. Meaning: what they share broke: the server, or all that
/// leads to it. Rivals: those two.
fn abrupt_close(fault: &Fault<'_>) -> Option<Strength> {
    when(
        fault.is_at(Place::Cut) && fault.trace()?.decisive && many_were_cut(fault),
        Strength::Possible,
    )
}

/// It worked, and broke, for more than one method.
fn many_were_cut(fault: &Fault<'_>) -> bool {
    let cut = fault
        .methods
        .iter()
        .filter(|method| method.place == Some(Place::Cut));
    cut.count() > 1 && fault.method.idle_cut.is_none()
}

/// Pattern: messages came back up to a size, and none above it. Meaning: somebody takes no larger ones. Rivals: packets that
/// vanish, a box that takes them out.
fn message_too_big_1009(fault: &Fault<'_>) -> Option<Strength> {
    let lost = fault
        .method
        .sizes
        .iter()
        .any(|tried| tried.echoed_us.is_none());
    when(lost && fault.lane == "main", Strength::Possible)
}
