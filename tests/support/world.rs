//! What happens to a run, and who decides it.

use std::collections::BTreeMap;

use pushcheck::evidence::Event;
use pushcheck::run::Start;
use pushcheck::time::Micros;
use pushcheck::wire::{About, Ledger};

/// Something that reaches the run.
#[derive(Clone, Debug)]
pub enum Input {
    Seen(u16, Event),
    About(Option<Box<About>>),
    Ledger(u16, Option<Ledger>),
}

/// What the world does with an attempt and its messages.
pub trait Nature {
    /// The attempt was started.
    fn start(&mut self, world: &mut Queue, at: Micros, start: &Start);
    /// The page sent a text.
    fn sent(&mut self, world: &mut Queue, at: Micros, attempt: u16, text: &str);
    /// The page asked for `v1/about`.
    fn about(&mut self, world: &mut Queue, at: Micros);
    /// The page asked for the ledger, by WebSocket or by `fetch`.
    fn ledger(&mut self, world: &mut Queue, at: Micros, question: u16, by_socket: bool);
}

/// What will happen, by time.
#[derive(Debug, Default)]
pub struct Queue {
    inputs: BTreeMap<(Micros, u64), Input>,
    count: u64,
}

impl Queue {
    /// Lets something happen then.
    pub fn put(&mut self, at: Micros, input: Input) {
        self.count += 1;
        self.inputs.insert((at, self.count), input);
    }

    /// Lets an attempt see something then.
    pub fn see(&mut self, at: Micros, attempt: u16, event: Event) {
        self.put(at, Input::Seen(attempt, event));
    }

    /// When the first of it happens.
    pub fn next(&self) -> Option<Micros> {
        self.inputs.keys().next().map(|(at, _)| *at)
    }

    /// Takes the first of it that happens by then.
    pub fn take_until(&mut self, until: Micros) -> Option<(Micros, Input)> {
        let first = self.inputs.first_entry()?;
        let (at, _) = *first.key();
        (at <= until).then(|| (at, first.remove()))
    }

    /// All of it, in order.
    pub fn into_inputs(self) -> impl Iterator<Item = (Micros, Input)> {
        self.inputs.into_iter().map(|((at, _), input)| (at, input))
    }
}
