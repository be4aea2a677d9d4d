//! What a request brings: JSON, bounded, with every fault's place.

use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

use crate::Problem;

/// The most that a request may bring where nothing else is said, bytes.
pub(crate) const MOST: usize = 64 * 1_024;

/// A request's content, read from JSON.
#[derive(Clone, Copy, Debug)]
pub struct Content<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Content<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .and_then(|kind| kind.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "send application/json",
            ));
        }
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too much")
                }
                _ => Problem::new(StatusCode::BAD_REQUEST, "not readable"),
            })?;
        of(&bytes).map(Self)
    }
}

fn of<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let content = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().is_data() {
            // Without serde's line and column: the pointer tells.
            let detail = error.inner().to_string();
            let detail = detail
                .rsplit_once(" at line")
                .map_or(detail.as_str(), |(detail, _)| detail);
            Problem::fault(&pointer(error.path()), detail)
        } else {
            Problem::new(StatusCode::BAD_REQUEST, "the body is not JSON")
        }
    })?;
    json.end()
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body is not JSON"))?;
    Ok(content)
}

/// As RFC 6901 has it.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |pointer, segment| {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => return pointer,
        };
        format!("{pointer}/{part}")
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Some {
        names: Vec<String>,
    }

    #[test]
    fn faults_have_their_place() {
        assert_eq!(
            of(br#"{"names":["a"]}"#),
            Ok(Some {
                names: vec!["a".to_owned()]
            })
        );
        for (wrong, pointer, detail) in [
            (
                &br#"{"names":["a",1]}"#[..],
                "/names/1",
                "invalid type: integer `1`, expected a string",
            ),
            (b"{}", "", "missing field `names`"),
            (
                br#"{"names":[],"a/b":1}"#,
                "/a~1b",
                "unknown field `a/b`, expected `names`",
            ),
        ] {
            assert_eq!(of::<Some>(wrong), Err(Problem::fault(pointer, detail)));
        }
        for wrong in [&b""[..], b"{", b"\xff", br#"{"names":[]}{}"#] {
            assert_eq!(
                of::<Some>(wrong),
                Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "the body is not JSON"
                ))
            );
        }
    }
}
