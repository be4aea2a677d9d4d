//! Links: made, listed, looked at, taken back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pushcheck_store::asked::Asked;
use pushcheck_store::link::{NewLink, State as LinkState};
use pushcheck_store::search::Links;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::asked::{self, LinkRequest};
use super::heard::heard;
use super::line::Link;
use crate::extract::{Named, Page, Part, Queried, Which, fault, term};
use crate::{App, Content, Problem, Staff};

const HOUR: i64 = 3_600_000;

/// Which links.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Query {
    /// How far it has come.
    #[param(value_type = Option<super::line::LinkState>)]
    state: Option<String>,
    /// Words in ticket, note, or the name of who made it.
    q: Option<String>,
}

/// Links, newest first.
#[utoipa::path(get, path = "/v1/links", tag = "links", params(Query, Which), responses(
    (status = 200, body = Page<Link>),
))]
pub(super) async fn list(
    State(app): State<App>,
    _who: Staff,
    Queried(query): Queried<Query>,
    Queried(which): Queried<Which>,
) -> Result<Json<Page<Link>>, Problem> {
    let part = Part::of(&which)?;
    let state = match query.state {
        None => None,
        Some(word) => Some(
            serde_json::from_value::<LinkState>(word.into())
                .map_err(|_| Problem::invalid(vec![fault("/state", "a state of links")]))?,
        ),
    };
    let asked = Links {
        q: term(query.q, 200),
        state,
    };
    let links = app
        .store
        .links(&asked, part.before.as_ref(), part.one_more(), (app.now)())
        .await?;
    Ok(Json(part.page(
        links,
        |link| (link.created_at, &link.id),
        |link| Link::of(link, &app),
    )))
}

/// Makes a link.
#[utoipa::path(post, path = "/v1/links", tag = "links", request_body = LinkRequest, responses(
    (status = 201, body = Link),
))]
pub(super) async fn make(
    State(app): State<App>,
    Staff(who): Staff,
    Content(said): Content<Value>,
) -> Result<(StatusCode, Json<Link>), Problem> {
    let (asked, mut faults) = asked::read(&said, &app.allow_endpoints);
    if let Some(after) = &asked.after
        && app.store.report(after).await?.is_none()
    {
        faults.push(fault("/after", "there is no such report"));
    }
    if let Some(profile) = &asked.profile
        && app.store.profile(profile).await?.is_none()
    {
        faults.push(fault("/profile", "there is no such profile"));
    }
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let now = (app.now)();
    let new = NewLink {
        ticket: asked.ticket,
        note: asked.note,
        language: asked.language.map(str::to_owned),
        asked: Asked::from(asked.test).to_text(),
        starts_itself: asked.starts_itself,
        level: asked.level.to_owned(),
        runs: asked.runs,
        expires_at: now + asked.hours * HOUR,
        created_by: who.name.clone(),
        after_report: asked.after,
        profile: asked.profile,
    };
    let link = app.store.make_link(&new, now).await?;
    heard(&app, &who, "link made", &link.id).await?;
    Ok((StatusCode::CREATED, Json(Link::of(link, &app))))
}

/// One link.
#[utoipa::path(get, path = "/v1/links/{id}", tag = "links", params(Named), responses(
    (status = 200, body = Link),
))]
pub(super) async fn show(
    State(app): State<App>,
    _who: Staff,
    Named(id): Named,
) -> Result<Json<Link>, Problem> {
    let link = app.store.link(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(Link::of(link, &app)))
}

/// Takes a link back.
#[utoipa::path(delete, path = "/v1/links/{id}", tag = "links", params(Named), responses(
    (status = 204),
))]
pub(super) async fn revoke(
    State(app): State<App>,
    Staff(who): Staff,
    Named(id): Named,
) -> Result<StatusCode, Problem> {
    if !app.store.revoke_link(&id, (app.now)()).await? {
        return Err(Problem::not_found());
    }
    heard(&app, &who, "link revoked", &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
