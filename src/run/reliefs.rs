//! Streams that are kept on their way are tried once more, varied.

use super::Run;
use super::attempts::ProbeState;
use crate::diagnosis::held::is_held;
use crate::evidence::{Ended, Trace};
use crate::method::Method;
use crate::plan::budget;
use crate::report::Mode;
use crate::time::Micros;

impl Run {
    /// Once all that decides a verdict has ended: beside each stream on the main lane that came whole, and is kept, what may
    /// let it pass.
    pub(super) fn add_reliefs(&mut self, at: Micros) {
        let no_sockets = self.failed_sockets() >= budget::FAILING_SOCKETS;
        let mut both = self.setup.plan.probes.iter().zip(&self.probes);
        let decided = both.all(|(probe, state)| {
            state.done || !probe.is_decisive() || (probe.is_socket() && no_sockets)
        });
        // Of two of one probe, side by side, one may still run.
        let mut attempts = self.attempts.0.iter().zip(&self.evidence.traces);
        let running =
            attempts.any(|(attempt, trace)| trace.decisive && attempt.session.over().is_none());
        if self.relieved || !decided || running {
            return;
        }
        self.relieved = true;
        if at.plus(budget::RELIEF) > self.until {
            return;
        }
        for method in [Method::ServerSentEvents, Method::StreamingFetch] {
            let streams = |trace: &&Trace| {
                trace.method == method
                    && trace.lane == "main"
                    && trace.decisive
                    && !trace.own
                    && trace.ended == Some(Ended::Complete)
            };
            let mut streams = self.evidence.traces.iter().filter(streams);
            if streams.any(|trace| is_held(&self.evidence, trace)) {
                self.setup.plan.add_reliefs(method);
                // There is time for one, and what keeps both is most often the same.
                if self.setup.heading.mode != Mode::Thorough {
                    break;
                }
            }
        }
        self.probes
            .resize_with(self.setup.plan.probes.len(), ProbeState::default);
    }
}
