//! The head of a request, as its sender or the last box in between spelled and ordered it.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck::wire::Sighting;
use support::{Site, http2, key, path};

fn names(seen: &Sighting) -> Vec<&str> {
    seen.headers
        .iter()
        .map(|field| field.name.as_str())
        .collect()
}

#[tokio::test]
async fn over_http1_order_spelling_and_duplicates_are_the_senders() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    let path = path(&key(1), "p", 1, "poll");
    let head = "x-zulu: 1\r\nVia: 1.1 one\r\nSec-Websocket-Key: secret\r\nvia: 1.1 two\r\nHOST: a\r\nAccept: */*";
    // In pieces: a head is one however it comes.
    for piece in format!("GET {path} HTTP/1.1\r\n{head}\r\n\r\n")
        .as_bytes()
        .chunks(11)
    {
        client.send(piece).await;
        tokio::task::yield_now().await;
    }
    client.answer().await;
    // The next one on the same connection begins anew.
    client
        .send(format!(
            "GET {path} HTTP/1.1\r\nhost: a\r\nB: 1\r\nA: 2\r\n\r\n"
        ))
        .await;
    client.answer().await;
    let ledger = site.ledger(&key(1)).await;
    let [first, second] = &ledger.sightings[..] else {
        panic!("two sightings")
    };
    assert!(first.spelled && second.spelled);
    assert_eq!(
        names(first),
        [
            "x-zulu",
            "Via",
            "Sec-Websocket-Key",
            "via",
            "HOST",
            "Accept"
        ]
    );
    assert_eq!(names(second), ["host", "B", "A"]);
    let values: Vec<_> = first
        .headers
        .iter()
        .map(|field| field.value.as_deref())
        .collect();
    assert_eq!(
        values,
        [None, Some("1.1 one"), None, Some("1.1 two"), None, None]
    );
}

#[tokio::test]
async fn behind_a_body_and_an_upload_a_head_is_still_known() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    client
        .post(&path(&key(1), "u", 1, "upload"), &"x".repeat(30_000))
        .await;
    client.get(&path(&key(1), "p", 1, "poll")).await;
    let ledger = site.ledger(&key(1)).await;
    assert!(ledger.sightings.iter().all(|seen| seen.spelled));
    assert_eq!(
        names(&ledger.sightings[0]),
        ["Host", "Content-Type", "Content-Length"]
    );
}

#[tokio::test]
async fn a_head_with_too_many_fields_says_so_and_keeps_its_order() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    let fields: Vec<String> = (0..80).map(|n| format!("X-N{n}: 1")).collect();
    let path = path(&key(1), "p", 1, "poll");
    client
        .ask(&format!("GET {path} HTTP/1.1\r\n{}", fields.join("\r\n")))
        .await;
    let seen = &site.ledger(&key(1)).await.sightings[0];
    assert!(seen.spelled);
    assert_eq!(
        (seen.headers.len(), &seen.headers[59].name[..]),
        (61, "X-N59")
    );
    // With the client's own `Host`.
    assert_eq!(
        (&seen.headers[60].name[..], seen.headers[60].length),
        (":truncated", 21)
    );
}

#[tokio::test]
async fn of_requests_sent_ahead_no_spelling_is_claimed_that_is_not_theirs() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    let ask = |n: u16, name: &str| {
        let path = path(&key(1), "p", n, "poll");
        format!("GET {path} HTTP/1.1\r\nHost: a\r\n{name}: 1\r\n\r\n")
    };
    client
        .send(format!("{}{}", ask(1, "X-First"), ask(2, "X-Second")))
        .await;
    client.answer().await;
    client.answer().await;
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(
        (ledger.sightings[0].spelled, ledger.sightings[1].spelled),
        (true, false)
    );
    assert!(names(&ledger.sightings[0]).contains(&"X-First"));
    assert!(names(&ledger.sightings[1]).contains(&"x-second"));
}

#[tokio::test]
async fn over_http2_nothing_is_spelled() {
    let site = Site::plain().await;
    let mut send = http2::connect(&site).await;
    let response = http2::get(&mut send, &path(&key(1), "p", 1, "poll")).await;
    http2::pieces(response).await;
    assert!(!site.ledger(&key(1)).await.sightings[0].spelled);
}
