//! Whether a stream comes whole, but late: what stands between keeps it for a while, and how.
//!
//! The ticks of a stream are compared with those that came by WebSocket at the same time: a slow path is slow for both, and
//! loss comes to both. Where no WebSocket is beside it only what is late by far is told.

use serde::{Deserialize, Serialize};

use super::heard::{Heard, RoundTrip};
use crate::evidence::{Event, Evidence, Surroundings, Trace};
use crate::method::Method;
use crate::stats::median;
use crate::time::Micros;
use crate::wire::Relief;

/// How a stream is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeldAs {
    /// Until its end.
    UntilClose,
    /// Until so many bytes are there.
    Block,
    /// For a while, whatever comes.
    Timer,
    /// Each message until the next one comes.
    OneBehind,
}

/// What was kept, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// How; null: it is late, and what came shows no pattern.
    pub held_as: Option<HeldAs>,
    /// By how much a message came later than it would have, at the median, µs.
    pub median_us: u64,
    /// Between two deliveries, of a timer, at the median, µs; null: it is none.
    pub every_us: Option<u64>,
    /// The bytes that came at once, of a block, at the median; null: it is none.
    pub block_bytes: Option<u64>,
    /// What was tried to let it pass at once.
    pub reliefs: Vec<ReliefTried>,
}

/// Something that may let a stream pass at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReliefTried {
    /// What.
    pub relief: Relief,
    /// It did; null: that did not come whole, or too few messages came to tell.
    pub relieves: Option<bool>,
}

/// Later than the run's fastest tick by that much at the median is no jitter, where no WebSocket tells how much there is. A
/// box that keeps every event until the next one comes makes 175 ms of it; a path with 40 ms of jitter less than half.
const LATE: Micros = Micros::ms(100);

/// Later by that much and three times what the jitter beside it is, at the median, is none either.
const LATE_BESIDE: Micros = Micros::ms(60);

/// Later than what came beside it by that much at the median, where it came in bunches too.
const LATER: Micros = Micros::ms(20);

/// Sent at least so far apart, and received together: bunched. The gaps of the ticks are longer.
const APART: Micros = Micros::ms(50);

/// Received within that is together, unless the page's clock is coarser.
const TOGETHER: Micros = Micros::ms(3);

/// A delivery may take a page so long to hear, message by message: less than the shortest gap of the ticks by far.
const ONE_TURN: Micros = Micros::ms(15);

/// A page that stood still for more than one part of so many in all was busy: the median shows it.
pub(super) const BUSY: u64 = 3;

/// Fewer ticks show no pattern.
const FEWEST: usize = 5;

/// One tick's way: when it was sent, when it came, and by how much later than the fastest of the run.
#[derive(Clone, Copy)]
struct Way {
    sent: Micros,
    came: Micros,
    late: u64,
}

/// The ways of a stream's ticks from one instance; none: too few came.
fn ways(heard: &Heard<'_>, fastest: &[(&str, i64)]) -> Vec<Way> {
    let mut ways = Vec::new();
    for (tick, came) in &heard.ticks {
        let way = came.0 as i64 - tick.sent.0 as i64;
        let best = fastest.iter().find(|best| best.0 == tick.instance);
        ways.extend(best.map(|best| Way {
            sent: tick.sent,
            came: *came,
            late: way.saturating_sub(best.1).max(0) as u64,
        }));
    }
    if ways.len() < FEWEST {
        ways.clear();
    }
    ways
}

/// Enough came to tell.
pub(super) fn tells(heard: &Heard<'_>, fastest: &[(&str, i64)]) -> bool {
    !ways(heard, fastest).is_empty()
}

fn lateness(ways: &[Way]) -> u64 {
    let late: Vec<u64> = ways.iter().map(|way| way.late).collect();
    median(&late).unwrap_or_default()
}

/// How many of the ticks that were sent apart came together, ‰.
fn bunched(ways: &[Way], together: Micros) -> u64 {
    let (mut apart, mut bunched) = (0, 0);
    for (one, next) in ways.iter().zip(ways.iter().skip(1)) {
        if next.sent.since(one.sent) >= APART {
            apart += 1;
            bunched += u64::from(next.came.since(one.came) <= together);
        }
    }
    (bunched * 1000).checked_div(apart).unwrap_or_default()
}

