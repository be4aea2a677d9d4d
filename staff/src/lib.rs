//! The staff listener: sign-in, links, the inbox of reports.
//!
//! [`router`] answers everything at the root of an origin of its own: pages, `/v1/…`, `/openapi.json`. It stands on a listener
//! that nobody but staff reaches, never under the base path that customers see.

mod auth;
mod config;
mod content;
mod document;
mod extract;
mod form;
mod inbox;
mod page;
mod problem;
#[cfg(test)]
mod testing;
mod webhook;
mod who;

pub use auth::{Invitation, Source, check_origin, first_start};
pub use config::{Config, File, Files, Ledgers};
pub use content::Content;
pub use problem::Problem;
pub use webhook::tell_webhooks;
pub use who::{Admin, Role, Staff, Who};

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::{Extension, Router};
use utoipa_axum::router::OpenApiRouter;

/// What all requests share.
#[derive(Clone, Debug)]
pub struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Config,
    doors: auth::Doors,
}

impl App {
    fn of(config: Config) -> Self {
        let doors = auth::Doors::of(&config.origin);
        Self(Arc::new(Shared { config, doors }))
    }

    fn doors(&self) -> &auth::Doors {
        &self.0.doors
    }
}

impl std::ops::Deref for App {
    type Target = Config;

    fn deref(&self) -> &Config {
        &self.0.config
    }
}

/// All routes, with what the document says of them. Each is added by `routes!`, else the document would not know it.
fn routes() -> OpenApiRouter<App> {
    document::router()
        .merge(inbox::router())
        .merge(auth::router())
        .merge(webhook::router())
}

/// All that staff may ask for.
pub fn router(config: Config) -> Router {
    let app = App::of(config);
    let (router, mut document) = routes().split_for_parts();
    document::finish(&mut document);
    router
        .layer(Extension(Arc::new(document)))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not by that method")
        })
        .fallback(page::file)
        .layer(DefaultBodyLimit::max(content::MOST))
        // Outermost: who asks is found out before anything is answered.
        .layer(axum::middleware::from_fn_with_state(
            app.clone(),
            auth::identify,
        ))
        .with_state(app)
}
