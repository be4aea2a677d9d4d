//! Every method carries the same ticks.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use pushcheck::time::Micros;
use pushcheck::wire::{PollBody, Tick, TickId, tick_due, unsealed};
use support::{Site, http2, key, path, web_socket, within};

fn tick(line: &str) -> Tick {
    unsealed(line).unwrap().parse().unwrap()
}

fn line(bytes: &[u8]) -> Tick {
    let text = std::str::from_utf8(bytes).unwrap();
    tick(text.strip_suffix('\n').unwrap())
}

fn event(bytes: &[u8]) -> (TickId, Tick) {
    let text = std::str::from_utf8(bytes)
        .unwrap()
        .strip_suffix("\n\n")
        .unwrap();
    let (id, data) = text.split_once('\n').unwrap();
    (
        id.strip_prefix("id: ").unwrap().parse().unwrap(),
        tick(data.strip_prefix("data: ").unwrap()),
    )
}

/// When the run began, by what a tick says.
fn epoch(tick: &Tick) -> Micros {
    tick.due.since(tick_due(tick.n))
}

#[tokio::test]
async fn a_stream_carries_numbered_ticks_each_in_its_own_chunk() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    client
        .send(format!(
            "GET {}?count=3 HTTP/1.1\r\nHost: a\r\n\r\n",
            path(&key(1), "s", 1, "stream")
        ))
        .await;
    let head = client.head().await;
    assert_eq!(
        (head.status, head.header("content-type")),
        (200, Some("text/plain; charset=utf-8"))
    );
    let mut ticks = Vec::new();
    for _ in 0..3 {
        ticks.push(line(&client.chunk().await));
    }
    assert!(client.chunk().await.is_empty());
    assert_eq!(
        ticks.iter().map(|tick| tick.n).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    for tick in &ticks {
        assert!(tick.sent >= tick.due);
        assert_eq!(
            (epoch(tick), &tick.instance),
            (epoch(&ticks[0]), &site.instance)
        );
    }
}

#[tokio::test]
async fn events_carry_their_id_and_the_same_timeline_as_polls() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    let body = client
        .get(&format!("{}?after=0", path(&key(1), "p", 1, "poll")))
        .await;
    assert_eq!(body.poll().ticks, []);
    client
        .send(format!(
            "GET {}?count=2 HTTP/1.1\r\nHost: a\r\n\r\n",
            path(&key(1), "e", 1, "events")
        ))
        .await;
    let head = client.head().await;
    assert_eq!(head.header("content-type"), Some("text/event-stream"));
    let (id, first) = event(&client.chunk().await);
    let (_, second) = event(&client.chunk().await);
    assert_eq!((id.n, &id.instance), (first.n, &site.instance));
    assert_eq!(second.n, first.n + 1);
    assert!(client.chunk().await.is_empty());
    let polled: PollBody = client.get(&path(&key(1), "p", 2, "poll")).await.poll();
    assert_eq!(
        polled.ticks.iter().map(|tick| tick.n).collect::<Vec<_>>(),
        (1..=second.n).collect::<Vec<_>>()
    );
    let (a, b) = (&polled.ticks[first.n as usize - 1], &first);
    assert_eq!((a.n, a.due), (b.n, b.due));
    let rest = client
        .get(&format!(
            "{}?after={}",
            path(&key(1), "p", 3, "poll"),
            first.n
        ))
        .await;
    assert_eq!(rest.poll().ticks[0].n, second.n);
}

#[tokio::test]
async fn a_silent_stream_says_nothing_but_its_head_until_then() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    let path = path(&key(1), "s", 1, "stream");
    client
        .send(format!(
            "GET {path}?count=1&silentMs=400 HTTP/1.1\r\nHost: a\r\n\r\n"
        ))
        .await;
    assert_eq!(client.head().await.status, 200);
    let tick = line(&client.chunk().await);
    // Ticks 1 (60 ms) and 2 (310 ms) fell into the silence.
    assert_eq!(tick.n, 3);
    assert!(tick.sent.since(epoch(&tick)) >= Micros::ms(400));
}

#[tokio::test]
async fn silent_events_begin_with_a_comment_so_that_every_browser_opens() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    for (silent, first) in [("&silentMs=400", ":\n\n"), ("", "id: ")] {
        let path = path(&key(1), "s", 1, "events");
        client
            .send(format!(
                "GET {path}?count=1{silent} HTTP/1.1\r\nHost: a\r\n\r\n"
            ))
            .await;
        assert_eq!(client.head().await.status, 200);
        let chunk = client.chunk().await;
        assert!(chunk.starts_with(first.as_bytes()), "{chunk:?}");
        while !client.chunk().await.is_empty() {}
    }
}

#[tokio::test]
async fn a_long_poll_is_answered_when_the_next_tick_falls_due() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    let path = path(&key(1), "l", 1, "long-poll");
    for n in 0..4 {
        let answer = client.get(&format!("{path}?after={n}&holdMs=9000")).await;
        let body: PollBody = answer.poll();
        assert_eq!(
            body.ticks.iter().map(|tick| tick.n).collect::<Vec<_>>(),
            [n + 1]
        );
        assert!(body.at.sent >= body.ticks[0].due && body.at.received < body.at.sent);
    }
    let empty = client.get(&format!("{path}?after=4000&holdMs=30")).await;
    let body: PollBody = empty.poll();
    assert!(body.ticks.is_empty() && body.at.sent.since(body.at.received) >= Micros::ms(30));
}

#[tokio::test]
async fn asking_for_ticks_that_never_were_is_harmless() {
    let site = Site::plain().await;
    let answer = site
        .get(&format!(
            "{}?after=4294967295",
            path(&key(1), "p", 1, "poll")
        ))
        .await;
    assert!(answer.poll().ticks.is_empty());
}

