//! Causes that end connections which worked.

use super::Rule;
use super::fault::{Fault, when};
use crate::diagnosis::{CloseClass, Code, Place, Strength, Verdict};
use crate::evidence::Ended;
use crate::method::Method;
use crate::plan::keeps_silent;
use crate::wire::{CLOSE_CODE, End};

pub(super) const RULES: &[(Code, Rule)] = &[
    (Code::LongpollGatewayTimeout, longpoll_gateway_timeout),
    (Code::IdleTimeout, idle_timeout),
    (Code::NatStateLoss, nat_state_loss),
    (Code::MaxLifetime, max_lifetime),
    (Code::ServerRestart101x, server_restart_101x),
    (Code::AbruptClose, abrupt_close),
    (Code::MessageTooBig1009, message_too_big_1009),
    (Code::Policy1008, policy_1008),
    (Code::ProtocolError1002, protocol_error_1002),
    (Code::InvalidUtf81007, invalid_utf8_1007),
    (Code::AppClose4xxx, app_close_4xxx),
    (Code::CloseHandshakeLost, close_handshake_lost),
];

/// A close frame that is not ours ended it with one of these codes, before all had come.
fn closed_with(fault: &Fault<'_>, codes: core::ops::RangeInclusive<u16>) -> bool {
    let close = fault.attempt.and_then(|attempt| attempt.close.as_ref());
    let ends = [
        Place::Cut,
        Place::FramesOut,
        Place::FramesBack,
        Place::Server,
    ];
    let there = fault.place.is_none_or(|place| ends.contains(&place));
    fault.opened()
        && fault.ended(Ended::Failed)
        && there
        && close.is_some_and(|close| {
            close.was_clean && codes.contains(&close.code) && close.code != CLOSE_CODE
        })
}

/// Pattern: closed with 1008. Meaning: whoever closed it has a rule against it. Rival: none, it is its own word.
fn policy_1008(fault: &Fault<'_>) -> Option<Strength> {
    when(closed_with(fault, 1008..=1008), Strength::Proved)
}

/// Pattern: closed with 1002. Meaning: whoever closed it read something that no WebSocket says. Rival: none, it is its own word.
fn protocol_error_1002(fault: &Fault<'_>) -> Option<Strength> {
    when(closed_with(fault, 1002..=1002), Strength::Proved)
}

/// Pattern: closed with 1007. Meaning: whoever closed it read text that is not UTF-8. Rival: none, it is its own word.
fn invalid_utf8_1007(fault: &Fault<'_>) -> Option<Strength> {
    when(closed_with(fault, 1007..=1007), Strength::Proved)
}

/// Pattern: closed with a code of an application's own. Meaning: the application did it, where it is one: our server does not,
/// and of its sockets only somebody who ends them on the way can. Rival: none.
fn app_close_4xxx(fault: &Fault<'_>) -> Option<Strength> {
    let strength = match fault.trace()?.own {
        true => Strength::Proved,
        false => Strength::Possible,
    };
    when(closed_with(fault, 3000..=4999), strength)
}

/// Pattern: all came that was to come, but for the close that the page waited for. Meaning: somebody does not pass on how a
/// connection ends. Rivals: none that is known; the page would have been told of a connection that broke.
fn close_handshake_lost(fault: &Fault<'_>) -> Option<Strength> {
    let class = fault.attempt?.close_class;
    let never = class == Some(CloseClass::NeverClosed) && fault.ended(Ended::GaveUp);
    when(
        never && fault.may_be_at(Place::FramesBack),
        Strength::Possible,
    )
}

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
    // Of several servers one may have died, and with it what it held: then nobody knows what it saw.
    let ledger = fault.evidence.ledger.as_ref();
    let all_told = ledger.is_some_and(|ledger| ledger.complete);
    let strength = match all_told && lived(fault.attempt?.ended_us) {
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

/// Pattern: closed with 1012; or what was open ended, and who answered afterwards is another process of the server. Meaning: it
/// restarted. Rival: several servers behind one name.
fn server_restart_101x(fault: &Fault<'_>) -> Option<Strength> {
    if closed_with(fault, 1012..=1012) {
        return Some(Strength::Likely);
    }
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

/// Pattern: closed with 1009; or messages came back up to a size, and none above it. Meaning: somebody takes no larger ones.
/// Rivals, of the second: packets that vanish, a box that takes them out.
fn message_too_big_1009(fault: &Fault<'_>) -> Option<Strength> {
    if closed_with(fault, 1009..=1009) {
        return Some(Strength::Proved);
    }
    let lost = fault
        .method
        .sizes
        .iter()
        .any(|tried| tried.echoed_us.is_none());
    when(lost && fault.lane == "main", Strength::Possible)
}
