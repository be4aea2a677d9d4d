//! The page that tries an endpoint: where it is, under which policy, and what links to it may name.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck_server::Config;
use support::{Answer, Site};

async fn site(change: impl FnOnce(&mut Config)) -> Site {
    Site::start(|config| {
        config.www = Some("../www".into());
        change(config);
    })
    .await
}

const OWN: [&str; 5] = [
    "tester.html",
    "tester.js",
    "tester.css",
    "tester.json",
    "tester/text/en.js",
];

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn it_is_there_unless_the_server_stands_beside_an_application() {
    let at_root = site(|_| ()).await;
    let beside = site(|config| config.base_path = "/check/".parse().unwrap()).await;
    let asked_for = site(|config| {
        config.base_path = "/check/".parse().unwrap();
        config.tester = true;
    })
    .await;
    for own in OWN {
        assert_eq!(at_root.get(&format!("/{own}")).await.status, 200, "{own}");
        assert_eq!(
            asked_for.get(&format!("/check/{own}")).await.status,
            200,
            "{own}"
        );
        let answer = beside.get(&format!("/check/{own}")).await;
        assert_eq!(answer.status, 404, "{own}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        let title = json(&answer)["title"].as_str().unwrap().to_owned();
        assert!(title.contains("--tester"), "{own}: {title}");
    }
    assert_eq!(beside.get("/check/read.html").await.status, 200);
}

#[tokio::test]
async fn it_may_connect_anywhere_and_do_nothing_else_more() {
    let site = site(|_| ()).await;
    let policy = |answer: &Answer| answer.header("content-security-policy").unwrap().to_owned();
    let own = policy(&site.get("/tester.html").await);
    let others = policy(&site.get("/read.html").await);
    for part in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "connect-src 'self' http: https: ws: wss:;",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ] {
        assert!(own.contains(part), "{part} in {own}");
    }
    assert!(
        !others.contains(" wss:;") && !others.contains("https: "),
        "{others}"
    );
    // What is not about connecting and framing is as strict as elsewhere.
    for part in others.split("; ") {
        if !part.starts_with("connect-src")
            && !part.starts_with("frame-ancestors")
            && !part.starts_with("img-src")
        {
            assert!(own.split("; ").any(|own| own == part), "{part} in {own}");
        }
    }
    assert_eq!(
        site.get("/tester.html").await.header("referrer-policy"),
        Some("no-referrer")
    );
}

#[tokio::test]
async fn it_tells_what_links_may_name() {
    let open = site(|_| ()).await;
    assert_eq!(
        json(&open.get("/tester.json").await),
        serde_json::json!({ "endpoints": null })
    );
    let listed = site(|config| {
        config.allow_endpoints = [
            "wss://app.example",
            "https://*.app.example:443",
            "http://127.0.0.1:9000",
        ]
        .map(|one| one.parse().unwrap())
        .into();
    })
    .await;
    let answer = listed.get("/tester.json").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        json(&answer),
        serde_json::json!({ "endpoints": ["wss://app.example", "https://*.app.example", "http://127.0.0.1:9000"] })
    );
}
