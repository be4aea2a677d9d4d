//! What is asked beside a probe that broke.

use super::{Lane, Plan, Probe, Skipped, Want, When};
use crate::method::Method;
use crate::time::Micros;
use crate::wire::{Kind, Scheme};

impl Plan {
    /// Adds what tells where that probe broke: plain requests for its path. A page may not send the head of an upgrade
    /// by `fetch`, but what answers the path without one shows who stands there. Of what broke on the main lane also
    /// whether somebody accepts a bad certificate, where the server offers one.
    pub fn add_controls(&mut self, index: usize) {
        let Some((method, lane)) = self
            .probes
            .get(index)
            .map(|probe| (probe.method, probe.lane))
        else {
            return;
        };
        let (readable, opaque, kind) = match method {
            Method::WebSocket => ("web-socket-read", "web-socket-opaque", Kind::WebSocket),
            Method::ServerSentEvents => ("events-read", "events-opaque", Kind::Events),
            Method::StreamingFetch => ("stream-read", "stream-opaque", Kind::Stream),
            Method::LongPolling => ("long-poll-read", "long-poll-opaque", Kind::LongPoll),
            Method::Polling => ("poll-read", "poll-opaque", Kind::Poll),
        };
        let mut asked = vec![(readable, false, lane), (opaque, true, lane)];
        let main = self.lanes.first().map(|main| main.scheme);
        let bad = |other: &Lane| other.skipped == Some(Skipped::BadCertificate);
        let bad = self.lanes.iter().position(bad);
        let tells = lane == 0 && main == Some(Scheme::Https);
        if let Some(bad) = bad.filter(|_| tells)
            && !self.probes.iter().any(|p| p.lane == bad)
        {
            asked.push((opaque, true, bad));
        }
        for (id, opaque, lane) in asked {
            if self.probes.iter().any(|p| p.id == id && p.lane == lane) {
                continue;
            }
            self.probes.push(Probe {
                id,
                method,
                lane,
                want: Want::Control { kind, opaque },
                attempts: 1,
                pace: Micros::ZERO,
                when: When::Now,
            });
        }
    }
}
