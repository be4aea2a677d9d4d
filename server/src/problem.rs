//! What a request gets that is not answered: a problem (RFC 9457), marked as ours. It echoes nothing of the request.

use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};
use pushcheck::wire::{IdError, MARK, REFUSED};
use serde::Serialize;

use crate::answer::{self, Body};

/// Why the server refuses on purpose; the words of [`pushcheck::wire::REFUSED_BY_LIMIT`] and
/// [`pushcheck::wire::REFUSED_BY_POLICY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Count,
    Rate,
    Size,
    Time,
    Origin,
    Subprotocol,
    Version,
}

impl Refusal {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Rate => "rate",
            Self::Size => "size",
            Self::Time => "time",
            Self::Origin => "origin",
            Self::Subprotocol => "subprotocol",
            Self::Version => "version",
        }
    }

    /// Ours for want of room, not for what was asked.
    pub(crate) const fn is_limit(self) -> bool {
        match self {
            Self::Count | Self::Rate | Self::Size | Self::Time => true,
            Self::Origin | Self::Subprotocol | Self::Version => false,
        }
    }
}

/// A problem, of fixed words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    /// The part of the request that it is about.
    pub(crate) field: Option<&'static str>,
    pub(crate) refused: Option<Refusal>,
    pub(crate) header: Option<(&'static str, &'static str)>,
    /// Why a support link is not open.
    pub(crate) link: Option<&'static str>,
}

impl Problem {
    const fn new(status: StatusCode, title: &'static str) -> Self {
        Self {
            status,
            title,
            field: None,
            refused: None,
            header: None,
            link: None,
        }
    }

