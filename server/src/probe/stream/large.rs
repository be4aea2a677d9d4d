//! An answer that is as large as was asked for, handed over as fast as it is taken: it shows who stops taking it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Frame;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck::wire::End;
use tokio::time::Sleep;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::answer::Body;
use crate::app::App;
use crate::clock::Clock;
use crate::ledger::{Open, Run};
use crate::problem::{Problem, Refusal};
use crate::route::Ask;
use crate::watched::CountsItself;

use super::super::Held;
use super::GRACE;

/// One piece of it.
const PIECE: usize = 16 * 1024;

/// How many there may be at once.
const MOST: u32 = 32;

/// How long it may take.
const LIFE: Micros = Micros::ms(10_000);

/// Any number but 0.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

pub(super) fn answer(
    app: &App,
    ask: &Ask,
    run: &Arc<Run>,
    open: &Arc<Open>,
    bytes: u64,
) -> Result<Response<Body>, Problem> {
    let held = Held::take(app, ask, run)?;
    if !run.may_have_large() {
        return Err(Problem::too_many("bytes", Refusal::Count));
    }
    let place = Place::take(&app.large).ok_or(Problem::overloaded())?;
    let die = ask.received.plus(LIFE);
    ask.exchange.must_end_by(die.plus(GRACE));
    let large = Large {
        clock: Arc::clone(&app.clock),
        open: Arc::clone(open),
        state: SEED,
        left: bytes,
        sleep: Box::pin(tokio::time::sleep_until(app.clock.instant(die))),
        stopping: Box::pin(app.stopping.clone().cancelled_owned()),
        _held: (held, place),
    };
    let mut response = Response::new(large.boxed_unsync());
    *response.status_mut() = StatusCode::OK;
    response.extensions_mut().insert(CountsItself);
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/octet-stream");
    headers.insert(CONTENT_TYPE, kind);
    let as_it_is = HeaderValue::from_static("no-store, no-transform");
    headers.insert(CACHE_CONTROL, as_it_is);
    Ok(response)
}

/// One of so many.
struct Place(Arc<AtomicU32>);

impl Place {
    fn take(all: &Arc<AtomicU32>) -> Option<Self> {
        let fits = |count: u32| (count < MOST).then_some(count + 1);
        all.fetch_update(Relaxed, Relaxed, fits).ok()?;
        Some(Self(Arc::clone(all)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

struct Large {
    clock: Arc<Clock>,
    open: Arc<Open>,
    /// Of what fills it: nobody makes it smaller by compressing it.
    state: u64,
    left: u64,
    sleep: Pin<Box<Sleep>>,
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
    _held: (Held, Place),
}

impl Large {
    /// Xorshift, 64 bits (Marsaglia 2003).
    fn piece(&mut self) -> Bytes {
        let length = PIECE.min(usize::try_from(self.left).unwrap_or(PIECE));
        let mut bytes = Vec::with_capacity(PIECE);
        while bytes.len() < length {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            bytes.extend(self.state.to_le_bytes());
        }
        bytes.truncate(length);
        bytes.into()
    }
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
        let is_over = self.sleep.as_mut().poll(cx).is_ready();
        if is_over || self.stopping.as_mut().poll(cx).is_ready() {
            self.open.end(End::OurLimit);
            return Poll::Ready(None);
        }
        let piece = self.piece();
        let (now, bytes) = (self.clock.now(), piece.len() as u64);
        self.left -= bytes;
        self.open.update(|seen| {
            seen.payload_out += bytes;
            seen.handed_at = Some(now);
        });
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}
