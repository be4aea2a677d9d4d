//! Probes may wear an application's path.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck::wire::About;
use support::{Site, key, path};

#[tokio::test]
async fn an_alias_is_a_lane_and_its_attempts_stand_in_the_same_ledger() {
    let site = Site::start(|config| {
        config.aliases = [
            "/socket.io",
            "/Socket-IO/",
            "/a/very-long/path/of/an/application",
        ]
        .map(|path| path.parse().unwrap())
        .to_vec();
    })
    .await;
    let about: About = serde_json::from_slice(&site.get("/v1/about").await.body).unwrap();
    let aliased = about.lanes.iter().filter_map(|lane| {
        let base = lane.base.as_deref()?;
        Some((lane.id.as_str(), base, lane.port))
    });
    let port = site.plain.port();
    let expected = [
        ("alias-socket-io", "/socket.io/", port),
        ("alias-2", "/Socket-IO/", port),
        (
            "alias-a-very-long-pa",
            "/a/very-long/path/of/an/application/",
            port,
        ),
    ];
    assert_eq!(aliased.collect::<Vec<_>>(), expected);
    let aliased = format!("/socket.io{}", path(&key(1), "p", 1, "poll"));
    assert_eq!(site.get(&aliased).await.status, 200);
    assert_eq!(site.get(&path(&key(1), "p", 2, "poll")).await.status, 200);
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(ledger.sightings.len(), 2);
    let foreign = format!("/socket.iox{}", path(&key(1), "p", 3, "poll"));
    assert_eq!(site.get(&foreign).await.status, 404);
}
