//! Profiles: endpoints that the team knows by name. They hold no secret that can be known as one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pushcheck_store::Ms;
use pushcheck_store::profile::{NewProfile, Profile as Kept};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::heard::heard;
use super::line::MethodWord;
use super::profiled;
use crate::extract::{Named, Page, Part, Queried, Which};
use crate::form::{line, lines, must_line};
use crate::{App, Content, Problem, Staff};

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
    #[schema(value_type = Stage)]
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
#[serde(deny_unknown_fields)]
#[schema(rename_all = "camelCase", example = json!({
    "name": "Chat", "url": "wss://app.example/socket", "method": "web-socket", "query": [{ "name": "room", "value": "1" }],
    "protocols": ["chat.v2"], "firstMessage": "ping", "expectedReply": "pong", "state": "active", "owner": "ada", "tags": ["chat"],
    "notes": "The chat of the *old* app.",
}))]
#[expect(
    dead_code,
    reason = "the document's; requests are read member by member"
)]
pub(super) struct ProfileRequest {
    #[schema(schema_with = must_line::<100>)]
    name: String,
    /// One that a browser can try, without user, password, fragment and secrets.
    #[schema(schema_with = must_line::<2000>)]
    url: String,
    method: MethodWord,
    #[schema(max_items = 30)]
    query: Option<Vec<PairRequest>>,
    /// Tokens of RFC 9110, each once.
    #[schema(max_items = 10)]
    protocols: Option<Vec<String>>,
    #[schema(schema_with = lines::<4000>, required = false)]
    first_message: String,
    #[schema(schema_with = lines::<4000>, required = false)]
    expected_reply: String,
    /// `draft`, where it says nothing.
    state: Option<Stage>,
    #[schema(schema_with = line::<120>, required = false)]
    owner: String,
    /// Each once, of at most 40 characters.
    #[schema(max_items = 20)]
    tags: Option<Vec<String>>,
    /// Markdown.
    #[schema(schema_with = lines::<10000>, required = false)]
    notes: String,
}

/// A parameter of a profile that is kept.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "the document's; requests are read member by member"
)]
pub(super) struct PairRequest {
    #[schema(schema_with = must_line::<200>)]
    name: String,
    /// Empty where the name says that it is a secret.
    #[schema(schema_with = line::<1000>, required = false)]
    value: String,
}

/// Whether a profile is used.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum Stage {
    Draft,
    Active,
    Retired,
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
))]
pub(super) async fn list(
    State(app): State<App>,
    _who: Staff,
    Queried(which): Queried<Which>,
) -> Result<Json<Page<Profile>>, Problem> {
    let part = Part::of(&which)?;
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
    (status = 409, description = "There are too many."),
))]
pub(super) async fn make(
    State(app): State<App>,
    Staff(who): Staff,
    Content(said): Content<Value>,
) -> Result<(StatusCode, Json<Profile>), Problem> {
    let new = read(&said, &who.name)?;
    let made = app.store.make_profile(&new, (app.now)()).await?;
    heard(&app, &who, "profile made", &made.id).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// One profile.
#[utoipa::path(get, path = "/v1/profiles/{id}", tag = "profiles", params(Named), responses(
    (status = 200, body = Profile),
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
#[utoipa::path(put, path = "/v1/profiles/{id}", tag = "profiles", params(Named), request_body = ProfileRequest, responses(
    (status = 200, body = Profile),
))]
pub(super) async fn change(
    State(app): State<App>,
    Staff(who): Staff,
    Named(id): Named,
    Content(said): Content<Value>,
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
#[utoipa::path(delete, path = "/v1/profiles/{id}", tag = "profiles", params(Named), responses(
    (status = 204),
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
