//! A watch: one connection of each method that works is held, and what becomes of it is remembered.

use super::attempts::sooner;
use super::request::request;
use super::{Action, Phase, Run, Start};
use crate::diagnosis::methods::methods;
use crate::evidence::{Event, HoldEnd, HoldEnded, HoldLog, Notice, WatchLog};
use crate::method::Method;
use crate::plan::{Probe, Want, budget, held};
use crate::session::{Do, Hold};
use crate::time::Micros;
use crate::wire::sealed;

/// What is held, and what happened around it.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// It ends then.
    pub(super) until: Micros,
    lines: Vec<Line>,
    /// The number of the attempt that was started last.
    last: u16,
    hidden: bool,
    hidden_at: Option<Micros>,
    stalled_at: Option<Micros>,
    offline_at: Option<Micros>,
    /// A connection ended since the server's half was read last.
    ask: bool,
    patience: Option<Micros>,
}

/// One method's connections, one after the other.
#[derive(Debug)]
struct Line {
    probe: Probe,
    live: Option<(u16, Hold)>,
    attempts: u16,
    next: Micros,
    /// How many in a row ended without having been open for long.
    short: u32,
}

impl Watch {
    /// When [`Run::watch_on_time`] is to be called.
    pub(super) fn wake_at(&self) -> Option<Micros> {
        if self.patience.is_some() {
            return self.patience;
        }
        let mut wake = Some(self.until);
        for line in &self.lines {
            let own = line.live.as_ref().map(|(_, hold)| hold.wake_at());
            wake = sooner(wake, Some(own.unwrap_or(line.next)));
        }
        wake
    }

    /// As [`Run::notice`]; false: it need not be kept.
    pub(super) fn notice(&mut self, at: Micros, notice: &Notice) -> bool {
        match notice {
            Notice::Hidden => self.hidden = true,
            Notice::Visible => (self.hidden, self.hidden_at) = (false, Some(at)),
            // As slow as browsers make the timers of pages that are hidden for long.
            Notice::Stalled { us } if self.hidden && *us < budget::HIDDEN_STALL.0 => return false,
            Notice::Stalled { .. } | Notice::Slept { .. } => self.stalled_at = Some(at),
            Notice::Online | Notice::Offline => self.offline_at = Some(at),
            Notice::PolicyViolation { .. } | Notice::OwnFailure { .. } => {}
        }
        true
    }

    fn ended(&self, line: &Line, hold: &Hold, at: Micros, how: HoldEnd) -> HoldEnded {
        let since = hold.heard_at.unwrap_or(hold.started_at);
        let happened = |when: Option<Micros>| when.is_some_and(|when| when >= since);
        let shortly = since.since(budget::MESSAGE);
        HoldEnded {
            attempt: line.attempts,
            started_at: hold.started_at,
            opened_at: hold.opened_at,
            heard_at: hold.heard_at,
            at,
            how,
            code: hold.code,
            hidden: self.hidden || happened(self.hidden_at),
            stalled: happened(self.stalled_at),
            offline: self.offline_at.is_some_and(|when| when >= shortly),
        }
    }
}

impl Run {
    /// Begins, when everything else has been tried; false: there is nothing to watch, or it was watched.
    pub(super) fn begin_watch(&mut self, at: Micros) -> bool {
        if self.setup.watch == Micros::ZERO || self.evidence.watch.is_some() {
            return false;
        }
        let mut watch = Watch {
            until: at.plus(self.setup.watch),
            last: self.evidence.traces.len() as u16,
            ..core::mem::take(&mut self.watch)
        };
        let mut log = WatchLog {
            started_at: at,
            ..WatchLog::default()
        };
        for method in methods(&self.evidence, &self.setup.asked) {
            let beat = method.idle_cut.and_then(|cut| cut.beat_ms);
            let beat = beat.map_or(budget::USUAL_BEAT, Micros::ms);
            let probe = held(method.method, beat).filter(|_| method.verdict.works());
            let Some(probe) = probe else {
                continue;
            };
            log.holds.push(HoldLog {
                method: probe.method,
                probe: probe.id.to_owned(),
                beat_us: beat_of(&probe).0,
                started: 0,
                held_us: 0,
                ended: Vec::new(),
                omitted: 0,
                silences: Vec::new(),
                silent: 0,
            });
            watch.lines.push(Line {
                probe,
                live: None,
                attempts: 0,
                next: at.plus(budget::WATCH_APART.times(watch.lines.len() as u64)),
                short: 0,
            });
        }
        if watch.lines.is_empty() {
            self.watch = watch;
            return false;
        }
        self.evidence.watch = Some(log);
        self.phase = Phase::Watching;
        self.watch = watch;
        self.go_on_watching(at);
        self.say(at);
        true
    }

    /// Something happened to a connection that is held.
    pub(super) fn watch_handle(&mut self, at: Micros, number: u16, event: Event) {
        let event = event.unsealed();
        for index in 0..self.watch.lines.len() {
            let log = self.evidence.watch.as_mut();
            let log = log.and_then(|log| log.holds.get_mut(index));
            let line = self.watch.lines.get_mut(index);
            let live = line.and_then(|line| line.live.as_mut());
            if let Some((log, (_, hold))) = log.zip(live.filter(|(own, _)| *own == number))
                && let Some(since) = hold.handle(at, &event)
            {
                log.silence(since, at);
            }
        }
        self.go_on_watching(at);
    }

