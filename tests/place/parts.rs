//! Evidence of one attempt, put together by hand.

use pushcheck::diagnosis::{Asked, LaneReport, diagnose};
use pushcheck::evidence::{Ended, Engine, EngineFamily, Event, Evidence, Surroundings, Trace};
use pushcheck::method::Method;
use pushcheck::plan::Lane;
use pushcheck::time::Micros;
use pushcheck::wire::{
    End, JoinedBy, Kind, Ledger, Reached, Scheme, SeenConnection, SeenHeader, Sighting,
};

use crate::support::INSTANCE;
use crate::support::events::{closed_by_the_server, head};
pub(crate) use crate::support::server::field;
use crate::support::server::{about, ledger, sighting, upgrade_fields};

/// One attempt, what stands beside it, and the server's half.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) evidence: Evidence,
}

impl Scene {
    /// An attempt of that method which began, and ended so.
    pub(crate) fn of(method: Method, ended: Ended, events: &[Event]) -> Self {
        let evidence = Evidence {
            ledger: Some(ledger()),
            about: Some(about()),
            surroundings: Surroundings {
                online: true,
                engine: Some(Engine {
                    family: EngineFamily::Chromium,
                    version: 150,
                }),
                ..Surroundings::default()
            },
            ..Evidence::default()
        };
        let mut scene = Self { evidence };
        scene.add(method, "probe", false, Some(ended), events);
        scene
    }

    fn add(
        &mut self,
        method: Method,
        probe: &str,
        control: bool,
        ended: Option<Ended>,
        events: &[Event],
    ) {
        let id = self.evidence.traces.len() as u16 + 1;
        let mut trace = Trace {
            id,
            probe: probe.to_owned(),
            attempt: 1,
            method,
            lane: "main".to_owned(),
            own: false,
            decisive: !control,
            control,
            ticks_wanted: 0,
            ended,
            started_at: Micros::ms(100),
            events: Vec::new(),
            omitted: 0,
            omitted_messages: 0,
            omitted_sent: 0,
        };
        for (turn, event) in events.iter().enumerate() {
            trace.push(Micros::ms(100 + 10 * turn as u64), event.clone());
        }
        self.evidence.traces.push(trace);
    }

    fn ledger(&mut self) -> &mut Ledger {
        self.evidence.ledger.get_or_insert_with(ledger)
    }

    /// The server saw the attempt.
    pub(crate) fn seen(mut self, change: impl FnOnce(&mut Sighting)) -> Self {
        let mut seen = sighting("probe", 1);
        seen.kind = Kind::WebSocket;
        seen.headers = upgrade_fields();
        change(&mut seen);
        self.ledger().sightings.push(seen);
        self
    }

    /// A plain request for the same path had that answer, or none; `arrived`: at our server.
    pub(crate) fn control(mut self, answer: Option<Event>, arrived: bool) -> Self {
        let method = self.evidence.traces[0].method;
        let number = self.evidence.traces.len();
        let probe = format!("control-{number}");
        let failed = Event::Failed {
            name: "TypeError".to_owned(),
        };
        let last = answer.unwrap_or(failed);
        self.add(
            method,
            &probe,
            true,
            Some(Ended::Complete),
            &[Event::Constructed, last],
        );
        if arrived {
            self.ledger().sightings.push(sighting(&probe, 1));
        }
        self
    }

    /// The same, and the server read those fields of it.
    pub(crate) fn control_with(mut self, fields: Vec<SeenHeader>) -> Self {
        self = self.control(Some(head(0, false)), true);
        if let Some(last) = self.ledger().sightings.last_mut() {
            last.headers = fields;
        }
        self
    }

    /// The ledger misses something.
    pub(crate) fn incomplete(mut self) -> Self {
        self.ledger().complete = false;
        self
    }

    /// The ledger could not be read.
    pub(crate) fn unread(mut self) -> Self {
        self.evidence.ledger = None;
        self
    }

    /// A connection without a request.
    pub(crate) fn connection(mut self, connection: SeenConnection) -> Self {
        self.ledger().connections.push(connection);
        self
    }

    /// What is said of the attempt's lane.
    pub(crate) fn judged(&self) -> LaneReport {
        let method = self.evidence.traces[0].method;
        let asked = Asked {
            methods: vec![method],
            required: Vec::new(),
        };
        let diagnosis = diagnose(&self.evidence, &asked);
        let report = diagnosis.methods.into_iter().find(|m| m.method == method);
        report.expect("a method").lanes.remove(0)
    }
}

/// `close` without a close frame.
pub(crate) fn abnormal() -> Event {
    closed(1006, false)
}

pub(crate) fn closed(code: u16, was_clean: bool) -> Event {
    Event::Closed {
        code,
        reason: String::new(),
        was_clean,
    }
}

pub(crate) fn said(line: &str) -> Event {
    Event::Sent {
        line: line.to_owned(),
    }
}

/// The whole of a socket: echo, end, and the server's close.
pub(crate) fn whole_socket(close: Event) -> Vec<Event> {
    use crate::support::events::{message, opened};
    vec![
        Event::Constructed,
        opened(),
        said("echo 1"),
        message(&format!("echo 1 2 3 {INSTANCE}")),
        said("end"),
        close,
    ]
}

pub(crate) fn our_close() -> Event {
    closed_by_the_server()
}

/// A poll beside it gives the clock: the server's is a second ahead.
pub(crate) fn with_a_clock(scene: Scene) -> Scene {
    clocked(scene, Micros::ms(2))
}

/// The same, by a poll that takes that long.
pub(crate) fn clocked(mut scene: Scene, trip: Micros) -> Scene {
    use crate::support::events::body;
    let mut poll = Scene::of(Method::Polling, Ended::Complete, &[])
        .evidence
        .traces
        .remove(0);
    (poll.id, poll.started_at) = (9, Micros::ZERO);
    poll.push(Micros::ZERO, Event::Constructed);
    poll.push(trip, head(200, true));
    let text = format!("at 1001000 1001000 {INSTANCE}\n");
    poll.push(trip, body(&text));
    scene.evidence.traces.push(poll);
    scene
}

/// One without a request that came and went with the attempt.
pub(crate) fn connection(reached: Reached, end: End) -> SeenConnection {
    SeenConnection {
        instance: INSTANCE.to_owned(),
        joined_by: JoinedBy::Address,
        at: Micros::ms(1_105),
        port: 443,
        reached,
        bytes_in: 0,
        alert: None,
        certificate: None,
        ended_at: Some(Micros::ms(1_115)),
        end: Some(end),
    }
}

/// The page's own lane, over plain HTTP.
pub(crate) fn main_lane() -> Lane {
    Lane {
        id: "main".to_owned(),
        scheme: Scheme::Http,
        host: "probe.test".to_owned(),
        port: 80,
        base: "/".to_owned(),
        skipped: None,
    }
}
