//! Connections without a request: what the ledger says of them, and of whose.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use pushcheck::wire::{End, JoinedBy, Ledger, Reached, SeenConnection, ShownCertificate};
use support::{Client, Site, encrypted, http2, key, path, reset};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore};

/// A client that trusts nobody.
fn wary() -> Arc<ClientConfig> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Arc::new(config)
}

fn name() -> ServerName<'static> {
    ServerName::try_from("localhost").unwrap()
}

fn hello() -> Vec<u8> {
    let mut hello = Vec::new();
    let mut client = ClientConnection::new(wary(), name()).unwrap();
    client.write_tls(&mut hello).unwrap();
    hello
}

/// The only connection without a request, once it has ended.
async fn ended(site: &Site) -> SeenConnection {
    let is_over = |ledger: &Ledger| ledger.connections.iter().all(|one| one.ended_at.is_some());
    let ledger = site
        .ledger_when(&key(1), |ledger| {
            !ledger.connections.is_empty() && is_over(ledger)
        })
        .await;
    assert!(ledger.complete, "it is evidence, and no doubt");
    let [one] = &ledger.connections[..] else {
        panic!("{:?}", ledger.connections)
    };
    assert_eq!(
        (&one.instance, one.joined_by),
        (&site.instance, JoinedBy::Address)
    );
    assert!(one.ended_at >= Some(one.at));
    one.clone()
}

fn told(one: &SeenConnection) -> (Reached, u64, Option<u8>, Option<End>) {
    (one.reached, one.bytes_in, one.alert, one.end)
}

#[tokio::test]
async fn one_that_brought_nothing_and_left() {
    for tls in [false, true] {
        let site = Site::plain().await;
        let address = if tls { site.tls } else { site.plain };
        drop(TcpStream::connect(address).await.unwrap());
        let one = ended(&site).await;
        assert_eq!(
            told(&one),
            (Reached::Accepted, 0, None, Some(End::PeerLeft))
        );
        assert_eq!(one.port, address.port());
    }
}

#[tokio::test]
async fn one_that_was_reset() {
    let site = Site::plain().await;
    reset(TcpStream::connect(site.plain).await.unwrap());
    let one = ended(&site).await;
    assert_eq!(told(&one), (Reached::Accepted, 0, None, Some(End::Reset)));
}

#[tokio::test]
async fn one_that_was_reset_after_its_hello() {
    let site = Site::plain().await;
    let mut socket = TcpStream::connect(site.tls).await.unwrap();
    let hello = hello();
    socket.write_all(&hello).await.unwrap();
    // The server's answer must not be what is answered with a reset.
    socket.readable().await.unwrap();
    reset(socket);
    let one = ended(&site).await;
    let bytes = hello.len() as u64;
    assert_eq!(told(&one), (Reached::Hello, bytes, None, Some(End::Reset)));
}

#[tokio::test]
async fn one_whose_client_distrusts_us_says_so() {
    for (asked, wrong) in [
        ("localhost", ShownCertificate::SelfSigned),
        ("other.test", ShownCertificate::OtherName),
    ] {
        let site = Site::plain().await;
        let socket = TcpStream::connect(site.tls).await.unwrap();
        let asked = ServerName::try_from(asked).unwrap();
        let error = TlsConnector::from(wary()).connect(asked, socket).await;
        assert!(error.is_err());
        let one = ended(&site).await;
        // RFC 8446 § 6: unknown_ca is 48.
        assert_eq!(
            (one.reached, one.alert, one.end),
            (Reached::Hello, Some(48), Some(End::Broken))
        );
        assert_eq!(one.certificate, Some(wrong), "by our own look");
    }
}

