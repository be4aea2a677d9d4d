//! The handshake is strict, the socket says nothing first, and every end is known.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use bytes::Bytes;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use pushcheck::wire::{CLOSE_CODE, CLOSE_REASON, End, FromServer, SeenClose, sealed, unsealed};
use support::web_socket::{BINARY, CLOSE, HANDSHAKE, PING, PONG, TEXT, frame, open, try_open};
use support::{Site, http2, key, path, within};

fn socket(attempt: u16) -> String {
    path(&key(1), "w", attempt, "web-socket")
}

#[tokio::test]
async fn echoes_binary_pings_and_the_known_end() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    client.say("echo 7 some padding").await;
    let FromServer::Echo(echo) = client.hear_text().await.parse().unwrap() else {
        panic!("no echo")
    };
    assert_eq!((echo.n, echo.padding.as_str()), (7, "some padding"));
    assert!(echo.at.sent >= echo.at.received && echo.at.instance == site.instance);
    client
        .send(frame(0x80 | BINARY, sealed("echo 8 xyz").as_bytes()))
        .await;
    let (opcode, payload) = client.hear().await;
    let text = String::from_utf8(payload).unwrap();
    assert!(unsealed(&text).unwrap().starts_with("echo 8 ") && opcode == BINARY);
    let blob: Vec<u8> = (0..40_000).map(|n| n as u8).collect();
    client.send(frame(0x80 | BINARY, &blob)).await;
    assert_eq!(client.hear().await, (BINARY, blob));
    client.send(frame(0x80 | PING, b"here?")).await;
    assert_eq!(client.hear().await, (PONG, b"here?".to_vec()));
    client.say("end").await;
    assert_eq!(
        client.hear_close().await,
        (CLOSE_CODE, CLOSE_REASON.to_owned())
    );
    client
        .send(frame(0x80 | CLOSE, &[0x10, 0x92, b'o', b'k']))
        .await;
    assert!(!client.more().await, "the server ends the connection");
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    let seen = &ledger.sightings[0];
    assert_eq!((seen.status, seen.end), (Some(101), Some(End::Complete)));
    assert_eq!((seen.frames_in, seen.frames_out, seen.ticks_out), (4, 3, 0));
    assert_eq!(
        seen.close,
        Some(SeenClose {
            code: CLOSE_CODE,
            reason_length: 2
        })
    );
    assert_eq!(
        (seen.bytes_in, seen.bytes_out),
        (Some(client.sent), Some(client.got))
    );
    assert!(seen.head_out.is_some_and(|head| head < client.got));
}

/// The payload of a compressed message, as a browser makes it (RFC 7692 § 7.2.1).
fn compressed(text: &str) -> Vec<u8> {
    let mut state = Compress::new(Compression::default(), false);
    let mut packed = Vec::with_capacity(text.len() + 100);
    state
        .compress_vec(text.as_bytes(), &mut packed, FlushCompress::Sync)
        .unwrap();
    packed.truncate(packed.len() - 4);
    packed
}

#[tokio::test]
async fn messages_are_compressed_where_the_page_asks_for_it_and_its_browser_offers_to() {
    let site = Site::plain().await;
    let offers = format!("{HANDSHAKE}\r\nSec-WebSocket-Extensions: permessage-deflate");
    let asking = format!("{}?deflate=1", socket(1));
    let agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    let (mut client, answer) = try_open(&site, &asking, &offers).await;
    assert_eq!(answer.header("sec-websocket-extensions"), Some(agreed));
    let line = sealed(&format!("echo 1 {}", "x".repeat(2_000)));
    let message = compressed(&line);
    assert!(message.len() < 100);
    // In two frames, of which the first alone says that it is compressed; then one that is not.
    client.send(frame(0x40 | TEXT, &message[..9])).await;
    client.send(frame(0x80, &message[9..])).await;
    client.say("echo 2 plain").await;
    for n in 1..=2 {
        let (first, payload) = client.hear_any().await;
        assert_eq!(first, 0x80 | 0x40 | TEXT);
        let mut opened = vec![0; 10_000];
        let mut state = Decompress::new(false);
        let status = state.decompress(&payload, &mut opened, FlushDecompress::Sync);
        assert!(status.is_ok());
        opened.truncate(usize::try_from(state.total_out()).unwrap());
        let text = String::from_utf8(opened).unwrap();
        let heard = unsealed(&text).unwrap().to_owned();
        assert!(heard.starts_with(&format!("echo {n} ")), "{heard}");
        assert_eq!(heard.ends_with("xxx"), n == 1);
    }
    client.send(frame(0xc0 | TEXT, &[0xff; 9])).await;
    assert_eq!(client.hear_close().await.0, 1002);
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    let seen = &ledger.sightings[0];
    assert_eq!((seen.strange_in, seen.malformed_in), (0, 1));
    // A message that would become larger than we take.
    let (mut client, _) = try_open(&site, &asking.replace("/1/", "/2/"), &offers).await;
    client
        .send(frame(0xc0 | TEXT, &compressed(&"x".repeat(1 << 20))))
        .await;
    assert_eq!(client.hear_close().await.0, 1009);
    for (path, fields) in [
        (socket(3), offers.as_str()),
        (asking.replace("/1/", "/4/"), HANDSHAKE),
    ] {
        let (_, answer) = try_open(&site, &path, fields).await;
        assert_eq!(answer.header("sec-websocket-extensions"), None);
    }
    let (_, answer) = try_open(&site, &format!("{}?deflate=yes", socket(5)), &offers).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn it_is_silent_until_the_first_frame() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    let quiet = std::time::Duration::from_millis(150);
    assert!(tokio::time::timeout(quiet, client.take(1)).await.is_err());
    client.say("echo 1").await;
    assert!(client.hear_text().await.starts_with("echo 1 "));
}

