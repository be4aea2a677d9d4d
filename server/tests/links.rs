//! What support asked for is told to whoever has the link, and to nobody else; what comes back by it is kept before it is
//! acknowledged.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck_server::Place;
use pushcheck_store::link::NewLink;
use pushcheck_store::{Id, Store};
use serde_json::{Value, json};
use support::report::report;
use support::{Answer, Site};

const RUN: &str = "0123456789abcdef0123456789abcdef";

struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("pushcheck-links-{}", Id::new().unwrap())))
    }

    fn place(&self) -> Place {
        Place::Folder(self.0.clone())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_millis()).unwrap()
}

fn new_link() -> NewLink {
    NewLink {
        ticket: "ACME-4711".to_owned(),
        note: "Please run it at your desk.".to_owned(),
        language: Some("ja".to_owned()),
        asked: json!({"required": ["web-socket"], "mode": "quick", "skip": [], "endpoints": []})
            .to_string(),
        starts_itself: true,
        level: "support".to_owned(),
        runs: 1,
        expires_at: now() + 60_000,
        created_by: "ada".to_owned(),
        after_report: None,
        profile: None,
    }
}

/// A site that keeps in that folder, and the same store.
async fn site(folder: &Folder) -> (Site, Store) {
    let place = folder.place();
    let site = Site::start(|config| {
        config.place = place;
        config.organisation = "ACME support".to_owned();
        config.alternate_urls = vec!["https://other.example".parse().unwrap()];
    })
    .await;
    (site, Store::open(&folder.place(), now()).await.unwrap())
}

async fn ask(site: &Site, body: &str) -> Answer {
    site.client().await.post("/v1/link", body).await
}

fn refused(answer: &Answer, status: u16, why: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let told = answer.problem();
    let expected = json!({"type": "about:blank", "title": "this link is not open", "status": status, "field": "link", "link": why});
    assert_eq!(told, expected, "nothing else is told");
}

#[tokio::test]
async fn a_link_tells_what_is_asked_for_and_hears_how_far_it_has_come() {
    let folder = Folder::new();
    let (site, store) = site(&folder).await;
    let link = store.make_link(&new_link(), now()).await.unwrap();
    let answer = ask(&site, &link.token).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    let expected = json!({
        "ticket": "ACME-4711", "from": "ACME support", "note": "Please run it at your desk.", "language": "ja", "start": "itself",
        "test": {"required": ["web-socket"], "mode": "quick", "skip": [], "endpoints": []},
        "level": "support", "expiresAt": link.new.expires_at, "runsLeft": 1, "alternates": ["https://other.example/"], "before": null,
    });
    assert_eq!(told, expected);
    for word in [
        "opened",
        &format!("running {RUN}"),
        &format!("broken-off {RUN}"),
    ] {
        let answer = ask(&site, &format!("{}\n{word}", link.token)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let heard = store.link(&link.id).await.unwrap().unwrap();
    assert!(heard.opened_at.is_some() && heard.begun[0].broken_off_at.is_some());
    // Nothing came of that run: whoever loads the page anew may make it again.
    let answer = ask(&site, &link.token).await;
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status, &told["runsLeft"]), (200, &json!(1)));
}

