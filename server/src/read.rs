//! `POST v1/runs/<run>/ledger`: what was seen of a run, for whoever has its key.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck::wire::{Key, RunId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::answer::{self, Body, Pieces};
use crate::app::App;
use crate::probe::read_body;
use crate::problem::Problem;
use crate::route::Ask;
use crate::source::SourceId;

/// The key is the body. Whether or not the run exists, a wrong key gets the same answer.
pub(crate) async fn ledger(app: &App, ask: Ask, run: RunId) -> Result<Response<Body>, Problem> {
    let (asking, exchange) = (ask.source, Arc::clone(&ask.exchange));
    // A key has 32 digits; a little more leaves room for a line's end.
    let body = read_body(app, ask.request, 64, "key").await?;
    let key = std::str::from_utf8(&body)
        .map_err(|_| Problem::malformed("key"))?
        .trim_ascii();
    let key: Key = key.parse()?;
    let (ledger, place) = written(app, &key, run, asking).await?;
    // Whoever does not take it makes room for others.
    let limit = Micros::ms(app.limits.body_ms);
    exchange.must_end_by(app.clock.now().plus(limit));
    let body = Pieces::new(ledger, place).boxed_unsync();
    Ok(answer::with(StatusCode::OK, "application/json", body))
}

/// A run's ledger, written out, and the place that it takes until it has been sent.
pub(crate) async fn written(
    app: &App,
    key: &Key,
    run: RunId,
    asking: SourceId,
) -> Result<(Vec<u8>, OwnedSemaphorePermit), Problem> {
    if key.run() != run {
        return Err(Problem::not_the_key());
    }
    let place = place(app, run).await?;
    // Only our own types, without maps of other keys than text: it cannot fail.
    let ledger = serde_json::to_vec(&app.read(run, asking).await).unwrap_or_default();
    Ok((ledger, place))
}

/// A place to read a run's ledger, held as long as that is in memory.
async fn place(app: &App, run: RunId) -> Result<OwnedSemaphorePermit, Problem> {
    let sightings = match &app.shared {
        Some(shared) => shared.sightings(run).await,
        None => 0,
    };
    let own = app.ledger.known(run).map_or(0, |run| run.sightings());
    app.readers
        .place(sightings.max(own), app.limits.head_ms)
        .await
}

/// What all nodes saw of a run, to be kept beside its report.
#[derive(Debug)]
pub(crate) struct Seen {
    /// As JSON.
    pub(crate) ledger: String,
    _place: OwnedSemaphorePermit,
}

/// None: nothing is known of it, which may be another server's, or there is no room to read it.
pub(crate) async fn seen_by_all(app: &App, run: &str, asking: SourceId) -> Option<Seen> {
    let run = run.parse().ok()?;
    if app.shared.is_none() {
        app.ledger.known(run)?;
    }
    let place = place(app, run).await.ok()?;
    let ledger = app.read(run, asking).await;
    let is_known = !ledger.sightings.is_empty()
        || !ledger.complete
        || ledger
            .instances
            .iter()
            .any(|one| one.evicted > 0 || one.refused > 0);
    if !is_known {
        return None;
    }
    Some(Seen {
        ledger: serde_json::to_string(&ledger).ok()?,
        _place: place,
    })
}

/// Those who read: a ledger is written out whole, at up to 7.5 kB for each sighting, and its reader may be slow.
#[derive(Debug)]
pub(crate) struct Readers {
    sightings: Arc<Semaphore>,
    most: u32,
}

impl Readers {
    pub(crate) fn new(most: u32) -> Self {
        Self {
            sightings: Arc::new(Semaphore::new(most as usize)),
            most,
        }
    }

    /// A place for so many sightings, waited for; the largest ledger goes alone.
    async fn place(&self, sightings: usize, wait_ms: u64) -> Result<OwnedSemaphorePermit, Problem> {
        let many = u32::try_from(sightings).unwrap_or(u32::MAX);
        let waiting =
            Arc::clone(&self.sightings).acquire_many_owned(many.clamp(1, self.most.max(1)));
        match tokio::time::timeout(Duration::from_millis(wait_ms), waiting).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(Problem::overloaded()),
        }
    }
}
