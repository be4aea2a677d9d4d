//! A report goes by GET as well, in pieces: in any order, each as often as it likes, and never half.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use pushcheck::wire::MARK;
use serde_json::{Value, json};
use support::report::report;
use support::{Answer, Client, Site};

/// The report in so many pieces.
fn pieces(report: &str, count: usize) -> Vec<String> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(report.as_bytes()).unwrap();
    let text = URL_SAFE_NO_PAD.encode(packer.finish().unwrap());
    let size = text.len().div_ceil(count);
    let piece = |piece: &[u8]| String::from_utf8(piece.to_vec()).unwrap();
    let pieces: Vec<String> = text.as_bytes().chunks(size).map(piece).collect();
    assert_eq!(pieces.len(), count);
    pieces
}

fn path(upload: u8, n: usize, of: usize) -> String {
    format!(
        "/v1/reports/{}/{n}/{of}",
        format!("{upload:02x}").repeat(16)
    )
}

async fn get(client: &mut Client, upload: u8, n: usize, of: usize, piece: &str) -> Answer {
    let answer = client
        .get(&format!("{}?{piece}", path(upload, n, of)))
        .await;
    assert!(answer.header(MARK).is_some());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    answer
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    let kept: Value = serde_json::from_slice(&answer.body).unwrap();
    kept["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_brings_the_last_piece_gets_the_id_and_all_may_come_again() {
    let site = Site::plain().await;
    let report = report(&site).await.to_string();
    let pieces = pieces(&report, 5);
    let mut client = site.client().await;
    for n in [3, 1, 3, 5, 1, 2] {
        let answer = get(&mut client, 1, n, 5, &pieces[n - 1]).await;
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{n}");
    }
    let kept = id(&get(&mut client, 1, 4, 5, &pieces[3]).await);
    assert_eq!(kept.len(), 32);
    for n in [4, 1, 5] {
        let again = id(&get(&mut client, 1, n, 5, &pieces[n - 1]).await);
        assert_eq!(again, kept, "what has not been heard is told again");
    }
    let other = get(&mut client, 1, 1, 5, &pieces[1]).await;
    assert_eq!(other.status, 409);
    let whole = self::pieces(&report, 1);
    let other = id(&get(&mut client, 2, 1, 1, &whole[0]).await);
    assert_eq!(other, kept, "the same run is one report");
}

#[tokio::test]
async fn another_piece_under_the_same_number_is_a_conflict_and_spoils_nothing() {
    let site = Site::plain().await;
    let pieces = pieces(&report(&site).await.to_string(), 3);
    let mut client = site.client().await;
    get(&mut client, 1, 1, 3, &pieces[0]).await;
    for (n, of, piece, field) in [(1, 3, 1, "piece"), (2, 4, 1, "of"), (1, 2, 0, "of")] {
        let answer = get(&mut client, 1, n, of, &pieces[piece]).await;
        assert_eq!(
            (answer.status, &answer.problem()["field"]),
            (409, &json!(field))
        );
    }
    get(&mut client, 1, 2, 3, &pieces[1]).await;
    id(&get(&mut client, 1, 3, 3, &pieces[2]).await);
}

#[tokio::test]
async fn what_is_no_report_is_told_so_as_often_as_it_comes() {
    let site = Site::start(|config| config.limits.report_bytes = 200_000).await;
    let whole = report(&site).await.to_string();
    let mut client = site.client().await;
    let wrong = whole.replace("\"polling\"", "\"pulling\"");
    for (upload, body) in [(1, "{"), (2, "[1]"), (3, &wrong)] {
        let piece = pieces(body, 1);
        let posted = site.client().await.post("/v1/reports", body).await;
        for _ in 0..2 {
            let answer = get(&mut client, upload, 1, 1, &piece[0]).await;
            assert_eq!(answer.status, 400);
            assert_eq!(answer.problem(), posted.problem());
        }
    }
    let blank = |bytes: usize| whole.clone() + &" ".repeat(bytes - whole.len());
    for (upload, bytes, status) in [(4, 1_000_000, 413), (5, 200_001, 413), (6, 200_000, 201)] {
        let pieces = pieces(&blank(bytes), 4);
        for n in 1..=4 {
            let answer = get(&mut client, upload, n, 4, &pieces[n - 1]).await;
            assert_eq!(answer.status, if n < 4 { 204 } else { status });
            if answer.status == 413 {
                answer.is_refused(413, "size");
            }
        }
    }
    let garbage = get(&mut client, 7, 1, 1, "____").await;
    assert_eq!(
        (garbage.status, &garbage.problem()["field"]),
        (400, &json!("report"))
    );
}

#[tokio::test]
async fn only_pieces_are_taken_and_only_by_get() {
    let site = Site::plain().await;
    let mut client = site.client().await;
    for piece in ["", "a=b", "a+b", "a%2Fb", "YQ=="] {
        let answer = get(&mut client, 1, 1, 2, piece).await;
        assert_eq!(
            (answer.status, &answer.problem()["field"]),
            (400, &json!("piece"))
        );
    }
    let longest = "a".repeat(1_500);
    get(&mut client, 1, 1, 2, &format!("{longest}a"))
        .await
        .is_refused(400, "size");
    assert_eq!(get(&mut client, 1, 1, 2, &longest).await.status, 204);
    let piece = pieces(&report(&site).await.to_string(), 1).remove(0);
    let path = path(7, 1, 1);
    client
        .send(format!("HEAD {path}?{piece} HTTP/1.1\r\nHost: a\r\n\r\n"))
        .await;
    let head = client.head().await;
    assert_eq!(
        (head.status, head.header("allow")),
        (405, Some("GET, OPTIONS"))
    );
    let posted = site
        .client()
        .await
        .post(&format!("{path}?{piece}"), "")
        .await;
    assert_eq!(posted.status, 405);
    let conflict = get(&mut client, 7, 1, 2, "abc").await;
    assert_eq!(conflict.status, 204, "nothing is known of it");
}

#[tokio::test]
async fn it_counts_to_the_rate_of_its_source() {
    let site = Site::start(|config| config.limits.source_rate = 1).await;
    let mut client = site.client().await;
    let mut last = get(&mut client, 1, 1, 64, "abc").await;
    for n in 2..=9 {
        last = get(&mut client, 1, n, 64, "abc").await;
    }
    last.is_refused(429, "rate");
}
