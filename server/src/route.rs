//! Which address means what.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{HOST, HeaderMap, HeaderValue, LOCATION, SEC_WEBSOCKET_KEY, UPGRADE};
use hyper::{Method, Request, Response, StatusCode, Version};
use pushcheck::time::Micros;
use pushcheck::wire::{AttemptPath, IdError, RunId};

use crate::answer::{self, Body};
use crate::app::App;
use crate::config::BasePath;
use crate::connection::{Connection, Exchange, Head};
use crate::origin::Host;
use crate::page::Around;
use crate::problem::{Problem, Refusal};
use crate::report::PiecePath;
use crate::source::SourceId;
use crate::watched::Watched;
use crate::{about, attempt, link, offer, read, report};

/// A request, and what is known of it from outside.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) request: Request<Incoming>,
    /// When its head had been read.
    pub(crate) received: Micros,
    pub(crate) exchange: Arc<Exchange>,
    /// The head as it was sent.
    pub(crate) sent: Head,
    /// To whose limits it counts.
    pub(crate) source: SourceId,
    /// Whose it is, where that is known.
    pub(crate) visitor: Option<SourceId>,
    pub(crate) host: Option<Host>,
}

/// What an address means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    Attempt(AttemptPath),
    Ledger(RunId),
    Offer(RunId),
    Malformed(IdError),
    About,
    Link,
    OutsideIn,
    Reports,
    Piece(PiecePath),
    /// A name under the base path.
    File(&'a str),
    /// The base path without its last slash.
    BeforeBase,
    Nowhere,
}

/// Reads a path.
pub(crate) fn place<'a>(base: &str, path: &'a str) -> Place<'a> {
    let Some(rest) = path.strip_prefix(base) else {
        return if base.strip_suffix('/') == Some(path) {
            Place::BeforeBase
        } else {
            Place::Nowhere
        };
    };
    let segments: Vec<&str> = rest.splitn(8, '/').collect();
    let found = match segments[..] {
        ["v1", "about"] => Ok(Place::About),
        ["v1", "link"] => Ok(Place::Link),
        ["v1", "outside-in"] => Ok(Place::OutsideIn),
        ["v1", "reports"] => Ok(Place::Reports),
        ["v1", "reports", upload, n, of] => {
            PiecePath::from_segments(upload, n, of).map(Place::Piece)
        }
        ["v1", "runs", run, "ledger"] => run.parse().map(Place::Ledger),
        ["v1", "runs", run, "offer"] => run.parse().map(Place::Offer),
        ["v1", "runs", run, probe, attempt, kind] => {
            AttemptPath::from_segments(run, probe, attempt, kind).map(Place::Attempt)
        }
        ["v1", ..] => Ok(Place::Nowhere),
        _ => Ok(Place::File(rest)),
    };
    found.unwrap_or_else(Place::Malformed)
}

/// The attempt of a path under one of those; `None`: it is none.
fn aliased(aliases: &[BasePath], path: &str) -> Option<AttemptPath> {
    let places = aliases.iter().map(|alias| place(alias.as_str(), path));
    places
        .filter_map(|place| match place {
            Place::Attempt(attempt) => Some(attempt),
            _ => None,
        })
        .next()
}

impl App {
    /// Answers a request, whatever it is.
    pub(crate) async fn handle(
        self: Arc<Self>,
        request: Request<Incoming>,
        connection: Arc<Connection>,
    ) -> Response<Body> {
        let received = self.clock.now();
        let exchange = Arc::new(connection.begin());
        let host = match request.uri().authority() {
            Some(authority) => authority.as_str().parse().ok(),
            None => request
                .headers()
                .get(HOST)
                .and_then(|host| host.to_str().ok()?.parse().ok()),
        };
        // Only the operator's own proxy speaks for others.
        let visitor = connection
            .visitor
            .or_else(|| Some(self.sources.id(forwarded(request.headers())?)));
        let is_head = request.method() == Method::HEAD;
        let is_http1 = request.version() <= Version::HTTP_11;
        let is_last = connection.surplus.is_some() || self.stopping.is_cancelled();
        let ask = Ask {
            request,
            received,
            sent: exchange.take_head(),
            exchange: Arc::clone(&exchange),
            source: visitor.unwrap_or(connection.source),
            visitor,
            host,
        };
        let path = ask.request.uri().path().to_owned();
        let place = match aliased(&self.aliases, &path) {
            Some(attempt) => Place::Attempt(attempt),
            None => place(&self.base, &path),
        };
        let (mut response, open) = match place {
            Place::Attempt(path) => attempt::answer(&self, ask, path).await,
            place => (
                self.other(ask, place).await.unwrap_or_else(Problem::answer),
                None,
            ),
        };
        answer::mark(&mut response, self.clock.id());
        if is_last && is_http1 {
            response
                .headers_mut()
                .insert("connection", HeaderValue::from_static("close"));
        }
        Watched::over(response, exchange, open, is_head)
    }

