//! The document says what the listener does.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::testing::{Caller, Desk};
use crate::{App, routes};

/// The specification's own, of 2022-10-07 (Apache-2.0).
const SCHEMA: &str = include_str!("openapi-3.1.schema.json");

async fn document() -> Value {
    let desk = Desk::new().await;
    let nobody = desk
        .ask(&Caller::page(), "GET", "/openapi.json", None)
        .await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let ada = desk.first().await;
    let answer = desk.ask(&ada, "GET", "/openapi.json", None).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.body
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    object(&document["paths"]).iter().flat_map(|(path, item)| {
        object(item)
            .iter()
            .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// What the specification has against a document, and JSON Schema (2020-12) against the schemas in it.
fn faults(document: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let told = |error: jsonschema::ValidationError<'_>| {
        let place = error.instance_path.to_string();
        format!("{place}: {error}")
    };
    let mut all: Vec<_> = schema.iter_errors(document).map(told).collect();
    let mut schemas = Vec::new();
    schemas_of(document, &mut schemas);
    assert!(schemas.len() > 100, "{}", schemas.len());
    let wrong = schemas
        .into_iter()
        .filter_map(|one| jsonschema::draft202012::meta::validate(one).err());
    all.extend(wrong.map(told));
    all
}

/// All schemas of a document that do not stand in another.
fn schemas_of<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match name.as_str() {
                    "schema" => found.push(value),
                    "schemas" => found.extend(object(value).values()),
                    _ => schemas_of(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| schemas_of(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn what_is_not_openapi_is_seen() {
    let document = document().await;
    for (place, wrong) in [
        ("/openapi", json!("3.0.3")),
        ("/info", json!({ "title": "x" })),
        ("/paths/~1v1~1links/get/parameters/0/in", json!("body")),
        ("/paths/~1v1~1links/get/responses", json!({ "2": {} })),
        ("/components/schemas/Count/properties/n/type", json!("text")),
        ("/security", json!("session")),
    ] {
        let mut other = document.clone();
        let part = other.pointer_mut(place);
        *part.unwrap_or_else(|| panic!("no {place}")) = wrong;
        assert_ne!(faults(&other), [""; 0], "{place}");
    }
}

/// All texts that stand behind a `$ref`.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) if name == "$ref" => found.push(text),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn has_the_shape_of_openapi_3_1() {
    let document = document().await;
    let wrong = faults(&document);
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{}", found.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("within the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let schemes = object(&document["components"]["securitySchemes"]);
    assert_eq!(schemes.keys().collect::<Vec<_>>(), ["session", "token"]);
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        let name = operation["operationId"].as_str().expect("an operationId");
        assert!(names.insert(name.to_owned()), "{at}: twice {name}");
        assert!(operation["summary"].is_string(), "{at}");
        let responses = object(&operation["responses"]);
        assert!(!responses.is_empty(), "{at}");
        for (status, response) in responses {
            let code = status.parse::<StatusCode>();
            let code = code.unwrap_or_else(|_| panic!("{at}: {status}"));
            assert_ne!(response["description"], "", "{at}: {status}");
            let is_problem = code.is_client_error() || code.is_server_error();
            let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
            let is_told = response["content"] == json!({ "application/problem+json": problem });
            assert_eq!(is_told, is_problem, "{at}: {status}");
        }
        let is_open = operation["security"] == serde_json::json!([{}]);
        assert!(
            is_open || responses.contains_key("401"),
            "{at}: who may not come in is told"
        );
        if matches!(method, "post" | "put") {
            for (kind, content) in operation["requestBody"]["content"]
                .as_object()
                .iter()
                .flat_map(|all| all.iter())
            {
                assert!(content["schema"].is_object(), "{at}: {kind}");
            }
        }
        let declared: BTreeSet<_> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| {
                assert_eq!(parameter["required"], true, "{at}");
                assert!(parameter["schema"].is_object(), "{at}");
                parameter["name"].as_str().expect("a name")
            })
            .collect();
        let named: BTreeSet<_> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(declared, named, "{at}");
    }
}

#[tokio::test]
async fn has_every_route() {
    let document = document().await;
    let desk = Desk::new().await;
    // Without the document's own bookkeeping: what the router itself shows that it answers.
    let (router, _) = routes().split_for_parts();
    let shown = format!("{:?}", router.with_state::<()>(App::of(desk.config)));
    let routed: BTreeSet<_> = shown
        .split('"')
        .skip(1)
        .step_by(2)
        // The place for what nobody answers is axum's own.
        .filter(|text| text.starts_with("/v1/") || text.starts_with("/o"))
        .collect();
    let documented: BTreeSet<_> = object(&document["paths"])
        .keys()
        .map(String::as_str)
        .collect();
    assert!(routed.contains("/v1/users/{id}"), "{shown}");
    assert_eq!(routed, documented);
}

#[tokio::test]
async fn every_method_of_it_is_answered_and_no_other() {
    let document = document().await;
    let desk = Desk::new().await;
    let ada = desk.first().await;
    for path in object(&document["paths"]).keys() {
        let documented: BTreeSet<_> = object(&document["paths"][path])
            .keys()
            .map(String::as_str)
            .collect();
        for method in ["get", "put", "post", "delete", "patch"] {
            if path == "/v1/session" && method == "delete" || path == "/v1/live" {
                continue;
            }
            let answer = desk
                .ask(&ada, &method.to_uppercase(), path, None)
                .await
                .status;
            assert_eq!(
                answer != StatusCode::METHOD_NOT_ALLOWED,
                documented.contains(method),
                "{method} {path}: {answer}"
            );
        }
    }
}
