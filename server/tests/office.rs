//! Many visitors behind one address.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use support::web_socket::open;
use support::{Site, key, path};

const VISITORS: u8 = 200;

/// What a check does at once: a socket, a stream, and polls beside them.
async fn visit(site: Arc<Site>, n: u8) {
    let key = key(n);
    let mut socket = open(&site, &path(&key, "web-socket", 1, "web-socket")).await;
    socket.say("ticks 5").await;
    let mut stream = site.client().await;
    let streamed = path(&key, "stream", 1, "stream");
    stream
        .send(format!(
            "GET {streamed}?count=5 HTTP/1.1\r\nHost: a\r\n\r\n"
        ))
        .await;
    let mut polls = site.client().await;
    for attempt in 1..=8 {
        let answer = polls.get(&path(&key, "poll", attempt, "poll")).await;
        assert_eq!(answer.status, 200, "visitor {n}: {}", answer.text());
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    assert_eq!(stream.head().await.status, 200);
    while !stream.chunk().await.is_empty() {}
    for _ in 0..5 {
        socket.hear_text().await;
    }
    let ledger = site.ledger(&key).await;
    assert!(ledger.complete, "visitor {n}");
    assert_eq!(ledger.instances[0].refused, 0, "visitor {n}");
    assert_eq!(ledger.sightings.len(), 10, "visitor {n}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_office_of_200_behind_one_address_is_refused_nothing() {
    let site = Arc::new(Site::plain().await);
    let mut visits = tokio::task::JoinSet::new();
    for n in 0..VISITORS {
        visits.spawn(visit(Arc::clone(&site), n));
    }
    while let Some(done) = visits.join_next().await {
        done.unwrap();
    }
}
