//! The silences of a thorough run that need not be waited for.

use super::Run;
use super::attempts::Attempt;
use crate::evidence::Ended;
use crate::method::Method;
use crate::plan::budget;

impl Run {
    /// Leaves out the silences of which is known by longer ones, on the same method, how they end; and where silence ends
    /// sockets, lets go of those that are kept awake once they outlived it by far.
    pub(super) fn leave_out_rungs(&mut self) {
        let plan = &self.setup.plan;
        let (mut cut, mut undecided) = (None, false);
        let mut cuts = [0; Method::ALL.len()];
        for (attempt, trace) in self.attempts.0.iter().zip(&self.evidence.traces) {
            let tried = plan.probes.get(attempt.probe);
            let Some(tried) = tried.filter(|probe| probe.is_silent()) else {
                continue;
            };
            let last = trace.events.last().map_or(trace.started_at, |last| last.at);
            let lasted = last.since(trace.started_at);
            // What ended at once was no silence: refused, or never open.
            let cut_off = trace.ended == Some(Ended::Failed) && lasted >= budget::ANSWER;
            // One may have been ended by something else, at its time.
            let cuts = &mut cuts[tried.method as usize];
            *cuts += u32::from(cut_off);
            if tried.method == Method::WebSocket {
                undecided |= trace.ended.is_none();
                if cut_off {
                    cut = cut.max(Some(lasted));
                }
            }
            for (probe, state) in plan.probes.iter().zip(&mut self.probes) {
                let known = match trace.ended {
                    Some(Ended::Complete) => probe.silence() < tried.silence(),
                    Some(Ended::Failed) => {
                        *cuts > 1 && probe.silence() > lasted.plus(budget::MESSAGE)
                    }
                    _ => false,
                };
                state.done |= known
                    && state.started == 0
                    && probe.is_silent()
                    && probe.method == tried.method;
            }
        }
        if let Some(cut) = cut.filter(|_| !undecided) {
            let kept = |attempt: &&mut Attempt| {
                let probe = plan.probes.get(attempt.probe);
                probe.is_some_and(|probe| probe.is_rung() && !probe.is_silent())
            };
            for attempt in self.attempts.0.iter_mut().filter(kept) {
                attempt.session.enough(cut.times(3));
            }
        }
    }
}