    async fn other(
        self: &Arc<Self>,
        ask: Ask,
        place: Place<'_>,
    ) -> Result<Response<Body>, Problem> {
        self.guard(&ask, !matches!(place, Place::File(_)))?;
        let method = ask.request.method().clone();
        if method == Method::OPTIONS {
            return Ok(preflight());
        }
        let reading = method == Method::GET || method == Method::HEAD;
        match place {
            Place::Attempt(_) | Place::Nowhere => Err(Problem::not_found()),
            Place::Malformed(error) => Err(error.into()),
            Place::About if reading => Ok(about::answer(self, ask.request.headers())),
            Place::OutsideIn if method == Method::POST => Ok(answer::json(
                StatusCode::OK,
                &self.outside_in.ask(self).await,
            )),
            Place::Link if method == Method::POST => link::answer(self, ask).await,
            Place::Ledger(run) if method == Method::POST => read::ledger(self, ask, run).await,
            Place::Offer(run) if method == Method::POST => offer::answer(self, ask, run).await,
            Place::Reports if method == Method::POST => report::posted(self, ask).await,
            Place::Reports if is_handshake(&ask) => report::open(self, ask),
            // A HEAD leaves nothing.
            Place::Piece(path) if method == Method::GET => report::piece(self, ask, path).await,
            Place::Piece(_) => Err(Problem::wrong_method("GET, OPTIONS")),
            Place::BeforeBase if reading => Ok(redirect(&self.base)),
            Place::File(name) if reading && self.tester.withholds(name) => {
                Err(Problem::tester_is_off())
            }
            Place::File(name) if reading => self
                .tester
                .answer(name)
                .or_else(|| {
                    let around = Around {
                        origins: &self.origins,
                        host: ask.host.as_ref(),
                        alternates: &self.alternate_urls,
                        endpoints: self.tester.endpoints(),
                    };
                    let request = &ask.request;
                    self.files
                        .answer(name, request.uri().query(), request.headers(), around)
                })
                .ok_or_else(Problem::not_found),
            Place::Ledger(_)
            | Place::Link
            | Place::Offer(_)
            | Place::OutsideIn
            | Place::Reports => Err(Problem::wrong_method("POST, OPTIONS")),
            Place::About | Place::BeforeBase | Place::File(_) => {
                Err(Problem::wrong_method("GET, HEAD, OPTIONS"))
            }
        }
    }

    /// Attempts are refused where nobody could know of them.
    pub(crate) fn may_see(&self) -> Result<(), Problem> {
        match &self.shared {
            Some(shared) if shared.is_blind() => Err(Problem::blind()),
            _ => Ok(()),
        }
    }

    /// What is refused whatever it asks for; `paced`: it counts towards its source's rate.
    pub(crate) fn guard(&self, ask: &Ask, paced: bool) -> Result<(), Problem> {
        if self.stopping.is_cancelled() {
            return Err(Problem::stopping());
        }
        if let Some(surplus) = ask.exchange.connection.surplus {
            return Err(surplus);
        }
        let request = &ask.request;
        let head: usize = request
            .headers()
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        let path = request
            .uri()
            .path_and_query()
            .map_or(0, |path| path.as_str().len());
        if head + path > self.limits.header_bytes {
            return Err(Problem::head_too_large());
        }
        if paced
            && !self
                .sources
                .take(ask.source, self.limits.source_rate, ask.received)
        {
            return Err(Problem::too_many("source", Refusal::Rate));
        }
        Ok(())
    }
}

