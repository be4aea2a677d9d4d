//! A world without faults.

use std::collections::BTreeMap;

use pushcheck::evidence::Event;
use pushcheck::run::{Driver, Start};
use pushcheck::time::Micros;
use pushcheck::wire::{At, Echo, FromPage, Ledger, PollBody, Sighting, Tick, tick_after, tick_due};

use super::events::{body, closed_by_the_server, head, message, opened};
use super::server::{about, arrival, field, ledger};
use super::world::{Input, Nature, Queue};
use super::{AHEAD, INSTANCE};

/// A server and path without faults: every message takes half a round trip.
#[derive(Debug)]
pub struct Healthy {
    pub rtt: Micros,
    /// What the server saw.
    pub seen: Vec<Sighting>,
    sockets: BTreeMap<u16, usize>,
    /// What is paced goes on until then.
    pub paced_until: Micros,
    /// What a browser says that it had last arrives.
    pub keeps_last_event_id: bool,
}

impl Healthy {
    pub fn new(rtt: Micros) -> Self {
        Self {
            rtt,
            seen: Vec::new(),
            sockets: BTreeMap::new(),
            paced_until: Micros::ZERO,
            keeps_last_event_id: true,
        }
    }

    fn half(&self) -> Micros {
        Micros(self.rtt.0 / 2)
    }

    /// Ticks by a stream that is asked for by its URL.
    fn stream(&mut self, world: &mut Queue, at: Micros, start: &Start, first: Event) {
        let (attempt, url) = (start.attempt, &start.request.url);
        world.see(at.plus(self.rtt), attempt, first);
        if url.contains("paceMs=") {
            let pace = Micros::ms(parameter(url, "paceMs"));
            return self.paced(world, at.plus(self.half()), attempt, pace);
        }
        let silent = Micros::ms(parameter(url, "silentMs"));
        let from = at.plus(self.half()).plus(silent);
        let last = self.ticks(world, from, attempt, parameter(url, "count") as u32);
        if !url.contains("retryMs=") {
            return world.see(last, attempt, Event::Finished);
        }
        world.see(last, attempt, Event::Errored { closed: false });
        let again = last
            .plus(Micros::ms(parameter(url, "retryMs")))
            .plus(self.rtt);
        world.see(again, attempt, opened());
        let mut second = arrival(url);
        let next = if self.keeps_last_event_id {
            second.headers.push(field("Last-Event-ID", ""));
            tick_after(from) + parameter(url, "count") as u32
        } else {
            tick_after(again.since(self.half()))
        };
        self.seen.push(second);
        let sent = tick_due(next).max(again.since(self.half()));
        world.see(sent.plus(self.half()), attempt, message(&tick(next, sent)));
    }

    /// The ticks that fall due from a moment on, each at its moment; when the last of them reaches the page.
    fn ticks(&self, world: &mut Queue, from: Micros, attempt: u16, count: u32) -> Micros {
        let first = tick_after(from);
        let mut last = Micros::ZERO;
        for n in first..first + count {
            last = tick_due(n).plus(self.half());
            world.see(last, attempt, message(&tick(n, tick_due(n))));
        }
        last
    }

    /// A tick each time that so long has passed.
    fn paced(&self, world: &mut Queue, from: Micros, attempt: u16, pace: Micros) {
        let mut at = from;
        while at < self.paced_until {
            let n = tick_after(at);
            let due = tick_due(n);
            world.see(due.plus(self.half()), attempt, message(&tick(n, due)));
            at = due.plus(pace);
        }
    }

    /// The ticks that fell due since the last answer; a long poll waits for one.
    fn answer(&self, world: &mut Queue, at: Micros, start: &Start) {
        let url = &start.request.url;
        let arrived = at.plus(self.half());
        let after = parameter(url, "after") as u32;
        let sent = if url.contains("/long-poll") {
            let hold = Micros::ms(parameter(url, "holdMs"));
            arrived.max(tick_due(after.saturating_add(1)).min(arrived.plus(hold)))
        } else {
            arrived
        };
        let due = (after.saturating_add(1)..=u32::MAX).take_while(|n| tick_due(*n) <= sent);
        let text = PollBody {
            at: stamps(arrived, sent),
            ticks: due.map(|n| tick(n, sent)).collect(),
        };
        let back = sent.plus(self.half());
        world.see(back, start.attempt, head(200, true));
        world.see(back, start.attempt, body(&text));
    }
}

impl Nature for Healthy {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        world.see(at, start.attempt, Event::Constructed);
        if !start.request.own {
            self.sockets.insert(start.attempt, self.seen.len());
            self.seen.push(arrival(&start.request.url));
        }
        match start.request.driver {
            Driver::WebSocket => {
                let protocol = start.request.protocols.first().cloned();
                let protocol = protocol.unwrap_or_default();
                let takes = start.request.url.contains("deflate=1");
                let opened = Event::Opened {
                    protocol,
                    extensions: if takes { "permessage-deflate" } else { "" }.to_owned(),
                };
                world.see(at.plus(self.rtt), start.attempt, opened);
            }
            Driver::EventSource => self.stream(world, at, start, opened()),
            Driver::StreamingFetch => self.stream(world, at, start, head(200, true)),
            Driver::Fetch => self.answer(world, at, start),
            Driver::Upload => {
                world.see(at.plus(self.rtt), start.attempt, head(200, true));
                world.see(at.plus(self.rtt), start.attempt, body(&""));
            }
            Driver::Head => world.see(at.plus(self.rtt), start.attempt, head(200, true)),
            Driver::OpaqueHead => world.see(at.plus(self.rtt), start.attempt, head(0, false)),
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        let (there, back) = (at.plus(self.half()), at.plus(self.rtt));
        if let Some(seen) = self
            .sockets
            .get(&attempt)
            .and_then(|i| self.seen.get_mut(*i))
        {
            seen.frames_in += 1;
        }
        match text.parse().expect("a line of ours") {
            FromPage::Ticks(count) => {
                self.ticks(world, there, attempt, count);
            }
            FromPage::Echo(n, padding) => {
                let at = stamps(there, there);
                world.see(back, attempt, message(&Echo { n, at, padding }));
            }
            FromPage::Paced(ms) => self.paced(world, there, attempt, Micros::ms(ms.into())),
            FromPage::Pings(_)
            | FromPage::Burst { .. }
            | FromPage::Part(..)
            | FromPage::Ack(_)
            | FromPage::Cut(_) => {}
            FromPage::End | FromPage::Ledger(_) => {
                world.see(back, attempt, closed_by_the_server());
            }
        }
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        world.put(at.plus(self.rtt), Input::About(Some(Box::new(about()))));
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, _: bool) {
        let ledger = Ledger {
            sightings: self.seen.clone(),
            ..ledger()
        };
        world.put(at.plus(self.rtt), Input::Ledger(question, Some(ledger)));
    }
}

/// The server's stamp of a moment on the page's clock.
fn stamp(at: Micros) -> Micros {
    at.plus(Micros(AHEAD))
}

fn stamps(received: Micros, sent: Micros) -> At {
    At {
        received: stamp(received),
        sent: stamp(sent),
        instance: INSTANCE.to_owned(),
    }
}

fn tick(n: u32, sent: Micros) -> Tick {
    Tick {
        n,
        due: stamp(tick_due(n)),
        sent: stamp(sent),
        instance: INSTANCE.to_owned(),
    }
}

fn parameter(url: &str, name: &str) -> u64 {
    let query = url.split('?').nth(1).unwrap_or_default();
    let value = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.expect(name).parse().expect("a number")
}
