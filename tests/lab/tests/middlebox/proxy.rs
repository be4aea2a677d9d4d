//! The box as a proxy, and hosts that it leaves alone.

use pushcheck_lab::middlebox::Running;

use crate::support::{Ca, Peer, Server, both_in, example};

#[tokio::test]
async fn tunnels_are_asked_for_and_opened() {
    let ca = Ca::new();
    let server = Server::tls(&ca).await;
    let target = server.address;
    let probe = async |address| {
        let mut heard = Vec::new();
        let connect =
            |more: &str| format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{more}\r\n");
        let mut peer = Peer::connect(address).await;
        peer.send(connect("").as_bytes()).await;
        heard.push(peer.answer().await.chars().take(12).collect::<String>());
        for name in ["push.test", "127.0.0.1"] {
            let mut peer = Peer::connect(address).await;
            peer.send(connect("Proxy-Authorization: Basic x\r\n").as_bytes())
                .await;
            let head = peer.answer().await;
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            let mut peer = peer.secure(name, &ca).await.unwrap();
            let head = peer.upgrade("/ws").await;
            heard.push(
                head.lines()
                    .find(|line| line.starts_with("conn"))
                    .unwrap()
                    .to_owned(),
            );
        }
        heard
    };
    let (on, off) = both_in("proxy", &server, ca.folder.path(), probe).await;
    assert_eq!(
        on,
        ["HTTP/1.1 407", "connection: close", "connection: close"]
    );
    assert_eq!(
        off,
        ["HTTP/1.1 200", "connection: Upgrade", "connection: Upgrade"]
    );
}

#[tokio::test]
async fn plain_requests_find_their_servers() {
    let ca = Ca::new();
    let (one, two) = (Server::start().await, Server::start().await);
    let probe = async |address| {
        let mut peer = Peer::connect(address).await;
        let mut heard = Vec::new();
        for (server, path) in [(&one, "/a"), (&two, "/b"), (&two, "/c"), (&one, "/refused")] {
            let target = format!("http://{}{path}", server.address);
            let head = peer
                .request(&target, "Proxy-Connection: keep-alive\r\n")
                .await;
            let length = if head.contains(" 200 ") {
                path.len()
            } else {
                7
            };
            let body = peer.exact(length).await.unwrap();
            heard.push(String::from_utf8(body).unwrap());
        }
        heard
    };
    let (on, off) = both_in("proxy", &one, ca.folder.path(), probe).await;
    assert_eq!(on, ["/a", "/b", "/c", "sign in"]);
    assert_eq!(off, ["/a", "/b", "/c", "/refused"]);
    let expected = ["connection", "GET /b HTTP/1.1\r\nHost: push.test\r\n\r\n"];
    assert_eq!(two.seen()[..2], expected);
}

#[tokio::test]
async fn nobody_there_is_said() {
    let ca = Ca::new();
    let server = Server::start().await;
    let config = example("proxy", server.address, ca.folder.path());
    let running = Running::start(config.harmless()).await.unwrap();
    let mut peer = Peer::connect(running.addresses()[0]).await;
    peer.send(b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n").await;
    assert!(peer.answer().await.starts_with("HTTP/1.1 502"));
    let mut peer = Peer::connect(running.addresses()[0]).await;
    assert!(
        peer.request("http://127.0.0.1:1/", "")
            .await
            .starts_with("HTTP/1.1 502")
    );
    let mut peer = Peer::connect(running.addresses()[0]).await;
    assert!(peer.request("/", "").await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn exempt_hosts_are_left_alone() {
    let ca = Ca::new();
    let strangers = Ca::new();
    let (plain, secure) = (Server::start().await, Server::tls(&strangers).await);
    for name in ["exempt-name", "exempt-address"] {
        // Without exemption the first would be rewritten; the second would not even be trusted.
        let config = example(name, plain.address, ca.folder.path());
        let running = Running::start(config).await.unwrap();
        let head = Peer::connect(running.addresses()[0])
            .await
            .upgrade("/ws")
            .await;
        assert!(head.contains("connection: Upgrade"), "{name}: {head}");
        let config = example(name, secure.address, ca.folder.path());
        let running = Running::start(config).await.unwrap();
        let peer = Peer::connect(running.addresses()[0]).await;
        let mut peer = peer.secure("push.test", &strangers).await.unwrap();
        let head = peer.upgrade("/ws").await;
        assert!(head.contains("connection: Upgrade"), "{name}: {head}");
    }
    // Another name is not exempt.
    let config = example("exempt-name", plain.address, ca.folder.path());
    let running = Running::start(config).await.unwrap();
    let mut peer = Peer::connect(running.addresses()[0]).await;
    peer.send(b"GET /ws HTTP/1.1\r\nHost: other.test\r\nSec-WebSocket-Key: x\r\n\r\n")
        .await;
    assert!(peer.answer().await.contains("connection: keep-alive"));
}

#[tokio::test]
async fn tls_of_exempt_hosts_stays_closed() {
    let ca = Ca::new();
    let strangers = Ca::new();
    let server = Server::tls(&strangers).await;
    let config = example("rewrite-101-inside-tls", server.address, ca.folder.path());
    let running = Running::start(config).await.unwrap();
    let greet = async |name| {
        let peer = Peer::connect(running.addresses()[0]).await;
        peer.secure(name, &strangers)
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let closed = greet("bank.test").await.unwrap_err();
    assert!(
        closed.contains("only valid for DnsName(\"push.test\")"),
        "the server's own certificate: {closed}"
    );
    assert!(
        greet("push.test").await.is_err(),
        "opened, and the server is not trusted"
    );
    let seen = server.seen();
    assert!(seen.iter().any(|seen| seen == "no TLS"), "{seen:?}");
}
