//! What a page posts: the key that opens its ledger, and its report.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use hyper::{Response, StatusCode};
use pushcheck::wire::{Key, RunId};
use serde::Serialize;
use serde_json::Value;

use crate::answer::{self, Body};
use crate::app::App;
use crate::clock::hex;
use crate::lock;
use crate::probe::read_body;
use crate::problem::Problem;
use crate::route::Ask;

/// `POST v1/runs/<run>/ledger`: the key is the body. Whether or not the run exists, a wrong key gets the same answer.
pub(crate) async fn ledger(app: &App, ask: Ask, run: RunId) -> Result<Response<Body>, Problem> {
    // A key has 32 digits; a little more leaves room for a line's end.
    let body = read_body(app, ask.request, 64, "key").await?;
    let key = std::str::from_utf8(&body)
        .map_err(|_| Problem::malformed("key"))?
        .trim_ascii();
    let key: Key = key.parse()?;
    if key.run() != run {
        return Err(Problem::not_the_key());
    }
    Ok(answer::json(StatusCode::OK, &app.ledger.read(run)))
}

/// The newest reports.
#[derive(Debug)]
pub(crate) struct Reports {
    most: usize,
    kept: Mutex<VecDeque<(String, Bytes)>>,
}

#[derive(Serialize)]
struct Kept<'a> {
    id: &'a str,
}

impl Reports {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
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
    let report = read_body(app, ask.request, app.limits.report_bytes, "report").await?;
    // Parsed into values it takes some ten times its bytes, for the length of this check.
    let value: Value = serde_json::from_slice(&report).map_err(|_| Problem::malformed("report"))?;
    if value.get("schema").and_then(Value::as_u64) != Some(1) {
        return Err(Problem::malformed("schema"));
    }
    drop(value);
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
