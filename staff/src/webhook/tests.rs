//! Webhooks by the whole way: made, enqueued with a report, told on a wire.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use pushcheck_store::report::NewReport;
use pushcheck_store::summary::Summary;
use pushcheck_store::{Id, Place, Store};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::post::{Message, Names, Post, system_tls, trusting};
use super::round::Messenger;
use super::sign::signature;
use crate::testing::{Caller, Desk, now, pass};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A head in small letters, and a body.
type Heard = (String, Vec<u8>);

/// Who listens for a webhook: what it heard, and what it answers.
#[derive(Clone)]
struct Ear {
    port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
    answer: Arc<Mutex<String>>,
}

impl Ear {
    async fn new(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((HERE, 0)).await.expect("a port");
        let ear = Self {
            port: listener.local_addr().expect("bound").port(),
            heard: Arc::default(),
            answer: Arc::new(Mutex::new("204 No Content".to_owned())),
        };
        let one = ear.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (one, tls) = (one.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                one.hear(stream).await;
                            }
                        }
                        None => one.hear(stream).await,
                    }
                });
            }
        });
        ear
    }

    async fn hear(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut all = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&all).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let head = head.to_lowercase();
                let length = head.split("content-length: ").nth(1).and_then(|rest| {
                    rest.split("\r\n")
                        .next()
                        .and_then(|length| length.parse().ok())
                });
                if length == Some(body.len()) {
                    let heard = (head, body.as_bytes().to_vec());
                    self.heard.lock().expect("whole").push(heard);
                    break;
                }
            }
            if stream.read_buf(&mut all).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let answer = self.answer.lock().expect("whole").clone();
        let answer = match answer.as_str() {
            "" => {
                std::future::pending::<()>().await;
                return;
            }
            "endless" => format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(1 << 20)),
            answer => format!("HTTP/1.1 {answer}\r\ncontent-length: 9999999999\r\n\r\nand more"),
        };
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.read_buf(&mut all).await;
    }

    fn answers(&self, with: &str) {
        with.clone_into(&mut self.answer.lock().expect("whole"));
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("whole").clone()
    }
}

fn post(allows_private: bool) -> Post {
    Post {
        names: Names::All(vec![HERE]),
        tls: system_tls().expect("TLS"),
        allows_private,
    }
}

/// A listener that allows private addresses, an admin of it, and who tells.
async fn desk() -> (Desk, Caller, Messenger) {
    let mut config = Desk::new().await.config;
    config.allow_private_webhooks = true;
    let desk = Desk::of(config.clone());
    let ada = desk.first().await;
    let messenger = Messenger::of(config, post(true)).expect("a node");
    (desk, ada, messenger)
}

async fn webhook(desk: &Desk, admin: &Caller, url: &str) -> (String, String) {
    let made = desk
        .ask(admin, "POST", "/v1/webhooks", Some(json!({ "url": url })))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    (made.text("id").to_owned(), made.text("secret").to_owned())
}

/// A report arrives; its id and number.
async fn arrive(store: &Store, n: u8) -> (String, String) {
    let body = format!(
        "{{\"run\":{{\"id\":\"{n:032x}\",\"startedAt\":5}},\"result\":\"passed\",\"marker\":\"of the text\"}}"
    );
    let new = NewReport {
        body: body.as_bytes(),
        summary: Summary::of(&serde_json::from_str(&body).expect("JSON")),
        source: "page",
        intact: true,
        ticket: Some("ACME-4711"),
        language: None,
        ledger: None,
    };
    let taken = store.keep_report(&new, None, now()).await;
    let taken = taken.expect("kept").expect("taken");
    (taken.id, taken.number)
}

