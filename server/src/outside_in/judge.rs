//! What a try shows, and whether it is time for one: no socket, no clock.

use pushcheck::method::Method;
use pushcheck::time::Micros;
use pushcheck::wire::{OutsideTry, Tick};

use super::PAUSE;

/// What becomes of the wish for a fresh result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// The newest will do.
    Newest,
    /// A round is under way: its result.
    Wait,
    /// It is time for a round.
    Begin,
}

/// `began`: when the latest round did.
pub(super) fn demand(began: Option<Micros>, is_under_way: bool, now: Micros) -> Demand {
    match began {
        _ if is_under_way => Demand::Wait,
        // The first one has not got so far.
        None => Demand::Wait,
        Some(began) if now.since(began) < PAUSE => Demand::Newest,
        Some(_) => Demand::Begin,
    }
}

/// How far a try came, whatever ended it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// The answer's status and whether it bore our mark.
    pub(super) answer: Option<(u16, bool)>,
    /// All that follows the answer came as it must.
    pub(super) rest: bool,
}

impl Seen {
    /// The answer is the one that is ours and lets go on; `status`: 101 for a WebSocket, 200 for all else.
    pub(super) fn goes_on(self, status: u16) -> bool {
        self.answer == Some((status, true))
    }

    pub(super) fn judged(self, method: Method) -> OutsideTry {
        let status = if method == Method::WebSocket {
            101
        } else {
            200
        };
        OutsideTry {
            method,
            passed: self.goes_on(status) && self.rest,
            status: self.answer.map(|(status, _)| status),
            marked: self.answer.map(|(_, marked)| marked),
        }
    }
}

/// A tick, and when it came.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub(super) tick: Tick,
    pub(super) at: Micros,
}

/// The ticks came one after the other as they were sent, at least two of them, and not all at once at the end: between
/// the first and the last lies at least half of the time that lay between them when they were sent. Only differences
/// are compared, so that another instance may have sent them.
pub(super) fn flows(came: &[Came]) -> bool {
    let [first, .., last] = came else {
        return false;
    };
    let follows = |pair: &[Came]| match pair {
        [one, next] => next.tick.n == one.tick.n + 1 && next.tick.instance == one.tick.instance,
        _ => true,
    };
    let sent = last.tick.sent.since(first.tick.sent);
    let took = last.at.since(first.at);
    came.windows(2).all(follows) && sent > Micros::ZERO && took.times(2) >= sent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(ticks: &[(u32, u64, u64)]) -> Vec<Came> {
        let one = |(n, sent, at): &(u32, u64, u64)| Came {
            tick: Tick {
                n: *n,
                due: Micros::ms(*sent),
                sent: Micros::ms(*sent),
                instance: "a".to_owned(),
            },
            at: Micros::ms(*at),
        };
        ticks.iter().map(one).collect()
    }

    #[test]
    fn ticks_flow_when_they_are_spread_as_they_were_sent() {
        assert!(flows(&came(&[(1, 60, 65), (2, 310, 320), (3, 430, 440)])));
        // Late, all of them alike.
        assert!(flows(&came(&[(1, 60, 2_065), (2, 310, 2_320)])));
        // Held until the end.
        assert!(!flows(&came(&[(1, 60, 435), (2, 310, 435), (3, 430, 436)])));
        assert!(!flows(&came(&[(1, 60, 65)])));
        assert!(!flows(&[]));
        // One is missing.
        assert!(!flows(&came(&[(1, 60, 65), (3, 430, 440)])));
        let mut of_two = came(&[(1, 60, 65), (2, 310, 320)]);
        of_two[1].tick.instance = "b".to_owned();
        assert!(!flows(&of_two));
    }

    #[test]
    fn a_try_has_passed_only_with_our_mark_and_all_that_follows() {
        let judged = |answer, rest, method| Seen { answer, rest }.judged(method).passed;
        assert!(judged(Some((200, true)), true, Method::Polling));
        assert!(judged(Some((101, true)), true, Method::WebSocket));
        assert!(!judged(Some((200, true)), true, Method::WebSocket));
        assert!(!judged(Some((200, false)), true, Method::Polling));
        assert!(!judged(Some((200, true)), false, Method::Polling));
        let nobody = Seen::default().judged(Method::Polling);
        assert_eq!(
            (nobody.passed, nobody.status, nobody.marked),
            (false, None, None)
        );
    }

    #[test]
    fn rounds_begin_so_often_and_not_oftener() {
        let now = Micros::ms(100_000);
        let before = |ms| Some(now.since(Micros::ms(ms)));
        assert_eq!(demand(None, false, now), Demand::Wait);
        assert_eq!(demand(before(40_000), true, now), Demand::Wait);
        assert_eq!(demand(before(29_999), false, now), Demand::Newest);
        assert_eq!(demand(before(30_000), false, now), Demand::Begin);
    }
}
