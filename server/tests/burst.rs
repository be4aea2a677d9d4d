//! Many messages at once, and an answer that nobody reads: what waits, and where, is known.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use pushcheck::wire::{End, FromServer, SeenBurst, Sighting, sealed};
use support::web_socket::{CLOSE, HANDSHAKE, TEXT, frame, open, try_open_over};
use support::{Client, Site, encrypted, http2, key, path, within};

fn socket(attempt: u16) -> String {
    path(&key(1), "b", attempt, "web-socket")
}

async fn part(client: &mut Client) -> u32 {
    match client.hear_text().await.parse().unwrap() {
        FromServer::Part(part) => {
            assert!(part.sent >= part.asked && part.padding.bytes().all(|byte| byte == b'x'));
            part.n
        }
        other => panic!("{other:?}"),
    }
}

async fn seen(site: &Site, is_so: impl Fn(&Sighting) -> bool) -> (Sighting, SeenBurst) {
    let ledger = site
        .ledger_when(&key(1), |ledger| {
            ledger.sightings.last().is_some_and(&is_so)
        })
        .await;
    let seen = ledger.sightings.last().unwrap().clone();
    let burst = seen.burst.clone().unwrap();
    (seen, burst)
}

#[tokio::test]
async fn a_burst_comes_in_turn_and_what_the_page_has_not_yet_is_known() {
    for is_encrypted in [false, true] {
        let site = Site::plain().await;
        let client = match is_encrypted {
            false => site.client().await,
            true => Client::over(encrypted(&site, b"http/1.1").await),
        };
        let (mut client, answer) = try_open_over(client, &socket(1), HANDSHAKE).await;
        assert_eq!(answer.status, 101);
        client.say("burst 0 60 1000").await;
        for n in 1..=60 {
            assert_eq!(part(&mut client).await, n);
        }
        // All of it is in the page's system, and the page speaks of a third.
        client.say("ack 20").await;
        client.say("ack 60").await;
        let (seen, burst) = seen(&site, |seen| {
            seen.burst
                .as_ref()
                .is_some_and(|burst| burst.last_acked == 60)
        })
        .await;
        assert_eq!((burst.last_out, burst.first_in), (60, 0));
        let [third, all] = &burst.queue[..] else {
            panic!("{burst:?}")
        };
        let whole = seen.payload_out;
        assert!((60_000..70_000).contains(&whole), "{whole}");
        for at in [third, all] {
            assert!(at.acked == at.sent && at.acked >= whole && at.acked < whole * 11 / 10);
        }
        let rest = third.acked - third.arrived;
        assert!(
            rest.abs_diff(whole * 2 / 3) < whole / 20,
            "{rest} of {whole}"
        );
        assert_eq!(all.arrived, all.acked);
        assert!(third.at <= all.at);
    }
}

#[tokio::test]
async fn it_goes_on_behind_what_the_page_has() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    client.say("burst 7 9 10").await;
    assert_eq!([part(&mut client).await, part(&mut client).await], [8, 9]);
    client.say("echo 1").await;
    assert!(client.hear_text().await.starts_with("echo 1 "));
}

#[tokio::test]
async fn a_page_that_does_not_read_stops_it_and_is_heard_all_the_same() {
    let site = Site::start(|config| config.limits.burst_bytes = 64_000_000).await;
    let mut client = open(&site, &socket(1)).await;
    client.say("burst 0 1000 60000").await;
    client.say("ack 1").await;
    let (_, burst) = seen(&site, |seen| {
        seen.burst
            .as_ref()
            .is_some_and(|burst| burst.last_acked == 1)
    })
    .await;
    assert!(burst.last_out < 1000, "{burst:?}");
    for n in 1..=1000 {
        assert_eq!(part(&mut client).await, n);
    }
}

#[tokio::test]
async fn a_reset_that_the_page_asked_for_comes_with_that_part() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    client.say("cut 12").await;
    client.say("burst 0 30 100").await;
    while client.more().await {}
    // What the page's system had is there, the rest is lost: in turn, and nothing behind the twelfth.
    let came = String::from_utf8_lossy(client.unread()).into_owned();
    let last = (1..=30)
        .take_while(|n| came.contains(&format!(" part {n} ")))
        .last();
    assert!(last.unwrap_or(0) <= 12 && !came.contains(" part 13 "));
    let (seen_down, burst) = seen(&site, |seen| seen.end.is_some()).await;
    assert_eq!((burst.last_out, seen_down.end), (12, Some(End::OurLimit)));

    let mut client = open(&site, &socket(2)).await;
    client.say("cut 45").await;
    for n in 1..=50 {
        client.say(&format!("part {n} xxxx")).await;
    }
    assert!(client.hear_text().await.starts_with("got 20 "));
    assert!(client.hear_text().await.starts_with("got 40 "));
    assert!(!client.more().await);
    let (_, burst) = seen(&site, |seen| seen.attempt == 2 && seen.end.is_some()).await;
    assert_eq!((burst.first_in, burst.last_in, burst.strays_in), (1, 45, 0));
}

