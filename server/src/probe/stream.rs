//! `GET events` and `GET stream`: silence, then ticks, each handed over by itself.

mod large;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Frame;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck::wire::{End, Relief, Tick, TickId, sealed};
use tokio::time::Sleep;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::answer::Body;
use crate::app::App;
use crate::clock::Clock;
use crate::ledger::{Open, Run};
use crate::problem::{Problem, Refusal};
use crate::query;
use crate::route::Ask;
use crate::watched::CountsItself;

use super::{Held, SHORTEST_PACE};

/// The ticks of a stream where the page names no number.
const COUNT: u64 = 20;

/// The padding of an event, where the page asks for some.
const PAD: usize = 4096;

/// How long after its life a stream's last bytes may wait to be written.
const GRACE: Micros = Micros::ms(1_000);

/// How a tick is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// As an event with an id (HTML § 9.2.5).
    Events,
    /// As a line.
    Lines,
}

/// The head at once; the body as time goes by.
pub(crate) fn answer(
    app: &App,
    ask: &Ask,
    run: &Arc<Run>,
    open: &Arc<Open>,
    form: Form,
) -> Result<Response<Body>, Problem> {
    let limits = &app.limits;
    let query = ask.request.uri().query();
    let bytes = query::number(query, "bytes", 0)?;
    if bytes > limits.answer_bytes {
        return Err(Problem::over("bytes", Refusal::Size));
    }
    if bytes > 0 && matches!(form, Form::Lines) {
        return large::answer(app, ask, run, open, bytes);
    }
    let pace = query::number(query, "paceMs", 0)?;
    if pace > limits.hold_ms {
        return Err(Problem::over("paceMs", Refusal::Time));
    }
    let pace = Some(Micros::ms(pace).max(SHORTEST_PACE)).filter(|_| pace > 0);
    let count = query::number(query, "count", COUNT.min(limits.ticks.into()))?;
    let left = u32::try_from(count)
        .ok()
        .filter(|count| *count <= limits.ticks);
    let left = left.ok_or(Problem::over("count", Refusal::Count))?;
    // Those that are paced go on until the end.
    let left = pace.map_or(left, |_| u32::MAX);
    let silent = query::number(query, "silentMs", 0)?;
    if silent > limits.hold_ms {
        return Err(Problem::over("silentMs", Refusal::Time));
    }
    let retry = query::number(query, "retryMs", 0)?;
    if retry > limits.hold_ms {
        return Err(Problem::over("retryMs", Refusal::Time));
    }
    let relief = query::number(query, "relief", 0)?;
    let relief = match usize::try_from(relief).ok().and_then(|n| n.checked_sub(1)) {
        None => None,
        Some(at) => {
            let known = Relief::ALL.get(at).ok_or(Problem::malformed("relief"))?;
            Some(*known)
        }
    };
    let held = Held::take(app, ask, run)?;
    let resumed = resumed(app, ask).filter(|_| matches!(form, Form::Events));
    let begin = ask.received.plus(Micros::ms(silent));
    // Not before its time, and late rather than never.
    let begin = resumed.map_or(begin, |next| begin.max(run.due(next)));
    let life = pace.map_or(limits.life_ms, |_| limits.watch_ms);
    let die = ask.received.plus(Micros::ms(life));
    // The body ends itself then, if it is still asked for more.
    ask.exchange.must_end_by(die.plus(GRACE));
    let ticks = Ticks {
        clock: Arc::clone(&app.clock),
        run: Arc::clone(run),
        open: Arc::clone(open),
        form,
        padding: match (relief, form) {
            (Some(Relief::Padding), Form::Events) => format!(":{}\n\n", " ".repeat(PAD)),
            _ => String::new(),
        },
        next: resumed,
        pace,
        left,
        die,
        is_first: true,
        greeting: match form {
            Form::Events if retry > 0 => Some(format!("retry: {retry}\n\n").into()),
            Form::Events if silent > 0 => Some(Bytes::from_static(b":\n\n")),
            Form::Events | Form::Lines => None,
        },
        has_just_sent: false,
        sleep: Box::pin(tokio::time::sleep_until(app.clock.instant(begin.min(die)))),
        stopping: Box::pin(app.stopping.clone().cancelled_owned()),
        _held: held,
    };
    let mut response = Response::new(ticks.boxed_unsync());
    *response.status_mut() = StatusCode::OK;
    response.extensions_mut().insert(CountsItself);
    let kind = match form {
        Form::Events => "text/event-stream",
        Form::Lines => "text/plain; charset=utf-8",
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    match relief {
        Some(Relief::XAccelBuffering) => {
            headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        }
        Some(Relief::NoTransform) => {
            let both = HeaderValue::from_static("no-store, no-transform");
            headers.insert(CACHE_CONTROL, both);
        }
        Some(Relief::Padding) | None => {}
    }
    Ok(response)
}

/// The tick behind the one that the browser had last, by its own word (HTML § 9.2.4), if that was ours.
fn resumed(app: &App, ask: &Ask) -> Option<u32> {
    let id = ask.request.headers().get("last-event-id")?;
    let id: TickId = id.to_str().ok()?.parse().ok()?;
    let ours = id.instance == app.clock.id() && id.started_at == app.clock.instance.started_at;
    ours.then(|| id.n.saturating_add(1))
}

struct Ticks {
    clock: Arc<Clock>,
    run: Arc<Run>,
    open: Arc<Open>,
    form: Form,
    /// A comment behind each event: it pushes out what waits until there is enough.
    padding: String,
    /// None: still silent.
    next: Option<u32>,
    /// How far they are apart at least.
    pace: Option<Micros>,
    left: u32,
    die: Micros,
    is_first: bool,
    /// When to ask again, or a comment before a silence: not every browser says that a stream is open before its body
    /// begins.
    greeting: Option<Bytes>,
    has_just_sent: bool,
    sleep: Pin<Box<Sleep>>,
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
    _held: Held,
}

impl Ticks {
    fn wake_at(&mut self, at: Micros) {
        let at = self.clock.instant(at.min(self.die));
        self.sleep.as_mut().reset(at);
    }

    fn write(&self, tick: &Tick, line: &str) -> String {
        match self.form {
            Form::Lines => format!("{line}\n"),
            Form::Events => {
                let id = TickId {
                    n: tick.n,
                    instance: tick.instance.clone(),
                    started_at: self.clock.instance.started_at,
                };
                format!("id: {id}\ndata: {line}\n\n{}", self.padding)
            }
        }
    }
}

impl hyper::body::Body for Ticks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        loop {
            if self.left == 0 && self.next.is_some() {
                return Poll::Ready(None);
            }
            if self.stopping.as_mut().poll(cx).is_ready() {
                self.open.end(End::OurLimit);
                return Poll::Ready(None);
            }
            if let Some(greeting) = self.greeting.take() {
                return Poll::Ready(Some(Ok(Frame::data(greeting))));
            }
            if self.sleep.as_mut().poll(cx).is_pending() {
                self.has_just_sent = false;
                return Poll::Pending;
            }
            // hyper flushes when it has to wait: without this, late ticks would leave in one write.
            if std::mem::take(&mut self.has_just_sent) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let now = self.clock.now();
            if now >= self.die {
                self.open.end(End::OurLimit);
                return Poll::Ready(None);
            }
            let Some(n) = self.next else {
                let first = self.run.last_due(now).saturating_add(1);
                self.next = Some(first);
                let due = self.run.due(first);
                self.wake_at(due);
                continue;
            };
            let tick = Tick {
                n,
                due: self.run.due(n),
                sent: now,
                instance: self.clock.id().to_owned(),
            };
            let line = sealed(&tick.to_string());
            let text = self.write(&tick, &line);
            let payload = line.len() as u64;
            if self.is_first {
                self.is_first = false;
                self.open.head_is_out();
            }
            self.open.update(|seen| {
                seen.ticks_out += 1;
                seen.payload_out += payload;
            });
            self.left -= 1;
            let next = self.run.next_paced(n, self.pace, now);
            self.next = Some(next);
            self.has_just_sent = true;
            let due = self.run.due(next);
            self.wake_at(due);
            return Poll::Ready(Some(Ok(Frame::data(text.into()))));
        }
    }
}
