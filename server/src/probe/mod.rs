//! What an attempt may ask for, one endpoint each.

pub(crate) mod poll;
pub(crate) mod stream;
pub(crate) mod upload;
pub(crate) mod web_socket;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::{Body, Incoming};
use pushcheck::time::Micros;

use crate::app::App;
use crate::ledger::{Run, RunHold};
use crate::problem::{Problem, Refusal};
use crate::route::Ask;
use crate::source::Ticket;

/// No two paced ticks are closer to each other than that, whatever the page asks for.
pub(crate) const SHORTEST_PACE: Micros = Micros::ms(1_000);

/// A long request, counted until dropped: of the server, of the source, of the run.
#[derive(Debug)]
pub(crate) struct Held {
    all: Arc<AtomicU32>,
    _source: Ticket,
    _run: RunHold,
}

impl Held {
    /// Takes one, or says whose limit it would break.
    fn take(app: &App, ask: &Ask, run: &Arc<Run>) -> Result<Self, Problem> {
        let limits = &app.limits;
        let held = |field| Problem::too_many(field, Refusal::Count);
        let run = run.hold(limits.run_long).ok_or_else(|| held("run"))?;
        let source = app
            .sources
            .hold(ask.source, limits.source_long)
            .ok_or_else(|| held("source"))?;
        let fits = |all: u32| (all < limits.long).then_some(all + 1);
        app.long
            .fetch_update(Relaxed, Relaxed, fits)
            .map_err(|_| Problem::overloaded())?;
        Ok(Self {
            all: Arc::clone(&app.long),
            _source: source,
            _run: run,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Relaxed);
    }
}

/// A whole body of at most `most` bytes.
pub(crate) async fn read_body(
    app: &App,
    request: Request<Incoming>,
    most: u64,
    field: &'static str,
) -> Result<Bytes, Problem> {
    let mut whole = BytesMut::new();
    each_piece(app, request, most, field, |piece| {
        whole.extend_from_slice(&piece)
    })
    .await?;
    Ok(whole.freeze())
}

/// Hands over a body piece by piece, as long as it is neither too large nor too slow.
async fn each_piece(
    app: &App,
    request: Request<Incoming>,
    most: u64,
    field: &'static str,
    mut take: impl FnMut(Bytes),
) -> Result<(), Problem> {
    let mut body = request.into_body();
    if body.size_hint().lower() > most {
        return Err(Problem::too_large(field));
    }
    let reading = async {
        let mut left = most;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Problem::malformed("body"))?;
            let Ok(piece) = frame.into_data() else {
                continue;
            };
            left = left
                .checked_sub(piece.len() as u64)
                .ok_or_else(|| Problem::too_large(field))?;
            take(piece);
        }
        Ok(())
    };
    let limit = Duration::from_millis(app.limits.body_ms);
    tokio::time::timeout(limit, reading)
        .await
        .unwrap_or(Err(Problem::too_slow()))
}
