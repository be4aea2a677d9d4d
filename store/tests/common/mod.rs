//! A store of each engine.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each file of tests uses some of it"
)]

use std::path::PathBuf;

use pushcheck_postgres::Postgres;
use pushcheck_store::link::NewLink;
use pushcheck_store::report::NewReport;
use pushcheck_store::summary::Summary;
use pushcheck_store::{Id, Place, Store};

/// Runs a test on a new store of each engine.
pub async fn each(test: impl AsyncFn(Store)) {
    let folder = folder("each");
    let server = Postgres::shared().expect("a PostgreSQL");
    let database = server.database().expect("a database");
    for place in [
        Place::Memory,
        Place::Folder(folder.clone()),
        Place::Postgres(database),
    ] {
        let store = Store::open(&place, 1).await.expect("a store opens");
        test(store.clone()).await;
        store.close().await;
    }
    std::fs::remove_dir_all(folder).expect("removed");
}

/// A folder that nobody has.
pub fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!(
        "pushcheck-store-{name}-{}",
        Id::new().expect("an id")
    ))
}

/// What counts as a report here.
pub fn report(n: u8) -> Vec<u8> {
    format!("{{\"run\":{{\"id\":\"{n:032x}\",\"startedAt\":5}},\"result\":\"passed\"}}")
        .into_bytes()
}

/// A link for two runs, open until 1000.
pub fn new_link() -> NewLink {
    NewLink {
        ticket: "ACME-4711".to_owned(),
        note: String::new(),
        language: Some("ja".to_owned()),
        asked: "{}".to_owned(),
        starts_itself: false,
        level: "support".to_owned(),
        runs: 2,
        expires_at: 1_000,
        created_by: "ada".to_owned(),
        after_report: None,
        profile: None,
    }
}

/// A report from the page, of that text.
pub fn of_page(body: &[u8]) -> NewReport<'_> {
    NewReport {
        body,
        summary: serde_json::from_slice(body)
            .map(|body| Summary::of(&body))
            .unwrap_or_default(),
        source: "page",
        intact: true,
        ticket: None,
        language: None,
        ledger: None,
    }
}
