//! Links: what they hold, what they never hold, and what they may fill in.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use pushcheck_tester::address::Parsed;
use pushcheck_tester::link::{Admission, Asked, Filled, LONGEST, admit, read, write};

fn filled(url: &str) -> Filled {
    Filled {
        kind: "web-socket".to_owned(),
        url: url.to_owned(),
        ..Filled::default()
    }
}

#[test]
fn no_secret_that_can_be_known_as_one_stands_in_a_link() {
    let secrets = [
        "token=S3CRET",
        "key=S3CRET",
        "apiKey=S3CRET",
        "auth=S3CRET",
        "sig=S3CRET",
        "X-Amz-Signature=S3CRET",
        "secret=S3CRET",
        "session=S3CRET",
        "PHPSESSID=S3CRET",
        "code=S3CRET",
        "password=S3CRET",
        "jwt=S3CRET",
        "t%6fken=S3CRET",
        "x=eyJhbGciOi.S3CRET.c2ln",
    ];
    for secret in secrets {
        let made = write(&filled(&format!(
            "wss://u:S3CRET@app.example/live?room=1&{secret}&lang=ja#S3CRET"
        )));
        let fragment = made.fragment.expect("it is short");
        assert!(!fragment.contains("S3CRET"), "{secret}: {fragment}");
        assert_eq!(made.left_out.len(), 1, "{secret}");
        assert!(made.user_left_out);
        let back = read(&fragment).expect("a link");
        assert_eq!(
            back.url, "wss://app.example/live?room=1&lang=ja",
            "{secret}"
        );
    }
    let made = write(&Filled {
        protocols: vec![
            "chat".to_owned(),
            "bearer.S3CRET".to_owned(),
            "S3CRET".repeat(8),
        ],
        headers: vec!["Authorization".to_owned()],
        ..filled("wss://app.example/")
    });
    assert_eq!(made.protocols_left_out, 2);
    let fragment = made.fragment.expect("it is short");
    assert!(!fragment.contains("S3CRET"), "{fragment}");
}

#[test]
fn user_and_password_stay_out_however_many_slashes_stand_before_them() {
    for (url, kept) in [
        (
            "wss:///alice:S3CRET@app.example/live",
            "wss:///app.example/live",
        ),
        (
            "wss:/alice:S3CRET@app.example/live",
            "wss:/app.example/live",
        ),
        ("wss:alice:S3CRET@app.example/live", "wss:app.example/live"),
        (
            "WSS:\\\\alice:S3CRET@app.example\\live",
            "WSS:\\\\app.example\\live",
        ),
        (
            "https:/\\/alice:S3CRET@app.example/",
            "https:/\\/app.example/",
        ),
        ("wss:/\t/\nalice:S3CRET@app.example/", "wss://app.example/"),
        (
            " \u{1}wss:///alice:S3CRET@app.example/",
            "wss:///app.example/",
        ),
        ("wss：//alice:S3CRET@app.example/", "wss：//app.example/"),
        ("wss://alice:S3CRET＠app.example/", "wss://app.example/"),
        ("alice:S3CRET@app.example/", "app.example/"),
        (
            "wss:wss://alice:S3CRET@app.example/",
            "wss:wss://app.example/",
        ),
        (
            "https://h/https://S3CRET@app.example/",
            "https://h/https://app.example/",
        ),
        ("https://h/@a/b@1.2", "https://h/@a/b@1.2"),
    ] {
        let made = write(&filled(url));
        let back = read(&made.fragment.expect("it is short")).expect("a link");
        assert_eq!(back.url, kept, "{url}");
        assert_eq!(made.user_left_out, url.contains("S3CRET"), "{url}");
    }
}

