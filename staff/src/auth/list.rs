//! `/v1/audit`: who did what.

use axum::Json;
use axum::extract::State;
use pushcheck_store::Ms;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{Page, Part, Queried, Which};
use crate::{Admin, App, Problem};

/// One thing that somebody did.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entry {
    id: String,
    at: Ms,
    /// The name of the user or token; empty: nobody who is known.
    who: String,
    /// `signed-in`, `sign-in-failed`, `read`, `deleted`, …
    what: String,
    /// To what, by its id or name.
    on: String,
}

/// What was done, newest first.
#[utoipa::path(get, path = "/v1/audit", tag = "admin", params(Which), responses(
    (status = 200, body = Page<Entry>)))]
pub(crate) async fn list(
    State(app): State<App>,
    _: Admin,
    Queried(which): Queried<Which>,
) -> Result<Json<Page<Entry>>, Problem> {
    let part = Part::of(&which)?;
    let before = part.before.as_ref().map(|last| (last.at, last.id.as_str()));
    let entries = app.store.audit(before, part.one_more()).await?;
    Ok(Json(part.page(
        entries,
        |entry| (entry.at, &entry.id),
        |entry| Entry {
            id: entry.id,
            at: entry.at,
            who: entry.who,
            what: entry.what,
            on: entry.on,
        },
    )))
}
