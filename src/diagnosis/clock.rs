//! One clock for both sides: how far the server's stamps lie from the page's, from the fastest exchange of the run.

use super::facts::lines;
use crate::evidence::{Event, Trace};
use crate::time::Micros;
use crate::wire::{At, FromPage, FromServer, Tick};

/// The offset of one instance's clock against the page's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Whose clock.
    pub instance: String,
    /// Server stamp minus page time, µs.
    pub offset: i64,
    /// The true offset lies within this of it: half the round trip of the exchange that it comes from, because how the
    /// path divides it cannot be seen.
    pub error: Micros,
}

impl Clock {
    /// The page's time of a server stamp, µs; negative: before the run.
    pub const fn page_time(&self, stamp: Micros) -> i64 {
        (stamp.0 as i64).saturating_sub(self.offset)
    }
}

/// An exchange seen from both ends: the page's times of question and answer, and the server's stamps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundTrip {
    /// When the page asked.
    pub asked: Micros,
    /// When the answer came.
    pub answered: Micros,
    /// What the server stamped.
    pub at: At,
}

impl RoundTrip {
    /// The time spent on the path: the server's own is taken off.
    pub fn on_the_path(&self) -> u64 {
        self.answered
            .since(self.asked)
            .since(self.at.sent.since(self.at.received))
            .0
    }
}

/// The clock of each instance that answered an echo or a poll; `step` is the page clock's.
pub fn clocks(traces: &[Trace], step: Micros) -> Vec<Clock> {
    let mut best: Vec<RoundTrip> = Vec::new();
    for trace in traces {
        for trip in round_trips(trace) {
            match best
                .iter_mut()
                .find(|other| other.at.instance == trip.at.instance)
            {
                Some(other) if other.on_the_path() <= trip.on_the_path() => {}
                Some(other) => *other = trip,
                None => best.push(trip),
            }
        }
    }
    let clock = |trip: RoundTrip| {
        let there = trip.at.received.0 as i64 - trip.asked.0 as i64;
        let back = trip.at.sent.0 as i64 - trip.answered.0 as i64;
        let error = Micros(trip.on_the_path() / 2).plus(step);
        Clock {
            offset: there.midpoint(back),
            error,
            instance: trip.at.instance,
        }
    };
    best.into_iter().map(clock).collect()
}

/// The exchanges of one attempt: its echoes, or its poll. A long poll's answer waits for a tick, but the server stamps
/// when it stopped waiting, so the wait is taken off as well.
pub fn round_trips(trace: &Trace) -> Vec<RoundTrip> {
    heard(trace).1
}

/// What an attempt brought: its ticks, each with its arrival and in that order, and its exchanges.
#[inline(never)]
pub(super) fn heard(trace: &Trace) -> (Vec<(Tick, Micros)>, Vec<RoundTrip>) {
    let (mut ticks, mut trips) = (Vec::new(), Vec::new());
    let constructed = trace.first(|event| matches!(event, Event::Constructed));
    let mut asked = Vec::new();
    for stamped in &trace.events {
        let answered = stamped.at;
        let mut trip = |asked, at| {
            trips.push(RoundTrip {
                asked,
                answered,
                at,
            });
        };
        match &stamped.event {
            Event::Sent { line } => {
                if let Ok(FromPage::Echo(n, _)) = line.parse() {
                    asked.push((n, answered));
                }
            }
            Event::Message { line, .. } => match line.parse() {
                Ok(FromServer::Tick(tick)) => ticks.push((tick, answered)),
                Ok(FromServer::Echo(echo)) => {
                    if let Some((_, at)) = asked.iter().find(|(n, _)| *n == echo.n) {
                        trip(*at, echo.at);
                    }
                }
                Err(_) => {}
            },
            Event::Body { text, .. } => {
                if let Some(body) = lines(text) {
                    for tick in body.ticks {
                        ticks.push((tick, answered));
                    }
                    if let Some(at) = constructed {
                        trip(at, body.at);
                    }
                }
            }
            _ => {}
        }
    }
    (ticks, trips)
}