#[tokio::test]
async fn an_upload_is_counted_and_hashed() {
    let site = Site::plain().await;
    let answer = site
        .client()
        .await
        .post(&path(&key(1), "u", 1, "upload"), "abc")
        .await;
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["bytes"], 3);
    // Source: FIPS 180-4, the example of one block.
    assert_eq!(
        body["sha256"],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(site.ledger(&key(1)).await.sightings[0].payload_in, 3);
}

#[tokio::test]
async fn http2_carries_each_tick_in_a_data_frame_and_has_no_byte_count() {
    let site = Site::plain().await;
    let mut send = http2::connect(&site).await;
    let response = http2::get(
        &mut send,
        &format!("{}?count=2", path(&key(1), "e", 1, "events")),
    )
    .await;
    assert_eq!(
        response.headers()["pushcheck-answer"],
        site.instance.as_str()
    );
    let pieces = http2::pieces(response).await;
    assert_eq!(
        pieces
            .iter()
            .map(|piece| event(piece).1.n)
            .collect::<Vec<_>>(),
        [1, 2]
    );
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    let seen = &ledger.sightings[0];
    assert_eq!(
        (seen.http_version.as_str(), seen.tls, seen.ticks_out),
        ("HTTP/2.0", true, 2)
    );
    assert_eq!((seen.bytes_in, seen.bytes_out), (None, None));
}

#[tokio::test]
async fn http1_over_tls_works_as_without() {
    let site = Site::plain().await;
    let mut client = support::Client::over(support::encrypted(&site, b"http/1.1").await);
    assert_eq!(client.get(&path(&key(1), "p", 1, "poll")).await.status, 200);
    let seen = &site.ledger(&key(1)).await.sightings[0];
    assert!(seen.tls && seen.http_version == "HTTP/1.1" && seen.bytes_in == Some(client.sent));
}

#[tokio::test]
async fn about_says_who_answers_where_and_how_much() {
    let site = Site::plain().await;
    let about: pushcheck::wire::About =
        serde_json::from_slice(&site.get("/v1/about").await.body).unwrap();
    assert_eq!(
        (about.instance.id, about.wire),
        (site.instance.clone(), vec![pushcheck::wire::WIRE])
    );
    let ports: Vec<u16> = about.lanes.iter().map(|lane| lane.port).collect();
    assert_eq!(ports, [site.plain.port(), site.tls.port()]);
    assert_eq!(about.vantage.tls, pushcheck::wire::TlsVantage::Own);
}

#[tokio::test]
async fn a_socket_and_a_poll_say_the_same_of_a_tick() {
    let site = Site::plain().await;
    let mut socket = web_socket::open(&site, &path(&key(1), "w", 1, "web-socket")).await;
    socket.say("ticks 2").await;
    let first: Tick = within(socket.hear_text()).await.parse().unwrap();
    let second: Tick = within(socket.hear_text()).await.parse().unwrap();
    assert_eq!(second.n, first.n + 1);
    let polled: PollBody = site.get(&path(&key(1), "p", 1, "poll")).await.poll();
    assert!(
        polled
            .ticks
            .iter()
            .any(|tick| (tick.n, tick.due) == (second.n, second.due))
    );
}

#[tokio::test]
async fn events_go_on_behind_what_the_browser_had_last() {
    let site = Site::plain().await;
    let path = path(&key(1), "e", 1, "events");
    let ask = |id: &str| {
        let field = match id {
            "" => String::new(),
            id => format!("Last-Event-ID: {id}\r\n"),
        };
        format!("GET {path}?count=2&retryMs=700 HTTP/1.1\r\nHost: a\r\n{field}\r\n")
    };
    let mut client = site.client().await;
    let mut read = async |asked: String| {
        client.send(asked).await;
        assert_eq!(client.head().await.status, 200);
        assert_eq!(client.chunk().await, b"retry: 700\n\n");
        let mut ids = Vec::new();
        loop {
            let chunk = client.chunk().await;
            if chunk.is_empty() {
                return ids;
            }
            let text = String::from_utf8(chunk).unwrap();
            let id = text.lines().find_map(|line| line.strip_prefix("id: "));
            ids.push(id.unwrap().to_owned());
        }
    };
    let n = |id: &str| -> u32 { id.split('.').next().unwrap().parse().unwrap() };
    let first = read(ask("")).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let second = read(ask(&first[1])).await;
    assert_eq!(n(&second[0]), n(&first[1]) + 1);
    // Another instance's means nothing here, and neither does what nobody wrote.
    let (_, rest) = first[1].split_once('.').unwrap();
    for foreign in [format!("1.0000{}", &rest[4..]), "1.x".to_owned()] {
        let anew = read(ask(&foreign)).await;
        assert!(
            n(&anew[0]) > n(&second[1]) + 1 || foreign == "1.x",
            "{anew:?}"
        );
        assert_ne!(n(&anew[0]), 2);
    }
}

#[tokio::test]
async fn a_stream_is_varied_as_is_asked() {
    let site = Site::plain().await;
    let ask = |n: u8| {
        format!(
            "{}?count=1&relief={n}",
            path(&key(9), "e", n.into(), "events")
        )
    };
    let answer = site.get(&ask(1)).await;
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let answer = site.get(&ask(2)).await;
    assert_eq!(
        answer.header("cache-control"),
        Some("no-store, no-transform")
    );
    assert_eq!(answer.header("x-accel-buffering"), None);
    let answer = site.get(&ask(3)).await;
    assert!(answer.text().ends_with("    \n\n") && answer.text().len() > 4096);
    let unknown = site.get(&ask(4)).await;
    assert_eq!(unknown.problem()["field"], "relief");
}
