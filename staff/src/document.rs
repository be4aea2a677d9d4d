//! `GET /openapi.json`: what there is to ask for, made of the code that answers.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::{Extension, Json};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, SecurityRequirement};
use utoipa::{Modify, OpenApi as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::COOKIE;
use crate::problem::Fault;
use crate::{App, Problem, Staff};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "pushcheck, for staff",
        description = "Links, reports and what is made of them.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    modifiers(&Doors),
    components(schemas(Problem, Fault)),
    tags(
        (name = "session", description = "Signing in and out."),
        (name = "admin", description = "Users, tokens, webhooks and the audit list: for admins."),
        (name = "document", description = "What there is to ask for.")
    )
)]
struct Document;

/// The two ways in.
struct Doors;

impl Modify for Doors {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                COOKIE,
                "Set by `POST /v1/session`. What changes anything needs `Pushcheck-CSRF` with the session's `csrf`, too.",
            ))),
        );
        components.add_security_scheme(
            "token",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("`pct_…`, made by an admin."))
                    .build(),
            ),
        );
        let nothing: [&str; 0] = [];
        document.security = Some(vec![
            SecurityRequirement::new("session", nothing),
            SecurityRequirement::new("token", nothing),
        ]);
    }
}

/// Where routes are gathered with what is said of them.
pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi()).routes(routes!(show))
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "document", responses(
    (status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn show(_: Staff, Extension(document): Extension<Arc<OpenApi>>) -> Json<OpenApi> {
    Json(Arc::unwrap_or_clone(document))
}

/// Says of all operations what none of them says itself: its name, what a status means, and the problems that any of its kind has.
pub(crate) fn finish(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(name(method, path));
                answers(operation);
            }
        }
    }
}

/// `get-users-id` of `GET /v1/users/{id}`: handlers in several modules have one name.
fn name(method: &str, path: &str) -> String {
    let parts = path.split(['/', '{', '}', '.']);
    parts
        .filter(|part| !part.is_empty() && *part != "v1")
        .fold(method.to_owned(), |name, part| format!("{name}-{part}"))
}

/// Whether an operation answers so.
type IsAnswered = fn(&Operation) -> bool;

/// What is answered to anybody, and to requests that bring something.
const PROBLEMS: [(u16, IsAnswered, &str); 9] = [
    (400, brings, "Not readable"),
    (401, always, "Who asks is not known"),
    (
        403,
        always,
        "Who asks may not, or a page of another origin asks",
    ),
    (
        404,
        |one| has(one, ParameterIn::Path),
        "There is no such thing",
    ),
    (413, has_body, "Too much"),
    (415, has_body, "No JSON"),
    (421, always, "Asked for by the name of another host"),
    (422, brings, "Not valid"),
    (503, always, "Not now: the store failed, or too many ask"),
];

const fn always(_: &Operation) -> bool {
    true
}

fn has_body(operation: &Operation) -> bool {
    operation.request_body.is_some()
}

fn has(operation: &Operation, place: ParameterIn) -> bool {
    let mut all = operation.parameters.iter().flatten();
    all.any(|one| matches!(one, RefOr::T(one) if one.parameter_in == place))
}

fn brings(operation: &Operation) -> bool {
    has_body(operation) || has(operation, ParameterIn::Query)
}

fn answers(operation: &mut Operation) {
    for (status, is_answered, description) in PROBLEMS {
        if is_answered(operation) {
            let all = &mut operation.responses.responses;
            let problem = all
                .entry(status.to_string())
                .or_insert_with(|| Response::new("").into());
            if let RefOr::T(problem) = problem
                && problem.description.is_empty()
            {
                description.clone_into(&mut problem.description);
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        let status = status.parse::<StatusCode>().unwrap_or_default();
        if response.description.is_empty() {
            let reason = status.canonical_reason();
            response.description = reason.unwrap_or("An answer").to_owned();
        }
        if status.is_client_error() || status.is_server_error() {
            let problem = Content::new(Some(Ref::from_schema_name("Problem")));
            let media_type = "application/problem+json".to_owned();
            response.content.insert(media_type, problem.into());
        }
    }
}

#[cfg(test)]
mod tests;
