//! WebSocket: open → first echo → all echoes and ticks → the server's close code and reason.

use super::Do;
use crate::evidence::{Ended, Event};
use crate::plan::{Beat, Negotiates, OwnEndpoint, Want, budget};
use crate::time::Micros;
use crate::wire::{FromPage, FromServer, PADDING, SUBPROTOCOL};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Connecting,
    Silent,
    Talking,
    Closing,
    Broken,
}

/// One socket.
#[derive(Clone, Debug)]
pub struct Socket {
    pub(super) opened: bool,
    pub(super) ended: Option<Ended>,
    step: Step,
    deadline: Micros,
    next_echo: Option<Micros>,
    echo_until: Micros,
    echoes_sent: u32,
    echoes: u32,
    ticks: u32,
    silent: Micros,
    silent_from: Micros,
    silent_until: Micros,
    beat: Beat,
    subprotocol: bool,
    own: Option<Box<OwnEndpoint>>,
    /// The next one is the last.
    wanted: Vec<Do>,
}

impl Socket {
    pub(super) fn new(want: &Want, at: Micros) -> Self {
        let (mut selects, mut beats) = (false, Beat::None);
        let (echoes, ticks, silent, own, patience) = match want {
            Want::Socket {
                echoes,
                ticks,
                silent,
                beat,
                negotiates,
            } => {
                (selects, beats) = (*negotiates == Negotiates::Subprotocol, *beat);
                (*echoes, *ticks, *silent, None, budget::OPEN)
            }
            Want::Own(endpoint) => (0, 0, Micros::ZERO, Some(endpoint.clone()), endpoint.timeout),
            _ => (0, 0, Micros::ZERO, None, budget::OPEN),
        };
        Self {
            opened: false,
            ended: None,
            step: Step::Connecting,
            deadline: at.plus(patience),
            next_echo: None,
            echo_until: Micros::ZERO,
            echoes_sent: 0,
            echoes,
            ticks,
            silent,
            silent_from: Micros::ZERO,
            silent_until: Micros::ZERO,
            beat: beats,
            subprotocol: selects,
            own,
            wanted: Vec::new(),
        }
    }

    pub(super) fn handle(&mut self, at: Micros, event: &Event) {
        match event {
            // Some browsers open without the subprotocol that they offered (RFC 6455 § 4.1 lets them); apps fail then.
            Event::Opened { protocol, .. } if self.subprotocol && protocol != SUBPROTOCOL => {
                self.opened = true;
                self.ended = Some(Ended::Failed);
            }
            Event::Opened { .. } if self.step == Step::Connecting => self.open(at),
            Event::Message { line, .. } => self.message(at, line),
            // While it closes only the close can be lost.
            Event::Errored { .. } if self.step == Step::Closing => {}
            Event::Errored { .. } => {
                self.step = Step::Broken;
                self.deadline = at.plus(budget::CLOSE_AFTER_ERROR);
            }
            Event::Closed { .. } => {
                let whole = self.step == Step::Closing;
                self.ended = Some(if whole {
                    Ended::Complete
                } else {
                    Ended::Failed
                });
            }
            Event::Blocked { .. } => self.ended = Some(Ended::Failed),
            _ => {}
        }
    }

    fn open(&mut self, at: Micros) {
        self.opened = true;
        if let Some(endpoint) = &self.own {
            self.wanted = endpoint
                .first_message
                .iter()
                .cloned()
                .map(Do::Send)
                .collect();
            self.step = Step::Talking;
            if endpoint.expect.is_none() {
                self.ended = Some(Ended::Complete);
            }
        } else if self.silent > Micros::ZERO {
            self.step = Step::Silent;
            self.silent_from = at;
            self.silent_until = at.plus(self.silent);
            self.deadline = self.silent_until;
            match self.beat {
                Beat::None => {}
                Beat::Page => self.next_echo = Some(at.plus(budget::BEAT_PACE)),
                Beat::Server => {
                    let pings = FromPage::Pings(budget::BEAT_PACE.ms_up() as u32);
                    self.wanted.push(Do::Send(pings.to_text()));
                }
            }
        } else {
            self.talk(at);
        }
    }

    /// It has been kept for long enough when it is kept for so long.
    pub(super) fn enough(&mut self, silence: Micros) {
        if self.step == Step::Silent {
            let until = self.silent_from.plus(silence);
            self.silent_until = self.silent_until.min(until);
            if self.next_echo.is_some() || self.beat == Beat::Server {
                self.deadline = self.deadline.min(until);
            }
        }
    }

    fn talk(&mut self, at: Micros) {
        self.step = Step::Talking;
        self.echo_until = at.plus(budget::ECHOES);
        if self.ticks > 0 {
            self.say(at, &FromPage::Ticks(self.ticks));
        }
        self.echo(at);
    }

    fn echo(&mut self, at: Micros) {
        self.next_echo = None;
        self.echoes_sent += 1;
        let mut padding = String::new();
        if self.echoes_sent == budget::PADDED_ECHO && self.step == Step::Talking {
            padding.extend(core::iter::repeat_n(PADDING, budget::PADDED));
        }
        self.say(at, &FromPage::Echo(self.echoes_sent, padding));
    }

    fn say(&mut self, at: Micros, what: &FromPage) {
        self.wanted.insert(0, Do::Send(what.to_text()));
        self.deadline = at.plus(budget::MESSAGE);
    }

    fn message(&mut self, at: Micros, line: &str) {
        if let Some(endpoint) = &self.own {
            if endpoint.is_expected(line) {
                self.ended = Some(Ended::Complete);
            }
            return;
        }
        match line.parse() {
            Ok(FromServer::Echo(echo)) if self.step == Step::Silent => {
                if echo.n == self.echoes_sent {
                    // Where none was cut before, the next may come later: it takes less room in a report.
                    let since = at.since(self.silent_from);
                    let pace = budget::BEAT_PACE.max(Micros(since.0 / 4));
                    self.next_echo = Some(at.plus(pace));
                    self.deadline = self.silent_until;
                }
                return;
            }
            Ok(FromServer::Echo(echo)) if echo.n == self.echoes_sent && self.echoes > 0 => {
                self.echoes -= 1;
                if at >= self.echo_until {
                    self.echoes = 0;
                } else if self.echoes > 0 {
                    self.next_echo = Some(at.plus(budget::ECHO_PACE));
                }
            }
            Ok(FromServer::Tick(_)) => self.ticks = self.ticks.saturating_sub(1),
            _ => return,
        }
        self.deadline = at.plus(budget::MESSAGE);
        if self.echoes == 0 && self.ticks == 0 && self.step == Step::Talking {
            self.say(at, &FromPage::End);
            self.step = Step::Closing;
            self.deadline = at.plus(budget::CLOSE);
        }
    }

    /// True: the deadline ended it.
    pub(super) fn on_time(&mut self, at: Micros) -> bool {
        let silent = self.step == Step::Silent;
        if silent && at >= self.silent_until {
            self.talk(at);
            return false;
        }
        if self.next_echo.is_some_and(|next| next <= at) {
            self.echo(at);
            return false;
        }
        if self.step == Step::Broken {
            self.ended = Some(Ended::Failed);
            return false;
        }
        true
    }

    pub(super) fn poll_action(&mut self) -> Option<Do> {
        self.wanted.pop()
    }

    pub(super) fn wake_at(&self) -> Micros {
        self.next_echo
            .map_or(self.deadline, |next| next.min(self.deadline))
    }
}
