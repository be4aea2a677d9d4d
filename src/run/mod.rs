//! The conductor: the pure machine that owns plan and sessions.
//!
//! Order of calls: after any of [`Run::handle`], [`Run::heard_about`], [`Run::heard_ledger`], [`Run::notice`],
//! [`Run::stop`] and [`Run::on_time`], take actions from [`Run::poll_action`] until there is none; then sleep until
//! [`Run::wake_at`] or the next event. [`Action::Finish`] comes exactly once, as the last.

mod action;
mod attempts;
mod beside;
mod lanes;
mod ledger;
mod progress;
mod reliefs;
mod request;
mod rungs;
mod starts;
mod watch;

pub use action::{Action, Driver, Request, Start};
use attempts::{Attempts, ProbeState, sooner};
pub use progress::{MethodProgress, Progress};
use watch::Watch;

use crate::diagnosis::{Asked, Diagnosis, diagnose};
use crate::evidence::{Event, Evidence, Notice, StampedNotice, Surroundings};
use crate::plan::{Plan, budget};
use crate::report::{EvidenceReport, Heading, Mode, Report};
use crate::time::Micros;
use crate::wire::{About, Key, WIRE};

/// What a run is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The run's secret.
    pub key: Key,
    /// What its report is headed with.
    pub heading: Heading,
    /// What to try.
    pub plan: Plan,
    /// What is asked for and required.
    pub asked: Asked,
    /// Further lanes to try, by the server's ids.
    pub lanes: Vec<String>,
    /// Those of them that the embedder needs.
    pub required_lanes: Vec<String>,
    /// How long to watch what works, when all has been tried; zero: not at all.
    pub watch: Micros,
    /// The page came over https: plain lanes are mixed content.
    pub page_is_https: bool,
    /// The page's surroundings at the start.
    pub surroundings: Surroundings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Probing,
    Watching,
    LastLedger { until: Micros, again: Micros },
    Finished,
}

/// The state of a run.
#[derive(Debug)]
pub struct Run {
    setup: Setup,
    evidence: Evidence,
    attempts: Attempts,
    probes: Vec<ProbeState>,
    phase: Phase,
    /// What still runs is given up then.
    until: Micros,
    /// The next one is the last.
    actions: Vec<Action>,
    said: Progress,
    about_heard: bool,
    /// How many questions for the ledger have been asked, and how many of them are open.
    questions: u16,
    open_questions: u16,
    /// The number of the first of those that ask for the last ledger.
    last_from: u16,
    truncated: bool,
    stopped: bool,
    /// It was looked at which streams are kept.
    relieved: bool,
    watch: Watch,
    patience: Option<Micros>,
}

impl Run {
    /// A run that starts at [`Micros::ZERO`].
    pub fn new(mut setup: Setup) -> Self {
        let probes = setup
            .plan
            .probes
            .iter()
            .map(|_| ProbeState::default())
            .collect();
        let evidence = Evidence {
            lanes: setup.plan.lanes.clone(),
            surroundings: core::mem::take(&mut setup.surroundings),
            ..Evidence::default()
        };
        let about = Action::AskAbout {
            url: setup.plan.main_url("v1/about"),
        };
        let mut run = Self {
            said: Progress::new(&setup.heading.id, &setup.asked.methods),
            evidence,
            probes,
            attempts: Attempts::default(),
            phase: Phase::Probing,
            until: match setup.heading.mode {
                Mode::Thorough => budget::THOROUGH,
                _ => budget::GIVE_UP_ALL,
            },
            actions: Vec::new(),
            about_heard: false,
            questions: 0,
            open_questions: 0,
            last_from: 0,
            truncated: false,
            stopped: false,
            relieved: false,
            watch: Watch::default(),
            patience: None,
            setup,
        };
        run.keep(Micros::ZERO);
        run.advance(Micros::ZERO);
        // Behind the probes: it must not take a connection before them.
        run.actions.insert(0, about);
        run
    }

    /// Something happened to an attempt.
    pub fn handle(&mut self, at: Micros, attempt: u16, event: Event) {
        if self.phase == Phase::Finished {
            return;
        }
        if self.phase == Phase::Watching && usize::from(attempt) > self.evidence.traces.len() {
            return self.watch_handle(at, attempt, event);
        }
        self.attempts
            .handle(&mut self.evidence.traces, at, attempt, event);
        self.advance(at);
    }

