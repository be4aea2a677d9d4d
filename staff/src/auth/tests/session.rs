//! Passwords, sessions, invitations, and what a request has to be.

use axum::http::{StatusCode, header};
use serde_json::json;

use crate::first_start;
use crate::testing::{Caller, Desk, PASSWORD, now, pass};

pub(super) fn credentials(name: &str, password: &str) -> Option<serde_json::Value> {
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
