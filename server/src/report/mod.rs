//! `v1/reports`: what a page found, kept for the operator, by whichever method gets through.

mod envelope;
mod intake;
mod pieces;
mod socket;
mod turns;
mod uploads;

use std::sync::Arc;

use bytes::Bytes;
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck_store::Store;
use pushcheck_store::schema::{Fault, Schema};
use pushcheck_store::summary::Summary;
use tokio::sync::Semaphore;

use crate::answer::{self, Body};
use crate::app::App;
use crate::probe::read_body;
use crate::problem::{self, Problem};
use crate::route::Ask;
use crate::source::SourceId;

use intake::{Asker, Taken, take};
pub(crate) use pieces::{PiecePath, answer as piece};
pub(crate) use socket::open;
pub(crate) use turns::Turn;
use turns::Turns;
use uploads::Uploads;

/// What takes reports in.
#[derive(Debug)]
pub(crate) struct Reports {
    turns: Arc<Turns>,
    judges: Arc<Semaphore>,
    schema: Arc<Schema>,
    /// Those that come in pieces.
    uploads: Uploads,
}

/// The reports that are held against the schema at once: the longest takes tens of milliseconds and ten times its size.
const JUDGED_AT_ONCE: usize = 4;

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

/// A report, and what it says at a glance.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) report: Bytes,
    pub(crate) summary: Summary,
}

impl Reports {
    pub(crate) fn new(store: &Store) -> std::io::Result<Self> {
        Ok(Self {
            turns: Turns::new(),
            judges: Arc::new(Semaphore::new(JUDGED_AT_ONCE)),
            schema: Arc::new(Schema::new()?),
            uploads: Uploads::new(store),
        })
    }

    /// Forgets what is over its time.
    pub(crate) async fn sweep(&self, now: Micros) {
        self.uploads.sweep(now).await;
    }

    /// A place among those whose report is read; held until it has been judged.
    pub(crate) fn turn(&self, source: SourceId) -> Result<Turn, Problem> {
        self.turns.take(source)
    }

    /// Whether it is a report, found out where it keeps no other answer waiting; `unpack` makes it of what came.
    pub(crate) async fn judged(
        &self,
        unpack: impl FnOnce() -> Result<Bytes, Problem> + Send + 'static,
    ) -> Result<Judged, Wrong> {
        let (schema, judges) = (Arc::clone(&self.schema), Arc::clone(&self.judges));
        let Ok(turn) = judges.acquire_owned().await else {
            return Err(Fault::NotJson.into());
        };
        let judging = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let report = unpack().map_err(Wrong::Problem)?;
            schema.check(&report)?;
            let summary = serde_json::from_slice(&report).map_err(|_| Fault::NotJson)?;
            Ok(Judged {
                summary: Summary::of(&summary),
                report,
            })
        });
        judging.await.unwrap_or(Err(Fault::NotJson.into()))
    }
}

/// The answer that names what was kept.
fn told(taken: &Taken) -> Response<Body> {
    answer::json(StatusCode::CREATED, taken)
}

/// Takes in what came whole.
async fn answered(app: &App, asker: &Asker, body: Bytes) -> Result<Response<Body>, Problem> {
    Ok(match take(app, asker, move || Ok(body)).await? {
        Ok(taken) => told(&taken),
        Err(wrong) => wrong.answer(),
    })
}

/// `POST v1/reports`.
pub(crate) async fn posted(app: &App, ask: Ask) -> Result<Response<Body>, Problem> {
    let _turn = app.reports.turn(ask.source)?;
    let asker = Asker::of(app, &ask, false);
    let most = app.limits.report_bytes + envelope::LONGEST;
    let body = read_body(app, ask.request, most, "report").await?;
    answered(app, &asker, body).await
}
