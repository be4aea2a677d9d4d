use std::io::{Cursor, Read};

use flate2::read::GzDecoder;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::csv::record;
use super::{NOON, NOW, Stage, report};

fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(false).from_reader(bytes);
    let rows = reader.into_records().map(|row| row.expect("a record"));
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn the_table_has_what_the_list_has() {
    let stage = Stage::new().await;
    let link = stage
        .ask("POST", "/v1/links", Some(json!({"ticket": "=1+1,\"x\""})))
        .await
        .json();
    let id = stage
        .arrives(&report(1, Some("slow-proxy")), link["token"].as_str())
        .await;
    for n in 2..503 {
        NOW.set(NOON + 1 + i64::from(n / 3));
        stage.arrives(&report(n, None), None).await;
    }
    let said = stage.get("/v1/reports.csv").await;
    assert_eq!(
        said.headers["content-type"],
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        said.headers["content-disposition"],
        "attachment; filename=\"reports.csv\""
    );
    let all = rows(&said.bytes);
    assert_eq!(all.len(), 503, "all of them, and the names");
    assert_eq!(
        said.bytes.iter().filter(|byte| **byte == b'\n').count(),
        503
    );
    let last: Vec<&str> = all[502].iter().map(String::as_str).collect();
    let number = stage
        .store
        .report(&id)
        .await
        .expect("read")
        .expect("there")
        .number;
    assert_eq!(
        last,
        [
            number.as_str(),
            "'=1+1,\"x\"",
            "2025-11-26T12:00:00Z",
            "1970-01-01T00:00:00.005Z",
            "warning",
            "slow-proxy",
            "cut",
            "likely",
            "gecko 140",
            "support",
            "link",
            "true",
            "",
            "0",
            &id,
            link["id"].as_str().expect("an id"),
        ]
    );
    assert_eq!(all[0][..3], ["number", "ticket", "arrivedAt"]);
    let few = stage.get("/v1/reports.csv?cause=slow-proxy").await;
    assert_eq!(rows(&few.bytes).len(), 2);
    assert_eq!(
        stage.get("/v1/reports.csv?mark=odd").await.pointers(),
        ["/mark"]
    );
}

proptest! {
    /// Whatever stands in a field comes back, and no program takes it for a formula.
    #[test]
    fn any_field_is_only_text(fields in proptest::collection::vec("[=+@\\-\t\r\n\", a-cé']{0,12}", 2..6)) {
        let text = record(fields.iter().map(String::as_str));
        prop_assert!(text.ends_with("\r\n"));
        let all = rows(text.as_bytes());
        prop_assert_eq!(all.len(), 1);
        prop_assert_eq!(all[0].len(), fields.len());
        for (read, field) in all[0].iter().zip(&fields) {
            let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
            prop_assert_eq!(read.strip_prefix('\'').filter(|_| formula).unwrap_or(read), field.as_str());
            prop_assert!(!read.starts_with(['=', '+', '-', '@', '\t', '\r']));
        }
    }
}

fn files(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).expect("a file");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("its bytes");
            (file.name().expect("a name").into_owned(), bytes)
        })
        .collect()
}

#[tokio::test]
async fn a_golden_case_is_what_came_and_what_was_found_out() {
    let stage = Stage::new().await;
    let packed = include_bytes!("../../../../tests/cases/nginx-no-upgrade-firefox.json.gz");
    let mut body = Vec::new();
    GzDecoder::new(&packed[..])
        .read_to_end(&mut body)
        .expect("a case");
    let asked = json!({"ticket": "SECRET-TICKET", "note": "secret note"});
    let link = stage.ask("POST", "/v1/links", Some(asked)).await.json();
    let id = stage.keep(&body, true, link["token"].as_str()).await;
    let report: Value = serde_json::from_slice(&body).expect("JSON");
    let finding = report["findings"][0]["id"].as_str().expect("a finding");
    let mark = json!({"verdict": "wrong", "note": "two\n# lines"});
    stage
        .ask(
            "PUT",
            &format!("/v1/reports/{id}/marks/{finding}"),
            Some(mark),
        )
        .await;
    let said = stage.get(&format!("/v1/reports/{id}/case")).await;
    assert_eq!(
        (
            said.status.as_u16(),
            said.headers["content-type"].to_str().ok()
        ),
        (200, Some("application/zip"))
    );
    let number = stage
        .store
        .report(&id)
        .await
        .expect("read")
        .expect("there")
        .number
        .to_lowercase();
    let code = report["findings"][0]["code"].as_str().expect("a code");
    let name = format!("{code}-gecko-{number}");
    assert_eq!(
        said.headers["content-disposition"],
        format!("attachment; filename=\"{name}.zip\"")
    );
    let all = files(&said.bytes);
    let names: Vec<_> = all.iter().map(|(name, _)| name.clone()).collect();
    let parts = ["report.json", "evidence.json", "facts.json", "case.md"]
        .map(|part| format!("{name}/{part}"));
    assert_eq!(names, [&[format!("{name}.json.gz")][..], &parts].concat());
    let mut unpacked = Vec::new();
    GzDecoder::new(&all[0].1[..])
        .read_to_end(&mut unpacked)
        .expect("gzip");
    assert!(unpacked == body && all[1].1 == body, "to the byte");
    let evidence: Value = serde_json::from_slice(&all[2].1).expect("JSON");
    assert_eq!(evidence, report["evidence"]);
    let facts: Value = serde_json::from_slice(&all[3].1).expect("JSON");
    assert_eq!(facts[0]["facts"], report["findings"][0]["facts"]);
    let told = String::from_utf8(all[4].1.clone()).expect("text");
    assert!(
        told.contains(&format!(
            "`{code}`: **wrong** (2025-11-26T12:00:00Z)\n\n      two\n      # lines\n"
        )),
        "{told}"
    );
    for (name, bytes) in &all {
        for secret in [
            "SECRET",
            "secret note",
            "ada",
            link["token"].as_str().expect("a token"),
            "\"complete\":true}",
        ] {
            // The report itself is the customer's.
            if name.ends_with("case.md") {
                assert!(
                    !String::from_utf8_lossy(bytes).contains(secret),
                    "{secret} in {name}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_hostile_report_chooses_no_name_and_what_has_no_evidence_is_no_case() {
    let stage = Stage::new().await;
    let mut odd = report(1, Some("../../etc/`x`"));
    odd["evidence"] = json!({});
    odd["surroundings"]["engine"]["family"] = json!("\r\n\"/".repeat(50));
    odd["findings"][0]["place"] = json!("`\n# heading");
    let id = stage.arrives(&odd, None).await;
    let said = stage.get(&format!("/v1/reports/{id}/case")).await;
    assert_eq!(said.status, 200);
    let number = stage
        .store
        .report(&id)
        .await
        .expect("read")
        .expect("there")
        .number
        .to_lowercase();
    let all = files(&said.bytes);
    for (name, _) in &all {
        assert!(name.starts_with(&format!("etcx-{number}")), "{name}");
    }
    let told = String::from_utf8_lossy(&all[4].1).into_owned();
    assert!(!told.contains("\n# heading"), "{told}");
    let bare = stage.arrives(&report(2, None), None).await;
    assert_eq!(
        stage.get(&format!("/v1/reports/{bare}/case")).await.status,
        409
    );
    let damaged = stage.keep(b"{}", false, None).await;
    assert_eq!(
        stage
            .get(&format!("/v1/reports/{damaged}/case"))
            .await
            .status,
        409
    );
    assert_eq!(
        stage
            .get(&format!("/v1/reports/{}/case", "0".repeat(32)))
            .await
            .status,
        404
    );
}