    pub(crate) const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is nothing here")
    }

    /// Beside an application it has to be asked for.
    pub(crate) const fn tester_is_off() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "the tester is off where a base path is set: --tester turns it on",
        )
    }

    pub(crate) const fn malformed(field: &'static str) -> Self {
        Self {
            field: Some(field),
            ..Self::new(
                StatusCode::BAD_REQUEST,
                "a part of the request is malformed",
            )
        }
    }

    /// Well-formed, and more than the limits that `v1/about` names.
    pub(crate) const fn over(field: &'static str, refusal: Refusal) -> Self {
        Self {
            field: Some(field),
            refused: Some(refusal),
            ..Self::new(StatusCode::BAD_REQUEST, "more than this server gives")
        }
    }

    pub(crate) const fn too_large(field: &'static str) -> Self {
        Self {
            field: Some(field),
            refused: Some(Refusal::Size),
            ..Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "larger than this server takes",
            )
        }
    }

    pub(crate) const fn head_too_large() -> Self {
        Self {
            refused: Some(Refusal::Size),
            ..Self::new(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "the head is larger than this server takes",
            )
        }
    }

    pub(crate) const fn too_slow() -> Self {
        Self {
            refused: Some(Refusal::Time),
            ..Self::new(
                StatusCode::REQUEST_TIMEOUT,
                "the body took longer than this server waits",
            )
        }
    }

    pub(crate) const fn too_many(field: &'static str, refusal: Refusal) -> Self {
        Self {
            field: Some(field),
            refused: Some(refusal),
            header: Some(("retry-after", "2")),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "more than this server takes at once",
            )
        }
    }

    pub(crate) const fn overloaded() -> Self {
        Self {
            refused: Some(Refusal::Count),
            header: Some(("retry-after", "5")),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the server has all that it can do",
            )
        }
    }

    pub(crate) const fn blind() -> Self {
        Self {
            refused: Some(Refusal::Count),
            header: Some(("retry-after", "5")),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "what the server would see here it could not keep",
            )
        }
    }

    pub(crate) const fn stopping() -> Self {
        Self {
            refused: Some(Refusal::Time),
            header: Some(("retry-after", "5")),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping")
        }
    }

    pub(crate) const fn wrong_method(allowed: &'static str) -> Self {
        Self {
            header: Some(("allow", allowed)),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "this address takes another method",
            )
        }
    }

    /// Something else is known under the same name.
    pub(crate) const fn conflict(field: &'static str) -> Self {
        Self {
            field: Some(field),
            ..Self::new(
                StatusCode::CONFLICT,
                "something else has come under this name",
            )
        }
    }

    pub(crate) const fn not_the_key() -> Self {
        Self {
            field: Some("key"),
            ..Self::new(StatusCode::FORBIDDEN, "the key does not open this run")
        }
    }

    /// A support link that is not open, and no more of it than that.
    pub(crate) const fn link(status: StatusCode, why: &'static str) -> Self {
        Self {
            field: Some("link"),
            link: Some(why),
            ..Self::new(status, "this link is not open")
        }
    }

    /// What came could not be made durable: it is not acknowledged.
    pub(crate) const fn not_kept() -> Self {
        Self {
            refused: Some(Refusal::Count),
            header: Some(("retry-after", "10")),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "it could not be kept now")
        }
    }

    pub(crate) const fn foreign_origin() -> Self {
        Self {
            field: Some("Origin"),
            refused: Some(Refusal::Origin),
            ..Self::new(
                StatusCode::FORBIDDEN,
                "this server does not answer to pages of this origin",
            )
        }
    }

    pub(crate) const fn other_subprotocol() -> Self {
        Self {
            field: Some("Sec-WebSocket-Protocol"),
            refused: Some(Refusal::Subprotocol),
            ..Self::new(
                StatusCode::BAD_REQUEST,
                "none of the subprotocols offered is spoken here",
            )
        }
    }

    pub(crate) const fn other_version() -> Self {
        Self {
            field: Some("Sec-WebSocket-Version"),
            refused: Some(Refusal::Version),
            header: Some(("sec-websocket-version", "13")),
            ..Self::new(
                StatusCode::UPGRADE_REQUIRED,
                "only version 13 of the WebSocket protocol is spoken here",
            )
        }
    }

    /// RFC 9110 § 15.5.22: the answer must name the protocol; the caller adds `Upgrade` where there are such fields.
    pub(crate) const fn no_upgrade(field: &'static str) -> Self {
        Self {
            field: Some(field),
            ..Self::new(
                StatusCode::UPGRADE_REQUIRED,
                "this address opens a WebSocket and nothing else",
            )
        }
    }

    pub(crate) const fn not_implemented() -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "this server does not tunnel")
    }

    /// The answer, without the headers that every answer gets.
    pub(crate) fn answer(self) -> Response<Body> {
        let mut response = answer::full(self.status, "application/problem+json", self.text());
        let headers = response.headers_mut();
        if let Some(refusal) = self.refused {
            headers.insert(REFUSED, HeaderValue::from_static(refusal.as_str()));
        }
        if let Some((name, value)) = self.header {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    fn text(&self) -> String {
        let text = Text {
            r#type: "about:blank",
            title: self.title,
            status: self.status.as_u16(),
            field: self.field,
            refused: self.refused.map(Refusal::as_str),
            link: self.link,
        };
        // Only fixed words and a number: it cannot fail, and an empty body would still be a marked answer.
        serde_json::to_string(&text).unwrap_or_default()
    }
}

impl From<IdError> for Problem {
    fn from(IdError(part): IdError) -> Self {
        Self::malformed(part)
    }
}

#[derive(Serialize)]
struct Text {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'static str>,
}

/// The answer to a body that is not what its schema says, with the places where it is not.
pub(crate) fn against_schema(field: &'static str, places: &[String]) -> Response<Body> {
    #[derive(Serialize)]
    struct Text<'a> {
        r#type: &'static str,
        title: &'static str,
        status: u16,
        field: &'static str,
        places: &'a [String],
    }
    let status = StatusCode::BAD_REQUEST;
    let text = Text {
        r#type: "about:blank",
        title: "the body is not what its schema says",
        status: status.as_u16(),
        field,
        places,
    };
    let text = serde_json::to_string(&text).unwrap_or_default();
    answer::full(status, "application/problem+json", text)
}

/// The whole answer to a head that could not be parsed, as it goes over HTTP/1.1.
pub(crate) fn unparsed(status: u16, instance: &str) -> Vec<u8> {
    let problem = match status {
        431 | 414 => Problem {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            ..Problem::head_too_large()
        },
        _ => Problem::malformed("head"),
    };
    let body = problem.text();
    let refused = problem.refused.map_or_else(String::new, |why| {
        format!("{REFUSED}: {}\r\n", why.as_str())
    });
    let status = problem.status;
    let mut head = format!(
        "HTTP/1.1 {} {}\r\n{MARK}: {instance}\r\n{refused}",
        status.as_u16(),
        status.canonical_reason().unwrap_or("")
    );
    for (name, value) in answer::EVERYWHERE {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!(
        "cache-control: no-store\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    head.into_bytes()
}

#[cfg(test)]
mod tests {
    use pushcheck::wire::{REFUSED_BY_LIMIT, REFUSED_BY_POLICY};

    use super::*;

    #[test]
    fn refusals_are_words_of_the_wire() {
        use Refusal::{Count, Origin, Rate, Size, Subprotocol, Time, Version};
        for refusal in [Count, Rate, Size, Time, Origin, Subprotocol, Version] {
            assert_eq!(
                REFUSED_BY_LIMIT.contains(&refusal.as_str()),
                refusal.is_limit()
            );
            assert_ne!(
                REFUSED_BY_POLICY.contains(&refusal.as_str()),
                refusal.is_limit()
            );
        }
    }
}
