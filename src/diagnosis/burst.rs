//! Where messages wait on their way, and what is lost with a connection: what one end had handed over, held against what
//! the other had.

use serde::{Deserialize, Serialize};

use super::facts::sightings;
use super::heard::smallest_rtt;
use crate::evidence::{Ended, Event, Evidence, Trace};
use crate::plan::{BURST_DOWN, BURST_UP, CUT_DOWN, CUT_UP, budget};
use crate::time::Micros;
use crate::wire::{FromPage, FromServer, Part, SeenBurst, Sighting};

/// What became of numbered messages that were handed over at once; each null: not tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bursts {
    /// From the server.
    pub down: Option<Burst>,
    /// From the page.
    pub up: Option<Burst>,
    /// From the server, which reset the connection when its socket had taken the last.
    pub cut_down: Option<Burst>,
    /// From the page; the server reset the connection on the way.
    pub cut_up: Option<Burst>,
}

/// Messages that were handed over at once, one way. Null is not measured, never nought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Burst {
    /// How many the sender's socket took before its connection ended.
    pub sent: Option<u32>,
    /// How many of them the other side counted.
    pub arrived: Option<u32>,
    /// How many of those it could tell the sender of.
    pub acknowledged: Option<u32>,
    /// They came one behind the other.
    pub in_order: Option<bool>,
    /// The connection ended before all had come.
    pub cut: bool,
    /// After all was sent again from the last one acknowledged: how many came at no time.
    pub missing: Option<u32>,
    /// And how many came both times, which only their numbers tell.
    pub twice: Option<u32>,
    /// Where they waited; null: not told, or over too soon.
    pub queue: Option<Queue>,
}

/// Messages on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// Bytes at most that somebody on the way had taken over, and the other side had not. What was in the page's own system
    /// counts.
    pub hidden_bytes: u64,
    /// Bytes at most that were under way and that nobody had acknowledged; null: not told.
    pub under_way_bytes: Option<u64>,
    /// How much later the last came than the first, each since it was handed over, µs.
    pub waited_us: u64,
    /// How fast they came, bytes a second.
    pub bytes_per_s: u64,
}

/// Of all bursts of a run; `None`: there were none.
pub(super) fn bursts(evidence: &Evidence) -> Option<Bursts> {
    let of = |probe, up| {
        let is_of = |trace: &&Trace| trace.probe == probe && trace.ended.is_some();
        let attempts: Vec<_> = evidence.traces.iter().filter(is_of).collect();
        let first = attempts.iter().find(|trace| opened(trace))?;
        let second = attempts.iter().find(|trace| trace.attempt > first.attempt);
        Some(burst(evidence, first, second.copied(), up))
    };
    let bursts = Bursts {
        down: of(BURST_DOWN, false),
        up: of(BURST_UP, true),
        cut_down: of(CUT_DOWN, false),
        cut_up: of(CUT_UP, true),
    };
    (bursts != Bursts::default()).then_some(bursts)
}

fn opened(trace: &Trace) -> bool {
    trace.first(|e| matches!(e, Event::Opened { .. })).is_some()
}

fn burst(evidence: &Evidence, first: &Trace, second: Option<&Trace>, up: bool) -> Burst {
    let seen = |trace| {
        let mut all = sightings(evidence, trace).into_iter();
        all.find(|seen: &&Sighting| seen.status.is_some())
    };
    let (one, other) = (Half::of(first), second.map(Half::of));
    let server = seen(first).and_then(|seen| seen.burst.as_ref());
    let again = second.and_then(seen).and_then(|seen| seen.burst.as_ref());
    let rtt = smallest_rtt(&evidence.traces).unwrap_or(budget::RTT_GUESS);
    let cut = first.ended == Some(Ended::Failed);
    let whole = other
        .as_ref()
        .filter(|_| second.is_some_and(|second| second.ended == Some(Ended::Complete)));
    if up {
        let came = |seen: &SeenBurst| match seen.first_in {
            0 => seen.strays_in,
            first => (seen.last_in.saturating_add(1))
                .saturating_sub(first)
                .saturating_add(seen.strays_in),
        };
        // From the last acknowledged on: those came twice that the server had already.
        let both = server.zip(again).filter(|_| whole.is_some());
        Burst {
            sent: Some(one.sent),
            arrived: server.map(came),
            acknowledged: Some(one.got),
            in_order: server.map(|seen| seen.strays_in == 0),
            cut,
            missing: both.map(|(seen, again)| missing(seen.last_in, again.first_in, again.last_in)),
            twice: both.map(|(seen, again)| twice(seen.last_in, again.first_in)),
            queue: one.queue_up(rtt),
        }
    } else {
        Burst {
            sent: server.map(|seen| seen.last_out),
            arrived: Some(one.came),
            acknowledged: server.map(|seen| seen.last_acked),
            in_order: Some(one.in_order),
            cut,
            missing: whole.map(|other| missing(one.last, other.first, other.last)),
            twice: whole.map(|other| twice(one.last, other.first)),
            queue: server.and_then(|burst| {
                let http2 = seen(first).is_some_and(|seen| seen.http_version == "HTTP/2.0");
                one.queue_down(burst, rtt, if http2 { SHARED } else { 0 })
            }),
        }
    }
}

/// Parts that neither brought: not up to `last` at first, nor from `again` to `until` afterwards.
const fn missing(last: u32, again: u32, until: u32) -> u32 {
    let between = again.saturating_sub(last.saturating_add(1));
    between.saturating_add(budget::PARTS.saturating_sub(until))
}

