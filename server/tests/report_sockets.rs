//! A report goes over a WebSocket as well: one message each way, and the judgement is that of a POST.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use bytes::Bytes;
use pushcheck_server::RefuseUpgrades;
use serde_json::{Value, json};
use support::report::report;
use support::web_socket::{
    BINARY, CLOSE, HANDSHAKE, PING, PONG, TEXT, frame, try_open, try_open_over,
};
use support::{Client, Site, http2, within};

const PATH: &str = "/v1/reports";

/// What the server says, and the code of its close; then the connection has ended.
async fn ends(client: &mut Client) -> (Value, u16) {
    let (opcode, text) = client.hear().await;
    assert_eq!(opcode, TEXT);
    let code = client.hear_close().await.0;
    client
        .try_send(frame(0x80 | CLOSE, &code.to_be_bytes()))
        .await;
    let began = std::time::Instant::now();
    assert!(!client.more().await, "the server ends the connection");
    // After what was too large nothing can be told apart as frames: the page's close frame is not seen.
    let is_soon = began.elapsed().as_millis() < 1_500;
    assert!(is_soon || code == 1009, "as soon as it can");
    (serde_json::from_slice(&text).unwrap(), code)
}

/// A page's, which says its origin.
async fn page(site: &Site) -> Client {
    let fields = format!("{HANDSHAKE}\r\nOrigin: http://probe.test");
    let (client, answer) = try_open(site, PATH, &fields).await;
    assert_eq!(answer.status, 101, "{}", answer.text());
    client
}

async fn said(site: &Site, message: &[u8]) -> (Value, u16) {
    let mut client = page(site).await;
    client.send(frame(0x80 | TEXT, message)).await;
    ends(&mut client).await
}

#[tokio::test]
async fn a_report_is_one_message_and_so_is_the_answer() {
    let site = Site::plain().await;
    let report = report(&site).await.to_string();
    let (kept, code) = said(&site, report.as_bytes()).await;
    assert_eq!((kept["id"].as_str().map(str::len), code), (Some(32), 1000));
    // In pieces, with others' frames in between.
    let mut client = page(&site).await;
    let (one, two) = report.as_bytes().split_at(700);
    client.send(frame(TEXT, one)).await;
    client.send(frame(0x80 | PING, b"here?")).await;
    assert_eq!(client.hear().await, (PONG, b"here?".to_vec()));
    client.send(frame(0x80, two)).await;
    assert_eq!(ends(&mut client).await.1, 1000);
}

