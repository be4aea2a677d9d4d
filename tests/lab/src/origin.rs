//! Web servers that know nothing of probes: an embedder's site, one that answers HTML for everything, a port where
//! nobody listens.

use std::convert::Infallible;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinSet;

type Answer = Response<Full<Bytes>>;
type Handler = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

/// A running web server on a free port; it stops when this is dropped.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct Origin {
    address: SocketAddr,
    base: Arc<OnceLock<String>>,
    _accepts: JoinSet<()>,
}

impl Origin {
    async fn start(handler: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no port is free on loopback")?;
        let address = listener.local_addr()?;
        let mut accepts = JoinSet::new();
        accepts.spawn(accept(listener, Arc::new(handler)));
        Ok(Self {
            address,
            base: Arc::default(),
            _accepts: accepts,
        })
    }

    /// An embedder's site: the files of some folders. `policy` is the `Content-Security-Policy` of its pages.
    ///
    /// # Errors
    /// No port is free.
    pub async fn site(folders: Vec<PathBuf>, policy: Option<String>) -> Result<Self> {
        let base: Arc<OnceLock<String>> = Arc::default();
        let known = Arc::clone(&base);
        let policy = move || {
            Some(filled(
                policy.as_ref()?,
                known.get().map_or("", String::as_str),
            ))
        };
        let known = Arc::clone(&base);
        let answer = move |path: &str| {
            file(
                &folders,
                path,
                known.get().map_or("", String::as_str),
                policy(),
            )
        };
        Ok(Self {
            base,
            ..Self::start(answer).await?
        })
    }

    /// What `{{BASE}}` becomes from now on, in files and policy: where the probe server is, with the last slash.
    /// `{{WS_BASE}}` is the same for WebSockets.
    pub fn embeds(&self, base: &str) {
        let _ = self.base.set(base.to_owned());
    }

    /// A site that answers every request with the same page, as many a portal does.
    ///
    /// # Errors
    /// No port is free.
    pub async fn html_for_everything() -> Result<Self> {
        let page = "<!doctype html><title>Welcome</title><p>Please sign in.";
        Self::start(move |_| answer(StatusCode::OK, "text/html; charset=utf-8", page.into())).await
    }

    /// Its origin.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same site by another name, which is another origin to a browser.
    pub fn other_name(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }
}

/// A port that stays ours and refuses every connection, as long as this lives.
#[derive(Debug)]
pub struct DeadPort {
    socket: TcpSocket,
}

impl DeadPort {
    /// Takes a port without listening there.
    ///
    /// # Errors
    /// No port is free.
    pub fn new() -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket
            .bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .context("no port is free on loopback")?;
        Ok(Self { socket })
    }

    /// A base URL there.
    ///
    /// # Errors
    /// The system does not tell the port.
    pub fn url(&self) -> Result<String> {
        Ok(format!("http://{}/", self.socket.local_addr()?))
    }
}

async fn accept(listener: TcpListener, handler: Handler) {
    let mut open = JoinSet::new();
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            continue;
        };
        while open.try_join_next().is_some() {}
        let handler = Arc::clone(&handler);
        open.spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = handler(request.uri().path());
                async move { Ok::<_, Infallible>(answer) }
            });
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection
                .serve_connection(TokioIo::new(socket), service)
                .await;
        });
    }
}

fn answer(status: StatusCode, kind: &str, body: Bytes) -> Answer {
    let response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, kind)
        .header(CACHE_CONTROL, "no-store");
    response.body(Full::new(body)).unwrap_or_default()
}

fn filled(text: &str, base: &str) -> String {
    text.replace("{{BASE}}", base)
        .replace("{{WS_BASE}}", &base.replacen("http", "ws", 1))
}

fn file(folders: &[PathBuf], path: &str, base: &str, policy: Option<String>) -> Answer {
    let name = path.trim_start_matches('/');
    let kind = match Path::new(name).extension().and_then(|kind| kind.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    let plain = !name.split('/').any(|part| matches!(part, "" | "." | ".."));
    let content = folders
        .iter()
        .filter(|_| plain)
        .find_map(|folder| fs::read_to_string(folder.join(name)).ok());
    let Some(content) = content else {
        return answer(StatusCode::NOT_FOUND, "text/plain", "no such file".into());
    };
    let mut response = answer(StatusCode::OK, kind, filled(&content, base).into());
    if let Some(policy) = policy
        .filter(|_| kind.starts_with("text/html"))
        .and_then(|policy| policy.parse().ok())
    {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
