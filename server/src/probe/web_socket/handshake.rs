//! The server's half of the opening handshake (RFC 6455 § 4.2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::ext::Protocol;
use hyper::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::{Method, Request, Response, StatusCode, Version};
use pushcheck::wire::SUBPROTOCOL;
use sha1::{Digest, Sha1};

use crate::answer::{self, Body};
use crate::problem::Problem;

/// The answer that accepts; every part of the request is as it must be. Of subprotocols only our own is selected: none
/// is a valid answer, and what an application speaks is not spoken here.
///
/// `lenient`: over HTTP/1.1 a request that has the key of a handshake may lack what a proxy takes for its own. Only a
/// WebSocket client sends such a key: scripts cannot (Fetch § 2.2.2, forbidden request-headers).
pub(super) fn answer<T>(request: &Request<T>, lenient: bool) -> Result<Response<Body>, Problem> {
    let headers = request.headers();
    if request.method() == Method::CONNECT {
        // RFC 8441 § 4: no Upgrade, no key; a stream of its own.
        let protocol = request
            .extensions()
            .get::<Protocol>()
            .ok_or(Problem::not_implemented())?;
        if !protocol.as_str().eq_ignore_ascii_case("websocket") {
            return Err(Problem::not_implemented());
        }
        version(headers)?;
        return Ok(select_subprotocol(headers, answer::empty(StatusCode::OK)));
    }
    let forgiven = lenient && headers.contains_key(SEC_WEBSOCKET_KEY);
    // Lost is forgiven, another protocol's name is not.
    let upgrades =
        has_token(headers, &UPGRADE, "websocket") || (forgiven && !headers.contains_key(UPGRADE));
    if request.version() != Version::HTTP_11 || !upgrades {
        return Err(Problem::no_upgrade("Upgrade"));
    }
    if !forgiven && !has_token(headers, &CONNECTION, "upgrade") {
        return Err(Problem::no_upgrade("Connection"));
    }
    version(headers)?;
    let accept = headers
        .get(SEC_WEBSOCKET_KEY)
        .and_then(accept)
        .ok_or(Problem::malformed("Sec-WebSocket-Key"))?;
    let mut response = answer::empty(StatusCode::SWITCHING_PROTOCOLS);
    let accepted = response.headers_mut();
    accepted.insert(UPGRADE, HeaderValue::from_static("websocket"));
    accepted.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    accepted.insert(SEC_WEBSOCKET_ACCEPT, accept);
    Ok(select_subprotocol(headers, response))
}

/// RFC 6455 § 4.2.2, step 5.5.
fn select_subprotocol(asked: &HeaderMap, mut response: Response<Body>) -> Response<Body> {
    if has_token(asked, &SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL) {
        let selected = HeaderValue::from_static(SUBPROTOCOL);
        response
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, selected);
    }
    response
}

fn version(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(SEC_WEBSOCKET_VERSION) {
        Some(version) if version == "13" => Ok(()),
        _ => Err(Problem::other_version()),
    }
}

/// One of a field's words, whatever their case.
pub(crate) fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|one| one.trim().eq_ignore_ascii_case(token))
}

/// RFC 6455 § 4.2.2, step 5.4; none for a key that is not 16 bytes.
pub(crate) fn accept(key: &HeaderValue) -> Option<HeaderValue> {
    if STANDARD.decode(key).ok()?.len() != 16 {
        return None;
    }
    let digest = Sha1::new()
        .chain_update(key)
        .chain_update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
        .finalize();
    HeaderValue::from_str(&STANDARD.encode(digest)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: RFC 6455 § 1.3.
    #[test]
    fn the_accept_value_is_that_of_the_rfc() {
        let key = HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accept(&key).expect("a key"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert!(accept(&HeaderValue::from_static("dGhl")).is_none());
    }

    #[test]
    fn our_own_subprotocol_alone_is_selected() {
        let selected = |offered: &'static str| {
            let mut asked = HeaderMap::new();
            asked.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(offered));
            let answer = select_subprotocol(&asked, answer::empty(StatusCode::OK));
            answer.headers().get(SEC_WEBSOCKET_PROTOCOL).cloned()
        };
        let ours = Some(HeaderValue::from_static("pushcheck"));
        assert_eq!(selected("pushcheck"), ours);
        assert_eq!(selected("chat, pushcheck"), ours);
        assert_eq!(selected("chat"), None);
    }

    fn ask(change: impl FnOnce(&mut HeaderMap)) -> u16 {
        let mut request = Request::new(());
        for (name, value) in [
            ("upgrade", "WebSocket"),
            ("connection", "keep-alive, Upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ] {
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        change(request.headers_mut());
        answer(&request, false)
            .map_or_else(|problem| problem.status, |response| response.status())
            .as_u16()
    }

    #[test]
    fn every_part_of_the_handshake_is_needed() {
        assert_eq!(ask(|_| {}), 101);
        assert_eq!(ask(|headers| drop(headers.remove("upgrade"))), 426);
        assert_eq!(ask(|headers| drop(headers.remove("connection"))), 426);
        assert_eq!(
            ask(|headers| drop(headers.remove("sec-websocket-version"))),
            426
        );
        assert_eq!(
            ask(|headers| drop(headers.remove("sec-websocket-key"))),
            400
        );
    }
}
