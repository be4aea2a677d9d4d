//! A network that does something to the connections that a watch holds.

use std::collections::BTreeMap;

use pushcheck::evidence::Event;
use pushcheck::run::{Driver, Start};
use pushcheck::time::Micros;
use pushcheck::wire::{End, Ledger};

use crate::support::AHEAD;
use crate::support::events::cut;
use crate::support::healthy::Healthy;
use crate::support::server;
use crate::support::world::{Input, Nature, Queue};

/// What the network does to connections that are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Nothing,
    /// Ends each at that age; the page is told or not.
    Age(Micros, bool),
    /// From then on for so long nothing passes, and nobody is told.
    Outage(Micros, Micros),
    /// At that time all are ended, and the page is told.
    AllAt(Micros),
    /// As `Age`, and it was the server that did it.
    ByServer(Micros),
    /// What is to come at that time comes so much later.
    Late(Micros, Micros),
}

pub(super) struct Network {
    healthy: Healthy,
    fault: Fault,
    /// Of each that is held: which it is, when it was asked for, and when it ends.
    held: BTreeMap<u16, (usize, Micros, Micros)>,
}

impl Network {
    pub(super) fn new(fault: Fault) -> Self {
        let mut healthy = Healthy::new(Micros::ms(40));
        healthy.paced_until = super::MINUTE.times(40);
        Self {
            healthy,
            fault,
            held: BTreeMap::new(),
        }
    }

    fn is_gone(&self, at: Micros) -> bool {
        matches!(self.fault, Fault::Outage(from, span) if at >= from && at < from.plus(span))
    }

    fn pass(&self, world: &mut Queue, events: Queue, end: Micros) {
        for (at, input) in events.into_inputs() {
            let gone = self.is_gone(at);
            let at = match self.fault {
                Fault::Late(from, by) if at >= from && at < from.plus(by) => from.plus(by),
                _ => at,
            };
            if at < end && !gone {
                world.put(at, input);
            }
        }
    }
}

impl Nature for Network {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        if !start.request.url.contains("/watch-") {
            return self.healthy.start(world, at, start);
        }
        let (index, driver) = (self.healthy.seen.len(), start.request.driver);
        let mut events = Queue::default();
        self.healthy.start(&mut events, at, start);
        let end = match self.fault {
            Fault::Age(age, _) | Fault::ByServer(age) => at.plus(age),
            // Not all of them are told at once.
            Fault::AllAt(then) if at < then => {
                then.plus(Micros::ms(300 * u64::from(start.attempt % 4)))
            }
            _ => Micros(u64::MAX),
        };
        if self.is_gone(at) {
            self.healthy.seen.pop();
            return;
        }
        self.held.insert(start.attempt, (index, at, end));
        self.pass(world, events, end);
        let told = match self.fault {
            Fault::Age(_, told) => told,
            Fault::AllAt(then) => at < then,
            Fault::ByServer(_) => true,
            _ => false,
        };
        if told {
            let how = match driver {
                Driver::WebSocket => cut(),
                Driver::EventSource => Event::Errored { closed: false },
                _ => Event::Failed {
                    name: "TypeError".to_owned(),
                },
            };
            world.see(end, start.attempt, how);
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        let Some((_, _, end)) = self.held.get(&attempt).copied() else {
            return self.healthy.sent(world, at, attempt, text);
        };
        let mut events = Queue::default();
        self.healthy.sent(&mut events, at, attempt, text);
        self.pass(world, events, end);
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        self.healthy.about(world, at);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, _: bool) {
        let mut sightings = self.healthy.seen.clone();
        for (index, from, end) in self.held.values() {
            let seen = &mut sightings[*index];
            let by = match self.fault {
                Fault::ByServer(_) => End::OurLimit,
                _ => End::Reset,
            };
            let over = *end <= at;
            seen.at = from.plus(Micros(AHEAD));
            seen.answered_at = Some(seen.at);
            (seen.end, seen.ended_at) = match over {
                true => (Some(by), Some(end.plus(Micros(AHEAD)))),
                false => (None, None),
            };
        }
        let ledger = Ledger {
            sightings,
            ..server::ledger()
        };
        world.put(
            at.plus(Micros::ms(40)),
            Input::Ledger(question, Some(ledger)),
        );
    }
}
