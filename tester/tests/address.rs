//! URLs as people type them: which doubts they raise, and what corrects them.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use pushcheck_tester::Kind;
use pushcheck_tester::address::{Asked, Doubt, Page, Parsed, Severity, Taken, is_blocked, take};
use url::Url;

/// What a browser's `URL` says of a text.
fn parsed(raw: &str) -> Option<Parsed> {
    let url = Url::parse(raw).ok()?;
    let after = |sign: char, text: Option<&str>| match text {
        None | Some("") => String::new(),
        Some(text) => format!("{sign}{text}"),
    };
    Some(Parsed {
        href: url.to_string(),
        protocol: format!("{}:", url.scheme()),
        hostname: url.host_str().unwrap_or_default().to_owned(),
        port: url.port().map_or_else(String::new, |port| port.to_string()),
        pathname: url.path().to_owned(),
        search: after('?', url.query()),
        hash: after('#', url.fragment()),
        username: url.username().to_owned(),
        password: url.password().unwrap_or_default().to_owned(),
    })
}

fn on(page: &str, raw: &str, kind: Kind) -> Taken {
    take(&Asked {
        raw: raw.to_owned(),
        kind,
        parsed: parsed(raw),
        page: Page {
            protocol: page.to_owned(),
            hostname: "check.example".to_owned(),
        },
    })
}

fn doubts(raw: &str, kind: Kind) -> Vec<Doubt> {
    on("https:", raw, kind).doubts
}

fn find(raw: &str, kind: Kind, code: &str) -> Doubt {
    let all = doubts(raw, kind);
    let found = all.iter().find(|doubt| doubt.code == code);
    found
        .unwrap_or_else(|| panic!("{raw}: no {code} in {all:?}"))
        .clone()
}

use Kind::{Http, ServerSentEvents as Events, WebSocket as Ws};
use Severity::{Perhaps, Remark, Stops};

#[test]
fn a_sound_url_raises_none() {
    for (raw, kind) in [
        ("wss://app.example:8443/live?room=1&lang=ja", Ws),
        ("https://app.example:8443/events", Events),
        ("https://app.example:8443/a%20b?c=%25", Http),
        ("https://[2606:4700::1111]:8443/", Http),
    ] {
        let doubts = doubts(raw, kind);
        let raised: Vec<_> = doubts
            .iter()
            .filter(|doubt| doubt.severity != Remark && doubt.code != "address-and-tls")
            .collect();
        assert!(raised.is_empty(), "{raw}: {raised:?}");
    }
    assert_eq!(doubts("  ", Ws), []);
    assert_eq!(
        doubts("wss://app.example/", Ws).len(),
        1,
        "the default port is named"
    );
}

