//! Passwords, sessions, invitations, and what a request has to be.

use axum::http::{StatusCode, header};
use serde_json::json;

use crate::testing::{Caller, Desk, ORIGIN, PASSWORD, now, pass};
use crate::{check_origin, first_start};

fn credentials(name: &str, password: &str) -> Option<serde_json::Value> {
    Some(json!({ "name": name, "password": password }))
}

#[tokio::test]
async fn the_first_user_is_made_once_and_there_is_none_before() {
    let desk = Desk::new().await;
    for (name, password) in [("admin", "admin"), ("", ""), ("admin", "password1234")] {
        let answer = desk
            .ask(
                &Caller::page(),
                "POST",
                "/v1/session",
                credentials(name, password),
            )
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
    }
    let store = &desk.config.store;
    let old = first_start(store, now()).await.expect("made").expect("one");
    let new = first_start(store, now()).await.expect("made").expect("one");
    let accept = async |invitation: &str, name: Option<&str>, password: &str| {
        let token = invitation.trim_start_matches("#invitation=");
        let body = json!({ "token": token, "name": name, "password": password });
        desk.ask(
            &Caller::page(),
            "POST",
            "/v1/invitations/accept",
            Some(body),
        )
        .await
        .status
    };
    let (old, new) = (old.to_string(), new.to_string());
    assert_eq!(old.len(), "#invitation=".len() + 32);
    assert_eq!(
        accept(&old, Some("ada"), PASSWORD).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        accept(&new, Some("ada"), "eleven char").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        accept(&new, None, PASSWORD).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        accept(&new, Some("a\u{7}"), PASSWORD).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        accept(&new, Some("ada"), PASSWORD).await,
        StatusCode::CREATED
    );
    assert_eq!(
        accept(&new, Some("eve"), PASSWORD).await,
        StatusCode::NOT_FOUND
    );
    assert!(first_start(store, now()).await.expect("asked").is_none());
}

#[tokio::test]
async fn an_invitation_ends_after_a_day() {
    let desk = Desk::new().await;
    let invitation = first_start(&desk.config.store, now()).await;
    let invitation = invitation.expect("made").expect("one").to_string();
    pass(24 * 3_600_000);
    let body =
        json!({ "token": invitation.rsplit('=').next(), "name": "ada", "password": PASSWORD });
    let answer = desk
        .ask(
            &Caller::page(),
            "POST",
            "/v1/invitations/accept",
            Some(body),
        )
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_the_right_password_opens() {
    let desk = Desk::new().await;
    desk.first().await;
    let sign_in = async |name: &str, password: &str| {
        desk.ask(
            &Caller::page(),
            "POST",
            "/v1/session",
            credentials(name, password),
        )
        .await
    };
    let good = sign_in(" ADA ", PASSWORD).await;
    assert_eq!(good.status, StatusCode::OK);
    assert_eq!((good.text("name"), good.text("role")), ("ada", "admin"));
    assert_eq!(good.body["publicUrls"], json!(["https://check.example/"]));
    let cookie = good.headers[header::SET_COOKIE].to_str().expect("text");
    let (value, attributes) = cookie.split_once(';').expect("attributes");
    assert_eq!(attributes, " Secure; HttpOnly; SameSite=Strict; Path=/");
    let value = value
        .strip_prefix("__Host-pushcheck-session=")
        .expect("its name");
    assert_eq!(value.len(), 64);
    assert_ne!(value, good.text("csrf"));
    // Whoever is known and whoever is not: the same answer.
    let (known, unknown) = (sign_in("ada", "wrong").await, sign_in("eve", "wrong").await);
    assert_eq!(known.status, StatusCode::UNAUTHORIZED);
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    assert!(known.headers.get(header::SET_COOKIE).is_none());
}

#[tokio::test]
async fn a_session_is_changed_by_signing_in_and_ends_by_signing_out() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    let shown = desk.ask(&ada, "GET", "/v1/session", None).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(Some(shown.text("csrf")), ada.csrf.as_deref());
    let again = desk
        .ask(&ada, "POST", "/v1/session", credentials("ada", PASSWORD))
        .await;
    let again = again.caller();
    assert_ne!((&again.cookie, &again.csrf), (&ada.cookie, &ada.csrf));
    let status = async |caller: &Caller| desk.ask(caller, "GET", "/v1/session", None).await.status;
    assert_eq!(status(&ada).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&again).await, StatusCode::OK);
    let out = desk.ask(&again, "DELETE", "/v1/session", None).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    let gone = out.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(gone.starts_with("__Host-pushcheck-session=;") && gone.contains("Max-Age=0"));
    assert_eq!(status(&again).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    const HOUR: i64 = 3_600_000;
    let desk = Desk::new().await;
    let ada = desk.first().await;
    let status = async || desk.ask(&ada, "GET", "/v1/session", None).await.status;
    pass(12 * HOUR - 1);
    assert_eq!(status().await, StatusCode::OK, "not yet idle for so long");
    pass(12 * HOUR - 1);
    assert_eq!(status().await, StatusCode::OK, "it was heard of");
    pass(12 * HOUR);
    assert_eq!(status().await, StatusCode::UNAUTHORIZED, "idle");
    let ada = desk
        .ask(
            &Caller::page(),
            "POST",
            "/v1/session",
            credentials("ada", PASSWORD),
        )
        .await
        .caller();
    let status = async || desk.ask(&ada, "GET", "/v1/session", None).await.status;
    for _ in 0..6 * 24 + 23 {
        pass(HOUR);
        assert_eq!(status().await, StatusCode::OK);
    }
    pass(HOUR);
    assert_eq!(status().await, StatusCode::UNAUTHORIZED, "seven days");
}

