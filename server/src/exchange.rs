//! From a connection to requests: HTTP/1.1 or HTTP/2, and an end to every patience.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use pushcheck::wire::End;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use crate::answer::Body;
use crate::app::App;
use crate::connection::{Connection, Metered, Raw};

/// How long the last bytes of a connection may take to leave.
const FAREWELL: Duration = Duration::from_secs(2);

/// Answers on a connection until it ends.
pub(crate) async fn run<S>(app: Arc<App>, socket: S, connection: Connection)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = Arc::new(connection);
    let metered = Metered::new(socket, Arc::clone(&connection), Arc::clone(&app.mark));
    let ended = if connection.is_http2() {
        over_http2(&app, metered, &connection).await
    } else {
        over_http1(&app, metered, &connection).await
    };
    // hyper ends well where it has read the rest of a body that nobody wanted: that was no head.
    let is_lost = connection.is_within_head() && (connection.is_http2() || ended != Ended::Well);
    if ended == Ended::Badly {
        // Unless the peer has ended it before.
        connection.tap.ends(End::Broken);
    }
    if is_lost && !connection.is_evidence() {
        app.ledger.turned_away(connection.visitor);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Well,
    Badly,
    /// We were out of patience.
    GivenUp,
}

async fn over_http1<S>(app: &Arc<App>, metered: Metered<S>, connection: &Arc<Connection>) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // Whoever waits for the bytes must hear it when there are none to be had.
    let _estate = Estate(connection);
    let mut http = http1::Builder::new();
    // Twice what is taken, so that a head over the limit can be read, remembered and refused by us; hyper wants 8 KiB.
    http.max_buf_size((app.limits.header_bytes * 2).max(8 * 1024))
        .half_close(false);
    let service = service_fn(|request| Box::pin(answer(app, connection, request)));
    let mut http = http.serve_connection(TokioIo::new(metered), service);
    // Who comes while we stop is to hear so: the answer itself ends such a connection.
    let mut told = app.stopping.is_cancelled();
    let ended = loop {
        let exchange = poll_fn(|cx| http.poll_without_shutdown(cx));
        match turn(app, connection, exchange, told).await {
            Turn::Over(ended) => break ended,
            Turn::Stop => {
                told = true;
                Pin::new(&mut http).graceful_shutdown();
            }
        }
    };
    if ended == Ended::GivenUp {
        return ended;
    }
    let parts = http.into_parts();
    let mut io = parts.io.into_inner();
    match connection.take_heir() {
        Some(heir) if ended == Ended::Well => {
            let (io, read) = (Box::new(io), parts.read_buf);
            let _ = heir.send(Raw { io, read });
        }
        // There is nobody left to tell of a failure.
        _ => drop(tokio::time::timeout(FAREWELL, io.shutdown()).await),
    }
    ended
}

async fn over_http2<S>(app: &Arc<App>, metered: Metered<S>, connection: &Arc<Connection>) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.enable_connect_protocol()
        .max_header_list_size(u32::try_from(app.limits.header_bytes * 2).unwrap_or(u32::MAX))
        .max_concurrent_streams(100)
        .max_send_buf_size(16 * 1024)
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(256 * 1024);
    let (own, same) = (Arc::clone(app), Arc::clone(connection));
    let service = service_fn(move |request| {
        let (app, connection) = (Arc::clone(&own), Arc::clone(&same));
        async move { answer(&app, &connection, request).await }
    });
    let mut http = Box::pin(http.serve_connection(TokioIo::new(metered), service));
    let mut told = false;
    loop {
        match turn(app, connection, http.as_mut(), told).await {
            Turn::Over(ended) => return ended,
            Turn::Stop => {
                told = true;
                http.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    app: &Arc<App>,
    connection: &Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    Ok(Arc::clone(app)
        .handle(request, Arc::clone(connection))
        .await)
}

enum Turn {
    Over(Ended),
    /// The server stops; nothing has been told of it yet.
    Stop,
}

/// What comes first: the end, the server's stop, or ours.
async fn turn(
    app: &App,
    connection: &Connection,
    exchange: impl Future<Output = hyper::Result<()>>,
    told: bool,
) -> Turn {
    tokio::pin!(exchange);
    loop {
        let Some(patience) = connection.patience(&app.limits) else {
            tracing::debug!("out of patience with a connection");
            connection.give_up();
            return Turn::Over(Ended::GivenUp);
        };
        tokio::select! {
            ended = exchange.as_mut() => {
                return Turn::Over(match ended {
                    Ok(()) => Ended::Well,
                    Err(error) => {
                        tracing::debug!(kind = kind(&error), "connection ended");
                        Ended::Badly
                    }
                });
            }
            () = app.stopping.cancelled(), if !told => return Turn::Stop,
            () = connection.changed.notified() => {}
            () = tokio::time::sleep(patience) => {}
        }
    }
}

/// Drops the heir that got nothing.
struct Estate<'a>(&'a Connection);

impl Drop for Estate<'_> {
    fn drop(&mut self) {
        drop(self.0.take_heir());
    }
}

/// What a broken connection is called in the log: never what it carried.
fn kind(error: &hyper::Error) -> &'static str {
    let is_io = || std::error::Error::source(error).is_some_and(|cause| cause.is::<io::Error>());
    match () {
        () if error.is_parse() => "parse",
        () if error.is_incomplete_message() => "incomplete",
        () if is_io() => "io",
        () => "http",
    }
}