#[test]
fn tokens_without_a_name_stay_out_and_are_counted() {
    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    for (url, kept, nameless, named) in [
        (format!("wss://h/live?{TOKEN}"), "wss://h/live", 1, 0),
        (
            format!("wss://h/live?a=1&{TOKEN}="),
            "wss://h/live?a=1",
            1,
            0,
        ),
        ("wss://h/live?Q2FyZA==".to_owned(), "wss://h/live", 1, 0),
        (
            "wss://h/live?9f86d081884c7d659a2f".to_owned(),
            "wss://h/live",
            1,
            0,
        ),
        (format!("wss://h/live/{TOKEN}/x"), "wss://h/live/…/x", 1, 0),
        (
            "wss://h/hooks/T02AB/XXzz09YYxx08WWvv07UUuu06".to_owned(),
            "wss://h/hooks/T02AB/…",
            1,
            0,
        ),
        ("wss://h/live;jsessionid=A1".to_owned(), "wss://h/…", 1, 0),
        (
            "wss://h/?url=wss%3A%2F%2Fh%2F%3Faccess_token%3Dx&b".to_owned(),
            "wss://h/?b",
            0,
            1,
        ),
        (
            "wss://h/?u=%2577ss%253A%252F%252Fa%253Ab%2540h%252F".to_owned(),
            "wss://h/",
            0,
            1,
        ),
        (
            "wss://h/?u=wss%3A%2F%2Fh%2F%3Faccess%255Ftoken%253Dx".to_owned(),
            "wss://h/",
            0,
            1,
        ),
        (
            "wss://h/?d=%7B%22token%22%3A%22x%22%7D".to_owned(),
            "wss://h/",
            0,
            1,
        ),
        (format!("wss://h/?h=Bearer+{TOKEN}"), "wss://h/", 0, 1),
        // What may be handed on.
        (
            "wss://h/?debug&c?&room=9f86d081884c7d659a2f".to_owned(),
            "wss://h/?debug&c?&room=9f86d081884c7d659a2f",
            0,
            0,
        ),
        (
            "wss://h/r/6f1cb2a0-8d5e-4b8e-9d3c-1a2b3c4d5e6f/x".to_owned(),
            "wss://h/r/6f1cb2a0-8d5e-4b8e-9d3c-1a2b3c4d5e6f/x",
            0,
            0,
        ),
        (
            "wss://h/how-to-open-sockets-in-2026?u=https%3A%2F%2Fh%2Fa%3Fb%3D1".to_owned(),
            "wss://h/how-to-open-sockets-in-2026?u=https%3A%2F%2Fh%2Fa%3Fb%3D1",
            0,
            0,
        ),
    ] {
        let made = write(&filled(&url));
        let back = read(&made.fragment.expect("it is short")).expect("a link");
        assert_eq!(back.url, kept, "{url}");
        assert_eq!(
            (made.nameless_left_out, made.left_out.len()),
            (nameless, named),
            "{url}"
        );
    }
}

#[test]
fn what_a_link_holds_comes_back() {
    let all = Filled {
        kind: "http".to_owned(),
        url: "https://app.example/?a=%20&b".to_owned(),
        protocols: vec!["a".to_owned(), "b".to_owned()],
        events: vec!["tick".to_owned()],
        method: "POST".to_owned(),
        headers: vec!["X-Name".to_owned()],
        format: "json".to_owned(),
        payload: "{\"a\": \"&=#%\u{1f600}\"}".to_owned(),
    };
    let fragment = write(&all).fragment.expect("it is short");
    assert!(
        fragment.bytes().all(|byte| byte.is_ascii_graphic()),
        "{fragment}"
    );
    assert_eq!(read(&format!("#{fragment}")), Some(all));
}

#[test]
fn a_question_mark_in_a_query_stays() {
    let fragment = write(&filled("wss://a.example/?&?b=1&token=x&c?"))
        .fragment
        .expect("it is short");
    assert_eq!(
        read(&fragment).expect("a link").url,
        "wss://a.example/??b=1&c?"
    );
}

#[test]
fn what_has_no_place_in_a_link_is_passed_over() {
    for fragment in [
        "",
        "#",
        "#x",
        "#kind=http",
        "#url=",
        &format!("#url=wss://a.example/{}", "x".repeat(LONGEST)),
    ] {
        assert_eq!(read(fragment), None, "{fragment}");
    }
    let read = read("#url=wss%3A%2F%2Fa.example&kind=shell&format=exe&start=1&auto&value=x&header=Cookie&header=X-A&protocol=a").expect("a link");
    let expected = Filled {
        url: "wss://a.example".to_owned(),
        protocols: vec!["a".to_owned()],
        headers: vec!["X-A".to_owned()],
        ..Filled::default()
    };
    assert_eq!(read, expected);
    let many = format!("url=a{}", "&protocol=x".repeat(100));
    assert_eq!(super_read(&many).protocols.len(), 32);
}

fn super_read(fragment: &str) -> Filled {
    read(fragment).expect("a link")
}

fn admitted(url: &str, list: Option<&[&str]>) -> Admission {
    let url = url::Url::parse(url).ok();
    admit(&Asked {
        parsed: url.map(|url| Parsed {
            href: url.to_string(),
            protocol: format!("{}:", url.scheme()),
            hostname: url.host_str().unwrap_or_default().to_owned(),
            port: url.port().map_or_else(String::new, |port| port.to_string()),
            pathname: url.path().to_owned(),
            search: String::new(),
            hash: String::new(),
            username: url.username().to_owned(),
            password: url.password().unwrap_or_default().to_owned(),
        }),
        endpoints: list.map(|list| list.iter().map(|one| (*one).to_owned()).collect()),
    })
}

