//! Links, reports, and what is made of them.
#![allow(
    unused_qualifications,
    reason = "utoipa names the types of parameters by their path"
)]

mod asked;
mod case;
mod csv;
mod figures;
mod heard;
mod import;
mod line;
mod link;
mod live;
mod mark;
mod profile;
mod profiled;
mod report;
mod short;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Extension;
use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// The most that a request may bring, bytes; an import has its own.
const BODY: usize = 64 * 1024;

pub(crate) fn router() -> OpenApiRouter<App> {
    routes(live::Live::default())
}

fn routes(live: live::Live) -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(link::list, link::make))
        .routes(routes!(link::show, link::revoke))
        .routes(routes!(report::list))
        .routes(routes!(report::show, report::delete))
        .routes(routes!(report::raw))
        .routes(routes!(case::case))
        .routes(routes!(csv::csv))
        .routes(routes!(mark::put, mark::delete))
        .routes(routes!(figures::figures))
        .routes(routes!(profile::list, profile::make))
        .routes(routes!(profile::show, profile::change, profile::delete))
        .routes(routes!(live::live))
        .routes(routes!(live::changes))
        .layer(DefaultBodyLimit::max(BODY))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(import::import))
                .layer(DefaultBodyLimit::max(import::BODY)),
        )
        .layer(Extension(Arc::new(live)))
}
