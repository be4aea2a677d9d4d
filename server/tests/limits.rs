//! Every limit refuses as ours, and says so in the ledger.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck::wire::End;
use support::web_socket::{CLOSE, HANDSHAKE, frame, open, try_open};
use support::{Client, Site, key, path};

/// A stream that lasts until the client is dropped.
async fn hold(site: &Site, run: u8, attempt: u16) -> Client {
    let mut client = site.client().await;
    let path = path(&key(run), "s", attempt, "stream");
    client
        .send(format!(
            "GET {path}?count=100&silentMs=9000 HTTP/1.1\r\nHost: a\r\n\r\n"
        ))
        .await;
    assert_eq!(client.head().await.status, 200);
    client
}

#[tokio::test]
async fn holds_silences_and_counts_are_bounded() {
    let site = Site::start(|config| config.limits.hold_ms = 500).await;
    let mut client = site.client().await;
    for (kind, query, field, why) in [
        ("long-poll", "holdMs=501", "holdMs", "time"),
        ("stream", "silentMs=501", "silentMs", "time"),
        ("events", "count=201", "count", "count"),
    ] {
        let answer = client
            .get(&format!("{}?{query}", path(&key(1), "p", 1, kind)))
            .await;
        answer.is_refused(400, why);
        assert_eq!(answer.problem()["field"], field);
    }
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(ledger.instances[0].refused, 3);
    assert!(ledger.complete, "refused in sight");
    assert!(
        ledger
            .sightings
            .iter()
            .all(|seen| seen.refused.is_some() && seen.end == Some(End::Refused))
    );
}

#[tokio::test]
async fn malformed_parts_are_named() {
    let site = Site::plain().await;
    let run = key(1).run();
    for (path, field) in [
        ("/v1/runs/XYZ/p/1/poll".to_owned(), "run"),
        (format!("/v1/runs/{run}/P/1/poll"), "probe"),
        (format!("/v1/runs/{run}/p/10000/poll"), "attempt"),
        (format!("/v1/runs/{run}/p/1/pol"), "kind"),
        (format!("/v1/runs/{run}/p/1/poll?after=x"), "after"),
    ] {
        let answer = site.get(&path).await;
        assert_eq!(
            (answer.status, answer.problem()["field"].as_str().unwrap()),
            (400, field)
        );
        assert_eq!(answer.header("pushcheck-refused"), None);
    }
}

#[tokio::test]
async fn bodies_are_bounded_announced_or_not() {
    let site = Site::start(|config| {
        config.limits.upload_bytes = 100;
        config.limits.report_bytes = 100;
    })
    .await;
    let upload = path(&key(1), "u", 1, "upload");
    site.client()
        .await
        .post(&upload, &"x".repeat(101))
        .await
        .is_refused(413, "size");
    assert_eq!(
        site.client()
            .await
            .post(&upload, &"x".repeat(100))
            .await
            .status,
        200
    );
    let mut client = site.client().await;
    let chunks = format!(
        "41\r\n{}\r\n41\r\n{}\r\n0\r\n\r\n",
        "x".repeat(65),
        "x".repeat(65)
    );
    client
        .send(format!(
            "POST {upload} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"
        ))
        .await;
    client.answer().await.is_refused(413, "size");
    site.client()
        .await
        .post(
            "/v1/reports",
            &format!("{{\"schema\":1,\"x\":\"{}\"}}", "x".repeat(99)),
        )
        .await
        .is_refused(413, "size");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let site = Site::start(|config| config.limits.body_ms = 50).await;
    let mut client = site.client().await;
    let upload = path(&key(1), "u", 1, "upload");
    client
        .send(format!(
            "POST {upload} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"
        ))
        .await;
    client.answer().await.is_refused(408, "time");
}

#[tokio::test]
async fn a_run_has_so_many_attempts_and_what_is_beyond_sight_is_owned_up_to() {
    let site = Site::start(|config| config.limits.attempts = 2).await;
    let mut client = site.client().await;
    for attempt in 1..=2 {
        assert_eq!(
            client
                .get(&path(&key(1), "p", attempt, "poll"))
                .await
                .status,
            200
        );
    }
    client
        .get(&path(&key(1), "p", 3, "poll"))
        .await
        .is_refused(429, "count");
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(
        (
            ledger.sightings.len(),
            ledger.instances[0].refused,
            ledger.complete
        ),
        (3, 1, true)
    );
    for attempt in 4..=60 {
        client
            .get(&path(&key(1), "p", attempt, "poll"))
            .await
            .is_refused(429, "count");
    }
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(
        (
            ledger.sightings.len(),
            ledger.instances[0].refused,
            ledger.complete
        ),
        (52, 58, false)
    );
    assert_eq!(
        client.get(&path(&key(2), "p", 1, "poll")).await.status,
        200,
        "other runs are not touched"
    );
}

