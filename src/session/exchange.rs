//! One request, one answer.

use crate::evidence::{Ended, Event};
use crate::plan::{OwnEndpoint, Want, budget};
use crate::time::Micros;
use crate::wire::PollBody;

/// A poll, a long poll, or a control.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub(super) deadline: Micros,
    pub(super) opened: bool,
    pub(super) ended: Option<Ended>,
    own: Option<Box<OwnEndpoint>>,
    /// The head of any answer is all that is wanted.
    control: bool,
}

impl Exchange {
    pub(super) fn new(want: &Want, at: Micros) -> Self {
        let (patience, own) = match want {
            Want::Own(endpoint) => (endpoint.timeout, Some(endpoint.clone())),
            Want::Control { .. } => (budget::CONTROL, None),
            // A usual hold is well within it.
            Want::LongPoll { hold } => (budget::OPEN.max(hold.plus(budget::MESSAGE)), None),
            Want::Poll | Want::Ticks { .. } | Want::Socket { .. } => (budget::OPEN, None),
        };
        Self {
            deadline: at.plus(patience),
            opened: false,
            ended: None,
            own,
            control: matches!(want, Want::Control { .. }),
        }
    }

    pub(super) fn handle(&mut self, event: &Event) {
        match event {
            Event::Head { .. } if self.control => self.ended = Some(Ended::Complete),
            Event::Head {
                status,
                marked,
                refused,
            } => {
                self.opened =
                    refused.is_none() && *status == 200 && (*marked || self.own.is_some());
            }
            Event::Body { text, .. } => {
                let expected = match &self.own {
                    Some(endpoint) => endpoint.is_expected(text),
                    None => text.parse::<PollBody>().is_ok(),
                };
                self.ended = Some(if self.opened && expected {
                    Ended::Complete
                } else {
                    Ended::Failed
                });
            }
            Event::Failed { .. } | Event::Blocked { .. } => self.ended = Some(Ended::Failed),
            _ => {}
        }
    }
}
