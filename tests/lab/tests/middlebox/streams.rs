//! Streams held, slowed, cut; uploads swallowed.

use std::net::SocketAddr;
use std::time::Instant;

use crate::support::{Peer, Server, both};

/// When ticks come that nobody holds, and when the stream ends.
const DUE: [u64; 4] = [0, 60, 180, 240];
const END: u64 = 300;

async fn ticks(address: SocketAddr) -> Vec<u64> {
    Peer::connect(address).await.ticks().await
}

fn assert_near(found: &[u64], expected: [u64; 4]) {
    let near = |(found, expected): (&u64, u64)| {
        (expected.saturating_sub(10)..expected + 50).contains(found)
    };
    let all = found.len() == 4 && found.iter().zip(expected).all(near);
    assert!(all, "{found:?} is not near {expected:?}");
}

async fn held(name: &str, expected: [u64; 4]) {
    let server = Server::start().await;
    let (on, off) = both(name, &server, ticks).await;
    assert_near(&on, expected);
    assert_near(&off, DUE);
}

#[tokio::test]
async fn held_until_the_end() {
    held("hold-until-close", [END; 4]).await;
    held("hold-head-too", [END; 4]).await;
}

#[tokio::test]
async fn held_until_a_block_is_full() {
    held("hold-block", [60, 60, 240, 240]).await;
}

#[tokio::test]
async fn held_for_a_period() {
    held("hold-timer", [150, 150, END, END]).await;
}

#[tokio::test]
async fn held_until_the_next() {
    held("hold-one-behind", [60, 180, 240, END]).await;
}

#[tokio::test]
async fn the_head_is_early_or_late() {
    let server = Server::start().await;
    let probe = async |address| {
        let start = Instant::now();
        let head = Peer::connect(address).await.request("/events", "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        start.elapsed().as_millis() as u64
    };
    let (body_only, off) = both("hold-until-close", &server, probe).await;
    let (head_too, _) = both("hold-head-too", &server, probe).await;
    assert!(body_only < END / 2 && off < END / 2);
    assert!(head_too >= END - 10);
}

#[tokio::test]
async fn large_uploads_are_swallowed() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut heard = Vec::new();
        for length in [500, 2000] {
            let mut peer = Peer::connect(address).await;
            let head = format!("POST /upload HTTP/1.1\r\nContent-Length: {length}\r\n\r\n");
            peer.send(head.as_bytes()).await;
            peer.send(&vec![b'x'; length]).await;
            heard.push(peer.answer().await.chars().take(12).collect::<String>());
        }
        heard
    };
    let (on, off) = both("swallow-upload", &server, probe).await;
    assert_eq!(on, ["HTTP/1.1 200", "silence"]);
    assert_eq!(off, ["HTTP/1.1 200", "HTTP/1.1 200"]);
    assert!(server.seen().contains(&"upload cut short".to_owned()));
}

#[tokio::test]
async fn one_path_is_slow() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = Peer::connect(address).await;
        let mut took = Vec::new();
        for path in ["/fast", "/slow"] {
            let start = Instant::now();
            peer.request(path, "").await;
            peer.exact(5).await;
            took.push(start.elapsed().as_millis() >= 120);
        }
        took
    };
    let (on, off) = both("delay", &server, probe).await;
    assert_eq!(on, [false, true]);
    assert_eq!(off, [false, false]);
}

#[tokio::test]
async fn a_stream_is_cut_after_its_bytes() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = Peer::connect(address).await;
        let head = peer.request("/events", "").await;
        let body: usize = peer
            .arrivals(Instant::now())
            .await
            .iter()
            .map(|(_, text)| text.len())
            .sum();
        (head.len() > 20, body, peer.ending())
    };
    let (on, off) = both("cut-after-bytes", &server, probe).await;
    assert!(on.0 && on.1 <= 30 && on.2 == "RST", "{on:?}");
    assert_eq!((off.1, off.2), (4 * 19 + 5, "FIN"));
}
