//! One attempt: admitted, remembered, answered.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use hyper::header::HeaderMap;
use hyper::{Method, Response, Version};
use pushcheck::wire::{AttemptPath, Kind, SeenHeader, Sighting};

use crate::answer::Body;
use crate::app::App;
use crate::connection::Head;
use crate::ledger::{Arrival, Open, Run, seen_headers};
use crate::probe;
use crate::problem::{Problem, Refusal};
use crate::query;
use crate::route::{Ask, preflight};

/// The answer, and the arrival that lasts as long as it.
pub(crate) async fn answer(
    app: &Arc<App>,
    mut ask: Ask,
    path: AttemptPath,
) -> (Response<Body>, Option<Arc<Open>>) {
    let head = mem::take(&mut ask.sent);
    let own = app.outside_in.claims(path.run);
    if own {
        ask.source = app.sources.own();
    }
    let passing = own || is_navigation(ask.request.headers(), ask.exchange.connection.tls);
    let guarded = app.guard(&ask, true).and_then(|()| app.may_see());
    let run = match guarded {
        _ if passing => app.ledger.passing(path.run, ask.source),
        Ok(()) => app.ledger.open(path.run, ask.source),
        // What is refused must not make a run, since that could drive out another's.
        Err(problem) => match app.ledger.known(path.run) {
            Some(run) => run,
            None => {
                app.ledger.turned_away(ask.visitor);
                tracing::info!(run = %path.run, refused = problem.refused.map(Refusal::as_str), "refused");
                return (problem.answer(), None);
            }
        },
    };
    let admitted =
        guarded.and_then(|()| run.admit(&ask.exchange.connection, &app.limits, ask.received));
    let arrival = if passing {
        None
    } else {
        run.came_from(ask.source);
        remember(app, &run, &ask, &head, &path)
    };
    let clock = Arc::clone(&app.clock);
    let open = Arc::new(Open::new(
        arrival,
        Arc::clone(&ask.exchange.connection),
        clock,
    ));
    let (kind, method_word) = (path.kind, method(ask.request.method()));
    let answered = match admitted {
        Ok(()) => reach(app, ask, &run, path.kind, &open).await,
        Err(problem) => Err(problem),
    };
    let refused = answered.as_ref().err().and_then(|problem| problem.refused);
    if refused.is_some_and(|why| why.is_limit()) {
        run.refuse();
    }
    let response = answered.unwrap_or_else(Problem::answer);
    let (status, now) = (response.status().as_u16(), app.clock.now());
    open.update(|seen| {
        seen.status = Some(status);
        seen.answered_at = Some(now);
        seen.refused = refused.map(|why| why.as_str().to_owned());
    });
    tracing::info!(
        run = %path.run,
        probe = %path.probe,
        attempt = path.attempt,
        kind = kind.as_str(),
        method = method_word,
        status,
        refused = refused.map(|why| why.as_str()),
        "answered"
    );
    (response, Some(open))
}

/// The page that opens an address of ours in a tab, and the scanner that follows it, are no attempts. Over plain http
/// browsers send no `Sec-Fetch-Mode`, but navigations ask for https (Upgrade Insecure Requests § 3.2.1).
fn is_navigation(headers: &HeaderMap, tls: bool) -> bool {
    match headers.get("sec-fetch-mode") {
        Some(mode) => mode == "navigate",
        None => {
            !tls && headers
                .get("upgrade-insecure-requests")
                .is_some_and(|wish| wish == "1")
        }
    }
}

async fn reach(
    app: &Arc<App>,
    ask: Ask,
    run: &Arc<Run>,
    kind: Kind,
    open: &Arc<Open>,
) -> Result<Response<Body>, Problem> {
    let method = ask.request.method();
    if method == Method::OPTIONS {
        return Ok(preflight());
    }
    let allowed = match kind {
        Kind::Upload => "POST, OPTIONS",
        Kind::WebSocket => "GET, CONNECT, OPTIONS",
        Kind::Poll | Kind::LongPoll | Kind::Events | Kind::Stream => "GET, OPTIONS",
    };
    if !allowed.split(", ").any(|one| one == method.as_str()) {
        return Err(Problem::wrong_method(allowed));
    }
    match kind {
        Kind::Poll => probe::poll::now(app, &ask, run, open),
        Kind::LongPoll => probe::poll::held(app, &ask, run, open).await,
        Kind::Upload => probe::upload::answer(app, ask, open).await,
        Kind::Events => probe::stream::answer(app, &ask, run, open, probe::stream::Form::Events),
        Kind::Stream => probe::stream::answer(app, &ask, run, open, probe::stream::Form::Lines),
        Kind::WebSocket => probe::web_socket::answer(app, ask, run, open),
    }
}

fn remember(
    app: &App,
    run: &Arc<Run>,
    ask: &Ask,
    head: &Head,
    path: &AttemptPath,
) -> Option<Arc<Arrival>> {
    if !run.has_room(&app.limits) {
        run.miss();
        return None;
    }
    let request = &ask.request;
    let sent = head.seen(request.headers());
    let sighting = Sighting {
        instance: String::new(),
        probe: path.probe.as_str().to_owned(),
        attempt: path.attempt,
        kind: path.kind,
        method: method(request.method()).to_owned(),
        at: ask.received,
        connected_at: ask.exchange.connection.tap.at,
        http_version: format!("{:?}", request.version()),
        tls: ask.exchange.connection.tls,
        connection: run.number(&ask.exchange.connection),
        ja4: ask.exchange.connection.ja4.clone(),
        spelled: sent.is_some(),
        headers: sent.unwrap_or_else(|| in_any_order(request.headers())),
        status: None,
        refused: None,
        answered_at: None,
        frames_in: 0,
        strange_in: 0,
        malformed_in: 0,
        frames_out: 0,
        ticks_out: 0,
        payload_in: 0,
        payload_out: 0,
        bytes_in: None,
        bytes_out: None,
        head_in: None,
        head_out: None,
        burst: None,
        handed_at: None,
        close: None,
        tcp: None,
        ended_at: None,
        end: None,
    };
    // Over HTTP/2 other exchanges share the connection's bytes.
    let tally = (request.version() <= Version::HTTP_11).then(|| Arc::clone(&ask.exchange.tally));
    // What was read with the head of a request with a body may be body.
    let head_in = tally
        .as_ref()
        .filter(|_| path.kind != Kind::Upload)
        .map(|tally| tally.read.load(Relaxed));
    let brief = matches!(query::number(request.uri().query(), "brief", 0), Ok(1));
    let arrival = Arc::new(Arrival::new(
        Sighting {
            head_in,
            ..sighting
        },
        tally,
        brief,
    ));
    app.ledger.remember(run, Arc::clone(&arrival));
    Some(arrival)
}

/// What the library hands over: it knows neither order nor spelling.
fn in_any_order(headers: &HeaderMap) -> Vec<SeenHeader> {
    let fields = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    seen_headers(fields, headers.len())
}

/// A method as received, where it is one that exists: an invented one is text of a stranger.
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = [
        "GET", "POST", "CONNECT", "OPTIONS", "HEAD", "PUT", "DELETE", "PATCH", "TRACE",
    ];
    KNOWN
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}
