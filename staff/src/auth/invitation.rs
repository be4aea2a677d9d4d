//! Invitations: whoever has one chooses a password, once.

use std::fmt;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use pushcheck_store::user::Refused;
use pushcheck_store::{Digest, Error, Id, Ms, Store};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa::openapi::schema::{SchemaType, Type};

use super::gate::Source;
use super::limit::Key;
use super::{audit, secret, session};
use crate::form::must_line;
use crate::{App, Content, Problem, Role, Who};

/// For how long an invitation is open: 24 hours.
const OPEN: Ms = 24 * 3_600_000;

/// An invitation that nobody has used. Shown it is the end of an address: `#invitation=…`, behind the staff origin's slash.
pub struct Invitation(Id);

impl Invitation {
    /// One that nobody has.
    pub(crate) fn new() -> Result<Self, Error> {
        Id::new().map(Self)
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(self.0.as_str())
    }

    /// Until when it is open.
    pub(crate) const fn expires_at(now: Ms) -> Ms {
        now + OPEN
    }

    /// The address to open.
    pub(crate) fn url(&self, app: &App) -> String {
        format!("{}/{self}", app.origin.trim_end_matches('/'))
    }
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#invitation={}", self.0)
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invitation(…)")
    }
}

/// Where there is no user yet, the invitation of the first one, an admin: open for 24 hours, to be shown to nobody but the
/// operator. Each call makes a new one, and earlier ones end.
///
/// # Errors
/// Those of the store.
pub async fn first_start(store: &Store, now: Ms) -> Result<Option<Invitation>, Error> {
    let invitation = Invitation::new()?;
    let is_first = store
        .invite_first(&invitation.digest(), Invitation::expires_at(now))
        .await?;
    Ok(is_first.then_some(invitation))
}

/// An invitation and what is chosen with it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acceptance {
    /// The 32 digits behind `#invitation=`.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    token: String,
    /// The first user's name; others have one.
    #[serde(default)]
    #[schema(schema_with = optional_name)]
    name: Option<String>,
    /// 12 to 256 characters.
    #[schema(format = "password", min_length = 12, max_length = 256)]
    password: String,
}

/// A name, for the document; null where there is one already.
fn optional_name() -> Object {
    let mut name = must_line::<80>();
    name.schema_type = SchemaType::from_iter([Type::String, Type::Null]);
    name
}

/// Uses an invitation up: sets the password and signs in.
#[utoipa::path(post, path = "/v1/invitations/accept", tag = "session", security(()), request_body = Acceptance, responses(
    (status = 201, body = session::View, headers(("Set-Cookie" = String))),
    (status = 404, description = "Used, expired, or never made"),
    (status = 409),
    (status = 429, headers(("Retry-After" = u32)))))]
pub(crate) async fn accept(
    State(app): State<App>,
    Source(source): Source,
    headers: HeaderMap,
    Content(given): Content<Acceptance>,
) -> Result<Response, Problem> {
    let now = (app.now)();
    let name = given
        .name
        .map(|name| secret::check_name(&name, "/name"))
        .transpose()?;
    secret::check_password(&given.password, "/password")?;
    let keys = [Key::address(source)];
    app.doors().charge(&keys, now)?;
    let invitation = given.token.parse::<Id>().map_err(|_| gone())?;
    let invitation = Digest::of(invitation.as_str());
    // Nobody without an invitation makes the server hash.
    if !app.store.is_invited(&invitation, now).await? {
        return Err(gone());
    }
    app.doors().absolve(&keys);
    let hash = app.doors().hasher.hash(given.password).await?;
    let accepted = app
        .store
        .accept(&invitation, name.as_deref(), &hash, (app.now)())
        .await?;
    let user = accepted.map_err(|refused| match refused {
        Refused::Nameless => Problem::fault("/name", "the first user needs one"),
        Refused::Taken => Problem::new(StatusCode::CONFLICT, "that name is taken"),
        _ => gone(),
    })?;
    let who = Who {
        role: Role::of(&user.role)?,
        id: user.id.clone(),
        name: user.name.clone(),
    };
    audit(&app, &who, "password-set", &user.id).await?;
    session::begin(&app, &headers, user, &hash, StatusCode::CREATED).await
}

const fn gone() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "there is no such invitation any more",
    )
}
