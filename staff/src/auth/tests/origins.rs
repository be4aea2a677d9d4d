//! What is refused whoever asks: other hosts, other origins, too much; and what browsers are told.

use axum::http::{StatusCode, header};
use serde_json::json;

use super::session::credentials;
use crate::check_origin;
use crate::testing::{Caller, Desk, ORIGIN, PASSWORD, now, pass};

#[tokio::test]
async fn another_sites_page_changes_nothing() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    let make = async |caller: &Caller| {
        let new = json!({ "name": format!("user {}", now()), "role": "staff" });
        pass(1);
        desk.ask(caller, "POST", "/v1/users", Some(new))
            .await
            .status
    };
    let without = |name: &str| {
        let mut caller = ada.clone();
        match name {
            "csrf" => caller.csrf = None,
            "cookie" => caller.cookie = None,
            _ => caller = caller.with("origin", ""),
        }
        caller
    };
    assert_eq!(make(&ada).await, StatusCode::CREATED);
    assert_eq!(
        make(&without("origin").with("sec-fetch-site", "same-origin")).await,
        StatusCode::CREATED
    );
    for (what, caller) in [
        ("no token", without("csrf")),
        (
            "another token",
            Caller {
                csrf: Some("0".repeat(64)),
                ..ada.clone()
            },
        ),
        (
            "an empty token",
            Caller {
                csrf: Some(String::new()),
                ..ada.clone()
            },
        ),
        ("no origin", without("origin")),
        (
            "another origin",
            ada.clone().with("origin", "https://evil.example"),
        ),
        ("a null origin", ada.clone().with("origin", "null")),
        (
            "plain http",
            ada.clone().with("origin", "http://staff.example"),
        ),
        (
            "the same site",
            without("origin").with("sec-fetch-site", "same-site"),
        ),
        (
            "an address typed",
            without("origin").with("sec-fetch-site", "none"),
        ),
    ] {
        assert_eq!(make(&caller).await, StatusCode::FORBIDDEN, "{what}");
    }
    assert_eq!(make(&without("cookie")).await, StatusCode::UNAUTHORIZED);
    // Nor does it sign anybody in, or read by a neighbour's page.
    for path in ["/v1/session", "/v1/invitations/accept"] {
        let evil = Caller::page().with("origin", "https://evil.example");
        let answer = desk
            .ask(&evil, "POST", path, credentials("ada", PASSWORD))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        let none = Caller::page().with("origin", "");
        let answer = desk
            .ask(&none, "POST", path, credentials("ada", PASSWORD))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let neighbour = ada.clone().with("sec-fetch-site", "same-site");
    let answer = desk.ask(&neighbour, "GET", "/v1/users", None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn another_host_is_misdirected() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    for host in [
        "",
        "evil.example",
        "staff.example.evil.example",
        "staff.example:8443",
        "127.0.0.1",
    ] {
        for path in ["/", "/v1/session", "/v1/health", "/nothing"] {
            let answer = desk
                .ask(&ada.clone().with("host", host), "GET", path, None)
                .await;
            assert_eq!(
                answer.status,
                StatusCode::MISDIRECTED_REQUEST,
                "{host} {path}"
            );
            assert_eq!(
                answer.headers[header::CONTENT_TYPE],
                "application/problem+json"
            );
        }
    }
    let answer = desk
        .ask(&ada.with("host", "STAFF.example:443"), "GET", "/", None)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn browsers_are_told_what_not_to_do() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    for (caller, path) in [
        (&ada, "/"),
        (&ada, "/v1/session"),
        (&ada, "/nothing"),
        (&Caller::page(), "/v1/session"),
        (&Caller::page().with("host", "evil.example"), "/v1/users"),
    ] {
        let answer = desk
            .ask(
                &caller.clone().with("origin", "https://evil.example"),
                "GET",
                path,
                None,
            )
            .await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        assert!(
            answer.headers.contains_key("content-security-policy"),
            "{path}"
        );
        if path.starts_with("/v1/") {
            assert_eq!(answer.headers["cache-control"], "no-store");
        }
        assert!(
            !answer
                .headers
                .keys()
                .any(|name| name.as_str().starts_with("access-control-")),
            "{path}"
        );
    }
    let mut config = desk.config.clone();
    config.origin = "http://127.0.0.1:8788".to_owned();
    let here = Caller::page().with("host", "127.0.0.1:8788");
    let answer = Desk::of(config).ask(&here, "GET", "/", None).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn too_much_is_not_read() {
    let desk = Desk::new().await;
    let long = "x".repeat(64 * 1_024);
    let answer = desk
        .ask(
            &Caller::page(),
            "POST",
            "/v1/session",
            credentials(&long, "x"),
        )
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn an_origin_is_checked_before_anybody_is_sent_there() {
    assert_eq!(
        check_origin("https://Staff.Example:443/"),
        Ok("https://staff.example".to_owned())
    );
    assert_eq!(check_origin(ORIGIN), Ok(ORIGIN.to_owned()));
    assert!(check_origin("http://localhost:8788").is_ok());
    assert!(check_origin("http://staff.example").is_err());
    assert!(check_origin("staff.example").is_err());
}
