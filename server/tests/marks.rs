//! Every answer is marked as ours and readable from anywhere, whatever its status.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use support::{Answer, Site, http2, key, path};

fn is_marked(site: &Site, answer: &Answer) {
    for (name, value) in [
        ("pushcheck-answer", site.instance.as_str()),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "*"),
        ("timing-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(
            answer.header(name),
            Some(value),
            "{name} in {}",
            answer.head
        );
    }
}

#[tokio::test]
async fn answers_of_every_status_are_marked() {
    let site = Site::plain().await;
    let run = key(1).run();
    let poll = path(&key(1), "p", 1, "poll");
    for (line, status) in [
        (format!("GET {poll} HTTP/1.1"), 200),
        (format!("POST {poll} HTTP/1.1\r\nContent-Length: 0"), 405),
        (format!("BREW {poll} HTTP/1.1"), 405),
        (format!("OPTIONS {poll} HTTP/1.1"), 204),
        ("OPTIONS /v1/about HTTP/1.1".to_owned(), 204),
        ("GET /v1/about HTTP/1.1".to_owned(), 200),
        ("DELETE /v1/about HTTP/1.1".to_owned(), 405),
        (format!("GET /v1/runs/{run}/ledger HTTP/1.1"), 405),
        ("GET /v1/reports HTTP/1.1".to_owned(), 405),
        ("GET /v1/nothing HTTP/1.1".to_owned(), 404),
        ("GET /nothing.js HTTP/1.1".to_owned(), 404),
        ("GET /v1/runs/x/p/1/poll HTTP/1.1".to_owned(), 400),
        (
            format!("GET {} HTTP/1.1", path(&key(1), "w", 1, "web-socket")),
            426,
        ),
    ] {
        let answer = site.client().await.ask(&line).await;
        assert_eq!(answer.status, status, "{line}");
        is_marked(&site, &answer);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{line}");
    }
}

#[tokio::test]
async fn what_is_no_http_gets_a_marked_answer_too() {
    let site = Site::plain().await;
    for garbage in [
        "NONSENSE\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ] {
        let mut client = site.client().await;
        client.send(garbage).await;
        let answer = client.answer().await;
        assert_eq!(
            (answer.status, &answer.problem()["field"]),
            (400, &"head".into()),
            "{garbage}"
        );
        is_marked(&site, &answer);
        assert!(!client.more().await);
    }
    // On a connection that was in use.
    let mut client = site.client().await;
    client.get("/v1/about").await;
    client.send("NONSENSE\r\n\r\n").await;
    is_marked(&site, &client.answer().await);
}

#[tokio::test]
async fn http2_answers_are_marked() {
    let site = Site::plain().await;
    let mut send = http2::connect(&site).await;
    for (path, status) in [
        ("/v1/about", 200),
        ("/v1/nothing", 404),
        ("/v1/runs/x/p/1/poll", 400),
    ] {
        let response = http2::get(&mut send, path).await;
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(
            response.headers()["pushcheck-answer"],
            site.instance.as_str()
        );
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
    }
}

#[tokio::test]
async fn a_preflight_allows_any_field() {
    let site = Site::plain().await;
    let line = format!(
        "OPTIONS {} HTTP/1.1\r\nOrigin: https://a.example",
        path(&key(1), "u", 1, "upload")
    );
    let fields = "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-any";
    let answer = site
        .client()
        .await
        .ask(&format!("{line}\r\n{fields}"))
        .await;
    assert_eq!(answer.header("access-control-allow-headers"), Some("*"));
    assert!(
        answer
            .header("access-control-allow-methods")
            .unwrap()
            .contains("POST")
    );
}
