//! Saved reports, judged again: what real ones say stays, and no file whatever makes it fail.

mod anything;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use pushcheck::report::Report;
use pushcheck_lab::replay::{MOST, Unusable, again, differences, read};
use pushcheck_server::Schema;
use serde_json::{Value, json};

/// Reports as the lab's browsers gave them. When a rule becomes better on purpose, `replay --json` writes them anew.
fn files() -> Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/reports");
    let entries = std::fs::read_dir(&folder).context("the folder of reports")?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    ensure!(!files.is_empty(), "no reports in {}", folder.display());
    Ok(files)
}

fn reports() -> Result<Vec<Vec<u8>>> {
    files()?
        .iter()
        .map(|file| std::fs::read(file).with_context(|| file.display().to_string()))
        .collect()
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
    for file in files()? {
        let report =
            read(&schema, &std::fs::read(&file)?).with_context(|| file.display().to_string())?;
        let today = again(&report).context("it has its evidence")?;
        assert_eq!(differences(&report, &today), [], "{}", file.display());
        assert_eq!(today, report, "{}", file.display());
    }
    Ok(())
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
