//! `v1/reports`: what a page found, kept for the operator, by whichever method gets through.

mod pieces;
mod socket;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::answer::{self, Body};
use crate::app::App;
use crate::clock::hex;
use crate::lock;
use crate::probe::read_body;
use crate::problem::{self, Problem};
use crate::route::Ask;
use crate::schema::{Fault, Schema};

use pieces::Uploads;
pub(crate) use pieces::{PiecePath, answer as piece};
pub(crate) use socket::open;

/// The newest reports.
#[derive(Debug)]
pub(crate) struct Reports {
    most: usize,
    turns: Arc<Semaphore>,
    judges: Arc<Semaphore>,
    schema: Arc<Schema>,
    kept: Mutex<VecDeque<(String, Bytes)>>,
    /// Those that come in pieces.
    uploads: Uploads,
}

/// The reports that are read at once: each may take its whole size of memory while it comes.
const AT_ONCE: usize = 64;

/// The reports that are held against the schema at once: the longest takes tens of milliseconds and ten times its size.
const JUDGED_AT_ONCE: usize = 4;

#[derive(Serialize)]
struct Kept<'a> {
    id: &'a str,
}

/// Why something is not taken for a report.
#[derive(Clone, Debug)]
pub(crate) enum Wrong {
    /// No report at all, or too much.
    Problem(Problem),
    /// Against the schema, in these places.
    At(Vec<String>),
}

impl Wrong {
    pub(crate) fn answer(self) -> Response<Body> {
        match self {
            Self::Problem(problem) => problem.answer(),
            Self::At(places) => problem::against_schema("report", &places),
        }
    }
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotJson => Self::Problem(Problem::malformed("report")),
            Fault::At(places) => Self::At(places),
        }
    }
}

impl Reports {
    pub(crate) fn new(most: usize) -> std::io::Result<Self> {
        Ok(Self {
            most,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            judges: Arc::new(Semaphore::new(JUDGED_AT_ONCE)),
            schema: Arc::new(Schema::new()?),
            kept: Mutex::default(),
            uploads: Uploads::new(),
        })
    }

    /// Forgets what is over its time.
    pub(crate) fn sweep(&self, now: Micros) {
        self.uploads.sweep(now);
    }

    /// A place among those whose report is read; held until it has been judged.
    pub(crate) fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.turns)
            .try_acquire_owned()
            .map_err(|_| Problem::overloaded())
    }

    /// Whether it is a report, found out where it keeps no other answer waiting; `unpack` makes it of what came.
    pub(crate) async fn judged(
        &self,
        unpack: impl FnOnce() -> Result<Bytes, Problem> + Send + 'static,
    ) -> Result<Bytes, Wrong> {
        let (schema, judges) = (Arc::clone(&self.schema), Arc::clone(&self.judges));
        let Ok(turn) = judges.acquire_owned().await else {
            return Err(Fault::NotJson.into());
        };
        let judging = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let report = unpack().map_err(Wrong::Problem)?;
            schema.check(&report)?;
            Ok(report)
        });
        judging.await.unwrap_or(Err(Fault::NotJson.into()))
    }

    /// Keeps what has been judged, under an id of its own.
    fn keep(&self, report: Bytes) -> Result<String, Problem> {
        let id = hex(&crate::random::<8>().map_err(|_| Problem::overloaded())?);
        tracing::info!(report = id, bytes = report.len(), "report kept");
        self.add(id.clone(), report);
        Ok(id)
    }

    fn add(&self, id: String, report: Bytes) {
        let mut kept = lock(&self.kept);
        kept.push_back((id, report));
        while kept.len() > self.most {
            kept.pop_front();
        }
    }

    /// Judges what came and keeps it.
    async fn take(&self, report: Bytes) -> Result<Response<Body>, Problem> {
        match self.judged(move || Ok(report)).await {
            Ok(report) => Ok(told(&self.keep(report)?)),
            Err(wrong) => Ok(wrong.answer()),
        }
    }
}

/// The answer that names what was kept.
fn told(id: &str) -> Response<Body> {
    answer::json(StatusCode::CREATED, &Kept { id })
}

/// `POST v1/reports`.
pub(crate) async fn posted(app: &App, ask: Ask) -> Result<Response<Body>, Problem> {
    let _turn = app.reports.turn()?;
    let report = read_body(app, ask.request, app.limits.report_bytes, "report").await?;
    app.reports.take(report).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_reports_are_kept() {
        let reports = Reports::new(2).expect("a schema");
        for id in ["a", "b", "c"] {
            reports.add(id.to_owned(), Bytes::from_static(b"{}"));
        }
        let ids: Vec<String> = lock(&reports.kept)
            .iter()
            .map(|(id, _)| id.clone())
            .collect();
        assert_eq!(ids, ["b", "c"]);
    }
}
