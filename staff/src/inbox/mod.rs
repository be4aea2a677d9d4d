//! Links, reports, and what is made of them.

use axum::Router;

use crate::App;

pub(crate) fn router() -> Router<App> {
    Router::new()
}
