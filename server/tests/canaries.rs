//! Whatever a request carries that is nobody's business comes out nowhere: not in an answer, an echo or a ledger, and
//! not in the log, however much is logged.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use bytes::Bytes;
use h2::client::SendRequest;
use pushcheck::wire::{Key, Ledger};
use support::web_socket::{CLOSE, HANDSHAKE, frame};
use support::{Client, encrypted_to, http2, key, path, within};
use tokio::net::TcpStream;

/// Stands in every secret here, and nowhere else.
const CANARY: &str = "7f3a9c1e5d";

/// Fields whose values are nobody's business.
const SECRETS: [&str; 16] = [
    "Cookie",
    "Authorization",
    "Proxy-Authorization",
    "Referer",
    "X-Api-Key",
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "User-Agent",
    "Accept-Language",
    "Sec-WebSocket-Protocol-Token",
    "Sec-WebSocket-Protocols",
    "X-Sec-WebSocket-Protocol",
    "Proxy-Authenticate",
    "Last-Event-ID",
    "X-Anything",
];

fn secrets() -> String {
    let one = |(n, name): (usize, &&str)| format!("{name}: secret{n}={CANARY}\r\n");
    SECRETS.iter().enumerate().map(one).collect()
}

struct Program {
    child: Child,
    plain: SocketAddr,
    tls: SocketAddr,
    log: JoinHandle<String>,
}

impl Program {
    /// Logs all that there is to log.
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pushcheck-server"))
            .args(["--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0"])
            .args(["--tls-dev", "--log", "trace"])
            // What has nothing more to say ends soon.
            .args(["--limit-head-ms", "1000", "--limit-idle-ms", "1000"])
            .env("RUST_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = || {
            let url = lines.next().unwrap().unwrap();
            let (_, address) = url.split_once("://").unwrap();
            address.trim_end_matches('/').parse().unwrap()
        };
        let (plain, tls) = (address(), address());
        assert!(lines.next().unwrap().unwrap().starts_with("certificate"));
        // Read all the time: a full pipe would stop the program.
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        Self {
            child,
            plain,
            tls,
            log,
        }
    }

    async fn over_plain(&self) -> Client {
        Client::over(TcpStream::connect(self.plain).await.unwrap())
    }

    async fn over_tls(&self) -> Client {
        let name = format!("{CANARY}.example");
        Client::over(encrypted_to(self.tls, &name, b"http/1.1").await)
    }

    /// The whole log.
    fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(killed.success());
        assert!(self.child.wait().unwrap().success());
        self.log.join().unwrap()
    }
}

/// All that is said to a client until the end.
async fn all(mut client: Client, request: &str) -> String {
    client.send(request).await;
    while client.more().await {}
    String::from_utf8_lossy(client.unread()).into_owned()
}

/// Addresses of every kind, good and bad, with something secret in the query.
fn asks(key: &Key) -> Vec<String> {
    let run = key.run();
    let of = |probe: &str, kind: &str| path(key, probe, 1, kind);
    let paths = [
        of("p", "poll"),
        of("l", "long-poll"),
        of("w", "web-socket"),
        of("p", CANARY),
        of(&CANARY.to_uppercase(), "poll"),
        format!("/v1/runs/{CANARY}/p/1/poll"),
        format!("/v1/runs/{run}/ledger"),
        format!("/v1/runs/{run}/offer"),
        format!("/v1/{CANARY}"),
        format!("/{CANARY}"),
        "/v1/about".to_owned(),
        "/v1/outside-in".to_owned(),
        "/v1/reports".to_owned(),
        format!("/v1/reports/{CANARY}/1/1"),
        format!("/v1/reports/{run}/1/1"),
        "/".to_owned(),
    ];
    let mut asks: Vec<String> = paths.map(|path| format!("{path}?token={CANARY}")).into();
    for (kind, number) in [
        ("events", "count"),
        ("stream", "silentMs"),
        ("poll", "after"),
    ] {
        asks.push(format!("{}?{number}={CANARY}", of("n", kind)));
    }
    // A piece of a report that is none.
    asks.push(format!("/v1/reports/{run}/1/1?{CANARY}"));
    asks.push(format!("{}?count=1&token={CANARY}", of("e", "events")));
    asks
}

