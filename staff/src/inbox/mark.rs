//! Marks: what staff found out about a finding.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use pushcheck_store::mark;
use serde_json::Value;
use utoipa::ToSchema;

use super::extract::{Said, named};
use super::form::{Form, Text};
use super::heard::heard;
use super::report::{Mark, newest};
use crate::{App, Problem, Staff};

/// What is found out.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the document's; requests are read member by member"
)]
pub(super) struct MarkRequest {
    /// `right`, `wrong` or `fixed-by`.
    #[schema(pattern = "^(right|wrong|fixed-by)$")]
    verdict: String,
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// Marks a finding; the last mark counts, those before are kept.
#[utoipa::path(put, path = "/v1/reports/{id}/marks/{finding}", tag = "reports", request_body = MarkRequest,
    params(("id" = String, Path), ("finding" = String, Path, description = "The finding's id in its report.")), responses(
    (status = 200, body = Mark),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn put(
    State(app): State<App>,
    Staff(who): Staff,
    Path((id, finding)): Path<(String, String)>,
    Said(said): Said,
) -> Result<Json<Mark>, Problem> {
    named(&id)?;
    let kept = app
        .store
        .report(&id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let code = match kept.intact {
        true => code(&newest(&app, &id).await?.bytes, &finding),
        false => None,
    };
    let code = code.ok_or_else(Problem::not_found)?;
    let mut form = Form::of(&said, "");
    let verdict = form.choice("verdict", &["right", "wrong", "fixed-by"]);
    if verdict.is_none() && said.get("verdict").is_none_or(Value::is_null) && said.is_object() {
        form.wrong("/verdict", "must be there");
    }
    let note = Text {
        must: false,
        most: 1_000,
        lines: true,
    };
    let note = form.text("note", note).unwrap_or_default();
    let faults = form.faults();
    let (Some(verdict), true) = (verdict, faults.is_empty()) else {
        return Err(Problem::invalid(faults));
    };
    let mark = mark::Mark {
        finding,
        code,
        verdict: verdict.to_owned(),
        note,
        who: who.name.clone(),
        at: (app.now)(),
    };
    if !app.store.mark(&id, &mark).await? {
        return Err(Problem::not_found());
    }
    heard(&app, &who, "finding marked", &id).await?;
    Ok(Json(mark.into()))
}

/// Takes a mark back.
#[utoipa::path(delete, path = "/v1/reports/{id}/marks/{finding}", tag = "reports",
    params(("id" = String, Path), ("finding" = String, Path)), responses(
    (status = 204),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn delete(
    State(app): State<App>,
    Staff(who): Staff,
    Path((id, finding)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    named(&id)?;
    // What PostgreSQL cannot hold is the name of nothing.
    if finding.contains('\0') {
        return Err(Problem::not_found());
    }
    let done = app.store.unmark(&id, &finding, &who.name, (app.now)());
    if !done.await? {
        return Err(Problem::not_found());
    }
    heard(&app, &who, "mark taken back", &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The cause of a report's finding.
fn code(report: &[u8], finding: &str) -> Option<String> {
    let report: Value = serde_json::from_slice(report).ok()?;
    let findings = report.get("findings")?.as_array()?;
    let is = |one: &&Value| one.get("id").and_then(Value::as_str) == Some(finding);
    Some(findings.iter().find(is)?.get("code")?.as_str()?.to_owned())
}
