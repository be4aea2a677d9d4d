//! A listener with nobody behind it, for tests.

use std::cell::Cell;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use pushcheck_store::{Ms, Place, Store};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{Config, File, first_start, router};

/// Where tests reach it.
pub(crate) const ORIGIN: &str = "https://staff.example";

/// A password that holds.
pub(crate) const PASSWORD: &str = "correct horse battery";

thread_local! {
    static NOW: Cell<Ms> = const { Cell::new(1_790_000_000_000) };
}

/// The time of this test, which is alone on its thread.
pub(crate) fn now() -> Ms {
    NOW.get()
}

/// Lets time pass.
pub(crate) fn pass(ms: Ms) {
    NOW.set(NOW.get() + ms);
}

/// A listener.
pub(crate) struct Desk {
    pub(crate) config: Config,
    router: Router,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// Somebody who asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub(crate) cookie: Option<String>,
    pub(crate) csrf: Option<String>,
    pub(crate) bearer: Option<String>,
    pub(crate) address: u8,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Caller {
    /// With one more header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            self.headers.push((name, value.to_owned()));
        }
        self
    }

    /// A page of the origin, not signed in.
    pub(crate) fn page() -> Self {
        Self::default()
            .with("host", "staff.example")
            .with("origin", ORIGIN)
    }

    /// A program with a token.
    pub(crate) fn program(token: &str) -> Self {
        Self {
            bearer: Some(token.to_owned()),
            ..Self::default().with("host", "staff.example")
        }
    }
}

impl Desk {
    /// Open, with nobody's name known.
    pub(crate) async fn new() -> Self {
        let store = Store::open(&Place::Memory, now()).await.expect("a store");
        Self::on(store)
    }

    /// Open on that store.
    pub(crate) fn on(store: Store) -> Self {
        let config = Config {
            store,
            origin: ORIGIN.to_owned(),
            organisation: "ACME support".to_owned(),
            public_urls: vec!["https://check.example/".to_owned()],
            alternate_urls: Vec::new(),
            allow_endpoints: Vec::new(),
            allow_private_webhooks: false,
            files: Arc::new(|name| {
                (name == "staff/index.html").then(|| File {
                    media_type: "text/html; charset=utf-8",
                    bytes: b"<!doctype html>".to_vec(),
                })
            }),
            ledgers: Arc::new(|_| Box::pin(async { None })),
            now,
        };
        Self::of(config)
    }

    /// Open with those settings.
    pub(crate) fn of(config: Config) -> Self {
        Self {
            router: router(config.clone()),
            config,
        }
    }

    /// Asks.
    pub(crate) async fn ask(
        &self,
        caller: &Caller,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let method: Method = method.parse().expect("a method");
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &caller.headers {
            request = request.header(*name, value);
        }
        if let Some(cookie) = &caller.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(csrf) = &caller.csrf {
            request = request.header("pushcheck-csrf", csrf);
        }
        if let Some(bearer) = &caller.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        request = request.extension(crate::Source([192, 0, 2, caller.address].into()));
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).expect("a request");
        let answer = self.router.clone().oneshot(request).await;
        let (parts, body) = answer.expect("an answer").into_parts();
        let body = body.collect().await.expect("a whole one").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        }
    }

    /// Signed in as the first user, `ada`.
    pub(crate) async fn first(&self) -> Caller {
        let invitation = first_start(&self.config.store, now()).await;
        let invitation = invitation.expect("the store").expect("nobody yet");
        self.accept(&invitation.to_string(), Some("ada")).await
    }

    /// Signed in by an invitation, or its address.
    pub(crate) async fn accept(&self, invitation: &str, name: Option<&str>) -> Caller {
        let token = invitation.rsplit('=').next().expect("a token");
        let body = json!({ "token": token, "name": name, "password": PASSWORD });
        let answer = self
            .ask(
                &Caller::page(),
                "POST",
                "/v1/invitations/accept",
                Some(body),
            )
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.caller()
    }

    /// Another user of that role, made by an admin; and their id.
    pub(crate) async fn user(&self, admin: &Caller, name: &str, role: &str) -> (Caller, String) {
        let new = json!({ "name": name, "role": role });
        let made = self.ask(admin, "POST", "/v1/users", Some(new)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        let caller = self.accept(made.text("invitation"), None).await;
        (caller, made.text("id").to_owned())
    }

    /// A token of that scope, good for a day.
    pub(crate) async fn token(&self, admin: &Caller, scope: &str) -> Answer {
        let new = json!({ "name": "robot", "scope": scope, "expiresAt": now() + 86_400_000 });
        let made = self.ask(admin, "POST", "/v1/tokens", Some(new)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        made
    }
}

impl Answer {
    /// A member's text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    /// The cookie that was set, as it is sent back.
    pub(crate) fn cookie(&self) -> Option<String> {
        let set = self.headers.get(header::SET_COOKIE)?.to_str().ok()?;
        set.split(';').next().map(ToOwned::to_owned)
    }

    /// Whoever is signed in by it.
    pub(crate) fn caller(&self) -> Caller {
        Caller {
            cookie: self.cookie(),
            csrf: Some(self.text("csrf").to_owned()),
            ..Caller::page()
        }
    }
}
