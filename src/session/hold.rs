//! A connection that is held: something goes over it now and then, and shows that it is still there.

use super::Do;
use crate::evidence::{Event, HoldEnd};
use crate::method::Method;
use crate::plan::budget;
use crate::time::Micros;
use crate::wire::{FromPage, FromServer, PollBody, Tick};

/// One connection, or one long poll.
#[derive(Clone, Debug)]
pub struct Hold {
    /// When it was asked for.
    pub started_at: Micros,
    /// When it opened.
    pub opened_at: Option<Micros>,
    /// When it was last heard of.
    pub heard_at: Option<Micros>,
    /// `code` of its `close` event.
    pub code: Option<u16>,
    method: Method,
    beat: Micros,
    ended: Option<Ended>,
    /// Since when nothing came though it was due.
    silent_since: Option<Micros>,
    /// When an `error` came that `close` should follow.
    broken_at: Option<Micros>,
    echoes: u32,
    wanted: Vec<Do>,
}

/// How it ended: `None`: as it was meant to, a long poll by its answer.
type Ended = Option<HoldEnd>;

impl Hold {
    /// One that is asked for now.
    pub const fn new(method: Method, beat: Micros, at: Micros) -> Self {
        Self {
            started_at: at,
            opened_at: None,
            heard_at: None,
            code: None,
            method,
            beat,
            ended: None,
            silent_since: None,
            broken_at: None,
            echoes: 0,
            wanted: Vec::new(),
        }
    }

    /// Something happened. A silence that is over now is given back: since when it was.
    pub fn handle(&mut self, at: Micros, event: &Event) -> Option<Micros> {
        match event {
            Event::Opened { .. } => self.open(at),
            Event::Head {
                status,
                marked,
                refused,
            } => match (refused, *marked && *status == 200) {
                (Some(_), _) => self.end(HoldEnd::ByServer),
                (None, true) if self.method == Method::LongPolling => {}
                (None, true) => self.open(at),
                (None, false) => self.end(HoldEnd::Unopened),
            },
            Event::Message { line, .. } => return self.message(at, line),
            Event::Body { text, .. } if text.parse::<PollBody>().is_ok() => {
                self.opened_at = Some(self.started_at);
                self.ended = Some(None);
            }
            Event::Errored { .. } if self.method == Method::WebSocket => self.broken_at = Some(at),
            Event::Closed { code, reason, .. } => {
                self.code = Some(*code);
                self.end(match reason.starts_with("pushcheck") {
                    true => HoldEnd::ByServer,
                    false => HoldEnd::Told,
                });
            }
            Event::Errored { .. }
            | Event::Failed { .. }
            | Event::Finished
            | Event::Body { .. }
            | Event::Threw { .. }
            | Event::Unsupported
            | Event::Blocked { .. } => {
                // A long poll is not told of otherwise until its answer.
                if self.method == Method::LongPolling && at.since(self.started_at) > budget::ANSWER
                {
                    self.opened_at = Some(self.started_at);
                }
                self.end(HoldEnd::Told);
            }
            _ => {}
        }
        None
    }

    fn open(&mut self, at: Micros) {
        if self.opened_at.is_some() {
            return;
        }
        (self.opened_at, self.heard_at) = (Some(at), Some(at));
        if self.method == Method::WebSocket {
            let paced = FromPage::Paced(self.beat.ms_up() as u32);
            self.wanted.push(Do::Send(paced.to_text()));
        }
    }

    /// What the server says shows that a stream is there; a socket also has to bring it what the page says.
    fn message(&mut self, at: Micros, line: &str) -> Option<Micros> {
        let heard = match line.parse() {
            Ok(FromServer::Tick(_)) if self.method == Method::WebSocket => {
                self.echoes += 1;
                let echo = FromPage::Echo(self.echoes, String::new());
                self.wanted.insert(0, Do::Send(echo.to_text()));
                false
            }
            Ok(FromServer::Echo(_)) => true,
            _ => line.parse::<Tick>().is_ok(),
        };
        if !heard {
            return None;
        }
        self.opened_at = self.opened_at.or(Some(at));
        self.heard_at = Some(at);
        self.silent_since.take()
    }

    fn end(&mut self, how: HoldEnd) {
        let how = match how {
            HoldEnd::Told if self.opened_at.is_none() => HoldEnd::Unopened,
            how => how,
        };
        self.ended = self.ended.or(Some(Some(how)));
    }

    /// [`Hold::wake_at`] has come.
    pub fn on_time(&mut self, at: Micros) {
        if at < self.wake_at() {
        } else if self.opened_at.is_none() && self.method != Method::LongPolling {
            self.end(HoldEnd::Unopened);
        } else if self.broken_at.is_some() {
            self.end(HoldEnd::Told);
        } else if self.silent_since.is_none() && self.method != Method::LongPolling {
            self.silent_since = self.heard_at;
        } else {
            self.opened_at = self.opened_at.or(Some(self.started_at));
            self.end(HoldEnd::Unanswered);
        }
    }

    /// When [`Hold::on_time`] is to be called.
    pub fn wake_at(&self) -> Micros {
        if let Some(broken) = self.broken_at {
            return broken.plus(budget::CLOSE_AFTER_ERROR);
        }
        if self.method == Method::LongPolling {
            let whole = budget::OPEN.max(self.beat.plus(budget::MESSAGE));
            return self.started_at.plus(whole);
        }
        match (self.opened_at.and(self.heard_at), self.silent_since) {
            (None, _) => self.started_at.plus(budget::OPEN),
            (Some(heard), None) => heard.plus(self.beat).plus(budget::MESSAGE),
            (Some(heard), Some(_)) => heard.plus(self.beat.times(2)).plus(budget::OPEN),
        }
    }

    /// How it ended; the outer `None`: it lasts.
    pub const fn over(&self) -> Option<Option<HoldEnd>> {
        self.ended
    }

    /// What it wants next.
    pub fn poll_action(&mut self) -> Option<Do> {
        self.wanted.pop()
    }
}