/// The policy of a page names the host that the page was asked of; nothing else may.
fn host(ask: &str) -> String {
    let name = if ask.contains("v1/") { CANARY } else { "probe" };
    format!("{name}.example")
}

async fn over_http1(program: &Program, key: &Key) -> Vec<String> {
    let mut heard = Vec::new();
    for ask in asks(key) {
        let request = format!(
            "GET {ask} HTTP/1.1\r\nHost: {}\r\n{}Connection: close\r\n\r\n",
            host(&ask),
            secrets()
        );
        heard.push(all(program.over_plain().await, &request).await);
        heard.push(all(program.over_tls().await, &request).await);
    }
    heard
}

async fn over_http2(program: &Program, key: &Key) -> Vec<String> {
    let mut heard = Vec::new();
    let tls = encrypted_to(program.tls, "localhost", b"h2").await;
    let mut send: SendRequest<Bytes> = http2::over(tls).await;
    for ask in asks(key) {
        let mut request = http::Request::get(format!("https://{}{ask}", host(&ask)));
        for name in SECRETS {
            request = request.header(name, CANARY);
        }
        let (response, _) = send.send_request(request.body(()).unwrap(), true).unwrap();
        let response = within(response).await.unwrap();
        heard.push(format!("{:?}", response.headers()));
        let pieces = http2::pieces(response).await;
        heard.extend(
            pieces
                .iter()
                .map(|piece| String::from_utf8_lossy(piece).into_owned()),
        );
    }
    heard
}