/// It wants a WebSocket: over HTTP/2 by its method (RFC 8441), else by its fields, should some have been lost on the way.
fn is_handshake(ask: &Ask) -> bool {
    let (method, headers) = (ask.request.method(), ask.request.headers());
    let wants = || headers.contains_key(UPGRADE) || headers.contains_key(SEC_WEBSOCKET_KEY);
    method == Method::CONNECT || (method == Method::GET && wants())
}

/// The visitor's address by the word of the proxy nearest to us: the last of the last field.
pub(crate) fn forwarded(headers: &HeaderMap) -> Option<std::net::IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// The answer to a CORS preflight (Fetch § 4.8): anybody may ask anything, without credentials.
pub(crate) fn preflight() -> Response<Body> {
    let mut response = answer::empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(
        "access-control-allow-methods",
        HeaderValue::from_static("GET, HEAD, POST"),
    );
    headers.insert(
        "access-control-allow-headers",
        HeaderValue::from_static("*"),
    );
    response
}

fn redirect(base: &str) -> Response<Body> {
    let mut response = answer::empty(StatusCode::PERMANENT_REDIRECT);
    if let Ok(base) = HeaderValue::from_str(base) {
        response.headers_mut().insert(LOCATION, base);
    }
    response
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RUN: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn only_attempts_come_by_another_path() {
        let aliases = ["/socket.io", "/a/b"].map(|path| path.parse().expect("a path"));
        let under = |path: &str| aliased(&aliases, path).is_some();
        for alias in ["/socket.io", "/a/b"] {
            assert!(under(&format!("{alias}/v1/runs/{RUN}/p/1/poll")));
            assert!(!under(&format!("{alias}/v1/runs/{RUN}/ledger")));
            assert!(!under(&format!("{alias}/v1/about")));
            assert!(!under(&format!("{alias}/v1/runs/{RUN}/p/0/poll")));
        }
        assert!(!under(&format!("/v1/runs/{RUN}/p/1/poll")));
        assert!(!under(&format!("/socket.iox/v1/runs/{RUN}/p/1/poll")));
    }

    #[test]
    fn addresses_mean_what_the_wire_says() {
        let attempt = format!("/x/v1/runs/{RUN}/p/1/poll");
        assert!(
            matches!(place("/x/", &attempt), Place::Attempt(path) if path.probe.as_str() == "p")
        );
        assert!(matches!(
            place("/x/", &format!("/x/v1/runs/{RUN}/ledger")),
            Place::Ledger(_)
        ));
        assert!(matches!(
            place("/x/", &format!("/x/v1/runs/{RUN}/offer")),
            Place::Offer(_)
        ));
        assert_eq!(place("/x/", "/x/v1/about"), Place::About);
        assert_eq!(place("/x/", "/x/v1/link"), Place::Link);
        assert_eq!(place("/x/", "/x/v1/outside-in"), Place::OutsideIn);
        assert_eq!(place("/x/", "/x"), Place::BeforeBase);
        assert_eq!(place("/x/", "/v1/about"), Place::Nowhere);
        assert_eq!(place("/", "/pkg/a.js"), Place::File("pkg/a.js"));
        assert_eq!(
            place("/", "/v1/runs/xyz/p/1/poll"),
            Place::Malformed(IdError("run"))
        );
        assert_eq!(
            place("/", &format!("/v1/runs/{RUN}/p/0/poll")),
            Place::Malformed(IdError("attempt"))
        );
        assert_eq!(place("/", "/v1/other"), Place::Nowhere);
        assert_eq!(place("/", "/v1/reports"), Place::Reports);
        let piece = format!("/v1/reports/{RUN}/3/12");
        assert!(matches!(place("/", &piece), Place::Piece(_)));
        assert_eq!(
            place("/", "/v1/reports/x/1/1"),
            Place::Malformed(IdError("upload"))
        );
    }

    proptest! {
        #[test]
        fn any_path_has_a_place(path in "/[ -~]{0,120}") {
            let _ = place("/", &path);
            let reserved = format!("/v1{path}");
            prop_assert!(!matches!(place("/", &reserved), Place::File(_)));
        }
    }
}
