//! `ledger <key>` on a WebSocket: the ledger for pages whose fetch cannot read it.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck::wire::{CLOSE_CODE, CLOSE_REASON, End, Key, Ledger};
use support::web_socket::{CLOSE, frame, open};
use support::{Site, key, path};

async fn asked(site: &Site, key: &Key) -> (u32, Ledger) {
    let mut client = open(site, &path(key, "ledger", 1, "web-socket")).await;
    client.say(&format!("ledger {}", key.to_body())).await;
    let (frames, text) = client.hear_message().await;
    let ledger = serde_json::from_slice(&text).unwrap();
    let close = client.hear_close().await;
    assert_eq!(close, (CLOSE_CODE, CLOSE_REASON.to_owned()));
    let code = CLOSE_CODE.to_be_bytes();
    client.send(frame(0x80 | CLOSE, &code)).await;
    assert!(!client.more().await);
    (frames, ledger)
}

#[tokio::test]
async fn it_is_the_one_that_a_post_gets_and_the_socket_stands_in_it_as_any() {
    let site = Site::plain().await;
    site.get(&path(&key(1), "p", 1, "poll")).await;
    site.get(&path(&key(2), "p", 1, "poll")).await;
    let (frames, mut told) = asked(&site, &key(1)).await;
    assert!(
        frames > 1,
        "small pieces, for paths that carry no larger ones"
    );
    assert!(told.complete && told.instances[0].refused == 0);
    let own = told.sightings.pop().unwrap();
    assert_eq!(
        (own.probe.as_str(), own.status, own.end),
        ("ledger", Some(101), None)
    );
    let mut posted = site
        .ledger_when(&key(1), |all| {
            all.sightings.iter().all(|seen| seen.end.is_some())
        })
        .await;
    let own = posted.sightings.pop().unwrap();
    assert_eq!(own.end, Some(End::Complete));
    assert_eq!((own.frames_in, own.strange_in, own.malformed_in), (1, 0, 0));
    let polls = |ledger: &Ledger| serde_json::to_value(&ledger.sightings[0].headers).unwrap();
    assert_eq!(polls(&told), polls(&posted));
    assert_eq!((told.sightings.len(), posted.sightings.len()), (1, 1));
}

#[tokio::test]
async fn a_large_one_is_one_message_of_several_frames() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    for n in 1..=40 {
        client.get(&path(&key(1), "p", n, "poll")).await;
    }
    let (frames, told) = asked(&site, &key(1)).await;
    assert_eq!(told.sightings.len(), 41);
    assert!(frames > 1);
}

#[tokio::test]
async fn a_wrong_key_learns_nothing_and_is_kept_nowhere() {
    let site = Site::plain().await;
    site.get(&path(&key(1), "p", 1, "poll")).await;
    for (of, with) in [(1, 2), (3, 1), (3, 4)] {
        let mut client = open(&site, &path(&key(of), "ledger", 1, "web-socket")).await;
        client.say(&format!("ledger {}", key(with).to_body())).await;
        let close = client.hear_close().await;
        assert_eq!(close, (1008, "pushcheck: key".to_owned()));
    }
    let ledger = site
        .ledger_when(&key(1), |all| all.sightings.len() == 2)
        .await;
    let text = serde_json::to_string(&ledger).unwrap();
    assert!(!text.contains(&key(1).to_body()) && !text.contains(&key(2).to_body()));
    // No line of ours, therefore an application's own text.
    let mut client = open(&site, &path(&key(1), "ledger", 2, "web-socket")).await;
    client.say("ledger 0123").await;
    client.say("echo 1").await;
    assert!(client.hear_text().await.starts_with("echo 1 "));
}

#[tokio::test]
async fn it_is_taken_from_the_sources_rate() {
    let site = Site::start(|config| config.limits.source_rate = 1).await;
    let mut client = open(&site, &path(&key(1), "ledger", 1, "web-socket")).await;
    // Four seconds' worth may come at once.
    while site.get("/v1/about").await.status == 200 {}
    client.say(&format!("ledger {}", key(1).to_body())).await;
    let close = client.hear_close().await;
    assert_eq!(close, (1008, "pushcheck: rate".to_owned()));
}
