//! `GET /openapi.json`: what there is to ask for, made of the code that answers.

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};

use crate::App;

pub(crate) fn router(document: utoipa::openapi::OpenApi) -> Router<App> {
    let document = Arc::new(document);
    Router::new().route(
        "/openapi.json",
        get(async move || Json(Arc::unwrap_or_clone(document))),
    )
}
