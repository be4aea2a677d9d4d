//! The server tries itself through its public address, and tells what it found.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use pushcheck::method::Method;
use pushcheck::wire::{About, OutsideIn, OutsideTry};
use pushcheck_server::{Config, Identity};
use support::{Client, Site, key, path, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// What a proxy does to what passes.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    Nothing,
    /// Takes `Upgrade` and `Connection` for its own.
    Strips,
    /// Hands an answer over when it is whole.
    Holds,
    /// Leaves `Upgrade` out of the answer that opens.
    SpoilsTheAnswer,
    /// Ends what was opened after a moment.
    Ends,
    /// Answers by itself.
    Answers,
    /// Sends elsewhere.
    Redirects,
}

/// A proxy in front, and how many connections it has had. None is taken before it is called.
fn front(listener: TcpListener, server: SocketAddr, does: Does) -> Arc<AtomicU32> {
    let count = Arc::new(AtomicU32::new(0));
    let counts = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            counts.fetch_add(1, SeqCst);
            tokio::spawn(pass(client, server, does));
        }
    });
    count
}

async fn pass(mut client: TcpStream, server: SocketAddr, does: Does) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let strips = |line: &&str| {
        let line = line.to_ascii_lowercase();
        does != Does::Strips || !(line.starts_with("upgrade:") || line.starts_with("connection:"))
    };
    let mut lines: Vec<&str> = head.trim_end().lines().filter(strips).collect();
    if does == Does::Holds && !head.contains("websocket") {
        lines.push("Connection: close");
    }
    let own: &[u8] = match does {
        Does::Answers => b"HTTP/1.1 503 no\r\nContent-Length: 0\r\n\r\n",
        Does::Redirects => {
            b"HTTP/1.1 307 there\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
        }
        _ => b"",
    };
    if !own.is_empty() {
        return client.write_all(own).await.unwrap();
    }
    let mut to = TcpStream::connect(server).await.unwrap();
    let head = format!("{}\r\n\r\n", lines.join("\r\n"));
    to.write_all(head.as_bytes()).await.unwrap();
    if does == Does::Holds {
        let mut whole = Vec::new();
        let _ = to.read_to_end(&mut whole).await;
        let _ = client.write_all(&whole).await;
        return;
    }
    if does == Does::SpoilsTheAnswer {
        let mut some = [0; 4096];
        let read = to.read(&mut some).await.unwrap();
        let answer = String::from_utf8_lossy(&some[..read]).replace("upgrade: websocket\r\n", "");
        client.write_all(answer.as_bytes()).await.unwrap();
    }
    let all = copy_bidirectional(&mut client, &mut to);
    let _ = match does == Does::Ends && head.contains("websocket") {
        true => tokio::time::timeout(Duration::from_millis(300), all).await,
        false => Ok(all.await),
    };
}

/// A server whose public address is that listener's.
async fn behind(change: impl FnOnce(&mut Config)) -> (Site, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let site = Site::start(|config| {
        config.public_urls = vec![url.parse().unwrap()];
        change(config);
    })
    .await;
    (site, listener)
}

async fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

async fn told(site: &Site) -> Option<OutsideIn> {
    let about: About = serde_json::from_slice(&site.get("/v1/about").await.body).unwrap();
    about.outside_in
}

