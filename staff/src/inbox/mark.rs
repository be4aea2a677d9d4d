//! Marks: what staff found out about a finding.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pushcheck_store::mark;
use serde_json::Value;
use utoipa::ToSchema;

use super::heard::heard;
use super::report::{Mark, newest};
use crate::extract::Finding;
use crate::form::{Form, Text, lines};
use crate::{App, Content, Problem, Staff};

/// How a finding did.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum Verdict {
    /// It was so.
    Right,
    /// It was something else.
    Wrong,
    /// Gone with what the note says.
    FixedBy,
}

/// What is found out.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "the document's; requests are read member by member"
)]
pub(super) struct MarkRequest {
    verdict: Verdict,
    #[schema(schema_with = lines::<1000>, required = false)]
    note: String,
}

/// Marks a finding; the last mark counts, those before are kept.
#[utoipa::path(put, path = "/v1/reports/{id}/marks/{finding}", tag = "reports", request_body = MarkRequest,
    params(Finding), responses(
    (status = 200, body = Mark),
))]
pub(super) async fn put(
    State(app): State<App>,
    Staff(who): Staff,
    Finding { id, finding }: Finding,
    Content(said): Content<Value>,
) -> Result<Json<Mark>, Problem> {
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
    let note = form.text("note", Text::lines(1_000)).unwrap_or_default();
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
    params(Finding), responses(
    (status = 204),
))]
pub(super) async fn delete(
    State(app): State<App>,
    Staff(who): Staff,
    Finding { id, finding }: Finding,
) -> Result<StatusCode, Problem> {
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
