//! Drives a run through a world to its end, checking at every turn what must hold at every turn.

use std::collections::{BTreeMap, BTreeSet};

use pushcheck::diagnosis::RunResult;
use pushcheck::evidence::Event;
use pushcheck::report::Report;
use pushcheck::run::{Action, Driver, Progress, Request, Run, Setup, Start};
use pushcheck::session::Do;
use pushcheck::time::Micros;
use pushcheck::wire::{sealed, unsealed};

use super::world::{Input, Nature, Queue};

/// What a run did, for assertions.
#[derive(Debug, Default)]
pub struct Told {
    pub report: Option<Box<Report>>,
    pub ended_at: Micros,
    pub progress: Vec<Progress>,
    pub started: Vec<(Micros, Start)>,
    pub released: Vec<u16>,
}

/// Runs to the end. `stop_at`: the page stops it then.
pub fn run(setup: Setup, nature: &mut dyn Nature, stop_at: Option<Micros>) -> Told {
    const TURNS: usize = 20_000;
    let mut drive = Drive {
        run: Run::new(setup),
        queue: Queue::default(),
        told: Told::default(),
        open: BTreeMap::new(),
        connecting: BTreeMap::new(),
        now: Micros::ZERO,
    };
    for _ in 0..TURNS {
        while let Some(action) = drive.run.poll_action() {
            drive.carry_out(action, nature);
            drive.check();
        }
        if drive.told.report.is_some() {
            let wake = drive.run.wake_at();
            assert_eq!(wake, None, "a finished run wants to be woken");
            return drive.told;
        }
        drive.go_on(stop_at);
    }
    panic!("no end within {TURNS} turns; now {:?}", drive.now);
}

struct Drive {
    run: Run,
    queue: Queue,
    told: Told,
    /// Attempts that were not let go of yet.
    open: BTreeMap<u16, Request>,
    /// The hosts of the sockets that are CONNECTING.
    connecting: BTreeMap<u16, String>,
    now: Micros,
}

impl Drive {
    fn carry_out(&mut self, action: Action, nature: &mut dyn Nature) {
        let (queue, now) = (&mut self.queue, self.now);
        assert!(
            self.told.report.is_none(),
            "nothing comes after the end: {action:?}"
        );
        match action {
            Action::Start(start) => {
                nature.start(queue, now, &start);
                if start.request.driver == Driver::WebSocket {
                    self.connecting
                        .insert(start.attempt, host(&start.request.url));
                }
                self.open.insert(start.attempt, start.request.clone());
                self.told.started.push((now, start));
            }
            Action::Do {
                attempt,
                what: Do::Send(text) | Do::SendBytes(text, _),
            } => {
                let own = self.open.get(&attempt).is_some_and(|request| request.own);
                let line = if own {
                    Some(text.as_str())
                } else {
                    unsealed(&text)
                };
                let line = line.expect("what is sent is sealed").to_owned();
                queue.see(now, attempt, Event::Sent { line: line.clone() });
                nature.sent(queue, now, attempt, &line);
            }
            Action::Do {
                attempt,
                what: Do::Release,
            } => {
                let was_open = self.open.remove(&attempt).is_some();
                assert!(was_open, "released twice: {attempt}");
                self.connecting.remove(&attempt);
                self.told.released.push(attempt);
            }
            Action::AskAbout { .. } => nature.about(queue, now),
            Action::AskLedger {
                question,
                url,
                body,
                by_socket,
            } => {
                let key = body.rsplit(' ').next().expect("a word");
                assert!(!url.contains(key), "the key stands in a URL");
                nature.ledger(queue, now, question, by_socket);
            }
            Action::Say(progress) => {
                if let Some(before) = self.told.progress.last() {
                    assert!(
                        before.permille <= progress.permille,
                        "progress goes backwards"
                    );
                }
                self.told.progress.push(progress);
            }
            Action::Keep(report) => assert_eq!(report.result, RunResult::Aborted),
            Action::Finish(report) => {
                assert!(
                    self.open.is_empty(),
                    "still open at the end: {:?}",
                    self.open
                );
                self.told.ended_at = now;
                self.told.report = Some(report);
            }
        }
    }

    /// What browsers and networks cannot stand.
    fn check(&self) {
        for host in self.connecting.values() {
            assert!(
                self.connecting.values().filter(|h| *h == host).count() <= 1,
                "two sockets CONNECTING to {host}"
            );
        }
        let long = |r: &&Request| match r.driver {
            Driver::EventSource | Driver::StreamingFetch => true,
            Driver::Fetch => r.url.contains("/long-poll"),
            Driver::WebSocket | Driver::Upload | Driver::Head | Driver::OpaqueHead => false,
        };
        let long = self.open.values().filter(long);
        let long: Vec<_> = long.map(|r| (host(&r.url), probe(&r.url))).collect();
        let probes: BTreeSet<_> = long.iter().collect();
        for (host, _) in &long {
            // Streams that wait may be asked for once more.
            let (all, different) = (
                long.iter().filter(|(h, _)| h == host).count(),
                probes.iter().filter(|(h, _)| h == host).count(),
            );
            assert!(
                different <= 3 && all <= 5,
                "too many long requests to {host}: {long:?}"
            );
        }
    }

    /// To whatever comes first: the page's stop, what the world has in store, or the run's own deadline.
    fn go_on(&mut self, stop_at: Option<Micros>) {
        let next = self.queue.next();
        let wake = self.run.wake_at();
        let wake = wake
            .expect("a run that lasts wants to be woken")
            .max(self.now);
        let comes_first = |stop: &Micros| *stop <= wake && next.is_none_or(|next| *stop <= next);
        if let Some(stop) = stop_at.filter(comes_first) {
            self.now = self.now.max(stop);
            self.run.stop(self.now);
            return;
        }
        match self.queue.take_until(wake) {
            Some((at, input)) => {
                self.now = self.now.max(at);
                self.hear(input);
            }
            None => self.now = wake,
        }
        self.run.on_time(self.now);
    }

    fn hear(&mut self, input: Input) {
        match input {
            Input::Seen(attempt, event) => {
                if matches!(event, Event::Opened { .. } | Event::Closed { .. }) {
                    self.connecting.remove(&attempt);
                }
                let own = self.open.get(&attempt).is_some_and(|request| request.own);
                let event = if own { event } else { on_the_wire(event) };
                self.run.handle(self.now, attempt, event);
            }
            Input::About(about) => self.run.heard_about(self.now, about.map(|about| *about)),
            Input::Ledger(question, ledger) => self.run.heard_ledger(self.now, question, ledger),
        }
    }
}

/// What the server and the page say, sealed; what others say, as it is.
fn on_the_wire(mut event: Event) -> Event {
    match &mut event {
        Event::Message { line: text, .. }
        | Event::Sent { line: text }
        | Event::Body { text, .. } => {
            *text = sealed(text);
        }
        _ => {}
    }
    event
}

fn probe(url: &str) -> String {
    url.split('/').nth(6).unwrap_or(url).to_owned()
}

fn host(url: &str) -> String {
    url.split('/').nth(2).unwrap_or_default().to_owned()
}
