//! Told to stop, the server lets everything end, and not for ever.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use support::web_socket::{CLOSE, frame, open};
use support::{Site, key, path};

#[tokio::test]
async fn streams_and_sockets_are_told_to_end() {
    let mut site = Site::plain().await;
    let mut stream = site.client().await;
    let stream_path = path(&key(1), "s", 1, "stream");
    stream
        .send(format!(
            "GET {stream_path}?count=200 HTTP/1.1\r\nHost: a\r\n\r\n"
        ))
        .await;
    stream.head().await;
    let mut poll = site.client().await;
    let poll_path = path(&key(1), "l", 1, "long-poll");
    poll.send(format!(
        "GET {poll_path}?after=999&holdMs=60000 HTTP/1.1\r\nHost: a\r\n\r\n"
    ))
    .await;
    let mut socket = open(&site, &path(&key(1), "w", 1, "web-socket")).await;
    let mut idle = site.client().await;
    idle.get("/v1/about").await;
    site.ledger_when(&key(1), |ledger| ledger.sightings.len() == 3)
        .await;
    site.stop();
    while !stream.chunk().await.is_empty() {}
    poll.answer().await.is_refused(503, "time");
    assert_eq!(socket.hear_close().await.0, 1001);
    socket
        .send(frame(0x80 | CLOSE, &1001_u16.to_be_bytes()))
        .await;
    assert!(!idle.more().await);
    site.ended().await;
}

#[tokio::test]
async fn what_asks_meanwhile_is_told_to_come_later() {
    let mut site = Site::start(|config| config.limits.drain_ms = 3_000).await;
    // A socket whose page does not answer keeps the server waiting for its close.
    let mut socket = open(&site, &path(&key(1), "w", 1, "web-socket")).await;
    site.stop();
    assert_eq!(socket.hear_close().await.0, 1001);
    let answer = site.get(&path(&key(1), "p", 1, "poll")).await;
    answer.is_refused(503, "time");
    assert!(answer.header("retry-after").is_some());
    drop(socket);
    site.ended().await;
}

#[tokio::test]
async fn what_does_not_end_is_ended() {
    let mut site = Site::start(|config| config.limits.drain_ms = 100).await;
    let mut upload = site.client().await;
    let path = path(&key(1), "u", 1, "upload");
    upload
        .send(format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"
        ))
        .await;
    site.ledger_when(&key(1), |ledger| {
        ledger
            .sightings
            .first()
            .is_some_and(|seen| seen.payload_in == 1)
    })
    .await;
    site.stop();
    assert!(!upload.more().await);
    tokio::time::timeout(Duration::from_secs(10), site.ended())
        .await
        .unwrap();
}
