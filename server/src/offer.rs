//! `POST v1/runs/<run>/offer`: a report that one page leaves for another that has the run's key, so that somebody else
//! can read it without its being sent to anybody. Whoever has no key learns not even whether there is one.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck::wire::{Key, RunId};
use pushcheck_store::Store;
use pushcheck_store::shelf::{self, Named};

use crate::answer::{self, Body};
use crate::app::App;
use crate::clock::wall_ms;
use crate::limits::Limits;
use crate::lock;
use crate::probe::read_body;
use crate::problem::Problem;
use crate::route::Ask;
use crate::shelf::{Everywhere, Room, Shelf};
use crate::source::SourceId;

/// The largest report that is kept, bytes: as much as a page can send while it closes.
const MOST: usize = 60_000;

/// Room for the key, and for line ends.
const KEY: usize = 64;

/// The offered reports: one a run, forgotten `keep_ms` after it was last left or read.
#[derive(Debug)]
pub(crate) enum Offers {
    Here(Mutex<Shelf<RunId, Bytes>>),
    /// Where nodes share a store.
    Everywhere(Everywhere, shelf::Room),
}

impl Offers {
    pub(crate) fn new(limits: &Limits, store: &Store) -> Self {
        let most = |most: usize| i64::try_from(most).unwrap_or(i64::MAX);
        match store.is_shared() {
            true => Self::Everywhere(
                Everywhere::new(store.clone()),
                shelf::Room {
                    shelf: "offers",
                    most: most(limits.offers),
                    most_of_source: most(limits.source_offers),
                    most_bytes: most(limits.offers_bytes),
                    keep: i64::try_from(limits.keep_ms).unwrap_or(i64::MAX / 8),
                },
            ),
            false => Self::Here(Mutex::new(Shelf::new(Room {
                most: limits.offers,
                most_of_source: limits.source_offers,
                most_bytes: limits.offers_bytes,
                keep: Micros::ms(limits.keep_ms),
            }))),
        }
    }

    /// Forgets what is over its time.
    pub(crate) async fn sweep(&self, now: Micros) {
        match self {
            Self::Here(shelf) => lock(shelf).sweep(now),
            Self::Everywhere(shelf, room) => {
                // Told there; swept again soon.
                let _ = shelf.ask(shelf.store.sweep_shelf(room, wall_ms())).await;
            }
        }
    }

    async fn read(&self, run: RunId, now: Micros) -> Result<Option<Bytes>, Problem> {
        match self {
            Self::Here(shelf) => {
                let mut shelf = lock(shelf);
                let report = shelf.get(&run, now).cloned();
                shelf.touch(&run, now);
                Ok(report)
            }
            Self::Everywhere(shelf, room) => {
                let name = run.to_string();
                let found = shelf.ask(shelf.store.look(room, &name, wall_ms())).await?;
                Ok(found.map(Bytes::from))
            }
        }
    }

    /// False: there is no room for the like of it.
    async fn put(
        &self,
        run: RunId,
        report: Bytes,
        source: SourceId,
        now: Micros,
    ) -> Result<bool, Problem> {
        match self {
            Self::Here(shelf) => {
                let bytes = report.len();
                Ok(lock(shelf).put(run, report, bytes, source, now))
            }
            Self::Everywhere(shelf, room) => {
                let (name, source) = (run.to_string(), source.to_string());
                let thing = Named {
                    name: &name,
                    source: &source,
                };
                // It is JSON.
                let text =
                    std::str::from_utf8(&report).map_err(|_| Problem::malformed("report"))?;
                let left = shelf.store.leave(room, thing, text, wall_ms());
                shelf.ask(left).await
            }
        }
    }
}

/// The key alone asks: 200 with the report, or 204. Key, line end and a report leave it, instead of an earlier one: 201.
pub(crate) async fn answer(app: &App, ask: Ask, run: RunId) -> Result<Response<Body>, Problem> {
    let _turn = app.reports.turn(ask.source)?;
    let (source, exchange) = (ask.source, Arc::clone(&ask.exchange));
    let body = read_body(app, ask.request, (KEY + MOST) as u64, "report").await?;
    let (key, report) = split(&body)?;
    if key.run() != run {
        return Err(Problem::not_the_key());
    }
    let Some(report) = report else {
        let Some(report) = app.offers.read(run, app.clock.now()).await? else {
            return Ok(answer::empty(StatusCode::NO_CONTENT));
        };
        // Whoever does not take it makes room for others.
        exchange.must_end_by(app.clock.now().plus(Micros::ms(app.limits.body_ms)));
        return Ok(answer::full(StatusCode::OK, "application/json", report));
    };
    if report.len() > MOST {
        return Err(Problem::too_large("report"));
    }
    // A copy, since the body holds on to all that it had room for while it came.
    let report = Bytes::copy_from_slice(report);
    let report = match app.reports.judged(move || Ok(report)).await {
        Ok(judged) => judged.report,
        Err(wrong) => return Ok(wrong.answer()),
    };
    match app.offers.put(run, report, source, app.clock.now()).await? {
        true => Ok(answer::empty(StatusCode::CREATED)),
        false => Err(Problem::overloaded()),
    }
}

/// The key, and what follows its line; none: nothing does.
fn split(body: &[u8]) -> Result<(Key, Option<&[u8]>), Problem> {
    let end = body.iter().position(|byte| *byte == b'\n');
    let (key, rest) = body.split_at(end.unwrap_or(body.len()));
    let key = std::str::from_utf8(key).map_err(|_| Problem::malformed("key"))?;
    let report = rest.get(1..).filter(|rest| !rest.trim_ascii().is_empty());
    Ok((key.trim_ascii().parse()?, report))
}