#[tokio::test]
async fn a_run_has_its_rate() {
    let site = Site::start(|config| config.limits.run_rate = 1).await;
    let mut client = site.client().await;
    let mut refused = None;
    for attempt in 1..=9 {
        let answer = client.get(&path(&key(1), "p", attempt, "poll")).await;
        if answer.status != 200 {
            refused = Some(answer);
        }
    }
    let refused = refused.unwrap();
    refused.is_refused(429, "rate");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(client.get(&path(&key(2), "p", 1, "poll")).await.status, 200);
}

#[tokio::test]
async fn a_source_has_its_rate() {
    let site = Site::start(|config| config.limits.source_rate = 2).await;
    let mut client = site.client().await;
    let mut last = client.get("/v1/about").await;
    for n in 0..12 {
        last = client.get(&path(&key(n), "p", 1, "poll")).await;
    }
    last.is_refused(429, "rate");
    assert_eq!(last.problem()["field"], "source");
    let file = client.get("/push-check.js").await;
    assert_eq!(file.status, 200, "files are not counted");
}

#[tokio::test]
async fn a_run_has_so_many_long_requests() {
    let site = Site::start(|config| config.limits.run_long = 2).await;
    let (one, _two) = (hold(&site, 1, 1).await, hold(&site, 1, 2).await);
    site.get(&path(&key(1), "s", 3, "events"))
        .await
        .is_refused(429, "count");
    let (_, answer) = try_open(&site, &path(&key(1), "w", 1, "web-socket"), HANDSHAKE).await;
    answer.is_refused(429, "count");
    let _other = hold(&site, 2, 1).await;
    drop(one);
    site.ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    let _three = hold(&site, 1, 4).await;
}

