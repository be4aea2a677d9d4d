//! A report that one page leaves for another: only the run's key opens it, and it does not stay.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use pushcheck::wire::Key;
use serde_json::{Value, json};
use support::report::report;
use support::{Answer, Site, key};

async fn post(site: &Site, run: &Key, body: &str) -> Answer {
    let path = format!("/v1/runs/{}/offer", run.run());
    let answer = site.client().await.post(&path, body).await;
    assert!(answer.header("pushcheck-answer").is_some());
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer
}

async fn leave(site: &Site, run: &Key, report: &str) -> Answer {
    post(site, run, &format!("{}\n{report}", run.to_body())).await
}

async fn read(site: &Site, run: &Key) -> Answer {
    post(site, run, &run.to_body()).await
}

/// The report with so many bytes, of which the last are blank.
fn long(report: &Value, bytes: usize) -> String {
    let report = report.to_string();
    let blank = " ".repeat(bytes - report.len());
    report + &blank
}

#[tokio::test]
async fn what_was_left_is_read_with_the_key_and_what_comes_later_takes_its_place() {
    let site = Site::plain().await;
    let mut report = report(&site).await;
    let none = read(&site, &key(1)).await;
    assert_eq!((none.status, none.body.len()), (204, 0));
    let first = report.to_string();
    assert_eq!(leave(&site, &key(1), &first).await.status, 201);
    let told = read(&site, &key(1)).await;
    assert_eq!((told.status, told.text()), (200, first));
    assert_eq!(told.header("content-type"), Some("application/json"));
    report["run"]["durationUs"] = json!(7);
    let second = report.to_string();
    assert_eq!(leave(&site, &key(1), &second).await.status, 201);
    assert_eq!(read(&site, &key(1)).await.text(), second);
    let lined = post(&site, &key(1), &format!("{}\r\n", key(1).to_body())).await;
    assert_eq!((lined.status, lined.text()), (200, second));
    assert_eq!(read(&site, &key(2)).await.status, 204, "another run's");
}

#[tokio::test]
async fn a_wrong_key_neither_reads_nor_writes_and_learns_nothing() {
    let site = Site::plain().await;
    let report = report(&site).await.to_string();
    let mut answers = Vec::new();
    for _ in 0..2 {
        for body in [key(2).to_body(), format!("{}\n{report}", key(2).to_body())] {
            answers.push(post(&site, &key(1), &body).await);
        }
        leave(&site, &key(1), &report).await;
    }
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (403, &answers[0].body));
        assert_eq!(answer.problem()["field"], "key");
    }
    assert_eq!(read(&site, &key(1)).await.text(), report);
    for body in [
        "",
        "\n",
        "nonsense",
        &report,
        &key(0xab).to_body().to_uppercase(),
    ] {
        let answer = post(&site, &key(1), body).await;
        assert_eq!(
            (answer.status, &answer.problem()["field"]),
            (400, &"key".into()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn only_reports_are_left_and_none_that_is_too_large() {
    let site = Site::plain().await;
    let report = report(&site).await;
    for (body, places) in [
        ("{", Value::Null),
        ("[1]", json!([""])),
        (
            &report.to_string().replace("\"polling\"", "\"pulling\""),
            json!(["/methods/0/method"]),
        ),
    ] {
        let answer = leave(&site, &key(1), body).await;
        assert_eq!((answer.status, &answer.problem()["places"]), (400, &places));
        assert_eq!(answer.problem()["field"], "report");
    }
    for bytes in [60_001, 61_000, 1_000_000] {
        let answer = leave(&site, &key(1), &long(&report, bytes)).await;
        answer.is_refused(413, "size");
    }
    assert_eq!(read(&site, &key(1)).await.status, 204);
    let most = long(&report, 60_000);
    assert_eq!(leave(&site, &key(1), &most).await.status, 201);
    assert_eq!(read(&site, &key(1)).await.text(), most);
}

#[tokio::test]
async fn few_are_kept_and_what_is_not_read_is_forgotten() {
    let site = Site::start(|config| {
        config.limits.source_offers = 2;
        config.limits.keep_ms = 600;
    })
    .await;
    let report = report(&site).await.to_string();
    for n in 1..=3 {
        assert_eq!(leave(&site, &key(n), &report).await.status, 201);
    }
    let kept = async |n| read(&site, &key(n)).await.status;
    assert_eq!(
        [kept(1).await, kept(2).await, kept(3).await],
        [204, 200, 200]
    );
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert_eq!(kept(2).await, 200, "what is read is kept");
    }
    assert_eq!(kept(3).await, 204);

    let site = Site::start(|config| config.limits.offers_bytes = report.len() * 3 / 2).await;
    for n in 1..=2 {
        assert_eq!(leave(&site, &key(n), &report).await.status, 201);
    }
    let kept = async |n| read(&site, &key(n)).await.status;
    assert_eq!([kept(1).await, kept(2).await], [204, 200]);
}

#[tokio::test]
async fn it_is_posted_and_nothing_else() {
    let site = Site::plain().await;
    let run = key(1).run();
    let answer = site.get(&format!("/v1/runs/{run}/offer")).await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, Some("POST, OPTIONS"))
    );
    let answer = site.client().await.post("/v1/runs/x/offer", "").await;
    assert_eq!(
        (answer.status, &answer.problem()["field"]),
        (400, &"run".into())
    );
}