/// The text, what it is for, the doubt, its part, how much it weighs, and the corrected text.
type Case = (
    &'static str,
    Kind,
    &'static str,
    &'static str,
    Severity,
    Option<&'static str>,
);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("wss：//app.example/", Ws, "full-width", "text", Stops, Some("wss://app.example/")),
    ("wss:／／app.example/", Ws, "full-width", "text", Stops, Some("wss://app.example/")),
    ("wss://ａpp.example/", Ws, "full-width", "host", Perhaps, Some("wss://app.example/")),
    ("wss://app。example/", Ws, "full-width", "host", Perhaps, Some("wss://app.example/")),
    ("wss：／／ａpp．example／ｘ？ｑ＝１", Ws, "full-width", "text", Stops, Some("wss://app.example/ｘ？ｑ＝１")),
    ("wss://app.example/？a", Ws, "full-width", "path", Remark, None),
    ("wss://app.example/?q=ｘ　ｙ", Ws, "full-width", "query", Remark, None),
    ("wss://app.example:８４４３/", Ws, "full-width", "port", Stops, Some("wss://app.example:8443/")),
    (" wss://app.example/\n", Ws, "outer-space", "text", Remark, Some("wss://app.example/")),
    ("wss://app.example/a b", Ws, "space", "path", Perhaps, Some("wss://app.example/a%20b")),
    ("wss://app.example/?q=a b\u{a0}c", Ws, "space", "query", Perhaps, Some("wss://app.example/?q=a%20b%C2%A0c")),
    ("wss://u:a b@app.example/", Ws, "space", "text", Perhaps, Some("wss://u:a%20b@app.example/")),
    ("wss://app .example/?q=a b", Ws, "space", "host", Stops, Some("wss://app.example/?q=a%20b")),
    ("wss://app.example/a\nb", Ws, "line-break", "path", Perhaps, Some("wss://app.example/ab")),
    ("wss://app.example/a\u{200b}b", Ws, "invisible", "path", Perhaps, Some("wss://app.example/ab")),
    ("wss://app.example/?q=\u{1f468}\u{200d}\u{1f469}", Ws, "invisible", "query", Perhaps, None),
    ("wss://app\u{200b}.example/", Ws, "invisible", "host", Perhaps, Some("wss://app.example/")),
    ("\u{feff}wss://app.example/", Ws, "invisible", "text", Stops, Some("wss://app.example/")),
    ("\u{201c}wss://app.example/\u{201d}", Ws, "quotes", "text", Stops, Some("wss://app.example/")),
    ("<https://app.example/>", Http, "quotes", "text", Stops, Some("https://app.example/")),
    ("app.example/live", Ws, "no-scheme", "scheme", Stops, Some("wss://app.example/live")),
    ("app.example:8443/live", Http, "no-scheme", "scheme", Stops, Some("https://app.example:8443/live")),
    ("localhost:8080/live", Ws, "no-scheme", "scheme", Stops, Some("ws://localhost:8080/live")),
    ("//app.example/live", Events, "no-scheme", "scheme", Stops, Some("https://app.example/live")),
    ("https://app.example/", Ws, "http-for-ws", "scheme", Perhaps, Some("wss://app.example/")),
    ("HTTP://app.example/", Ws, "http-for-ws", "scheme", Perhaps, Some("ws://app.example/")),
    ("wss://app.example/", Events, "ws-for-http", "scheme", Stops, Some("https://app.example/")),
    ("ws://app.example/", Http, "ws-for-http", "scheme", Stops, Some("http://app.example/")),
    ("ftp://app.example/", Http, "other-scheme", "scheme", Stops, None),
    ("file:///etc/hosts", Http, "other-scheme", "scheme", Stops, None),
    ("wss:/app.example/", Ws, "slashes", "scheme", Perhaps, Some("wss://app.example/")),
    ("wss:app.example/", Ws, "slashes", "scheme", Perhaps, Some("wss://app.example/")),
    ("wss:///app.example/", Ws, "slashes", "scheme", Perhaps, Some("wss://app.example/")),
    ("https://user:pass@app.example/", Http, "user-password", "user", Stops, Some("https://app.example/")),
    ("wss://user:a@b@app.example/", Ws, "user-password", "user", Perhaps, Some("wss://app.example/")),
    ("wss://user@app.example/", Ws, "user-password", "user", Perhaps, Some("wss://app.example/")),
    ("wss://", Ws, "no-host", "host", Stops, None),
    ("wss://a^b/", Ws, "bad-host", "host", Stops, None),
    ("ws://localhost:9000/", Ws, "loopback", "host", Remark, None),
    ("ws://192.168.1.7/", Ws, "private", "host", Remark, None),
    ("wss://intranet/", Ws, "one-label", "host", Perhaps, None),
    ("ws://0.0.0.0:8080/", Ws, "unspecified", "host", Perhaps, Some("ws://127.0.0.1:8080/")),
    ("http://[::]:8080/", Http, "unspecified", "host", Perhaps, Some("http://[::1]:8080/")),
    ("wss://203.0.113.9/", Ws, "address-and-tls", "host", Perhaps, None),
    ("ws://2130706433/", Ws, "odd-address", "host", Perhaps, None),
    ("ws://0x7f.1/", Ws, "odd-address", "host", Perhaps, None),
    ("wss://bücher.example/", Ws, "international", "host", Remark, None),
    ("wss://app.example./x", Ws, "last-dot", "host", Perhaps, Some("wss://app.example/x")),
    ("wss://app.example:/x", Ws, "empty-port", "port", Remark, Some("wss://app.example/x")),
    ("wss://app.example:80a/", Ws, "port-no-number", "port", Stops, None),
    ("wss://app.example:70000/", Ws, "port-too-large", "port", Stops, None),
    ("wss://app.example/", Ws, "default-port", "port", Remark, None),
    ("wss://app.example:6000/", Ws, "blocked-port", "port", Stops, None),
    ("https://app.example:0/", Http, "blocked-port", "port", Stops, None),
    ("wss://app.example:80/", Ws, "tls-on-80", "port", Perhaps, Some("ws://app.example:80/")),
    ("ws://app.example:443/", Ws, "plain-on-443", "port", Perhaps, Some("wss://app.example:443/")),
    ("wss://app.example//live//x?a=//", Ws, "double-slash", "path", Perhaps, Some("wss://app.example/live/x?a=//")),
    ("wss://app.example/a/../b", Ws, "dots", "path", Remark, None),
    ("wss://app.example/100%", Ws, "stray-percent", "path", Perhaps, Some("wss://app.example/100%25")),
    ("wss://app.example/?a=%zz", Ws, "stray-percent", "query", Perhaps, Some("wss://app.example/?a=%25zz")),
    ("wss://app.example/é", Ws, "not-ascii", "path", Remark, None),
    ("wss://app.example/?accessToken=1", Ws, "secret", "query", Remark, None),
    ("wss://app.example/?a=1?b=2", Ws, "second-question-mark", "query", Perhaps, Some("wss://app.example/?a=1&b=2")),
    ("wss://app.example/#top", Ws, "fragment", "fragment", Perhaps, Some("wss://app.example/")),
    ("https://app.example/#top", Http, "fragment", "fragment", Remark, Some("https://app.example/")),
    ("wss:\\\\app.example\\live?a=\\", Ws, "backslash", "text", Perhaps, Some("wss://app.example/live?a=\\")),
    ("ws://app.example/", Ws, "mixed-content", "scheme", Stops, Some("wss://app.example/")),
    ("http://127.0.0.1:9000/", Http, "mixed-content-loopback", "scheme", Perhaps, Some("https://127.0.0.1:9000/")),
    ("http://10.0.0.1/", Http, "mixed-content", "scheme", Perhaps, Some("https://10.0.0.1/")),
    ("wss://1.2.3.999/", Ws, "not-a-url", "text", Stops, None),
];

