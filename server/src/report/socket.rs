//! A WebSocket at `v1/reports`: one message of text is the report, one of text the answer, the same as to a POST.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::{Response, StatusCode};

use crate::answer::Body;
use crate::app::App;
use crate::connection::Raw;
use crate::probe::web_socket::once::{Once, Silence};
use crate::probe::web_socket::{agree, take_over};
use crate::problem::Problem;
use crate::route::Ask;

use super::intake::Asker;
use super::{answered, envelope};

/// How long a report may take to come, and the answer to leave, where bodies may take so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers the handshake; the socket lives on in a task of its own.
pub(crate) fn open(app: &Arc<App>, mut ask: Ask) -> Result<Response<Body>, Problem> {
    let response = agree(app, &ask)?;
    let turn = app.reports.turn(ask.source)?;
    let asker = Asker::of(app, &ask, false);
    let taking = take_over(&mut ask);
    let (app, exchange) = (Arc::clone(app), Arc::clone(&ask.exchange));
    app.tasks.clone().spawn(async move {
        let _held = (turn, exchange);
        let live = async {
            if let Some(raw) = taking.await {
                live(&app, &asker, raw).await;
            }
        };
        tokio::select! {
            () = app.abort.cancelled() => {}
            () = live => {}
        }
    });
    Ok(response)
}

async fn live(app: &App, asker: &Asker, raw: Raw) {
    let mut socket = Once::new(raw, app.limits.report_bytes + envelope::LONGEST);
    let patience = PATIENCE.min(Duration::from_millis(app.limits.body_ms));
    let heard = tokio::select! {
        () = app.stopping.cancelled() => {
            return say(socket, None, 1001, "pushcheck: going away").await;
        }
        heard = tokio::time::timeout(patience, socket.hear()) => heard,
    };
    let taken = match heard {
        Ok(Ok(report)) => answered(app, asker, report).await,
        Ok(Err(Silence::TooBig)) => Err(Problem::too_large("report")),
        Ok(Err(Silence::Fault(code))) => return say(socket, None, code, "").await,
        Ok(Err(Silence::Left)) => return,
        Err(_) => Err(Problem::too_slow()),
    };
    let response = taken.unwrap_or_else(Problem::answer);
    let code = code(response.status());
    // A body of one piece, which cannot fail.
    let text = match response.into_body().collect().await {
        Ok(whole) => whole.to_bytes(),
        Err(never) => match never {},
    };
    say(socket, Some(&text), code, "").await;
}

/// RFC 6455 § 7.4.1.
fn code(status: StatusCode) -> u16 {
    match status {
        StatusCode::CREATED => 1000,
        StatusCode::PAYLOAD_TOO_LARGE => 1009,
        _ => 1008,
    }
}

async fn say(socket: Once, text: Option<&[u8]>, code: u16, reason: &str) {
    // Whoever does not take the answer makes room for others.
    let _ = tokio::time::timeout(PATIENCE, socket.answer(text, code, reason)).await;
}
