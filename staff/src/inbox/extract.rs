//! What a request says, or the problem with it.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use pushcheck_store::search::Before;
use pushcheck_store::{Id, Ms};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::Problem;
use crate::problem::Fault;

/// So many items a list has, where nobody asks for another number, and at most.
const USUAL: i64 = 50;
const MOST: i64 = 200;

/// A body that is JSON.
#[derive(Debug)]
pub(super) struct Said(pub(super) Value);

impl<S: Send + Sync> FromRequest<S> for Said {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejected| match rejected {
            BytesRejection::FailedToBufferBody(failed)
                if failed.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too large")
            }
            _ => Problem::new(StatusCode::BAD_REQUEST, "the body did not come whole"),
        })?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body is not JSON"))
    }
}

/// A query.
#[derive(Debug)]
pub(super) struct Queried<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Queried<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Query::from_request_parts(parts, state)
            .await
            .map(|Query(query)| Self(query))
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the query is not readable"))
    }
}

/// The id in a path; whatever is none names nothing.
#[derive(Debug)]
pub(super) struct Named(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| Problem::not_found())?;
        named(&id)?;
        Ok(Self(id))
    }
}

/// Whether it may name anything.
pub(super) fn named(id: &str) -> Result<(), Problem> {
    id.parse::<Id>().map_err(|_| Problem::not_found())?;
    Ok(())
}

/// A part of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// What is in it.
    pub(super) items: Vec<T>,
    /// What `before` must be for the next part; null: this was the last.
    pub(super) next: Option<String>,
}

/// Which part of a list is asked for.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) limit: i64,
    pub(super) before: Option<Before>,
}

impl Part {
    /// Reads `limit` and `before`.
    pub(super) fn of(limit: Option<&str>, before: Option<&str>) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        let limit = match limit {
            None => Some(USUAL),
            Some(limit) => limit
                .parse()
                .ok()
                .filter(|limit| (1..=MOST).contains(limit)),
        };
        if limit.is_none() {
            faults.push(fault("/limit", "a number from 1 to 200"));
        }
        let before = match before {
            None => None,
            Some(cursor) => {
                let read = read(cursor);
                if read.is_none() {
                    faults.push(fault("/before", "what `next` was"));
                }
                read
            }
        };
        match limit {
            Some(limit) if faults.is_empty() => Ok(Self { limit, before }),
            _ => Err(Problem::invalid(faults)),
        }
    }

    /// One more than is shown: whether there is a next part.
    pub(super) fn one_more(&self) -> i64 {
        self.limit + 1
    }

    /// What is shown of those, and where the next part begins.
    pub(super) fn page<T, U>(
        &self,
        mut all: Vec<T>,
        place: impl Fn(&T) -> (Ms, &str),
        shown: impl Fn(T) -> U,
    ) -> Page<U> {
        let more = all.len() as i64 > self.limit;
        all.truncate(usize::try_from(self.limit).unwrap_or_default());
        let next = all.last().filter(|_| more).map(|last| {
            let (at, id) = place(last);
            format!("{at}-{id}")
        });
        Page {
            items: all.into_iter().map(shown).collect(),
            next,
        }
    }
}

fn read(cursor: &str) -> Option<Before> {
    let (at, id) = cursor.split_once('-')?;
    let digits = (1..=15).contains(&at.len()) && at.bytes().all(|byte| byte.is_ascii_digit());
    id.parse::<Id>().ok().filter(|_| digits)?;
    Some(Before {
        at: at.parse().ok()?,
        id: id.to_owned(),
    })
}

/// A fault at a place.
pub(super) fn fault(pointer: impl Into<String>, detail: impl Into<String>) -> Fault {
    Fault {
        pointer: pointer.into(),
        detail: detail.into(),
    }
}

/// A word of a query, no longer than that and without what no word has; empty is none.
pub(super) fn term(text: Option<String>, most: usize) -> Option<String> {
    let text = text?;
    let kept: String = text
        .chars()
        .map(|one| if one.is_control() { ' ' } else { one })
        .take(most)
        .collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}