#[test]
fn each_doubt_is_named_with_its_part_and_what_corrects_it() {
    for (raw, kind, code, part, severity, fix) in CASES {
        let doubt = find(raw, *kind, code);
        assert_eq!(
            (doubt.part, doubt.severity, doubt.fix.as_deref()),
            (*part, *severity, *fix),
            "{raw}: {code}"
        );
    }
}

#[test]
fn a_correction_takes_its_doubt_away() {
    for (raw, kind, code, _, _, fix) in CASES {
        let Some(fix) = fix else { continue };
        let left = doubts(fix, *kind);
        // What stands behind the host may be meant, and stays.
        if fix.contains(['？', 'ｘ']) {
            continue;
        }
        assert!(
            left.iter().all(|doubt| doubt.code != *code),
            "{raw}: {fix} still has {code}"
        );
    }
}

#[test]
fn what_may_be_meant_is_not_called_a_mistake() {
    for (raw, kind, codes) in [
        ("https://app.example/a//b", Http, &["not-a-url"][..]),
        (
            "https://[2001:db8::1]:8443/",
            Http,
            &["port-no-number", "bad-host", "port-too-large"],
        ),
        ("https://app.example/?a=//", Http, &["double-slash"]),
        ("https://app.example/user@host", Http, &["user-password"]),
        (
            "https://app.example:8443/?t=12:30",
            Http,
            &["port-no-number"],
        ),
        ("https://monkey.example/?pin_board=1x", Http, &["not-a-url"]),
        (
            "https://app.example:8443/%E3%81%82",
            Http,
            &["stray-percent", "not-ascii"],
        ),
    ] {
        let all = doubts(raw, kind);
        for code in codes {
            assert!(all.iter().all(|doubt| doubt.code != *code), "{raw}: {code}");
        }
    }
}

