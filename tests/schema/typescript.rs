//! `www/report.d.ts` says what the schema says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::schema;

const TYPES: &str = include_str!("../../www/report.d.ts");

/// A declaration: its properties with their types, or its words.
type Declaration = BTreeSet<(String, String)>;

/// What goes in and what comes while it runs.
const NOT_OF_THE_REPORT: [&str; 5] = [
    "Options",
    "OwnEndpoints",
    "OwnEndpoint",
    "Progress",
    "MethodProgress",
];

fn of_types() -> BTreeMap<String, Declaration> {
    let mut text = String::new();
    for line in TYPES.lines() {
        let line = line.trim();
        if !line.starts_with("/**") && !line.starts_with("//") {
            text.push_str(line);
            text.push(' ');
        }
    }
    let declarations = text.split("export ").skip(1).map(|declaration| {
        let (head, body) = declaration
            .split_once(['{', '='])
            .expect("a declaration has a body");
        let name = head
            .split_whitespace()
            .nth(1)
            .expect("a declaration has a name")
            .to_owned();
        let fragments = body
            .split([';', '{', '}'])
            .map(str::trim)
            .filter(|text| !text.is_empty() && *text != "|");
        let pairs = fragments.flat_map(|fragment| match fragment.split_once(": ") {
            Some((name, of)) => vec![(name.to_owned(), of.to_owned())],
            None => fragment
                .split('|')
                .map(str::trim)
                .filter(|w| !w.is_empty())
                .map(|w| ("word".to_owned(), w.to_owned()))
                .collect(),
        });
        (name, pairs.collect())
    });
    declarations
        .filter(|(name, _)| !NOT_OF_THE_REPORT.contains(&name.as_str()))
        .collect()
}

fn of_schema() -> BTreeMap<String, Declaration> {
    let schema = schema();
    let definitions = schema["$defs"].as_object().expect("definitions").iter();
    let mut all: BTreeMap<_, _> = definitions
        .map(|(name, def)| (name.clone(), declaration(def)))
        .collect();
    all.insert("Report".to_owned(), declaration(&schema));
    all
}

fn declaration(definition: &Value) -> Declaration {
    let mut pairs = Declaration::new();
    for word in definition["enum"].as_array().into_iter().flatten() {
        pairs.insert(("word".to_owned(), word.to_string()));
    }
    for (name, property) in definition["properties"].as_object().into_iter().flatten() {
        pairs.insert((name.clone(), in_typescript(property)));
    }
    for variant in definition["oneOf"].as_array().into_iter().flatten() {
        pairs.extend(declaration(variant));
    }
    pairs
}

fn in_typescript(property: &Value) -> String {
    if let Some(constant) = property.get("const") {
        return constant.to_string();
    }
    if let Some(name) = property["$ref"].as_str() {
        return name.trim_start_matches("#/$defs/").to_owned();
    }
    if let Some(either) = property["anyOf"].as_array() {
        return either
            .iter()
            .map(in_typescript)
            .collect::<Vec<_>>()
            .join(" | ");
    }
    let of = |kind: &Value| match kind.as_str() {
        Some("integer") => "number".to_owned(),
        Some("array") => in_typescript(&property["items"]) + "[]",
        other => other.expect("a type").to_owned(),
    };
    match &property["type"] {
        Value::Array(kinds) => kinds.iter().map(of).collect::<Vec<_>>().join(" | "),
        kind => of(kind),
    }
}

#[test]
fn the_typescript_types_say_what_the_schema_says() {
    let (types, schema) = (of_types(), of_schema());
    assert_eq!(
        types.keys().collect::<Vec<_>>(),
        schema.keys().collect::<Vec<_>>()
    );
    for (name, of_schema) in &schema {
        assert_eq!(&types[name], of_schema, "{name}");
    }
}

#[test]
fn the_typescript_types_can_stand_inside_another_file() {
    let code = TYPES
        .lines()
        .filter(|line| !line.trim_start().starts_with('/') && !line.is_empty());
    for line in code.filter(|line| !line.starts_with(' ') && !line.starts_with('}')) {
        assert!(
            line.starts_with("export interface ") || line.starts_with("export type "),
            "{line}"
        );
    }
}
