//! Requests, closes and lines of the console.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use pushcheck::diagnosis::Code;
use pushcheck_tester::close::{closing, told};
use pushcheck_tester::console::line;
use pushcheck_tester::payload::Format;
use pushcheck_tester::request::{Asked, Field, Told, look, protocols};

fn asked(method: &str, headers: &[(&str, &str)]) -> Told {
    look(&Asked {
        method: method.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| Field {
                name: (*name).to_owned(),
                value: (*value).to_owned(),
            })
            .collect(),
        body: None,
        cross_origin: true,
    })
}

#[test]
fn what_a_browser_throws_at_or_drops_is_named_before() {
    for (method, name, value, code) in [
        ("GET", "X-A", "b", ""),
        ("POST", "X-A", "b", ""),
        ("GET", "", "", ""),
        ("GET", "Cookie", "a=b", "name-forbidden"),
        ("GET", "ORIGIN", "x", "name-forbidden"),
        ("GET", "Sec-Fetch-Mode", "x", "name-forbidden"),
        ("GET", "proxy-authorization", "x", "name-forbidden"),
        ("GET", "Authorization", "x", ""),
        ("GET", "User-Agent", "x", ""),
        ("GET", "X-HTTP-Method-Override", "PUT", ""),
        (
            "GET",
            "X-HTTP-Method-Override",
            "put, Trace",
            "name-forbidden",
        ),
        ("GET", "X A", "b", "name-no-token"),
        ("GET", "", "b", "name-no-token"),
        ("GET", "X-A", "a\nb", "value-line-break"),
        ("GET", "X-A", "\u{3042}", "value-not-latin"),
        ("GET", "X-A", "\u{e9}", ""),
        ("TRACE", "X-A", "b", "method-forbidden"),
        ("connect", "X-A", "b", "method-forbidden"),
        ("G T", "X-A", "b", "method-no-token"),
        ("", "X-A", "b", "method-no-token"),
        ("patch", "X-A", "b", "method-not-capitals"),
        ("put", "X-A", "b", ""),
    ] {
        let told = asked(method, &[(name, value)]);
        let codes: Vec<_> = told.doubts.iter().map(|doubt| doubt.code).collect();
        let expected: Vec<_> = (!code.is_empty()).then_some(code).into_iter().collect();
        assert_eq!(codes, expected, "{method} {name}: {value}");
    }
}

#[test]
fn a_body_that_is_meant_as_something_and_sent_as_text_is_named() {
    let of = |body, name: &str| {
        let told = look(&Asked {
            method: "POST".to_owned(),
            headers: vec![Field {
                name: name.to_owned(),
                value: "x".to_owned(),
            }],
            body,
            cross_origin: false,
        });
        told.doubts
            .into_iter()
            .map(|doubt| doubt.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(Some(Format::Json), "X-A"), ["application/json"]);
    assert_eq!(of(Some(Format::Json), "content-type"), Vec::<String>::new());
    assert_eq!(of(Some(Format::Hex), "X-A"), Vec::<String>::new());
    assert_eq!(of(None, "X-A"), Vec::<String>::new());
}

#[test]
fn a_preflight_is_foretold_with_what_makes_it() {
    for (method, name, value, why) in [
        ("GET", "Accept", "text/plain", &[][..]),
        ("GET", "Accept", "a\"b", &["Accept"]),
        ("GET", "Accept-Language", "ja", &[]),
        ("POST", "Content-Type", "text/plain;charset=UTF-8", &[]),
        (
            "POST",
            "Content-Type",
            "application/json",
            &["Content-Type"],
        ),
        ("GET", "Range", "bytes=0-9", &[]),
        ("GET", "Range", "bytes=0-9,20-", &["Range"]),
        ("GET", "Authorization", "x", &["Authorization"]),
        ("GET", "Cookie", "x", &[]),
        ("PUT", "X-A", "x", &["PUT", "X-A"]),
    ] {
        assert_eq!(
            asked(method, &[(name, value)]).preflight,
            why,
            "{method} {name}: {value}"
        );
    }
    let long = "x".repeat(129);
    assert_eq!(asked("GET", &[("Accept", &long)]).preflight, ["Accept"]);
}

#[test]
fn subprotocols_that_a_browser_throws_at_are_named() {
    let names = ["chat", "a b", "Chat", "chat", ""].map(str::to_owned);
    let doubts: Vec<_> = protocols(&names)
        .into_iter()
        .map(|doubt| (doubt.code, doubt.field))
        .collect();
    assert_eq!(
        doubts,
        [
            ("no-token", Some(1)),
            ("twice", Some(3)),
            ("no-token", Some(4))
        ]
    );
}

#[test]
fn a_close_is_counted_in_bytes_and_its_code_is_checked() {
    for (code, fits) in [
        (0, false),
        (999, false),
        (1000, true),
        (1001, false),
        (1005, false),
        (2999, false),
        (3000, true),
        (4999, true),
        (5000, false),
    ] {
        assert_eq!(closing(code, "").code_fits, fits, "{code}");
    }
    let fits = closing(1000, &"\u{3042}".repeat(41));
    assert_eq!((fits.reason_bytes, fits.reason_fits), (123, true));
    assert!(!closing(1000, &"x".repeat(124)).reason_fits);
    let long = closing(1000, &"\u{3042}".repeat(42));
    assert_eq!((long.reason_bytes, long.reason_fits), (126, false));
}

#[test]
fn every_cause_that_is_named_has_a_page() {
    let known: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    for code in 0..=u16::MAX {
        for opened in [false, true] {
            for cause in told(code, opened).causes {
                assert!(known.contains(&cause), "{code}: {cause}");
            }
        }
    }
    let sources = [
        include_str!("../src/address/doubts/places.rs"),
        include_str!("../src/address/doubts/characters.rs"),
    ];
    for cause in sources
        .iter()
        .flat_map(|text| text.split("cause(\"").skip(1))
    {
        let cause = cause.split('"').next().expect("a name");
        assert!(known.contains(&cause), "{cause}");
    }
    assert_eq!(told(4401, true).uses, [["graphql-ws", "Unauthorized"]]);
    assert!(!told(1006, false).on_the_wire);
}

#[test]
fn a_line_of_the_console_names_its_cause() {
    let told = line(
        "WebSocket connection to 'wss://a.example/' failed: Error during WebSocket handshake: Unexpected response code: 404",
    );
    assert_eq!((told.cause, told.status), (Some("ws-path-404"), Some(404)));
    let told = line("GET https://a.example/ net::ERR_CERT_DATE_INVALID");
    assert_eq!(told.net_error.as_deref(), Some("ERR_CERT_DATE_INVALID"));
    assert_eq!(line("la la la").cause, None);
    assert_eq!(line(&"\u{3042}".repeat(100_000)).cause, None);
}

proptest! {
    #[test]
    fn any_request_and_line_are_looked_at(method in ".*", name in ".*", value in ".*") {
        let _ = asked(&method, &[(&name, &value)]);
        let _ = line(&value);
        let _ = closing(method.len() as u16, &value);
    }
}