#[test]
fn an_insecure_page_has_nothing_against_plain_endpoints() {
    let all = on("http:", "ws://app.example:8080/", Ws).doubts;
    let codes: Vec<_> = all
        .iter()
        .map(|doubt| (doubt.code, doubt.severity))
        .collect();
    assert_eq!(codes, [("plain", Remark)]);
    assert_eq!(on("http:", "ws://127.0.0.1:8080/", Ws).doubts.len(), 1);
}

#[test]
fn parts_are_what_goes_over_the_wire() {
    let taken = on(
        "http:",
        "WSS://user:pass@Bücher.example/a/../b?x=1&y=%20#frag",
        Ws,
    );
    let parts = taken.parts.expect("parts");
    assert_eq!(
        (
            parts.scheme.as_str(),
            parts.host.as_str(),
            parts.port,
            parts.port_is_default,
            parts.path.as_str()
        ),
        ("wss", "xn--bcher-kva.example", 443, true, "/b")
    );
    assert_eq!(parts.query.len(), 2);
    assert_eq!(parts.fragment, "frag");
    assert_eq!(parts.sent, "wss://xn--bcher-kva.example/b?x=1&y=%20");
}

#[test]
fn places_count_as_javascript_counts() {
    // One character of two units stands before it.
    let doubt = find("wss://app.example/\u{1f600}%", Ws, "stray-percent");
    assert_eq!(doubt.at, Some([20, 21]));
}

#[test]
fn the_ports_are_those_of_the_standard() {
    assert_eq!((0..=u16::MAX).filter(|port| is_blocked(*port)).count(), 83);
    for port in [0, 22, 25, 6000, 6697, 10080] {
        assert!(is_blocked(port), "{port}");
    }
    for port in [80, 443, 3000, 8000, 8080, 8443, 5432, 6379] {
        assert!(!is_blocked(port), "{port}");
    }
}

proptest! {
    #[test]
    fn any_text_is_taken_apart(raw in ".*") {
        for kind in Kind::ALL {
            let taken = on("https:", &raw, kind);
            let units = raw.encode_utf16().count();
            for doubt in taken.doubts {
                if let Some([start, end]) = doubt.at {
                    prop_assert!(start <= end && end <= units, "{:?}", doubt);
                }
            }
        }
    }

    #[test]
    fn whatever_looks_like_a_url_is_taken_apart(
        raw in "(wss?|https?|ftp)?[:：]?[/\\\\／]{0,3}([a-zé@:\\[\\]%]{0,4}[.。]){0,2}[a-z]{0,3}(:[0-9a]{0,6})?[/\\\\]{0,2}[a-z%/é ]{0,6}(\\?[a-z=&?%]{0,8})?(#.{0,3})?"
    ) {
        let taken = on("https:", &raw, Ws);
        let sound = parsed(&raw).is_some_and(|url| ["ws:", "wss:", "http:", "https:"].contains(&url.protocol.as_str()));
        prop_assert_eq!(taken.parts.is_some(), sound);
        // What cannot be tried is never without a reason.
        prop_assert!(sound || raw.trim().is_empty() || taken.doubts.iter().any(|doubt| doubt.severity == Stops), "{}", raw);
    }
}
