//! What browsers say to people: close codes, and lines of the console.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use pushcheck::diagnosis::Code;
use pushcheck::evidence::EngineFamily::{Chromium, Gecko, WebKit};
use pushcheck::explain::{Range, close_code, console_line};

#[test]
fn a_close_code_has_a_range_and_some_a_name() {
    for (code, range, name, on_the_wire, page_may_send) in [
        (999, Range::Unused, None, false, false),
        (1000, Range::Protocol, Some("Normal Closure"), true, true),
        (1004, Range::Protocol, None, false, false),
        (
            1006,
            Range::Protocol,
            Some("Abnormal Closure"),
            false,
            false,
        ),
        (1012, Range::Protocol, Some("Service Restart"), true, false),
        (1015, Range::Protocol, Some("TLS handshake"), false, false),
        (2999, Range::Protocol, None, true, false),
        (3000, Range::Libraries, Some("Unauthorized"), true, true),
        (3001, Range::Libraries, None, true, true),
        (3008, Range::Libraries, Some("Timeout"), true, true),
        (4999, Range::Private, None, true, true),
        (5000, Range::None, None, false, false),
        (65_535, Range::None, None, false, false),
    ] {
        let told = close_code(code);
        assert_eq!((told.range, told.name), (range, name), "{code}");
        assert_eq!(told.on_the_wire, on_the_wire, "{code}");
        assert_eq!(told.page_may_send, page_may_send, "{code}");
    }
    let by = |code| {
        close_code(code)
            .uses
            .iter()
            .map(|one| one.by)
            .collect::<Vec<_>>()
    };
    assert_eq!(by(4004), ["Pusher", "graphql-ws"]);
    assert_eq!(by(4250), ["Pusher"]);
    assert_eq!(by(2007), ["SockJS"]);
    assert!(by(4300).is_empty() && by(1000).is_empty());
}

#[test]
fn a_line_of_the_console_names_what_no_script_can_read() {
    let failed = |why: &str| format!("WebSocket connection to 'wss://a.test/x' failed: {why}");
    let handshake = |why: &str| failed(&format!("Error during WebSocket handshake: {why}"));
    for (line, engine, code) in [
        (
            handshake("Unexpected response code: 404"),
            None,
            Some(Code::WsPath404),
        ),
        (
            handshake("Unexpected response code: 407"),
            None,
            Some(Code::ProxyAuth407),
        ),
        (handshake("Unexpected response code: 403"), None, None),
        (handshake("Unexpected response code: 200"), None, None),
        (
            handshake("'Connection' header value must contain 'Upgrade'"),
            Some(Chromium),
            Some(Code::FilterRewrites101),
        ),
        (
            handshake("Incorrect 'Sec-WebSocket-Accept' header value"),
            Some(Chromium),
            Some(Code::BadAcceptKey),
        ),
        (
            handshake(
                "Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received",
            ),
            Some(Chromium),
            Some(Code::SubprotocolMismatch),
        ),
        (
            failed("Error in connection establishment: net::ERR_CERT_DATE_INVALID"),
            Some(Chromium),
            Some(Code::CertExpired),
        ),
        (
            failed("Error in connection establishment: net::ERR_CONNECTION_RESET"),
            Some(Chromium),
            None,
        ),
        (
            failed("Establishing a tunnel via proxy server failed."),
            Some(Chromium),
            Some(Code::ProxyConnectPortDenied),
        ),
        (
            failed("WebSocket is closed before the connection is established."),
            None,
            Some(Code::PageCode),
        ),
        (
            "GET https://a.test/x net::ERR_NAME_NOT_RESOLVED".to_owned(),
            Some(Chromium),
            Some(Code::DnsFailure),
        ),
        (
            "Firefox can\u{2019}t establish a connection to the server at wss://a.test/x."
                .to_owned(),
            Some(Gecko),
            None,
        ),
        (
            "Content-Security-Policy: The page\u{2019}s settings blocked the loading of a resource"
                .to_owned(),
            Some(Gecko),
            Some(Code::CspConnectSrc),
        ),
        (
            failed("Could not connect to the server."),
            Some(WebKit),
            Some(Code::PortRefused),
        ),
        (
            failed("The network connection was lost."),
            Some(WebKit),
            None,
        ),
    ] {
        let told = console_line(&line);
        assert_eq!((told.engine, told.code), (engine, code), "{line}");
        assert_eq!(told.text, line);
    }
    let told = console_line("net::ERR_HTTP2_PROTOCOL_ERROR 200 (OK)");
    assert_eq!(told.net_error, Some("ERR_HTTP2_PROTOCOL_ERROR"));
    assert_eq!(told.code, None, "several causes have it");
    assert_eq!(
        console_line("Unexpected response code: 503").status,
        Some(503)
    );
}

#[test]
fn what_is_not_known_is_left_as_it_is() {
    for line in [
        "",
        "Uncaught TypeError: x is undefined",
        "ERR_",
        "Unexpected response code: ",
    ] {
        let told = console_line(line);
        assert_eq!((told.code, told.status, told.text), (None, None, line));
    }
}

proptest! {
    #[test]
    fn any_line_and_any_code_is_answered(line in "\\PC{0,300}", code: u16) {
        prop_assert_eq!(console_line(&line).text, &line);
        prop_assert_eq!(close_code(code).code, code);
    }
}
