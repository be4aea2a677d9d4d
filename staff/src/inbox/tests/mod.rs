//! Each route, on a store in memory.

mod exports;
mod figures;
mod imports;
mod links;
mod live;
mod marks;
mod profiles;
mod reports;

use std::cell::Cell;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::{Extension, Router};
use http_body_util::BodyExt;
use pushcheck_store::report::NewReport;
use pushcheck_store::summary::Summary;
use pushcheck_store::{Id, Ms, Place, Store};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{App, Config, Role, Who};

/// Wednesday, 2025-11-26 12:00 UTC.
const NOON: Ms = 1_764_158_400_000;

thread_local! {
    static NOW: Cell<Ms> = const { Cell::new(NOON) };
}

/// The inbox of somebody.
struct Stage {
    store: Store,
    app: App,
}

/// What was answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }

    /// The pointers of a problem.
    fn pointers(&self) -> Vec<String> {
        assert_eq!(self.status, 422);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let said = self.json();
        let errors = said["errors"].as_array().expect("errors");
        let all = errors.iter().map(|one| one["pointer"].as_str());
        all.map(|one| one.expect("a pointer").to_owned()).collect()
    }
}

impl Stage {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        NOW.set(NOON);
        let store = Store::open(&Place::Memory, NOON).await.expect("a store");
        let mut config = Config {
            store: store.clone(),
            origin: "https://staff.example".to_owned(),
            organisation: "ACME support".to_owned(),
            public_urls: vec!["https://check.example/".to_owned()],
            alternate_urls: vec!["https://other.example/check/".to_owned()],
            allow_endpoints: ["wss", "https"]
                .map(|scheme| format!("{scheme}://app.example"))
                .to_vec(),
            files: Arc::new(|_| None),
            ledgers: Arc::new(|_| Box::pin(async { None })),
            allow_private_webhooks: false,
            now: || NOW.get(),
        };
        change(&mut config);
        let app = App::of(config);
        Self { store, app }
    }

    fn router(&self, role: Option<Role>) -> Router {
        let (router, _) = super::router().split_for_parts();
        let router = router.with_state(self.app.clone());
        match role {
            None => router,
            Some(role) => router.layer(Extension(Who {
                id: "1".to_owned(),
                name: "ada".to_owned(),
                role,
            })),
        }
    }

    async fn ask_as(
        &self,
        role: Option<Role>,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = match body {
            Some(_) => request.header("content-type", "application/json"),
            None => request,
        };
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).expect("a request");
        let answer = self.router(role).oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: body.collect().await.expect("a body").to_bytes().to_vec(),
        }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.ask_as(Some(Role::Staff), method, path, body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None).await
    }

    /// A report came; its id.
    async fn arrives(&self, report: &Value, token: Option<&str>) -> String {
        let bytes = report.to_string().into_bytes();
        self.keep(&bytes, true, token).await
    }

    async fn keep(&self, bytes: &[u8], intact: bool, token: Option<&str>) -> String {
        let new = NewReport {
            body: bytes,
            summary: serde_json::from_slice(bytes)
                .map(|report| Summary::of(&report))
                .unwrap_or_default(),
            source: if token.is_some() { "link" } else { "page" },
            intact,
            ticket: None,
            language: None,
            ledger: Some(r#"{"complete":true}"#),
        };
        let token: Option<Id> = token.map(|token| token.parse().expect("a token"));
        let kept = self.store.keep_report(&new, token.as_ref(), NOW.get());
        kept.await.expect("kept").expect("open").id
    }
}

/// What counts as a report here.
fn report(n: u32, cause: Option<&str>) -> Value {
    let finding = |code| json!({"id": "f1", "code": code, "method": "web-socket", "place": "cut", "strength": "likely", "severity": "blocking", "foldedUnder": null});
    json!({
        "schema": 1,
        "run": {"id": format!("{n:032x}"), "startedAt": 5},
        "result": cause.map_or("passed", |_| "warning"),
        "surroundings": {"engine": {"family": "gecko", "version": 140}, "language": "ja"},
        "methods": [
            {"method": "polling", "verdict": "passed"},
            {"method": "web-socket", "verdict": cause.map_or("passed", |_| "failed")},
        ],
        "findings": cause.map(finding).into_iter().collect::<Vec<_>>(),
    })
}

/// Nobody gets nothing; who may only read changes nothing.
#[tokio::test]
async fn every_route_asks_who_it_is() {
    let stage = Stage::new().await;
    let id = stage.arrives(&report(1, None), None).await;
    let routes = [
        ("GET", "/v1/links".to_owned()),
        ("POST", "/v1/links".to_owned()),
        ("GET", format!("/v1/links/{id}")),
        ("DELETE", format!("/v1/links/{id}")),
        ("GET", "/v1/reports".to_owned()),
        ("GET", format!("/v1/reports/{id}")),
        ("GET", format!("/v1/reports/{id}/raw")),
        ("DELETE", format!("/v1/reports/{id}")),
        ("GET", format!("/v1/reports/{id}/case")),
        ("GET", "/v1/reports.csv".to_owned()),
        ("POST", "/v1/reports/import".to_owned()),
        ("PUT", format!("/v1/reports/{id}/marks/f1")),
        ("DELETE", format!("/v1/reports/{id}/marks/f1")),
        ("GET", "/v1/figures".to_owned()),
        ("GET", "/v1/profiles".to_owned()),
        ("POST", "/v1/profiles".to_owned()),
        ("GET", format!("/v1/profiles/{id}")),
        ("PUT", format!("/v1/profiles/{id}")),
        ("DELETE", format!("/v1/profiles/{id}")),
        ("GET", "/v1/live".to_owned()),
        ("GET", "/v1/changes".to_owned()),
    ];
    for (method, path) in &routes {
        let nobody = stage.ask_as(None, method, path, Some(json!({}))).await;
        assert_eq!(nobody.status, 401, "{method} {path}");
        if *method != "GET" {
            let reader = stage.ask_as(Some(Role::Read), method, path, Some(json!({})));
            assert_eq!(reader.await.status, 403, "{method} {path}");
        }
    }
    let document = super::router().into_openapi();
    let count = document.paths.paths.values().map(|path| {
        let all = [&path.get, &path.post, &path.put, &path.delete];
        all.into_iter().flatten().count()
    });
    assert_eq!(
        count.sum::<usize>(),
        routes.len(),
        "each route is asked here"
    );
}