#[tokio::test]
async fn whoever_loads_the_page_anew_goes_on_and_a_link_is_used_up_when_its_report_is_there() {
    let folder = Folder::new();
    let (site, store) = site(&folder).await;
    let model = report(&site).await;
    let own = model["run"]["id"].as_str().unwrap().to_owned();
    let send = async |token: &str, report: &Value| {
        let body = format!("link {token}\n{report}");
        site.client().await.post("/v1/reports", &body).await
    };
    let word = async |token: &str, word: &str| ask(&site, &format!("{token}\n{word}")).await;
    for names_its_run in [true, false] {
        let link = store.make_link(&new_link(), now()).await.unwrap();
        let token = link.token.as_str();
        assert_eq!(word(token, &format!("running {RUN}")).await.status, 200);
        assert_eq!(word(token, &format!("broken-off {RUN}")).await.status, 200);
        assert_eq!(word(token, "opened").await.status, 200);
        assert_eq!(word(token, &format!("running {own}")).await.status, 200);
        let heard = store.link(&link.id).await.unwrap().unwrap();
        assert_eq!((heard.begun.len(), &heard.begun[0].run), (1, &own));
        let mut report = model.clone();
        if !names_its_run {
            // As the narrowest level leaves it.
            report["run"]["id"] = json!("0".repeat(32));
        }
        let answer = send(token, &report).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        let kept = store
            .report(told["id"].as_str().unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(kept.summary.run.is_some(), names_its_run);
        refused(&ask(&site, token).await, 410, "used-up");
        refused(
            &word(token, &format!("running {RUN}")).await,
            410,
            "used-up",
        );
        let mut other = report.clone();
        other["run"]["durationUs"] = json!(1);
        if names_its_run {
            other["run"]["id"] = json!(RUN);
        }
        refused(&send(token, &other).await, 410, "used-up");
        assert_eq!(
            send(token, &report).await.body,
            answer.body,
            "it is asked about again"
        );
        assert!(
            store
                .delete_report(told["id"].as_str().unwrap())
                .await
                .unwrap()
        );
        refused(&ask(&site, token).await, 410, "used-up");
    }
}

#[tokio::test]
async fn a_link_that_is_not_open_tells_nothing() {
    let folder = Folder::new();
    let (site, store) = site(&folder).await;
    let report = report(&site).await.to_string();
    let link = async |new: NewLink| store.make_link(&new, now()).await.unwrap();
    let expired = link(NewLink {
        expires_at: now() - 1,
        ..new_link()
    })
    .await
    .token;
    let revoked = link(new_link()).await;
    store.revoke_link(&revoked.id, now()).await.unwrap();
    let unknown = Id::new().unwrap().to_string();
    for (token, status, why) in [
        (expired.as_str(), 410, "expired"),
        (&revoked.token, 410, "revoked"),
        (&unknown, 404, "unknown"),
        (&unknown[1..], 400, "malformed"),
        (&unknown.to_uppercase(), 400, "malformed"),
        ("", 400, "malformed"),
    ] {
        refused(&ask(&site, token).await, status, why);
        let body = format!("link {token}\n{report}");
        let sent = site.client().await.post("/v1/reports", &body).await;
        refused(&sent, status, why);
    }
    assert_eq!(store.bytes().await.unwrap(), 0, "nothing was kept");
    let answer = ask(&site, &format!("{unknown}\nhello")).await;
    assert_eq!(
        (answer.status, &answer.problem()["field"]),
        (400, &json!("word"))
    );
    let long = site.client().await.post("/v1/link", &"x".repeat(129)).await;
    long.is_refused(413, "size");
}

#[tokio::test]
async fn nothing_starts_by_itself_against_an_endpoint() {
    let folder = Folder::new();
    let (site, store) = site(&folder).await;
    let asked =
        json!({"endpoints": [{"method": "web-socket", "url": "wss://app.example/"}]}).to_string();
    let link = store
        .make_link(
            &NewLink {
                asked,
                ..new_link()
            },
            now(),
        )
        .await
        .unwrap();
    let told: Value = serde_json::from_slice(&ask(&site, &link.token).await.body).unwrap();
    assert_eq!(
        (&told["start"], &told["test"]["endpoints"][0]["url"]),
        (&json!("click"), &json!("wss://app.example/"))
    );
}

#[tokio::test]
async fn a_report_by_a_link_is_kept_with_what_the_server_saw() {
    let folder = Folder::new();
    let (site, store) = site(&folder).await;
    let link = store.make_link(&new_link(), now()).await.unwrap();
    let report = report(&site).await;
    let body = format!("link {}\n{report}", link.token);
    // Whoever sends it: the token is enough.
    let mut client = site.client().await;
    client
        .send(format!(
            "POST /v1/reports HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await;
    let answer = client.answer().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    let id = told["id"].as_str().unwrap();
    assert_eq!(
        store.bodies(id).await.unwrap()[0].bytes,
        report.to_string().as_bytes()
    );
    let kept = store.report(id).await.unwrap().unwrap();
    assert_eq!(
        (kept.ticket.as_deref(), kept.source.as_str()),
        (Some("ACME-4711"), "link")
    );
    let ledger: Value = serde_json::from_str(&store.ledger(id).await.unwrap().unwrap()).unwrap();
    assert_eq!(ledger["sightings"][0]["probe"], "poll");
    let again = site.client().await.post("/v1/reports", &body).await;
    assert_eq!(
        (
            again.status,
            serde_json::from_slice::<Value>(&again.body).unwrap()
        ),
        (201, told)
    );
}

#[tokio::test]
async fn a_check_that_is_repeated_names_the_report_before() {
    let folder = Folder::new();
    let (site, store) = site(&folder).await;
    let report = report(&site).await.to_string();
    let sent = site.client().await.post("/v1/reports", &report).await;
    let sent: Value = serde_json::from_slice(&sent.body).unwrap();
    let again = NewLink {
        after_report: Some(sent["id"].as_str().unwrap().to_owned()),
        ..new_link()
    };
    let link = store.make_link(&again, now()).await.unwrap();
    let told: Value = serde_json::from_slice(&ask(&site, &link.token).await.body).unwrap();
    assert_eq!(told["before"], sent["number"]);
    store
        .delete_report(sent["id"].as_str().unwrap())
        .await
        .unwrap();
    let told: Value = serde_json::from_slice(&ask(&site, &link.token).await.body).unwrap();
    assert_eq!(told["before"], Value::Null);
}

#[tokio::test]
async fn a_report_that_is_too_long_is_not_kept_whatever_stands_before_it() {
    let folder = Folder::new();
    let place = folder.place();
    let site = Site::start(|config| {
        config.place = place;
        config.limits.report_bytes = 20_000;
    })
    .await;
    let store = Store::open(&folder.place(), now()).await.unwrap();
    let link = store.make_link(&new_link(), now()).await.unwrap();
    let report = report(&site).await.to_string();
    let long = |bytes: usize| format!("{report}{}", " ".repeat(bytes - report.len()));
    let line = format!("link {}\n", link.token);
    // The room for the line is not the report's.
    for (before, bytes, status) in [
        ("", 20_001, 413),
        (&line, 20_001, 413),
        (&line, 20_000, 201),
    ] {
        let body = format!("{before}{}", long(bytes));
        let answer = site.client().await.post("/v1/reports", &body).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}

#[tokio::test]
async fn without_a_link_only_known_pages_report() {
    let folder = Folder::new();
    let (site, store) = site(&folder).await;
    let report = report(&site).await.to_string();
    for origin in ["", "Origin: https://evil.example\r\n", "Origin: null\r\n"] {
        let mut client = site.client().await;
        client
            .send(format!(
                "POST /v1/reports HTTP/1.1\r\nHost: probe.test\r\n{origin}Content-Length: {}\r\n\r\n{report}",
                report.len()
            ))
            .await;
        client.answer().await.is_refused(403, "origin");
    }
    assert_eq!(store.bytes().await.unwrap(), 0);
    assert_eq!(
        site.client()
            .await
            .post("/v1/reports", &report)
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_full_store_takes_no_more_and_loses_nothing() {
    let folder = Folder::new();
    let place = folder.place();
    let model = report(&Site::plain().await).await;
    let bytes = model.to_string().len() as u64;
    let site = Site::start(|config| {
        config.place = place;
        config.limits.reports_bytes = 2 * bytes + 2;
    })
    .await;
    let store = Store::open(&folder.place(), now()).await.unwrap();
    let send = async |n: u8| {
        let mut report = model.clone();
        report["run"]["id"] = json!(format!("{n:032x}"));
        let answer = site
            .client()
            .await
            .post("/v1/reports", &report.to_string())
            .await;
        (report.to_string(), answer)
    };
    let mut kept = Vec::new();
    for n in 1..=2 {
        let (report, answer) = send(n).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        kept.push((told["id"].as_str().unwrap().to_owned(), report));
    }
    // It counts what it takes: not only when it looks how much there is. Of what nobody asked for it keeps half as much.
    for n in 3..=4 {
        send(n).await.1.is_refused(503, "count");
    }
    assert_eq!(store.count_reports().await.unwrap(), 2);
    let link = store.make_link(&new_link(), now()).await.unwrap();
    let asked = format!("link {}\n{model}", link.token);
    let answer = site.client().await.post("/v1/reports", &asked).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    for (id, report) in kept {
        let bodies = store.bodies(&id).await.unwrap();
        assert_eq!(bodies[0].bytes, report.as_bytes());
    }
}
