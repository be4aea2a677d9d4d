//! Everything in the schema has its bounds and its description, and nothing may be left out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::schema;

#[test]
fn whatever_a_stranger_could_swell_is_bounded() {
    let mut open = Vec::new();
    unbounded("", &schema(), &mut open);
    assert_eq!(open, Vec::<String>::new());
}

fn unbounded(path: &str, schema: &Value, open: &mut Vec<String>) {
    let Some(map) = schema.as_object() else {
        return;
    };
    let may_be = |kind: &str| match &map.get("type") {
        Some(Value::Array(kinds)) => kinds.contains(&json!(kind)),
        one => *one == Some(&json!(kind)),
    };
    for (kind, bounds) in [
        ("string", vec!["maxLength"]),
        ("array", vec!["maxItems", "items"]),
        ("integer", vec!["minimum", "maximum"]),
        ("object", vec!["properties", "required"]),
        ("number", vec!["never: all numbers are integers"]),
    ] {
        if may_be(kind) && !bounds.iter().all(|bound| map.contains_key(*bound)) {
            open.push(path.to_owned());
        }
    }
    if let Some(properties) = map.get("properties").and_then(Value::as_object) {
        let names: BTreeSet<_> = properties.keys().map(String::as_str).collect();
        let required = schema["required"].as_array().into_iter().flatten();
        if required.filter_map(Value::as_str).collect::<BTreeSet<_>>() != names {
            open.push(format!("{path} can do without one of its properties"));
        }
        if schema["additionalProperties"] != json!(false) {
            open.push(format!("{path} takes further properties"));
        }
        for (name, property) in properties {
            if name != "what" && !property["description"].is_string() {
                open.push(format!("{path}/{name} has no description"));
            }
        }
    }
    for (key, value) in map {
        match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(i, v)| unbounded(&format!("{path}/{key}/{i}"), v, open)),
            _ => unbounded(&format!("{path}/{key}"), value, open),
        }
    }
}
