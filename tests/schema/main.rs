//! `www/report.schema.json` defines the report; the Rust types, `www/report.d.ts` and the texts say the same.
#![cfg(not(target_arch = "wasm32"))]

mod bounds;
mod full_evidence;
mod full_report;
mod redaction;
#[path = "../support/mod.rs"]
mod support;
mod texts;
mod typescript;
mod validity;
mod words;

use pushcheck::report::Report;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../www/report.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

/// What speaks against a report; nothing where it is one.
fn complaints(report: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is a schema");
    validator
        .iter_errors(report)
        .map(|e| format!("{}: {e}", e.instance_path))
        .collect()
}

/// As JSON, which validates and reads back as it was.
#[track_caller]
fn fits(report: &Report) -> Value {
    let value = serde_json::to_value(report).expect("a report is JSON");
    assert_eq!(complaints(&value), Vec::<String>::new());
    let back: Report = serde_json::from_value(value.clone()).expect("a report reads back");
    assert_eq!(&back, report);
    value
}
