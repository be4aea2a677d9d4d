//! `web-socket`: a strict handshake (RFC 6455, and RFC 8441 over HTTP/2), then a socket that is silent until the
//! page's first frame.

mod frame;
mod handshake;
mod socket;

use std::sync::Arc;

use hyper::Response;
use hyper_util::rt::TokioIo;

use crate::answer::Body;
use crate::app::App;
use crate::ledger::{Open, Run};
use crate::problem::Problem;
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
    let mut response = handshake::answer(&ask.request)?;
    let origin = ask
        .request
        .headers()
        .get("origin")
        .map(|origin| origin.as_bytes());
    if !app.origins.allow(origin, ask.host.as_ref()) {
        return Err(Problem::foreign_origin());
    }
    let held = Held::take(app, &ask, run)?;
    let upgrade = hyper::upgrade::on(&mut ask.request);
    let (app, run, open) = (Arc::clone(app), Arc::clone(run), Arc::clone(open));
    // The exchange goes on: what the socket reads and writes is counted as its.
    let exchange = Arc::clone(&ask.exchange);
    app.tasks.clone().spawn(async move {
        let _held = (held, exchange);
        let abort = app.abort.clone();
        let live = async {
            match upgrade.await {
                Ok(upgraded) => {
                    open.head_is_out();
                    Socket::new(app, run, open, TokioIo::new(upgraded))
                        .live()
                        .await;
                }
                Err(_) => open.cut(),
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
