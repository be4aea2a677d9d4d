//! Roles, tokens, the audit list, and what is kept of secrets.

use axum::http::StatusCode;
use pushcheck_store::Digest;
use serde_json::json;

use crate::testing::{Caller, Desk, PASSWORD, now, pass};

const DAY: i64 = 86_400_000;

/// Every route that only admins have, with a body that is good.
fn admin_routes() -> Vec<(&'static str, String, Option<serde_json::Value>)> {
    let id = "0".repeat(32);
    vec![
        ("GET", "/v1/users".to_owned(), None),
        (
            "POST",
            "/v1/users".to_owned(),
            Some(json!({ "name": "x", "role": "staff" })),
        ),
        ("POST", format!("/v1/users/{id}/invitation"), None),
        ("DELETE", format!("/v1/users/{id}"), None),
        ("GET", "/v1/tokens".to_owned(), None),
        (
            "POST",
            "/v1/tokens".to_owned(),
            Some(json!({ "name": "x", "scope": "read", "expiresAt": now() + DAY })),
        ),
        ("DELETE", format!("/v1/tokens/{id}"), None),
        ("GET", "/v1/audit".to_owned(), None),
        ("GET", "/v1/webhooks".to_owned(), None),
        (
            "POST",
            "/v1/webhooks".to_owned(),
            Some(json!({ "url": "https://hooks.example/" })),
        ),
        ("DELETE", format!("/v1/webhooks/{id}"), None),
        ("POST", format!("/v1/webhooks/{id}/test"), None),
    ]
}

#[tokio::test]
async fn what_is_for_admins_is_for_nobody_else() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    let (bob, _) = desk.user(&ada, "bob", "staff").await;
    let mut callers = vec![
        ("nobody", Caller::page(), StatusCode::UNAUTHORIZED),
        ("staff", bob, StatusCode::FORBIDDEN),
    ];
    for scope in ["read", "write"] {
        let token = desk.token(&ada, scope).await;
        callers.push((
            scope,
            Caller::program(token.text("token")),
            StatusCode::FORBIDDEN,
        ));
    }
    let token = desk.token(&ada, "admin").await;
    let admins = [ada, Caller::program(token.text("token"))];
    for (method, path, body) in admin_routes() {
        for (who, caller, status) in &callers {
            let answer = desk.ask(caller, method, &path, body.clone()).await;
            assert_eq!(answer.status, *status, "{who}: {method} {path}");
        }
        for admin in &admins {
            let answer = desk.ask(admin, method, &path, body.clone()).await.status;
            assert!(
                answer.is_success()
                    || answer == StatusCode::NOT_FOUND
                    || answer == StatusCode::CONFLICT,
                "{method} {path}: {answer}"
            );
        }
    }
    // The list here is the document's.
    let document = desk
        .ask(&admins[0], "GET", "/openapi.json", None)
        .await
        .body;
    let id = "0".repeat(32);
    let documented = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, item)| {
            let path = path.replace("{id}", &id);
            item.as_object()
                .expect("operations")
                .iter()
                .filter(|(_, operation)| operation["tags"] == json!(["admin"]))
                .map(move |(method, _)| (method.to_uppercase(), path.clone()))
        });
    let mut documented: Vec<_> = documented.collect();
    let mut tried: Vec<_> = admin_routes()
        .into_iter()
        .map(|(method, path, _)| (method.to_owned(), path))
        .collect();
    documented.sort();
    tried.sort();
    assert_eq!(tried, documented);
}

