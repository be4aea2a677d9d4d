//! The listener for staff, as the server starts it.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;

use pushcheck_server::{Behind, StaffConfig};
use support::{Client, Site};
use tokio::net::TcpStream;

/// The status of a try to sign in by that name, passed on for that visitor.
async fn tried(site: &Site, visitor: &str, name: usize) -> u16 {
    let origin = site.staff.as_deref().unwrap();
    let host = origin.strip_prefix("http://").unwrap();
    let body = format!(r#"{{"name":"{visitor}-{name}","password":"a wrong password"}}"#);
    let stream = TcpStream::connect(host).await.unwrap();
    Client::over(stream)
        .ask(&format!(
            "POST /v1/session HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Type: application/json\r\n\
             X-Forwarded-For: 192.0.2.9, {visitor}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await
        .status
}

async fn site(trusted: &str) -> Site {
    let trusted = vec![trusted.parse().unwrap()];
    Site::start(|config| {
        config.staff = Some(StaffConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            origin: None,
            allow_private_webhooks: false,
        });
        config.behind = Some(Behind {
            name: "nginx".to_owned(),
            trusted,
        });
    })
    .await
}

/// Each name is another one: only the address can be what waits.
async fn waits(site: &Site, visitors: impl Fn(usize) -> String) -> bool {
    for at in 0..11 {
        match tried(site, &visitors(at), at).await {
            401 => {}
            429 => return true,
            status => panic!("it answers {status}"),
        }
    }
    false
}

#[tokio::test]
async fn behind_the_operators_proxy_each_visitor_waits_alone() {
    let site = site("127.0.0.1").await;
    assert!(!waits(&site, |at| format!("198.51.100.{at}")).await);
    assert!(waits(&site, |_| "203.0.113.7".to_owned()).await);
    assert_eq!(tried(&site, "203.0.113.8", 0).await, 401);
}

#[tokio::test]
async fn nobody_else_speaks_for_others() {
    let site = site("192.0.2.1").await;
    assert!(waits(&site, |at| format!("198.51.100.{at}")).await);
}