async fn malformed(program: &Program) -> Vec<String> {
    let mut heard = Vec::new();
    let requests = [
        format!("{CANARY}\r\n\r\n"),
        format!("GET /{CANARY} HTTP/9.9\r\n\r\n"),
        format!("GET /{CANARY} {CANARY}\r\n\r\n"),
        format!("{CANARY} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nno colon {CANARY}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: \0{CANARY}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nContent-Length: {CANARY}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nTransfer-Encoding: {CANARY}\r\nConnection: close\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nCookie: {}\r\n\r\n", CANARY.repeat(4_000)),
        format!("CONNECT {CANARY}.example:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        format!("GET http://{CANARY}.example/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    ];
    for request in requests {
        heard.push(all(program.over_plain().await, &request).await);
        heard.push(all(program.over_tls().await, &request).await);
        // Plain HTTP to the port that speaks TLS.
        let socket = TcpStream::connect(program.tls).await.unwrap();
        heard.push(all(Client::over(socket), &request).await);
    }
    heard
}

async fn over_web_sockets(program: &Program, key: &Key) -> Vec<String> {
    let mut heard = Vec::new();
    let host = format!("Host: {CANARY}.example");
    let ask = |n, fields: &str| {
        let path = path(key, "s", n, "web-socket");
        format!(
            "GET {path}?token={CANARY} HTTP/1.1\r\n{host}\r\n{fields}\r\n{}\r\n",
            secrets()
        )
    };
    let refused = [
        format!("{HANDSHAKE}\r\nOrigin: https://{CANARY}.example:1"),
        HANDSHAKE.replace(": 13", &format!(": {}", "9".repeat(300))),
        HANDSHAKE.replace("dGhl", CANARY),
        HANDSHAKE.replace("Upgrade: websocket", &format!("X-Upgrade: {CANARY}")),
    ];
    for (fields, n) in refused.iter().zip(1..) {
        let request = ask(n, &format!("{fields}\r\nX-Then: close"));
        let mut client = program.over_plain().await;
        client.send(request).await;
        let answer = client.answer().await;
        assert!(answer.status >= 400, "{}", answer.head);
        heard.push(answer.head.clone() + &answer.text());
    }
    // On the list of values that are kept, up to a length that no name of a protocol has.
    let long = format!("Sec-WebSocket-Protocol: {}", CANARY.repeat(30));
    let mut client = program.over_tls().await;
    client.send(ask(9, &format!("{HANDSHAKE}\r\n{long}"))).await;
    let answer = client.head().await;
    assert_eq!(answer.status, 101);
    heard.push(answer.head);
    client.say("echo 1 xxx").await;
    heard.push(client.hear_text().await);
    // An application's own first message, and what is no message at all.
    client.say(&format!("token {CANARY}")).await;
    client.say(&format!("ledger {}", key.to_body())).await;
    let (_, text) = client.hear_message().await;
    heard.push(String::from_utf8(text).unwrap());
    heard.push(client.hear_close().await.1);
    let reason = [&[0x10, 0x92], CANARY.as_bytes()].concat();
    client.send(frame(0x80 | CLOSE, &reason)).await;
    assert!(!client.more().await);
    let mut client = program.over_plain().await;
    let report =
        format!("GET /v1/reports?token={CANARY} HTTP/1.1\r\n{host}\r\n{HANDSHAKE}\r\n\r\n");
    client.send(report).await;
    heard.push(client.head().await.head);
    let report = format!("{{\"schema\": 1, \"result\": \"{CANARY}\"}}");
    client.send(frame(0x81, report.as_bytes())).await;
    heard.push(String::from_utf8(client.hear().await.1).unwrap());
    let mut client = program.over_plain().await;
    client.send(ask(10, HANDSHAKE)).await;
    client.head().await;
    client.send(format!("\x01\x05{CANARY}")).await;
    heard.push(client.hear_close().await.1);
    heard
}

async fn bodies(program: &Program, key: &Key) -> Vec<String> {
    let mut heard = Vec::new();
    let ledger = format!("/v1/runs/{}/ledger", key.run());
    let report = format!("{{\"schema\": 1, \"result\": \"{CANARY}\"}}");
    let wrong = support::key(9).to_body();
    let offer = format!("/v1/runs/{}/offer", key.run());
    let offered = format!("{}\n{report}", key.to_body());
    for (path, body) in [
        (path(key, "u", 1, "upload"), CANARY),
        (ledger.clone(), CANARY),
        (ledger.clone(), &wrong),
        ("/v1/reports".to_owned(), CANARY),
        ("/v1/reports".to_owned(), &report),
        (offer.clone(), CANARY),
        (offer.clone(), &wrong),
        (offer.clone(), &offered),
        (offer, &key.to_body()),
        ("/v1/outside-in".to_owned(), CANARY),
        (ledger, &key.to_body()),
        ("/v1/about".to_owned(), CANARY),
    ] {
        let answer = program.over_tls().await.post(&path, body).await;
        heard.push(answer.head.clone() + &answer.text());
    }
    heard
}

#[tokio::test]
async fn no_secret_comes_out_anywhere() {
    let program = Program::start();
    let (key, wrong) = (key(0xc3), key(9));
    let mut heard = over_http1(&program, &key).await;
    heard.extend(over_http2(&program, &key).await);
    heard.extend(malformed(&program).await);
    heard.extend(over_web_sockets(&program, &key).await);
    heard.extend(bodies(&program, &key).await);
    let ledger = format!("/v1/runs/{}/ledger", key.run());
    let mut client = program.over_plain().await;
    let told = client.post(&ledger, &key.to_body()).await;
    let ledger: Ledger = serde_json::from_slice(&told.body).unwrap();
    assert!(ledger.sightings.len() > 20, "they were seen");
    let names = ledger.sightings.iter().flat_map(|seen| &seen.headers);
    assert!(
        names
            .clone()
            .any(|field| field.name.eq_ignore_ascii_case("x-api-key"))
    );
    heard.push(told.head.clone() + &told.text());
    let about = client.get("/v1/about").await;
    heard.push(about.head.clone() + &about.text());
    let log = program.stop();
    assert!(log.contains(&key.run().to_string()), "it was logged");
    heard.push(log);
    for text in heard {
        let text = text.to_ascii_lowercase();
        for secret in [CANARY, &key.to_body(), &wrong.to_body()] {
            let found = text
                .find(secret)
                .map(|at| &text[at.saturating_sub(200)..(at + 60).min(text.len())]);
            assert_eq!(found, None, "{secret}");
        }
    }
}
