//! What a report says beside what today's rules say of the same evidence.

use std::fmt::Write;

use pushcheck::diagnosis::{Finding, MethodReport};
use pushcheck::report::Report;
use serde::Serialize;
use serde_json::Value;

/// One thing in which two reports differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where (a JSON Pointer, RFC 6901).
    pub at: String,
    /// What the report says there.
    pub report: String,
    /// What today's rules say.
    pub today: String,
}

/// Everything in which what is judged differs: the result, methods and findings. Evidence is not judged.
pub fn differences(report: &Report, today: &Report) -> Vec<Difference> {
    let mut all = Vec::new();
    for (at, one, other) in [
        ("/result", json(&report.result), json(&today.result)),
        ("/methods", json(&report.methods), json(&today.methods)),
        ("/findings", json(&report.findings), json(&today.findings)),
    ] {
        descend(at.to_owned(), &one, &other, &mut all);
    }
    all
}

fn json(of: &impl Serialize) -> Value {
    // Codes and numbers, which all are JSON.
    serde_json::to_value(of).unwrap_or_default()
}

fn descend(at: String, one: &Value, other: &Value, all: &mut Vec<Difference>) {
    match (one, other) {
        _ if one == other => {}
        (Value::Object(fields), Value::Object(others)) => {
            let more = others.keys().filter(|key| !fields.contains_key(*key));
            for key in fields.keys().chain(more) {
                let of = |fields: &serde_json::Map<String, Value>| {
                    fields.get(key).cloned().unwrap_or_default()
                };
                descend(format!("{at}/{key}"), &of(fields), &of(others), all);
            }
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            for (i, (item, other)) in items.iter().zip(others).enumerate() {
                descend(format!("{at}/{i}"), item, other, all);
            }
        }
        _ => all.push(Difference {
            at,
            report: short(one),
            today: short(other),
        }),
    }
}

fn short(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    if text.chars().count() > MOST {
        text.chars().take(MOST).chain(['…']).collect()
    } else {
        text
    }
}

/// Both, for a person: a line for each method and lane, then what else differs.
pub(super) fn text(
    name: &str,
    report: &Report,
    today: &Report,
    differences: &[Difference],
) -> String {
    let mut rows: Vec<[String; 4]> = vec![["", "", "report", "today"].map(str::to_owned)];
    rows.push([
        "result".to_owned(),
        String::new(),
        word(&report.result),
        word(&today.result),
    ]);
    for method in &today.methods {
        let before = report.methods.iter().find(|m| m.method == method.method);
        for lane in lanes(before, method) {
            rows.push([
                word(&method.method),
                lane.clone(),
                before.map_or_else(String::new, |method| said(method, &lane)),
                said(method, &lane),
            ]);
        }
    }
    rows.push([
        "findings".to_owned(),
        String::new(),
        codes(&report.findings),
        codes(&today.findings),
    ]);
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3].map(width);
    let equal = match differences {
        [] => "the same".to_owned(),
        some => format!("{} differences", some.len()),
    };
    // Writing to a text cannot fail.
    let mut text = format!("{name}: {equal}\n");
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        let differs = row[2] != row[3] && !row[0].is_empty();
        let mark = if differs { "  ≠" } else { "" };
        let line = format!("  {}{mark}", cells.join("  "));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for difference in differences {
        let Difference { at, report, today } = difference;
        let _ = writeln!(text, "  ≠ {at}: {report} → {today}");
    }
    for trace in report.evidence.iter().flat_map(|raw| &raw.traces) {
        if trace.omitted > 0 {
            let _ = writeln!(
                text,
                "  trace {} had {} more events, which the report left out: it is judged by the rest",
                trace.id, trace.omitted
            );
        }
    }
    text
}

/// Every lane that either of them names, `main` always.
fn lanes(before: Option<&MethodReport>, today: &MethodReport) -> Vec<String> {
    let mut all = vec!["main".to_owned()];
    let named = before.into_iter().chain([today]);
    for lane in named.flat_map(|method| &method.lanes) {
        if !all.contains(&lane.lane) {
            all.push(lane.lane.clone());
        }
    }
    all
}

/// Verdict and place of a method on a lane.
fn said(method: &MethodReport, lane: &str) -> String {
    let (verdict, place, candidates) = match method.lanes.iter().find(|one| one.lane == lane) {
        _ if lane == "main" => (method.verdict, method.place, &method.candidates),
        Some(lane) => (lane.verdict, lane.place, &lane.candidates),
        None => return "–".to_owned(),
    };
    let candidates: Vec<String> = candidates.iter().map(word).collect();
    let place = match place {
        Some(place) => word(&place),
        None if candidates.is_empty() => return word(&verdict),
        None => candidates.join(" or "),
    };
    format!("{}, {place}", word(&verdict))
}

fn codes(findings: &[Finding]) -> String {
    let codes: Vec<String> = findings.iter().map(|finding| word(&finding.code)).collect();
    match codes.as_slice() {
        [] => "none".to_owned(),
        codes => codes.join(", "),
    }
}

/// The word that stands for it in a report.
fn word(of: &impl Serialize) -> String {
    json(of).as_str().unwrap_or_default().to_owned()
}
