//! `/v1/users`: who may come in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pushcheck_store::Ms;
use pushcheck_store::user::Refused;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::invitation::Invitation;
use super::{audit, secret};
use crate::extract::{Named, Page};
use crate::form::must_line;
use crate::{Admin, App, Content, Problem, Role};

/// Somebody who may come in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    id: String,
    name: String,
    role: Role,
    /// Has chosen a password; else an invitation is open, or was.
    has_password: bool,
    created_at: Ms,
}

/// Somebody who shall come in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "bob", "role": "staff" }))]
pub(crate) struct NewUser {
    #[schema(schema_with = must_line::<80>)]
    name: String,
    role: Office,
}

/// What a user may be.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Office {
    /// Links, reports, profiles.
    Staff,
    /// Also users, tokens, webhooks and the audit list.
    Admin,
}

impl From<Office> for Role {
    fn from(office: Office) -> Self {
        match office {
            Office::Staff => Self::Staff,
            Office::Admin => Self::Admin,
        }
    }
}

/// How they choose a password.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invited {
    /// The user's id.
    id: String,
    /// To be given to nobody else; open for 24 hours, once.
    invitation: String,
}

/// All users, in one part.
#[utoipa::path(get, path = "/v1/users", tag = "admin", responses(
    (status = 200, body = Page<User>)))]
pub(crate) async fn list(State(app): State<App>, _: Admin) -> Result<Json<Page<User>>, Problem> {
    let users = app.store.users().await?.into_iter().map(|user| {
        Ok(User {
            role: Role::of(&user.role)?,
            id: user.id,
            name: user.name,
            has_password: user.has_password,
            created_at: user.created_at,
        })
    });
    let users: Vec<_> = users.collect::<Result<_, Problem>>()?;
    Ok(Json(Page::whole(users)))
}

/// Makes a user, who is invited to choose a password.
#[utoipa::path(post, path = "/v1/users", tag = "admin", request_body = NewUser, responses(
    (status = 201, body = Invited),
    (status = 409)))]
pub(crate) async fn make(
    State(app): State<App>,
    Admin(who): Admin,
    Content(new): Content<NewUser>,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    let name = secret::check_name(&new.name, "/name")?;
    let (now, invitation) = ((app.now)(), Invitation::new()?);
    let made = app
        .store
        .make_user(
            &name,
            Role::from(new.role).as_str(),
            &invitation.digest(),
            Invitation::expires_at(now),
            now,
        )
        .await?;
    let id = made.map_err(refused)?;
    audit(&app, &who, "user-made", &name).await?;
    let invitation = invitation.url(&app);
    Ok((StatusCode::CREATED, Json(Invited { id, invitation })))
}

/// Invites a user to choose a new password.
#[utoipa::path(post, path = "/v1/users/{id}/invitation", tag = "admin", params(Named), responses(
    (status = 201, body = Invited)))]
pub(crate) async fn invite(
    State(app): State<App>,
    Admin(who): Admin,
    Named(id): Named,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    let invitation = Invitation::new()?;
    let user = app
        .store
        .invite_again(
            &id,
            &invitation.digest(),
            Invitation::expires_at((app.now)()),
        )
        .await?
        .ok_or_else(Problem::not_found)?;
    audit(&app, &who, "user-invited", &user.name).await?;
    let invitation = invitation.url(&app);
    Ok((StatusCode::CREATED, Json(Invited { id, invitation })))
}

/// Removes a user; all their sessions end.
#[utoipa::path(delete, path = "/v1/users/{id}", tag = "admin", params(Named), responses(
    (status = 204),
    (status = 409, description = "The last admin")))]
pub(crate) async fn remove(
    State(app): State<App>,
    Admin(who): Admin,
    Named(id): Named,
) -> Result<StatusCode, Problem> {
    let user = app.store.remove_user(&id).await?.map_err(refused)?;
    audit(&app, &who, "user-removed", &user.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(refused: Refused) -> Problem {
    let conflict = |title| Problem::new(StatusCode::CONFLICT, title);
    match refused {
        Refused::Unknown | Refused::Uninvited | Refused::Nameless => Problem::not_found(),
        Refused::Taken => conflict("that name is taken"),
        Refused::Full => conflict("there are too many users"),
        Refused::LastAdmin => conflict("nobody else is an admin"),
    }
}
