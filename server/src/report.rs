//! `POST v1/reports`: what a page found, kept for the operator.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use hyper::{Response, StatusCode};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::answer::{self, Body};
use crate::app::App;
use crate::clock::hex;
use crate::lock;
use crate::probe::read_body;
use crate::problem::Problem;
use crate::route::Ask;

/// The newest reports.
#[derive(Debug)]
pub(crate) struct Reports {
    most: usize,
    turns: Semaphore,
    kept: Mutex<VecDeque<(String, Bytes)>>,
}

/// The reports that are read at once: each may take its whole size of memory while it comes.
const AT_ONCE: usize = 64;

/// As much of a report as is looked at.
#[derive(Deserialize)]
struct Report {
    schema: u32,
}

#[derive(Serialize)]
struct Kept<'a> {
    id: &'a str,
}

impl Reports {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            turns: Semaphore::new(AT_ONCE),
            kept: Mutex::default(),
        }
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
    serde_json::from_slice::<IgnoredAny>(&report).map_err(|_| Problem::malformed("report"))?;
    match serde_json::from_slice(&report) {
        // serde would take a list of values for an object.
        Ok(Report { schema: 1 }) if report.trim_ascii_start().starts_with(b"{") => {}
        _ => return Err(Problem::malformed("schema")),
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
        let reports = Reports::new(2);
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
