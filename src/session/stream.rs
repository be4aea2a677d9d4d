//! Server-sent events and streaming fetch: one request, an answer that comes piece by piece.

use crate::evidence::{Ended, Event};
use crate::plan::{OwnEndpoint, Want, budget};
use crate::time::Micros;
use crate::wire::Tick;

/// One stream.
#[derive(Clone, Debug)]
pub struct Stream {
    pub(super) deadline: Micros,
    pub(super) opened: bool,
    pub(super) ended: Option<Ended>,
    silent: Micros,
    missing: u32,
    resumes: bool,
    /// It has been opened again.
    again: bool,
    /// The last tick before it ended.
    last: u32,
    own: Option<Box<OwnEndpoint>>,
}

impl Stream {
    pub(super) fn new(want: &Want, at: Micros) -> Self {
        let mut goes_on = false;
        let (missing, silent, own, patience) = match want {
            Want::Ticks {
                count,
                silent,
                resumes,
            } => {
                goes_on = *resumes;
                (*count, *silent, None, budget::OPEN)
            }
            Want::Own(endpoint) => (0, Micros::ZERO, Some(endpoint.clone()), endpoint.timeout),
            _ => (0, Micros::ZERO, None, budget::OPEN),
        };
        Self {
            deadline: at.plus(patience),
            opened: false,
            ended: None,
            silent,
            missing,
            resumes: goes_on,
            again: false,
            last: 0,
            own,
        }
    }

    pub(super) fn handle(&mut self, at: Micros, event: &Event) {
        match event {
            Event::Opened { .. } if !self.opened => self.open(at),
            Event::Opened { .. } => {
                self.again = self.missing == 0;
                self.deadline = at.plus(budget::MESSAGE);
            }
            // The browser asks again by itself.
            Event::Errored { closed: false }
                if self.resumes && self.missing == 0 && !self.again =>
            {
                self.deadline = at.plus(budget::RETRY).plus(budget::OPEN);
            }
            Event::Head {
                status,
                marked,
                refused,
            } => {
                let ours = refused.is_none() && (*marked || self.own.is_some());
                if ours && *status == 200 {
                    self.open(at)
                } else {
                    self.ended = Some(Ended::Failed)
                }
            }
            Event::Message { line, .. } => self.message(at, line),
            Event::Finished => {
                self.ended = Some(if self.missing == 0 {
                    Ended::Complete
                } else {
                    Ended::Failed
                })
            }
            // An EventSource that reconnects by itself has lost the stream all the same: its driver lets go of it.
            Event::Errored { .. } | Event::Failed { .. } | Event::Blocked { .. } => {
                self.ended = Some(Ended::Failed)
            }
            _ => {}
        }
    }

    fn open(&mut self, at: Micros) {
        self.opened = true;
        match &self.own {
            Some(endpoint) if endpoint.expect.is_none() => self.ended = Some(Ended::Complete),
            Some(_) => {}
            None => self.deadline = at.plus(self.silent).plus(budget::MESSAGE),
        }
    }

    fn message(&mut self, at: Micros, line: &str) {
        if let Some(endpoint) = &self.own {
            if endpoint.is_expected(line) {
                self.ended = Some(Ended::Complete);
            }
        } else if let Ok(tick) = line.parse::<Tick>() {
            if self.again {
                let goes_on = tick.n == self.last + 1;
                self.ended = Some(match goes_on {
                    true => Ended::Complete,
                    false => Ended::Failed,
                });
            }
            self.last = tick.n;
            self.missing = self.missing.saturating_sub(1);
            self.deadline = at.plus(budget::MESSAGE);
            if self.missing == 0 && !self.resumes {
                self.ended = Some(Ended::Complete);
            }
        }
    }
}