#[tokio::test]
async fn a_report_is_told_once_over_tls_and_signed() {
    let made = rcgen::generate_simple_self_signed(["hooks.example".to_owned()]).expect("made");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate");
    let ear = Ear::new(Some(TlsAcceptor::from(Arc::new(config)))).await;
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("trusted");
    let (desk, ada, _) = desk().await;
    let messenger = Messenger::of(
        desk.config.clone(),
        Post {
            tls: trusting(roots).expect("TLS"),
            ..post(true)
        },
    )
    .expect("a node");
    let url = format!("https://hooks.example:{}/a?b=c", ear.port);
    let (hook, secret) = webhook(&desk, &ada, &url).await;
    assert!(secret.starts_with("whsec_") && secret.len() > 60);
    let (id, number) = arrive(&desk.config.store, 1).await;
    arrive(&desk.config.store, 1).await;
    assert!(messenger.tell(&hook).await.expect("the store"));
    assert!(!messenger.tell(&hook).await.expect("the store"), "once");
    let heard = ear.heard();
    assert_eq!(heard.len(), 1);
    let (head, body) = &heard[0];
    assert!(head.starts_with("post /a?b=c http/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nhost: hooks.example:{}\r\n", ear.port)));
    assert!(head.contains("\r\ncontent-type: application/json\r\n"));
    let signed = signature(&secret, now() / 1_000, body).to_lowercase();
    assert!(
        head.contains(&format!("\r\npushcheck-signature: {signed}")),
        "{head}"
    );
    assert_eq!(
        serde_json::from_slice::<Value>(body).expect("JSON"),
        json!({
            "event": "report.arrived", "id": id, "number": number, "ticket": "ACME-4711", "result": "passed",
            "firstCause": null, "arrivedAt": now(), "url": format!("https://staff.example/#/reports/{id}"),
        })
    );
    assert!(!String::from_utf8_lossy(body).contains("of the text"));
    // Another name's certificate is nobody's.
    let url = format!("https://other.example:{}/", ear.port);
    let (other, _) = webhook(&desk, &ada, &url).await;
    let test = format!("/v1/webhooks/{other}/test");
    assert_eq!(
        desk.ask(&ada, "POST", &test, None).await.status,
        StatusCode::ACCEPTED
    );
    assert!(messenger.tell(&other).await.expect("the store"));
    let listed = desk.ask(&ada, "GET", "/v1/webhooks", None).await;
    let items = listed.body["items"].as_array().expect("items");
    let of = |id: &str| items.iter().find(|item| item["id"] == id).expect("listed");
    assert_eq!(
        (&of(&hook)["waiting"], &of(&hook)["problem"]),
        (&json!(0), &json!(null))
    );
    assert_eq!(of(&other)["waiting"], json!(1));
    let problem = of(&other)["problem"].as_str().expect("a problem");
    assert!(problem.starts_with("TLS: "), "{problem}");
    assert!(!listed.body.to_string().contains(&secret));
    assert_eq!(ear.heard().len(), 1);
}

#[tokio::test]
async fn no_private_address_is_asked_by_any_name() {
    let ear = Ear::new(None).await;
    let told = async |names: &[IpAddr], url: &str, allows_private: bool| {
        let post = Post {
            names: Names::All(names.to_vec()),
            ..post(allows_private)
        };
        let message = Message {
            id: "x",
            url,
            secret: "x",
            body: b"{}".to_vec(),
        };
        post.send(message, now()).await
    };
    let (http, https) = (
        format!("http://hooks.example:{}/", ear.port),
        format!("https://hooks.example:{}/", ear.port),
    );
    let public = IpAddr::from([192, 88, 98, 1]);
    let metadata = IpAddr::from([169, 254, 169, 254]);
    for (names, url, allows_private, problem) in [
        (&[HERE][..], &https, false, "a private address"),
        // One good one beside it does not help.
        (&[public, HERE], &https, false, "a private address"),
        (
            &[HERE, metadata],
            &http,
            true,
            "an address that no webhook has",
        ),
        (
            &[HERE, public],
            &http,
            true,
            "plain http to a public address",
        ),
        (&[HERE], &http, false, "an https: URL"),
        (&[], &https, false, "no such name"),
    ] {
        let answer = told(names, url, allows_private).await;
        assert_eq!(answer, Err(problem.to_owned()), "{names:?} {url}");
    }
    assert!(ear.heard().is_empty());
    assert_eq!(told(&[HERE], &http, true).await, Ok(()), "the ear hears");
    assert_eq!(ear.heard().len(), 1);
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let (ear, other) = (Ear::new(None).await, Ear::new(None).await);
    let (desk, ada, messenger) = desk().await;
    let url = format!("http://127.0.0.1:{}/", ear.port);
    let (hook, _) = webhook(&desk, &ada, &url).await;
    for (n, status) in (1..).zip(["301 a", "302 a", "303 a", "307 a", "308 a"]) {
        ear.answers(&format!(
            "{status}\r\nlocation: http://127.0.0.1:{}/",
            other.port
        ));
        arrive(&desk.config.store, n).await;
        assert!(messenger.tell(&hook).await.expect("the store"));
        let listed = desk.ask(&ada, "GET", "/v1/webhooks", None).await;
        let problem = listed.body["items"][0]["problem"]
            .as_str()
            .expect("a problem");
        assert_eq!(problem, format!("{} (not followed)", &status[..3]));
        pass(1);
    }
    assert_eq!((ear.heard().len(), other.heard().len()), (5, 0));
}