#[tokio::test]
async fn pings_come_as_often_as_the_page_asks_and_never_in_a_flood() {
    let site = Site::plain().await;
    let mut client = open(&site, &path(&key(1), "w", 1, "web-socket")).await;
    client.say("pings 0").await;
    let began = std::time::Instant::now();
    for _ in 0..2 {
        assert_eq!(client.hear().await, (9, Vec::new()));
    }
    let took = began.elapsed();
    assert!(took >= std::time::Duration::from_millis(1000), "{took:?}");
    // What else is said goes on meanwhile.
    client.say("echo 1").await;
    while client.hear().await.0 == 9 {}
}

#[tokio::test]
async fn what_comes_together_with_the_handshake_is_heard() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: a\r\n{HANDSHAKE}\r\n\r\n",
        socket(1)
    );
    client
        .send([head.as_bytes(), &frame(0x81, sealed("echo 1").as_bytes())].concat())
        .await;
    assert_eq!(client.head().await.status, 101);
    assert!(client.hear_text().await.starts_with("echo 1 "));
}

#[tokio::test]
async fn a_message_in_pieces_is_one_message() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    let line = sealed("echo 5 tail");
    let (first, second) = line.split_at(12);
    client.send(frame(1, first.as_bytes())).await;
    client.send(frame(0x80 | PING, b"")).await;
    client.send(frame(0x80, second.as_bytes())).await;
    assert_eq!(client.hear().await.0, PONG);
    assert!(client.hear_text().await.ends_with(" tail"));
}

#[tokio::test]
async fn what_is_against_the_protocol_closes_with_1002() {
    let site = Site::plain().await;
    let cases: [&[u8]; 5] = [
        b"\x81\x05Hello",
        &[0xc1, 0x80, 0, 0, 0, 0],
        &[0x83, 0x80, 0, 0, 0, 0],
        &[0x80, 0x80, 0, 0, 0, 0],
        &[0x09, 0x80, 0, 0, 0, 0],
    ];
    for (bytes, attempt) in cases.iter().zip(1..) {
        let mut client = open(&site, &socket(attempt)).await;
        client.send(bytes).await;
        assert_eq!(client.hear_close().await.0, 1002, "{bytes:?}");
    }
    let ledger = site
        .ledger_when(&key(1), |ledger| {
            ledger.sightings.iter().all(|seen| seen.end.is_some())
        })
        .await;
    assert!(
        ledger
            .sightings
            .iter()
            .all(|seen| seen.end == Some(End::Broken))
    );
    // Without a mask, with a reserved bit, of no kind; the others are whole frames out of place.
    let malformed: Vec<_> = ledger
        .sightings
        .iter()
        .map(|seen| seen.malformed_in)
        .collect();
    assert_eq!(malformed, [1, 1, 1, 0, 0]);
}

#[tokio::test]
async fn what_no_page_of_ours_says_is_answered_and_counted_as_strange() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    client.say("echo 1 xxxx").await;
    assert!(client.hear_text().await.ends_with(" xxxx"));
    let changed = sealed("echo 2 xxxx").replace("xxxx", "xxyx");
    client.send(frame(0x81, changed.as_bytes())).await;
    client.say("hello").await;
    client.say("echo 3").await;
    assert!(client.hear_text().await.starts_with("echo 3 "));
    client.send(frame(0x80 | BINARY, b"blob")).await;
    assert_eq!(client.hear().await, (BINARY, b"blob".to_vec()));
    // A message in two pieces is two frames; they are strange where the whole is.
    let (whole, changed) = (sealed("echo 4 xx"), sealed("echo 5 xx").replace("xx", "x?"));
    for message in [&changed, &whole] {
        let (first, second) = message.split_at(9);
        client.send(frame(1, first.as_bytes())).await;
        client.send(frame(0x80, second.as_bytes())).await;
    }
    assert!(client.hear_text().await.ends_with(" xx"));
    let seen = &site.ledger(&key(1)).await.sightings[0];
    assert_eq!(
        (seen.frames_in, seen.strange_in, seen.malformed_in, seen.end),
        (9, 5, 0, None)
    );
}

#[tokio::test]
async fn text_that_is_none_closes_with_1007() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    client.send(frame(0x81, &[0xff, 0xfe])).await;
    assert_eq!(client.hear_close().await.0, 1007);
}

