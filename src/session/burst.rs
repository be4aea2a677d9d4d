//! Many numbered messages at once by WebSocket, one way: open → all that is missing, acknowledged now and then → the
//! server's close. Or messages of several sizes and forms, one after another, each echoed.

use super::Do;
use crate::evidence::{Ended, Event};
use crate::plan::{Burst as Asked, Form, budget};
use crate::time::Micros;
use crate::wire::{ACK_EACH, FromPage, FromServer, PADDING};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Connecting,
    Resting,
    Moving,
    Closing,
    Broken,
}

/// One burst.
#[derive(Clone, Debug)]
pub struct Burst {
    pub(super) opened: bool,
    pub(super) ended: Option<Ended>,
    pub(super) deadline: Micros,
    /// The next one is the last.
    pub(super) wanted: Vec<Do>,
    step: Step,
    /// None: sizes.
    asked: Option<Asked>,
    /// The last part, or size, that has arrived.
    through: u32,
    until: Micros,
}

impl Burst {
    pub(super) fn new(asked: Option<Asked>, at: Micros) -> Self {
        let through = asked.map_or(0, |asked| asked.after);
        Self {
            opened: false,
            ended: None,
            deadline: at.plus(budget::OPEN),
            wanted: Vec::new(),
            step: Step::Connecting,
            asked,
            through,
            until: at.plus(budget::BURST),
        }
    }

    pub(super) fn handle(&mut self, at: Micros, event: &Event) {
        match event {
            Event::Opened { .. } if self.step == Step::Connecting => self.open(at),
            Event::Message { line, .. } if self.step == Step::Moving => self.message(at, line),
            Event::Errored { .. } if self.step != Step::Closing => {
                self.step = Step::Broken;
                self.deadline = at.plus(budget::CLOSE_AFTER_ERROR);
            }
            Event::Closed { .. } => {
                self.ended = Some(match self.step {
                    Step::Closing => Ended::Complete,
                    _ => Ended::Failed,
                });
            }
            Event::Blocked { .. } => self.ended = Some(Ended::Failed),
            _ => {}
        }
    }

    /// The last part that is known to have arrived; 0: none.
    pub(super) const fn through(&self) -> u32 {
        self.through
    }

    /// True: the deadline ended it.
    pub(super) fn on_time(&mut self, at: Micros) -> bool {
        if self.step == Step::Resting {
            self.step = Step::Moving;
            self.moved(at);
            self.next_size();
            return false;
        }
        let broken = self.step == Step::Broken;
        if broken {
            self.ended = Some(Ended::Failed);
        }
        !broken
    }

    fn open(&mut self, at: Micros) {
        self.opened = true;
        self.step = Step::Moving;
        self.moved(at);
        let Some(Asked {
            up,
            parts,
            bytes,
            cut,
            after,
        }) = self.asked
        else {
            self.step = Step::Resting;
            self.deadline = at.plus(budget::REST);
            return;
        };
        if up {
            for n in (after.saturating_add(1)..=parts).rev() {
                self.say(&FromPage::Part(n, padding(bytes)));
            }
        } else {
            self.say(&FromPage::Burst {
                after,
                parts,
                bytes,
            });
        }
        // Said before all else.
        if cut > after {
            self.say(&FromPage::Cut(cut));
        }
    }

    fn message(&mut self, at: Micros, line: &str) {
        let next = self.through.saturating_add(1);
        let through = match (line.parse(), self.asked) {
            (Ok(FromServer::Part(part)), Some(_)) if part.n == next => next,
            (Ok(FromServer::Got(got)), Some(asked)) if (next..=asked.parts).contains(&got.n) => {
                got.n
            }
            (Ok(FromServer::Echo(echo)), None) if echo.n == next => next,
            _ => return,
        };
        self.through = through;
        self.moved(at);
        let all = self
            .asked
            .map_or(budget::SIZES.len() as u32, |asked| asked.parts);
        if through >= all {
            self.step = Step::Closing;
            self.say(&FromPage::End);
            self.deadline = at.plus(budget::CLOSE);
        }
        match self.asked {
            None if through < all => self.next_size(),
            Some(Asked { up: false, .. })
                if through >= all
                    || through.is_power_of_two()
                    || through.is_multiple_of(ACK_EACH) =>
            {
                self.say(&FromPage::Ack(through));
            }
            _ => {}
        }
    }

    /// Each as one more echo.
    fn next_size(&mut self) {
        if let Some((form, bytes)) = budget::SIZES.get(self.through as usize) {
            let text = FromPage::Echo(self.through + 1, padding(*bytes)).to_text();
            self.wanted.push(match form {
                Form::Text => Do::Send(text),
                form => Do::SendBytes(text, *form),
            });
        }
    }

    fn moved(&mut self, at: Micros) {
        // A large message on a slow way takes longer than many small ones between two words.
        self.deadline = match self.asked {
            Some(_) => at.plus(budget::OPEN).min(self.until),
            None => self.until,
        };
    }

    /// Before what is said already.
    fn say(&mut self, what: &FromPage) {
        self.wanted.push(Do::Send(what.to_text()));
    }
}

fn padding(bytes: u32) -> String {
    let mut padding = String::new();
    padding.extend(core::iter::repeat_n(PADDING, bytes as usize));
    padding
}