#[tokio::test]
async fn a_token_needs_neither_cookie_nor_csrf_and_uses_none() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    let read = desk.token(&ada, "read").await;
    let admin = desk.token(&ada, "admin").await;
    let secret = admin.text("token");
    assert!(
        secret.starts_with("pct_") && secret.len() == 4 + 64,
        "{secret}"
    );
    let robot = Caller::program(secret);
    let shown = desk.ask(&robot, "GET", "/v1/session", None).await;
    assert_eq!((shown.text("name"), shown.text("role")), ("robot", "admin"));
    assert_eq!(shown.body["csrf"], json!(null));
    let new = || Some(json!({ "name": format!("user {}", now()), "role": "staff" }));
    assert_eq!(
        desk.ask(&robot, "POST", "/v1/users", new()).await.status,
        StatusCode::CREATED
    );
    // An admin's cookie beside it adds nothing.
    let both = Caller {
        bearer: Some(read.text("token").to_owned()),
        ..ada.clone()
    };
    assert_eq!(
        desk.ask(&both, "GET", "/v1/users", None).await.status,
        StatusCode::FORBIDDEN
    );
    for wrong in [
        "pct_",
        "",
        &"0".repeat(68),
        &format!("pct_{}", "0".repeat(64)),
        &secret[..67],
    ] {
        let wrong = Caller {
            bearer: Some(wrong.to_owned()),
            ..ada.clone()
        };
        let answer = desk.ask(&wrong, "GET", "/v1/session", None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
    }
    let basic = Caller {
        bearer: None,
        ..ada.clone()
    }
    .with("authorization", "Basic YTpi");
    assert_eq!(
        desk.ask(&basic, "GET", "/v1/session", None).await.status,
        StatusCode::UNAUTHORIZED
    );
    let read = Caller::program(read.text("token"));
    assert_eq!(
        desk.ask(&read, "GET", "/v1/session", None).await.status,
        StatusCode::OK
    );
    assert_eq!(
        desk.ask(&read, "DELETE", "/v1/session", None).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        desk.ask(&robot, "DELETE", "/v1/session", None).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_token_ends_when_it_says_and_when_it_is_removed() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    let (one, two) = (
        desk.token(&ada, "read").await,
        desk.token(&ada, "write").await,
    );
    let status = async |token: &str| {
        desk.ask(&Caller::program(token), "GET", "/v1/session", None)
            .await
            .status
    };
    pass(5);
    assert_eq!(status(one.text("token")).await, StatusCode::OK);
    let listed = desk.ask(&ada, "GET", "/v1/tokens", None).await;
    let items = listed.body["items"].as_array().expect("tokens");
    let used: Vec<_> = items
        .iter()
        .filter(|token| token["usedAt"] == json!(now()))
        .collect();
    assert_eq!(used.len(), 1);
    assert_eq!(
        (&used[0]["id"], &used[0]["scope"], &used[0]["createdBy"]),
        (&json!(one.text("id")), &json!("read"), &json!("ada"))
    );
    let path = format!("/v1/tokens/{}", two.text("id"));
    assert_eq!(status(two.text("token")).await, StatusCode::OK);
    assert_eq!(
        desk.ask(&ada, "DELETE", &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        desk.ask(&ada, "DELETE", &path, None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(status(two.text("token")).await, StatusCode::UNAUTHORIZED);
    pass(DAY - 6);
    assert_eq!(status(one.text("token")).await, StatusCode::OK);
    pass(1);
    assert_eq!(status(one.text("token")).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_told_with_its_place() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    for (path, body, pointer) in [
        (
            "/v1/tokens",
            json!({ "name": "x", "scope": "read", "expiresAt": now() }),
            "/expiresAt",
        ),
        (
            "/v1/tokens",
            json!({ "name": "x", "scope": "read", "expiresAt": now() + 732 * DAY }),
            "/expiresAt",
        ),
        (
            "/v1/tokens",
            json!({ "name": "x", "scope": "root", "expiresAt": now() + 1 }),
            "/scope",
        ),
        (
            "/v1/tokens",
            json!({ "name": " ", "scope": "read", "expiresAt": now() + 1 }),
            "/name",
        ),
        (
            "/v1/users",
            json!({ "name": "x".repeat(81), "role": "staff" }),
            "/name",
        ),
        (
            "/v1/users",
            json!({ "name": "a\nb", "role": "staff" }),
            "/name",
        ),
        ("/v1/users", json!({ "name": "x", "role": "read" }), "/role"),
        ("/v1/users", json!({ "name": "x", "role": "root" }), "/role"),
        (
            "/v1/users",
            json!({ "name": "x", "role": "staff", "id": "x" }),
            "/id",
        ),
    ] {
        let answer = desk.ask(&ada, "POST", path, Some(body.clone())).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{body}");
    }
    for query in ["limit=0", "limit=201", "limit=x", "before=x", "before=1-x"] {
        let answer = desk
            .ask(&ada, "GET", &format!("/v1/audit?{query}"), None)
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        let (name, _) = query.split_once('=').expect("a name");
        let pointer = answer.body["errors"][0]["pointer"].as_str();
        assert_eq!(pointer, Some(format!("/{name}").as_str()));
    }
    let twice = desk
        .ask(&ada, "GET", "/v1/audit?limit=1&limit=1", None)
        .await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_list_tells_who_did_what() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    pass(1);
    let (_, id) = desk.user(&ada, "bob", "staff").await;
    pass(1);
    let long = "<b>".repeat(100);
    let body = json!({ "name": long, "password": PASSWORD });
    desk.ask(&Caller::page(), "POST", "/v1/session", Some(body))
        .await;
    pass(1);
    desk.ask(&ada, "DELETE", &format!("/v1/users/{id}"), None)
        .await;
    pass(1);
    let token = desk.token(&ada, "admin").await;
    pass(1);
    desk.ask(
        &Caller::program(token.text("token")),
        "DELETE",
        &format!("/v1/tokens/{}", token.text("id")),
        None,
    )
    .await;
    pass(1);
    desk.ask(&ada, "DELETE", "/v1/session", None).await;
    let all = desk.config.store.audit(None, 100).await.expect("the list");
    let told: Vec<_> = all
        .iter()
        .map(|entry| (entry.who.as_str(), entry.what.as_str(), entry.on.as_str()))
        .collect();
    let clipped = format!("{} from 192.0.2.0", &long[..40]);
    for expected in [
        ("ada", "signed-in", ""),
        ("ada", "user-made", "bob"),
        ("bob", "password-set", id.as_str()),
        ("", "sign-in-failed", clipped.as_str()),
        ("ada", "user-removed", "bob"),
        ("ada", "token-made", "robot"),
        ("robot", "token-removed", "robot"),
        ("ada", "signed-out", ""),
    ] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    // By pieces it is the same list.
    let ada = desk
        .ask(
            &Caller::page(),
            "POST",
            "/v1/session",
            Some(json!({ "name": "ada", "password": PASSWORD })),
        )
        .await
        .caller();
    let (mut ids, mut next) = (Vec::new(), String::new());
    loop {
        let piece = desk
            .ask(&ada, "GET", &format!("/v1/audit?limit=3{next}"), None)
            .await;
        assert_eq!(piece.status, StatusCode::OK);
        let items = piece.body["items"].as_array().expect("items");
        assert!(items.len() <= 3);
        ids.extend(items.iter().map(|item| item["id"].clone()));
        match piece.body["next"].as_str() {
            Some(cursor) => next = format!("&before={cursor}"),
            None => break,
        }
    }
    let whole = desk.ask(&ada, "GET", "/v1/audit?limit=200", None).await;
    let whole: Vec<_> = whole.body["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["id"].clone())
        .collect();
    assert_eq!(ids.len(), told.len() + 1);
    assert_eq!(ids, whole);
    let store = &desk.config.store;
    assert_eq!(
        store.forget_audit(now()).await.expect("forgot"),
        told.len() as u64 - 1
    );
}

#[tokio::test]
async fn no_secret_is_in_the_file() {
    let folder = std::env::temp_dir().join(format!(
        "pushcheck-staff-{}",
        pushcheck_store::Id::new().expect("an id")
    ));
    let place = pushcheck_store::Place::Folder(folder.clone());
    let store = pushcheck_store::Store::open(&place, now())
        .await
        .expect("a store");
    let desk = Desk::on(store.clone());
    let ada = desk.first().await;
    let token = desk.token(&ada, "admin").await;
    let new = json!({ "name": "bob", "role": "staff" });
    let invited = desk.ask(&ada, "POST", "/v1/users", Some(new)).await;
    let invitation = invited
        .text("invitation")
        .rsplit('=')
        .next()
        .expect("a token")
        .to_owned();
    let cookie = ada
        .cookie
        .as_deref()
        .and_then(|cookie| cookie.split_once('='))
        .expect("a cookie")
        .1
        .to_owned();
    store.close().await;
    let mut kept = Vec::new();
    for file in std::fs::read_dir(&folder).expect("a folder") {
        kept.extend(std::fs::read(file.expect("a file").path()).expect("read"));
    }
    std::fs::remove_dir_all(&folder).expect("removed");
    let has = |text: &str| {
        kept.windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    for secret in [
        PASSWORD,
        &cookie,
        token.text("token"),
        &token.text("token")[4..],
        &invitation,
    ] {
        assert!(!has(secret), "{secret}");
    }
    for secret in [cookie.as_str(), token.text("token"), &invitation] {
        assert!(
            has(Digest::of(secret).as_str()),
            "the search finds what is there"
        );
    }
    assert!(has("$argon2id$v=19$m=19456,t=2,p=1$"));
}