/// Whether ticks are the later the longer the next one lets wait for itself: the correlation of the two is above that many
/// per cent.
fn waits_for_next(ways: &[Way], percent: i64) -> bool {
    // Milliseconds, and none of more than seconds: the products of sums fit.
    let pairs = ways.iter().zip(ways.iter().skip(1));
    let pairs: Vec<(i64, i64)> = pairs
        .map(|(one, next)| {
            let gap = next.sent.since(one.sent);
            ((one.late / 1000) as i64, (gap.0 / 1000) as i64)
        })
        .filter(|(late, gap)| late.max(gap) < &8_000)
        .take(20)
        .collect();
    let n = pairs.len() as i64;
    let (mut x, mut y, mut xx, mut yy, mut xy) = (0, 0, 0, 0, 0);
    for (late, gap) in pairs {
        (x, y) = (x + late, y + gap);
        (xx, yy, xy) = (xx + late * late, yy + gap * gap, xy + late * gap);
    }
    // Pearson's r, squared, without a root; where lateness hardly varies there is none.
    let (sx, sy, sxy) = (n * xx - x * x, n * yy - y * y, n * xy - x * y);
    let (x, y, xy) = (sx / 10, sy / 10, sxy / 10);
    xy > 0 && x > y / 4 && xy * xy > x * y / 10_000 * percent * percent
}

/// Of each instance the shortest way of a tick in the whole run, server stamp to arrival: only differences of it mean
/// anything.
pub(super) fn fastest<'a>(attempts: &'a [Heard<'_>]) -> Vec<(&'a str, i64)> {
    let mut all: Vec<(&str, i64)> = Vec::new();
    // What comes minutes later may come by another clock, or after a sleep.
    let decisive = attempts.iter().filter(|heard| heard.trace.decisive);
    for (tick, at) in decisive.flat_map(|heard| &heard.ticks) {
        let way = at.0 as i64 - tick.sent.0 as i64;
        match all.iter_mut().find(|best| best.0 == tick.instance) {
            Some(best) => best.1 = way.min(best.1),
            None => all.push((&tick.instance, way)),
        }
    }
    all
}

/// Whether its ticks were kept on the way, and those by WebSocket beside it were not.
pub(super) fn held(
    surroundings: &Surroundings,
    attempts: &[Heard<'_>],
    heard: &Heard<'_>,
    fastest: &[(&str, i64)],
) -> Option<Held> {
    let own = ways(heard, fastest);
    let together = TOGETHER.max(Micros(surroundings.clock_step_us).times(3));
    let busy = own_lateness(surroundings, attempts);
    let late = lateness(&own);
    let beside = |other: &&Heard<'_>| {
        other.trace.method == Method::WebSocket
            && other.trace.lane == heard.trace.lane
            && other.trace.decisive
    };
    let sockets = attempts.iter().filter(beside);
    let mut sockets: Vec<_> = sockets.map(|socket| ways(socket, fastest)).collect();
    sockets.retain(|ways| !ways.is_empty());
    // Of what is not sent before the last packet was acknowledged (Nagle, RFC 896) a round trip is all that is lost.
    let rtt = attempts.iter().flat_map(|heard| &heard.trips);
    let rtt = rtt.map(RoundTrip::on_the_path).min().unwrap_or_default();
    let Some(beside) = sockets.first() else {
        let far = late > rtt.max(LATE.0) + busy && !is_rough(attempts, late / 2);
        return far.then(|| pattern(heard, &own, (late, 0), together));
    };
    let others = lateness(beside);
    let later = late.saturating_sub(others);
    // On a rough path both are late by chance, and not by the same.
    if later <= LATER.0 + others / 4 + busy {
        return None;
    }
    let (bunch, others_bunch) = (bunched(&own, together), bunched(beside, together));
    let one_behind = waits_for_next(&own, 80) && !waits_for_next(beside, 50) && bunch < 350;
    if one_behind {
        return Some(Held {
            held_as: Some(HeldAs::OneBehind),
            median_us: later,
            every_us: None,
            block_bytes: None,
            reliefs: Vec::new(),
        });
    }
    if later <= rtt {
        return None;
    }
    let all_at_once = bunch >= 900 && others_bunch < 700;
    let in_bunches = bunch >= others_bunch + 200;
    let no_jitter = (LATE.0 + others / 2).min(LATE_BESIDE.0 + others * 3);
    let late_by_far = later > no_jitter + busy;
    (all_at_once || in_bunches || late_by_far)
        .then(|| pattern(heard, &own, (later, others), together))
}

