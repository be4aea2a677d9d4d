//! The attempts of a run: which start, which live, how each ends.

use super::request::request;
use super::{Action, Run, Start};
use crate::diagnosis::heard::{Heard, smallest_rtt};
use crate::evidence::{Ended, Event, Trace};
use crate::method::Method;
use crate::plan::{Burst, Plan, Probe, RESUMED, Want, When, budget};
use crate::session::{Do, Session};
use crate::time::Micros;
use crate::wire::{Ledger, Sighting, digits, joined, sealed};

/// How far a probe is.
#[derive(Clone, Debug, Default)]
pub(super) struct ProbeState {
    /// Attempts started.
    pub(super) started: u16,
    /// When the last of them was.
    pub(super) last_start: Micros,
    /// The attempt that runs.
    live: Option<u16>,
    /// One of them opened.
    opened: bool,
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
    const fn due(&self, probe: &Probe) -> Micros {
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
    waiting: bool,
    settled: bool,
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
    fn live(&self) -> impl Iterator<Item = &Attempt> {
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

impl Run {
    /// When the next attempt may start that only has to wait for its pace; `None`: none is left, or only such that
    /// wait for others.
    pub(super) fn next_start(&self) -> Option<Micros> {
        let mut next = None;
        for (probe, state) in self.setup.plan.probes.iter().zip(&self.probes) {
            if self.is_free(probe, state) {
                next = sooner(next, Some(state.due(probe)));
            }
        }
        next
    }

    /// Starts the first attempt that may start now; true when there was one.
    pub(super) fn start_next(&mut self, at: Micros) -> bool {
        let mut both = self.setup.plan.probes.iter().zip(&self.probes);
        let index =
            both.position(|(probe, state)| state.due(probe) <= at && self.is_free(probe, state));
        index.is_some_and(|index| self.start(at, index).is_some())
    }

    /// It has an attempt to start, and neither what it waits for nor a limit of browsers stands against it.
    #[inline(never)]
    pub(super) fn is_free(&self, probe: &Probe, state: &ProbeState) -> bool {
        let other = |index: usize| self.probes.get(index);
        let ready = match probe.when {
            When::Now => true,
            When::Passed(index) => other(index).is_some_and(|other| other.done && other.passed),
            When::Opened(index) => other(index).is_some_and(|other| other.opened),
        };
        if state.done || state.live.is_some() || !ready {
            return false;
        }
        if self.has_to_wait(probe) {
            return false;
        }
        let plan = &self.setup.plan;
        let (mut long, mut silent, mut same) = (0, 0, false);
        let (mut controls, mut connecting) = (0, false);
        for attempt in self.attempts.live() {
            let Some(other) = plan.probes.get(attempt.probe) else {
                continue;
            };
            let lanes = plan.lanes.get(probe.lane).zip(plan.lanes.get(other.lane));
            if let Some((lane, on)) = lanes.filter(|(lane, on)| lane.host == on.host) {
                // What is asked for once more takes the place of the one that waits.
                let itself = core::ptr::eq(other, probe);
                let takes_one = other.is_long() && on.port == lane.port && !itself;
                long += usize::from(takes_one);
                silent += usize::from(takes_one && other.is_rung());
                same |= other.is_rung() && other.method == probe.method;
                controls += usize::from(other.is_control());
                connecting |= other.is_socket() && !attempt.session.opened();
            }
        }
        let room = match (probe.is_long(), probe.is_rung()) {
            (false, _) => true,
            (true, false) => long < budget::LONG_REQUESTS,
            // One of each method: what the longer one tells may spare the shorter, and another time confirms it.
            (true, true) => {
                !same && silent < budget::SILENT_REQUESTS && long < budget::LONG_REQUESTS
            }
        };
        room && (!probe.is_control() || controls < budget::CONTROLS)
            && (!probe.is_socket()
                || (!connecting && self.failed_sockets() < budget::FAILING_SOCKETS))
    }

    /// How many WebSockets failed before they opened: browsers delay those that follow more and more.
    pub(super) fn failed_sockets(&self) -> usize {
        let opened = |e: &Event| matches!(e, Event::Opened { .. });
        let failed = |trace: &&Trace| {
            trace.method == Method::WebSocket
                && !trace.control
                && matches!(trace.ended, Some(Ended::Failed | Ended::GaveUp))
                && trace.first(opened).is_none()
        };
        self.evidence.traces.iter().filter(failed).count()
    }

    /// Bursts wait for all that decides a verdict, silences for bursts, and whatever else for the one that runs.
    fn has_to_wait(&self, probe: &Probe) -> bool {
        let plan = &self.setup.plan;
        let no_sockets = self.failed_sockets() >= budget::FAILING_SOCKETS;
        let never = |other: &Probe| other.is_socket() && no_sockets;
        let mut live = self.attempts.live();
        let running = |index| plan.probes.get(index).is_some_and(Probe::is_alone);
        if probe.is_alone() {
            let mut both = plan.probes.iter().zip(&self.probes);
            let undecided = |(other, state): (&Probe, &ProbeState)| {
                other.is_decisive() && !state.done && !never(other)
            };
            live.next().is_some() || both.any(undecided)
        } else if live.any(|attempt| running(attempt.probe)) {
            true
        } else {
            let may_come = |when| match when {
                When::Passed(index) => {
                    let before: Option<&ProbeState> = self.probes.get(index);
                    before.is_some_and(|before| !before.done || before.passed)
                }
                _ => true,
            };
            let mut both = plan.probes.iter().zip(&self.probes);
            (probe.is_rung() || probe.id == RESUMED)
                && both.any(|(other, state)| {
                    other.is_alone() && !state.done && may_come(other.when) && !never(other)
                })
        }
    }

    /// Starts the next attempt of that probe; `None`: there is no such probe.
    pub(super) fn start(&mut self, at: Micros, index: usize) -> Option<()> {
        let probe = self.setup.plan.probes.get(index)?;
        let lane = self.setup.plan.lanes.get(probe.lane)?;
        let state = self.probes.get_mut(index)?;
        state.started += 1;
        state.last_start = at;
        let number = self.evidence.traces.len() as u16 + 1;
        state.live = Some(number);
        // The server knows probes by name alone: the lane is part of it.
        let name = match (lane.id.as_str(), probe.is_silent()) {
            ("main", false) => probe.id.to_owned(),
            ("main", true) => joined(&[probe.id, "-", &digits(probe.silence().0 / 1_000_000)]),
            (other, _) => joined(&[probe.id, "-", other]),
        };
        let request = request(probe, lane, &name, &self.setup.heading.id, state);
        self.evidence.traces.push(Trace {
            id: number,
            probe: name,
            attempt: state.started,
            method: probe.method,
            lane: lane.id.clone(),
            own: request.own,
            decisive: probe.is_decisive(),
            control: probe.is_control(),
            ticks_wanted: match probe.want {
                Want::Ticks { count, .. } => count,
                Want::Socket { ticks, .. } => ticks,
                _ => 0,
            },
            ended: None,
            started_at: at,
            events: Vec::new(),
            omitted: 0,
            omitted_messages: 0,
            omitted_sent: 0,
        });
        let again;
        let want = match probe.want {
            Want::Burst(burst) => {
                let after = state.after;
                let cut = if state.started > 1 { 0 } else { burst.cut };
                again = Want::Burst(Burst {
                    cut,
                    after,
                    ..burst
                });
                &again
            }
            _ => &probe.want,
        };
        let session = Session::new(probe.method, want, at);
        self.attempts.0.push(Attempt {
            probe: index,
            session,
            waiting: false,
            settled: false,
        });
        self.actions.insert(
            0,
            Action::Start(Start {
                attempt: number,
                request,
            }),
        );
        Some(())
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