#[tokio::test]
async fn sessions_end_with_their_password_and_their_user() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    let (bob, id) = desk.user(&ada, "bob", "staff").await;
    let status = async |caller: &Caller| desk.ask(caller, "GET", "/v1/session", None).await.status;
    assert_eq!(status(&bob).await, StatusCode::OK);
    let path = format!("/v1/users/{id}/invitation");
    let invited = desk.ask(&ada, "POST", &path, None).await;
    assert_eq!(invited.status, StatusCode::CREATED);
    assert!(
        invited
            .text("invitation")
            .starts_with("https://staff.example/#invitation=")
    );
    assert_eq!(status(&bob).await, StatusCode::OK, "until it is used");
    let newer = desk.accept(invited.text("invitation"), None).await;
    assert_eq!(status(&bob).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&newer).await, StatusCode::OK);
    let path = format!("/v1/users/{id}");
    let removed = desk.ask(&ada, "DELETE", &path, None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(status(&newer).await, StatusCode::UNAUTHORIZED);
    let again = desk
        .ask(
            &Caller::page(),
            "POST",
            "/v1/session",
            credentials("bob", PASSWORD),
        )
        .await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn whoever_guesses_waits() {
    let desk = Desk::new().await;
    desk.first().await;
    let try_at = async |name: &str, address: u8, password: &str| {
        let caller = Caller {
            address,
            ..Caller::page()
        };
        desk.ask(&caller, "POST", "/v1/session", credentials(name, password))
            .await
    };
    // By name, from everywhere; somebody who is nobody waits as long.
    for name in ["ada", "eve"] {
        for address in 10..15 {
            assert_eq!(
                try_at(name, address, "wrong").await.status,
                StatusCode::UNAUTHORIZED
            );
        }
        let waits = try_at(name, 15, PASSWORD).await;
        assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(waits.headers[header::RETRY_AFTER], "2");
    }
    // By address, whatever the name.
    for n in 0..10 {
        let name = format!("name {n}");
        assert_eq!(
            try_at(&name, 20, "wrong").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    assert_eq!(
        try_at("bob", 20, "wrong").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    pass(1_000);
    assert_eq!(try_at("ada", 30, PASSWORD).await.status, StatusCode::OK);
    // Invitations, too.
    let accept = async |address: u8| {
        let caller = Caller {
            address,
            ..Caller::page()
        };
        let body = json!({ "token": "0".repeat(32), "password": PASSWORD });
        desk.ask(&caller, "POST", "/v1/invitations/accept", Some(body))
            .await
            .status
    };
    for _ in 0..10 {
        assert_eq!(accept(40).await, StatusCode::NOT_FOUND);
    }
    assert_eq!(accept(40).await, StatusCode::TOO_MANY_REQUESTS);
}

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

#[tokio::test]
async fn the_last_admin_stays() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    let users = desk.ask(&ada, "GET", "/v1/users", None).await;
    assert_eq!(users.body["items"][0]["name"], "ada");
    let path = format!(
        "/v1/users/{}",
        users.body["items"][0]["id"].as_str().expect("an id")
    );
    assert_eq!(
        desk.ask(&ada, "DELETE", &path, None).await.status,
        StatusCode::CONFLICT
    );
    // One who has no password yet lets nobody in.
    let new = json!({ "name": "bob", "role": "admin" });
    let made = desk.ask(&ada, "POST", "/v1/users", Some(new.clone())).await;
    assert_eq!(
        desk.ask(&ada, "DELETE", &path, None).await.status,
        StatusCode::CONFLICT
    );
    let taken = json!({ "name": "BOB", "role": "staff" });
    assert_eq!(
        desk.ask(&ada, "POST", "/v1/users", Some(taken))
            .await
            .status,
        StatusCode::CONFLICT
    );
    desk.accept(made.text("invitation"), None).await;
    assert_eq!(
        desk.ask(&ada, "DELETE", &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    let read = json!({ "name": "eve", "role": "read" });
    let eve = desk.ask(&ada, "POST", "/v1/users", Some(read)).await;
    assert_eq!(eve.status, StatusCode::UNAUTHORIZED, "ada is gone");
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