#[tokio::test]
async fn too_large_a_message_closes_with_1009_also_in_pieces() {
    let site = Site::start(|config| config.limits.message_bytes = 100).await;
    let mut client = open(&site, &socket(1)).await;
    client.send(frame(0x80 | BINARY, &[0; 101])).await;
    assert_eq!(client.hear_close().await.0, 1009);
    let mut client = open(&site, &socket(2)).await;
    client.send(frame(BINARY, &[0; 60])).await;
    client.send(frame(0x80, &[0; 60])).await;
    assert_eq!(client.hear_close().await.0, 1009);
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(ledger.sightings.len(), 2);
}

#[tokio::test]
async fn the_pages_own_close_is_answered_with_its_code() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    client.send(frame(0x80 | CLOSE, &[0x03, 0xe8])).await;
    assert_eq!(client.hear_close().await, (1000, String::new()));
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    assert_eq!(
        ledger.sightings[0].close,
        Some(SeenClose {
            code: 1000,
            reason_length: 0
        })
    );
    assert_eq!(ledger.sightings[0].end, Some(End::Complete));
}

#[tokio::test]
async fn a_page_that_leaves_without_a_word_has_left() {
    let site = Site::plain().await;
    drop(open(&site, &socket(1)).await);
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    assert_eq!(
        (ledger.sightings[0].end, &ledger.sightings[0].close),
        (Some(End::PeerLeft), &None)
    );
}

#[tokio::test]
async fn a_plain_get_is_told_to_upgrade() {
    let site = Site::plain().await;
    let (_, answer) = try_open(&site, &socket(1), "X: y").await;
    assert_eq!(
        (answer.status, answer.header("pushcheck-refused")),
        (426, None)
    );
    let (_, answer) = try_open(
        &site,
        &socket(2),
        &HANDSHAKE.replace("Version: 13", "Version: 8"),
    )
    .await;
    answer.is_refused(426, "version");
    assert_eq!(answer.header("sec-websocket-version"), Some("13"));
    let (_, answer) = try_open(&site, &socket(3), &HANDSHAKE.replace("dGhl", "d")).await;
    assert_eq!(
        (answer.status, &answer.problem()["field"]),
        (400, &"Sec-WebSocket-Key".into())
    );
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_unless_listed() {
    let site =
        Site::start(|config| config.embed_origins = vec!["https://app.example".parse().unwrap()])
            .await;
    let with = |origin: &str| format!("{HANDSHAKE}\r\nOrigin: {origin}");
    for (origin, attempt) in [("https://evil.example", 1), ("null", 2)] {
        let (_, answer) = try_open(&site, &socket(attempt), &with(origin)).await;
        answer.is_refused(403, "origin");
        assert!(!answer.text().contains("evil"));
    }
    for (origin, attempt) in [("https://app.example", 3), ("http://probe.test", 4)] {
        let (_, answer) = try_open(&site, &socket(attempt), &with(origin)).await;
        assert_eq!(answer.status, 101, "{origin}");
    }
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(ledger.sightings[0].refused.as_deref(), Some("origin"));
    assert_eq!(
        (ledger.sightings[0].end, ledger.complete),
        (Some(End::Refused), true)
    );
}

#[tokio::test]
async fn a_subprotocol_is_no_reason_to_refuse() {
    let site = Site::plain().await;
    let (_, answer) = try_open(
        &site,
        &socket(1),
        &format!("{HANDSHAKE}\r\nSec-WebSocket-Protocol: mqtt"),
    )
    .await;
    assert_eq!(
        (answer.status, answer.header("sec-websocket-protocol")),
        (101, None)
    );
}

#[tokio::test]
async fn over_http2_it_is_a_stream_of_its_own() {
    let site = Site::plain().await;
    let mut send = http2::connect(&site).await;
    let (response, mut stream) = http2::web_socket(&mut send, &socket(1), "13").await;
    assert_eq!(response.status(), 200);
    stream
        .send_data(Bytes::from(frame(0x81, sealed("echo 3").as_bytes())), false)
        .unwrap();
    let mut body = response.into_body();
    let data = within(body.data()).await.unwrap().unwrap();
    let text = std::str::from_utf8(&data[2..]).unwrap();
    assert!(unsealed(text).unwrap().starts_with("echo 3 "), "{text}");
    stream
        .send_data(Bytes::from(frame(0x81, sealed("end").as_bytes())), false)
        .unwrap();
    let data = within(body.data()).await.unwrap().unwrap();
    assert_eq!(
        (data[0], &data[2..4]),
        (0x88, &CLOSE_CODE.to_be_bytes()[..])
    );
    stream
        .send_data(Bytes::from(frame(0x88, &CLOSE_CODE.to_be_bytes())), true)
        .unwrap();
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    let seen = &ledger.sightings[0];
    assert_eq!(
        (seen.method.as_str(), seen.status, seen.end),
        ("CONNECT", Some(200), Some(End::Complete))
    );
    assert_eq!((seen.frames_in, seen.bytes_in), (2, None));
    let (refused, _) = http2::web_socket(&mut send, &socket(2), "12").await;
    assert_eq!(
        (
            refused.status().as_u16(),
            &refused.headers()["pushcheck-refused"]
        ),
        (426, &"version".parse().unwrap())
    );
}
