//! A report as a golden case: what the customer sent, in the form that `tests/cases/` and `cargo xtask replay` take, and what
//! staff found out about it. Nothing of the link, the ticket or the server's own copy goes along.

use std::io::{Cursor, Write};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use pushcheck_store::mark::Mark;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::csv::moment;
use super::heard::heard;
use super::report::{Bytes, file, newest};
use crate::extract::Named;
use crate::{App, Problem, Staff};

/// The longest word of a case's name.
const WORD: usize = 40;

/// A report as a golden case, zipped: `NAME.json.gz`, and beside it `NAME/` with `report.json`, `evidence.json`, `facts.json` and
/// `case.md`.
#[utoipa::path(get, path = "/v1/reports/{id}/case", tag = "reports", params(Named), responses(
    (status = 200, body = Bytes, content_type = "application/zip"),
    (status = 409, description = "It is damaged, of another version, or came without its evidence."),
))]
pub(super) async fn case(
    State(app): State<App>,
    Staff(who): Staff,
    Named(id): Named,
) -> Result<(HeaderMap, Vec<u8>), Problem> {
    let kept = app
        .store
        .report(&id)
        .await?
        .ok_or_else(Problem::not_found)?;
    if !kept.intact {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "it is damaged, or a report of another version",
        ));
    }
    let body = newest(&app, &id).await?.bytes;
    let marks = app.store.marks(&id).await?;
    let made = tokio::task::spawn_blocking(move || {
        let report: Value = serde_json::from_slice(&body).ok()?;
        report
            .get("evidence")
            .filter(|evidence| evidence.is_object())?;
        let name = name(&report, &kept.number);
        let zipped = zipped(&name, &body, &report, &marks).ok()?;
        Some((name, zipped))
    });
    let (name, zipped) = made.await.ok().flatten().ok_or_else(|| {
        Problem::new(
            StatusCode::CONFLICT,
            "it came without its evidence: nothing can be judged again",
        )
    })?;
    heard(&app, &who, "report exported", &id).await?;
    Ok((file("application/zip", &format!("{name}.zip")), zipped))
}

/// What the case is called: cause, browser and number, in letters that every file system knows.
fn name(report: &Value, number: &str) -> String {
    let summary = pushcheck_store::summary::Summary::of(report);
    let family = report
        .pointer("/surroundings/engine/family")
        .and_then(Value::as_str);
    let words = [
        summary.first_cause.as_deref().or(summary.result.as_deref()),
        family,
        Some(number),
    ];
    let words = words.into_iter().flatten().map(word);
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

fn word(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let plain = text
        .chars()
        .filter(|one| one.is_ascii_alphanumeric() || *one == '-');
    let word: String = plain.take(WORD).collect();
    word.trim_matches('-').to_owned()
}

fn zipped(
    name: &str,
    body: &[u8],
    report: &Value,
    marks: &[Mark],
) -> Result<Vec<u8>, std::io::Error> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(body)?;
    let packed = packed.finish()?;
    let part = |path: &str| serde_json::to_vec_pretty(report.pointer(path).unwrap_or(&Value::Null));
    let facts: Vec<Value> = report
        .get("findings")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|one| json!({"id": one.get("id"), "code": one.get("code"), "facts": one.get("facts")}))
        .collect();
    let files = [
        (format!("{name}.json.gz"), packed),
        (format!("{name}/report.json"), body.to_vec()),
        (format!("{name}/evidence.json"), part("/evidence")?),
        (
            format!("{name}/facts.json"),
            serde_json::to_vec_pretty(&facts)?,
        ),
        (
            format!("{name}/case.md"),
            told(name, report, marks).into_bytes(),
        ),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let method = match path.ends_with(".gz") {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        zip.start_file(
            path,
            SimpleFileOptions::default().compression_method(method),
        )?;
        zip.write_all(&bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The case in words. A stranger's text stands in code spans, without what could end them.
fn told(name: &str, report: &Value, marks: &[Mark]) -> String {
    let mut all = format!("# {name}\n\nA report of a customer's, as it came. What it found:\n\n");
    let findings = report.get("findings").and_then(Value::as_array);
    let findings = findings.map(Vec::as_slice).unwrap_or_default();
    for one in findings {
        let of = |part: &str| {
            one.get(part)
                .and_then(Value::as_str)
                .map_or_else(|| "–".to_owned(), code)
        };
        all += &format!(
            "- {} {}: {}, {}, place {}\n",
            of("id"),
            of("code"),
            of("strength"),
            of("severity"),
            of("place"),
        );
    }
    if findings.is_empty() {
        all += "Nothing.\n";
    }
    all += "\nWhat staff found out afterwards:\n\n";
    for mark in marks {
        let at = moment(mark.at).unwrap_or_default();
        let verdict = &mark.verdict;
        all += &format!(
            "- {} {}: **{verdict}** ({at})\n",
            code(&mark.finding),
            code(&mark.code)
        );
        for line in mark.note.lines() {
            all += &format!("\n      {line}");
        }
        if !mark.note.is_empty() {
            all += "\n\n";
        }
    }
    if marks.is_empty() {
        all += "Nothing yet.\n";
    }
    all += &format!(
        "\nTo keep it: put `{name}.json.gz` into `tests/cases/`, run the replay tests with `PUSHCHECK_RECORD=1`, and look at what that \
         adds to `findings.txt`.\n"
    );
    all
}

/// A stranger's word as a code span (CommonMark § 6.1).
fn code(text: &str) -> String {
    let kept = text.chars().filter(|one| !one.is_control() && *one != '`');
    let kept: String = kept.take(120).collect();
    format!("`{kept}`")
}
