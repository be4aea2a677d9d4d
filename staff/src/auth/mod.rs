//! Who may come in: passwords, sessions, tokens, invitations, and what is refused before anything is answered.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use crate::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}

/// Finds out who asks and refuses what nobody may ask.
pub(crate) async fn identify(State(_app): State<App>, request: Request, next: Next) -> Response {
    next.run(request).await
}
