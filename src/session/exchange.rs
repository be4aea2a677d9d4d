//! One request, one answer.

use crate::evidence::{Ended, Event};
use crate::plan::{Want, budget};
use crate::time::Micros;

/// A poll or a long poll.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub(super) deadline: Micros,
    pub(super) opened: bool,
    pub(super) ended: Option<Ended>,
    own: bool,
}

impl Exchange {
    pub(super) fn new(want: &Want, at: Micros) -> Self {
        let (patience, own) = match want {
            Want::LongPoll { hold } => (budget::OPEN.plus(*hold), false),
            Want::Own(endpoint) => (endpoint.timeout, true),
            Want::Poll | Want::Ticks { .. } | Want::Socket { .. } => (budget::OPEN, false),
        };
        Self { deadline: at.plus(patience), opened: false, ended: None, own }
    }

    pub(super) fn handle(&mut self, event: &Event) {
        match event {
            Event::Head { status, marked, refused } => {
                self.opened = refused.is_none() && *status == 200 && (*marked || self.own);
            }
            Event::Body { .. } => {
                self.ended = Some(if self.opened { Ended::Complete } else { Ended::Failed });
            }
            Event::Failed { .. } | Event::Blocked { .. } => self.ended = Some(Ended::Failed),
            _ => {}
        }
    }
}
