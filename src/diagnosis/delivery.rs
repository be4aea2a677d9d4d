//! How late and how whole the ticks arrived.

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::heard::Heard;
use crate::evidence::Ended;
use crate::method::Method;
use crate::stats::median;
use crate::time::Micros;

/// The same ticks over every method: what a message goes through here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Ticks that arrived.
    pub n: u32,
    /// The median delay from the moment when a tick fell due to its arrival, µs.
    pub median_us: u64,
    /// The worst, µs.
    pub worst_us: u64,
    /// The delays are right within this, µs; null where they are relative.
    pub clock_error_us: Option<u64>,
    /// No echo gave a common clock: the delays count from the fastest tick.
    pub relative: bool,
    /// Ticks that never arrived.
    pub missing: u32,
    /// Ticks that arrived again.
    pub duplicated: u32,
    /// Ticks that arrived after a later one.
    pub reordered: u32,
    /// Polling: the delay to expect at usual intervals; null for the others.
    pub at_interval: Option<Vec<AtInterval>>,
}

/// What polling costs at an interval: half of it on average and the whole at worst, plus the measured round trip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AtInterval {
    /// The interval, ms.
    pub every_ms: u32,
    /// The mean delay, µs.
    pub mean_us: u64,
    /// The worst delay, µs.
    pub worst_us: u64,
}

/// The intervals of [`Delivery::at_interval`], ms.
const INTERVALS: [u32; 3] = [1_000, 5_000, 30_000];

/// Of a method's decisive attempts on one lane; `None` where nothing arrived. `round_trip`: the method's median.
pub fn delivery(
    method: Method,
    attempts: &[&Heard<'_>],
    clocks: &[Clock<'_>],
    round_trip: Option<u64>,
) -> Option<Delivery> {
    let mut seen: Vec<(&str, u32)> = Vec::new();
    let mut delays: Vec<i64> = Vec::new();
    let (mut duplicated, mut reordered, mut missing) = (0, 0, 0);
    let mut error = Some(Micros::ZERO);
    for attempt in attempts {
        let mut distinct = 0;
        for (tick, at) in &attempt.ticks {
            let key = (tick.instance.as_str(), tick.n);
            if seen.contains(&key) {
                duplicated += 1;
                continue;
            }
            reordered += u32::from(seen.iter().any(|other| other.0 == key.0 && other.1 > key.1));
            let clock = clocks.iter().find(|clock| clock.instance == key.0);
            error = error
                .zip(clock)
                .map(|(worst, clock)| worst.max(clock.error));
            delays.push(
                at.0 as i64 - clock.map_or(tick.due.0 as i64, |clock| clock.page_time(tick.due)),
            );
            seen.push(key);
            distinct += 1;
        }
        // What was cut short by us is not missing.
        if attempt.trace.ended != Some(Ended::Stopped) {
            missing += attempt.trace.ticks_wanted.saturating_sub(distinct);
        }
    }
    if method == Method::Polling || method == Method::LongPolling {
        missing = holes(&seen);
    }
    let fastest = *delays.iter().min()?;
    let base = if error.is_some() { 0 } else { fastest };
    let delays: Vec<u64> = delays
        .iter()
        .map(|delay| (delay - base).max(0) as u64)
        .collect();
    Some(Delivery {
        n: seen.len() as u32,
        median_us: median(&delays)?,
        worst_us: *delays.iter().max()?,
        clock_error_us: error.map(|error| error.0),
        relative: error.is_none(),
        missing,
        duplicated,
        reordered,
        at_interval: round_trip
            .filter(|_| method == Method::Polling)
            .map(at_interval),
    })
}

fn at_interval(round_trip: u64) -> Vec<AtInterval> {
    let of = |every_ms: u32| {
        let whole = u64::from(every_ms) * 1000;
        AtInterval {
            every_ms,
            mean_us: whole / 2 + round_trip,
            worst_us: whole + round_trip,
        }
    };
    INTERVALS.into_iter().map(of).collect()
}

/// How many numbers are missing between the first and the last. Each instance numbers the run for itself: where several
/// answered, they were asked for what follows another's number, and what lacks then was never asked for.
fn holes(seen: &[(&str, u32)]) -> u32 {
    let mut holes = 0;
    if seen.iter().any(|other| other.0 != seen[0].0) {
        return holes;
    }
    for (instance, n) in seen {
        let later = seen
            .iter()
            .filter(|other| other.0 == *instance && other.1 > *n);
        if let Some(next) = later.map(|other| other.1).min() {
            holes += next - n - 1;
        }
    }
    holes
}
