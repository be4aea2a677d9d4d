//! What a request says in its path and query, or the problem with it.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use pushcheck_store::search::Before;
use pushcheck_store::{Id, Ms};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Problem;
use crate::problem::Fault;

/// So many items a list has, where nobody asks for another number, and at most.
const USUAL: i64 = 50;
const MOST: i64 = 200;

/// A query.
#[derive(Debug)]
pub(crate) struct Queried<T>(pub(crate) T);

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
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path, names("id"))]
pub(crate) struct Named(#[param(pattern = "^[0-9a-f]{32}$")] pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| Problem::not_found())?;
        named(&id)?;
        Ok(Self(id))
    }
}

/// A finding of a report, in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct Finding {
    /// The report's id.
    #[param(pattern = "^[0-9a-f]{32}$")]
    pub(crate) id: String,
    /// The finding's id in its report.
    #[param(min_length = 1)]
    pub(crate) finding: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Finding {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((id, finding)) = path.map_err(|_| Problem::not_found())?;
        named(&id)?;
        // What PostgreSQL cannot hold is the name of nothing.
        match finding.contains('\0') {
            true => Err(Problem::not_found()),
            false => Ok(Self { id, finding }),
        }
    }
}

/// Whether it may name anything.
fn named(id: &str) -> Result<(), Problem> {
    id.parse::<Id>().map_err(|_| Problem::not_found())?;
    Ok(())
}

/// A part of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// What is in it.
    pub(crate) items: Vec<T>,
    /// What `before` must be for the next part; null: this was the last.
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// All that there is, in one part.
    pub(crate) fn whole(items: impl IntoIterator<Item = T>) -> Self {
        Self {
            items: items.into_iter().collect(),
            next: None,
        }
    }
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// How many, 1 to 200; 50.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The `next` of the part before.
    #[param(pattern = "^[0-9]{1,15}-[0-9a-f]{32}$")]
    before: Option<String>,
}

/// Which part of a list is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) limit: i64,
    pub(crate) before: Option<Before>,
}

impl Part {
    /// Reads `limit` and `before`.
    pub(crate) fn of(which: &Which) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        let limit = match &which.limit {
            None => Some(USUAL),
            Some(limit) => limit
                .parse()
                .ok()
                .filter(|limit| (1..=MOST).contains(limit)),
        };
        if limit.is_none() {
            faults.push(fault("/limit", "a number from 1 to 200"));
        }
        let before = match &which.before {
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
    pub(crate) fn one_more(&self) -> i64 {
        self.limit + 1
    }

    /// What is shown of those, and where the next part begins.
    pub(crate) fn page<T, U>(
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
pub(crate) fn fault(pointer: impl Into<String>, detail: impl Into<String>) -> Fault {
    Fault {
        pointer: pointer.into(),
        detail: detail.into(),
    }
}

/// A word of a query, no longer than that and without what no word has; empty is none.
pub(crate) fn term(text: Option<String>, most: usize) -> Option<String> {
    let text = text?;
    let kept: String = text
        .chars()
        .map(|one| if one.is_control() { ' ' } else { one })
        .take(most)
        .collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}
