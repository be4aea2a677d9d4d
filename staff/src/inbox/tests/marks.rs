use serde_json::{Value, json};

use super::{NOON, NOW, Stage, report};

#[tokio::test]
async fn the_last_mark_counts_and_those_before_are_kept() {
    let stage = Stage::new().await;
    let id = stage.arrives(&report(1, Some("slow-proxy")), None).await;
    let path = format!("/v1/reports/{id}/marks/f1");
    let first = json!({"verdict": "wrong", "note": "It was <b>the VPN</b>.\nSee the log."});
    let said = stage.ask("PUT", &path, Some(first)).await;
    assert_eq!(said.status, 200);
    NOW.set(NOON + 5);
    let second = json!({"verdict": "fixed-by", "note": null});
    let said = stage.ask("PUT", &path, Some(second)).await.json();
    let mark = json!({"finding": "f1", "code": "slow-proxy", "verdict": "fixed-by", "note": "", "who": "ada", "at": NOON + 5});
    assert_eq!(said, mark);
    let shown = stage.get(&format!("/v1/reports/{id}")).await.json();
    assert_eq!(
        (&shown["marks"], &shown["marksList"]),
        (&json!(1), &json!([mark]))
    );
    let before = stage.store.marks_before(&id).await.expect("read");
    let before: Vec<_> = before
        .iter()
        .map(|mark| (mark.verdict.as_str(), mark.at))
        .collect();
    assert_eq!(before, [("wrong", NOON)]);
    for (filter, n) in [("any", 1), ("fixed-by", 1), ("wrong", 0)] {
        let found = stage
            .get(&format!("/v1/reports?mark={filter}"))
            .await
            .json();
        assert_eq!(found["items"].as_array().map(Vec::len), Some(n), "{filter}");
    }
    assert_eq!(stage.ask("DELETE", &path, None).await.status, 204);
    assert_eq!(stage.ask("DELETE", &path, None).await.status, 404);
    assert_eq!(
        stage.get("/v1/reports").await.json()["items"][0]["marks"],
        0
    );
    assert_eq!(stage.store.marks_before(&id).await.expect("read").len(), 2);
    // They go with their report.
    stage
        .ask("DELETE", &format!("/v1/reports/{id}"), None)
        .await;
    assert_eq!(stage.store.marks_before(&id).await.expect("read"), []);
}

#[tokio::test]
async fn what_is_no_mark_is_refused_with_its_place() {
    let stage = Stage::new().await;
    let id = stage.arrives(&report(1, Some("slow-proxy")), None).await;
    let path = format!("/v1/reports/{id}/marks/f1");
    let put = async |said: Value| stage.ask("PUT", &path, Some(said)).await;
    assert_eq!(
        put(json!({"verdict": "maybe", "note": "x".repeat(1_001), "who": "eve"}))
            .await
            .pointers(),
        ["/verdict", "/note", "/who"]
    );
    assert_eq!(put(json!({})).await.pointers(), ["/verdict"]);
    assert_eq!(put(json!("right")).await.pointers(), [""]);
    assert_eq!(
        put(json!({"verdict": "right", "note": "x".repeat(1_000)}))
            .await
            .status,
        200
    );
    let right = json!({"verdict": "right"});
    let damaged = stage.keep(b"{", false, None).await;
    for nothing in [
        format!("/v1/reports/{id}/marks/f2"),
        format!("/v1/reports/{id}/marks/%00"),
        format!("/v1/reports/{}/marks/f1", "0".repeat(32)),
        "/v1/reports/7/marks/f1".to_owned(),
        format!("/v1/reports/{damaged}/marks/f1"),
    ] {
        assert_eq!(
            stage.ask("PUT", &nothing, Some(right.clone())).await.status,
            404,
            "{nothing}"
        );
        assert_eq!(
            stage.ask("DELETE", &nothing, None).await.status,
            404,
            "{nothing}"
        );
    }
}

#[tokio::test]
async fn a_mark_is_news() {
    let stage = Stage::new().await;
    let id = stage.arrives(&report(1, Some("slow-proxy")), None).await;
    NOW.set(NOON + 60_000);
    let cursor = stage.get("/v1/changes").await.json()["cursor"]
        .as_str()
        .expect("a cursor")
        .to_owned();
    let path = format!("/v1/reports/{id}/marks/f1");
    stage
        .ask("PUT", &path, Some(json!({"verdict": "right"})))
        .await;
    let said = stage
        .get(&format!("/v1/changes?after={cursor}"))
        .await
        .json();
    assert_eq!(
        (&said["reports"][0]["id"], &said["reports"][0]["marks"]),
        (&json!(id), &json!(1))
    );
}
