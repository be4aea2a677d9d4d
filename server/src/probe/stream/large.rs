//! An answer that is as large as was asked for, handed over as fast as it is taken: it shows who stops taking it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck::wire::{End, PADDING};
use tokio::time::Sleep;

use crate::answer::Body;
use crate::app::App;
use crate::clock::Clock;
use crate::ledger::{Open, Run};
use crate::problem::Problem;
use crate::route::Ask;
use crate::watched::CountsItself;

use super::super::Held;
use super::GRACE;

/// One piece of it.
const PIECE: usize = 16 * 1024;

/// How long it may take.
const LIFE: Micros = Micros::ms(10_000);

pub(super) fn answer(
    app: &App,
    ask: &Ask,
    run: &Arc<Run>,
    open: &Arc<Open>,
    bytes: u64,
) -> Result<Response<Body>, Problem> {
    let held = Held::take(app, ask, run)?;
    let die = ask.received.plus(LIFE);
    ask.exchange.must_end_by(die.plus(GRACE));
    let mut line = PADDING.to_string().repeat(PIECE - 1);
    line.push('\n');
    let large = Large {
        clock: Arc::clone(&app.clock),
        open: Arc::clone(open),
        piece: line.into(),
        left: bytes,
        sleep: Box::pin(tokio::time::sleep_until(app.clock.instant(die))),
        _held: held,
    };
    let mut response = Response::new(large.boxed_unsync());
    *response.status_mut() = StatusCode::OK;
    response.extensions_mut().insert(CountsItself);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    Ok(response)
}

struct Large {
    clock: Arc<Clock>,
    open: Arc<Open>,
    piece: Bytes,
    left: u64,
    sleep: Pin<Box<Sleep>>,
    _held: Held,
}

impl hyper::body::Body for Large {
    type Data = Bytes;
    type Error = Infallible;

    /// Is asked for more as long as what it gave is taken.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if self.sleep.as_mut().poll(cx).is_ready() {
            self.open.end(End::OurLimit);
            return Poll::Ready(None);
        }
        let piece = self
            .piece
            .len()
            .min(usize::try_from(self.left).unwrap_or(PIECE));
        let (now, bytes) = (self.clock.now(), piece as u64);
        self.left -= bytes;
        self.open.update(|seen| {
            seen.payload_out += bytes;
            seen.handed_at = Some(now);
        });
        Poll::Ready(Some(Ok(Frame::data(self.piece.slice(..piece)))))
    }
}
