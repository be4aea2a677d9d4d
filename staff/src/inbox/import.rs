//! Reports that came by another way: pasted, as a file, a link, or what a QR code says.

use std::sync::LazyLock;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pushcheck_store::report::NewReport;
use pushcheck_store::schema::Schema;
use pushcheck_store::summary::Summary;
use serde_json::Value;
use utoipa::ToSchema;

use super::heard::heard;
use super::line::ReportLine;
use super::short::unpack;
use crate::extract::fault;
use crate::form::{Form, Text, line};
use crate::{App, Content, Problem, Staff};

/// The most that a request brings, bytes.
pub(super) const BODY: usize = 1024 * 1024;

/// The schema is compiled once; a schema that is none makes no report intact.
static SCHEMA: LazyLock<Option<Schema>> = LazyLock::new(|| Schema::new().ok());

/// What is imported.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "# What a customer pasted", "ticket": "ACME-4711" }))]
#[expect(
    dead_code,
    reason = "the document's; requests are read member by member"
)]
pub(super) struct ImportRequest {
    /// JSON, Markdown with a block of it, a link to a report, or a short form. What is none of these is kept as it is.
    #[schema(pattern = r"\S")]
    text: String,
    /// The file's name; it is not kept.
    #[schema(schema_with = line::<200>, required = false)]
    name: String,
    #[schema(schema_with = line::<80>, required = false)]
    ticket: String,
}

/// Imports a report. What is damaged or newer is kept as it came, and is not `intact`.
#[utoipa::path(post, path = "/v1/reports/import", tag = "reports", request_body = ImportRequest, responses(
    (status = 201, body = ReportLine),
))]
pub(super) async fn import(
    State(app): State<App>,
    Staff(who): Staff,
    Content(said): Content<Value>,
) -> Result<(StatusCode, Json<ReportLine>), Problem> {
    let mut form = Form::of(&said, "");
    let text = form.get("text").and_then(Value::as_str);
    let text = text.filter(|text| !text.trim().is_empty());
    form.text("name", Text::line(200));
    let ticket = form.text("ticket", Text::line(80));
    let mut faults = form.faults();
    let text = match text {
        Some(text) if faults.is_empty() => text.to_owned(),
        Some(_) => return Err(Problem::invalid(faults)),
        None => {
            if said.is_object() {
                faults.push(fault("/text", "a text that is not empty"));
            }
            return Err(Problem::invalid(faults));
        }
    };
    let read = tokio::task::spawn_blocking(move || read(&text));
    let (body, report) = read
        .await
        .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it could not be read"))?;
    let summary = report.as_ref().map(Summary::of).unwrap_or_default();
    // Brought by hand, it may be of a run that this server has just seen.
    let ledger = match summary.run.clone() {
        Some(run) => (app.ledgers)(run).await,
        None => None,
    };
    let new = NewReport {
        body: &body,
        summary,
        source: "import",
        intact: report.is_some(),
        ticket: ticket.as_deref(),
        language: None,
        ledger: ledger.as_deref(),
    };
    let kept = app.store.keep_report(&new, None, (app.now)()).await?;
    let kept = kept.map_err(|_| Problem::not_found())?;
    let line = app.store.line(&kept.id).await?;
    let line = line.ok_or_else(Problem::not_found)?;
    heard(&app, &who, "report imported", &kept.id).await?;
    Ok((StatusCode::CREATED, Json(line.into())))
}

/// What is kept of a text, and the report in it, if it is one of this version.
pub(super) fn read(text: &str) -> (Vec<u8>, Option<Value>) {
    let body = match found(text) {
        Found::Json(json) => json.into_bytes(),
        Found::Packed(packed) => match unpack(&packed) {
            Ok(report) => report.to_string().into_bytes(),
            Err(_) => return (text.as_bytes().to_vec(), None),
        },
        Found::Nothing => return (text.as_bytes().to_vec(), None),
    };
    let fits = SCHEMA
        .as_ref()
        .is_some_and(|schema| schema.check(&body).is_ok());
    match fits.then(|| serde_json::from_slice(&body).ok()).flatten() {
        Some(report) => (body, Some(report)),
        None => (text.as_bytes().to_vec(), None),
    }
}

/// What a text holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// What may be a report's JSON.
    Json(String),
    /// What may be a short form.
    Packed(String),
    /// Neither.
    Nothing,
}

/// Looks for a report as `read.html` does.
pub(super) fn found(text: &str) -> Found {
    let bare = text.trim_start_matches('\u{feff}').trim();
    if bare.starts_with(['[', '{']) {
        return Found::Json(bare.to_owned());
    }
    if let Some(block) = fenced(bare) {
        return Found::Json(block);
    }
    let sign = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_');
    if let Some((_, behind)) = bare.split_once("#r=") {
        let end = behind.find(|one: char| one.is_whitespace() || matches!(one, ')' | '>' | ']'));
        let packed = &behind[..end.unwrap_or(behind.len())];
        return Found::Packed(packed.to_owned());
    }
    // A fragment without its sign, or the form alone.
    let alone = bare.strip_prefix("r=").unwrap_or(bare);
    let is_packed = alone.len() > 20 && alone.starts_with(|one: char| one.is_ascii_digit());
    match is_packed && alone.chars().all(sign) {
        true => Found::Packed(alone.to_owned()),
        false => Found::Nothing,
    }
}

/// The first block of JSON in Markdown (CommonMark § 4.5).
fn fenced(text: &str) -> Option<String> {
    let ticks = |line: &str| line.bytes().take_while(|byte| *byte == b'`').count();
    let mut lines = text.lines();
    let fence = lines.by_ref().find_map(|line| {
        let fence = ticks(line);
        (fence >= 3 && line[fence..].trim_end() == "json").then_some(fence)
    })?;
    let mut block: Vec<&str> = Vec::new();
    for line in lines {
        let end = ticks(line);
        if end >= fence && line[end..].trim().is_empty() {
            return Some(block.join("\n"));
        }
        block.push(line);
    }
    None
}