    /// A deadline may have come. What the page slept through has to be heard before anything is given up.
    pub(super) fn watch_on_time(&mut self, at: Micros) {
        match self.watch.patience {
            Some(until) if at < until => return,
            Some(_) => {}
            None => {
                let deadline = self.watch.wake_at().unwrap_or(at);
                if at.since(deadline) > budget::LATE {
                    self.watch.patience = Some(at.plus(budget::PATIENCE));
                    return;
                }
            }
        }
        self.watch.patience = None;
        for line in &mut self.watch.lines {
            if let Some((_, hold)) = &mut line.live {
                hold.on_time(at);
            }
        }
        self.go_on_watching(at);
        if at >= self.watch.until {
            self.end_watch(at);
            self.ask_for_last(at);
        }
    }

    /// Lets go of all that is held: the watch is over.
    pub(super) fn end_watch(&mut self, at: Micros) {
        let Some(log) = &mut self.evidence.watch else {
            return;
        };
        log.ended_at = log.ended_at.or(Some(at));
        for (line, log) in self.watch.lines.iter_mut().zip(&mut log.holds) {
            if let Some((number, mut hold)) = line.live.take() {
                // A long poll that waits is held.
                if line.probe.method == Method::LongPolling {
                    hold.opened_at = Some(hold.started_at);
                }
                log.held_us += held_for(&hold, at);
                self.actions.insert(0, release(number));
            }
        }
    }

    /// Hands on what is wanted, remembers what ended, and starts what may start.
    fn go_on_watching(&mut self, at: Micros) {
        let mut news = false;
        for index in 0..self.watch.lines.len() {
            news |= self.settle_line(at, index);
            self.start_line(at, index);
        }
        let opened = |line: &Line| {
            let live = line.live.as_ref();
            live.is_some_and(|(_, hold)| hold.opened_at.is_some())
        };
        // Not before the network is there again.
        if self.watch.ask && self.watch.lines.iter().any(opened) {
            self.watch.ask = false;
            self.ask_ledger();
        }
        if news {
            self.keep(at);
        }
        self.say(at);
    }

    /// True: a connection ended before its time.
    fn settle_line(&mut self, at: Micros, index: usize) -> bool {
        let log = self.evidence.watch.as_mut();
        let log = log.and_then(|log| log.holds.get_mut(index));
        let Some((line, log)) = self.watch.lines.get_mut(index).zip(log) else {
            return false;
        };
        let Some((number, mut hold)) = line.live.take() else {
            return false;
        };
        while let Some(mut what) = hold.poll_action() {
            if let Do::Send(text) = &mut what {
                *text = sealed(text);
            }
            let attempt = number;
            self.actions.insert(0, Action::Do { attempt, what });
        }
        let Some(how) = hold.over() else {
            line.live = Some((number, hold));
            return false;
        };
        self.actions.insert(0, release(number));
        let held = held_for(&hold, at);
        log.held_us += held;
        let Some(how) = how else {
            (line.short, line.next) = (0, at);
            return false;
        };
        line.short = match held >= budget::RECONNECT_MOST.0 {
            true => 0,
            false => line.short + 1,
        };
        let wait = budget::RECONNECT.times(1 << line.short.min(6));
        let wait = wait.min(budget::RECONNECT_MOST);
        line.next = match how {
            HoldEnd::ByServer => at.plus(budget::RECONNECT_MOST),
            _ => at.plus(wait),
        };
        if let Some(line) = self.watch.lines.get(index) {
            log.end(self.watch.ended(line, &hold, at, how));
        }
        self.watch.ask = true;
        true
    }

    fn start_line(&mut self, at: Micros, index: usize) {
        let lane = self.setup.plan.lanes.first();
        let log = self.evidence.watch.as_mut();
        let log = log.and_then(|log| log.holds.get_mut(index));
        let (Some(line), Some(lane), Some(log)) = (self.watch.lines.get_mut(index), lane, log)
        else {
            return;
        };
        let Some(number) = self.watch.last.checked_add(1) else {
            return;
        };
        // Paths count attempts in four digits.
        if line.live.is_some() || line.attempts > 9_998 || at < line.next || at >= self.watch.until
        {
            return;
        }
        self.watch.last = number;
        line.attempts += 1;
        log.started += 1;
        let Probe { id, method, .. } = line.probe;
        let run = &self.setup.heading.id;
        let request = request(&line.probe, lane, id, run, line.attempts, 0);
        line.live = Some((number, Hold::new(method, beat_of(&line.probe), at)));
        let start = Start {
            attempt: number,
            request,
        };
        self.actions.insert(0, Action::Start(start));
    }
}

const fn beat_of(probe: &Probe) -> Micros {
    match probe.want {
        Want::Hold { beat } => beat,
        _ => Micros::ZERO,
    }
}

fn held_for(hold: &Hold, at: Micros) -> u64 {
    hold.opened_at.map_or(0, |opened| at.since(opened).0)
}

const fn release(attempt: u16) -> Action {
    let what = Do::Release;
    Action::Do { attempt, what }
}
