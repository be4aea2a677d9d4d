//! Causes on the way of packets.

use super::Rule;
use super::fault::{Fault, when};
use crate::diagnosis::{Code, Place, Strength};
use crate::evidence::Ended;
use crate::plan::Lane;
use crate::wire::{End, Reached, Scheme};

pub(super) const RULES: &[(Code, Rule)] = &[
    (Code::PortBlackholed, port_blackholed),
    (Code::DpiReset, dpi_reset),
    (Code::MtuBlackhole, mtu_blackhole),
    (Code::PortRefused, port_refused),
];

/// Pattern: nothing that went to a port arrived or was answered until we gave up. Meaning: it vanishes; where the same name
/// works on another port, for that port. Rivals: a name whose servers are not heard, a proxy that waits.
fn port_blackholed(fault: &Fault<'_>) -> Option<Strength> {
    let vanished = fault.may_be_at(Place::WayOut)
        && !fault.may_be_at(Place::Page)
        && fault.none_works()
        && fault.ended(Ended::GaveUp);
    let way = fault.way()?;
    let other_port = fault.works_elsewhere(|lane| lane.host == way.host && lane.port != way.port);
    let strength = match other_port && fault.is_at(Place::WayOut) && !fault.forward_proxy() {
        true => Strength::Likely,
        false => Strength::Possible,
    };
    when(vanished, strength)
}

/// Pattern: nothing that went to a port arrived, and all failed at once, while the same name works on another port.
/// Meaning: somebody refuses connections to that port. Rivals: where nothing else works, a name that is not known; where a
/// proxy stands on the way, its rules.
fn port_refused(fault: &Fault<'_>) -> Option<Strength> {
    let failed = fault.may_be_at(Place::WayOut) && fault.none_works() && fault.ended(Ended::Failed);
    let way = fault.way()?;
    let other_port = fault.works_elsewhere(|lane| lane.host == way.host && lane.port != way.port);
    // Of a proxy on the way only plain requests tell.
    let shown = |lane: &Lane| lane.scheme == Scheme::Http;
    let no_proxy = fault.works_elsewhere(shown) && !fault.forward_proxy();
    let strength = match other_port && no_proxy && fault.is_at(Place::WayOut) {
        true => Strength::Likely,
        false => Strength::Possible,
    };
    when(failed && !fault.forward_proxy(), strength)
}

/// Pattern: a connection reached us and was reset before a request arrived on it, while the page failed. Meaning: somebody
/// read what was sent on it and reset it towards both ends; proved where other things pass to the same
/// port, or to another of the host, every time, and it was not the page that let go. Rival: a browser, or a program beside it, that resets what it has begun.
fn dpi_reset(fault: &Fault<'_>) -> Option<Strength> {
    let connections = fault.connections();
    let reset =
        |reached: Reached| matches!(reached, Reached::Accepted | Reached::Bytes | Reached::Hello);
    let all = connections
        .iter()
        .all(|one| one.end == Some(End::Reset) && reset(one.reached));
    let (seen, of) = fault.counts();
    let way = fault.way()?;
    let spoke = connections
        .iter()
        .all(|one| one.reached != Reached::Accepted);
    // To the same port other things pass; or to another, and what was reset there had been read.
    let keyed =
        fault.others_work() || (spoke && fault.works_elsewhere(|lane| lane.host == way.host));
    let every_time = seen == of && of > 1 && fault.ended(Ended::Failed);
    let strength = match keyed && every_time && !fault.own_front() {
        true => Strength::Proved,
        false => Strength::Likely,
    };
    when(
        fault.is_at(Place::Secure) && !connections.is_empty() && all,
        strength,
    )
}

/// Pattern: messages pass, and none that is larger than a packet; back to us, the kernel's own packets are acknowledged by
/// nobody; out from the page, nothing comes after it either. Meaning: packets above a size vanish on the way, with nobody who
/// says so. Rivals: a box that takes no large messages, a way that died at that moment.
fn mtu_blackhole(fault: &Fault<'_>) -> Option<Strength> {
    let small_passed = fault.attempt?.echo.is_some() || fault.attempt?.ticks > 0;
    if !fault.is_socket() || !small_passed || !fault.ended(Ended::GaveUp) {
        return None;
    }
    let seen = fault.seen()?;
    let waits_in_vain = seen.tcp.as_ref().is_some_and(|tcp| tcp.timeouts > 0);
    let padded = super::super::place::asked_for_a_large_echo(fault.trace()?);
    let plain = fault.way()?.scheme == Scheme::Http;
    match fault.place {
        Some(Place::FramesBack) if padded && waits_in_vain => Some(Strength::Proved),
        Some(Place::FramesBack) if padded && seen.strange_in == 0 && plain => {
            Some(Strength::Possible)
        }
        // Had only the message been taken out, what the page sent after it would have come.
        Some(Place::FramesOut) if padded && seen.close.is_none() => Some(Strength::Likely),
        _ => None,
    }
}
