//! The outside-in control: the server tries every method through its own public address, natively, without a browser.
//! What fails here fails for everybody; what passes here and fails for a visitor breaks on the visitor's side.
//!
//! Tried is the first `--public-url` alone: no redirect is followed, no proxy of the environment is asked, and over TLS
//! HTTP/1.1 is spoken. A round takes five tries at once, each of at most [`EACH`]; it runs at start, every [`EVERY`], and
//! when somebody asks for it (`POST v1/outside-in`), which begins at most one round per [`PAUSE`]: all who ask
//! meanwhile wait for the same one, or get the newest result. A round that fails is a result and nothing more.
//!
//! Its requests are nobody's visit. Each round has a run of its own, whose requests leave no sighting and count to a
//! source of their own; only so many of them as a round needs are known as its.

mod addresses;
mod judge;
mod reach;
mod tries;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pushcheck::time::Micros;
use pushcheck::wire::{self, Key, OutsideTry, RunId};
use tokio::sync::{Notify, watch};

use crate::app::App;
use crate::config::Config;
use crate::lock;
use crate::tls::Error;

pub(crate) use addresses::{Addresses, Named};
use judge::{Demand, demand};
use reach::Target;

/// The longest that one try takes.
const EACH: Duration = Duration::from_secs(5);

/// From the end of a round that nobody asked for to the beginning of the next.
const EVERY: Duration = Duration::from_secs(300);

/// The same where nothing was reached, at first: with each such round it doubles. What stands in front may not be up yet.
const SOON: Duration = Duration::from_secs(1);

/// From the beginning of a round to that of the next, however many ask for it.
const PAUSE: Micros = Micros::ms(30_000);

/// Requests of a round that are known as such: one for each try, and as many again, since proxies repeat some.
const REQUESTS: u32 = 10;

/// What the server knows of itself from outside.
#[derive(Debug)]
pub(crate) struct OutsideIn {
    /// None: it is not told where it can be reached.
    target: Option<Target>,
    state: Mutex<State>,
    wanted: Notify,
    rounds: watch::Sender<u32>,
}

#[derive(Debug, Default)]
struct State {
    /// When the latest round began.
    began: Option<Micros>,
    /// The round under way: its run, and how many more of its requests are known as such.
    round: Option<(RunId, u32)>,
    newest: Option<(Micros, Vec<OutsideTry>)>,
}

impl OutsideIn {
    /// Where to, by the configuration.
    ///
    /// # Errors
    /// When the certificates that are to be trusted cannot be read.
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let target = match config.public_urls.first() {
            Some(origin) => {
                let base = config.base_path.as_str().to_owned();
                let ca = config.outside_in_ca.as_deref();
                Some(Target::new(origin.clone(), base, ca)?)
            }
            None => None,
        };
        Ok(Self {
            target,
            state: Mutex::default(),
            wanted: Notify::new(),
            rounds: watch::Sender::new(0),
        })
    }

    /// The newest result.
    pub(crate) fn to_wire(&self, now: Micros) -> Option<wire::OutsideIn> {
        let state = lock(&self.state);
        state.newest.as_ref().map(|(at, tries)| wire::OutsideIn {
            age_ms: now.since(*at).0 / 1_000,
            tries: tries.clone(),
        })
    }

    /// The request is one of the round under way.
    pub(crate) fn claims(&self, run: RunId) -> bool {
        match &mut lock(&self.state).round {
            Some((own, left)) if *own == run && *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    /// Round after round, until the server stops.
    pub(crate) async fn keep(app: Arc<App>) {
        let this = &app.outside_in;
        let Some(target) = &this.target else { return };
        let mut soon = SOON;
        loop {
            this.round(&app, target).await;
            let rest = if this.reached() {
                EVERY
            } else {
                soon.min(EVERY)
            };
            soon = soon.saturating_mul(2);
            let rest = tokio::time::sleep(rest);
            tokio::pin!(rest);
            loop {
                tokio::select! {
                    () = app.stopping.cancelled() => return,
                    () = &mut rest => break,
                    () = this.wanted.notified() => {}
                }
                // Who asked may have done so before the round that has just ended.
                if this.demand(app.clock.now()) == Demand::Begin {
                    break;
                }
            }
        }
    }

    /// The result for somebody who wants a fresh one.
    pub(crate) async fn ask(&self, app: &App) -> Option<wire::OutsideIn> {
        if self.target.is_some() {
            let mut rounds = self.rounds.subscribe();
            let demand = self.demand(app.clock.now());
            if demand == Demand::Begin {
                self.wanted.notify_one();
            }
            if demand != Demand::Newest {
                tokio::select! {
                    () = app.stopping.cancelled() => {}
                    () = tokio::time::sleep(EACH * 2) => {}
                    _ = rounds.changed() => {}
                }
            }
        }
        self.to_wire(app.clock.now())
    }

    /// Somebody answered, the last time.
    fn reached(&self) -> bool {
        let state = lock(&self.state);
        let newest = state.newest.as_ref();
        newest.is_some_and(|(_, tries)| tries.iter().any(|one| one.status.is_some()))
    }

    fn demand(&self, now: Micros) -> Demand {
        let state = lock(&self.state);
        demand(state.began, state.round.is_some(), now)
    }

    async fn round(&self, app: &App, target: &Target) {
        lock(&self.state).began = Some(app.clock.now());
        // Without randomness there is no run: the next round may have it.
        let Ok(random) = crate::random() else { return };
        let run = Key::new(random).run();
        lock(&self.state).round = Some((run, REQUESTS));
        let tries = tokio::select! {
            () = app.stopping.cancelled() => None,
            tries = tries::all(target, run, &app.clock) => Some(tries),
        };
        let mut state = lock(&self.state);
        state.round = None;
        if let Some(tries) = tries {
            let passed = tries.iter().filter(|one| one.passed).count();
            tracing::info!(url = %target.origin, passed, of = tries.len(), "tried from outside");
            state.newest = Some((app.clock.now(), tries));
        }
        drop(state);
        self.rounds
            .send_modify(|rounds| *rounds = rounds.wrapping_add(1));
    }
}