#[tokio::test]
async fn what_comes_out_of_turn_or_twice_is_counted_and_not_acknowledged() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    for n in [0_u32, 4_294_967_295, 13, 14, 14, 19, 15, 16, 17, 18, 19, 20] {
        client.say(&format!("part {n} x")).await;
    }
    assert!(client.hear_text().await.starts_with("got 20 "));
    let (_, burst) = seen(&site, |_| true).await;
    assert_eq!(
        (burst.first_in, burst.last_in, burst.strays_in),
        (13, 20, 4)
    );
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let site = Site::plain().await;
    for (attempt, asked) in [
        "burst 0 1000 10000",
        "burst 0 1 262144",
        "burst 5 5 1",
        "burst 0 4294967295 0",
        "burst 0 1001 1",
    ]
    .into_iter()
    .enumerate()
    {
        let mut client = open(&site, &socket(attempt as u16 + 1)).await;
        client.say(asked).await;
        let refused = (1008, "pushcheck: burst".to_owned());
        assert_eq!(client.hear_close().await, refused, "{asked}");
    }
    let mut client = open(&site, &socket(9)).await;
    client.say("burst 0 50 5000").await;
    client.say("burst 0 50 5000").await;
    let twice = async {
        loop {
            let (opcode, payload) = client.hear().await;
            if opcode == CLOSE {
                return payload;
            }
        }
    };
    assert_eq!(&within(twice).await[2..], b"pushcheck: burst");
}

#[tokio::test]
async fn an_answer_of_which_nothing_is_read_stands_still_and_one_that_is_read_is_whole() {
    let site = Site::plain().await;
    let url = format!("{}?bytes=16000000", path(&key(1), "s", 1, "stream"));
    let mut client = site.client().await;
    client
        .send(format!("GET {url} HTTP/1.1\r\nHost: x\r\n\r\n"))
        .await;
    let head = client.head().await;
    assert_eq!(head.status, 200);
    let mut before = 0;
    // Until it stands still.
    let stood = async {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let seen = site.ledger(&key(1)).await.sightings.remove(0);
            if seen.payload_out == before {
                return seen;
            }
            before = seen.payload_out;
        }
    };
    let stood = within(stood).await;
    assert!(stood.handed_at.is_some() && stood.payload_out < 16_000_000);
    let mut all = 0;
    while all < 16_000_000 {
        all += client.chunk().await.len();
    }
    assert_eq!(all, 16_000_000);
    let seen = site
        .ledger_when(&key(1), |ledger| ledger.sightings[0].end.is_some())
        .await;
    assert_eq!(seen.sightings[0].payload_out, 16_000_000);
    for n in 3..=5 {
        let small = format!("{}?bytes=1", path(&key(1), "s", n, "stream"));
        assert_eq!(site.get(&small).await.status, 200);
    }
    let more = format!("{}?bytes=1", path(&key(1), "s", 6, "stream"));
    site.get(&more).await.is_refused(429, "count");
    let over = format!("{}?bytes=24000001", path(&key(1), "s", 2, "stream"));
    site.get(&over).await.is_refused(400, "size");
}

#[tokio::test]
async fn over_http2_the_connection_is_cut() {
    let site = Site::start(|_| {}).await;
    let mut send = http2::connect(&site).await;
    let (answer, mut stream) = http2::web_socket(&mut send, &socket(1), "13").await;
    for line in ["cut 20", "burst 0 20 2000"] {
        let frame = frame(0x80 | TEXT, sealed(line).as_bytes());
        stream.send_data(frame.into(), false).unwrap();
    }
    let mut body = answer.into_body();
    let reset = loop {
        match within(body.data()).await {
            Some(Ok(piece)) => body.flow_control().release_capacity(piece.len()).unwrap(),
            other => break other,
        }
    };
    assert!(reset.is_none_or(|reset| reset.is_err()));
    let (seen, burst) = seen(&site, |seen| seen.end.is_some()).await;
    assert_eq!((burst.last_out, seen.end), (20, Some(End::OurLimit)));
    assert!(
        send.ready().await.is_err(),
        "nothing is left of the connection"
    );
}

#[tokio::test]
async fn a_socket_carries_no_more_than_a_burst_twice() {
    let site = Site::plain().await;
    let mut client = open(&site, &socket(1)).await;
    for _ in 0..2 {
        client.say("burst 0 100 2560").await;
        for n in 1..=100 {
            assert_eq!(part(&mut client).await, n);
        }
    }
    client.say("burst 0 100 2560").await;
    let refused = (1008, "pushcheck: burst".to_owned());
    assert_eq!(client.hear_close().await, refused);
}
