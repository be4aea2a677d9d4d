//! From the socket to a connection: counts and TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use pushcheck::wire::End;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::connection::{Connection, Tapped};
use crate::exchange;
use crate::problem::{Problem, Refusal};
use crate::tls::Tls;

/// A socket that accepts, with or without TLS.
pub(crate) struct Listener {
    pub(crate) socket: TcpListener,
    pub(crate) tls: Option<Tls>,
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
            Ok((socket, peer)) => admit(&app, socket, peer, listener.tls.clone()),
            Err(error) => {
                // Usually no file descriptors are left: somebody was turned away, and trying at once would spin.
                tracing::warn!(%error, "cannot accept");
                app.ledger.turned_away(None);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn admit(app: &Arc<App>, socket: TcpStream, peer: SocketAddr, tls: Option<Tls>) {
    let _ = socket.set_nodelay(true);
    let limits = &app.limits;
    let live = app.connections.fetch_add(1, Relaxed);
    let slot = Slot(Arc::clone(app));
    let (source, visitor) = (app.sources.id(peer.ip()), app.visitor(peer.ip()));
    if live >= and_a_tenth(limits.connections) {
        return app.ledger.turned_away(visitor);
    }
    let (ticket, of_source) = app.sources.connect(source);
    // The operator's own proxy connects for everybody.
    let of_source = visitor.map_or(0, |_| of_source as usize);
    let most_of_source = limits.source_connections as usize;
    if of_source > and_a_tenth(most_of_source) {
        return app.ledger.turned_away(visitor);
    }
    let number = app.numbers.fetch_add(1, Relaxed);
    let (is_direct, clock) = (app.behind.is_none(), Arc::clone(&app.clock));
    let (socket, tap) = Tapped::new(socket, tls.as_ref(), is_direct, Arc::clone(&clock));
    let mut connection = Connection::new(number, tls.is_some(), ticket, Arc::clone(&tap), clock);
    if is_direct {
        connection.is_visit(app.ledger.visits.remember(source, tap));
    }
    connection.visitor = visitor;
    connection.surplus = match () {
        () if live >= limits.connections => Some(Problem::overloaded()),
        () if of_source > most_of_source => Some(Problem::too_many("connection", Refusal::Count)),
        () => None,
    };
    connection.slot = Some(slot);
    let app = Arc::clone(app);
    app.tasks.clone().spawn(async move {
        let abort = app.abort.clone();
        tokio::select! {
            () = abort.cancelled() => {}
            () = encrypt(app, socket, connection, tls) => {}
        }
    });
}

/// So many are let in: those over the limit to be told so; beyond that not even this is affordable.
const fn and_a_tenth(limit: usize) -> usize {
    limit + limit.div_ceil(10)
}

/// One of all connections, until dropped.
#[derive(Debug)]
pub(crate) struct Slot(Arc<App>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Relaxed);
    }
}

async fn encrypt(app: Arc<App>, socket: Tapped, mut connection: Connection, tls: Option<Tls>) {
    let Some(tls) = tls else {
        return exchange::run(app, socket, connection).await;
    };
    let tap = Arc::clone(&connection.tap);
    let limit = Instant::now() + Duration::from_millis(app.limits.head_ms);
    match timeout_at(limit, tls.acceptor.accept(socket)).await {
        Ok(Ok(socket)) => {
            connection.ja4 = tap.is_secured();
            if socket.get_ref().1.alpn_protocol() == Some(b"h2") {
                connection.speak_http2();
            }
            return exchange::run(app, socket, connection).await;
        }
        Ok(Err(error)) => {
            tap.fails(&error);
            tracing::debug!(kind = ?error.kind(), "TLS handshake failed");
        }
        Err(_) => {
            tap.ends(End::OurLimit);
            tracing::debug!("TLS handshake took too long");
        }
    }
    // Where nothing was sent, nothing is lost: browsers connect early, and not always to ask.
    if !tap.is_silent() && !connection.is_evidence() {
        app.ledger.turned_away(connection.visitor);
    }
}
