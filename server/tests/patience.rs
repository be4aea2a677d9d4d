//! A peer that does not take its answer holds nothing past its time.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use h2::client::Builder;
use http::Request;
use pushcheck::wire::End;
use support::{Site, http2, key, path, within};
use tokio::time::Instant;

/// A client that opens no window: nothing of an answer's body can be sent to it.
fn windowless() -> Builder {
    let mut builder = Builder::new();
    builder.initial_window_size(0);
    builder
}

#[tokio::test]
async fn a_stream_that_cannot_be_written_ends_with_its_life() {
    let site = Site::start(|config| {
        config.limits.life_ms = 300;
        config.limits.long = 1;
    })
    .await;
    let mut send = http2::connect_as(&site, &windowless()).await;
    let held = http2::get(
        &mut send,
        &format!("{}?count=100", path(&key(1), "s", 1, "stream")),
    )
    .await;
    assert_eq!(held.status(), 200);
    let began = Instant::now();
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    assert_eq!(ledger.sightings[0].end, Some(End::OurLimit));
    assert!(began.elapsed() < Duration::from_secs(5));
    let other = site
        .get(&format!("{}?count=1", path(&key(2), "s", 1, "stream")))
        .await;
    assert_eq!(other.status, 200, "the place is free again");
}

#[tokio::test]
async fn ledgers_that_are_not_taken_are_few_and_do_not_last() {
    let site = Site::start(|config| {
        config.limits.ledger_sightings = 1;
        config.limits.body_ms = 500;
    })
    .await;
    let mut send = http2::connect_as(&site, &windowless()).await;
    let address = format!("https://localhost/v1/runs/{}/ledger", key(1).run());
    let (response, mut body) = send
        .send_request(Request::post(address).body(()).unwrap(), false)
        .unwrap();
    body.send_data(key(1).to_body().into(), true).unwrap();
    assert_eq!(within(response).await.unwrap().status(), 200);
    let began = Instant::now();
    site.ledger(&key(2)).await;
    let waited = began.elapsed();
    assert!(waited > Duration::from_millis(300), "{waited:?}");
    assert!(waited < Duration::from_secs(5), "{waited:?}");
}
