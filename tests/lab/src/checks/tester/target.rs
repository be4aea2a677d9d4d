//! An endpoint to try, on loopback: it echoes, closes as it is told, streams, and counts who connects.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// The most of a head or body that is read.
const MOST: usize = 64 * 1024;

/// What stands on every answer: any page may read it.
const CORS: &str = "access-control-allow-origin: *\r\naccess-control-allow-headers: *\r\naccess-control-allow-methods: *\r\n\
                    access-control-expose-headers: *\r\nconnection: close\r\n";

/// A running endpoint; it stops when this is dropped.
#[derive(Debug)]
#[must_use = "the endpoint stops when this is dropped"]
pub(super) struct Target {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    _accepts: JoinSet<()>,
}

impl Target {
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let connections = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&connections);
        let mut accepts = JoinSet::new();
        accepts.spawn(async move {
            let mut served = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                served.spawn(serve(stream));
            }
        });
        Ok(Self {
            address,
            connections,
            _accepts: accepts,
        })
    }

    /// How many have connected.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Host and port, as a button names them.
    pub(super) fn place(&self) -> String {
        self.address.to_string()
    }

    /// Its URL of a scheme; `path` without its slash.
    pub(super) fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}/{path}", self.address)
    }
}

async fn serve(stream: TcpStream) {
    let mut start = [0; 2048];
    let read = stream.peek(&mut start).await.unwrap_or(0);
    let head = String::from_utf8_lossy(&start[..read]).to_ascii_lowercase();
    // Whoever goes away ends it.
    let _ = match head.contains("upgrade: websocket") {
        true => socket(stream).await,
        false => http(stream).await,
    };
}

// The callback's error is what the library says it is.
#[allow(clippy::result_large_err)]
fn choose(
    request: &Request,
    mut response: Response,
) -> Result<Response, tokio_tungstenite::tungstenite::handshake::server::ErrorResponse> {
    let offered = request.headers().get("sec-websocket-protocol");
    let first = offered.and_then(|all| all.to_str().ok()?.split(',').next()?.trim().parse().ok());
    if let Some(first) = first {
        response
            .headers_mut()
            .insert("sec-websocket-protocol", first);
    }
    Ok(response)
}

async fn socket(stream: TcpStream) -> Result<()> {
    let mut socket = accept_hdr_async(stream, choose).await?;
    while let Some(message) = socket.next().await {
        let message = message?;
        let order = message.to_text().ok().filter(|_| message.is_text());
        match order.and_then(|text| text.strip_prefix("close ")) {
            Some(how) => {
                let (code, reason) = how.split_once(' ').unwrap_or((how, ""));
                let frame = CloseFrame {
                    code: code.parse::<u16>()?.into(),
                    reason: reason.to_owned().into(),
                };
                socket.close(Some(frame)).await?;
            }
            None if matches!(order, Some("flood" | "later")) => {
                if order == Some("later") {
                    sleep(Duration::from_millis(1500)).await;
                }
                for n in 0..10_000 {
                    socket.feed(Message::text(n.to_string())).await?;
                }
                socket.flush().await?;
            }
            None if message.is_text() || message.is_binary() => socket.send(message).await?,
            None => {}
        }
    }
    Ok(())
}

async fn http(mut stream: TcpStream) -> Result<()> {
    let mut request = Vec::new();
    let end = loop {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await?;
        request.extend_from_slice(&piece[..read]);
        let head = request.windows(4).position(|four| four == b"\r\n\r\n");
        match head {
            Some(at) => break at + 4,
            None if read == 0 || request.len() > MOST => return Ok(()),
            None => {}
        }
    };
    let head = String::from_utf8_lossy(&request[..end]).into_owned();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")?
                .trim()
                .parse()
                .ok()
        })
        .unwrap_or(0_usize)
        .min(MOST);
    while request.len() < end + length {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await?;
        if read == 0 {
            return Ok(());
        }
        request.extend_from_slice(&piece[..read]);
    }
    let body = String::from_utf8_lossy(&request[end..]).into_owned();
    let mut words = head.split(' ');
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let (kind, pieces): (&str, Vec<String>) = match path.trim_start_matches('/').split('?').next() {
        _ if method == "OPTIONS" => ("text/plain", Vec::new()),
        Some("events") => (
            "text/event-stream",
            (0..3)
                .map(|n| {
                    format!(
                        "id: {n}\n{}data: number {n}\n\n",
                        if n == 1 { "event: tick\n" } else { "" }
                    )
                })
                .collect(),
        ),
        Some("stream") => (
            "text/plain",
            (0..3).map(|n| format!("piece {n}\n")).collect(),
        ),
        Some("never") => {
            sleep(Duration::from_secs(60)).await;
            return Ok(());
        }
        _ => {
            let marked = head
                .lines()
                .find(|line| line.to_ascii_lowercase().starts_with("x-mark:"))
                .unwrap_or_default();
            (
                "text/plain",
                vec![format!("{method} {path} {marked} {body}")],
            )
        }
    };
    stream
        .write_all(format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{CORS}\r\n").as_bytes())
        .await?;
    for piece in pieces {
        stream.write_all(piece.as_bytes()).await?;
        stream.flush().await?;
        sleep(Duration::from_millis(80)).await;
    }
    Ok(())
}
