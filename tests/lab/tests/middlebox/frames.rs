//! Frames held, dropped, changed.

use std::net::SocketAddr;

use crate::support::{Ca, Peer, SOON, Server, both, both_in, frame};

async fn open(address: SocketAddr, path: &str) -> Peer {
    let mut peer = Peer::connect(address).await;
    let head = peer.upgrade(path).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    peer
}

/// What comes first by itself, and what comes back.
async fn greeted(mut peer: Peer) -> [String; 2] {
    [peer.hear().await, peer.echo("hello").await]
}

#[tokio::test]
async fn what_the_client_sends_is_held() {
    let server = Server::start().await;
    let probe = async |address| {
        let heard = greeted(open(address, "/greets").await).await;
        tokio::time::sleep(SOON / 4).await;
        let frames = server
            .seen()
            .iter()
            .filter(|seen| seen.starts_with("frame"))
            .count();
        (heard, frames)
    };
    let (on, off) = both("hold-upstream", &server, probe).await;
    assert_eq!(on, (["81 welcome".to_owned(), "silence".to_owned()], 0));
    assert_eq!(off, (["81 welcome".to_owned(), "81 hello".to_owned()], 1));
}

#[tokio::test]
async fn an_end_of_a_head_lets_it_pass_and_too_much_ends_it() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = open(address, "/ws").await;
        let mut heard = Vec::new();
        peer.send(&frame(0x82, Some([0; 4]), b"a\r\n\r\n")).await;
        heard.push(peer.hear().await);
        let mut peer = open(address, "/ws").await;
        for _ in 0..2 {
            peer.send(&frame(0x82, Some([0; 4]), &[b'x'; 40_000])).await;
        }
        heard.push(peer.hear().await.chars().take(4).collect());
        heard
    };
    let (on, off) = both("hold-upstream", &server, probe).await;
    assert_eq!(on, ["82 a\r\n\r\n", "RST"]);
    assert_eq!(off, ["82 a\r\n\r\n", "82 x"]);
}

#[tokio::test]
async fn the_same_inside_tls() {
    let ca = Ca::new();
    let server = Server::tls(&ca).await;
    let probe = async |address| {
        let mut peer = Peer::connect(address)
            .await
            .secure("push.test", &ca)
            .await
            .unwrap();
        peer.upgrade("/greets").await;
        greeted(peer).await
    };
    let (on, off) = both_in("hold-upstream-inside-tls", &server, ca.folder.path(), probe).await;
    assert_eq!(on, ["81 welcome", "silence"]);
    assert_eq!(off, ["81 welcome", "81 hello"]);
}

#[tokio::test]
async fn what_the_server_sends_is_held_until_it_closes() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = open(address, "/ws").await;
        let mut heard = vec![peer.echo("hello").await];
        peer.send(&frame(0x88, Some([0; 4]), &4000_u16.to_be_bytes()))
            .await;
        heard.push(peer.hear().await.chars().take(8).collect());
        heard
    };
    let (on, off) = both("hold-downstream", &server, probe).await;
    assert_eq!(on, ["silence", "81 hello"]);
    assert_eq!(off[0], "81 hello");
    assert!(off[1].starts_with("88 "));
    let reached = server
        .seen()
        .iter()
        .filter(|seen| seen.contains("frame 81"))
        .count();
    assert_eq!(reached, 2, "the server gets everything, with the rule too");
}

#[tokio::test]
async fn large_messages_vanish() {
    let server = Server::start().await;
    let small = "s".repeat(100);
    let large = "l".repeat(2000);
    let probe = async |address| {
        let mut peer = open(address, "/ws").await;
        let mut heard = vec![peer.echo(&large).await.len(), peer.echo(&small).await.len()];
        // In fragments: the first alone is small enough.
        peer.send(&frame(0x01, Some([0; 4]), &[b'a'; 800])).await;
        peer.send(&frame(0x80, Some([0; 4]), &[b'b'; 800])).await;
        heard.push(peer.hear().await.len());
        heard
    };
    let (on, off) = both("swallow-upload", &server, probe).await;
    assert_eq!(on, ["silence".len(), 103, "silence".len()]);
    assert_eq!(off, [2003, 103, 803]);
}

#[tokio::test]
async fn deflate_is_claimed_and_garbage_sent() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = Peer::connect(address).await;
        let head = peer.upgrade("/ws").await;
        // `Hello`, compressed: RFC 7692, section 7.2.3.1.
        let hello = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];
        peer.send(&frame(0xC1, Some([1, 2, 3, 4]), &hello)).await;
        let heard = peer.frame().await.map(|frame| (frame.first, frame.payload));
        let seen = server.seen();
        (
            head.contains("permessage-deflate"),
            heard,
            seen.last().cloned(),
        )
    };
    let (on, off) = both("deflate-broken", &server, probe).await;
    let arrived = Some("frame 81 masked 5".to_owned());
    assert_eq!(on, (true, Some((0xC1, vec![0xFF; 5])), arrived));
    assert!(!off.0 && off.1.is_some_and(|(first, _)| first == 0x81));
}

#[tokio::test]
async fn one_byte_is_another_and_the_text_is_one() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = open(address, "/ws").await;
        let mut heard = Vec::new();
        for text in ["one", "grün4é", "three"] {
            heard.push(peer.echo(text).await);
        }
        heard
    };
    let (on, off) = both("flip", &server, probe).await;
    assert_eq!(on, ["81 one", "81 grün5é", "81 three"]);
    assert_eq!(off, ["81 one", "81 grün4é", "81 three"]);
}

#[tokio::test]
async fn frames_lose_their_mask() {
    let server = Server::start().await;
    let probe = async |address| {
        let heard = open(address, "/ws").await.echo("hello").await;
        (heard, server.seen().pop())
    };
    let (on, off) = both("unmask", &server, probe).await;
    assert_eq!(
        on,
        ("81 hello".to_owned(), Some("frame 81 bare 5".to_owned()))
    );
    assert_eq!(off.1, Some("frame 81 masked 5".to_owned()));
}

#[tokio::test]
async fn the_close_code_is_another() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = open(address, "/ws").await;
        peer.send(&frame(0x88, Some([1, 2, 3, 4]), b"\x0F\xA0done"))
            .await;
        peer.frame().await.map(|frame| frame.payload)
    };
    let (on, off) = both("close-code", &server, probe).await;
    assert_eq!(on.as_deref(), Some(&b"\x03\xE9done"[..]));
    assert_eq!(off.as_deref(), Some(&b"\x0F\xA0done"[..]));
}

#[tokio::test]
async fn words_are_replaced_and_frames_stay_whole() {
    let server = Server::start().await;
    let probe = async |address| open(address, "/ws").await.echo("a secret!").await;
    let (on, off) = both("rewrite-bytes", &server, probe).await;
    assert_eq!([on, off], ["81 a *!", "81 a secret!"]);
}

#[tokio::test]
async fn from_one_byte_on_nothing_passes() {
    let server = Server::start().await;
    let probe = async |address| {
        let mut peer = open(address, "/ws").await;
        let first = peer.echo(&"a".repeat(94)).await.len();
        [first, peer.echo("more").await.len()]
    };
    let (on, off) = both("swallow-from-byte", &server, probe).await;
    assert_eq!(on, [97, "silence".len()]);
    assert_eq!(off, [97, "81 more".len()]);
}
