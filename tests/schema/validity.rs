//! Reports validate and read back; what is not one is refused.

use pushcheck::diagnosis::Code;
use pushcheck::evidence::{Evidence, Trace};
use pushcheck::wire::{Ledger, Scheme};
use serde_json::{Value, json};

use crate::full_evidence::{connection, sighting, surroundings, trace, watch};
use crate::full_report::{about, filled, lane, made};
use crate::{complaints, fits};

#[test]
fn a_report_of_nothing_validates() {
    fits(&made(&[], &Evidence::default()));
}

#[test]
fn a_report_made_from_evidence_validates() {
    let evidence = Evidence {
        traces: vec![
            Trace {
                ended: None,
                events: Vec::new(),
                ..trace()
            },
            trace(),
        ],
        ledger: Some(Ledger {
            complete: true,
            instances: Vec::new(),
            sightings: vec![sighting()],
            connections: vec![connection()],
        }),
        about: Some(about()),
        lanes: vec![lane("main", Scheme::Http, None)],
        surroundings: surroundings(),
        watch: Some(watch()),
    };
    let report = made(&[lane("main", Scheme::Http, None)], &evidence);
    assert!(!report.findings.is_empty() && !report.methods.is_empty());
    fits(&report);
}

#[test]
fn a_report_with_everything_in_it_validates() {
    let value = fits(&filled());
    let mut holes = Vec::new();
    unfilled("", &value, &mut holes);
    // One of two in each of these lists has a hole that the other fills.
    let meant = [
        "/lanes/",
        "/evidence/traces/0/events/",
        "/evidence/sightings/0/headers/",
    ];
    holes.retain(|hole| !meant.iter().any(|list| hole.starts_with(list)));
    assert_eq!(holes, Vec::<String>::new());
}

fn unfilled(path: &str, value: &Value, holes: &mut Vec<String>) {
    match value {
        Value::Null => holes.push(path.to_owned()),
        Value::Array(items) if items.is_empty() => holes.push(path.to_owned()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(i, v)| unfilled(&format!("{path}/{i}"), v, holes)),
        Value::Object(map) => map
            .iter()
            .for_each(|(k, v)| unfilled(&format!("{path}/{k}"), v, holes)),
        _ => {}
    }
}

#[test]
fn every_code_has_the_schema_s_form() {
    for &code in Code::ALL {
        let mut report = filled();
        report.findings[0].code = code;
        assert_eq!(fits(&report)["findings"][0]["code"], code.as_str());
    }
}

#[test]
fn a_report_that_is_not_one_is_refused() {
    let good = fits(&filled());
    let refused = |report: &Value, why: &str| {
        assert_ne!(complaints(report), Vec::<String>::new(), "{why}");
    };
    let other_values = [
        ("/schema", json!(2)),
        ("/result", json!("good")),
        ("/run/durationUs", json!(-1)),
        ("/run/durationUs", json!(1.5)),
        ("/run/durationUs", json!(u64::MAX)),
        ("/run/id", json!("../../etc/passwd")),
        (
            "/run/labels",
            Value::from(vec![json!({"name": "", "value": ""}); 21]),
        ),
        ("/software/name", json!("x".repeat(41))),
        ("/surroundings/userAgent", json!("x".repeat(1001))),
        ("/surroundings/notices/0/notice/what", json!("slept")),
        ("/lanes/0/port", json!(65_536)),
        ("/methods/0/verdict", Value::Null),
        ("/findings/0/code", json!("<script>")),
        ("/findings/0/because/0", json!("trace:one two")),
        ("/evidence/traces/0/events/0/event/what", json!("exploded")),
        (
            "/evidence/sightings/0/headers/0/value",
            json!("x".repeat(201)),
        ),
    ];
    for (path, value) in other_values {
        let mut report = good.clone();
        *report.pointer_mut(path).expect(path) = value;
        refused(&report, path);
    }
    // Of the last two only other sorts have it.
    let further_fields = [
        ("", "extra"),
        ("/methods/0/lanes/0/attempts/0", "extra"),
        ("/surroundings/notices/0/notice", "directive"),
        ("/evidence/traces/0/events/0/event", "name"),
    ];
    for (path, name) in further_fields {
        let mut report = good.clone();
        let fields = report.pointer_mut(path).and_then(Value::as_object_mut);
        let before = fields.expect(path).insert(name.to_owned(), json!("x"));
        assert_eq!(before, None, "{path} has it already");
        refused(&report, path);
    }
    let mut without = good;
    without.as_object_mut().expect("an object").remove("advice");
    refused(&without, "a missing field");
}
