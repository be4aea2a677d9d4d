//! A connection that reached us and a request that nobody can be named for: the ledger must not claim absence then.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::net::IpAddr;
use std::time::Duration;

use pushcheck::wire::Ledger;
use pushcheck_server::Behind;
use support::{Client, Site, encrypted, http2, key, path};
use tokio::net::TcpStream;

/// HTTP/2 (RFC 9113 § 3.4): what a client says before its first request, with empty settings.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

async fn becomes_unsure(site: &Site) {
    site.ledger_when(&key(1), |ledger| !ledger.complete).await;
}

async fn stays_sure(site: &Site) {
    for _ in 0..5 {
        assert!(site.ledger(&key(1)).await.complete);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A proxy of the operator's own on this host, through which every visitor comes.
fn behind(config: &mut pushcheck_server::Config) {
    config.behind = Some(Behind {
        name: "nginx".to_owned(),
        trusted: vec![IpAddr::from([127, 0, 0, 1])],
    });
}

#[tokio::test]
async fn a_head_that_cannot_be_parsed_could_have_been_of_any_run_from_there() {
    for garbage in ["NONSENSE\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n"] {
        let site = Site::plain().await;
        stays_sure(&site).await;
        let mut client = site.client().await;
        client.send(garbage).await;
        assert_eq!(client.answer().await.status, 400);
        becomes_unsure(&site).await;
    }
}

#[tokio::test]
async fn half_a_head_that_was_left_could_have_been_of_any_run_from_there() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    assert_eq!(client.get("/v1/about").await.status, 200);
    client
        .send(format!("GET {} HT", path(&key(1), "p", 1, "poll")))
        .await;
    stays_sure(&site).await;
    drop(client);
    becomes_unsure(&site).await;
}

#[tokio::test]
async fn a_body_that_nobody_read_is_no_head() {
    let site = Site::start(|config| config.limits.upload_bytes = 10).await;
    let mut client = site.client().await;
    let upload = path(&key(1), "u", 1, "upload");
    client
        .send(format!(
            "POST {upload} HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n{}",
            "x".repeat(200_000)
        ))
        .await;
    client.answer().await.is_refused(413, "size");
    client.try_send("x".repeat(100_000)).await;
    while client.more().await {}
    stays_sure(&site).await;
}

#[tokio::test]
async fn a_connection_that_never_came_to_http_stands_in_the_ledger_and_nobody_doubts_for_it() {
    let site = Site::start(|config| config.limits.head_ms = 100).await;
    // Plain HTTP to TLS; half a hello that we give up on; a hello to plain HTTP.
    let mut plain_to_tls = Client::over(TcpStream::connect(site.tls).await.unwrap());
    plain_to_tls.send("GET / HTTP/1.1\r\n\r\n").await;
    while plain_to_tls.more().await {}
    let mut half = Client::over(TcpStream::connect(site.tls).await.unwrap());
    half.send(b"\x16\x03\x01\x02\0").await;
    assert!(!half.more().await);
    let mut tls_to_plain = site.client().await;
    tls_to_plain.send(b"\x16\x03\x01\x02\0\x01").await;
    while tls_to_plain.more().await {}
    stays_sure(&site).await;
    assert_eq!(site.ledger(&key(1)).await.connections.len(), 3);
}

#[tokio::test]
async fn behind_a_proxy_such_a_connection_is_nobodys_and_everybody_doubts() {
    let site = Site::start(behind).await;
    let mut client = Client::over(TcpStream::connect(site.tls).await.unwrap());
    client.send("GET / HTTP/1.1\r\n\r\n").await;
    while client.more().await {}
    let ledger = ledger_through_proxy(&site, "192.0.2.1").await;
    assert_eq!((ledger.complete, ledger.connections.len()), (false, 0));
}

#[tokio::test]
async fn a_connection_opened_for_later_and_left_has_lost_nothing() {
    let site = Site::start(|config| config.limits.head_ms = 100).await;
    drop(TcpStream::connect(site.plain).await.unwrap());
    drop(TcpStream::connect(site.tls).await.unwrap());
    drop(encrypted(&site, b"http/1.1").await);
    stays_sure(&site).await;
    // Browsers say hello over HTTP/2 as soon as they are connected; a request may come or not.
    let mut early = Client::over(encrypted(&site, b"h2").await);
    early.send(PREFACE).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    stays_sure(&site).await;
    drop(early);
    stays_sure(&site).await;
}

#[tokio::test]
async fn half_a_head_over_http2_could_have_been_of_any_run_from_there() {
    let site = Site::plain().await;
    let mut client = Client::over(encrypted(&site, b"h2").await);
    client.send(PREFACE).await;
    // HEADERS of stream 1, of which only the first of nine bytes comes.
    client.send(b"\0\0\x09\x01\x05\0\0\0\x01\x82").await;
    stays_sure(&site).await;
    drop(client);
    becomes_unsure(&site).await;
}

#[tokio::test]
async fn a_head_over_http2_that_cannot_be_read_could_have_been_of_any_run_from_there() {
    let site = Site::plain().await;
    let mut client = Client::over(encrypted(&site, b"h2").await);
    client.send(PREFACE).await;
    // Whole, and with a field named `A` (RFC 9113 § 8.2.1): the library resets the stream by itself.
    client
        .send(b"\0\0\x08\x01\x05\0\0\0\x01\x82\x84\x87\0\x01A\x01b")
        .await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(client);
    becomes_unsure(&site).await;
}

#[tokio::test]
async fn an_http2_connection_may_idle_and_lose_nothing() {
    let site = Site::start(|config| config.limits.head_ms = 100).await;
    let mut send = http2::connect(&site).await;
    for attempt in 1..=3 {
        let response = http2::get(&mut send, &path(&key(1), "p", attempt, "poll")).await;
        http2::pieces(response).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let ledger = site.ledger(&key(1)).await;
    assert_eq!((ledger.sightings.len(), ledger.complete), (3, true));
    assert!(ledger.sightings.iter().all(|seen| seen.connection == 1));
}

async fn ledger_through_proxy(site: &Site, visitor: &str) -> Ledger {
    let (run, body) = (key(1).run(), key(1).to_body());
    let mut client = site.client().await;
    client
        .send(format!(
            "POST /v1/runs/{run}/ledger HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {visitor}\r\nContent-Length: 32\r\n\r\n{body}"
        ))
        .await;
    serde_json::from_slice(&client.answer().await.body).unwrap()
}

#[tokio::test]
async fn what_was_lost_behind_a_proxy_could_have_been_of_any_visitor() {
    let site = Site::start(|config| {
        behind(config);
        config.limits.head_ms = 100;
    })
    .await;
    assert!(ledger_through_proxy(&site, "192.0.2.1").await.complete);
    let mut half = site.client().await;
    half.send("GET /v1/ab").await;
    assert!(!half.more().await);
    assert!(!ledger_through_proxy(&site, "192.0.2.1").await.complete);
}

#[tokio::test]
async fn whom_a_full_server_turned_away_behind_a_proxy_is_not_known() {
    let site = Site::start(|config| {
        behind(config);
        config.limits.connections = 1;
    })
    .await;
    let (run, body) = (key(1).run(), key(1).to_body());
    let mut one = site.client().await;
    let ask = format!(
        "POST /v1/runs/{run}/ledger HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1\r\nContent-Length: 32"
    );
    let ask = format!("{ask}\r\nHost: a\r\n\r\n{body}");
    one.send(&ask).await;
    let ledger: Ledger = serde_json::from_slice(&one.answer().await.body).unwrap();
    assert!(ledger.complete);
    let (_two, mut three) = (site.client().await, site.client().await);
    assert!(!three.more().await);
    one.send(&ask).await;
    let ledger: Ledger = serde_json::from_slice(&one.answer().await.body).unwrap();
    assert!(!ledger.complete);
}

#[tokio::test]
async fn far_too_many_connections_of_one_source_are_dropped_at_once() {
    let site = Site::start(|config| config.limits.source_connections = 10).await;
    let mut kept = Vec::new();
    for _ in 0..11 {
        kept.push(site.client().await);
    }
    // The eleventh is let in to be told so, the twelfth is not.
    let mut surplus = site.client().await;
    let began = tokio::time::Instant::now();
    assert!(!surplus.more().await);
    assert!(began.elapsed() < Duration::from_secs(2));
    kept[10].get("/v1/about").await.is_refused(429, "count");
    let answer = kept[0]
        .post(
            &format!("/v1/runs/{}/ledger", key(1).run()),
            &key(1).to_body(),
        )
        .await;
    let ledger: Ledger = serde_json::from_slice(&answer.body).unwrap();
    assert!(!ledger.complete, "it was turned away unread");
}

#[tokio::test]
async fn a_refused_request_makes_no_run_and_drives_none_out() {
    let site = Site::start(|config| {
        config.limits.runs = 2;
        config.limits.header_bytes = 8192;
    })
    .await;
    for n in 1..=2 {
        site.get(&path(&key(n), "p", 1, "poll")).await;
    }
    let large = format!("X-Large: {}", "x".repeat(9_000));
    for n in 1..=4 {
        let line = format!("GET {} HTTP/1.1\r\n{large}", path(&key(n), "p", 2, "poll"));
        site.client().await.ask(&line).await.is_refused(431, "size");
    }
    for n in 1..=2 {
        let ledger = site.ledger(&key(n)).await;
        assert_eq!(ledger.sightings.len(), 2, "refused, in sight");
        assert_eq!(
            (ledger.instances[0].evicted, ledger.instances[0].refused),
            (0, 1)
        );
    }
    let unknown = site.ledger(&key(3)).await;
    assert_eq!((unknown.sightings.len(), unknown.complete), (0, false));
}
