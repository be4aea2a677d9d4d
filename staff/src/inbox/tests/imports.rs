use proptest::prelude::*;
use pushcheck_store::schema::Schema;
use serde_json::{Value, json};

use super::super::import::{Found, found};
use super::super::short::{NotShort, unpack};
use super::Stage;

/// Short forms that `www/more/short.js` made of golden cases, with what it makes of them again.
const MADE: &str = include_str!("short.json");

fn made() -> Vec<Value> {
    serde_json::from_str(MADE).expect("JSON")
}

#[test]
fn the_short_form_says_here_what_it_says_in_the_browser() {
    let schema = Schema::new().expect("a schema");
    for one in made() {
        let packed = one["packed"].as_str().expect("a text");
        let report = unpack(packed).unwrap_or_else(|why| panic!("{}: {why:?}", one["name"]));
        assert_eq!(report, one["report"], "{}", one["name"]);
        assert_eq!(
            schema.check(report.to_string().as_bytes()),
            Ok(()),
            "{}",
            one["name"]
        );
    }
    assert!(made().iter().any(|one| {
        one["packed"]
            .as_str()
            .is_some_and(|packed| packed.starts_with('0'))
    }));
}

#[test]
fn what_is_damaged_or_newer_is_told_apart() {
    let one = made();
    let packed = one[0]["packed"].as_str().expect("a text");
    assert_eq!(unpack(&packed[..packed.len() / 2]), Err(NotShort::Damaged));
    assert_eq!(unpack(&format!("2{}", &packed[1..])), Err(NotShort::Newer));
    assert_eq!(unpack(&"1A".repeat(9_000)), Err(NotShort::TooLarge));
    for odd in ["", "1", "0", "x", "0é", "0W10", "1===="] {
        assert_eq!(unpack(odd), Err(NotShort::Damaged), "{odd}");
    }
    // A megabyte of nothing in a few letters.
    let mut bomb = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut bomb, &vec![b' '; 1_000_000]).expect("written");
    let bomb = bomb.finish().expect("packed");
    let bomb = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, bomb);
    assert_eq!(unpack(&format!("1{bomb}")), Err(NotShort::TooLarge));
}

proptest! {
    #[test]
    fn one_changed_letter_is_seen_and_nothing_panics(at in 0_usize..2_000, other in "[A-Za-z0-9_-]") {
        // Of the form that is not deflated each letter counts.
        let all = made();
        let packed = all.last().and_then(|one| one["packed"].as_str()).expect("a text");
        let at = 1 + at % (packed.len() - 1);
        let changed = format!("{}{other}{}", &packed[..at], &packed[at + 1..]);
        let last = at == packed.len() - 1;
        if changed != packed && !last {
            prop_assert!(unpack(&changed).is_err());
        }
    }

    #[test]
    fn any_text_is_looked_through(text in "\\PC{0,200}") {
        let _ = (found(&text), unpack(&text));
    }
}

#[test]
fn a_report_is_found_in_what_people_paste() {
    let json = |text: &str| Found::Json(text.to_owned());
    let packed = |text: &str| Found::Packed(text.to_owned());
    let form = "1q1YqSS0uUbJSKi5JLElVslIqLU4tUrICAA";
    for (text, what) in [
        (" \u{feff}", Found::Nothing),
        ("\u{feff} {\"a\": 1}\n", json("{\"a\": 1}")),
        (
            "# Report\r\n\r\n```json\r\n{\r\n}\r\n```\r\nmore",
            json("{\n}"),
        ),
        ("text\n````json \n{\n```\n}\n`````\n", json("{\n```\n}")),
        ("```json\n{\n", Found::Nothing),
        ("```js\n{}\n```", Found::Nothing),
        (
            &format!("see https://check.example/read.html#r={form}) there"),
            packed(form),
        ),
        (
            &format!("<https://check.example/read.html#r={form}>"),
            packed(form),
        ),
        (&format!("#r={form}"), packed(form)),
        (&format!("r={form}"), packed(form)),
        (form, packed(form)),
        ("la la la", Found::Nothing),
        ("12345", Found::Nothing),
    ] {
        assert_eq!(found(text), what, "{text}");
    }
}

