//! What every request passes: is it for us, who asks, and did they mean to.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pushcheck_store::Digest;

use super::origin::{self, Origin};
use super::{secret, session};
use crate::{App, Problem, Role, Who};

/// The header by which a page shows that it could read the session's answer.
pub(crate) const CSRF: HeaderName = HeaderName::from_static("pushcheck-csrf");

/// Whoever asks for these has no session yet, and a page of ours asks all the same.
const OPEN: [&str; 2] = ["/v1/session", "/v1/invitations/accept"];

/// Where a request comes from: whoever serves puts it among its extensions, where a front hides it from the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for Source {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let told = parts.extensions.get::<Self>().copied();
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Unknown ones are one.
        Ok(told
            .or_else(|| connection.map(|ConnectInfo(address)| Self(address.ip())))
            .unwrap_or_else(|| Self(Ipv4Addr::UNSPECIFIED.into())))
    }
}

/// The session that a request belongs to, by its cookie.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) digest: Digest,
    pub(crate) csrf: Digest,
}

/// By what somebody may ask, to be looked at again by what takes long to answer.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    Session(Digest),
    Token(Digest),
}

impl Proof {
    /// It is still good, and still of somebody who may do that.
    pub(crate) async fn holds(&self, app: &App, least: Role) -> Result<bool, Problem> {
        let now = (app.now)();
        let role = match self {
            Self::Session(session) => match app.store.session_holds(session, now).await? {
                Some(user) => Role::of(&user.role)?,
                None => return Ok(false),
            },
            Self::Token(token) => match app.store.token_holds(token, now).await? {
                Some(token) => Role::of_scope(&token.scope)?,
                None => return Ok(false),
            },
        };
        Ok(role >= least)
    }
}

/// Finds out who asks, refuses what nobody may ask, and says to browsers what is not to be done with the answer.
pub(crate) async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let is_data = is_data(request.uri().path());
    let mut response = match admit(&app, &mut request).await {
        Ok(()) => done(request, next).await,
        Err(problem) => problem.into_response(),
    };
    guard(response.headers_mut(), is_data, app.doors().origin.as_ref());
    response
}

/// Whoever hangs up while something is changed does not keep it from being done whole, and written down.
async fn done(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it failed here").into_response(),
    }
}

fn is_data(path: &str) -> bool {
    path.starts_with("/v1/") || path == "/openapi.json"
}

async fn admit(app: &App, request: &mut Request) -> Result<(), Problem> {
    let origin = match &app.doors().origin {
        Some(origin) if origin.is_asked(request.uri(), request.headers()) => origin,
        _ => {
            return Err(Problem::new(
                StatusCode::MISDIRECTED_REQUEST,
                "another host's",
            ));
        }
    };
    let (headers, path) = (request.headers(), request.uri().path());
    let is_unsafe = !request.method().is_safe();
    if headers.contains_key(header::AUTHORIZATION) {
        // A token is never sent unasked, as a cookie is; and with one no cookie is looked at.
        let (who, proof) = by_token(app, headers).await?;
        request.extensions_mut().insert(who);
        request.extensions_mut().insert(proof);
        return Ok(());
    }
    if is_unsafe && !origin.asks(headers) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "asked from another origin",
        ));
    }
    if !is_data(path) {
        return Ok(());
    }
    let Some(cookie) = origin::cookie(headers).filter(|value| secret::is_one(value)) else {
        return Ok(());
    };
    let digest = Digest::of(cookie);
    let Some(user) = app.store.session(&digest, (app.now)()).await? else {
        return Ok(());
    };
    let session = Session {
        digest,
        csrf: session::csrf(cookie),
    };
    // Pages of a neighbour, which are the same site, send the cookie along.
    if Origin::is_asked_from_elsewhere(headers) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "asked from another origin",
        ));
    }
    let begins = request.method() == axum::http::Method::POST && OPEN.contains(&path);
    if is_unsafe && !begins {
        let mut given = headers.get_all(CSRF).iter();
        let is_meant = match (given.next(), given.next()) {
            (Some(given), None) => given.to_str().is_ok_and(|given| session.csrf.is(given)),
            _ => false,
        };
        if !is_meant {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "without the session's token",
            ));
        }
    }
    let who = Who {
        role: Role::of(&user.role)?,
        id: user.id,
        name: user.name,
    };
    request.extensions_mut().insert(who);
    request
        .extensions_mut()
        .insert(Proof::Session(session.digest.clone()));
    request.extensions_mut().insert(session);
    Ok(())
}

async fn by_token(app: &App, headers: &HeaderMap) -> Result<(Who, Proof), Problem> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let token = match (given.next(), given.next()) {
        (Some(given), None) => given.to_str().ok(),
        _ => None,
    };
    // RFC 9110 § 11.1: the scheme in any case.
    let secret = token
        .and_then(|given| given.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| {
            token
                .strip_prefix(secret::TOKEN)
                .is_some_and(secret::is_one)
        })
        .ok_or_else(Problem::unknown_who)?;
    let digest = Digest::of(secret);
    let token = app.store.token(&digest, (app.now)()).await?;
    let token = token.ok_or_else(Problem::unknown_who)?;
    let who = Who {
        role: Role::of_scope(&token.scope)?,
        id: token.id,
        name: token.name,
    };
    Ok((who, Proof::Token(digest)))
}

/// What browsers are told with every answer.
fn guard(headers: &mut HeaderMap, is_data: bool, origin: Option<&Origin>) {
    let mut say = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::X_FRAME_OPTIONS, "DENY");
    say(header::REFERRER_POLICY, "no-referrer");
    say(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    say(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    if is_data {
        say(header::CACHE_CONTROL, "no-store");
    }
    if origin.is_some_and(Origin::is_secure) {
        say(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // Answers that are no pages have none: opened as one, a customer's text does nothing.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ));
}
