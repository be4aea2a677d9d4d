//! `/v1/session`: signing in and out.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use pushcheck_store::Digest;
use pushcheck_store::user::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::gate::{Session, Source};
use super::limit::Key;
use super::origin::{self, COOKIE};
use super::{audit, secret};
use crate::{App, Content, Problem, Role, Staff, Who};

/// Who is in, and what pages need to know.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    /// The user's name, or the token's.
    name: String,
    role: Role,
    /// To be sent as `Pushcheck-CSRF` with whatever changes something; null: a token asks, and need not.
    csrf: Option<String>,
    /// Who asks, in customers' eyes.
    organisation: String,
    /// Where customers reach the check, first the usual address.
    public_urls: Vec<String>,
    /// Where else.
    alternate_urls: Vec<String>,
    /// The endpoints that links may name, as patterns: `wss://*.app.example`.
    allow_endpoints: Vec<String>,
}

impl View {
    fn of(app: &App, who: &Who, csrf: Option<&Digest>) -> Self {
        Self {
            name: who.name.clone(),
            role: who.role,
            csrf: csrf.map(|csrf| csrf.as_str().to_owned()),
            organisation: app.organisation.clone(),
            public_urls: app.public_urls.clone(),
            alternate_urls: app.alternate_urls.clone(),
            allow_endpoints: app.allow_endpoints.clone(),
        }
    }
}

/// A name and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    name: String,
    #[schema(format = "password")]
    password: String,
}

/// What the session's pages send back, which whoever has only the cookie sent along does not know.
pub(crate) fn csrf(cookie: &str) -> Digest {
    Digest::of(&format!("csrf {cookie}"))
}

/// Who is in.
#[utoipa::path(get, path = "/v1/session", tag = "session", responses(
    (status = 200, body = View)))]
pub(crate) async fn show(
    State(app): State<App>,
    Staff(who): Staff,
    session: Option<Extension<Session>>,
) -> Json<View> {
    let csrf = session.as_ref().map(|Extension(session)| &session.csrf);
    Json(View::of(&app, &who, csrf))
}

/// Signs in.
#[utoipa::path(post, path = "/v1/session", tag = "session", security(()), request_body = Credentials, responses(
    (status = 200, body = View, headers(("Set-Cookie" = String))),
    (status = 429, headers(("Retry-After" = u32)))))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    Source(source): Source,
    headers: HeaderMap,
    Content(Credentials { name, password }): Content<Credentials>,
) -> Result<Response, Problem> {
    let now = (app.now)();
    let name = name.trim();
    let keys = [Key::address(source), Key::name(name)];
    app.doors().charge(&keys, now)?;
    let known = app.store.password(name).await?;
    let (user, hash) = known.unzip();
    let is_right = app.doors().hasher.is_right(password, hash.clone()).await?;
    let (Some(user), Some(hash), true) = (user, hash, is_right) else {
        let tried: String = name.chars().take(40).collect();
        let on = format!("{tried} from {source}");
        app.store.note("", "sign-in-failed", &on, now).await?;
        return Err(wrong());
    };
    app.doors().absolve(&keys);
    let response = begin(&app, &headers, user, &hash, StatusCode::OK).await?;
    Ok(response)
}

/// Whichever of both it is.
const fn wrong() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "name or password is wrong")
}

/// Begins a session of somebody who gave the password of that hash; the one that they were in ends.
pub(crate) async fn begin(
    app: &App,
    headers: &HeaderMap,
    user: User,
    hash: &str,
    status: StatusCode,
) -> Result<Response, Problem> {
    let cookie = secret::new()?;
    if let Some(before) = origin::cookie(headers).filter(|value| secret::is_one(value)) {
        app.store.end_session(&Digest::of(before)).await?;
    }
    let digest = Digest::of(&cookie);
    let has_begun = app
        .store
        .begin_session(&digest, &user.id, hash, (app.now)())
        .await?;
    if !has_begun {
        return Err(wrong());
    }
    let who = Who {
        role: Role::of(&user.role)?,
        id: user.id,
        name: user.name,
    };
    audit(app, &who, "signed-in", "").await?;
    let view = View::of(app, &who, Some(&csrf(&cookie)));
    let cookie = format!("{COOKIE}={cookie}; Secure; HttpOnly; SameSite=Strict; Path=/");
    let cookie = HeaderValue::try_from(cookie).map_err(|_| Problem::broken())?;
    Ok((status, [(header::SET_COOKIE, cookie)], Json(view)).into_response())
}

/// Signs out.
#[utoipa::path(delete, path = "/v1/session", tag = "session", responses(
    (status = 204)))]
pub(crate) async fn sign_out(
    State(app): State<App>,
    Staff(who): Staff,
    session: Option<Extension<Session>>,
) -> Result<Response, Problem> {
    // A token is no session, and does not end.
    let Extension(session) = session.ok_or_else(Problem::forbidden)?;
    app.store.end_session(&session.digest).await?;
    audit(&app, &who, "signed-out", "").await?;
    let gone = format!("{COOKIE}=; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    let gone = HeaderValue::try_from(gone).map_err(|_| Problem::broken())?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}