#[tokio::test]
async fn plain_to_tls_and_tls_to_plain() {
    let site = Site::plain().await;
    let mut client = Client::over(TcpStream::connect(site.tls).await.unwrap());
    client
        .send("GET /v1/about HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    while client.more().await {}
    let one = ended(&site).await;
    assert_eq!(
        (one.reached, one.end),
        (Reached::PlainToTls, Some(End::Broken))
    );
    let site = Site::plain().await;
    let mut client = site.client().await;
    client.send(hello()).await;
    while client.more().await {}
    let one = ended(&site).await;
    assert_eq!(
        (one.reached, one.port, one.end),
        (Reached::TlsToPlain, site.plain.port(), Some(End::Broken))
    );
}

#[tokio::test]
async fn ones_that_are_kept_for_later_are_there_until_they_ask() {
    let site = Site::plain().await;
    let (mut plain, h1) = (site.client().await, encrypted(&site, b"http/1.1").await);
    let mut h1 = Client::over(h1);
    let mut h2 = http2::connect(&site).await;
    let ledger = site
        .ledger_when(&key(1), |ledger| {
            let reached = ledger.connections.iter().map(|one| one.reached);
            let mut reached: Vec<_> = reached.collect();
            reached.sort_unstable();
            reached == [Reached::Accepted, Reached::Secured, Reached::Secured]
        })
        .await;
    let lasts = |one: &SeenConnection| one.ended_at.is_none() && one.end.is_none();
    assert!(ledger.connections.iter().all(lasts));
    assert!(ledger.connections.is_sorted_by_key(|one| one.at));
    plain.get(&path(&key(1), "p", 1, "poll")).await;
    assert_eq!(site.ledger(&key(1)).await.connections.len(), 2);
    // Whatever it asks for.
    h1.get("/").await;
    assert_eq!(site.ledger(&key(1)).await.connections.len(), 1);
    let answer = http2::get(&mut h2, &path(&key(1), "p", 2, "poll")).await;
    http2::pieces(answer).await;
    let ledger = site.ledger(&key(1)).await;
    assert_eq!((ledger.connections.len(), ledger.complete), (0, true));
}

#[tokio::test]
async fn ones_of_other_addresses_are_others() {
    let site = Site::plain().await;
    let elsewhere = TcpSocket::new_v4().unwrap();
    elsewhere.bind(([127, 0, 0, 2], 0).into()).unwrap();
    let _other = elsewhere.connect(site.plain).await.unwrap();
    let _own = site.client().await;
    site.get(&path(&key(1), "p", 1, "poll")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(site.ledger(&key(1)).await.connections.len(), 1);
}

#[tokio::test]
async fn where_one_of_another_address_broke_off_on_a_port_of_another_kind_not_all_is_known() {
    let site = Site::plain().await;
    site.get(&path(&key(1), "p", 1, "poll")).await;
    let broken = |to: std::net::SocketAddr| async move {
        let elsewhere = TcpSocket::new_v4().unwrap();
        elsewhere.bind(([127, 0, 0, 2], 0).into()).unwrap();
        let mut other = elsewhere.connect(to).await.unwrap();
        other.write_all(b"GET / HT").await.unwrap();
        drop(other);
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    // Requests of this run came to such a port: its address there is known.
    broken(site.plain).await;
    assert_eq!(site.ledger(&key(1)).await.instances[0].connections_lost, 0);
    broken(site.tls).await;
    broken(site.tls).await;
    let ledger = site
        .ledger_when(&key(1), |ledger| ledger.instances[0].connections_lost > 0)
        .await;
    assert_eq!(ledger.instances[0].connections_lost, 1);
    assert!(ledger.connections.is_empty());
}

#[tokio::test]
async fn the_latest_200_are_told_and_how_many_are_not() {
    let site = Site::plain().await;
    let mut kept = Vec::new();
    for _ in 0..200 {
        kept.push(TcpStream::connect(site.plain).await.unwrap());
    }
    let all = site
        .ledger_when(&key(1), |ledger| ledger.connections.len() == 200)
        .await;
    assert!(all.complete && all.instances[0].connections_lost == 0);
    kept.push(TcpStream::connect(site.tls).await.unwrap());
    let latest = site
        .ledger_when(&key(1), |ledger| {
            ledger.connections.last().map(|one| one.port) == Some(site.tls.port())
        })
        .await;
    assert_eq!((latest.connections.len(), latest.complete), (200, true));
    assert_eq!(latest.instances[0].connections_lost, 1);
}

#[tokio::test]
async fn a_run_that_began_later_has_none_of_before() {
    let site = Site::plain().await;
    drop(TcpStream::connect(site.plain).await.unwrap());
    tokio::time::sleep(Duration::from_millis(5_200)).await;
    site.get(&path(&key(1), "p", 1, "poll")).await;
    let ledger = site.ledger(&key(1)).await;
    assert_eq!((ledger.connections.len(), ledger.complete), (0, true));
}
