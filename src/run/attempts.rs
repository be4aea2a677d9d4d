//! The attempts of a run: which start, which live, how each ends.

use super::{Action, Driver, Request, Run, Start};
use crate::diagnosis::facts::arrivals;
use crate::diagnosis::methods::smallest_rtt;
use crate::evidence::{Ended, Event, Trace};
use crate::method::Method;
use crate::plan::{Lane, Plan, Probe, Want, When, budget};
use crate::session::{Do, Session};
use crate::time::Micros;
use crate::wire::{Kind, Ledger};
use crate::wire::{digits, push_digits};

/// How far a probe is.
#[derive(Clone, Debug, Default)]
pub(super) struct ProbeState {
    /// Attempts started.
    pub(super) started: u16,
    /// When the last of them was.
    last_start: Micros,
    /// The attempt that runs.
    live: Option<u16>,
    /// One of them opened.
    opened: bool,
    /// One of them was whole.
    passed: bool,
    failed_in_a_row: u16,
    retries: u16,
    /// The highest tick that its polls brought.
    after: u32,
    /// No further attempt.
    pub(super) done: bool,
}

/// An attempt that runs or ran; the same index as its trace.
#[derive(Debug)]
struct Attempt {
    probe: usize,
    session: Session,
    waiting: bool,
    settled: bool,
}

/// All attempts, in order of their start.
#[derive(Debug, Default)]
pub(super) struct Attempts(Vec<Attempt>);

/// A multi-attempt probe that failed that often in a row has shown enough.
const ENOUGH_FAILURES: u16 = 3;

