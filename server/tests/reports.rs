//! A report is what the schema says, or it is not kept.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::report::report;
use support::{Answer, Site};

async fn post(site: &Site, body: &str) -> Answer {
    site.client().await.post("/v1/reports", body).await
}

fn places(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.header("pushcheck-answer").is_some());
    assert_eq!(answer.header("pushcheck-refused"), None);
    let problem = answer.problem();
    assert_eq!(problem["field"], "report");
    serde_json::from_value(problem["places"].clone()).unwrap()
}

#[tokio::test]
async fn a_true_report_is_kept() {
    let site = Site::plain().await;
    let report = report(&site).await;
    assert_eq!(report["evidence"]["sightings"][0]["probe"], "poll");
    let kept = post(&site, &report.to_string()).await;
    assert_eq!(kept.status, 201, "{}", kept.text());
    let id: Value = serde_json::from_slice(&kept.body).unwrap();
    assert_eq!(id["id"].as_str().map(str::len), Some(32));
    assert_eq!(id["number"].as_str().map(str::len), Some(6));
}

#[tokio::test]
async fn what_was_tampered_with_is_named_by_its_place() {
    let site = Site::plain().await;
    let report = report(&site).await;
    for (place, value) in [
        ("/schema", json!(2)),
        ("/run/id", json!("short")),
        ("/methods/0/verdict", json!("splendid")),
        ("/lanes/0/port", json!(-1)),
        ("/evidence/sightings/0/bytesIn", json!("many")),
    ] {
        let mut report = report.clone();
        *report.pointer_mut(place).unwrap() = value;
        let named = places(&post(&site, &report.to_string()).await);
        assert_eq!(named, [place]);
    }
    let mut without = report.clone();
    without.as_object_mut().unwrap().remove("methods");
    assert_eq!(places(&post(&site, &without.to_string()).await), [""]);
    assert_eq!(places(&post(&site, "[1]").await), [""]);
    assert_eq!(places(&post(&site, "{\"schema\":1}").await), [""]);
}

#[tokio::test]
async fn few_places_are_named_and_nothing_of_a_strangers_is_repeated() {
    let site = Site::plain().await;
    let mut report = report(&site).await;
    report["canary-7f3a<script>"] = json!("canary-7f3a");
    report["run"]["canary-7f3a"] = json!(["canary-7f3a"]);
    report["lanes"] = json!(vec![json!({"canary-7f3a": 1}); 30]);
    let answer = post(&site, &report.to_string()).await;
    let named = places(&answer);
    assert!((1..=5).contains(&named.len()), "{named:?}");
    assert!(!answer.text().contains("canary"), "{}", answer.text());
    assert!(answer.body.len() < 1_000);
}

#[tokio::test]
async fn what_is_no_json_is_malformed() {
    let site = Site::plain().await;
    let deep = "[".repeat(100_000);
    for body in ["{", "", "nonsense", &deep] {
        let answer = post(&site, body).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.problem()["field"], "report");
        assert_eq!(answer.problem()["places"], Value::Null);
    }
}
