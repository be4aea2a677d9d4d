//! Who may come in: passwords, sessions, tokens, invitations, and what is refused before anything is answered.

mod gate;
mod invitation;
mod limit;
mod list;
mod origin;
mod password;
mod secret;
mod session;
mod tokens;
mod users;

#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};

use pushcheck_store::Ms;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use gate::Source;
pub(crate) use gate::{Proof, identify};
pub use invitation::{Invitation, first_start};
pub(crate) use origin::COOKIE;
pub(crate) use secret::new as new_secret;

use crate::{App, Problem, Role, Who};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session::show, session::sign_in, session::sign_out))
        .routes(routes!(invitation::accept))
        .routes(routes!(users::list, users::make))
        .routes(routes!(users::remove))
        .routes(routes!(users::invite))
        .routes(routes!(tokens::list, tokens::make))
        .routes(routes!(tokens::remove))
        .routes(routes!(list::list))
}

/// What stands between requests and answers.
#[derive(Debug)]
pub(crate) struct Doors {
    /// None: no request is for it.
    origin: Option<origin::Origin>,
    hasher: password::Hasher,
    limits: Mutex<limit::Limits>,
}

impl Doors {
    /// Of that origin.
    pub(crate) fn of(origin: &str) -> Self {
        let origin = origin::Origin::of(origin);
        if origin.is_none() {
            tracing::error!("the staff origin is none: every request is turned away");
        }
        Self {
            origin,
            hasher: password::Hasher::default(),
            limits: Mutex::default(),
        }
    }

    fn charge(&self, keys: &[limit::Key], now: Ms) -> Result<(), Problem> {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.charge(keys, now).map_err(|wait| {
            let seconds = u32::try_from(wait.div_euclid(1_000) + 1).unwrap_or(u32::MAX);
            Problem::new(
                axum::http::StatusCode::TOO_MANY_REQUESTS,
                "too often, wait a little",
            )
            .retry_after(seconds)
        })
    }

    fn absolve(&self, keys: &[limit::Key]) {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.absolve(keys);
    }
}

/// Whether staff can sign in at that origin: it is an `https:` one, or one of this machine; in the spelling that browsers send.
///
/// # Errors
/// Why not, in one sentence.
pub fn check_origin(origin: &str) -> Result<String, &'static str> {
    let origin = origin::Origin::of(origin)
        .ok_or("an origin is https://name or http://127.0.0.1:port, with nothing behind it")?;
    match origin.keeps_cookies() {
        true => Ok(origin.as_str().to_owned()),
        false => Err("over http: nobody can sign in safely but on this machine: use https:"),
    }
}

/// Writes down that somebody did something: `audit(&app, &who, "read", &report.id)`. Where it cannot be written, whoever asked is told that it failed.
pub(crate) async fn audit(app: &App, who: &Who, what: &str, on: &str) -> Result<(), Problem> {
    Ok(app.store.note(&who.name, what, on, (app.now)()).await?)
}

impl Role {
    /// As it is kept.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Staff => "staff",
            Self::Admin => "admin",
        }
    }

    /// What a token of that scope may do.
    pub(crate) fn of_scope(scope: &str) -> Result<Self, Problem> {
        match scope {
            "write" => Ok(Self::Staff),
            scope => Self::of(scope),
        }
    }

    /// As it was kept.
    pub(crate) fn of(text: &str) -> Result<Self, Problem> {
        [Self::Read, Self::Staff, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| pushcheck_store::Error::Corrupt("a role").into())
    }
}
