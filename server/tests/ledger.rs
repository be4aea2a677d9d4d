//! What the server remembers, what it must not, and what it owns up to having lost.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck::wire::{End, Kind};
use support::web_socket::{HANDSHAKE, try_open};
use support::{Site, key, path};

#[tokio::test]
async fn bytes_are_counted_exchange_by_exchange_as_the_client_counts_them() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    let mut marks = vec![(0, 0)];
    client.get(&path(&key(1), "p", 1, "poll")).await;
    marks.push((client.sent, client.got));
    client
        .post(&path(&key(1), "u", 1, "upload"), &"x".repeat(30_000))
        .await;
    marks.push((client.sent, client.got));
    client
        .get(&format!("{}?count=3", path(&key(1), "s", 1, "stream")))
        .await;
    marks.push((client.sent, client.got));
    client.get(&path(&key(1), "p", 2, "poll")).await;
    marks.push((client.sent, client.got));
    let seen = site.ledger(&key(1)).await.sightings;
    let counted: Vec<_> = seen
        .iter()
        .map(|seen| (seen.bytes_in.unwrap(), seen.bytes_out.unwrap()))
        .collect();
    let own: Vec<_> = marks
        .windows(2)
        .map(|pair| (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1))
        .collect();
    assert_eq!(counted, own);
    // The stream's head left by itself; the rest of its bytes are chunks: size, two line ends, a tick, its own line end.
    let stream = &seen[2];
    let framing = stream.bytes_out.unwrap() - stream.head_out.unwrap() - stream.payload_out;
    assert_eq!(framing, 3 * (2 + 2 + 2 + 1) + 5);
    assert_eq!(seen[0].head_in, Some(own[0].0));
    assert!(
        seen.iter()
            .all(|seen| seen.connection == 1 && seen.end == Some(End::Complete))
    );
}

#[tokio::test]
async fn connections_are_numbered_within_the_run() {
    let site = Site::plain().await;
    let (mut one, mut two) = (site.client().await, site.client().await);
    for (client, attempt) in [(&mut two, 1), (&mut one, 2)] {
        client.get(&path(&key(1), "p", attempt, "poll")).await;
    }
    two.get(&path(&key(1), "p", 3, "poll")).await;
    two.get(&path(&key(2), "p", 1, "poll")).await;
    let numbers = |ledger: pushcheck::wire::Ledger| {
        ledger
            .sightings
            .iter()
            .map(|seen| seen.connection)
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(site.ledger(&key(1)).await), [1, 2, 1]);
    assert_eq!(numbers(site.ledger(&key(2)).await), [1]);
}

const CANARY: &str = "canary-7f3a";

#[tokio::test]
async fn secrets_stand_in_no_ledger_and_in_no_answer() {
    let site = Site::plain().await;
    let secrets = [
        format!("Cookie: session={CANARY}"),
        format!("Authorization: Bearer {CANARY}"),
        format!("Proxy-Authorization: Basic {CANARY}"),
        format!("X-Anything: {CANARY}"),
        format!("Referer: https://{CANARY}.example/"),
        format!("User-Agent: {CANARY}"),
        format!("Origin: https://{CANARY}.example"),
        format!("Forwarded: for={CANARY}"),
    ]
    .join("\r\n");
    let mut answers = String::new();
    for (kind, attempt) in [("poll", 1), ("web-socket", 2), ("nonsense", 3)] {
        let mut client = site.client().await;
        let path = path(&key(1), "p", attempt, kind);
        let answer = client
            .ask(&format!("GET {path}?secret={CANARY} HTTP/1.1\r\n{secrets}"))
            .await;
        answers += &format!("{}{}", answer.head, answer.text());
    }
    let (_, answer) = try_open(
        &site,
        &path(&key(1), "w", 4, "web-socket"),
        &format!("{HANDSHAKE}\r\n{secrets}"),
    )
    .await;
    answers += &format!("{}{}", answer.head, answer.text());
    answers += &site.get(&format!("/{CANARY}")).await.text();
    assert!(!answers.contains(CANARY), "{answers}");
    let ledger = site.ledger(&key(1)).await;
    assert!(!serde_json::to_string(&ledger).unwrap().contains(CANARY));
    let field = |name: &str| {
        ledger.sightings[0]
            .headers
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .unwrap()
            .clone()
    };
    assert_eq!((field("cookie").length, field("cookie").value), (0, None));
    assert_eq!(
        (field("x-anything").length, field("x-anything").value),
        (CANARY.len() as u32, None)
    );
    assert_eq!(field("origin").value.as_deref(), Some("https"));
}

#[tokio::test]
async fn what_boxes_in_between_change_is_kept() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    let path = path(&key(1), "p", 1, "poll");
    client
        .ask(&format!(
            "GET {path} HTTP/1.1\r\nVia: 1.1 squid\r\nCache-Control: max-age=0"
        ))
        .await;
    let seen = &site.ledger(&key(1)).await.sightings[0];
    let via = seen
        .headers
        .iter()
        .find(|field| field.name == "Via")
        .unwrap();
    assert_eq!(via.value.as_deref(), Some("1.1 squid"));
    assert_eq!(
        (seen.kind, seen.method.as_str(), seen.http_version.as_str()),
        (Kind::Poll, "GET", "HTTP/1.1")
    );
}

