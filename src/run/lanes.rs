//! The server's further lanes.

use super::Run;
use super::attempts::ProbeState;
use crate::plan::{Lane, Skipped};
use crate::report::{LaneInfo, Report};
use crate::wire::{BAD_CERTIFICATE, Scheme};

/// More lanes than any server of ours lists.
const MOST: usize = 8;

impl Run {
    /// Takes over the lanes that the server lists: those asked for are tried, the others stand in the report.
    pub(super) fn add_lanes(&mut self) {
        let Some(main) = self.setup.plan.lanes.first().cloned() else {
            return;
        };
        let about = self.evidence.about.take();
        let mut unknown = self.setup.lanes.clone();
        for lane in about.iter().flat_map(|about| &about.lanes).take(MOST) {
            unknown.retain(|id| *id != lane.id);
            let base = lane.base.as_ref().unwrap_or(&main.base);
            let fits = lane.base.as_deref().is_none_or(Lane::is_base);
            if !Lane::is_id(&lane.id) || !fits {
                continue;
            }
            let host = lane.host.as_ref().unwrap_or(&main.host);
            if lane.scheme == main.scheme
                && lane.port == main.port
                && *host == main.host
                && *base == main.base
            {
                // It is `main` itself, whose verdicts are the result's.
                self.setup.required_lanes.retain(|id| *id != lane.id);
                continue;
            }
            let mixed = self.setup.page_is_https && lane.scheme == Scheme::Http;
            let asked = self.setup.lanes.contains(&lane.id);
            let skipped = match (mixed, asked) {
                _ if lane.id == BAD_CERTIFICATE => Some(Skipped::BadCertificate),
                (true, _) => Some(Skipped::MixedContent),
                (false, false) => Some(Skipped::NotAsked),
                (false, true) => None,
            };
            self.add_lane(Lane {
                id: lane.id.clone(),
                scheme: lane.scheme,
                host: host.clone(),
                port: lane.port,
                base: base.clone(),
                skipped,
            });
        }
        self.evidence.about = about;
        for id in unknown.into_iter().filter(|id| id != "main").take(MOST) {
            self.add_lane(Lane {
                id,
                skipped: Some(Skipped::Unknown),
                ..main.clone()
            });
        }
    }

    fn add_lane(&mut self, lane: Lane) {
        self.evidence.lanes.push(lane.clone());
        self.setup.plan.add_lane(lane, &self.setup.asked.methods);
        self.probes
            .resize_with(self.setup.plan.probes.len(), ProbeState::default);
    }

    /// Marks what the embedder needs, and lets it count for the result.
    pub(super) fn judge_required_lanes(&self, report: &mut Report) {
        for id in self.setup.required_lanes.iter().filter(|id| *id != "main") {
            match report.lanes.iter_mut().find(|lane| lane.id == *id) {
                Some(lane) => lane.required = true,
                None => report
                    .lanes
                    .extend(report.lanes.first().cloned().map(|main| LaneInfo {
                        id: id.clone(),
                        skipped: Some(Skipped::Unknown),
                        required: true,
                        ..main
                    })),
            }
        }
        report.judge_required_lanes();
    }
}
