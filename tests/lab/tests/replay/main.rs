//! Saved reports, judged again: what real ones say stays, and no file whatever makes it fail.

mod anything;
mod promises;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use pushcheck::diagnosis::Finding;
use pushcheck::report::Report;
use pushcheck_lab::replay::{MOST, Unusable, again, differences, read};
use pushcheck_server::Schema;
use serde_json::{Value, json};

/// The golden cases: `tests/cases/README.md`.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases")
}

/// Reports as the lab's browsers gave them, and some that the lab cannot make.
fn cases() -> Result<Vec<PathBuf>> {
    let folder = folder();
    let entries = std::fs::read_dir(&folder).context("the folder of cases")?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "gz"));
    files.sort();
    ensure!(!files.is_empty(), "no cases in {}", folder.display());
    Ok(files)
}

fn bytes(file: &Path) -> Result<Vec<u8>> {
    let packed = File::open(file).with_context(|| file.display().to_string())?;
    let mut bytes = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_case(file: &Path) -> Result<Report> {
    serde_json::from_slice(&bytes(file)?).with_context(|| file.display().to_string())
}

fn reports() -> Result<Vec<Vec<u8>>> {
    cases()?.iter().map(|file| bytes(file)).collect()
}

fn first() -> Result<Value> {
    let all = reports()?;
    Ok(serde_json::from_slice(all.first().context("one")?)?)
}

fn complaint(bytes: &[u8]) -> Result<(Unusable, String)> {
    let schema = Schema::new()?;
    let error = read(&schema, bytes).err().context("it is unusable")?;
    let said = error.to_string();
    Ok((error, said))
}

#[test]
fn real_reports_say_the_same_again() -> Result<()> {
    let schema = Schema::new()?;
    let records = std::env::var_os("PUSHCHECK_RECORD").is_some();
    let mut list = String::new();
    for file in cases()? {
        let report = read(&schema, &bytes(&file)?).with_context(|| file.display().to_string())?;
        let today = again(&report).context("it has its evidence")?;
        if records {
            let mut packed = GzBuilder::new().write(File::create(&file)?, Compression::best());
            packed.write_all(&serde_json::to_vec(&today)?)?;
            packed.finish()?;
        } else {
            assert_eq!(differences(&report, &today), [], "{}", file.display());
            assert_eq!(today, report, "{}", file.display());
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        writeln!(list, "{}", name.trim_end_matches(".json.gz"))?;
        for finding in &today.findings {
            writeln!(list, "    {}", said(finding))?;
        }
    }
    let listed = folder().join("findings.txt");
    if records {
        std::fs::write(&listed, &list)?;
    }
    assert_eq!(std::fs::read_to_string(&listed)?, list);
    Ok(())
}

/// A finding in a line.
fn said(finding: &Finding) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let value = serde_json::to_value(finding).unwrap_or_default();
    let rivals = finding.rivals.iter().map(|rival| rival.code.as_str());
    let rivals: Vec<&str> = rivals.collect();
    let words = ["code", "strength", "severity", "method", "lane", "place"];
    let mut words: Vec<String> = words.iter().map(|name| word(&value[*name])).collect();
    words.push(format!("{} of {}", finding.seen, finding.of));
    if !rivals.is_empty() {
        words.push(format!("or {}", rivals.join(", ")));
    }
    let facts = finding.facts.iter().map(|fact| {
        let value = fact
            .value
            .as_ref()
            .map_or_else(String::new, |value| format!(" = {value}"));
        format!("\n        {:<12} {}{value}", fact.from, fact.fact.as_str())
    });
    words.join("  ") + &facts.collect::<String>()
}

#[test]
fn what_differs_is_named_with_both_sides() -> Result<()> {
    let mut value = first()?;
    value["methods"][4]["verdict"] = json!("skipped");
    value["result"] = json!("inconclusive");
    let report: Report = serde_json::from_value(value)?;
    let today = again(&report).context("it has its evidence")?;
    let places: Vec<_> = differences(&report, &today)
        .into_iter()
        .map(|difference| difference.at)
        .collect();
    assert_eq!(places, ["/result", "/methods/4/verdict"]);
    Ok(())
}

#[test]
fn a_required_lane_counts_again() -> Result<()> {
    let mut report: Report = serde_json::from_value(first()?)?;
    let mut lane = report.lanes.first().cloned().context("main")?;
    lane.id = "tls".to_owned();
    lane.required = true;
    report.lanes.push(lane);
    let today = again(&report).context("it has its evidence")?;
    assert_eq!(serde_json::to_value(today.result)?, "inconclusive");
    Ok(())
}

#[test]
fn what_is_no_report_is_told_with_what_and_where() -> Result<()> {
    let change = |change: fn(&mut Value)| {
        let mut value = first()?;
        change(&mut value);
        anyhow::Ok(serde_json::to_vec(&value)?)
    };
    for (bytes, words) in [
        (b"".to_vec(), "not JSON"),
        (b"{\"schema\": 1,\n \"x\": }".to_vec(), "line 2"),
        ("[".repeat(100_000).into_bytes(), "not JSON"),
        (b"[]".to_vec(), "not an object"),
        (b"{}".to_vec(), "no /schema"),
        (b"{\"name\": \"left-pad\"}".to_vec(), "no /schema"),
        (b"{\"schema\": 7}".to_vec(), "/schema is 7"),
        (b"{\"schema\": \"1\"}".to_vec(), "/schema is \"1\""),
        (b"{\"schema\": 1}".to_vec(), "at its top"),
        (
            change(|v| v["evidence"] = Value::Null)?,
            "/evidence is null",
        ),
        (
            change(|v| v["methods"][0]["verdict"] = json!(3))?,
            "/methods/0/verdict",
        ),
        (
            change(|v| v["evidence"]["traces"][0]["startedAt"] = json!(-1))?,
            "/evidence/traces/0/startedAt",
        ),
        (change(|v| v["lanes"] = json!({}))?, "/lanes"),
    ] {
        let (_, said) = complaint(&bytes)?;
        assert!(said.contains(words), "{said} does not say {words}");
    }
    let large = vec![b' '; usize::try_from(MOST)? + 1];
    assert_eq!(complaint(&large)?.0, Unusable::TooLarge(MOST + 1));
    Ok(())
}