/// Parts that both brought.
const fn twice(last: u32, again: u32) -> u32 {
    last.saturating_add(1).saturating_sub(again)
}

/// What the page knows of one attempt.
#[derive(Default)]
struct Half {
    /// Parts that it sent, and the last of them that it was told of.
    sent: u32,
    got: u32,
    /// Parts that came, the first and the last.
    came: u32,
    first: u32,
    last: u32,
    in_order: bool,
    /// Of those that came: when the first and the last did, and by how much the last was longer on its way.
    from: Option<Part>,
    from_at: Micros,
    until_at: Micros,
    waited: u64,
    /// Each word of what arrived: its number, when it came, by the server's clock, and what the socket still held.
    words: Vec<(u32, Micros, Micros, u32)>,
    said: Micros,
}

impl Half {
    fn of(trace: &Trace) -> Self {
        let mut half = Self {
            in_order: true,
            ..Self::default()
        };
        let (mut held, mut gaps) = ((Micros::ZERO, 0), false);
        for stamped in &trace.events {
            let at = stamped.at;
            match &stamped.event {
                Event::Sent { line } => {
                    if let Ok(FromPage::Part(..)) = line.parse() {
                        half.sent += 1;
                        half.said = at;
                    }
                }
                Event::Buffered { bytes } => held = (at, *bytes),
                Event::Message { line, .. } => match line.parse() {
                    Ok(FromServer::Got(got)) => {
                        half.got = half.got.max(got.n);
                        let held = if held.0 == at { held.1 } else { 0 };
                        half.words.push((got.n, at, got.at.received, held));
                    }
                    Ok(FromServer::Part(part)) => half.part(part, at),
                    _ => gaps = true,
                },
                _ => {}
            }
        }
        // Of a long burst those in the middle are only counted.
        half.came += trace.omitted_messages;
        if half.sent > 0 {
            half.sent += trace.omitted_sent;
        }
        // And none of them was missing or came again.
        let all = half.last.saturating_sub(half.first).saturating_add(1);
        half.in_order &= !gaps && (half.came == 0 || half.came == all);
        half
    }

    fn part(&mut self, part: Part, at: Micros) {
        self.in_order &= part.n > self.last;
        self.came += 1;
        self.last = self.last.max(part.n);
        self.until_at = at;
        match &self.from {
            None => {
                self.first = part.n;
                self.from_at = at;
                self.from = Some(part);
            }
            Some(first) if first.instance == part.instance => {
                let (way, sent) = (at.since(self.from_at), part.sent.since(first.sent));
                self.waited = way.since(sent).0;
            }
            Some(_) => {}
        }
    }

    /// `ours`: what may still be with the server when it takes it for sent.
    fn queue_down(&self, seen: &SeenBurst, rtt: Micros, ours: u64) -> Option<Queue> {
        let parts = u64::from(self.last.checked_sub(self.first)?);
        let rate = rate(parts, self.until_at.since(self.from_at))?;
        let mut under_way = 0;
        let mut hidden = Vec::new();
        let mut before = Micros::ZERO;
        for at in &seen.queue {
            under_way = under_way.max(at.sent.saturating_sub(at.acked));
            // Of words that come together, as after a loss, only the last is of its time.
            if at.at.since(before) < TOGETHER {
                hidden.pop();
            }
            before = at.at;
            hidden.push(at.acked.saturating_sub(at.arrived));
        }
        // One far above all others may be chance.
        let most = hidden.iter().copied().max()?;
        let at = hidden.iter().position(|bytes| *bytes == most)?;
        hidden.swap_remove(at);
        let second = hidden.into_iter().max()?;
        let hidden = if most / 2 <= second { most } else { second };
        Some(Queue {
            hidden_bytes: hidden
                .saturating_sub(on_the_way(rate, rtt))
                .saturating_sub(ours),
            under_way_bytes: Some(under_way),
            waited_us: self.waited,
            bytes_per_s: rate,
        })
    }

    fn queue_up(&self, rtt: Micros) -> Option<Queue> {
        let (first, last) = (self.words.first()?, self.words.last()?);
        let parts = u64::from(last.0.checked_sub(first.0)?);
        let rate = rate(parts, last.2.since(first.2))?;
        let all = u64::from(self.sent) * PART;
        let mut hidden = 0;
        for (n, _, _, held) in &self.words {
            let left = all.saturating_sub(u64::from(*held));
            hidden = hidden.max(left.saturating_sub(u64::from(*n) * PART));
        }
        Some(Queue {
            hidden_bytes: hidden.saturating_sub(on_the_way(rate, rtt)),
            under_way_bytes: None,
            waited_us: last.1.since(self.said).since(rtt).0,
            bytes_per_s: rate,
        })
    }
}

/// Over HTTP/2 so much waits between a stream and its connection.
const SHARED: u64 = 48_000;

/// Words of what arrived that come within that come together.
const TOGETHER: Micros = Micros::ms(10);

/// The bytes of a part, about: its padding, and what stands before it.
const PART: u64 = budget::PART_BYTES as u64 + 40;

/// So many parts in that time; `None`: too little of it to tell.
fn rate(parts: u64, time: Micros) -> Option<u64> {
    const SHORTEST: Micros = Micros::ms(5);
    (parts > 0 && time >= SHORTEST).then(|| parts * PART * 1_000_000 / time.0)
}

/// What moves between the two ends without waiting anywhere.
const fn on_the_way(rate: u64, rtt: Micros) -> u64 {
    rate.saturating_mul(rtt.0) / 1_000_000
}
