//! `/v1/tokens`: what programs come in with.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pushcheck_store::{Digest, Ms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{audit, secret};
use crate::extract::{Named, Page};
use crate::form::must_line;
use crate::{Admin, App, Content, Problem};

/// The longest that a token is good: two years.
const LONGEST: Ms = 731 * 24 * 3_600_000;

/// What may be done with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    /// Only look.
    Read,
    /// Links, reports, profiles.
    Write,
    /// Also users, tokens, webhooks and the audit list.
    Admin,
}

impl Scope {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    id: String,
    name: String,
    /// `read`, `write` or `admin`.
    #[schema(value_type = Scope)]
    scope: String,
    created_at: Ms,
    created_by: String,
    /// From when on it is good no more.
    expires_at: Ms,
    /// When it was last used, to the minute.
    used_at: Option<Ms>,
}

/// A token that shall be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it is for.
    #[schema(schema_with = must_line::<80>)]
    name: String,
    scope: Scope,
    /// ms since 1970; two years from now at the most.
    expires_at: Ms,
}

/// A new token; its secret is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    id: String,
    /// `pct_…`, to be sent as `Authorization: Bearer pct_…`.
    token: String,
}

/// All tokens, in one part.
#[utoipa::path(get, path = "/v1/tokens", tag = "admin", responses(
    (status = 200, body = Page<Token>)))]
pub(crate) async fn list(State(app): State<App>, _: Admin) -> Result<Json<Page<Token>>, Problem> {
    let tokens = app.store.tokens().await?.into_iter();
    Ok(Json(Page::whole(tokens.map(|token| Token {
        id: token.id,
        name: token.name,
        scope: token.scope,
        created_at: token.created_at,
        created_by: token.created_by,
        expires_at: token.expires_at,
        used_at: token.used_at,
    }))))
}

/// Makes a token.
#[utoipa::path(post, path = "/v1/tokens", tag = "admin", request_body = NewToken, responses(
    (status = 201, body = MadeToken),
    (status = 409, description = "Too many")))]
pub(crate) async fn make(
    State(app): State<App>,
    Admin(who): Admin,
    Content(new): Content<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let now = (app.now)();
    let name = secret::check_name(&new.name, "/name")?;
    if !(now + 1..=now + LONGEST).contains(&new.expires_at) {
        return Err(Problem::fault(
            "/expiresAt",
            "later than now, by two years at the most",
        ));
    }
    let token = format!("{}{}", secret::TOKEN, secret::new()?);
    let id = app
        .store
        .make_token(
            &Digest::of(&token),
            &name,
            new.scope.as_str(),
            &who.name,
            new.expires_at,
            now,
        )
        .await?;
    audit(&app, &who, "token-made", &name).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { id, token })))
}

/// Removes a token: whoever comes with it is not let in any more.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "admin", params(Named), responses(
    (status = 204)))]
pub(crate) async fn remove(
    State(app): State<App>,
    Admin(who): Admin,
    Named(id): Named,
) -> Result<StatusCode, Problem> {
    let name = app.store.remove_token(&id).await?;
    let name = name.ok_or_else(Problem::not_found)?;
    audit(&app, &who, "token-removed", &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
