//! The staff listener: sign-in, links, the inbox of reports.
//!
//! [`router`] answers everything at the root of an origin of its own: pages, `/v1/…`, `/openapi.json`. It stands on a listener
//! that nobody but staff reaches, never under the base path that customers see.

mod auth;
mod config;
mod document;
mod inbox;
mod page;
mod problem;
mod who;

pub use config::{Config, File, Files, Ledgers};
pub use problem::Problem;
pub use who::{Admin, Role, Staff, Who};

use std::sync::Arc;

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// What all requests share.
#[derive(Clone, Debug)]
pub struct App(Arc<Config>);

impl std::ops::Deref for App {
    type Target = Config;

    fn deref(&self) -> &Config {
        &self.0
    }
}

#[derive(OpenApi)]
#[openapi(info(
    title = "pushcheck, for staff",
    description = "Links, reports and what is made of them."
))]
struct Document;

/// All that staff may ask for.
pub fn router(config: Config) -> Router {
    let app = App(Arc::new(config));
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(inbox::router())
        .merge(auth::router())
        .split_for_parts();
    router
        .merge(document::router(document))
        .fallback(page::file)
        // Outermost: who asks is found out before anything is answered.
        .layer(axum::middleware::from_fn_with_state(
            app.clone(),
            auth::identify,
        ))
        .with_state(app)
}
