//! The attempts of a run: which live, and how each ends.

use super::Action;
use crate::diagnosis::heard::{Heard, smallest_rtt};
use crate::evidence::{Ended, Event, Trace};
use crate::method::Method;
use crate::plan::{Plan, Probe, budget, runs_alone};
use crate::session::{Do, Session};
use crate::time::Micros;
use crate::wire::{Ledger, Sighting, sealed};

/// How far a probe is.
#[derive(Clone, Debug, Default)]
pub(super) struct ProbeState {
    /// Attempts started.
    pub(super) started: u16,
    /// When the last of them was.
    pub(super) last_start: Micros,
    /// The attempt that runs.
    pub(super) live: Option<u16>,
    /// One of them opened.
    pub(super) opened: bool,
    /// One of them was whole.
    pub(super) passed: bool,
    failed_in_a_row: u16,
    /// How often one is tried beyond what the probe says.
    pub(super) retries: u16,
    /// The highest tick that its polls brought.
    pub(super) after: u32,
    /// No further attempt.
    pub(super) done: bool,
}

impl ProbeState {
    /// When the pace of its probe lets its next attempt start.
    pub(super) const fn due(&self, probe: &Probe) -> Micros {
        if self.started == 0 {
            Micros::ZERO
        } else {
            self.last_start.plus(probe.pace)
        }
    }
}

/// An attempt that runs or ran; the same index as its trace.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) probe: usize,
    pub(super) session: Session,
    pub(super) waiting: bool,
    pub(super) settled: bool,
}

impl Attempt {
    #[inline(never)]
    pub(super) fn handle(&mut self, trace: &mut Trace, at: Micros, event: Event) {
        let event = if trace.own { event } else { event.unsealed() };
        let over = self.session.over().is_some();
        if over && !matches!(event, Event::Timed { .. }) {
            return;
        }
        self.session.handle(at, &event);
        trace.push(at, event.kept(trace.own));
        trace.ended = self.session.over();
    }

    /// Its first rung is not climbed yet.
    pub(super) const fn is_unanswered(&self) -> bool {
        self.session.over().is_none() && !self.session.opened()
    }

    /// An upgrade that is not called waiting yet: when it is to be.
    fn waiting_from(&self, trace: &Trace, rtt: Micros) -> Option<Micros> {
        let socket = trace.method == Method::WebSocket;
        (socket && self.is_unanswered() && !self.waiting)
            .then(|| trace.started_at.plus(budget::WAITING).plus(rtt.times(4)))
    }
}

/// All attempts, in order of their start.
#[derive(Debug, Default)]
pub(super) struct Attempts(pub(super) Vec<Attempt>);

/// A multi-attempt probe that failed that often in a row has shown enough.
const ENOUGH_FAILURES: u16 = 3;

impl Attempts {
    pub(super) fn live(&self) -> impl Iterator<Item = &Attempt> {
        let lives = |attempt: &&Attempt| attempt.session.over().is_none();
        self.0.iter().filter(lives)
    }

    /// Forgets all but the first.
    pub(super) fn truncate(&mut self, started: usize) {
        self.0.truncate(started);
    }

    pub(super) fn all_over(&self) -> bool {
        self.live().next().is_none()
    }

    pub(super) fn handle(&mut self, traces: &mut [Trace], at: Micros, number: u16, event: Event) {
        let index = usize::from(number).wrapping_sub(1);
        if let Some((attempt, trace)) = self.0.get_mut(index).zip(traces.get_mut(index)) {
            // Of interest only where much is sent at once; elsewhere it would push out what is.
            if matches!(event, Event::Buffered { .. }) && !runs_alone(&trace.probe) {
                return;
            }
            attempt.handle(trace, at, event);
        }
    }

    pub(super) fn on_time(&mut self, traces: &mut [Trace], at: Micros) {
        for (attempt, trace) in self.0.iter_mut().zip(traces) {
            if attempt.session.on_time(at) {
                attempt.handle(trace, at, Event::GaveUp);
            }
            trace.ended = attempt.session.over();
        }
    }

    pub(super) fn stop_all(&mut self, traces: &mut [Trace], at: Micros) {
        for (attempt, trace) in self.0.iter_mut().zip(traces) {
            attempt.handle(trace, at, Event::Stopped);
        }
    }

    /// Marks upgrades that are unanswered for long; true when there is a new one.
    pub(super) fn mark_waiting(&mut self, traces: &[Trace], at: Micros) -> bool {
        let rtt = smallest_rtt(traces).unwrap_or(budget::RTT_GUESS);
        let mut any = false;
        for (attempt, trace) in self.0.iter_mut().zip(traces) {
            if attempt
                .waiting_from(trace, rtt)
                .is_some_and(|due| at >= due)
            {
                attempt.waiting = true;
                any = true;
            }
        }
        any
    }

