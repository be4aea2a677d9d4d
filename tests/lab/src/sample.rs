//! The server of the sample apps in `pages/apps`: each path behaves in one way.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http_body_util::channel::Channel;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONNECTION, CONTENT_TYPE, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    UPGRADE,
};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::{Role, frame::coding::CloseCode};

type Answer = Response<BoxBody<Bytes, Infallible>>;

/// A running server on a free port; it stops when this is dropped.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub(crate) struct Sample {
    address: SocketAddr,
    _accepts: JoinSet<()>,
}

impl Sample {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no port is free on loopback")?;
        let address = listener.local_addr()?;
        let mut accepts = JoinSet::new();
        accepts.spawn(accept(listener));
        Ok(Self {
            address,
            _accepts: accepts,
        })
    }

    /// Its origin.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn accept(listener: TcpListener) {
    let mut open = JoinSet::new();
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            continue;
        };
        while open.try_join_next().is_some() {}
        open.spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(socket), service_fn(answer))
                .with_upgrades();
            let _ = connection.await;
        });
    }
}

/// What becomes of a WebSocket.
enum Live {
    /// It greets, and says again what it hears.
    Echo,
    /// It ends with that code after so long.
    Ends(u16, Duration),
}

async fn answer(request: Request<Incoming>) -> Result<Answer, Infallible> {
    let ms = Duration::from_millis;
    let live = match request.uri().path() {
        "/echo" => Live::Echo,
        "/slow" => {
            sleep(ms(350)).await;
            Live::Echo
        }
        "/ends" => Live::Ends(4401, ms(40)),
        "/restarts" => Live::Ends(1012, ms(300)),
        "/goodbye" => Live::Ends(1000, ms(200)),
        "/refused" => return Ok(text(StatusCode::FORBIDDEN, "text/plain", "not you")),
        "/poll" => {
            sleep(ms(1000)).await;
            return Ok(text(StatusCode::OK, "application/json", "{}"));
        }
        "/events" => return Ok(stream(Some(2))),
        "/stream" => return Ok(stream(None)),
        _ => return Ok(text(StatusCode::NOT_FOUND, "text/plain", "nothing")),
    };
    Ok(upgraded(request, live))
}

fn upgraded(mut request: Request<Incoming>, live: Live) -> Answer {
    let Some(key) = request.headers().get(SEC_WEBSOCKET_KEY) else {
        return text(StatusCode::UPGRADE_REQUIRED, "text/plain", "a WebSocket");
    };
    let accept = derive_accept_key(key.as_bytes());
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let io = TokioIo::new(upgraded);
            let socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
            let _ = talk(socket, live).await;
        }
    });
    let mut answer = text(StatusCode::SWITCHING_PROTOCOLS, "text/plain", "");
    let headers = answer.headers_mut();
    headers.remove(CONTENT_TYPE);
    for (name, value) in [
        (CONNECTION, "Upgrade"),
        (UPGRADE, "websocket"),
        (SEC_WEBSOCKET_ACCEPT, &accept),
    ] {
        headers.extend(value.parse().map(|value| (name, value)));
    }
    answer
}

async fn talk(
    mut socket: WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>,
    live: Live,
) -> Result<()> {
    socket.send(Message::text("welcome")).await?;
    if let Live::Ends(code, after) = live {
        sleep(after).await;
        let frame = CloseFrame {
            code: CloseCode::from(code),
            reason: "".into(),
        };
        socket.close(Some(frame)).await?;
    }
    while let Some(message) = socket.next().await {
        let message = message?;
        if matches!(live, Live::Echo) && message.is_text() {
            socket.send(message).await?;
        }
    }
    Ok(())
}

/// Events, one every quarter second, so many or without an end.
fn stream(events: Option<u32>) -> Answer {
    let (mut sender, body) = Channel::<Bytes, Infallible>::new(1);
    tokio::spawn(async move {
        let _ = sender.send_data("retry: 300\n\n".into()).await;
        for n in 0..events.unwrap_or(u32::MAX) {
            let event = format!("data: {n}\n\n").into();
            if sender.send_data(event).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(250)).await;
        }
    });
    made(StatusCode::OK, "text/event-stream", body.boxed())
}

fn text(status: StatusCode, kind: &str, body: &'static str) -> Answer {
    made(status, kind, Full::new(Bytes::from(body)).boxed())
}

fn made(status: StatusCode, kind: &str, body: BoxBody<Bytes, Infallible>) -> Answer {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, kind)
        .header(ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(body)
        .unwrap_or_default()
}
