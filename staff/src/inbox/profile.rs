//! Profiles: endpoints that the team knows by name. They hold no secret that can be known as one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pushcheck_store::Ms;
use pushcheck_store::profile::{NewProfile, Profile as Kept};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Named, Page, Part, Queried, Said};
use super::heard::heard;
use super::line::MethodWord;
use super::profiled;
use crate::{App, Problem, Staff};

/// A parameter of a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct Pair {
    /// Its name.
    #[schema(max_length = 200)]
    pub(super) name: String,
    /// Empty where the name says that it is a secret.
    #[schema(max_length = 1000)]
    pub(super) value: String,
}

/// What a profile says besides name and state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Told {
    /// Without user, password and fragment.
    #[schema(max_length = 2000)]
    pub(super) url: String,
    #[schema(value_type = MethodWord)]
    pub(super) method: String,
    /// Parameters besides those of the URL.
    pub(super) query: Vec<Pair>,
    /// Subprotocols, in their order.
    pub(super) protocols: Vec<String>,
    #[schema(max_length = 4000)]
    pub(super) first_message: Option<String>,
    #[schema(max_length = 4000)]
    pub(super) expected_reply: Option<String>,
    #[schema(max_length = 120)]
    pub(super) owner: String,
    pub(super) tags: Vec<String>,
    /// Markdown.
    #[schema(max_length = 10000)]
    pub(super) notes: String,
}

/// A profile.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    id: String,
    name: String,
    #[serde(flatten)]
    told: Told,
    /// `draft`, `active` or `retired`.
    state: String,
    /// ms since 1970.
    updated_at: Ms,
    updated_by: String,
}

impl From<Kept> for Profile {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id,
            name: kept.new.name,
            told: serde_json::from_str(&kept.new.told).unwrap_or_default(),
            state: kept.new.state,
            updated_at: kept.updated_at,
            updated_by: kept.new.updated_by,
        }
    }
}

/// What is kept as a profile.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "the document's; requests are read member by member"
)]
pub(super) struct ProfileRequest {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(max_length = 2000)]
    url: String,
    method: MethodWord,
    #[schema(required = false, max_items = 30)]
    query: Vec<Pair>,
    #[schema(required = false, max_items = 10)]
    protocols: Vec<String>,
    #[schema(max_length = 4000)]
    first_message: Option<String>,
    #[schema(max_length = 4000)]
    expected_reply: Option<String>,
    /// `draft` (the default), `active` or `retired`.
    #[schema(required = false, pattern = "^(draft|active|retired)$")]
    state: String,
    #[schema(required = false, max_length = 120)]
    owner: String,
    #[schema(required = false, max_items = 20)]
    tags: Vec<String>,
    /// Markdown.
    #[schema(required = false, max_length = 10000)]
    notes: String,
}

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// How many, 1 to 200; 50.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The `next` of the part before.
    before: Option<String>,
}

fn read(said: &Value, by: &str) -> Result<NewProfile, Problem> {
    let (name, state, told) = profiled::read(said).map_err(Problem::invalid)?;
    Ok(NewProfile {
        name,
        state: state.to_owned(),
        told: serde_json::to_string(&told).unwrap_or_default(),
        updated_by: by.to_owned(),
    })
}

/// Profiles, those that changed last first.
#[utoipa::path(get, path = "/v1/profiles", tag = "profiles", params(Which), responses(
    (status = 200, body = Page<Profile>),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(
    State(app): State<App>,
    _who: Staff,
    Queried(which): Queried<Which>,
) -> Result<Json<Page<Profile>>, Problem> {
    let part = Part::of(which.limit.as_deref(), which.before.as_deref())?;
    let profiles = app.store.profiles(part.before.as_ref(), part.one_more());
    Ok(Json(part.page(
        profiles.await?,
        |one| (one.updated_at, &one.id),
        Profile::from,
    )))
}

/// Keeps a new profile.
#[utoipa::path(post, path = "/v1/profiles", tag = "profiles", request_body = ProfileRequest, responses(
    (status = 201, body = Profile),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json", description = "There are too many."),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn make(
    State(app): State<App>,
    Staff(who): Staff,
    Said(said): Said,
) -> Result<(StatusCode, Json<Profile>), Problem> {
    let new = read(&said, &who.name)?;
    let made = app.store.make_profile(&new, (app.now)()).await;
    let made = made.map_err(|error| match error {
        pushcheck_store::Error::Full(_) => {
            Problem::new(StatusCode::CONFLICT, "there are too many profiles")
        }
        error => error.into(),
    })?;
    heard(&app, &who, "profile made", &made.id).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// One profile.
#[utoipa::path(get, path = "/v1/profiles/{id}", tag = "profiles", params(("id" = String, Path)), responses(
    (status = 200, body = Profile),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn show(
    State(app): State<App>,
    _who: Staff,
    Named(id): Named,
) -> Result<Json<Profile>, Problem> {
    let kept = app.store.profile(&id).await?;
    Ok(Json(kept.ok_or_else(Problem::not_found)?.into()))
}

/// Puts another text in a profile's place.
#[utoipa::path(put, path = "/v1/profiles/{id}", tag = "profiles", params(("id" = String, Path)), request_body = ProfileRequest, responses(
    (status = 200, body = Profile),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn change(
    State(app): State<App>,
    Staff(who): Staff,
    Named(id): Named,
    Said(said): Said,
) -> Result<Json<Profile>, Problem> {
    let new = read(&said, &who.name)?;
    let now = (app.now)();
    if !app.store.change_profile(&id, &new, now).await? {
        return Err(Problem::not_found());
    }
    heard(&app, &who, "profile changed", &id).await?;
    let updated_at = now;
    Ok(Json(
        Kept {
            id,
            new,
            updated_at,
        }
        .into(),
    ))
}

/// Forgets a profile.
#[utoipa::path(delete, path = "/v1/profiles/{id}", tag = "profiles", params(("id" = String, Path)), responses(
    (status = 204),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn delete(
    State(app): State<App>,
    Staff(who): Staff,
    Named(id): Named,
) -> Result<StatusCode, Problem> {
    if !app.store.delete_profile(&id).await? {
        return Err(Problem::not_found());
    }
    heard(&app, &who, "profile deleted", &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