    /// The server's answer to [`Action::AskAbout`]; `None`: none that we understand.
    pub fn heard_about(&mut self, at: Micros, about: Option<About>) {
        if self.phase == Phase::Finished || self.about_heard {
            return;
        }
        self.about_heard = true;
        self.evidence.about = about.filter(|about| about.wire.contains(&WIRE));
        self.add_lanes();
        self.advance(at);
    }

    /// Something around the attempts changed.
    pub fn notice(&mut self, at: Micros, notice: Notice) {
        if !self.watch.notice(at, &notice) && self.phase == Phase::Watching {
            return;
        }
        const MOST: usize = 100;
        // A page that violates its own policy all the time must not drown what else happens.
        const VIOLATIONS: usize = 50;
        let room = match notice {
            Notice::PolicyViolation { .. } => VIOLATIONS,
            _ => MOST,
        };
        if self.evidence.surroundings.notices.len() < room {
            self.evidence
                .surroundings
                .notices
                .push(StampedNotice { at, notice });
        }
    }

    /// The page's surroundings, to be updated while the run lasts.
    pub const fn surroundings(&mut self) -> &mut Surroundings {
        &mut self.evidence.surroundings
    }

    /// The page stops the run: it ends with what it has.
    pub fn stop(&mut self, at: Micros) {
        if self.phase == Phase::Finished {
            return;
        }
        if self.evidence.watch.is_some() {
            // What was watched until then stands.
            self.truncated |= self.phase == Phase::Watching;
            self.end_watch(at);
        } else {
            self.stopped = true;
            self.take_back();
            self.give_up_all(at);
        }
        self.finish(at);
    }

    /// Takes back what was not handed out yet: a run that is stopped asks nothing more of the network.
    fn take_back(&mut self) {
        let starts = |action: &&Action| matches!(action, Action::Start(_));
        let not_started = self.actions.iter().filter(starts).count();
        let started = self.evidence.traces.len() - not_started;
        self.evidence.traces.truncate(started);
        self.attempts.truncate(started);
        self.actions
            .retain(|action| matches!(action, Action::Do { .. }));
    }

    /// The page stood still beyond a deadline: what arrived meanwhile has to be heard before anything is given up.
    /// True while it is to be waited for.
    fn has_patience(&mut self, at: Micros) -> bool {
        if let Some(until) = self.patience {
            self.patience = Some(until).filter(|until| at < *until);
            return self.patience.is_some();
        }
        let deadline = self.attempts.wake_at(&self.evidence.traces);
        let deadline = deadline.map_or(self.until, |own| own.min(self.until));
        let late = at.since(deadline) > budget::LATE;
        self.patience = late.then(|| at.plus(budget::PATIENCE));
        late
    }

    /// [`Run::wake_at`] has come. An early call does nothing.
    pub fn on_time(&mut self, at: Micros) {
        match self.phase {
            Phase::Finished => {}
            Phase::LastLedger { until, .. } if at >= until => self.finish(at),
            Phase::LastLedger { until, again } if at >= again => {
                let again = at.plus(self.ledger_pace());
                self.phase = Phase::LastLedger { until, again };
                self.ask_ledger();
            }
            Phase::LastLedger { .. } => {}
            Phase::Watching => self.watch_on_time(at),
            Phase::Probing => {
                if self.has_patience(at) {
                    return;
                }
                if at >= self.until {
                    // Cut short before its own deadline, an attempt proves nothing.
                    self.give_up_all(at);
                    self.advance(at);
                    return;
                }
                self.attempts.on_time(&mut self.evidence.traces, at);
                if self.attempts.mark_waiting(&self.evidence.traces, at) {
                    self.ask_ledger();
                }
                self.advance(at);
            }
        }
    }

    /// When [`Run::on_time`] is to be called; `None` when it is finished. Ask again each turn.
    pub fn wake_at(&self) -> Option<Micros> {
        match self.phase {
            Phase::Finished => None,
            Phase::LastLedger { until, again } => Some(until.min(again)),
            Phase::Watching => self.watch.wake_at(),
            Phase::Probing if self.patience.is_some() => self.patience,
            Phase::Probing => {
                let own = self.attempts.wake_at(&self.evidence.traces);
                let wake = sooner(own, self.next_start());
                sooner(wake, Some(self.until))
            }
        }
    }

