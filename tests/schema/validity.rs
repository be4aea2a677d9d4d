//! Reports validate and read back; what is not one is refused.

use pushcheck::diagnosis::Code;
use pushcheck::evidence::{Evidence, Trace};
use pushcheck::wire::{Ledger, Scheme};
use serde_json::{Value, json};

use crate::full_evidence::{sighting, surroundings, trace};
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
        }),
        about: Some(about()),
        surroundings: surroundings(),
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
    let meant = |hole: &String| {
        hole.contains("/events/") || hole.contains("/lanes/") || hole.contains("/headers/")
    };
    assert_eq!(
        holes
            .into_iter()
            .filter(|hole| !meant(hole))
            .collect::<Vec<_>>(),
        Vec::<String>::new()
    );
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
    for code in Code::ALL {
        let mut report = filled();
        report.findings[0].code = code;
        fits(&report);
    }
}

#[test]
fn a_report_that_is_not_one_is_refused() {
    let good = fits(&filled());
    let bad = [
        ("/extra", json!(1)),
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
        (
            "/surroundings/notices/0/notice/directive",
            json!("connect-src"),
        ),
        ("/lanes/0/port", json!(65_536)),
        ("/methods/0/verdict", Value::Null),
        ("/methods/0/lanes/0/attempts/0/extra", Value::Null),
        ("/findings/0/code", json!("<script>")),
        ("/findings/0/because/0", json!("trace:one two")),
        ("/evidence/traces/0/events/0/event/what", json!("exploded")),
        ("/evidence/traces/0/events/0/event/name", json!("x")),
        (
            "/evidence/sightings/0/headers/0/value",
            json!("x".repeat(201)),
        ),
    ];
    for (path, value) in bad {
        let mut report = good.clone();
        let (parent, key) = path.rsplit_once('/').expect("a path");
        let parent = report.pointer_mut(parent).expect(path);
        match key.parse::<usize>() {
            Ok(index) => parent[index] = value,
            Err(_) => parent[key] = value,
        }
        assert_ne!(complaints(&report), Vec::<String>::new(), "{path}");
    }
    let mut without = good;
    without.as_object_mut().expect("an object").remove("advice");
    assert_ne!(
        complaints(&without),
        Vec::<String>::new(),
        "a missing field"
    );
}
