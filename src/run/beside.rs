//! Streams that are asked for again while they are still unanswered.

use super::Run;
use super::attempts::{Attempt, ProbeState};
use crate::diagnosis::heard::smallest_rtt;
use crate::evidence::{Ended, Event};
use crate::plan::{Probe, Want, budget};
use crate::time::Micros;

impl Run {
    /// Asks again, once, for what is unanswered for long where others were answered meanwhile: the connection that it went
    /// by may be dead, and the next one is not.
    pub(super) fn ask_beside(&mut self, at: Micros) {
        let rtt = smallest_rtt(&self.evidence.traces).unwrap_or(budget::RTT_GUESS);
        let patience = budget::WAITING.plus(rtt.times(4));
        for index in 0..self.setup.plan.probes.len() {
            let waits = |attempt: &Attempt| attempt.probe == index && attempt.is_unanswered();
            let waits = self.attempts.0.iter().any(waits);
            if waits && self.may_ask_beside(index, at, patience) {
                if let Some(state) = self.probes.get_mut(index) {
                    state.retries += 1;
                }
                self.start(at, index);
            }
        }
    }

    /// Of two attempts of one probe the one that is answered first goes on; true: the other was stopped.
    pub(super) fn stop_beside(&mut self, at: Micros) -> bool {
        let mut stopped = false;
        for second in 1..self.attempts.0.len() {
            for first in 0..second {
                let (Some(one), Some(other)) =
                    (self.attempts.0.get(first), self.attempts.0.get(second))
                else {
                    continue;
                };
                let probe = self.setup.plan.probes.get(one.probe);
                if one.probe != other.probe || !probe.is_some_and(is_asked_beside) {
                    continue;
                }
                // What follows one that failed is a repetition of its own.
                let goes_on = |attempt: &Attempt| {
                    attempt.session.opened()
                        || matches!(
                            attempt.session.over(),
                            Some(Ended::GaveUp | Ended::Complete)
                        )
                };
                let loser = match (one.is_unanswered(), other.is_unanswered()) {
                    (false, true) if goes_on(one) => second,
                    (true, false) if other.session.opened() => first,
                    _ => continue,
                };
                let both = self.attempts.0.get_mut(loser);
                if let Some((attempt, trace)) = both.zip(self.evidence.traces.get_mut(loser)) {
                    attempt.handle(trace, at, Event::Stopped);
                    stopped = true;
                }
            }
        }
        stopped
    }

    /// It is a stream's only attempt, waits for longer than that, and something else was heard on its lane since.
    fn may_ask_beside(&self, index: usize, at: Micros, patience: Micros) -> bool {
        let both = self
            .setup
            .plan
            .probes
            .get(index)
            .zip(self.probes.get(index));
        let Some((probe, state)) = both else {
            return false;
        };
        let Some(lane) = self.setup.plan.lanes.get(probe.lane) else {
            return false;
        };
        let since = state.last_start;
        let heard = self.evidence.traces.iter().any(|trace| {
            let answered = |e: &Event| matches!(e, Event::Head { marked: true, .. });
            trace.lane == lane.id && trace.first(answered).is_some_and(|heard| heard > since)
        });
        is_asked_beside(probe)
            && state.retries == 0
            && at.since(since) >= patience
            && heard
            && self.is_free(probe, &ProbeState::default())
    }
}

/// Streams have one attempt, and are for long.
fn is_asked_beside(probe: &Probe) -> bool {
    matches!(probe.want, Want::Ticks { .. }) && probe.is_decisive()
}