    /// What to do next.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop()
    }

    /// Starts what may start, says what is new, and ends the run when nothing is left.
    fn advance(&mut self, at: Micros) {
        if self.phase != Phase::Probing {
            return;
        }
        self.settle(at);
        if self.stop_beside(at) {
            self.settle(at);
        }
        self.add_controls();
        self.add_reliefs(at);
        self.leave_out_rungs();
        while at < self.until && self.start_next(at) {}
        if at < self.until {
            self.ask_beside(at);
        }
        self.say(at);
        let lanes_may_come = !self.about_heard && !self.setup.lanes.is_empty() && at < budget::OPEN;
        let is_over = self.attempts.all_over() && !lanes_may_come && self.next_start().is_none();
        if is_over && !self.begin_watch(at) {
            self.ask_for_last(at);
        }
    }

    /// All has been tried: what the server saw of it is read, and that is the end.
    fn ask_for_last(&mut self, at: Micros) {
        let latest = self.until.max(at).plus(budget::LAST_LEDGER);
        self.phase = Phase::LastLedger {
            until: at.plus(budget::LEDGER_PATIENCE).min(latest),
            again: at.plus(self.ledger_pace()),
        };
        // What was read in a watch was read after all that was tried before.
        if self.evidence.watch.is_none() {
            self.evidence.ledger = None;
        }
        self.last_from = self.questions;
        if self.ledger_turns() == 0 {
            self.finish(at)
        } else {
            self.ask_ledger()
        }
    }

    /// Beside what failed or waits for long: what tells where, once for each method and lane.
    fn add_controls(&mut self) {
        for probe in self.attempts.in_trouble(&self.evidence.traces) {
            self.setup.plan.add_controls(probe);
        }
        self.probes
            .resize_with(self.setup.plan.probes.len(), ProbeState::default);
    }

    /// What still runs is stopped, and nothing more is started.
    fn give_up_all(&mut self, at: Micros) {
        self.truncated |= !self.attempts.all_over() || self.next_start().is_some();
        self.attempts.stop_all(&mut self.evidence.traces, at);
        self.probes.iter_mut().for_each(|probe| probe.done = true);
        self.settle(at);
    }

    fn settle(&mut self, at: Micros) {
        self.attempts.settle(
            &self.evidence.traces,
            &mut self.probes,
            &self.setup.plan,
            at,
            &mut self.actions,
        );
    }

    fn finish(&mut self, at: Micros) {
        self.phase = Phase::Finished;
        let diagnosis = diagnose(&self.evidence, &self.setup.asked);
        let mut report = self.report(diagnosis, at, self.stopped, self.truncated);
        self.judge_required_lanes(&mut report);
        report.evidence = Some(EvidenceReport::of(core::mem::take(&mut self.evidence)));
        self.actions.insert(0, Action::Finish(Box::new(report)));
    }

    /// Without the raw evidence.
    fn report(&self, diagnosis: Diagnosis, at: Micros, stopped: bool, truncated: bool) -> Report {
        let (heading, lanes) = (&self.setup.heading, &self.setup.plan.lanes);
        Report::in_short(
            heading,
            lanes,
            &self.evidence,
            diagnosis,
            at,
            stopped,
            truncated,
        )
    }

    /// How far apart the heartbeats of the main thread are to be.
    pub const fn beat(&self) -> Micros {
        match self.phase {
            Phase::Watching => budget::WATCH_BEAT,
            _ => budget::BEAT,
        }
    }

    /// Hands out a report of what is known so far, as it would have to stand if we failed now.
    fn keep(&mut self, at: Micros) {
        let place = String::new();
        let notice = Notice::OwnFailure { place };
        let failed = StampedNotice { at, notice };
        self.evidence.surroundings.notices.push(failed);
        let diagnosis = diagnose(&self.evidence, &self.setup.asked);
        let report = self.report(diagnosis, at, true, true);
        self.evidence.surroundings.notices.pop();
        self.actions.insert(0, Action::Keep(Box::new(report)));
    }
}