#[test]
fn links_fill_in_what_the_operator_lets_them() {
    use Admission::{NoUrl, NotListed, NotPublic, UserPassword, Yes};
    const LIST: Option<&[&str]> = Some(&[
        "wss://app.example",
        "https://*.app.example",
        "http://127.0.0.1:9000",
        "ws://[::1]:7",
        "wss://app.example:8443",
    ]);
    for (url, list, told) in [
        ("wss://any.example/", None, Yes),
        ("https://8.8.8.8/", None, Yes),
        ("wss://localhost:9000/", None, NotPublic),
        ("ws://127.0.0.1/", None, NotPublic),
        ("ws://2130706433/", None, NotPublic),
        ("ws://0x7f.1/", None, NotPublic),
        ("ws://[::ffff:127.0.0.1]/", None, NotPublic),
        ("ws://0.0.0.0:9000/", None, NotPublic),
        ("http://169.254.169.254/latest", None, NotPublic),
        ("http://router/", None, NotPublic),
        ("http://nas.local/", None, NotPublic),
        ("wss://u@any.example/", None, UserPassword),
        ("wss://:p@any.example/", None, UserPassword),
        ("ftp://any.example/", None, NoUrl),
        ("javascript:alert(1)", None, NoUrl),
        ("nonsense", None, NoUrl),
        ("wss://app.example/any/path?x", LIST, Yes),
        ("wss://APP.example:443/", LIST, Yes),
        ("wss://app.example:8443/", LIST, Yes),
        ("wss://app.example:8444/", LIST, NotListed),
        ("https://app.example/", LIST, NotListed),
        ("ws://app.example/", LIST, NotListed),
        ("https://a.app.example/", LIST, Yes),
        ("https://a.b.app.example/", LIST, Yes),
        ("https://evilapp.example/", LIST, NotListed),
        ("https://app.example.evil/", LIST, NotListed),
        ("https://a.app.example:444/", LIST, NotListed),
        ("http://127.0.0.1:9000/", LIST, Yes),
        ("http://127.0.0.1:9001/", LIST, NotPublic),
        ("ws://127.0.0.1:9000/", LIST, NotPublic),
        ("ws://[::1]:7/", LIST, Yes),
        ("ws://[::1]:8/", LIST, NotPublic),
        ("wss://any.example/", Some(&[]), NotListed),
        (
            "wss://any.example/",
            Some(&["*", "wss://*", "://", "wss://any.example:x", ""]),
            NotListed,
        ),
    ] {
        assert_eq!(admitted(url, list), told, "{url} {list:?}");
    }
}

proptest! {
    #[test]
    fn any_fragment_is_read(fragment in ".*") {
        let _ = read(&fragment);
    }

    #[test]
    fn no_url_brings_its_user_along(
        scheme in "wss|WS|https?", slashes in "[/\\\\\t]{0,5}", user in "[a-z%:]{1,8}", path in "[/a-z?&=@#\\\\]{0,12}"
    ) {
        let secret = format!("SEC{user}");
        let typed = format!("{scheme}:{slashes}{secret}@app.example/{path}");
        let made = write(&filled(&typed));
        let url = read(&made.fragment.expect("it is short")).expect("a link").url;
        prop_assert!(!url.contains("SEC"), "{}", url);
        // Whatever remains is an address of the same host, and of nobody's.
        let (before, after) = (url::Url::parse(&typed), url::Url::parse(&url));
        if let (Ok(before), Ok(after)) = (before, after) {
            prop_assert_eq!((after.username(), after.password()), ("", None));
            prop_assert_eq!(before.host_str(), after.host_str());
        }
    }

    #[test]
    fn a_link_is_read_as_it_was_written(url in "[ -~]{1,40}", payload in ".{0,40}", protocol in "[a-z.]{1,10}") {
        let all = Filled { protocols: vec![protocol], format: "text".to_owned(), payload: payload.clone(), ..filled(&format!("wss://a.example/{url}")) };
        let once = write(&all).fragment.expect("it is short");
        if let Some(back) = read(&once) {
            prop_assert_eq!(&back.payload, &payload);
            prop_assert_eq!(write(&back).fragment, Some(once));
        }
    }
}
