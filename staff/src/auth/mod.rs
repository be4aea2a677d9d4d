//! Who may come in: passwords, sessions, tokens, invitations, and what is refused before anything is answered.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use crate::{App, Problem, Who};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}

/// Finds out who asks and refuses what nobody may ask.
pub(crate) async fn identify(State(_app): State<App>, request: Request, next: Next) -> Response {
    next.run(request).await
}

/// Writes down that somebody did something: `audit(&app, &who, "read", &report.id)`. Where it cannot be written, it is not done.
pub(crate) async fn audit(app: &App, who: &Who, what: &str, on: &str) -> Result<(), Problem> {
    Ok(app.store.note(&who.name, what, on, (app.now)()).await?)
}
