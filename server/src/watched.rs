//! The body of an answer, watched to its end.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Response;
use hyper::body::{Body as _, Frame, SizeHint};
use pushcheck::wire::End;

use crate::answer::Body;
use crate::connection::Exchange;
use crate::ledger::Open;

/// Says in the answer's extensions that somebody else watches the arrival to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WatchedElsewhere;

/// Says in the answer's extensions that the body counts its own payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CountsItself;

/// A body that says to the ledger how it ended, and to the connection that it did.
pub(crate) struct Watched {
    body: Body,
    open: Option<Arc<Open>>,
    end: End,
    counts: bool,
    is_done: bool,
    _exchange: Arc<Exchange>,
}

impl Watched {
    /// Puts the watch over an answer.
    pub(crate) fn over(
        response: Response<Body>,
        exchange: Arc<Exchange>,
        open: Option<Arc<Open>>,
        is_head: bool,
    ) -> Response<Body> {
        let open = open.filter(|_| response.extensions().get::<WatchedElsewhere>().is_none());
        let counts = response.extensions().get::<CountsItself>().is_none();
        let end = if response.status().is_client_error() || response.status().is_server_error() {
            End::Refused
        } else {
            End::Complete
        };
        response.map(|body| {
            // hyper would not ask for the body of an answer to HEAD, and then it would look cut.
            let body = if is_head && open.is_some() {
                Empty::new().boxed_unsync()
            } else {
                body
            };
            Self {
                body,
                open,
                end,
                counts,
                is_done: false,
                _exchange: exchange,
            }
            .boxed_unsync()
        })
    }
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) if self.counts => {
                let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
                if let Some(open) = &self.open {
                    open.update(|seen| seen.payload_out += bytes);
                }
            }
            Poll::Ready(None) => self.is_done = true,
            _ => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(open) = &self.open {
            match self.is_done || self.body.is_end_stream() {
                true => open.end(self.end),
                false => open.cut(),
            }
        }
    }
}
