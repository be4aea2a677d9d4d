//! Errors as RFC 9457 has them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// `about:blank`: the status tells all (RFC 9457 § 4.2.1).
    #[serde(rename = "type")]
    kind: &'static str,
    /// A short sentence.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// Where in the request, as JSON pointers and what is wrong there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    /// After how many seconds it may go better.
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// What is wrong at one place of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// A JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

impl Problem {
    /// With that status and sentence.
    #[must_use]
    pub const fn new(status: StatusCode, title: &'static str) -> Self {
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// It may go better after so many seconds (RFC 9110 § 10.2.3).
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Nobody has signed in.
    #[must_use]
    pub const fn unknown_who() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign in first")
    }

    /// Whoever asks may not.
    #[must_use]
    pub const fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "not allowed")
    }

    /// There is no such thing.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not found")
    }

    /// The request's content is not as it should be, in that place.
    #[must_use]
    pub fn fault(pointer: &str, detail: &str) -> Self {
        Self::invalid(vec![Fault {
            pointer: pointer.to_owned(),
            detail: detail.to_owned(),
        }])
    }

    /// The request's content is not as it should be, in these places.
    #[must_use]
    pub fn invalid(errors: Vec<Fault>) -> Self {
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not valid")
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, serde_json::to_vec(&self).unwrap_or_default()).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<pushcheck_store::Error> for Problem {
    fn from(error: pushcheck_store::Error) -> Self {
        if let pushcheck_store::Error::Full(what) = &error {
            tracing::warn!(what, "the store is full");
            return Self::new(StatusCode::CONFLICT, "there are too many");
        }
        tracing::error!(%error, "the store failed");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the store failed")
    }
}
