//! From the socket to requests: counts, TLS, HTTP/1.1 or HTTP/2, and an end to every patience.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::connection::{Connection, Metered};
use crate::problem::{Problem, Refusal};

/// A socket that accepts, with or without TLS.
pub(crate) struct Listener {
    pub(crate) socket: TcpListener,
    pub(crate) acceptor: Option<TlsAcceptor>,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener")
            .field("socket", &self.socket)
            .finish_non_exhaustive()
    }
}

/// Accepts until dropped.
pub(crate) async fn run(app: Arc<App>, listener: Listener) {
    loop {
        match listener.socket.accept().await {
            Ok((socket, peer)) => admit(&app, socket, peer, listener.acceptor.clone()),
            Err(error) => {
                // Usually no file descriptors are left: somebody was turned away, and trying at once would spin.
                tracing::warn!(%error, "cannot accept");
                app.ledger.turned_away(None);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn admit(app: &Arc<App>, socket: TcpStream, peer: SocketAddr, acceptor: Option<TlsAcceptor>) {
    let limits = &app.limits;
    let live = app.connections.fetch_add(1, Relaxed);
    let slot = Slot(Arc::clone(app));
    // Up to a tenth more are let in to be told so; beyond that not even this is affordable.
    if live >= limits.connections + limits.connections.div_ceil(10) {
        app.ledger.turned_away(Some(app.sources.id(peer.ip())));
        return drop(slot);
    }
    let trusted = app.trusts(peer.ip());
    let (ticket, many) = app
        .sources
        .connect(app.sources.id(peer.ip()), limits.source_connections);
    let number = app.numbers.fetch_add(1, Relaxed);
    let mut connection =
        Connection::new(number, acceptor.is_some(), ticket, Arc::clone(&app.clock));
    connection.trusted = trusted;
    connection.surplus = match () {
        () if live >= limits.connections => Some(Problem::overloaded()),
        () if many && !trusted => Some(Problem::too_many("connection", Refusal::Count)),
        () => None,
    };
    connection.slot = Some(slot);
    let connection = Arc::new(connection);
    let _ = socket.set_nodelay(true);
    let app = Arc::clone(app);
    app.tasks.clone().spawn(async move {
        let abort = app.abort.clone();
        tokio::select! {
            () = abort.cancelled() => {}
            () = encrypt(app, socket, connection, acceptor) => {}
        }
    });
}

/// One of all connections, until dropped.
#[derive(Debug)]
pub(crate) struct Slot(Arc<App>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Relaxed);
    }
}

async fn encrypt(
    app: Arc<App>,
    socket: TcpStream,
    connection: Arc<Connection>,
    acceptor: Option<TlsAcceptor>,
) {
    let Some(acceptor) = acceptor else {
        return serve(app, socket, connection, true).await;
    };
    let limit = Duration::from_millis(app.limits.head_ms);
    match tokio::time::timeout(limit, acceptor.accept(socket)).await {
        Ok(Ok(socket)) => {
            let http1 = socket.get_ref().1.alpn_protocol() != Some(b"h2");
            serve(app, socket, connection, http1).await;
        }
        Ok(Err(error)) => tracing::debug!(kind = ?error.kind(), "TLS handshake failed"),
        Err(_) => tracing::debug!("TLS handshake took too long"),
    }
}

async fn serve<S>(app: Arc<App>, socket: S, connection: Arc<Connection>, http1: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let metered = Metered::new(
        socket,
        Arc::clone(&connection),
        Arc::clone(&app.mark),
        http1,
    );
    let service = service_fn(|request| {
        let (app, connection) = (Arc::clone(&app), Arc::clone(&connection));
        async move { Ok::<_, Infallible>(app.handle(request, connection).await) }
    });
    let builder = http(app.limits.header_bytes, http1);
    let exchange = builder.serve_connection_with_upgrades(TokioIo::new(metered), service);
    tokio::pin!(exchange);
    // Who comes while we stop is to hear so: the answer itself ends such a connection.
    let mut told = http1 && app.stopping.is_cancelled();
    loop {
        let Some(patience) = connection.patience(&app.limits) else {
            tracing::debug!("out of patience with a connection");
            if connection.is_within_head() {
                app.ledger.turned_away(Some(connection.source));
            }
            return;
        };
        tokio::select! {
            ended = exchange.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(kind = kind(error.as_ref()), "connection ended");
                }
                return;
            }
            () = app.stopping.cancelled(), if !told => {
                told = true;
                exchange.as_mut().graceful_shutdown();
            }
            () = tokio::time::sleep(patience) => {}
        }
    }
}

/// What a broken connection is called in the log: never what it carried.
fn kind(error: &(dyn std::error::Error + 'static)) -> &'static str {
    match error.downcast_ref::<hyper::Error>() {
        Some(error) if error.is_parse() => "parse",
        Some(error) if error.is_incomplete_message() => "incomplete",
        Some(_) => "http",
        None if error.downcast_ref::<io::Error>().is_some() => "io",
        None => "other",
    }
}

fn http(header_bytes: usize, http1: bool) -> auto::Builder<TokioExecutor> {
    let builder = auto::Builder::new(TokioExecutor::new());
    let mut builder = if http1 {
        builder.http1_only()
    } else {
        builder.http2_only()
    };
    // Twice what is taken, so that a head over the limit can be read, remembered and refused by us; hyper wants 8 KiB.
    builder
        .http1()
        .max_buf_size((header_bytes * 2).max(8 * 1024))
        .half_close(false);
    builder
        .http2()
        .enable_connect_protocol()
        .max_header_list_size(u32::try_from(header_bytes * 2).unwrap_or(u32::MAX))
        .max_concurrent_streams(100)
        .max_send_buf_size(16 * 1024)
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(256 * 1024);
    builder
}
