//! `--lenient`: a WebSocket whose handshake lost its `Upgrade` and `Connection` on the way opens nonetheless.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck::wire::{CLOSE_CODE, CLOSE_REASON, End, sealed};
use support::web_socket::{CLOSE, HANDSHAKE, frame, try_open};
use support::{Client, Site, encrypted, http2, key, path, within};

/// What a proxy leaves of a handshake that takes `Upgrade` and `Connection` for its own.
const STRIPPED: &str = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

fn socket(attempt: u16) -> String {
    path(&key(1), "w", attempt, "web-socket")
}

async fn lenient() -> Site {
    Site::start(|config| config.lenient = true).await
}

async fn talks_and_ends(client: &mut Client) {
    client.say("echo 7").await;
    assert!(client.hear_text().await.starts_with("echo 7 "));
    client.say("end").await;
    let close = client.hear_close().await;
    assert_eq!(close, (CLOSE_CODE, CLOSE_REASON.to_owned()));
    client
        .send(frame(0x80 | CLOSE, &CLOSE_CODE.to_be_bytes()))
        .await;
    assert!(!client.more().await, "the connection is never used again");
}

#[tokio::test]
async fn without_its_upgrade_it_opens_and_the_ledger_says_what_was_missing() {
    let site = lenient().await;
    let (mut client, answer) = try_open(&site, &socket(1), STRIPPED).await;
    assert_eq!(answer.status, 101, "{}", answer.text());
    assert_eq!(answer.header("upgrade"), Some("websocket"));
    assert_eq!(answer.header("connection"), Some("Upgrade"));
    // Source: RFC 6455 § 1.3.
    let accept = answer.header("sec-websocket-accept");
    assert_eq!(accept, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_eq!(answer.header("pushcheck-answer"), Some(&*site.instance));
    talks_and_ends(&mut client).await;
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    let seen = &ledger.sightings[0];
    let names: Vec<&str> = seen.headers.iter().map(|field| &*field.name).collect();
    assert_eq!(
        names,
        ["Host", "Sec-WebSocket-Version", "Sec-WebSocket-Key"]
    );
    assert_eq!((seen.status, seen.end), (Some(101), Some(End::Complete)));
    assert_eq!((seen.frames_in, seen.frames_out), (2, 1));
    assert_eq!(
        (seen.bytes_in, seen.bytes_out),
        (Some(client.sent), Some(client.got))
    );
    assert!(seen.head_out.is_some_and(|head| head < client.got));
    assert!(ledger.complete);
}

#[tokio::test]
async fn a_connection_field_of_the_next_hop_changes_nothing() {
    let site = lenient().await;
    // Whoever asks for the connection's end after this exchange is told that it will come: so it does.
    for (connection, attempt, answered) in
        [("close", 1, "Upgrade, close"), ("keep-alive", 2, "Upgrade")]
    {
        let fields = format!("{STRIPPED}\r\nConnection: {connection}");
        let (mut client, answer) = try_open(&site, &socket(attempt), &fields).await;
        assert_eq!(
            (answer.status, answer.header("connection")),
            (101, Some(answered))
        );
        talks_and_ends(&mut client).await;
    }
    // Only one of the two was lost.
    let fields = format!("{STRIPPED}\r\nUpgrade: websocket");
    let (mut client, answer) = try_open(&site, &socket(3), &fields).await;
    assert_eq!(answer.status, 101);
    talks_and_ends(&mut client).await;
}

#[tokio::test]
async fn a_whole_handshake_opens_as_ever() {
    let site = lenient().await;
    let (mut client, answer) = try_open(&site, &socket(1), HANDSHAKE).await;
    assert_eq!(answer.status, 101);
    talks_and_ends(&mut client).await;
}

#[tokio::test]
async fn over_tls_and_on_a_connection_in_use_it_opens_too() {
    let site = lenient().await;
    let mut client = Client::over(encrypted(&site, b"http/1.1").await);
    assert_eq!(client.get(&path(&key(1), "p", 1, "poll")).await.status, 200);
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: a\r\n{STRIPPED}\r\n\r\n",
        socket(2)
    );
    // What comes together with the head is heard too.
    client
        .send([head.as_bytes(), &frame(0x81, sealed("echo 1").as_bytes())].concat())
        .await;
    assert_eq!(client.head().await.status, 101);
    assert!(client.hear_text().await.starts_with("echo 1 "));
    talks_and_ends(&mut client).await;
}

#[tokio::test]
async fn what_is_no_stripped_handshake_is_told_to_upgrade() {
    let site = lenient().await;
    let (_, answer) = try_open(&site, &socket(1), "Sec-WebSocket-Version: 13").await;
    assert_eq!(answer.status, 426, "without a key it is a plain GET");
    let (_, answer) = try_open(&site, &socket(2), &format!("{STRIPPED}\r\nUpgrade: h2c")).await;
    assert_eq!(answer.status, 426, "it asks for something else");
    let (_, answer) = try_open(&site, &socket(3), &STRIPPED.replace(": 13", ": 8")).await;
    answer.is_refused(426, "version");
    let (_, answer) = try_open(&site, &socket(4), &STRIPPED.replace("dGhl", "d")).await;
    assert_eq!(answer.status, 400);
    let mut client = site.client().await;
    client
        .send(format!(
            "GET {} HTTP/1.0\r\nHost: a\r\n{STRIPPED}\r\n\r\n",
            socket(5)
        ))
        .await;
    assert_eq!(client.answer().await.status, 426);
    let fields = format!("{STRIPPED}\r\nOrigin: https://evil.example");
    let (mut client, answer) = try_open(&site, &socket(6), &fields).await;
    answer.is_refused(403, "origin");
    assert_eq!(client.get("/v1/about").await.status, 200, "as any refusal");
}

#[tokio::test]
async fn unless_asked_for_it_is_strict() {
    let site = Site::plain().await;
    let (_, answer) = try_open(&site, &socket(1), STRIPPED).await;
    assert_eq!(
        (answer.status, &answer.problem()["field"]),
        (426, &"Upgrade".into())
    );
}

#[tokio::test]
async fn http2_has_nothing_to_be_lenient_with() {
    let site = lenient().await;
    let mut send = http2::connect(&site).await;
    let (response, _stream) = http2::web_socket(&mut send, &socket(1), "13").await;
    assert_eq!(response.status(), 200);
    let plain = http::Request::get(format!("https://localhost{}", socket(2)))
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .body(())
        .unwrap();
    let (response, _) = send.send_request(plain, true).unwrap();
    assert_eq!(within(response).await.unwrap().status(), 426);
}
