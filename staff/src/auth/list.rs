//! `/v1/audit`: who did what.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use pushcheck_store::{Id, Ms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// A piece of the list, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entries {
    items: Vec<Entry>,
    /// What to send as `before` for the next piece; null: there is no more.
    next: Option<String>,
}

/// Which piece.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Piece {
    /// How many, 50 if not told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the piece before.
    before: Option<String>,
}

/// The audit list.
#[utoipa::path(get, path = "/v1/audit", tag = "admin", params(Piece), responses(
    (status = 200, body = Entries),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): State<App>,
    _: Admin,
    piece: Result<Query<Piece>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Entries>, Problem> {
    let wrong = || Problem::new(StatusCode::BAD_REQUEST, "no such piece");
    let Query(piece) = piece.map_err(|_| wrong())?;
    let limit = piece.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(wrong());
    }
    let before = piece.before.as_deref().map(|cursor| {
        let (at, id) = cursor.split_once('-')?;
        Some((at.parse::<Ms>().ok()?, id.parse::<Id>().ok()?))
    });
    let before = match before {
        Some(None) => return Err(wrong()),
        Some(known) => known,
        None => None,
    };
    let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
    // One more shows whether there is more.
    let mut entries = app.store.audit(before, limit + 1).await?;
    let has_more = entries.len() as i64 > limit;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| has_more);
    Ok(Json(Entries {
        next: next.map(|last| format!("{}-{}", last.at, last.id)),
        items: entries
            .into_iter()
            .map(|entry| Entry {
                id: entry.id,
                at: entry.at,
                who: entry.who,
                what: entry.what,
                on: entry.on,
            })
            .collect(),
    }))
}
