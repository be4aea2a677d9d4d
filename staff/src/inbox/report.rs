//! Reports: listed, looked at, taken as they came, deleted.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pushcheck_store::report::Body;
use pushcheck_store::search::{Before, Line, Marked, Reports};
use pushcheck_store::{Ms, mark};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::heard::heard;
use super::line::{Link, ReportLine};
use crate::extract::{Named, Page, Part, Queried, Which, fault, term};
use crate::{App, Problem, Role, Staff};

/// So much of what is no report is shown, bytes.
const RAW: usize = 262_144;

/// So many reports of the same ticket are named.
const EARLIER: usize = 20;

/// Which reports.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Words in number, ticket, cause, result, place or browser.
    q: Option<String>,
    result: Option<String>,
    /// The code of any finding that costs something.
    cause: Option<String>,
    place: Option<String>,
    /// The whole ticket.
    ticket: Option<String>,
    /// Of a finding of it.
    #[param(inline, value_type = Option<Marks>)]
    mark: Option<String>,
}

/// What findings are marked as.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum Marks {
    Any,
    Right,
    Wrong,
    FixedBy,
}

impl Filter {
    pub(super) fn read(self) -> Result<Reports, Problem> {
        let mark = match self.mark.as_deref() {
            None => None,
            Some("any") => Some(Marked::Any),
            Some(verdict @ ("right" | "wrong" | "fixed-by")) => {
                Some(Marked::As(verdict.to_owned()))
            }
            Some(_) => {
                let fault = fault("/mark", "one of any, right, wrong, fixed-by");
                return Err(Problem::invalid(vec![fault]));
            }
        };
        Ok(Reports {
            q: term(self.q, 200),
            result: term(self.result, 120),
            cause: term(self.cause, 120),
            place: term(self.place, 120),
            ticket: term(self.ticket, 120),
            mark,
        })
    }
}

/// Where a report stands in the list.
pub(super) fn place(line: &Line) -> (Ms, &str) {
    (line.kept.arrived_at, &line.kept.id)
}

/// Reports, newest first.
#[utoipa::path(get, path = "/v1/reports", tag = "reports", params(Filter, Which), responses(
    (status = 200, body = Page<ReportLine>),
))]
pub(super) async fn list(
    State(app): State<App>,
    _who: Staff,
    Queried(filter): Queried<Filter>,
    Queried(which): Queried<Which>,
) -> Result<Json<Page<ReportLine>>, Problem> {
    let part = Part::of(&which)?;
    let lines = app
        .store
        .reports(&filter.read()?, part.before.as_ref(), part.one_more())
        .await?;
    Ok(Json(part.page(lines, place, ReportLine::from)))
}

/// What staff found out about a finding.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Mark {
    /// The finding's id in its report.
    finding: String,
    /// Its cause.
    code: String,
    #[schema(value_type = super::mark::Verdict)]
    verdict: String,
    note: String,
    who: String,
    /// ms since 1970.
    at: Ms,
}

impl From<mark::Mark> for Mark {
    fn from(mark: mark::Mark) -> Self {
        Self {
            finding: mark.finding,
            code: mark.code,
            verdict: mark.verdict,
            note: mark.note,
            who: mark.who,
            at: mark.at,
        }
    }
}

/// One report.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    #[serde(flatten)]
    line: ReportLine,
    /// As it came; null: it is damaged or of another version.
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
    /// The text that came, where it is no report: at most 256 kB.
    raw: Option<String>,
    /// `base64`, where it is not even text.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_encoding: Option<&'static str>,
    /// What the server saw of the run, by its own copy.
    #[schema(value_type = Option<Object>)]
    ledger: Option<Value>,
    marks_list: Vec<Mark>,
    link: Option<Link>,
    /// What came before of the same ticket, newest first.
    earlier: Vec<ReportLine>,
}

