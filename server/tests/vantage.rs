//! What the server says of its own view: what stands in front of it, declared or not.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::net::IpAddr;

use pushcheck::wire::{About, TcpVantage, TlsVantage, Vantage};
use pushcheck_server::{Behind, Config};
use support::{Client, Site, encrypted, key, path};

fn behind(trusted: [u8; 4]) -> impl FnOnce(&mut Config) {
    move |config| {
        config.limits.source_rate = 1;
        config.behind = Some(Behind {
            name: "nginx".to_owned(),
            trusted: vec![IpAddr::from(trusted)],
        });
    }
}

async fn vantage(site: &Site, field: &str) -> Vantage {
    let line = format!("GET /v1/about HTTP/1.1\r\n{field}");
    let answer = site.client().await.ask(&line).await;
    let about: About = serde_json::from_slice(&answer.body).unwrap();
    about.vantage
}

#[tokio::test]
async fn what_is_behind_a_declared_proxy_is_said_and_the_hello_is_not_the_visitors() {
    for (is_behind, tls, tcp) in [
        (false, TlsVantage::Own, TcpVantage::Client),
        (true, TlsVantage::TerminatedBefore, TcpVantage::Proxy),
    ] {
        let site = Site::start(|config| {
            if is_behind {
                behind([127, 0, 0, 1])(config);
            }
        })
        .await;
        let said = vantage(&site, "X-Forwarded-For: 192.0.2.1").await;
        assert_eq!((said.tls, said.tcp), (tls, tcp));
        assert_eq!(said.trusted_hops, u32::from(is_behind));
        let mut client = Client::over(encrypted(&site, b"http/1.1").await);
        client.get(&path(&key(1), "p", 1, "poll")).await;
        let seen = &site.ledger(&key(1)).await.sightings[0];
        assert!(seen.tls);
        assert_eq!(seen.ja4.is_some(), !is_behind);
    }
}

/// How many of twelve requests, in the name of three visitors, are not refused for their rate of one per second.
async fn answered(site: &Site) -> usize {
    let mut client = site.client().await;
    let mut answered = 0;
    for n in 0..12 {
        // Only the last one was written by the proxy.
        let head = format!(
            "GET /v1/about HTTP/1.1\r\nX-Forwarded-For: 192.0.2.{n}, 198.51.100.{}",
            n % 3
        );
        answered += usize::from(client.ask(&head).await.status == 200);
    }
    answered
}

#[tokio::test]
async fn who_speaks_for_others_is_believed_only_from_a_trusted_address() {
    let site = Site::start(behind([127, 0, 0, 1])).await;
    assert_eq!(answered(&site).await, 12);
    let site = Site::start(behind([192, 0, 2, 9])).await;
    assert!(answered(&site).await < 12);
    let site = Site::start(|config| config.limits.source_rate = 1).await;
    assert!(answered(&site).await < 12);
}

#[tokio::test]
async fn a_front_that_nobody_has_declared_shows_itself() {
    let site = Site::plain().await;
    for field in [
        "X-Forwarded-For: 192.0.2.1",
        "x-forwarded-proto: https",
        "X-Forwarded-Host: a",
        "X-Real-IP: 192.0.2.1",
        "Forwarded: for=192.0.2.1",
        "Via: 1.1 front",
    ] {
        assert!(vantage(&site, field).await.undeclared_front, "{field}");
    }
    assert!(!vantage(&site, "X-Any: 1").await.undeclared_front);
    let site = Site::start(behind([127, 0, 0, 1])).await;
    let said = vantage(&site, "X-Forwarded-For: 192.0.2.1").await;
    assert!(!said.undeclared_front, "it is the declared one");
}
