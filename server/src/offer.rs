//! `POST v1/runs/<run>/offer`: a report that one page leaves for another that has the run's key, so that somebody else
//! can read it without its being sent to anybody. Whoever has no key learns not even whether there is one.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck::wire::{Key, RunId};

use crate::answer::{self, Body};
use crate::app::App;
use crate::limits::Limits;
use crate::lock;
use crate::probe::read_body;
use crate::problem::Problem;
use crate::route::Ask;
use crate::shelf::{Room, Shelf};

/// The largest report that is kept, bytes: as much as a page can send while it closes.
const MOST: usize = 60_000;

/// Room for the key, and for line ends.
const KEY: usize = 64;

/// The offered reports: one a run, forgotten `keep_ms` after it was last left or read.
#[derive(Debug)]
pub(crate) struct Offers(Mutex<Shelf<RunId, Bytes>>);

impl Offers {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Mutex::new(Shelf::new(Room {
            most: limits.offers,
            most_of_source: limits.source_offers,
            most_bytes: limits.offers_bytes,
            keep: Micros::ms(limits.keep_ms),
        })))
    }

    /// Forgets what is over its time.
    pub(crate) fn sweep(&self, now: Micros) {
        lock(&self.0).sweep(now);
    }

    fn read(&self, run: RunId, now: Micros) -> Option<Bytes> {
        let mut shelf = lock(&self.0);
        let report = shelf.get(&run, now).cloned();
        shelf.touch(&run, now);
        report
    }
}

/// The key alone asks: 200 with the report, or 204. Key, line end and a report leave it, instead of an earlier one: 201.
pub(crate) async fn answer(app: &App, ask: Ask, run: RunId) -> Result<Response<Body>, Problem> {
    let _turn = app.reports.turn()?;
    let (source, exchange) = (ask.source, Arc::clone(&ask.exchange));
    let body = read_body(app, ask.request, (KEY + MOST) as u64, "report").await?;
    let (key, report) = split(&body)?;
    if key.run() != run {
        return Err(Problem::not_the_key());
    }
    let Some(report) = report else {
        let Some(report) = app.offers.read(run, app.clock.now()) else {
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
    let (bytes, now) = (report.len(), app.clock.now());
    match lock(&app.offers.0).put(run, report, bytes, source, now) {
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
