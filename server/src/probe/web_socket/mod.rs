//! `web-socket`: a strict handshake (RFC 6455, and RFC 8441 over HTTP/2) unless told to be lenient, then a socket that
//! is silent until the page's first frame.

mod deflate;
mod frame;
pub(crate) mod handshake;
mod message;
pub(crate) mod once;
mod socket;

use std::sync::Arc;

use bytes::Bytes;
use hyper::{Response, StatusCode, Version};
use hyper_util::rt::TokioIo;

use crate::answer::Body;
use crate::app::App;
use crate::config::RefuseUpgrades;
use crate::connection::Raw;
use crate::ledger::{Open, Run};
use crate::problem::Problem;
use crate::query;
use crate::route::Ask;
use crate::watched::WatchedElsewhere;

use super::Held;
use socket::Socket;

/// Answers the handshake; the socket lives on in a task of its own.
pub(crate) fn answer(
    app: &Arc<App>,
    mut ask: Ask,
    run: &Arc<Run>,
    open: &Arc<Open>,
) -> Result<Response<Body>, Problem> {
    let mut response = agree(app, &ask)?;
    let deflate = query::number(ask.request.uri().query(), "deflate", 0)? == 1
        && deflate::agree(ask.request.headers(), response.headers_mut());
    let held = Held::take(app, &ask, run)?;
    let asking = ask.source;
    let taking = take_over(&mut ask);
    let (app, run, open) = (Arc::clone(app), Arc::clone(run), Arc::clone(open));
    // The exchange goes on: what the socket reads and writes is counted as its.
    let exchange = Arc::clone(&ask.exchange);
    app.tasks.clone().spawn(async move {
        let _held = (held, exchange);
        let abort = app.abort.clone();
        let live = async {
            match taking.await {
                Some(raw) => {
                    open.head_is_out();
                    let mut socket = Socket::new(app, run, open, asking, raw);
                    if deflate {
                        socket.deflate();
                    }
                    socket.live().await;
                }
                None => open.cut(),
            }
        };
        tokio::select! {
            () = abort.cancelled() => {}
            () = live => {}
        }
    });
    response.extensions_mut().insert(WatchedElsewhere);
    Ok(response)
}

/// The answer that opens a socket for pages that may have one here.
pub(crate) fn agree(app: &App, ask: &Ask) -> Result<Response<Body>, Problem> {
    let response = handshake::answer(&ask.request, app.lenient)?;
    if let Some(why) = app.refuse_upgrades {
        return Err(refusal(why));
    }
    let origin = ask
        .request
        .headers()
        .get("origin")
        .map(|origin| origin.as_bytes());
    match app.origins.allow(origin, ask.host.as_ref()) {
        true => Ok(response),
        false => Err(Problem::foreign_origin()),
    }
}

/// The answer of a server that has this against a handshake in which nothing is wrong.
const fn refusal(why: RefuseUpgrades) -> Problem {
    match why {
        RefuseUpgrades::Origin => Problem::foreign_origin(),
        RefuseUpgrades::Subprotocol => Problem::other_subprotocol(),
        RefuseUpgrades::Version400 => Problem {
            status: StatusCode::BAD_REQUEST,
            ..Problem::other_version()
        },
        RefuseUpgrades::Version426 => Problem::other_version(),
    }
}

/// The bytes under the handshake, once its answer has been written; none: the connection has ended before.
pub(crate) fn take_over(ask: &mut Ask) -> impl Future<Output = Option<Raw>> + use<> {
    // hyper hands over only connections whose request has `Upgrade`, which may have been lost on the way: over HTTP/1.1
    // we take it ourselves.
    let whole =
        (ask.request.version() <= Version::HTTP_11).then(|| ask.exchange.connection.inherit());
    let stream = hyper::upgrade::on(&mut ask.request);
    async move {
        if let Some(whole) = whole {
            return whole.await.ok();
        }
        let io = Box::new(TokioIo::new(stream.await.ok()?));
        let read = Bytes::new();
        Some(Raw { io, read })
    }
}