#[tokio::test]
async fn each_way_of_import_gives_the_report() {
    let stage = Stage::new().await;
    let all = made();
    let one = &all[0];
    let (packed, report) = (one["packed"].as_str().expect("a text"), &one["report"]);
    let link = format!("https://check.example/read.html#r={packed}");
    for text in [
        report.to_string(),
        format!("# Ticket\n\n```json\n{report:#}\n```\n"),
        link,
        packed.to_owned(),
    ] {
        let asked = json!({"text": text, "name": "report.md", "ticket": "ACME-9"});
        let said = stage.ask("POST", "/v1/reports/import", Some(asked)).await;
        assert_eq!(said.status, 201, "{text}");
        let line = said.json();
        assert_eq!(
            (&line["source"], &line["intact"], &line["ticket"]),
            (&json!("import"), &json!(true), &json!("ACME-9"))
        );
        assert_eq!(line["result"], report["result"]);
        let shown = stage
            .get(&format!(
                "/v1/reports/{}",
                line["id"].as_str().expect("an id")
            ))
            .await
            .json();
        assert_eq!(shown["report"], *report);
    }
    // What a page sent of the same run stays as it came.
    let sent = stage.arrives(report, None).await;
    let mut changed = report.clone();
    changed["result"] = json!("aborted");
    let said = stage
        .ask(
            "POST",
            "/v1/reports/import",
            Some(json!({"text": changed.to_string()})),
        )
        .await
        .json();
    assert_ne!(said["id"], json!(sent));
    assert_eq!(
        stage.get(&format!("/v1/reports/{sent}")).await.json()["report"],
        *report
    );
}

#[tokio::test]
async fn what_is_damaged_or_newer_is_kept_as_it_came() {
    let stage = Stage::new().await;
    let mut newer = made()[0]["report"].clone();
    newer["schema"] = json!(2);
    let cut: String = made()[0]["report"].to_string().chars().take(500).collect();
    let packed = made()[0]["packed"].as_str().expect("a text")[..100].to_owned();
    let deep = "[".repeat(100_000);
    for text in [
        newer.to_string(),
        cut,
        format!("see #r={packed}"),
        "la la la <script>".to_owned(),
        "a\0b".to_owned(),
        deep,
    ] {
        let said = stage
            .ask("POST", "/v1/reports/import", Some(json!({ "text": text })))
            .await;
        assert_eq!(said.status, 201);
        let line = said.json();
        assert_eq!(
            (&line["intact"], &line["result"]),
            (&json!(false), &Value::Null),
            "{text}"
        );
        let path = format!("/v1/reports/{}", line["id"].as_str().expect("an id"));
        let shown = stage.get(&path).await.json();
        assert_eq!(
            (&shown["report"], &shown["raw"]),
            (&Value::Null, &json!(text))
        );
        assert_eq!(
            stage.get(&format!("{path}/raw")).await.bytes,
            text.as_bytes()
        );
    }
    let again = stage
        .ask(
            "POST",
            "/v1/reports/import",
            Some(json!({"text": "la la la <script>"})),
        )
        .await;
    assert_eq!(again.status, 201);
    assert_eq!(
        stage.get("/v1/reports").await.json()["items"]
            .as_array()
            .map(Vec::len),
        Some(6)
    );
}

#[tokio::test]
async fn what_cannot_be_imported_is_told_with_its_place() {
    let stage = Stage::new().await;
    let post = async |said: Value| stage.ask("POST", "/v1/reports/import", Some(said)).await;
    assert_eq!(post(json!({})).await.pointers(), ["/text"]);
    let wrong = json!({"text": " ", "name": "x".repeat(201), "ticket": "a\nb", "more": 1});
    assert_eq!(
        post(wrong).await.pointers(),
        ["/name", "/ticket", "/more", "/text"]
    );
    assert_eq!(post(json!({"text": 7})).await.pointers(), ["/text"]);
    assert_eq!(post(json!({"text": "x".repeat(900_000)})).await.status, 201);
    assert_eq!(
        post(json!({"text": "x".repeat(1_100_000)})).await.status,
        413
    );
}

#[tokio::test]
async fn what_is_brought_by_hand_has_what_the_server_saw_of_its_run() {
    let seen = json!({"complete": true, "sightings": []});
    let one = made()[0]["report"].clone();
    let run = one["run"]["id"].as_str().expect("a run").to_owned();
    let told = seen.to_string();
    let stage = Stage::with(|config| {
        config.ledgers = std::sync::Arc::new(move |asked| {
            let told = (asked == run).then(|| told.clone());
            Box::pin(async move { told })
        });
    })
    .await;
    let mut other = one.clone();
    other["run"]["id"] = json!("f".repeat(32));
    for (report, ledger) in [(one, seen), (other, Value::Null)] {
        let body = json!({ "text": report.to_string() });
        let line = stage
            .ask("POST", "/v1/reports/import", Some(body))
            .await
            .json();
        let id = line["id"].as_str().expect("an id");
        let shown = stage.get(&format!("/v1/reports/{id}")).await.json();
        assert_eq!(shown["ledger"], ledger);
    }
}
