//! Who ended an exchange, and what the kernel and TLS knew of its connection.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::net::IpAddr;

use pushcheck::wire::{End, Sighting, sealed};
use pushcheck_server::Behind;
use support::web_socket::{HANDSHAKE, frame};
use support::{Client, Site, encrypted, http2, key, path, reset};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LONG: [&str; 3] = ["stream", "long-poll", "web-socket"];

/// Asks for something that lasts.
fn ask(kind: &str) -> String {
    let path = path(&key(1), "p", 1, kind);
    match kind {
        "web-socket" => format!("GET {path} HTTP/1.1\r\nHost: a\r\n{HANDSHAKE}\r\n\r\n"),
        _ => format!("GET {path}?count=50&after=9999 HTTP/1.1\r\nHost: a\r\n\r\n"),
    }
}

async fn begun(site: &Site) {
    site.ledger_when(&key(1), |ledger| {
        let [seen] = &ledger.sightings[..] else {
            return false;
        };
        // What is held has no status, what streams has written its head.
        seen.kind == pushcheck::wire::Kind::LongPoll || seen.head_out.is_some()
    })
    .await;
}

async fn ended(site: &Site) -> Sighting {
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    ledger.sightings[0].clone()
}

#[tokio::test]
async fn a_farewell_and_a_reset_are_two_ends() {
    for kind in LONG {
        for is_reset in [false, true] {
            let site = Site::plain().await;
            let mut socket = TcpStream::connect(site.plain).await.unwrap();
            socket.write_all(ask(kind).as_bytes()).await.unwrap();
            begun(&site).await;
            if is_reset {
                reset(socket);
            } else {
                // Read before it leaves: unread bytes would make a reset of it.
                while tokio::time::timeout(
                    std::time::Duration::from_millis(50),
                    socket.read(&mut [0; 4096]),
                )
                .await
                .is_ok()
                {
                    if kind == "stream" {
                        break;
                    }
                }
                socket.shutdown().await.unwrap();
                let _ = socket.read_to_end(&mut Vec::new()).await;
            }
            let end = if is_reset { End::Reset } else { End::PeerLeft };
            assert_eq!(ended(&site).await.end, Some(end), "{kind}");
        }
    }
}

#[tokio::test]
async fn over_tls_they_are_the_same_two() {
    for is_reset in [false, true] {
        let site = Site::plain().await;
        let mut tls = encrypted(&site, b"http/1.1").await;
        tls.write_all(ask("web-socket").as_bytes()).await.unwrap();
        begun(&site).await;
        let (socket, _) = tls.into_inner();
        if is_reset {
            reset(socket);
        } else {
            let mut socket = socket;
            // Without TLS' own farewell, as boxes in between end it.
            socket.shutdown().await.unwrap();
            let _ = socket.read_to_end(&mut Vec::new()).await;
        }
        let end = if is_reset { End::Reset } else { End::PeerLeft };
        assert_eq!(ended(&site).await.end, Some(end));
    }
}

#[tokio::test]
async fn broken_tls_and_a_broken_protocol_are_neither() {
    let site = Site::plain().await;
    let mut tls = encrypted(&site, b"http/1.1").await;
    tls.write_all(ask("web-socket").as_bytes()).await.unwrap();
    begun(&site).await;
    let (mut socket, _) = tls.into_inner();
    // A record that was changed on its way.
    let record = [&[23, 3, 3, 0, 32][..], &[7; 32]].concat();
    socket.write_all(&record).await.unwrap();
    assert_eq!(ended(&site).await.end, Some(End::Broken));
    let site = Site::plain().await;
    let mut client = site.client().await;
    client.send(ask("web-socket")).await;
    client.head().await;
    client.send(b"\x81\x05Hello").await;
    assert_eq!(ended(&site).await.end, Some(End::Broken));
}

#[tokio::test]
async fn a_stream_of_http2_that_is_cancelled_was_left() {
    let site = Site::plain().await;
    let mut send = http2::connect(&site).await;
    let stream = format!("{}?count=50", path(&key(1), "s", 1, "stream"));
    drop(http2::get(&mut send, &stream).await);
    assert_eq!(ended(&site).await.end, Some(End::PeerLeft));
    let (response, socket) =
        http2::web_socket(&mut send, &path(&key(1), "w", 1, "web-socket"), "13").await;
    drop((response, socket));
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[1].end.is_some())
        .await;
    assert_eq!(ledger.sightings[1].end, Some(End::PeerLeft));
}

#[tokio::test]
async fn at_its_end_the_kernels_view_is_kept() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    client.get(&path(&key(1), "p", 1, "poll")).await;
    client.send(ask("web-socket")).await;
    client.head().await;
    client.send(frame(0x81, sealed("echo 1").as_bytes())).await;
    client.hear_text().await;
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(ledger.sightings[1].tcp, None, "it lasts");
    drop(client);
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[1].end.is_some())
        .await;
    for seen in &ledger.sightings {
        if cfg!(target_os = "linux") {
            let tcp = seen.tcp.as_ref().unwrap();
            assert!((1..1_000_000).contains(&tcp.rtt_us), "{tcp:?}");
            assert_eq!((tcp.retransmits, tcp.timeouts), (0, 0));
        } else {
            assert_eq!(seen.tcp, None);
        }
    }
}

#[tokio::test]
async fn over_tls_of_ours_the_hello_is_told_and_elsewhere_it_is_not() {
    let site = Site::plain().await;
    let mut client = Client::over(encrypted(&site, b"http/1.1").await);
    for attempt in 1..=2 {
        client.get(&path(&key(1), "p", attempt, "poll")).await;
    }
    let mut send = http2::connect(&site).await;
    http2::pieces(http2::get(&mut send, &path(&key(1), "p", 3, "poll")).await).await;
    site.get(&path(&key(1), "p", 4, "poll")).await;
    let ledger = site.ledger(&key(1)).await;
    let ja4: Vec<_> = ledger
        .sightings
        .iter()
        .map(|seen| seen.ja4.as_deref())
        .collect();
    let (first, third) = (ja4[0].unwrap(), ja4[2].unwrap());
    assert!(
        first.starts_with("t13d") && first[8..].starts_with("h1_"),
        "{first}"
    );
    assert!(third[8..].starts_with("h2_"), "{third}");
    assert_eq!((ja4[1], ja4[3]), (ja4[0], None));
    // The same ciphers by the same library.
    assert_eq!(first.split('_').nth(1), third.split('_').nth(1));
}

#[tokio::test]
async fn behind_the_operators_proxy_what_it_hides_is_not_told() {
    let site = Site::start(|config| {
        config.behind = Some(Behind {
            name: "nginx".to_owned(),
            trusted: vec![IpAddr::from([127, 0, 0, 1])],
        });
    })
    .await;
    let _early = site.client().await;
    let mut client = Client::over(encrypted(&site, b"http/1.1").await);
    let path = path(&key(1), "p", 1, "poll");
    for visitor in ["X-Forwarded-For: 192.0.2.1", "X-Any: none"] {
        client
            .ask(&format!("GET {path} HTTP/1.1\r\n{visitor}"))
            .await;
    }
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(ledger.sightings.len(), 2);
    for seen in &ledger.sightings {
        assert_eq!((&seen.ja4, &seen.tcp), (&None, &None));
        assert_eq!(seen.end, Some(End::Complete));
    }
    assert!(ledger.connections.is_empty());
}
