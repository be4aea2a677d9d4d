//! What the short form tells, as a report that the schema allows.

use serde_json::{Value, json};

use super::NotShort::{self, Damaged};

/// What stays where it is among the surroundings.
const SURROUNDINGS: [&str; 9] = [
    "engine",
    "secureContext",
    "isolated",
    "embedded",
    "online",
    "clockStepUs",
    "hiddenUs",
    "longestGapUs",
    "lateUs",
];

/// A field, taken out of its record.
fn take(record: &mut Value, name: &str) -> Value {
    record
        .as_object_mut()
        .and_then(|all| all.remove(name))
        .unwrap_or_default()
}

/// A list's items, taken out of its record.
fn items(record: &mut Value, name: &str) -> Vec<Value> {
    match take(record, name) {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

fn notice(mut told: Value) -> Result<Value, NotShort> {
    let what = take(&mut told, "what");
    let tells = match what.as_str() {
        Some("slept" | "stalled") => Some("us"),
        Some("policy-violation") => Some("directive"),
        Some("own-failure") => Some("place"),
        _ => None,
    };
    let mut notice = json!({ "what": what });
    if let Some(name) = tells {
        let value = take(&mut told, name);
        if value.is_null() {
            return Err(Damaged);
        }
        notice[name] = value;
    }
    Ok(json!({"at": take(&mut told, "at"), "notice": notice}))
}

fn method(mut one: Value) -> Value {
    let (timing, witness) = (take(&mut one, "timing"), take(&mut one, "witness"));
    for (name, value) in [
        ("resume", Value::Null),
        ("bursts", Value::Null),
        ("unread", Value::Null),
        ("uploads", Value::Null),
        ("sizes", json!([])),
        ("compressed", Value::Null),
    ] {
        one[name] = value;
    }
    let bare = timing.is_null() && witness.is_null();
    let timing = match timing.is_null() {
        true => json!({"openUs": null, "firstMessageUs": null, "roundTrip": null}),
        false => timing,
    };
    let attempts = match witness.is_null() {
        true => json!([]),
        false => json!([witness]),
    };
    one["lanes"] = match bare {
        true => json!([]),
        false => json!([{
            "lane": "main", "verdict": one["verdict"], "place": one["place"], "candidates": one["candidates"], "timing": timing,
            "attempts": attempts,
        }]),
    };
    one
}

fn finding(mut one: Value, at: usize, of: usize) -> Result<Value, NotShort> {
    let under = take(&mut one, "under").as_u64();
    let fits = |under: u64| under > 0 && under <= of as u64 && under != at as u64 + 1;
    if !under.is_none_or(fits) {
        return Err(Damaged);
    }
    one["id"] = format!("f{}", at + 1).into();
    one["foldedUnder"] = under.map(|under| format!("f{under}")).into();
    Ok(one)
}

/// A whole report again, as the schema demands it.
pub(super) fn whole(mut told: Value) -> Result<Value, NotShort> {
    let or = |value: Value, other: &str| match value {
        Value::Null => Value::from(other),
        value => value,
    };
    let notices: Vec<_> = items(&mut told, "notices")
        .into_iter()
        .map(notice)
        .collect::<Result<_, _>>()?;
    let mut surroundings =
        json!({"userAgent": "", "origin": "", "language": "", "clients": null, "notices": notices});
    for name in SURROUNDINGS {
        surroundings[name] = take(&mut told, name);
    }
    let vantage = take(&mut told, "vantage");
    let about = match vantage.is_null() {
        true => Value::Null,
        false => json!({"instance": "0", "startedAt": 0, "vantage": vantage, "outsideIn": null}),
    };
    let methods: Vec<_> = items(&mut told, "methods")
        .into_iter()
        .map(method)
        .collect();
    let findings = items(&mut told, "findings");
    let of = findings.len();
    let findings: Vec<_> = findings
        .into_iter()
        .enumerate()
        .map(|(at, one)| finding(one, at, of))
        .collect::<Result<_, _>>()?;
    let mut part = |name: &str| take(&mut told, name);
    Ok(json!({
        "schema": 1,
        "software": {"name": or(part("name"), "pushcheck"), "version": part("version")},
        "wire": part("wire"),
        "run": {
            "id": or(part("id"), "00000000000000000000000000000000"), "startedAt": part("startedAt"), "durationUs": part("durationUs"),
            "mode": part("mode"), "labels": [], "truncated": part("truncated"),
        },
        "result": part("result"),
        "surroundings": surroundings,
        "lanes": part("lanes"),
        "about": about,
        "methods": methods,
        "findings": findings,
        "advice": part("advice"),
        "evidence": null,
    }))
}
