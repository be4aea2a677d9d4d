//! `POST v1/reports`: what a page found, kept for the operator.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hyper::{Response, StatusCode};
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::answer::{self, Body};
use crate::app::App;
use crate::clock::hex;
use crate::lock;
use crate::probe::read_body;
use crate::problem::{self, Problem};
use crate::route::Ask;
use crate::schema::{Fault, Schema};

/// The newest reports.
#[derive(Debug)]
pub(crate) struct Reports {
    most: usize,
    turns: Semaphore,
    judges: Arc<Semaphore>,
    schema: Arc<Schema>,
    kept: Mutex<VecDeque<(String, Bytes)>>,
}

/// The reports that are read at once: each may take its whole size of memory while it comes.
const AT_ONCE: usize = 64;

/// The reports that are held against the schema at once: the longest takes tens of milliseconds and ten times its size.
const JUDGED_AT_ONCE: usize = 4;

#[derive(Serialize)]
struct Kept<'a> {
    id: &'a str,
}

impl Reports {
    pub(crate) fn new(most: usize) -> std::io::Result<Self> {
        Ok(Self {
            most,
            turns: Semaphore::new(AT_ONCE),
            judges: Arc::new(Semaphore::new(JUDGED_AT_ONCE)),
            schema: Arc::new(Schema::new()?),
            kept: Mutex::default(),
        })
    }

    /// Whether it is a report, found out where it keeps no other answer waiting.
    async fn judge(&self, report: Bytes) -> Result<(), Fault> {
        let (schema, judges) = (Arc::clone(&self.schema), Arc::clone(&self.judges));
        let Ok(turn) = judges.acquire_owned().await else {
            return Err(Fault::NotJson);
        };
        let judging = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            schema.check(&report)
        });
        judging.await.unwrap_or(Err(Fault::NotJson))
    }

    fn keep(&self, id: String, report: Bytes) {
        let mut kept = lock(&self.kept);
        kept.push_back((id, report));
        while kept.len() > self.most {
            kept.pop_front();
        }
    }
}

/// `POST v1/reports`.
pub(crate) async fn keep(app: &App, ask: Ask) -> Result<Response<Body>, Problem> {
    let _turn = app
        .reports
        .turns
        .try_acquire()
        .map_err(|_| Problem::overloaded())?;
    let report = read_body(app, ask.request, app.limits.report_bytes, "report").await?;
    match app.reports.judge(report.clone()).await {
        Ok(()) => {}
        Err(Fault::NotJson) => return Err(Problem::malformed("report")),
        Err(Fault::At(places)) => return Ok(problem::against_schema("report", &places)),
    }
    let id = hex(&crate::random::<8>().map_err(|_| Problem::overloaded())?);
    let response = answer::json(StatusCode::CREATED, &Kept { id: &id });
    tracing::info!(report = id, bytes = report.len(), "report kept");
    app.reports.keep(id, report);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_reports_are_kept() {
        let reports = Reports::new(2).expect("a schema");
        for id in ["a", "b", "c"] {
            reports.keep(id.to_owned(), Bytes::from_static(b"{}"));
        }
        let ids: Vec<String> = lock(&reports.kept)
            .iter()
            .map(|(id, _)| id.clone())
            .collect();
        assert_eq!(ids, ["b", "c"]);
    }
}