#[tokio::test]
async fn a_source_and_the_server_have_so_many_long_requests() {
    let site = Site::start(|config| config.limits.source_long = 1).await;
    let _one = hold(&site, 1, 1).await;
    site.get(&path(&key(2), "l", 1, "long-poll"))
        .await
        .is_refused(429, "count");
    let site = Site::start(|config| config.limits.long = 1).await;
    let _one = hold(&site, 1, 1).await;
    let answer = site.get(&path(&key(2), "l", 1, "long-poll")).await;
    answer.is_refused(503, "count");
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn connections_are_bounded_per_run_per_source_and_in_all() {
    let site = Site::start(|config| config.limits.run_connections = 1).await;
    let _one = hold(&site, 1, 1).await;
    site.get(&path(&key(1), "p", 1, "poll"))
        .await
        .is_refused(429, "count");
    assert_eq!(site.get(&path(&key(2), "p", 1, "poll")).await.status, 200);

    let site = Site::start(|config| config.limits.source_connections = 1).await;
    let mut one = hold(&site, 1, 1).await;
    site.get(&path(&key(1), "p", 1, "poll"))
        .await
        .is_refused(429, "count");
    assert!(one.try_send("").await);
    drop(one);

    let site = Site::start(|config| config.limits.connections = 1).await;
    let mut one = site.client().await;
    one.get(&path(&key(1), "p", 1, "poll")).await;
    let two = site.get(&path(&key(1), "p", 2, "poll")).await;
    two.is_refused(503, "count");
    assert!(two.header("retry-after").is_some() && two.header("connection") == Some("close"));
    let mut ledger = one
        .post(
            &format!("/v1/runs/{}/ledger", key(1).run()),
            &key(1).to_body(),
        )
        .await;
    let seen: pushcheck::wire::Ledger = serde_json::from_slice(&ledger.body).unwrap();
    assert_eq!(
        (
            seen.sightings.len(),
            seen.instances[0].refused,
            seen.complete
        ),
        (2, 1, true)
    );
    // Two more: one of them is beyond the tenth that is let in to be told.
    let (_a, mut b) = (site.client().await, site.client().await);
    b.try_send("GET /v1/about HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    while b.more().await {}
    assert_eq!(b.got, 0);
    ledger = one
        .post(
            &format!("/v1/runs/{}/ledger", key(1).run()),
            &key(1).to_body(),
        )
        .await;
    let seen: pushcheck::wire::Ledger = serde_json::from_slice(&ledger.body).unwrap();
    assert!(!seen.complete, "somebody was turned away unread");
}

#[tokio::test]
async fn heads_are_bounded_in_size() {
    let site = Site::start(|config| config.limits.header_bytes = 8192).await;
    let path = path(&key(1), "p", 1, "poll");
    site.get(&path).await;
    for size in [9_000, 100_000] {
        let mut client = site.client().await;
        client
            .try_send(format!(
                "GET {path} HTTP/1.1\r\nHost: a\r\nX-Large: {}\r\n\r\n",
                "x".repeat(size)
            ))
            .await;
        client.answer().await.is_refused(431, "size");
    }
    assert_eq!(
        site.ledger(&key(1)).await.sightings[1].refused.as_deref(),
        Some("size")
    );
}

#[tokio::test]
async fn a_head_that_comes_drop_by_drop_is_not_waited_for() {
    let site = Site::start(|config| config.limits.head_ms = 100).await;
    let mut client = site.client().await;
    client.send("GET /v1/ab").await;
    let mut drops = 0;
    while client.try_send("o").await && drops < 1_000 {
        drops += 1;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(drops < 1_000, "it was waited for");
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let site = Site::start(|config| {
        config.limits.idle_ms = 100;
        config.limits.head_ms = 50;
    })
    .await;
    let mut idle = site.client().await;
    idle.get("/v1/about").await;
    let mut busy = site.client().await;
    busy.send(format!(
        "GET {}?count=1&silentMs=500 HTTP/1.1\r\nHost: a\r\n\r\n",
        path(&key(1), "s", 1, "stream")
    ))
    .await;
    assert!(!idle.more().await);
    assert_eq!(busy.answer().await.status, 200);
}

#[tokio::test]
async fn a_socket_carries_so_many_ticks_and_frames_and_lives_so_long() {
    let site = Site::start(|config| {
        config.limits.ticks = 5;
        config.limits.socket_frames = 3;
        config.limits.life_ms = 700;
    })
    .await;
    let mut many = open(&site, &path(&key(1), "w", 1, "web-socket")).await;
    many.say("ticks 6").await;
    assert_eq!(
        many.hear_close().await,
        (1008, "pushcheck: count".to_owned())
    );
    let mut chatty = open(&site, &path(&key(1), "w", 2, "web-socket")).await;
    for n in 0..4 {
        chatty.say(&format!("echo {n}")).await;
    }
    for _ in 0..3 {
        chatty.hear_text().await;
    }
    assert_eq!(chatty.hear_close().await.0, 1008);
    let mut old = open(&site, &path(&key(1), "w", 3, "web-socket")).await;
    assert_eq!(old.hear_close().await, (1008, "pushcheck: time".to_owned()));
    old.send(frame(0x80 | CLOSE, &[3, 240])).await;
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[2].end.is_some())
        .await;
    assert_eq!(ledger.sightings[2].end, Some(End::OurLimit));
}

#[tokio::test]
async fn a_stream_lives_so_long() {
    let site = Site::start(|config| config.limits.life_ms = 500).await;
    let answer = site
        .get(&format!("{}?count=200", path(&key(1), "s", 1, "stream")))
        .await;
    assert!(answer.text().lines().count() < 20);
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    assert_eq!(ledger.sightings[0].end, Some(End::OurLimit));
}

#[tokio::test]
async fn half_a_head_that_we_gave_up_on_could_have_been_of_any_run_from_there() {
    let site = Site::start(|config| config.limits.head_ms = 100).await;
    assert!(site.ledger(&key(1)).await.complete);
    let mut silent = site.client().await;
    assert!(!silent.more().await, "nothing was sent, nothing is lost");
    assert!(site.ledger(&key(1)).await.complete);
    let mut half = site.client().await;
    half.send(format!("GET {} HT", path(&key(1), "p", 1, "poll")))
        .await;
    assert!(!half.more().await);
    site.ledger_when(&key(1), |ledger| !ledger.complete).await;
}