/// One report; whoever of the staff looks has read it.
#[utoipa::path(get, path = "/v1/reports/{id}", tag = "reports", params(Named), responses(
    (status = 200, body = Report),
))]
pub(super) async fn show(
    State(app): State<App>,
    Staff(who): Staff,
    Named(id): Named,
) -> Result<Json<Report>, Problem> {
    let store = &app.store;
    // A program that only reads is nobody who has looked.
    if who.role > Role::Read {
        store.mark_read(&id, (app.now)()).await?;
    }
    let line = store.line(&id).await?.ok_or_else(Problem::not_found)?;
    let body = newest(&app, &id).await?;
    let report = line
        .kept
        .intact
        .then(|| serde_json::from_slice(&body.bytes).ok())
        .flatten();
    let (raw, raw_encoding) = match report {
        Some(_) => (None, None),
        None => shown(&body.bytes),
    };
    let ledger = store.ledger(&id).await?;
    let link = match &line.kept.link {
        Some(link) => store.link(link).await?,
        None => None,
    };
    let earlier = match line.kept.ticket.clone() {
        Some(ticket) => {
            let asked = Reports {
                ticket: Some(ticket),
                ..Reports::default()
            };
            let (at, id) = place(&line);
            let before = Before {
                at,
                id: id.to_owned(),
            };
            store.reports(&asked, Some(&before), EARLIER as i64).await?
        }
        None => Vec::new(),
    };
    let marks = store.marks(&id).await?;
    heard(&app, &who, "report read", &id).await?;
    Ok(Json(Report {
        line: line.into(),
        report,
        raw,
        raw_encoding,
        ledger: ledger.and_then(|ledger| serde_json::from_str(&ledger).ok()),
        marks_list: marks.into_iter().map(Mark::from).collect(),
        link: link.map(|link| Link::of(link, &app)),
        earlier: earlier.into_iter().map(ReportLine::from).collect(),
    }))
}

/// A report's newest text.
pub(super) async fn newest(app: &App, id: &str) -> Result<Body, Problem> {
    let bodies = app.store.bodies(id).await?;
    bodies.into_iter().next().ok_or_else(Problem::not_found)
}

/// So much of it as is shown.
fn shown(bytes: &[u8]) -> (Option<String>, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let end = text.floor_char_boundary(RAW);
            (Some(text[..end].to_owned()), None)
        }
        Err(_) => {
            let some = &bytes[..bytes.len().min(RAW / 4 * 3)];
            (Some(BASE64_STANDARD.encode(some)), Some("base64"))
        }
    }
}

/// The bytes that came, as they came.
#[utoipa::path(get, path = "/v1/reports/{id}/raw", tag = "reports", params(Named), responses(
    (status = 200, description = "What was no JSON is told to be bytes.",
        content((Value = "application/json"), (Bytes = "application/octet-stream"))),
))]
pub(super) async fn raw(
    State(app): State<App>,
    Staff(who): Staff,
    Named(id): Named,
) -> Result<(HeaderMap, Vec<u8>), Problem> {
    let kept = app
        .store
        .report(&id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let body = newest(&app, &id).await?;
    heard(&app, &who, "report exported", &id).await?;
    let is_json = serde_json::from_slice::<IgnoredAny>(&body.bytes).is_ok();
    let (media_type, end) = match is_json {
        true => ("application/json", "json"),
        false => ("application/octet-stream", "txt"),
    };
    let name = format!("report-{}.{end}", kept.number);
    Ok((file(media_type, &name), body.bytes))
}

/// Bytes of a file, for the document.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "the document's")]
pub(super) struct Bytes(Vec<u8>);

/// The head of a file that is kept and not shown; `name` is ours.
pub(super) fn file(media_type: &'static str, name: &str) -> HeaderMap {
    let name = format!("attachment; filename=\"{name}\"");
    let mut head = HeaderMap::new();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(name) = HeaderValue::from_str(&name) {
        head.insert(header::CONTENT_DISPOSITION, name);
    }
    head.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    head
}

/// Forgets a report.
#[utoipa::path(delete, path = "/v1/reports/{id}", tag = "reports", params(Named), responses(
    (status = 204),
))]
pub(super) async fn delete(
    State(app): State<App>,
    Staff(who): Staff,
    Named(id): Named,
) -> Result<StatusCode, Problem> {
    if app.store.report(&id).await?.is_none() {
        return Err(Problem::not_found());
    }
    // First: nothing is gone without a word of who did it.
    heard(&app, &who, "report deleted", &id).await?;
    match app.store.delete_report(&id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}
