//! One clock for both sides: how far the server's stamps lie from the page's, from the fastest exchange of the run.

use super::heard::{Heard, RoundTrip};
use crate::time::Micros;

/// The offset of one instance's clock against the page's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock<'a> {
    /// Whose clock.
    pub instance: &'a str,
    /// Server stamp minus page time, µs.
    pub offset: i64,
    /// The true offset lies within this of it: half the round trip of the exchange that it comes from, because how the
    /// path divides it cannot be seen.
    pub error: Micros,
}

impl<'a> Clock<'a> {
    fn of(trip: &'a RoundTrip, step: Micros) -> Self {
        let there = trip.at.received.0 as i64 - trip.asked.0 as i64;
        let back = trip.at.sent.0 as i64 - trip.answered.0 as i64;
        Self {
            instance: &trip.at.instance,
            offset: there.midpoint(back),
            error: Micros(trip.on_the_path() / 2).plus(step),
        }
    }

    /// The page's time of a server stamp, µs; negative: before the run.
    pub const fn page_time(&self, stamp: Micros) -> i64 {
        (stamp.0 as i64).saturating_sub(self.offset)
    }
}

/// The clock of each instance that answered an echo or a poll; `step` is the page clock's.
pub fn clocks<'a>(attempts: &'a [Heard<'_>], step: Micros) -> Vec<Clock<'a>> {
    let mut clocks: Vec<Clock<'_>> = Vec::new();
    for trip in attempts.iter().flat_map(|attempt| &attempt.trips) {
        let clock = Clock::of(trip, step);
        let same = |other: &&mut Clock<'_>| other.instance == clock.instance;
        match clocks.iter_mut().find(same) {
            Some(best) if best.error <= clock.error => {}
            Some(best) => *best = clock,
            None => clocks.push(clock),
        }
    }
    clocks
}
