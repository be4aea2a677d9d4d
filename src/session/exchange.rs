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
    /// Whatever our server says to it is enough.
    upload: bool,
    /// For so long after its head nothing of the body is read.
    unread: Option<Micros>,
}

impl Exchange {
    pub(super) fn new(want: &Want, at: Micros) -> Self {
        let (patience, own) = match want {
            Want::Own(endpoint) => (endpoint.timeout, Some(endpoint.clone())),
            Want::Control { .. } => (budget::CONTROL, None),
            // A usual hold is well within it.
            Want::LongPoll { hold } => (budget::OPEN.max(hold.plus(budget::MESSAGE)), None),
            _ => (budget::OPEN, None),
        };
        Self {
            deadline: at.plus(patience),
            opened: false,
            ended: None,
            own,
            upload: matches!(want, Want::Upload),
            control: matches!(want, Want::Control { .. }),
            unread: match want {
                Want::Unread { rest, .. } => Some(*rest),
                _ => None,
            },
        }
    }

    pub(super) fn handle(&mut self, at: Micros, event: &Event) {
        match event {
            Event::Head { .. } if self.control => self.ended = Some(Ended::Complete),
            Event::Head {
                status,
                marked,
                refused,
            } => {
                self.opened =
                    refused.is_none() && *status == 200 && (*marked || self.own.is_some());
                match self.unread {
                    Some(rest) if self.opened => self.deadline = at.plus(rest),
                    Some(_) => self.ended = Some(Ended::Failed),
                    None => {}
                }
            }
            Event::Body { text, .. } => {
                let expected = match &self.own {
                    Some(endpoint) => endpoint.is_expected(text),
                    None => self.upload || text.parse::<PollBody>().is_ok(),
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

    /// True: the deadline ended it.
    pub(super) const fn on_time(&mut self) -> bool {
        let rested = self.unread.is_some() && self.opened;
        if rested {
            self.ended = Some(Ended::Complete);
        }
        !rested
    }
}
