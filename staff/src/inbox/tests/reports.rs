use serde_json::{Value, json};

use super::{NOON, NOW, Stage, report};
use crate::Role;

#[tokio::test]
async fn reports_are_listed_newest_first_and_in_parts() {
    let stage = Stage::new().await;
    for n in 0..5 {
        NOW.set(NOON + i64::from(n / 2));
        stage.arrives(&report(n, None), None).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v1/reports?limit=2".to_owned();
    loop {
        let said = stage.get(&path).await.json();
        let items = said["items"].as_array().expect("items").clone();
        assert!(items.len() <= 2);
        seen.extend(
            items
                .iter()
                .map(|one| (one["arrivedAt"].as_i64(), one["id"].to_string())),
        );
        let Some(next) = said["next"].as_str() else {
            break;
        };
        path = format!("/v1/reports?limit=2&before={next}");
    }
    assert_eq!(seen.len(), 5);
    assert!(
        seen.is_sorted_by(|one, other| one > other),
        "newest first, each once"
    );
    assert_eq!(
        stage.get("/v1/reports?limit=0").await.pointers(),
        ["/limit"]
    );
    assert_eq!(
        stage.get("/v1/reports?before=1-2").await.pointers(),
        ["/before"]
    );
    assert_eq!(
        stage.get("/v1/reports?mark=odd").await.pointers(),
        ["/mark"]
    );
}

#[tokio::test]
async fn a_line_says_what_the_list_shows() {
    let stage = Stage::new().await;
    let id = stage
        .arrives(&report(1, Some("proxy-strips-upgrade")), None)
        .await;
    let said = stage.get("/v1/reports").await.json();
    let line = &said["items"][0];
    let number = line["number"].as_str().expect("a number");
    assert_eq!(number.len(), 6);
    assert_eq!(
        *line,
        json!({
            "id": id, "number": number, "ticket": null, "linkId": null, "source": "page", "arrivedAt": NOON, "startedAt": 5,
            "result": "warning", "firstCause": "proxy-strips-upgrade", "place": "cut", "strength": "likely", "browser": "gecko 140",
            "level": null, "intact": true, "readAt": null, "marks": 0,
        })
    );
    assert_eq!(said["next"], Value::Null);
}

#[tokio::test]
async fn each_filter_finds_its_own() {
    let stage = Stage::new().await;
    let link = stage
        .ask("POST", "/v1/links", Some(json!({"ticket": "ACME-1"})))
        .await
        .json();
    stage
        .arrives(&report(1, Some("slow-proxy")), link["token"].as_str())
        .await;
    let mut two = report(2, Some("cut-idle"));
    let mut folded = two["findings"][0].clone();
    folded["id"] = json!("f2");
    folded["code"] = json!("slow-proxy");
    folded["foldedUnder"] = json!("f1");
    folded["place"] = json!("held");
    two["findings"].as_array_mut().expect("a list").push(folded);
    let two = stage.arrives(&two, None).await;
    stage.arrives(&report(3, None), None).await;
    let found = async |query: &str| {
        let said = stage.get(&format!("/v1/reports?{query}")).await.json();
        let items = said["items"].as_array().expect("items").clone();
        let mut runs: Vec<_> = items
            .iter()
            .map(|one| one["firstCause"].as_str().unwrap_or("-").to_owned())
            .collect();
        runs.sort();
        runs.join(" ")
    };
    for (query, runs) in [
        ("", "- cut-idle slow-proxy"),
        ("result=passed", "-"),
        ("cause=slow-proxy", "cut-idle slow-proxy"),
        ("cause=cut-idle", "cut-idle"),
        ("place=cut", "cut-idle slow-proxy"),
        ("place=held", ""),
        ("ticket=ACME-1", "slow-proxy"),
        ("ticket=ACME", ""),
        ("q=acme", "slow-proxy"),
        ("q=gecko%20idle", "cut-idle"),
        ("q=%25", ""),
        ("q=slow_proxy", ""),
        ("mark=any", ""),
        ("cause=%27%20OR%201=1%20--", ""),
    ] {
        assert_eq!(found(query).await, runs, "{query}");
    }
    let number = stage
        .store
        .report(&two)
        .await
        .expect("read")
        .expect("there")
        .number;
    assert_eq!(found(&format!("q={number}")).await, "cut-idle");
}

#[tokio::test]
async fn one_report_comes_with_all_that_belongs_to_it() {
    let stage = Stage::new().await;
    let link = stage
        .ask("POST", "/v1/links", Some(json!({"ticket": "ACME-1"})))
        .await
        .json();
    let first = stage
        .arrives(&report(1, None), link["token"].as_str())
        .await;
    NOW.set(NOON + 10);
    let second = stage
        .arrives(&report(2, Some("slow-proxy")), link["token"].as_str())
        .await;
    NOW.set(NOON + 20);
    let path = format!("/v1/reports/{second}");
    let machine = stage
        .ask_as(Some(Role::Read), "GET", &path, None)
        .await
        .json();
    assert_eq!(machine["readAt"], Value::Null, "a program has read nothing");
    let said = stage.get(&path).await.json();
    assert_eq!(said["readAt"], NOON + 20);
    NOW.set(NOON + 30);
    assert_eq!(
        stage.get(&path).await.json()["readAt"],
        NOON + 20,
        "the first time"
    );
    assert_eq!(said["report"], report(2, Some("slow-proxy")));
    assert_eq!(said["raw"], Value::Null);
    assert_eq!(said["ledger"], json!({"complete": true}));
    assert_eq!(said["link"]["id"], link["id"]);
    assert_eq!(said["link"]["state"], "arrived");
    assert_eq!(said["marksList"], json!([]));
    let earlier: Vec<_> = said["earlier"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(earlier, [json!(first)]);
    assert_eq!(
        stage.get(&format!("/v1/reports/{first}")).await.json()["earlier"],
        json!([])
    );
    for nothing in ["0".repeat(32), "x".to_owned()] {
        assert_eq!(
            stage.get(&format!("/v1/reports/{nothing}")).await.status,
            404
        );
        assert_eq!(
            stage
                .get(&format!("/v1/reports/{nothing}/raw"))
                .await
                .status,
            404
        );
    }
}

#[tokio::test]
async fn what_is_no_report_is_shown_as_it_came() {
    let stage = Stage::new().await;
    let text = stage.keep("<b>é".as_bytes(), false, None).await;
    let said = stage.get(&format!("/v1/reports/{text}")).await.json();
    assert_eq!(
        (&said["report"], &said["raw"]),
        (&Value::Null, &json!("<b>é"))
    );
    assert_eq!(said.get("rawEncoding"), None);
    let bytes = stage.keep(&[0xff, 0xfe], false, None).await;
    let said = stage.get(&format!("/v1/reports/{bytes}")).await.json();
    assert_eq!(
        (&said["raw"], &said["rawEncoding"]),
        (&json!("//4="), &json!("base64"))
    );
    let long = stage
        .keep("é".repeat(200_000).as_bytes(), false, None)
        .await;
    let said = stage.get(&format!("/v1/reports/{long}")).await.json();
    assert_eq!(said["raw"].as_str().map(str::len), Some(262_144));
    let other = stage.keep(b"[1]", false, None).await;
    for (id, came, media_type, end) in [
        (
            &bytes,
            &[0xff, 0xfe][..],
            "application/octet-stream",
            ".txt\"",
        ),
        (&other, b"[1]", "application/json", ".json\""),
    ] {
        let raw = stage.get(&format!("/v1/reports/{id}/raw")).await;
        assert_eq!(raw.bytes, came);
        assert_eq!(raw.headers["content-type"], media_type);
        let name = raw.headers["content-disposition"].to_str().expect("text");
        assert!(name.starts_with("attachment; filename=\"report-"), "{name}");
        assert!(name.ends_with(end), "{name}");
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone() {
    let stage = Stage::new().await;
    let id = stage.arrives(&report(1, Some("slow-proxy")), None).await;
    let path = format!("/v1/reports/{id}");
    assert_eq!(stage.ask("DELETE", &path, None).await.status, 204);
    assert_eq!(stage.ask("DELETE", &path, None).await.status, 404);
    assert_eq!(stage.get(&path).await.status, 404);
    assert_eq!(stage.get("/v1/reports").await.json()["items"], json!([]));
}
