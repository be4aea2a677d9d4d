//! Bytes kept back: until something happens, or for a while.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;

use super::head;
use super::rule::{Hold, How, Over, Until};
use super::stage::Effects;
use super::unit::{Part, Scene, Unit};

/// A hold at work.
#[derive(Debug)]
pub(super) struct Holder {
    rule: Hold,
    held: VecDeque<Unit>,
    size: usize,
    /// When the first byte of the message was held.
    since: Option<Instant>,
    due: Option<Instant>,
    /// It was full once: the rest of the message passes.
    given_up: bool,
}

impl Holder {
    pub(super) const fn new(rule: Hold) -> Self {
        Self {
            rule,
            held: VecDeque::new(),
            size: 0,
            since: None,
            due: None,
            given_up: false,
        }
    }

    pub(super) const fn wake_at(&self) -> Option<Instant> {
        self.due
    }

    /// Time is up.
    pub(super) fn wake(&mut self, now: Instant, out: &mut Vec<Unit>) {
        if self.due.is_some_and(|due| due <= now) {
            self.release(out);
        }
    }

    pub(super) fn take(
        &mut self,
        hit: bool,
        unit: Unit,
        now: Instant,
        effects: &mut Effects,
        out: &mut Vec<Unit>,
    ) {
        if !unit.has_bytes() {
            if self.rule.until == Until::HeadEnd {
                // What never became a head is never passed on.
                self.held.clear();
                self.size = 0;
            }
            self.release(out);
            self.since = None;
            self.given_up = false;
            out.push(unit);
            return;
        }
        let holds =
            hit && !self.given_up && (self.rule.head || !matches!(unit.part, Part::Head(_)));
        if !holds {
            self.release(out);
            out.push(unit);
            return;
        }
        self.keep(unit, now, out);
        if self.size > self.rule.limit {
            match self.rule.over {
                Over::Release => {
                    self.release(out);
                    self.given_up = true;
                }
                Over::Cut => effects.cut = Some(How::Rst),
            }
        }
    }

    fn keep(&mut self, unit: Unit, now: Instant, out: &mut Vec<Unit>) {
        if self.rule.until == Until::Next && self.ends_whole() {
            self.release(out);
        }
        let scene = Arc::clone(&unit.scene);
        // Where bytes are counted, frames are bytes.
        let unit = match self.rule.until {
            Until::Block | Until::HeadEnd => Unit::data(Arc::clone(&scene), unit.bytes()),
            Until::Close | Until::Timer | Until::Next => unit,
        };
        self.size += unit.size();
        self.held.push_back(unit);
        let since = *self.since.get_or_insert(now);
        match self.rule.until {
            Until::Close | Until::Next => {}
            Until::Timer => {
                let period = Duration::from_millis(self.rule.ms.unwrap_or(1));
                self.due = Some(next_beat(since, period, now));
            }
            Until::Block => {
                let block = self.rule.bytes.unwrap_or(1);
                let ready = self.size - self.size % block;
                self.pass(ready, &scene, out);
            }
            Until::HeadEnd => {
                let bytes = self.joined();
                let mut ready = 0;
                while let Some(rest) = bytes.get(ready..)
                    && let Some(at) = head::position(rest, b"\r\n\r\n")
                {
                    ready += at + 4;
                }
                self.put_back(bytes, &scene);
                self.pass(ready, &scene, out);
            }
        }
    }

    fn ends_whole(&self) -> bool {
        self.held.back().is_some_and(|last| match last.part {
            Part::Data { whole, .. } => whole,
            _ => true,
        })
    }

    /// The first `ready` bytes pass.
    fn pass(&mut self, ready: usize, scene: &Arc<Scene>, out: &mut Vec<Unit>) {
        if ready > 0 {
            let mut bytes = self.joined();
            out.push(Unit::data(
                Arc::clone(scene),
                bytes.split_to(ready).freeze(),
            ));
            self.put_back(bytes, scene);
        }
    }

    fn joined(&mut self) -> BytesMut {
        let mut bytes = BytesMut::with_capacity(self.size);
        for unit in self.held.drain(..) {
            bytes.extend_from_slice(&unit.bytes());
        }
        bytes
    }

    fn put_back(&mut self, bytes: BytesMut, scene: &Arc<Scene>) {
        self.size = bytes.len();
        if !bytes.is_empty() {
            let unit = Unit::data(Arc::clone(scene), bytes.freeze());
            self.held.push_back(unit);
        }
    }

    fn release(&mut self, out: &mut Vec<Unit>) {
        out.extend(self.held.drain(..));
        self.size = 0;
        self.due = None;
    }
}

/// The first of the moments `since` + n × `period` that is still to come.
fn next_beat(since: Instant, period: Duration, now: Instant) -> Instant {
    let over = now.saturating_duration_since(since).as_micros() / period.as_micros().max(1);
    let beats = u32::try_from(over).unwrap_or(u32::MAX - 1) + 1;
    since + period * beats
}