    /// Some attempt of that method is unanswered for long.
    pub(super) fn is_waiting(&self, traces: &[Trace], method: Method) -> bool {
        let mut both = self.0.iter().zip(traces);
        both.any(|(attempt, trace)| {
            attempt.waiting && attempt.is_unanswered() && trace.method == method
        })
    }

    /// The request arrived and the page still waits, also for an answer that left long ago: further waiting tells nothing
    /// new.
    pub(super) fn give_up_seen(&mut self, traces: &mut [Trace], ledger: &Ledger, at: Micros) {
        let under_way = |seen: &Sighting| {
            let instance = ledger.instances.iter().find(|one| one.id == seen.instance);
            let since = |answered| instance.map(|one| one.seen_through.since(answered));
            seen.answered_at
                .and_then(since)
                .is_some_and(|since| since < budget::ANSWER)
        };
        for (attempt, trace) in self.0.iter_mut().zip(traces) {
            let mut sightings = ledger.sightings.iter();
            if attempt.waiting
                && !attempt.session.opened()
                && sightings
                    .any(|s| s.attempt == trace.attempt && s.probe == trace.probe && !under_way(s))
            {
                attempt.handle(trace, at, Event::GaveUp);
            }
        }
    }

    /// The probes of which an attempt failed on its way, or waits for long.
    pub(super) fn in_trouble(&self, traces: &[Trace]) -> Vec<usize> {
        let mut probes = Vec::new();
        for (attempt, trace) in self.0.iter().zip(traces) {
            let failed = matches!(trace.ended, Some(Ended::Failed | Ended::GaveUp));
            let decides = trace.decisive && !trace.own;
            if decides && (failed || attempt.waiting) && !ended_by_the_page(trace) {
                probes.push(attempt.probe);
            }
        }
        probes
    }

    pub(super) fn wake_at(&self, traces: &[Trace]) -> Option<Micros> {
        let rtt = smallest_rtt(traces).unwrap_or(budget::RTT_GUESS);
        let mut first = None;
        for (attempt, trace) in self.0.iter().zip(traces) {
            first = sooner(first, attempt.session.wake_at());
            first = sooner(first, attempt.waiting_from(trace, rtt));
        }
        first
    }

    /// Hands on what sessions want, and settles the accounts of those that are over.
    pub(super) fn settle(
        &mut self,
        traces: &[Trace],
        probes: &mut [ProbeState],
        plan: &Plan,
        at: Micros,
        actions: &mut Vec<Action>,
    ) {
        for (attempt, trace) in self.0.iter_mut().zip(traces) {
            let (state, probe) = (
                probes.get_mut(attempt.probe),
                plan.probes.get(attempt.probe),
            );
            let Some((state, probe)) = state.zip(probe).filter(|_| !attempt.settled) else {
                continue;
            };
            let number = trace.id;
            while let Some(mut what) = attempt.session.poll_action() {
                if let Do::Send(text) | Do::SendBytes(text, _) = &mut what
                    && !trace.own
                {
                    *text = sealed(text);
                }
                actions.insert(
                    0,
                    Action::Do {
                        attempt: number,
                        what,
                    },
                );
            }
            state.opened |= attempt.session.opened();
            let Some(ended) = attempt.session.over() else {
                continue;
            };
            attempt.settled = true;
            // Another of its attempts may run beside it.
            if state.live == Some(number) {
                state.live = None;
            }
            for (tick, _) in Heard::of(trace).ticks {
                state.after = state.after.max(tick.n);
            }
            state.after = state.after.max(attempt.session.through());
            match ended {
                Ended::Complete => {
                    state.passed = true;
                    state.failed_in_a_row = 0;
                }
                Ended::Failed | Ended::GaveUp | Ended::Stopped => state.failed_in_a_row += 1,
            }
            let quick = at.since(trace.started_at) < budget::WAITING;
            // A silence that never began tells nothing: the connection that the browser kept for it was dead.
            let unbegun = ended == Ended::GaveUp
                && probe.is_silent()
                && probe.method != Method::LongPolling
                && !attempt.session.opened();
            let worth_it = (ended == Ended::Failed && (quick || probe.is_alone()) || unbegun)
                && !ended_by_the_page(trace);
            if probe.attempts == 1
                && worth_it
                && !probe.is_control()
                && state.retries < budget::RETRIES
            {
                state.retries += 1;
            }
            state.done |= state.live.is_none()
                && (state.started >= probe.attempts + state.retries
                    || state.failed_in_a_row >= ENOUGH_FAILURES);
            actions.insert(
                0,
                Action::Do {
                    attempt: number,
                    what: Do::Release,
                },
            );
        }
    }
}

/// No packet of it left the page.
fn ended_by_the_page(trace: &Trace) -> bool {
    let by_the_page = |e: &Event| {
        matches!(
            e,
            Event::Threw { .. } | Event::Unsupported | Event::Blocked { .. }
        )
    };
    trace.first(by_the_page).is_some()
}

/// The earlier of two points, where there are two.
pub(super) fn sooner(a: Option<Micros>, b: Option<Micros>) -> Option<Micros> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