async fn asked(site: &Site) -> Option<OutsideIn> {
    let answer = site.client().await.post("/v1/outside-in", "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn all(tries: &[OutsideTry]) -> Vec<(bool, Option<u16>, Option<bool>)> {
    let methods: Vec<Method> = tries.iter().map(|one| one.method).collect();
    assert_eq!(methods, Method::ALL);
    let one = |one: &OutsideTry| (one.passed, one.status, one.marked);
    tries.iter().map(one).collect()
}

/// Four answers of 200 and an open socket.
fn passed() -> Vec<(bool, Option<u16>, Option<bool>)> {
    [200, 200, 200, 200, 101]
        .map(|status| (true, Some(status), Some(true)))
        .to_vec()
}

#[tokio::test]
async fn everything_passes_where_nothing_is_in_between_and_the_result_ages() {
    let here = free().await;
    let site = Site::start(|config| {
        config.listen = vec![here];
        config.base_path = "/check/".parse().unwrap();
        config.public_urls = vec![format!("http://{here}").parse().unwrap()];
    })
    .await;
    let answer = within(async { site.client().await.post("/check/v1/outside-in", "").await }).await;
    let asked: OutsideIn = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(all(&asked.tries), passed());
    let about = || async {
        let body = site.get("/check/v1/about").await.body;
        let about: About = serde_json::from_slice(&body).unwrap();
        about.outside_in.unwrap()
    };
    let first = about().await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    let second = about().await;
    assert_eq!(first.tries, second.tries);
    assert!(second.age_ms > first.age_ms);
}

#[tokio::test]
async fn over_tls_only_certificates_that_are_trusted_will_do() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let folder = std::env::temp_dir().join(format!("pushcheck-outside-in-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    for (trusts, expected) in [(true, passed()), (false, vec![(false, None, None); 5])] {
        let here = free().await;
        let (cert, key) = (cert.clone(), key.clone());
        let site = Site::start(|config| {
            config.tls_listen = vec![here];
            config.public_urls = vec![format!("https://{here}").parse().unwrap()];
            config.outside_in_ca = trusts.then(|| cert.clone());
            config.identity = Some(Identity::Files { cert, key });
        })
        .await;
        assert_eq!(all(&asked(&site).await.unwrap().tries), expected);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_proxy_that_strips_the_upgrade_costs_the_web_socket() {
    let (site, listener) = behind(|_| ()).await;
    front(listener, site.plain, Does::Strips);
    let mut expected = passed();
    expected[4] = (false, Some(426), Some(true));
    assert_eq!(all(&asked(&site).await.unwrap().tries), expected);
}

#[tokio::test]
async fn what_no_browser_would_open_and_what_does_not_last_has_not_passed() {
    for does in [Does::SpoilsTheAnswer, Does::Ends] {
        let (site, listener) = behind(|_| ()).await;
        front(listener, site.plain, does);
        let mut expected = passed();
        expected[4] = (false, Some(101), Some(true));
        assert_eq!(all(&asked(&site).await.unwrap().tries), expected);
    }
}

#[tokio::test]
async fn what_is_held_until_it_is_whole_has_not_passed() {
    let (site, listener) = behind(|_| ()).await;
    front(listener, site.plain, Does::Holds);
    let mut expected = passed();
    expected[2].0 = false;
    expected[3].0 = false;
    let tries = asked(&site).await.unwrap().tries;
    assert_eq!(all(&tries)[..4], expected[..4]);
    assert!(!tries[4].passed);
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_told_as_such_and_no_redirect_is_followed() {
    for (does, status) in [(Does::Answers, 503), (Does::Redirects, 307)] {
        let (site, listener) = behind(|_| ()).await;
        front(listener, site.plain, does);
        let tries = asked(&site).await.unwrap().tries;
        assert_eq!(all(&tries), vec![(false, Some(status), Some(false)); 5]);
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_passes_and_the_server_goes_on() {
    let (site, listener) = behind(|_| ()).await;
    drop(listener);
    let tries = asked(&site).await.unwrap().tries;
    assert_eq!(all(&tries), vec![(false, None, None); 5]);
    assert_eq!(site.get(&path(&key(1), "p", 1, "poll")).await.status, 200);
}

#[tokio::test]
async fn what_was_not_up_yet_is_tried_again_soon_without_being_asked() {
    let (site, listener) = behind(|_| ()).await;
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(
        all(&asked(&site).await.unwrap().tries)[0],
        (false, None, None)
    );
    let listener = TcpListener::bind(address).await.unwrap();
    front(listener, site.plain, Does::Nothing);
    let passes = async {
        while told(&site)
            .await
            .is_none_or(|told| all(&told.tries) != passed())
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    within(passes).await;
}

#[tokio::test]
async fn however_many_ask_it_is_one_round() {
    let (site, listener) = behind(|_| ()).await;
    let count = front(listener, site.plain, Does::Nothing);
    let both = async { tokio::join!(asked(&site), asked(&site)) };
    let (one, other) = within(both).await;
    assert_eq!(one.unwrap().tries, other.unwrap().tries);
    assert_eq!(all(&asked(&site).await.unwrap().tries), passed());
    assert_eq!(count.load(SeqCst), 5);
}

#[tokio::test]
async fn it_is_nobodys_visit() {
    let (site, listener) = behind(|config| config.limits.runs = 1).await;
    site.get(&path(&key(1), "p", 1, "poll")).await;
    assert!(told(&site).await.is_none(), "not before it has been tried");
    front(listener, site.plain, Does::Nothing);
    assert_eq!(all(&asked(&site).await.unwrap().tries), passed());
    let ledger = site.ledger(&key(1)).await;
    assert!(ledger.complete, "no run has driven it out");
    assert_eq!((ledger.sightings.len(), ledger.connections.len()), (1, 0));
}

#[tokio::test]
async fn without_a_public_address_nothing_is_tried() {
    let site = Site::plain().await;
    assert!(asked(&site).await.is_none());
    assert!(told(&site).await.is_none());
    let mut client: Client = site.client().await;
    let answer = client.get("/v1/outside-in").await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, Some("POST, OPTIONS"))
    );
}
