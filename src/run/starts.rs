//! Which attempt starts next, and what has to wait: for others of the plan, and for what browsers allow.

use super::attempts::{Attempt, ProbeState, sooner};
use super::request::request;
use super::{Action, Run, Start};
use crate::evidence::{Ended, Event, Trace};
use crate::method::Method;
use crate::plan::{Burst, Probe, RESUMED, Want, When, budget};
use crate::session::Session;
use crate::time::Micros;
use crate::wire::{digits, joined};

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
        let begun = match probe.is_at_once() {
            true => state.started >= probe.attempts,
            false => state.live.is_some(),
        };
        if state.done || begun || !ready {
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
        let of = |attempt: &Attempt| plan.probes.get(attempt.probe);
        let others = |attempt: &&Attempt| {
            let itself = of(attempt).is_some_and(|other| core::ptr::eq(other, probe));
            !(itself && probe.is_at_once())
        };
        let mut live = self.attempts.live().filter(others);
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
        let request = request(
            probe,
            lane,
            &name,
            &self.setup.heading.id,
            state.started,
            state.after,
        );
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
