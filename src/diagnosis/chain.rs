//! The evidence of a finding, put into facts: what stands between "something broke" and the name of a cause.
//!
//! A fact is a name and a value, in the order in which it happened: the page's half first. Whoever reads makes a sentence of
//! it, and sees by `from` where it stands in the evidence.

use super::fact::{Fact, FactName};
use super::facts::Attempt;
use super::held::HeldAs;
use super::methods::MethodReport;
use super::place::{lists, value};
use super::{Finding, Place, concerns};
use crate::evidence::{Event, Evidence, Notice, Trace};
use crate::method::Method;
use crate::plan::{budget, keeps_silent};
use crate::time::Micros;
use crate::wire::{
    End, Kind, Ledger, Reached, SeenConnection, ShownCertificate, Sighting, digits, number,
};

/// More facts of one finding help nobody.
const MOST: usize = 24;

/// The facts behind a finding.
pub(super) fn chain(evidence: &Evidence, methods: &[MethodReport], finding: &Finding) -> Vec<Fact> {
    let mut chain = Chain { facts: Vec::new() };
    let numbered = |id: &str, kind: &str| id.strip_prefix(kind).and_then(number);
    let ledger = evidence.ledger.as_ref();
    for id in &finding.because {
        if let Some(number) = numbered(id, "trace:") {
            let trace = evidence
                .traces
                .iter()
                .find(|one| u64::from(one.id) == number);
            let lanes = methods.iter().flat_map(|method| &method.lanes);
            let mut attempts = lanes.flat_map(|lane| &lane.attempts);
            let attempt = attempts.find(|one| u64::from(one.id) == number);
            match trace {
                Some(trace) if trace.control => {
                    let seen =
                        |ledger: &Ledger| ledger.sightings.iter().any(|seen| same(seen, trace));
                    let nowhere = ledger.is_some_and(|ledger| !seen(ledger));
                    chain.of_control(id, trace, nowhere);
                }
                Some(trace) => chain.of_page(id, trace, attempt),
                None => {}
            }
        } else if let (Some(n), Some(ledger)) = (numbered(id, "sighting:"), ledger) {
            let seen = ledger.sightings.get((n as usize).wrapping_sub(1));
            let Some(seen) = seen else { continue };
            let by = evidence.traces.iter().find(|trace| same(seen, trace));
            match by.is_some_and(|trace| trace.control) {
                true => chain.add(FactName::ControlArrived, None, id),
                false => chain.of_server(id, seen),
            }
        } else if let (Some(n), Some(ledger)) = (numbered(id, "connection:"), ledger) {
            let seen = ledger.connections.get((n as usize).wrapping_sub(1));
            seen.into_iter()
                .for_each(|seen| chain.of_connection(id, seen));
        } else {
            chain.of_surroundings(id, evidence);
            chain.of_client(id, evidence, finding);
        }
    }
    // What is known of a method as a whole is known of its main lane.
    for method in methods.iter().filter(|one| concerns(finding, one)) {
        chain.of_method(finding, method);
        chain.outside_in(evidence, method.method);
    }
    chain.facts
}

/// What arrived is that attempt's.
fn same(seen: &Sighting, trace: &Trace) -> bool {
    trace.probe == seen.probe && trace.attempt == seen.attempt
}

struct Chain {
    facts: Vec<Fact>,
}

impl Chain {
    /// Once, however often it was seen.
    #[inline(never)]
    fn add(&mut self, fact: FactName, value: Option<String>, from: &str) {
        let same = |one: &Fact| one.fact == fact && one.value == value;
        if self.facts.len() < MOST && !self.facts.iter().any(same) {
            self.facts.push(Fact {
                fact,
                value,
                from: from.to_owned(),
            });
        }
    }

    fn number(&mut self, fact: FactName, value: u64, from: &str) {
        self.add(fact, Some(digits(value)), from);
    }

    fn text(&mut self, fact: FactName, value: &str, from: &str) {
        self.add(fact, Some(value.to_owned()), from);
    }