#[tokio::test]
async fn what_was_not_heard_is_told_again_by_whoever_is_there() {
    let folder = std::env::temp_dir().join(format!("pushcheck-hook-{}", Id::new().expect("an id")));
    let place = Place::Folder(folder.clone());
    let store = Store::open(&place, now()).await.expect("a store");
    let mut config = Desk::on(store.clone()).config;
    config.allow_private_webhooks = true;
    let desk = Desk::of(config.clone());
    let ada = desk.first().await;
    let ear = Ear::new(None).await;
    ear.answers("500 no");
    let (hook, _) = webhook(&desk, &ada, &format!("http://127.0.0.1:{}/", ear.port)).await;
    arrive(&store, 1).await;
    let messenger = Messenger::of(config.clone(), post(true)).expect("a node");
    assert!(messenger.tell(&hook).await.expect("the store"));
    assert!(
        !messenger.tell(&hook).await.expect("the store"),
        "not at once"
    );
    pass(9_999);
    assert!(
        !messenger.tell(&hook).await.expect("the store"),
        "nor a little later"
    );
    pass(1);
    assert_eq!(
        store.due_webhooks(now()).await.expect("asked"),
        std::slice::from_ref(&hook)
    );
    assert!(messenger.tell(&hook).await.expect("the store"));
    // A node takes it and ends; the next start knows of it, once the other's time is over.
    pass(30_000);
    let ended = Id::new().expect("an id");
    let leased = store
        .lease_delivery(&hook, &ended, now())
        .await
        .expect("the store");
    let leased = leased.expect("due");
    assert_eq!(leased.tries, 3);
    store.close().await;
    let store = Store::open(&place, now()).await.expect("again");
    config.store = store.clone();
    let messenger = Messenger::of(config, post(true)).expect("a node");
    ear.answers("200 OK");
    pass(59_999);
    assert!(
        !messenger.tell(&hook).await.expect("the store"),
        "somebody has it"
    );
    pass(1);
    assert!(messenger.tell(&hook).await.expect("the store"));
    // Whoever had it before, and comes back, undoes nothing.
    store
        .end_delivery(&leased.id, &ended, Some("late"), Some(now()), now())
        .await
        .expect("the store");
    assert!(
        store
            .due_webhooks(now() + 1_000_000)
            .await
            .expect("asked")
            .is_empty()
    );
    let heard = ear.heard();
    assert_eq!(heard.len(), 3);
    assert!(
        heard.iter().all(|(_, body)| *body == heard[0].1),
        "the same each time"
    );
    let id = |head: &str| {
        head.split("pushcheck-delivery: ")
            .nth(1)
            .map(|rest| rest[..32].to_owned())
    };
    assert!(
        heard
            .iter()
            .all(|(head, _)| id(head).as_deref() == Some(&leased.id))
    );
    assert_eq!(store.forget_deliveries(now()).await.expect("asked"), 0);
    assert_eq!(store.forget_deliveries(now() + 1).await.expect("asked"), 1);
    store.close().await;
    std::fs::remove_dir_all(folder).expect("removed");
}

#[tokio::test]
async fn after_a_day_it_is_given_up() {
    let (desk, ada, messenger) = desk().await;
    let ear = Ear::new(None).await;
    ear.answers("410 Gone");
    let (hook, _) = webhook(&desk, &ada, &format!("http://127.0.0.1:{}/", ear.port)).await;
    arrive(&desk.config.store, 1).await;
    for _ in 0..24 * 3_600 {
        if messenger.tell(&hook).await.expect("the store") {
            let listed = desk.ask(&ada, "GET", "/v1/webhooks", None).await;
            if listed.body["items"][0]["waiting"] == 0 {
                assert_eq!(listed.body["items"][0]["problem"], "410");
                return;
            }
        }
        pass(600_000);
    }
    panic!("for ever");
}

