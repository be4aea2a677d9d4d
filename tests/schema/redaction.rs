//! `www/redact.json` knows every leaf of the schema, once: what it does not list does not leave.

use std::collections::BTreeSet;

use pushcheck::diagnosis::FactName;
use serde_json::Value;

use crate::schema;

const TABLE: &str = include_str!("../../www/redact.json");

/// The paths of all leaves below a part of the schema, as the table writes them.
fn leaves(schema: &Value, part: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = part["$ref"].as_str() {
        let name = name.trim_start_matches("#/$defs/");
        return leaves(schema, &schema["$defs"][name], path, found);
    }
    if let Some(parts) = part["anyOf"]
        .as_array()
        .or_else(|| part["oneOf"].as_array())
    {
        let several = parts.iter().filter(|part| part["type"] != "null");
        return several.for_each(|part| leaves(schema, part, path, found));
    }
    if let Some(properties) = part["properties"].as_object() {
        let below = |name: &String| match path {
            "" => name.clone(),
            path => format!("{path}.{name}"),
        };
        return properties
            .iter()
            .for_each(|(name, part)| leaves(schema, part, &below(name), found));
    }
    match part.get("items") {
        Some(items) => leaves(schema, items, &format!("{path}[]"), found),
        None => {
            found.insert(path.to_owned());
        }
    }
}

#[test]
fn every_leaf_of_the_schema_has_one_level() {
    let (schema, table): (Value, Value) = (
        schema(),
        serde_json::from_str(TABLE).expect("the table is JSON"),
    );
    let mut all = BTreeSet::new();
    leaves(&schema, &schema, "", &mut all);
    assert!(all.len() > 300, "{}", all.len());
    let fields = table["fields"].as_object().expect("fields");
    let covers = |pattern: &str, leaf: &str| match pattern.strip_suffix(".*") {
        Some(tree) => leaf
            .strip_prefix(tree)
            .is_some_and(|rest| rest.starts_with(['.', '['])),
        None => pattern == leaf,
    };
    for leaf in &all {
        let levels: Vec<_> = fields
            .keys()
            .filter(|pattern| covers(pattern, leaf))
            .collect();
        assert_eq!(levels.len(), 1, "{leaf} stands in {levels:?}");
    }
    for pattern in fields.keys() {
        assert!(
            all.iter().any(|leaf| covers(pattern, leaf)),
            "{pattern} is nothing of the schema"
        );
    }
}

#[test]
fn levels_and_facts_are_known() {
    let table: Value = serde_json::from_str(TABLE).expect("the table is JSON");
    let words = |name: &str| -> BTreeSet<&str> {
        let entries = table[name].as_object().expect("entries").values();
        entries.filter_map(Value::as_str).collect()
    };
    let levels = BTreeSet::from(["public", "support", "full"]);
    assert!(words("fields").is_subset(&levels) && words("facts").is_subset(&levels));
    let facts: BTreeSet<_> = FactName::ALL.iter().map(|fact| fact.as_str()).collect();
    for name in table["facts"].as_object().expect("facts").keys() {
        assert!(facts.contains(name.as_str()), "{name} is no fact");
    }
    // What names hosts and products never leaves at the narrowest level.
    assert_eq!(table["facts"]["via"], "support");
}
