//! Whether a stream comes whole, but late: what stands between keeps it for a while.

use super::heard::{Heard, RoundTrip};
use crate::evidence::Surroundings;
use crate::method::Method;
use crate::stats::median;
use crate::time::Micros;

/// Later than the run's fastest tick by that much at the median is no jitter. A box that keeps every event until the
/// next one comes makes 175 ms of it; a path with 40 ms of jitter less than half.
const LATE: Micros = Micros::ms(100);

/// A page that stood still for more than one part of so many in all was busy: the median shows it.
const BUSY: u64 = 5;

/// Fewer ticks show no pattern.
const FEWEST: usize = 5;

/// By how much its ticks came later than the fastest tick of the run did, at the median; `None`: too few came.
fn lateness(heard: &Heard<'_>, fastest: &[(&str, i64)]) -> Option<u64> {
    let mut late = Vec::new();
    for (tick, at) in &heard.ticks {
        let way = at.0 as i64 - tick.sent.0 as i64;
        let best = fastest.iter().find(|best| best.0 == tick.instance);
        late.extend(best.map(|best| way.saturating_sub(best.1).max(0) as u64));
    }
    median(&late).filter(|_| late.len() >= FEWEST)
}

/// Of each instance the shortest way of a tick in the whole run, server stamp to arrival: only differences of it mean
/// anything.
pub(super) fn fastest<'a>(attempts: &'a [Heard<'_>]) -> Vec<(&'a str, i64)> {
    let mut all: Vec<(&str, i64)> = Vec::new();
    for (tick, at) in attempts.iter().flat_map(|heard| &heard.ticks) {
        let way = at.0 as i64 - tick.sent.0 as i64;
        match all.iter_mut().find(|best| best.0 == tick.instance) {
            Some(best) => best.1 = way.min(best.1),
            None => all.push((&tick.instance, way)),
        }
    }
    all
}

/// Its ticks came late, and those by WebSocket beside it did not: a slow path is slow for both. Where no WebSocket is, the
/// round trips tell whether the path is slow now and then.
pub(super) fn is_held(
    surroundings: &Surroundings,
    attempts: &[Heard<'_>],
    heard: &Heard<'_>,
    fastest: &[(&str, i64)],
) -> bool {
    let least = LATE.0 + own_lateness(surroundings, heard);
    let Some(late) = lateness(heard, fastest).filter(|late| *late > least) else {
        return false;
    };
    let beside = |other: &&Heard<'_>| {
        other.trace.method == Method::WebSocket
            && other.trace.lane == heard.trace.lane
            && other.trace.decisive
    };
    let sockets = attempts.iter().filter(beside);
    let others: Vec<u64> = sockets
        .filter_map(|socket| lateness(socket, fastest))
        .collect();
    match others.as_slice() {
        [] => !is_rough(attempts, late / 2),
        others => others.iter().all(|other| *other <= late / 2),
    }
}

/// What the page's own standing still may have added: nothing where it did so seldom, else as long as it ever did.
fn own_lateness(surroundings: &Surroundings, heard: &Heard<'_>) -> u64 {
    let until = heard.trace.events.last().map_or(0, |last| last.at.0);
    match surroundings.late_us > until / BUSY {
        true => surroundings.longest_gap_us,
        false => 0,
    }
}

/// The run's round trips differ by more than that at the median, or are too few to tell: then so may ticks.
fn is_rough(attempts: &[Heard<'_>], most: u64) -> bool {
    let trips = attempts.iter().flat_map(|heard| &heard.trips);
    let trips: Vec<u64> = trips.map(RoundTrip::on_the_path).collect();
    let fastest = trips.iter().min().copied().unwrap_or_default();
    trips.len() < FEWEST || median(&trips).is_none_or(|usual| usual - fastest > most)
}