/// What the deliveries have in common: all in one at the end; or the same size, and each came the moment that its last
/// message was sent, or the next one that had no more room; or neither. `later`: than what came beside it; `others`: how late that was.
fn pattern(heard: &Heard<'_>, ways: &[Way], (later, others): (u64, u64), together: Micros) -> Held {
    // When each came, of how many, and how long after or before the nearest tick was sent.
    let mut deliveries: Vec<(Micros, u32, u64)> = Vec::new();
    let mut last = Micros::ZERO;
    for (n, way) in ways.iter().enumerate() {
        let next = ways.get(n + 1).map(|next| next.sent.since(way.sent).0);
        let off = next.map_or(way.late, |gap| way.late.min(gap.abs_diff(way.late)));
        match deliveries.last_mut() {
            Some(delivery) if way.came.since(last) <= together.max(ONE_TURN) => {
                (delivery.1, delivery.2) = (delivery.1 + 1, off);
            }
            _ => deliveries.push((way.came, 1, off)),
        }
        last = way.came;
    }
    let mut held = Held {
        held_as: None,
        median_us: later,
        every_us: None,
        block_bytes: None,
        reliefs: Vec::new(),
    };
    // What comes last was let go by the end, whatever kept it.
    let [whole @ .., _] = deliveries.as_slice() else {
        return held;
    };
    // Or in pieces, none of them before the end.
    let first_and_last = ways.first().zip(ways.last());
    let at_the_end = first_and_last.is_some_and(|(first, last)| {
        first.late + LATER.0 + others >= last.sent.since(first.sent).0
    });
    if whole.is_empty() || at_the_end {
        held.held_as = Some(HeldAs::UntilClose);
        return held;
    }
    let counts: Vec<u64> = whole.iter().map(|delivery| delivery.1.into()).collect();
    let (least, most) = (counts.iter().min(), counts.iter().max());
    let alike = least
        .zip(most)
        .is_some_and(|(least, most)| *most - *least <= 1);
    let several = most.is_some_and(|most| *most > 1);
    let off: Vec<u64> = whole.iter().map(|delivery| delivery.2).collect();
    let filled = median(&off).is_some_and(|off| off <= others + LATER.0);
    let pairs = whole.iter().zip(whole.iter().skip(1));
    let between: Vec<u64> = pairs.map(|(one, next)| next.0.since(one.0).0).collect();
    // Whichever is the steadier says what lets go: the time since the last delivery, or that since a message was sent.
    let by_beat = between.len() > 2 && range(&between) + together.times(3).0 < range(&off);
    let every = median(&between).unwrap_or_default();
    if several && alike && filled && !by_beat {
        held.held_as = Some(HeldAs::Block);
        held.block_bytes = median(&counts).map(|count| count * bytes_of_a_tick(heard));
    } else if several && every + LATER.0 >= later {
        // Nothing waits for longer than from one beat to the next.
        held.held_as = Some(HeldAs::Timer);
        held.every_us = by_beat.then_some(every);
    }
    held
}

/// From the least to the most.
fn range(of: &[u64]) -> u64 {
    let (least, most) = (of.iter().min(), of.iter().max());
    least.zip(most).map_or(0, |(least, most)| most - least)
}

/// The median size of what carried a tick.
fn bytes_of_a_tick(heard: &Heard<'_>) -> u64 {
    let sizes = heard
        .trace
        .events
        .iter()
        .filter_map(|stamped| match &stamped.event {
            Event::Message { bytes, .. } => Some(u64::from(*bytes)),
            _ => None,
        });
    median(&sizes.collect::<Vec<_>>()).unwrap_or_default()
}

/// What the page's own standing still may have added: nothing where it did so seldom, else as long as it ever did.
fn own_lateness(surroundings: &Surroundings, attempts: &[Heard<'_>]) -> u64 {
    let last = attempts
        .iter()
        .filter_map(|heard| heard.trace.events.last());
    let until = last.map(|last| last.at.0).max().unwrap_or_default();
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

/// That attempt's stream is kept, as far as is known by now.
pub fn is_held(evidence: &Evidence, trace: &Trace) -> bool {
    let attempts: Vec<_> = evidence.traces.iter().map(Heard::of).collect();
    let fastest = fastest(&attempts);
    let mut own = attempts.iter().filter(|heard| heard.trace.id == trace.id);
    own.any(|heard| held(&evidence.surroundings, &attempts, heard, &fastest).is_some())
}