impl Attempts {
    fn live(&self) -> impl Iterator<Item = (usize, &Attempt)> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, attempt)| attempt.session.over().is_none())
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
        let Some((attempt, trace)) = self.0.get_mut(index).zip(traces.get_mut(index)) else {
            return;
        };
        let over = attempt.session.over().is_some();
        if over && !matches!(event, Event::Timed { .. }) {
            return;
        }
        attempt.session.handle(at, &event);
        trace.push(at, event.kept(trace.own));
        trace.ended = attempt.session.over();
    }

    pub(super) fn on_time(&mut self, traces: &mut [Trace], at: Micros) {
        for index in 0..self.0.len() {
            if self.0[index].session.on_time(at) {
                self.handle(traces, at, index as u16 + 1, Event::GaveUp);
            }
            traces[index].ended = self.0[index].session.over();
        }
    }

    pub(super) fn give_up_all(&mut self, traces: &mut [Trace], at: Micros, event: fn() -> Event) {
        for index in 0..self.0.len() {
            self.handle(traces, at, index as u16 + 1, event());
        }
    }

    /// When an unanswered upgrade is to be called waiting.
    fn waiting_from(trace: &Trace, rtt: Micros) -> Micros {
        trace.started_at.plus(budget::WAITING).plus(rtt.times(4))
    }

    fn unanswered_sockets<'a>(
        &'a self,
        traces: &'a [Trace],
    ) -> impl Iterator<Item = (usize, &'a Trace)> {
        let unanswered =
            |(_, attempt): &(usize, &Attempt)| !attempt.session.opened() && !attempt.waiting;
        let socket = |(index, _): (usize, &Attempt)| {
            Some((index, &traces[index])).filter(|t| t.1.method == Method::WebSocket)
        };
        self.live().filter(unanswered).filter_map(socket)
    }

    /// Marks upgrades that are unanswered for long; true when there is a new one.
    pub(super) fn mark_waiting(&mut self, traces: &[Trace], at: Micros) -> bool {
        let rtt = smallest_rtt(traces).unwrap_or(budget::RTT_GUESS);
        let due = self
            .unanswered_sockets(traces)
            .filter(|(_, trace)| at >= Self::waiting_from(trace, rtt));
        let due: Vec<usize> = due.map(|(index, _)| index).collect();
        due.iter().for_each(|&index| self.0[index].waiting = true);
        !due.is_empty()
    }

    /// Some attempt of that method is unanswered for long.
    pub(super) fn is_waiting(&self, traces: &[Trace], method: Method) -> bool {
        self.live().any(|(index, attempt)| {
            attempt.waiting && !attempt.session.opened() && traces[index].method == method
        })
    }

    /// The request arrived and the page still waits: further waiting tells nothing new.
    pub(super) fn give_up_seen(&mut self, traces: &mut [Trace], ledger: &Ledger, at: Micros) {
        for index in 0..self.0.len() {
            let (attempt, trace) = (&self.0[index], &traces[index]);
            let seen =
                |s: &&crate::wire::Sighting| s.attempt == trace.attempt && s.probe == trace.probe;
            if attempt.waiting
                && !attempt.session.opened()
                && ledger.sightings.iter().any(|s| seen(&s))
            {
                self.handle(traces, at, index as u16 + 1, Event::GaveUp);
            }
        }
    }

    pub(super) fn wake_at(&self, traces: &[Trace]) -> Option<Micros> {
        let rtt = smallest_rtt(traces).unwrap_or(budget::RTT_GUESS);
        let waiting = self
            .unanswered_sockets(traces)
            .map(|(_, trace)| Self::waiting_from(trace, rtt));
        self.live()
            .filter_map(|(_, attempt)| attempt.session.wake_at())
            .chain(waiting)
            .min()
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
        for (index, attempt) in self
            .0
            .iter_mut()
            .enumerate()
            .filter(|(_, attempt)| !attempt.settled)
        {
            let number = index as u16 + 1;
            while let Some(what) = attempt.session.poll_action() {
                actions.push(Action::Do {
                    attempt: number,
                    what,
                });
            }
            let state = &mut probes[attempt.probe];
            state.opened |= attempt.session.opened();
            let Some(ended) = attempt.session.over() else {
                continue;
            };
            attempt.settled = true;
            state.live = None;
            let (probe, trace) = (&plan.probes[attempt.probe], &traces[index]);
            for (tick, _) in arrivals(trace) {
                state.after = state.after.max(tick.n);
            }
            match ended {
                Ended::Complete => {
                    state.passed = true;
                    state.failed_in_a_row = 0;
                }
                Ended::Failed | Ended::GaveUp | Ended::Stopped => state.failed_in_a_row += 1,
            }
            let quick = at.since(trace.started_at) < budget::WAITING;
            let by_the_page = |e: &Event| {
                matches!(
                    e,
                    Event::Threw { .. } | Event::Unsupported | Event::Blocked { .. }
                )
            };
            let worth_it = ended == Ended::Failed && quick && trace.first(by_the_page).is_none();
            if probe.attempts == 1 && worth_it && state.retries < budget::RETRIES {
                state.retries += 1;
            }
            state.done |= state.started >= probe.attempts + state.retries
                || state.failed_in_a_row >= ENOUGH_FAILURES;
            actions.push(Action::Do {
                attempt: number,
                what: Do::Release,
            });
        }
    }
}

impl Run {
    /// When the next attempt may start that only has to wait for its pace; `None`: none is left, or only such that
    /// wait for others.
    pub(super) fn next_start(&self) -> Option<Micros> {
        let mut next = None;
        for (index, state) in self.probes.iter().enumerate() {
            if !state.done && state.live.is_none() && self.is_free(index) {
                let due = self.due(index);
                next = Some(next.map_or(due, |other: Micros| other.min(due)));
            }
        }
        next
    }

    /// When the pace of a probe lets its next attempt start.
    fn due(&self, index: usize) -> Micros {
        let state = &self.probes[index];
        if state.started == 0 {
            Micros::ZERO
        } else {
            state.last_start.plus(self.setup.plan.probes[index].pace)
        }
    }

    /// Starts the first attempt that may start now; true when there was one.
    pub(super) fn start_next(&mut self, at: Micros) -> bool {
        for index in 0..self.probes.len() {
            let state = &self.probes[index];
            let due = self.due(index) <= at;
            if due && !state.done && state.live.is_none() && self.is_free(index) {
                self.start(at, index);
                return true;
            }
        }
        false
    }

