//! Heads changed on their way, and answers of the box's own.

use std::net::SocketAddr;

use crate::support::{Ca, Peer, Server, both, both_in};

async fn upgrade(address: SocketAddr) -> String {
    Peer::connect(address).await.upgrade("/ws").await
}

#[tokio::test]
async fn a_101_loses_its_connection_header_and_keeps_its_spelling() {
    let server = Server::start().await;
    for (name, value) in [
        ("rewrite-101-keep-alive", "keep-alive"),
        ("rewrite-101-close", "close"),
    ] {
        let (on, off) = both(name, &server, upgrade).await;
        assert!(on.starts_with("HTTP/1.1 101 "), "{on}");
        assert!(off.contains("\r\nconnection: Upgrade\r\n"), "{off}");
        assert_eq!(on, off.replace(": Upgrade\r\n", &format!(": {value}\r\n")));
        assert!(
            server
                .seen()
                .iter()
                .any(|seen| seen.contains("Upgrade: websocket"))
        );
    }
}

#[tokio::test]
async fn the_same_inside_tls() {
    let ca = Ca::new();
    let server = Server::tls(&ca).await;
    let (on, off) = both_in(
        "rewrite-101-inside-tls",
        &server,
        ca.folder.path(),
        async |address| {
            let peer = Peer::connect(address)
                .await
                .secure("push.test", &ca)
                .await
                .unwrap();
            let mut peer = peer;
            peer.upgrade("/ws").await
        },
    )
    .await;
    assert!(on.contains("connection: keep-alive"), "{on}");
    assert!(off.contains("connection: Upgrade"), "{off}");
    let strangers = Ca::new();
    let (on, off) = both_in(
        "rewrite-101-inside-tls",
        &server,
        ca.folder.path(),
        async |address| {
            let peer = Peer::connect(address).await;
            peer.secure("push.test", &strangers).await.is_err()
        },
    )
    .await;
    assert!(on && off, "who does not trust the CA gets nowhere");
}

#[tokio::test]
async fn both_faults_at_once() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = Peer::connect(address).await;
        let head = peer.upgrade("/ws").await;
        (
            head.contains("connection: Upgrade"),
            peer.echo("hello").await,
        )
    };
    let (on, off) = both("both-filter-faults", &server, probe).await;
    assert_eq!(on, (false, "silence".to_owned()));
    assert_eq!(off, (true, "81 hello".to_owned()));
}

#[tokio::test]
async fn the_subprotocol_is_dropped() {
    let server = Server::start().await;
    let (on, off) = both("subprotocol-dropped", &server, upgrade).await;
    assert_eq!(on, off.replace("Sec-WebSocket-Protocol: chat\r\n", ""));
    assert_ne!(on, off);
}

#[tokio::test]
async fn the_box_answers_by_itself() {
    let server = Server::start().await;
    let (on, off) = both("block-page", &server, upgrade).await;
    assert!(
        on.starts_with("HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n"),
        "{on}"
    );
    assert!(off.starts_with("HTTP/1.1 101 "), "{off}");
    let asked = server.seen();
    let upgrades = asked
        .iter()
        .filter(|seen| seen.contains("Upgrade: websocket"));
    assert_eq!(
        upgrades.count(),
        1,
        "the server has not been asked: {asked:?}"
    );
}

#[tokio::test]
async fn the_version_is_lowered() {
    let server = Server::start().await;
    let mut seen = Vec::new();
    let probe = async |address| {
        Peer::connect(address).await.request("/", "").await;
        server.seen().pop()
    };
    let (on, off) = both("downgrade", &server, probe).await;
    seen.extend([on, off]);
    let first = |n: usize| seen[n].as_deref().unwrap_or_default().to_owned();
    assert!(first(0).starts_with("GET / HTTP/1.0\r\n"), "{seen:?}");
    assert!(
        first(0).ends_with("\r\nConnection: close\r\n\r\n"),
        "{seen:?}"
    );
    assert_eq!(first(1), "GET / HTTP/1.1\r\nHost: push.test\r\n\r\n");
}

#[tokio::test]
async fn requests_follow_each_other_on_one_connection() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = Peer::connect(address).await;
        let first = peer.request("/one", "").await;
        let body = peer.exact(4).await;
        let second = peer.upgrade("/ws").await;
        (
            first.starts_with("HTTP/1.1 200"),
            body,
            second.contains("keep-alive"),
        )
    };
    let (on, off) = both("rewrite-101-keep-alive", &server, probe).await;
    assert_eq!(on, (true, Some(b"/one".to_vec()), true));
    assert_eq!(off, (true, Some(b"/one".to_vec()), false));
}
