//! Connections ended, reset, forgotten.

use std::time::{Duration, Instant};

use crate::support::{Ca, Peer, Server, both, frame};

#[tokio::test]
async fn a_firewall_ends_it_after_the_101() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = Peer::connect(address).await;
        let head = peer.upgrade("/ws").await;
        let start = Instant::now();
        let heard = peer.hear().await;
        let late = start.elapsed() >= Duration::from_millis(60);
        tokio::time::sleep(Duration::from_millis(20)).await;
        (head.contains(" 101 "), heard, late, server.seen().pop())
    };
    let (on, off) = both("waf-kill", &server, probe).await;
    assert_eq!(on, (true, "FIN".to_owned(), true, Some("FIN".to_owned())));
    assert_eq!(off.1, "silence");
}

#[tokio::test]
async fn state_is_lost_without_a_word() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = Peer::connect(address).await;
        peer.upgrade("/ws").await;
        let first = peer.echo("one").await;
        tokio::time::sleep(Duration::from_millis(250)).await;
        let second = peer.echo("two").await;
        let seen = server.seen();
        drop(peer);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let told = server.seen();
        let frames = seen.iter().filter(|seen| seen.starts_with("frame")).count();
        ([first, second], frames, told.len())
    };
    let (on, off) = both("state-loss", &server, probe).await;
    assert_eq!(on, (["81 one", "silence"].map(str::to_owned), 1, 0));
    assert_eq!(off, (["81 one", "81 two"].map(str::to_owned), 2, 1));
}

#[tokio::test]
async fn silence_ends_it_and_words_keep_it() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = Peer::connect(address).await;
        peer.upgrade("/ws").await;
        let mut heard = Vec::new();
        for text in ["one", "two", "three"] {
            heard.push(peer.echo(text).await);
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
        heard.push(peer.hear().await);
        heard
    };
    let (on, off) = both("idle-cut", &server, probe).await;
    assert_eq!(on, ["81 one", "81 two", "81 three", "FIN"]);
    assert_eq!(off, ["81 one", "81 two", "81 three", "silence"]);
}

#[tokio::test]
async fn a_greeting_to_one_name_is_reset() {
    let ca = Ca::new();
    let server = Server::tls(&ca).await;
    let probe = async |address| {
        let mut found = Vec::new();
        for name in ["push.test", "127.0.0.1"] {
            let peer = Peer::connect(address).await.secure(name, &ca).await;
            found.push(peer.err().map(|error| error.kind()));
        }
        found
    };
    let (on, off) = both("rst-client-hello", &server, probe).await;
    assert_eq!(on, [Some(std::io::ErrorKind::ConnectionReset), None]);
    assert_eq!(off, [None, None]);
    let seen = server.seen();
    assert_eq!(
        seen.first().map(String::as_str),
        Some("connection"),
        "the server had a connection"
    );
}

#[tokio::test]
async fn a_keyword_is_reset() {
    let server = Server::start().await;
    let probe = async |address| {
        let page = Peer::connect(address).await.request("/", "").await;
        let mut peer = Peer::connect(address).await;
        // The word comes in two packets.
        peer.send(b"GET /ws HTTP/1.1\r\nupgrade: web").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        peer.send(b"socket\r\nSec-WebSocket-Key: x\r\n\r\n").await;
        let socket = peer.answer().await;
        [page, socket].map(|head| head.chars().take(12).collect::<String>())
    };
    let (on, off) = both("rst-keyword", &server, probe).await;
    assert_eq!(on, ["HTTP/1.1 200", "RST"]);
    assert_eq!(off, ["HTTP/1.1 200", "HTTP/1.1 101"]);
}

#[tokio::test]
async fn an_end_or_a_reset_of_the_server_is_passed_on() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = crate::support::example("flip", address, std::path::Path::new("")).harmless();
    let running = pushcheck_lab::middlebox::Running::start(config)
        .await
        .unwrap();
    for (reset, expected) in [(false, "FIN"), (true, "RST")] {
        let mut peer = Peer::connect(running.addresses()[0]).await;
        let (socket, _) = listener.accept().await.unwrap();
        if reset {
            socket.set_zero_linger().unwrap();
        }
        drop(socket);
        assert_eq!(peer.hear().await, expected);
    }
}

#[tokio::test]
async fn what_it_took_is_counted_and_only_one_connection_is_cut_so() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut heard = Vec::new();
        for _ in 0..2 {
            let mut peer = Peer::connect(address).await;
            peer.upgrade("/ws").await;
            peer.send(&frame(0x81, Some([7; 4]), b"other")).await;
            for n in 1..=9 {
                let text = format!("count {n}");
                peer.send(&frame(0x81, Some([7; 4]), text.as_bytes())).await;
            }
            let mut last = String::new();
            let mut count = 0;
            loop {
                let next = peer.hear().await;
                if !next.starts_with("81 ") {
                    heard.push((count, last, next));
                    break;
                }
                (count, last) = (count + 1, next);
            }
        }
        heard
    };
    let (on, off) = both("cut-counted", &server, probe).await;
    let whole = (10, "81 count 9".to_owned(), "silence".to_owned());
    // What came back of the three may be lost with the connection.
    assert!(on[0].0 <= 4 && on[0].2 == "RST", "{on:?}");
    assert_eq!((&on[1], &off[0]), (&whole, &whole));
    let frames = server.seen();
    let frames = frames.iter().filter(|seen| seen.starts_with("frame"));
    // Ten each time, twice through the box and twice without, but for the six.
    assert_eq!(frames.count(), 34);
}
