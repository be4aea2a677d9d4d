//! Webhooks by the whole way: made, enqueued with a report, told on a wire.

mod refused;
mod told;

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
