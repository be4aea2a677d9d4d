//! What stands on answers.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Frame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use pushcheck::wire::MARK;
use tokio::sync::OwnedSemaphorePermit;

/// The body of an answer; it never fails, it only ends early.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// What every answer carries besides the mark, on every status: a page may read all of it from anywhere.
pub(crate) const EVERYWHERE: [(&str, &str); 5] = [
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "*"),
    ("timing-allow-origin", "*"),
    ("cross-origin-resource-policy", "cross-origin"),
    ("x-content-type-options", "nosniff"),
];

/// An answer of one piece.
pub(crate) fn full(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Body> {
    with(status, content_type, Full::new(body.into()).boxed_unsync())
}

/// An answer of a body of some kind.
pub(crate) fn with(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A body that is handed over piece by piece, as it is taken, and holds its place until then.
#[derive(Debug)]
pub(crate) struct Pieces {
    rest: Bytes,
    _place: OwnedSemaphorePermit,
}

/// As much of a body as may wait in buffers.
pub(crate) const PIECE: usize = 16 * 1024;

impl Pieces {
    pub(crate) fn new(body: Vec<u8>, place: OwnedSemaphorePermit) -> Self {
        Self {
            rest: body.into(),
            _place: place,
        }
    }
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = PIECE.min(self.rest.len());
        let piece = self.rest.split_to(piece);
        Poll::Ready((!piece.is_empty()).then_some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// An answer that is only a head.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Empty::new().boxed_unsync());
    *response.status_mut() = status;
    response
}

/// An answer of JSON.
pub(crate) fn json(status: StatusCode, value: &impl serde::Serialize) -> Response<Body> {
    // Only our own types come here, without maps of other keys than text: they cannot fail.
    full(
        status,
        "application/json",
        serde_json::to_vec(value).unwrap_or_default(),
    )
}

/// Puts on what every answer carries.
pub(crate) fn mark(response: &mut Response<Body>, instance: &str) {
    let headers = response.headers_mut();
    for (name, value) in EVERYWHERE {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(instance) = HeaderValue::from_str(instance) {
        headers.insert(MARK, instance);
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