#[tokio::test]
async fn only_the_key_opens_a_run_and_a_wrong_one_learns_nothing() {
    let site = Site::plain().await;
    site.get(&path(&key(1), "p", 1, "poll")).await;
    let mut client = site.client().await;
    let mut wrong = Vec::new();
    for run in [key(1).run(), key(9).run()] {
        wrong.push(
            client
                .post(&format!("/v1/runs/{run}/ledger"), &key(2).to_body())
                .await,
        );
    }
    assert_eq!((wrong[0].status, &wrong[0].body), (403, &wrong[1].body));
    assert_eq!(wrong[0].problem()["field"], "key");
    let run = key(1).run();
    for body in ["", "xyz", &"0".repeat(33)] {
        assert_eq!(
            client
                .post(&format!("/v1/runs/{run}/ledger"), body)
                .await
                .status,
            400,
            "{body}"
        );
    }
    assert_eq!(
        client
            .post(&format!("/v1/runs/{run}/ledger"), &"0".repeat(65))
            .await
            .status,
        413
    );
}

#[tokio::test]
async fn a_navigation_is_answered_and_leaves_no_sighting() {
    let site = Site::plain().await;
    for field in ["Sec-Fetch-Mode: navigate", "Upgrade-Insecure-Requests: 1"] {
        let path = path(&key(1), "p", 1, "poll");
        let answer = site
            .client()
            .await
            .ask(&format!("GET {path} HTTP/1.1\r\n{field}"))
            .await;
        assert_eq!(answer.status, 200);
    }
    assert!(site.ledger(&key(1)).await.sightings.is_empty());
    let path = path(&key(1), "p", 1, "poll");
    let fields = "Sec-Fetch-Mode: cors\r\nUpgrade-Insecure-Requests: 1";
    site.client()
        .await
        .ask(&format!("GET {path} HTTP/1.1\r\n{fields}"))
        .await;
    assert_eq!(site.ledger(&key(1)).await.sightings.len(), 1);
}

#[tokio::test]
async fn a_run_never_seen_is_complete_and_watched_until_now() {
    let site = Site::plain().await;
    let before = site.ledger(&key(1)).await;
    let after = site.ledger(&key(1)).await;
    assert!(after.complete && after.sightings.is_empty());
    assert_eq!(after.instances[0].id, site.instance);
    assert!(after.instances[0].seen_through > before.instances[0].seen_through);
}

#[tokio::test]
async fn what_was_forgotten_for_room_makes_the_run_incomplete() {
    let site = Site::start(|config| config.limits.runs = 2).await;
    for n in 1..=3 {
        site.get(&path(&key(n), "p", 1, "poll")).await;
    }
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(
        (
            ledger.complete,
            ledger.sightings.len(),
            ledger.instances[0].evicted
        ),
        (false, 0, 1)
    );
    assert!(site.ledger(&key(2)).await.complete && site.ledger(&key(3)).await.complete);
    // It comes again: what it lost stays lost.
    site.get(&path(&key(1), "p", 2, "poll")).await;
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(
        (
            ledger.complete,
            ledger.sightings.len(),
            ledger.instances[0].evicted
        ),
        (false, 1, 1)
    );
}

#[tokio::test]
async fn what_was_forgotten_for_its_age_makes_the_run_incomplete() {
    let site = Site::start(|config| config.limits.keep_ms = 50).await;
    site.get(&path(&key(1), "p", 1, "poll")).await;
    site.ledger_when(&key(1), |ledger| {
        ledger.sightings.is_empty() && !ledger.complete
    })
    .await;
}

#[tokio::test]
async fn all_runs_together_have_a_bound_and_the_oldest_goes() {
    let site = Site::start(|config| config.limits.sightings = 4).await;
    for n in 1..=3 {
        for attempt in 1..=2 {
            site.get(&path(&key(n), "p", attempt, "poll")).await;
        }
    }
    let kept = [
        site.ledger(&key(1)).await,
        site.ledger(&key(2)).await,
        site.ledger(&key(3)).await,
    ];
    assert_eq!(
        kept.each_ref().map(|ledger| ledger.sightings.len()),
        [0, 2, 2]
    );
    assert_eq!(
        kept.each_ref().map(|ledger| ledger.complete),
        [false, true, true]
    );
}

#[tokio::test]
async fn a_stream_left_early_was_left() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    client
        .send(format!(
            "GET {}?count=50 HTTP/1.1\r\nHost: a\r\n\r\n",
            path(&key(1), "s", 1, "stream")
        ))
        .await;
    client.head().await;
    client.chunk().await;
    assert_eq!(site.ledger(&key(1)).await.sightings[0].end, None);
    drop(client);
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    assert!(matches!(
        ledger.sightings[0].end,
        Some(End::PeerLeft | End::Broken)
    ));
    let mut client = site.client().await;
    client
        .send(format!(
            "GET {}?after=9999 HTTP/1.1\r\nHost: a\r\n\r\n",
            path(&key(1), "l", 1, "long-poll")
        ))
        .await;
    site.ledger_when(&key(1), |ledger| ledger.sightings.len() == 2)
        .await;
    drop(client);
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.sightings[1].end.is_some())
        .await;
    assert_eq!(
        (ledger.sightings[1].end, ledger.sightings[1].status),
        (Some(End::PeerLeft), None)
    );
}