    fn of_page(&mut self, id: &str, trace: &Trace, attempt: Option<&Attempt>) {
        let after = |at: Micros| at.since(trace.started_at).ms_up();
        let (mut opened, mut failed) = (None, false);
        let arrivals = attempt.and_then(|attempt| attempt.arrivals);
        for stamped in &trace.events {
            let at = after(stamped.at);
            match &stamped.event {
                Event::Threw { name } => self.text(FactName::Threw, name, id),
                Event::Unsupported => self.add(FactName::Unsupported, None, id),
                Event::Blocked { directive } => self.text(FactName::PolicyBlocked, directive, id),
                Event::NetError { name } => self.text(FactName::NetError, name, id),
                Event::Opened { .. } if opened.is_none() => {
                    opened = Some(at);
                    self.number(FactName::Opened, at, id);
                }
                Event::Head { status, marked, .. } if *status > 0 => {
                    opened = opened.or(Some(at));
                    // Without the mark it is another's only where nothing of it arrived.
                    let foreign = !marked && !trace.own && arrivals == Some(0);
                    self.number(
                        match foreign {
                            true => FactName::ForeignAnswer,
                            false => FactName::PageStatus,
                        },
                        u64::from(*status),
                        id,
                    );
                }
                Event::Failed { .. } | Event::Errored { .. } if opened.is_none() && !failed => {
                    self.number(FactName::NeverOpened, at, id);
                    failed = true;
                }
                Event::Closed { code: 1006, .. } if opened.is_some() => {
                    self.number(FactName::BrokeOff, at, id);
                }
                Event::Closed { code, .. } if opened.is_some() => {
                    self.number(FactName::PageClosed, u64::from(*code), id);
                }
                Event::GaveUp if opened.is_none() && !failed => {
                    self.number(FactName::NoAnswer, at, id)
                }
                _ => {}
            }
        }
        let Some(attempt) = attempt else { return };
        let silent = keeps_silent(&trace.probe);
        if attempt.open_us.is_some() && trace.ticks_wanted > 0 && !silent {
            match attempt.ticks {
                0 => self.add(FactName::NothingCame, None, id),
                n => self.number(FactName::Came, u64::from(n), id),
            }
        }
        match attempt.arrivals {
            Some(0) => self.add(FactName::NothingArrived, None, id),
            None if !trace.own => self.add(FactName::ArrivalUnknown, None, id),
            _ => {}
        }
    }

    /// `nowhere`: the server tells what arrived, and nothing of it did.
    fn of_control(&mut self, id: &str, trace: &Trace, nowhere: bool) {
        for stamped in &trace.events {
            match &stamped.event {
                Event::Head { status, marked, .. } if *status > 0 => {
                    let fact = match nowhere && !marked {
                        true => FactName::ControlForeign,
                        false => FactName::ControlStatus,
                    };
                    self.number(fact, u64::from(*status), id);
                }
                Event::Failed { .. } => self.add(FactName::ControlFailed, None, id),
                _ => {}
            }
        }
    }

    fn of_server(&mut self, id: &str, seen: &Sighting) {
        match seen.http_version.as_str() {
            "HTTP/1.0" => self.add(FactName::ArrivedHttp10, None, id),
            version => self.text(FactName::Arrived, version, id),
        }
        let socket = seen.kind == Kind::WebSocket;
        if socket && seen.method != "CONNECT" {
            if !value(seen, "upgrade").is_some_and(|said| lists(said, "websocket")) {
                self.add(FactName::WithoutUpgrade, None, id);
            }
            match value(seen, "connection") {
                None => self.add(FactName::ConnectionMissing, None, id),
                Some(said) if !lists(said, "upgrade") => {
                    self.text(FactName::WithoutConnection, said, id);
                }
                Some(_) => {}
            }
        }
        if let Some(via) = value(seen, "via") {
            self.text(FactName::Via, via, id);
        }
        match (seen.status, &seen.refused) {
            (_, Some(why)) => self.text(FactName::Refused, why, id),
            (Some(101 | 200), None) if socket => {
                self.add(FactName::Switched, None, id);
                match seen.frames_in {
                    0 => self.add(FactName::NoFrameIn, None, id),
                    n => self.number(FactName::FramesIn, u64::from(n), id),
                }
            }
            (Some(status), None) => self.number(FactName::ServerStatus, u64::from(status), id),
            (None, None) => self.add(FactName::Unanswered, None, id),
        }
        for (fact, n) in [
            (FactName::MalformedIn, seen.malformed_in),
            (FactName::StrangeIn, seen.strange_in),
            (FactName::HandedOver, seen.ticks_out),
        ] {
            if n > 0 {
                self.number(fact, u64::from(n), id);
            }
        }
        if let Some(close) = &seen.close {
            self.number(FactName::CloseArrived, u64::from(close.code), id);
        }
        let end = match seen.end {
            Some(End::PeerLeft) => FactName::PeerLeft,
            Some(End::Reset) => FactName::ResetCame,
            Some(End::TimedOut) => FactName::ServerTimedOut,
            Some(End::Broken) => FactName::ServerBroken,
            Some(End::Complete | End::Refused | End::OurLimit) | None => return,
        };
        self.add(end, None, id);
    }