    /// Neither what it waits for nor a limit of browsers stands against it.
    fn is_free(&self, index: usize) -> bool {
        let probe = &self.setup.plan.probes[index];
        let ready = match probe.when {
            When::Now => true,
            When::Passed(other) => self.probes[other].done && self.probes[other].passed,
            When::Opened(other) => self.probes[other].opened,
        };
        let lane = &self.setup.plan.lanes[probe.lane];
        let (mut long, mut connecting, mut failing) = (0, false, 0);
        for (_, other) in self.attempts.live() {
            let probe = &self.setup.plan.probes[other.probe];
            let on = &self.setup.plan.lanes[probe.lane];
            if on.host == lane.host {
                long += usize::from(probe.is_long() && on.port == lane.port);
                connecting |= probe.method == Method::WebSocket && !other.session.opened();
            }
        }
        for trace in &self.evidence.traces {
            let failed = matches!(trace.ended, Some(Ended::Failed | Ended::GaveUp));
            failing += usize::from(failed && trace.method == Method::WebSocket);
        }
        ready
            && (!probe.is_long() || long < budget::LONG_REQUESTS)
            && (probe.method != Method::WebSocket
                || (!connecting && failing < budget::FAILING_SOCKETS))
    }

    fn start(&mut self, at: Micros, index: usize) {
        let probe = &self.setup.plan.probes[index];
        let lane = &self.setup.plan.lanes[probe.lane];
        let state = &mut self.probes[index];
        state.started += 1;
        state.last_start = at;
        let number = self.evidence.traces.len() as u16 + 1;
        state.live = Some(number);
        // The server knows probes by name alone: the lane is part of it.
        let name = if lane.id == "main" {
            probe.id.to_owned()
        } else {
            [probe.id, "-", &lane.id].concat()
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
            ticks_wanted: match probe.want {
                Want::Ticks { count, .. } => count,
                Want::Socket { ticks, .. } => ticks,
                Want::Poll | Want::LongPoll { .. } | Want::Own(_) => 0,
            },
            ended: None,
            started_at: at,
            events: Vec::new(),
            omitted: 0,
        });
        let session = Session::new(probe.method, &probe.want, at);
        self.attempts.0.push(Attempt {
            probe: index,
            session,
            waiting: false,
            settled: false,
        });
        self.actions.push(Action::Start(Start {
            attempt: number,
            request,
        }));
    }
}

fn request(probe: &Probe, lane: &Lane, name: &str, run: &str, state: &ProbeState) -> Request {
    let (driver, kind) = match probe.method {
        Method::WebSocket => (Driver::WebSocket, Kind::WebSocket),
        Method::ServerSentEvents => (Driver::EventSource, Kind::Events),
        Method::StreamingFetch => (Driver::StreamingFetch, Kind::Stream),
        Method::LongPolling => (Driver::Fetch, Kind::LongPoll),
        Method::Polling => (Driver::Fetch, Kind::Poll),
    };
    if let Want::Own(endpoint) = &probe.want {
        return Request {
            driver,
            url: endpoint.url.clone(),
            protocols: endpoint.protocols.clone(),
            with_credentials: endpoint.with_credentials,
            headers: endpoint.headers.clone(),
            own: true,
        };
    }
    let attempt = digits(state.started.into());
    let mut path = [
        "v1/runs/",
        run,
        "/",
        name,
        "/",
        &attempt,
        "/",
        kind.as_str(),
    ]
    .concat();
    let mut ask = |field: &str, value: u64| {
        path.push_str(field);
        push_digits(&mut path, value);
    };
    match probe.want {
        Want::Poll => ask("?after=", state.after.into()),
        Want::LongPoll { hold } => {
            ask("?after=", state.after.into());
            ask("&holdMs=", hold.ms_up());
        }
        Want::Ticks { count, silent } => {
            ask("?count=", count.into());
            ask("&silentMs=", silent.ms_up());
        }
        Want::Socket { .. } | Want::Own(_) => {}
    }
    let url = lane.url(driver == Driver::WebSocket, &path);
    Request {
        driver,
        url,
        protocols: Vec::new(),
        with_credentials: false,
        headers: Vec::new(),
        own: false,
    }
}
