//! Takes a report in: whose it is, whether it is one, and into the store before it is acknowledged.

use bytes::Bytes;
use pushcheck_store::Place;
use pushcheck_store::report::NewReport;
use serde::Serialize;

use super::{Judged, Wrong, envelope};
use crate::app::App;
use crate::clock::wall_ms;
use crate::link;
use crate::problem::Problem;
use crate::read::seen_by_all;
use crate::route::Ask;
use crate::source::SourceId;

/// Who hands a report in, as far as it can be told before the report is read.
#[derive(Debug)]
pub(super) struct Asker {
    source: SourceId,
    /// It is a page of an origin whose reports are taken.
    known: bool,
}

impl Asker {
    /// `reads`: it asks by reading. A page that reads of its own origin says no origin (Fetch § 3.2), and what it says instead not
    /// on plain http; of everything else a browser says it.
    pub(super) fn of(app: &App, ask: &Ask, reads: bool) -> Self {
        let header = |name: &str| {
            ask.request
                .headers()
                .get(name)
                .map(|value| value.as_bytes())
        };
        let known = match header("origin") {
            Some(origin) => app.origins.allow(Some(origin), ask.host.as_ref()),
            None => reads && matches!(header("sec-fetch-site"), None | Some(b"same-origin")),
        };
        Self {
            source: ask.source,
            known,
        }
    }
}

/// What a report has become.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Taken {
    id: String,
    /// To be read out on the phone.
    number: String,
}

/// Keeps what `unpack` makes of what came. The outer error is for this moment: the same may be asked again.
pub(super) async fn take(
    app: &App,
    asker: &Asker,
    unpack: impl FnOnce() -> Result<Bytes, Problem> + Send + 'static,
) -> Result<Result<Taken, Wrong>, Problem> {
    let body = match unpack_elsewhere(unpack).await {
        Ok(body) => body,
        Err(problem) => return Ok(Err(Wrong::Problem(problem))),
    };
    let (token, report) = match envelope::split(&body) {
        Ok(parts) => parts,
        Err(problem) => return Ok(Err(Wrong::Problem(problem))),
    };
    if token.is_none() && !asker.known {
        return Ok(Err(Wrong::Problem(Problem::foreign_origin())));
    }
    if report.len() as u64 > app.limits.report_bytes {
        return Ok(Err(Wrong::Problem(Problem::too_large("report"))));
    }
    let Judged { report, summary } = match app.reports.judged(move || Ok(report)).await {
        Ok(judged) => judged,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if app.keeping.is_full(token.is_some()) {
        return Err(Problem::not_kept());
    }
    let seen = match summary.run.as_deref() {
        Some(run) => seen_by_all(app, run, asker.source).await,
        None => None,
    };
    let new = NewReport {
        body: &report,
        summary,
        source: if token.is_some() { "link" } else { "page" },
        intact: true,
        ticket: None,
        language: None,
        ledger: seen.as_ref().map(|seen| &*seen.ledger),
    };
    let kept = app
        .store
        .keep_report(&new, token.as_ref(), wall_ms())
        .await
        .map_err(|error| {
            tracing::error!(%error, "a report could not be kept");
            Problem::not_kept()
        })?;
    Ok(match kept {
        Ok(kept) => {
            tracing::info!(
                report = kept.id,
                number = kept.number,
                again = kept.again,
                bytes = report.len(),
                "report kept"
            );
            match app.keeping.place {
                Place::Memory => app.keeping.sweep(&app.store).await,
                _ => app
                    .keeping
                    .took(report.len() + seen.map_or(0, |seen| seen.ledger.len())),
            }
            Ok(Taken {
                id: kept.id,
                number: kept.number,
            })
        }
        Err(closed) => Err(Wrong::Problem(link::closed(closed))),
    })
}

/// What a report is packed in may be work to take off.
async fn unpack_elsewhere(
    unpack: impl FnOnce() -> Result<Bytes, Problem> + Send + 'static,
) -> Result<Bytes, Problem> {
    tokio::task::spawn_blocking(unpack)
        .await
        .unwrap_or(Err(Problem::malformed("report")))
}
