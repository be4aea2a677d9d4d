//! `--refuse-upgrades`: every WebSocket is refused for one reason, as servers do, and all else is answered as ever.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck::wire::End;
use pushcheck_server::RefuseUpgrades;
use support::web_socket::{HANDSHAKE, try_open};
use support::{Site, http2, key, path};

const ALL: [(RefuseUpgrades, u16, &str, Option<&str>); 4] = [
    (RefuseUpgrades::Origin, 403, "origin", None),
    (RefuseUpgrades::Subprotocol, 400, "subprotocol", None),
    (RefuseUpgrades::Version400, 400, "version", Some("13")),
    (RefuseUpgrades::Version426, 426, "version", Some("13")),
];

fn socket(attempt: u16) -> String {
    path(&key(1), "w", attempt, "web-socket")
}

async fn refusing(why: RefuseUpgrades) -> Site {
    Site::start(|config| config.refuse_upgrades = Some(why)).await
}

#[tokio::test]
async fn each_reason_has_its_status_and_stands_in_the_ledger() {
    for (why, status, word, speaks) in ALL {
        let site = refusing(why).await;
        let fields = format!("{HANDSHAKE}\r\nSec-WebSocket-Protocol: chat");
        let (mut client, answer) = try_open(&site, &socket(1), &fields).await;
        answer.is_refused(status, word);
        assert_eq!(answer.header("sec-websocket-version"), speaks);
        assert_eq!(client.get("/v1/about").await.status, 200, "as any refusal");
        let ledger = site.ledger(&key(1)).await;
        let seen = &ledger.sightings[0];
        assert_eq!(
            (seen.status, seen.refused.as_deref(), seen.end),
            (Some(status), Some(word), Some(End::Refused))
        );
        assert!(ledger.complete, "no limit had a part in it");
        assert_eq!(ledger.instances[0].refused, 0);
    }
}

#[tokio::test]
async fn over_http2_it_is_the_same_refusal() {
    for (why, status, word, _) in ALL {
        let site = refusing(why).await;
        let mut send = http2::connect(&site).await;
        let (response, _stream) = http2::web_socket(&mut send, &socket(1), "13").await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["pushcheck-refused"], word);
    }
}

#[tokio::test]
async fn what_is_no_handshake_and_all_other_methods_are_answered_as_ever() {
    let site = refusing(RefuseUpgrades::Origin).await;
    let plain = site.get(&socket(1)).await;
    assert_eq!(
        (plain.status, plain.header("pushcheck-refused")),
        (426, None)
    );
    assert_eq!(site.get(&path(&key(1), "p", 1, "poll")).await.status, 200);
}