    fn of_connection(&mut self, id: &str, seen: &SeenConnection) {
        let reached = match seen.reached {
            Reached::Accepted => FactName::ConnectionEmpty,
            Reached::Bytes => FactName::ConnectionBytes,
            Reached::TlsToPlain => FactName::TlsToPlain,
            Reached::PlainToTls => FactName::PlainToTls,
            Reached::Hello => FactName::HelloOnly,
            Reached::Secured => FactName::SecuredOnly,
        };
        self.add(reached, None, id);
        if let Some(alert) = seen.alert {
            self.number(FactName::Alert, u64::from(alert), id);
        }
        let certificate = match seen.certificate {
            Some(ShownCertificate::Expired) => FactName::CertificateExpired,
            Some(ShownCertificate::OtherName) => FactName::CertificateOtherName,
            Some(ShownCertificate::SelfSigned) => FactName::CertificateSelfSigned,
            Some(ShownCertificate::Sound) => FactName::CertificateSound,
            None => return,
        };
        self.add(certificate, None, id);
    }

    fn of_surroundings(&mut self, id: &str, evidence: &Evidence) {
        let surroundings = &evidence.surroundings;
        if surroundings.hidden_us > 0 {
            self.number(FactName::Hidden, surroundings.hidden_us / 1000, id);
        }
        for stamped in &surroundings.notices {
            match &stamped.notice {
                Notice::Slept { us } => self.number(FactName::Slept, us / 1000, id),
                Notice::Stalled { us } => self.number(FactName::Stalled, us / 1000, id),
                Notice::Offline => self.add(FactName::Offline, None, id),
                _ => {}
            }
        }
        if !surroundings.online {
            self.add(FactName::Offline, None, id);
        }
    }

    fn of_client(&mut self, id: &str, evidence: &Evidence, finding: &Finding) {
        let clients = evidence.surroundings.clients.iter().flatten();
        for client in clients.filter(|one| one.lane.is_some() && one.lane == finding.lane) {
            for (fact, n) in [
                (FactName::ClientFailed, client.failed_in_run),
                (FactName::ClientEndedEarly, client.ended_early),
                (FactName::ClientSentEarly, client.sent_early),
                (FactName::ClientSentLate, client.sent_late),
                (FactName::ClientUnheard, client.unheard),
                (FactName::ClientAtOnce, client.at_once),
            ] {
                if n > 0 {
                    self.number(fact, n.into(), id);
                }
            }
            if client.handler_threw > 0 {
                self.add(FactName::ClientHandlerThrew, client.error.clone(), id);
            }
            if client.left > 0 {
                self.add(FactName::ClientLeft, None, id);
            }
            if client.read_whole > 0 {
                self.add(FactName::ClientReadWhole, None, id);
            }
        }
    }

    fn of_method(&mut self, finding: &Finding, method: &MethodReport) {
        let from = "method";
        let held = method.held.as_ref().and_then(|held| held.held_as);
        let held = held.map(|held| match held {
            HeldAs::UntilClose => FactName::HeldUntilClose,
            HeldAs::Block => FactName::HeldBlock,
            HeldAs::Timer => FactName::HeldTimer,
            HeldAs::OneBehind => FactName::HeldOneBehind,
        });
        if let Some(held) = held.filter(|_| finding.place == Some(Place::Held)) {
            self.add(held, None, from);
        }
        let cut = method.idle_cut.as_ref();
        if let Some(cut) = cut.filter(|_| finding.place == Some(Place::Cut)) {
            if cut.lived_ms > 0 {
                self.number(FactName::SilenceLived, cut.lived_ms, from);
            }
            let kept = cut.page_beat_keeps == Some(true) || cut.server_beat_keeps == Some(true);
            // Where no beat helps it is their age.
            if kept || cut.page_beat_keeps.is_none() {
                self.number(FactName::SilenceDied, cut.died_ms, from);
            }
            if kept {
                self.number(FactName::BeatKeeps, budget::BEAT_PACE.ms_up(), from);
            }
        }
        let watched = method.watched.as_ref();
        if let Some(every) = watched.and_then(|watched| watched.every_ms) {
            self.number(FactName::CutEvery, every, from);
        }
        let resume = method.resume.as_ref();
        if resume.is_some_and(|resume| resume.id_arrived == Some(false)) {
            self.add(FactName::WithoutLastEventId, None, from);
        }
    }

    fn outside_in(&mut self, evidence: &Evidence, method: Method) {
        let outside = evidence.about.as_ref();
        let outside = outside.and_then(|about| about.outside_in.as_ref());
        let mut tries = outside.iter().flat_map(|outside| &outside.tries);
        match tries.find(|one| one.method == method) {
            Some(tried) if tried.passed => self.add(FactName::OutsideWorks, None, "about"),
            Some(tried) if tried.status.is_some() => {
                self.add(FactName::OutsideFails, None, "about");
            }
            _ => {}
        }
    }
}