#[tokio::test]
async fn nodes_take_different_ones_and_webhooks_their_own() {
    let (desk, ada, _) = desk().await;
    let (one, _) = webhook(&desk, &ada, "https://one.example/").await;
    let (two, _) = webhook(&desk, &ada, "https://two.example/").await;
    let store = &desk.config.store;
    arrive(store, 1).await;
    arrive(store, 2).await;
    let nodes = [Id::new().expect("an id"), Id::new().expect("an id")];
    let mut leased = Vec::new();
    for webhook in [&one, &two] {
        for node in &nodes {
            let delivery = store
                .lease_delivery(webhook, node, now())
                .await
                .expect("the store");
            leased.push(delivery.expect("one for each").id);
        }
        let none = store.lease_delivery(webhook, &nodes[0], now()).await;
        assert_eq!(none.expect("the store"), None);
    }
    leased.sort();
    leased.dedup();
    assert_eq!(leased.len(), 4);
    let path = format!("/v1/webhooks/{one}");
    assert_eq!(
        desk.ask(&ada, "DELETE", &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        desk.ask(&ada, "DELETE", &path, None).await.status,
        StatusCode::NOT_FOUND
    );
    pass(60_000);
    assert_eq!(store.due_webhooks(now()).await.expect("asked"), [two]);
}

#[tokio::test]
async fn one_that_is_silent_keeps_no_other_waiting() {
    let (desk, ada, messenger) = desk().await;
    let (silent, good) = (Ear::new(None).await, Ear::new(None).await);
    silent.answers("");
    for ear in [&silent, &good] {
        webhook(&desk, &ada, &format!("http://127.0.0.1:{}/", ear.port)).await;
    }
    for n in 1..=5 {
        arrive(&desk.config.store, n).await;
    }
    let telling = tokio::spawn(Arc::new(messenger).run());
    let all = async {
        while good.heard().len() < 5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(8), all)
        .await
        .expect("all five");
    assert_eq!(silent.heard().len(), 1, "and one at a time");
    telling.abort();
}

#[tokio::test(start_paused = true)]
async fn no_answer_is_waited_for_for_ever_nor_read_for_ever() {
    let ear = Ear::new(None).await;
    let url = format!("http://127.0.0.1:{}/", ear.port);
    for (answer, problem) in [("", "no answer within 10 s"), ("endless", "HTTP: ")] {
        ear.answers(answer);
        let message = Message {
            id: "x",
            url: &url,
            secret: "x",
            body: b"{}".to_vec(),
        };
        let since = tokio::time::Instant::now();
        let told = post(true).send(message, now()).await.expect_err("not told");
        assert!(told.starts_with(problem), "{answer}: {told}");
        assert!(since.elapsed() < Duration::from_secs(11), "{answer}");
    }
}

#[tokio::test]
async fn a_webhook_is_looked_at_before_it_is_kept() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    for (body, pointer) in [
        (json!({ "url": "http://hooks.example/" }), "/url"),
        (json!({ "url": "https://10.0.0.1/" }), "/url"),
        (json!({ "url": "https://[fe80::1]/" }), "/url"),
        (json!({ "url": "x" }), "/url"),
        (
            json!({ "url": "https://hooks.example/", "secret": "short" }),
            "/secret",
        ),
        (
            json!({ "url": "https://hooks.example/", "secret": "x".repeat(201) }),
            "/secret",
        ),
        (
            json!({ "url": "https://hooks.example/", "secret": "with a space in it" }),
            "/secret",
        ),
    ] {
        let answer = desk
            .ask(&ada, "POST", "/v1/webhooks", Some(body.clone()))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let own =
        json!({ "url": "https://hooks.example/path-is-secret", "secret": "0123456789abcdef" });
    let made = desk.ask(&ada, "POST", "/v1/webhooks", Some(own)).await;
    assert_eq!(
        (made.status, made.text("secret")),
        (StatusCode::CREATED, "0123456789abcdef")
    );
    let audit = desk.ask(&ada, "GET", "/v1/audit", None).await;
    assert!(audit.body.to_string().contains("hooks.example"));
    assert!(!audit.body.to_string().contains("path-is-secret"));
    for n in 1..20 {
        let url = json!({ "url": format!("https://hooks{n}.example/") });
        let made = desk.ask(&ada, "POST", "/v1/webhooks", Some(url)).await;
        assert_eq!(made.status, StatusCode::CREATED);
    }
    let url = json!({ "url": "https://hooks.example/" });
    let full = desk.ask(&ada, "POST", "/v1/webhooks", Some(url)).await;
    assert_eq!(full.status, StatusCode::CONFLICT);
}
