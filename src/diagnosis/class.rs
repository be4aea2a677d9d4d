//! Classes of how and when an attempt ended.

use serde::{Deserialize, Serialize};

use crate::plan::budget;
use crate::time::Micros;

/// What a `close` event says (RFC 6455 § 7.4, and how engines deviate).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseClass {
    /// 1000, or a close frame without a code (1005).
    Clean,
    /// 1001: the other side leaves.
    GoingAway,
    /// 1012: it restarts.
    Restart,
    /// 1008: its policy.
    Policy,
    /// 1009: a message was too big.
    TooBig,
    /// 1002, 1003, 1007, 1010, and codes that must not stand in a frame: somebody breaks the protocol.
    Protocol,
    /// 1011, 1013, 1014: the server, or what stands behind it, cannot.
    ServerError,
    /// 1015: the TLS handshake; Firefox tells pages, Chromium says 1006.
    Tls,
    /// 3000–4999: libraries and applications.
    AppDefined,
    /// No connection came to be: everything from DNS to the handshake.
    AbnormalBeforeOpen,
    /// The connection ended without a close frame.
    AbnormalAfterOpen,
    /// It was asked to close and never said that it had.
    NeverClosed,
}

impl CloseClass {
    /// The class of a `close` event. `opened`: `open` came before it.
    ///
    /// An unclean close carries no code of the other side's: browsers say 1006, Firefox 1015 for TLS. A clean one with
    /// 1005, 1006, 1015 or an unassigned code is what Firefox hands on when a frame carried it; Chromium makes 1006 of it.
    pub const fn of(code: u16, was_clean: bool, opened: bool) -> Self {
        match (was_clean, opened, code) {
            (false, _, 1015) => Self::Tls,
            (false, false, _) => Self::AbnormalBeforeOpen,
            (false, true, _) => Self::AbnormalAfterOpen,
            (true, _, 1000 | 1005) => Self::Clean,
            (true, _, 1001) => Self::GoingAway,
            (true, _, 1008) => Self::Policy,
            (true, _, 1009) => Self::TooBig,
            (true, _, 1011 | 1013 | 1014) => Self::ServerError,
            (true, _, 1012) => Self::Restart,
            (true, _, 3000..=4999) => Self::AppDefined,
            (true, _, 0..=999 | 1002..=1004 | 1006 | 1007 | 1010 | 1015..=2999 | 5000..) => {
                Self::Protocol
            }
        }
    }
}

/// How long a failure took, in the path's own measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeClass {
    /// Sooner than any packet could have come back.
    BeforeAnyPacket,
    /// One to four round trips.
    RoundTrips,
    /// Later than that.
    Slow,
    /// When we gave up.
    OurDeadline,
}

impl TimeClass {
    /// Round trips shorter than this cannot be told from no round trip.
    const LEAST_RTT: Micros = Micros::ms(30);

    /// The class of a failure that long after the start; `rtt` is the smallest round trip seen, `step` the clock's.
    /// `None`: unknown, because the round trip is, or is too short to tell.
    pub fn of(elapsed: Micros, gave_up: bool, rtt: Option<Micros>, step: Micros) -> Option<Self> {
        if gave_up {
            return Some(Self::OurDeadline);
        }
        let rtt = rtt?;
        let latest = rtt.times(4).plus(Micros::ms(150)).plus(step);
        if elapsed > latest {
            return Some(Self::Slow);
        }
        let told_apart = rtt >= Self::LEAST_RTT && rtt >= step.times(3);
        let soonest = Micros(rtt.0 / 2).min(Micros::ms(20));
        match elapsed.plus(step) < soonest {
            true if told_apart => Some(Self::BeforeAnyPacket),
            false if told_apart && elapsed.plus(step) >= rtt => Some(Self::RoundTrips),
            true | false => None,
        }
    }
}

/// A WebSocket that opened, but later than this after its constructor, opened slowly.
pub(super) const fn slow_open(rtt: Micros) -> Micros {
    rtt.times(8).plus(budget::SLOW_OPEN)
}
