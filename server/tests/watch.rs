//! Connections that a page watches: what goes over them is paced, they live long, and what ends whole is soon forgotten.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use pushcheck::time::Micros;
use pushcheck::wire::{End, FromServer, Tick, unsealed};
use support::web_socket::open;
use support::{Site, key, path};

/// How far apart what leaves is, by the server's own stamps.
fn gaps(ticks: &[Tick]) -> Vec<Micros> {
    ticks
        .windows(2)
        .map(|two| two[1].sent.since(two[0].sent))
        .collect()
}

#[tokio::test]
async fn paced_ticks_are_so_far_apart_and_do_not_end_with_an_ordinary_life() {
    let site = Site::start(|config| {
        config.limits.life_ms = 1_500;
        config.limits.watch_ms = 4_500;
        config.limits.ticks = 2;
    })
    .await;
    // Shorter than the shortest.
    let stream = format!("{}?paceMs=3", path(&key(1), "s", 1, "stream"));
    let events = format!("{}?paceMs=1000", path(&key(1), "e", 1, "events"));
    let (stream, events) = tokio::join!(site.get(&stream), site.get(&events));
    for (name, answer) in [("stream", stream), ("events", events)] {
        assert_eq!(answer.status, 200);
        let text = answer.text();
        let lines = text.lines().filter_map(|line| {
            let line = line.strip_prefix("data: ").unwrap_or(line);
            unsealed(line)?.parse().ok()
        });
        let ticks: Vec<Tick> = lines.collect();
        assert!((3..=5).contains(&ticks.len()), "{name}: {ticks:?}");
        let gaps = gaps(&ticks);
        assert!(
            gaps.iter().all(|gap| *gap >= Micros::ms(1_000)),
            "{name}: {gaps:?}"
        );
    }
    let ledger = site.ledger(&key(1)).await;
    assert!(
        ledger
            .sightings
            .iter()
            .all(|seen| seen.end == Some(End::OurLimit))
    );
    let refused = site
        .get(&format!(
            "{}?paceMs=130001",
            path(&key(1), "s", 2, "stream")
        ))
        .await;
    refused.is_refused(400, "time");
}

#[tokio::test]
async fn a_paced_socket_lives_as_long_as_its_page_says_something() {
    let site = Site::start(|config| {
        config.limits.life_ms = 1_500;
        config.limits.watch_ms = 60_000;
    })
    .await;
    let mut client = open(&site, &path(&key(1), "w", 1, "web-socket")).await;
    client.say("paced 1000").await;
    let mut ticks = Vec::new();
    while ticks.len() < 4 {
        match client.hear_text().await.parse().unwrap() {
            FromServer::Tick(tick) => {
                client.say(&format!("echo {}", ticks.len() + 1)).await;
                ticks.push(tick);
            }
            FromServer::Echo(_) => {}
            other => panic!("{other:?}"),
        }
    }
    let gaps = gaps(&ticks);
    assert!(gaps.iter().all(|gap| *gap >= Micros::ms(1_000)), "{gaps:?}");
    // Twice an ordinary life; and now nothing is said any more.
    let mut late = 0;
    loop {
        let (opcode, payload) = client.hear().await;
        match opcode & 15 {
            8 => {
                assert_eq!(&payload[..2], 1008_u16.to_be_bytes());
                break;
            }
            _ => late += 1,
        }
    }
    assert!(late <= 3, "{late}");
}

#[tokio::test]
async fn what_ends_whole_is_forgotten_where_the_page_wants_only_the_rest() {
    let site = Site::start(|config| config.limits.attempts = 40).await;
    let poll = |attempt, brief| {
        let path = path(&key(1), "watch-long-poll", attempt, "long-poll");
        format!("{path}?after=4294967295&holdMs=1&brief={brief}")
    };
    for attempt in 1..=10 {
        assert_eq!(site.get(&poll(attempt, 1)).await.status, 200);
    }
    assert_eq!(site.get(&poll(11, 0)).await.status, 200);
    // One that its page leaves before the answer.
    let long = path(&key(1), "watch-long-poll", 12, "long-poll");
    let mut client = site.client().await;
    client
        .send(format!(
            "GET {long}?after=4294967295&holdMs=60000&brief=1 HTTP/1.1\r\nHost: x\r\n\r\n"
        ))
        .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(client);
    let ledger = site
        .ledger_when(&key(1), |ledger| {
            let mut seen = ledger.sightings.iter();
            seen.any(|seen| seen.attempt == 12 && seen.end.is_some())
        })
        .await;
    let attempts: Vec<_> = ledger.sightings.iter().map(|seen| seen.attempt).collect();
    assert_eq!(attempts, [11, 12]);
    assert!(ledger.complete);
}

#[tokio::test]
async fn a_run_that_only_holds_is_not_forgotten() {
    let site = Site::start(|config| config.limits.keep_ms = 300).await;
    let mut client = open(&site, &path(&key(1), "w", 1, "web-socket")).await;
    client.say("paced 1000").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let ledger = site.ledger(&key(1)).await;
    assert_eq!((ledger.sightings.len(), ledger.complete), (1, true));
    drop(client);
}
