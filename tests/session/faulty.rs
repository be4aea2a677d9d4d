//! A world in which some attempts meet another fate.

use std::collections::BTreeSet;

use pushcheck::run::{Driver, Start};
use pushcheck::time::Micros;
use pushcheck::wire::{About, Ledger};

use crate::support::healthy::Healthy;
use crate::support::server;
use crate::support::world::{Input, Nature, Queue};

/// Decides the fate of the attempts that it takes over, and is healthy otherwise.
pub(crate) struct Faulty<F: FnMut(&mut Queue, Micros, &Start) -> bool> {
    pub(crate) about: About,
    pub(crate) ledger: Option<Ledger>,
    /// The ledger can be read by `fetch`.
    pub(crate) fetch_reads: bool,
    /// What the page sent to attempts that were taken over.
    pub(crate) unheard: Vec<String>,
    healthy: Healthy,
    takes_over: F,
    taken: BTreeSet<u16>,
}

impl<F: FnMut(&mut Queue, Micros, &Start) -> bool> Faulty<F> {
    pub(crate) fn new(takes_over: F) -> Self {
        Self {
            about: server::about(),
            ledger: Some(server::ledger()),
            fetch_reads: true,
            unheard: Vec::new(),
            healthy: Healthy::new(Micros::ms(40)),
            takes_over,
            taken: BTreeSet::new(),
        }
    }
}

impl<F: FnMut(&mut Queue, Micros, &Start) -> bool> Nature for Faulty<F> {
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start) {
        if (self.takes_over)(world, at, start) {
            self.taken.insert(start.attempt);
        } else {
            self.healthy.start(world, at, start);
        }
    }

    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str) {
        if self.taken.contains(&attempt) {
            self.unheard.push(text.to_owned());
        } else {
            self.healthy.sent(world, at, attempt, text);
        }
    }

    fn about(&mut self, world: &mut Queue, at: Micros) {
        let about = Input::About(Some(Box::new(self.about.clone())));
        world.put(at.plus(self.healthy.rtt), about);
    }

    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool) {
        // What was not taken over arrived.
        let mut ledger = self.ledger.clone();
        if let Some(ledger) = &mut ledger {
            ledger.sightings.extend(self.healthy.seen.iter().cloned());
        }
        let ledger = Input::Ledger(question, ledger.filter(|_| by_socket || self.fetch_reads));
        world.put(at.plus(self.healthy.rtt), ledger);
    }
}

pub(crate) fn is_socket(start: &Start) -> bool {
    start.request.driver == Driver::WebSocket
}