#[tokio::test]
async fn what_is_no_report_gets_the_problem_of_a_post() {
    let site = Site::plain().await;
    let whole = report(&site).await.to_string();
    let wrong = whole.replace("\"polling\"", "\"pulling\"");
    for body in ["{", "[1]", "", &wrong] {
        let (problem, code) = said(&site, body.as_bytes()).await;
        assert_eq!((&problem["field"], code), (&json!("report"), 1008));
        let posted = site.client().await.post(PATH, body).await;
        assert_eq!(problem, posted.problem(), "{body}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_told_so_however_much_of_it_comes() {
    let site = Site::start(|config| config.limits.report_bytes = 100_000).await;
    let report = report(&site).await.to_string();
    let long = |bytes: usize| format!("{report}{}", " ".repeat(bytes - report.len())).into_bytes();
    assert_eq!(said(&site, &long(100_000)).await.1, 1000);
    for bytes in [100_001, 3_000_000] {
        let (problem, code) = said(&site, &long(bytes)).await;
        assert_eq!((&problem["status"], code), (&json!(413), 1009));
        assert_eq!(problem["refused"], "size");
    }
    let mut client = page(&site).await;
    let whole = long(120_000);
    let (one, two) = whole.split_at(60_000);
    client.send(frame(TEXT, one)).await;
    client.send(frame(0x80, two)).await;
    assert_eq!(ends(&mut client).await.1, 1009);
}

#[tokio::test]
async fn what_is_against_the_protocol_is_told_by_code() {
    let site = Site::plain().await;
    for (bytes, code) in [
        (frame(0x80 | BINARY, b"{}"), 1003),
        (frame(0x80 | TEXT, b"\xff"), 1007),
        (frame(0x80, b"{}"), 1002),
        (frame(0xc0 | TEXT, b"{}"), 1002),
        (b"\x81\x02{}".to_vec(), 1002),
    ] {
        let mut client = page(&site).await;
        client.send(bytes).await;
        assert_eq!(client.hear_close().await.0, code);
    }
    let mut client = page(&site).await;
    client.send(frame(0x80 | CLOSE, &[3, 233])).await;
    assert_eq!(client.hear_close().await.0, 1001);
    assert!(!client.more().await);
}

#[tokio::test]
async fn nobody_is_waited_for_and_only_so_many_are_heard() {
    let mut site = Site::start(|config| config.limits.body_ms = 400).await;
    let began = std::time::Instant::now();
    let mut silent = page(&site).await;
    silent.send(frame(TEXT, b"{")).await;
    let (problem, code) = ends(&mut silent).await;
    assert_eq!((&problem["status"], code), (&json!(408), 1008));
    assert!(began.elapsed().as_secs() < 5);

    site.stop();
    site.ended().await;
    let mut site = Site::plain().await;
    let mut all = Vec::new();
    for _ in 0..32 {
        all.push(page(&site).await);
    }
    let (_, answer) = try_open(&site, PATH, HANDSHAKE).await;
    answer.is_refused(429, "count");
    let posted = site.client().await.post(PATH, "{}").await;
    posted.is_refused(429, "count");
    drop(all.pop());
    within(async {
        while site.client().await.post(PATH, "{}").await.status != 400 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await;
    site.stop();
    let (code, reason) = all[0].hear_close().await;
    assert_eq!((code, &*reason), (1001, "pushcheck: going away"));
    drop(all);
    site.ended().await;
}

#[tokio::test]
async fn whose_pages_may_open_one_and_how_is_as_with_every_socket() {
    let site = Site::start(|config| {
        config.embed_origins = vec!["https://app.example".parse().unwrap()];
    })
    .await;
    let with = |origin: &str| format!("{HANDSHAKE}\r\nOrigin: {origin}");
    let (_, answer) = try_open(&site, PATH, &with("https://evil.example")).await;
    answer.is_refused(403, "origin");
    let (_, answer) = try_open(&site, PATH, &with("https://app.example")).await;
    assert_eq!(answer.status, 101);
    let lost = HANDSHAKE.replace("Upgrade: websocket\r\n", "");
    let (_, answer) = try_open(&site, PATH, &lost).await;
    assert_eq!(
        (answer.status, &answer.problem()["field"]),
        (426, &json!("Upgrade"))
    );
    let answer = site.get(PATH).await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, Some("POST, OPTIONS"))
    );
    let lenient = Site::start(|config| config.lenient = true).await;
    let (_, answer) = try_open_over(lenient.client().await, PATH, &lost).await;
    assert_eq!(answer.status, 101);
    let rehearsal =
        Site::start(|config| config.refuse_upgrades = Some(RefuseUpgrades::Origin)).await;
    let (_, answer) = try_open(&rehearsal, PATH, HANDSHAKE).await;
    answer.is_refused(403, "origin");
}

#[tokio::test]
async fn over_http2_it_is_a_stream_of_its_own() {
    let site = Site::plain().await;
    let mut report = report(&site).await.to_string();
    // A frame with a length of 64 bits, as the client here makes them.
    report += &" ".repeat(200);
    let mut send = http2::connect(&site).await;
    let (response, mut stream) = http2::web_socket(&mut send, PATH, "13").await;
    assert_eq!(response.status(), 200);
    let message = frame(0x80 | TEXT, report.as_bytes());
    stream.send_data(Bytes::from(message), false).unwrap();
    let close = frame(0x80 | CLOSE, &1000_u16.to_be_bytes());
    stream.send_data(Bytes::from(close), true).unwrap();
    let heard = http2::pieces(response).await.concat();
    let text = &heard[2..heard.len() - 4];
    let kept: Value = serde_json::from_slice(text).unwrap();
    assert_eq!(kept["id"].as_str().map(str::len), Some(32));
    assert_eq!(heard[heard.len() - 4..], [0x88, 2, 3, 232]);
}
