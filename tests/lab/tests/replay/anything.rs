//! Reports in which anything was changed: judged, or refused with a word, never worse.

use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::sample::Index;
use pushcheck_lab::replay::{again, differences, read};
use pushcheck_server::Schema;
use serde_json::{Map, Value, json};

struct Ground {
    schema: Schema,
    reports: Vec<Value>,
}

fn ground() -> &'static Ground {
    static GROUND: OnceLock<Ground> = OnceLock::new();
    GROUND.get_or_init(|| Ground {
        schema: Schema::new().expect("a schema"),
        reports: super::reports()
            .expect("reports")
            .iter()
            .map(|bytes| serde_json::from_slice(bytes).expect("JSON"))
            .collect(),
    })
}

/// What is done to one part of a report.
#[derive(Clone, Debug)]
enum Change {
    /// It becomes something else.
    Replace(Value),
    /// A number becomes another, a text gets other digits: what a schema may well allow.
    Number(u64),
    /// It goes.
    Remove,
    /// It stands there twice more.
    Repeat,
    /// Another part of the report stands there.
    Graft(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let odd = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,40}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
    ];
    let number = prop_oneof![
        Just(0),
        Just(u64::from(u16::MAX)),
        Just(u64::from(u32::MAX)),
        Just((1 << 53) - 1),
        0..(1_u64 << 53),
        any::<u64>(),
    ];
    prop_oneof![
        odd.prop_map(Change::Replace),
        number.clone().prop_map(Change::Number),
        number.prop_map(Change::Number),
        Just(Change::Remove),
        Just(Change::Repeat),
        any::<Index>().prop_map(Change::Graft),
    ]
}

/// The place of every part, deepest last.
fn places(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(field, format!("{at}/{key}"), all);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                places(item, format!("{at}/{i}"), all);
            }
        }
        _ => {}
    }
    all.push(at);
}

/// Every run of digits becomes another number.
fn renumbered(text: &str, number: u64) -> String {
    let mut new = String::new();
    let mut in_digits = false;
    for c in text.chars() {
        if !c.is_ascii_digit() {
            new.push(c);
        } else if !in_digits {
            new.push_str(&number.to_string());
        }
        in_digits = c.is_ascii_digit();
    }
    new
}

fn apply(report: &mut Value, which: Index, change: &Change) {
    let mut all = Vec::new();
    places(report, String::new(), &mut all);
    let at = which.get(&all).clone();
    let other = match change {
        Change::Graft(from) => report.pointer(from.get(&all[..]).as_str()).cloned(),
        _ => None,
    };
    if matches!(change, Change::Remove | Change::Repeat) {
        let Some((parent, key)) = at.rsplit_once('/') else {
            return;
        };
        match report.pointer_mut(parent) {
            Some(Value::Object(fields)) => remove(fields, key),
            Some(Value::Array(items)) => {
                let Ok(i) = key.parse::<usize>() else { return };
                let item = items.remove(i);
                if matches!(change, Change::Repeat) {
                    (0..3).for_each(|_| items.insert(i, item.clone()));
                }
            }
            _ => {}
        }
        return;
    }
    let Some(part) = report.pointer_mut(&at) else {
        return;
    };
    match (change, &*part) {
        (Change::Replace(value), _) => *part = value.clone(),
        (Change::Number(number), Value::String(text)) => *part = json!(renumbered(text, *number)),
        (Change::Number(number), Value::Number(_)) => *part = json!(number),
        (Change::Graft(_), _) => *part = other.unwrap_or_default(),
        _ => {}
    }
}

fn remove(fields: &mut Map<String, Value>, key: &str) {
    fields.remove(key);
}

/// Judges it, or has a word why not.
fn survives(bytes: &[u8]) {
    match read(&ground().schema, bytes) {
        Ok(report) => {
            let today = again(&report).expect("it has its evidence");
            differences(&report, &today);
        }
        Err(error) => assert!(error.to_string().len() > 8, "{error:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_reports_are_judged_or_refused(
        which in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), change()), 1..6),
    ) {
        let mut report = which.get(&ground().reports).clone();
        for (at, change) in &changes {
            apply(&mut report, *at, change);
        }
        survives(&serde_json::to_vec(&report).expect("JSON"));
    }

    /// Of the parts that are judged, with numbers that the schema allows.
    #[test]
    fn evidence_with_any_numbers_is_judged(
        which in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), 0..(1_u64 << 53)), 1..40),
    ) {
        let mut report = which.get(&ground().reports).clone();
        for (at, number) in &changes {
            apply(&mut report["evidence"], *at, &Change::Number(*number));
        }
        survives(&serde_json::to_vec(&report).expect("JSON"));
    }

    #[test]
    fn broken_bytes_are_refused(
        which in any::<Index>(),
        at in any::<Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..4),
        cut in any::<bool>(),
    ) {
        let mut text = serde_json::to_vec(which.get(&ground().reports)).expect("JSON");
        let at = at.index(text.len());
        if cut {
            text.truncate(at);
        }
        let end = (at + bytes.len()).min(text.len());
        text.splice(at..end, bytes);
        survives(&text);
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }
}
