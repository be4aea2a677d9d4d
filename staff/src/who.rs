//! Who asks: found out once a request, by [`crate::auth::identify`], and asked for by whatever answers.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Problem;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Only look: tokens of that scope.
    Read,
    /// Links, reports, profiles.
    Staff,
    /// Also users, tokens, webhooks and the audit list.
    Admin,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The user's id, or the token's.
    pub id: String,
    /// The name, as the audit list has it.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Somebody who may read; with a method that changes anything: who may do that, too.
#[derive(Clone, Debug)]
pub struct Staff(pub Who);

/// An admin.
#[derive(Clone, Debug)]
pub struct Admin(pub Who);

fn who(parts: &Parts, least: Role) -> Result<Who, Problem> {
    let who = parts
        .extensions
        .get::<Who>()
        .ok_or_else(Problem::unknown_who)?;
    if who.role < least {
        return Err(Problem::forbidden());
    }
    Ok(who.clone())
}

impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        who(
            parts,
            if parts.method.is_safe() {
                Role::Read
            } else {
                Role::Staff
            },
        )
        .map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        who(parts, Role::Admin).map(Self)
    }
}
