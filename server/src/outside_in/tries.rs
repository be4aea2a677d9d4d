//! The five tries.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Limited};
use hyper::header::{
    ACCEPT, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue, SEC_WEBSOCKET_ACCEPT, UPGRADE,
};
use hyper_util::rt::TokioIo;
use pushcheck::method::Method;
use pushcheck::wire::{
    AttemptPath, CLOSE_CODE, CLOSE_REASON, FromPage, FromServer, Kind, Lines, OutsideTry, PADDING,
    PollBody, RunId, sealed, unsealed,
};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::clock::Clock;
use crate::probe::web_socket::handshake::{accept, has_token};
use crate::tls::Error;

use super::EACH;
use super::judge::{Came, Seen, flows};
use super::reach::{Answer, Target};

/// The ticks of a stream: less than a second of them.
const TICKS: usize = 4;

/// How long the socket stays open: what ends a page's within that ends it as well.
const STAYS: Duration = Duration::from_secs(1);

/// More than any body or message of ours here has.
const MOST: usize = 16 * 1024;

/// All methods at once, in the order of a report.
pub(super) async fn all(target: &Target, run: RunId, clock: &Clock) -> Vec<OutsideTry> {
    let one = |method| async move {
        let mut seen = Seen::default();
        let climbing = climb(target, run, clock, method, &mut seen);
        match tokio::time::timeout(EACH, climbing).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(method = method.as_str(), %error, "not through from outside");
            }
            Err(_) => {
                tracing::debug!(method = method.as_str(), "not through from outside in time");
            }
        }
        seen.judged(method)
    };
    futures_util::future::join_all(Method::ALL.map(one)).await
}

async fn climb(
    target: &Target,
    run: RunId,
    clock: &Clock,
    method: Method,
    seen: &mut Seen,
) -> Result<(), Error> {
    let stream = format!("?count={TICKS}");
    let (kind, query, fields) = match method {
        Method::Polling => (Kind::Poll, "?after=0", Vec::new()),
        Method::LongPolling => (Kind::LongPoll, "?after=0&holdMs=2000", Vec::new()),
        Method::ServerSentEvents => {
            let accept = HeaderValue::from_static("text/event-stream");
            (Kind::Events, &*stream, vec![(ACCEPT.as_str(), accept)])
        }
        Method::StreamingFetch => (Kind::Stream, &*stream, Vec::new()),
        Method::WebSocket => (Kind::WebSocket, "", Vec::new()),
    };
    let path = AttemptPath {
        run,
        probe: "outside-in".parse()?,
        attempt: 1,
        kind,
    };
    if method == Method::WebSocket {
        return socket(target, &path, seen).await;
    }
    let answer = target.ask(&path, query, &fields, seen).await?;
    if !seen.goes_on(200) {
        return Ok(());
    }
    seen.rest = match method {
        Method::Polling => polled(answer).await?.ticks.is_empty(),
        Method::LongPolling => !polled(answer).await?.ticks.is_empty(),
        _ => {
            let is_events = answer
                .response
                .headers()
                .get(CONTENT_TYPE)
                .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
            (method != Method::ServerSentEvents || is_events) && streamed(answer, clock).await?
        }
    };
    Ok(())
}

async fn polled(answer: Answer) -> Result<PollBody, Error> {
    let body = Limited::new(answer.response.into_body(), MOST);
    let whole = body.collect().await?.to_bytes();
    let body = unsealed(std::str::from_utf8(&whole)?).ok_or("another body than was sent")?;
    Ok(body.parse()?)
}

/// Reads a stream to its end; all ticks must have come, as they were sent.
async fn streamed(answer: Answer, clock: &Clock) -> Result<bool, Error> {
    let mut body = Limited::new(answer.response.into_body(), MOST);
    let (mut lines, mut came) = (Lines::default(), Vec::new());
    while let Some(frame) = body.frame().await {
        let at = clock.now();
        let Ok(piece) = frame?.into_data() else {
            continue;
        };
        lines.push(piece.iter().copied(), |line, _| {
            let line = line.strip_prefix("data: ").unwrap_or(&line);
            if let Some(Ok(tick)) = unsealed(line).map(str::parse) {
                came.push(Came { tick, at });
            }
        });
    }
    Ok(came.len() == TICKS && flows(&came))
}

/// A browser takes the answer for one that opens (RFC 6455 § 4.1).
fn opens(fields: &HeaderMap, key: &HeaderValue) -> bool {
    has_token(fields, &UPGRADE, "websocket")
        && has_token(fields, &CONNECTION, "upgrade")
        && fields.get(SEC_WEBSOCKET_ACCEPT) == accept(key).as_ref()
}

/// Handshake, echoes, and the close that is ours alone.
async fn socket(target: &Target, path: &AttemptPath, seen: &mut Seen) -> Result<(), Error> {
    let key = HeaderValue::from_str(&STANDARD.encode(crate::random::<16>()?))?;
    let fields = [
        ("upgrade", HeaderValue::from_static("websocket")),
        ("connection", HeaderValue::from_static("Upgrade")),
        ("sec-websocket-version", HeaderValue::from_static("13")),
        ("sec-websocket-key", key.clone()),
    ];
    let answer = target.ask(path, "", &fields, seen).await?;
    if !seen.goes_on(101) || !opens(answer.response.headers(), &key) {
        return Ok(());
    }
    let io = TokioIo::new(hyper::upgrade::on(answer.response).await?);
    let config = WebSocketConfig::default()
        .max_message_size(Some(MOST))
        .max_frame_size(Some(MOST));
    let mut socket = WebSocketStream::from_raw_socket(io, Role::Client, Some(config)).await;
    let mut echoed = true;
    for (n, wait) in [(1, Duration::ZERO), (2, STAYS)] {
        tokio::time::sleep(wait).await;
        let padding = PADDING.to_string().repeat(100);
        let echo = FromPage::Echo(n, padding.clone());
        socket.send(Message::text(sealed(&echo.to_text()))).await?;
        echoed &= match socket.next().await {
            Some(Ok(Message::Text(text))) => matches!(
                unsealed(&text).map(str::parse),
                Some(Ok(FromServer::Echo(echo))) if echo.n == n && echo.padding == padding
            ),
            _ => false,
        };
    }
    socket
        .send(Message::text(sealed(&FromPage::End.to_text())))
        .await?;
    seen.rest = match socket.next().await {
        Some(Ok(Message::Close(Some(close)))) => {
            echoed && u16::from(close.code) == CLOSE_CODE && close.reason == CLOSE_REASON
        }
        _ => false,
    };
    // Answers the server's close; what becomes of that is nobody's concern any more.
    let _ = socket.next().await;
    Ok(())
}
