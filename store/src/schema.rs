//! What a report must be: `www/report.schema.json`.

use std::io;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../www/report.schema.json");

/// Of many faulty parts so many are named: enough to find the first mistake.
const NAMED: usize = 5;

/// The longest place named; those of the schema are shorter.
const LONGEST: usize = 120;

/// The schema, ready to be held against reports. It refers to nothing outside itself, and nothing is fetched.
///
/// In parts, of each of which only the first fault is looked for: the library would collect all, and a stranger can put
/// millions of them into one report.
#[derive(Debug)]
pub struct Schema {
    /// The report without what its parts hold.
    frame: Validator,
    parts: Vec<(String, Validator)>,
}

/// Why something is no report.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not even JSON.
    NotJson,
    /// Against the schema, in these places (JSON Pointers, RFC 6901).
    At(Vec<String>),
}

impl Schema {
    /// Made once: compiling takes longer than checking.
    ///
    /// # Errors
    /// The schema in here is none.
    pub fn new() -> io::Result<Self> {
        let mut schema: Value = serde_json::from_str(SCHEMA)?;
        decide_null(&mut schema);
        let definitions = schema["$defs"].clone();
        let mut parts = Vec::new();
        for (name, part) in schema["properties"].as_object_mut().into_iter().flatten() {
            let mut own = std::mem::replace(part, Value::Bool(true));
            own["$defs"] = definitions.clone();
            parts.push((name.clone(), compiled(&own)?));
        }
        let frame = compiled(&schema)?;
        Ok(Self { frame, parts })
    }

    /// Holds a report against it.
    ///
    /// # Errors
    /// Names the first faults.
    pub fn check(&self, report: &[u8]) -> Result<(), Fault> {
        let report: Value = serde_json::from_slice(report).map_err(|_| Fault::NotJson)?;
        let whole = [("", &self.frame, Some(&report))];
        let parts = self
            .parts
            .iter()
            .map(|(name, part)| (name.as_str(), part, report.get(name)));
        let places: Vec<String> = whole
            .into_iter()
            .chain(parts)
            .filter_map(|(name, schema, value)| place(name, schema, value?))
            .take(NAMED)
            .collect();
        if places.is_empty() {
            Ok(())
        } else {
            Err(Fault::At(places))
        }
    }
}

fn compiled(schema: &Value) -> io::Result<Validator> {
    jsonschema::draft202012::new(schema)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

/// Says "anything of this, or null" as "unless it is null, it is this", which means the same and names the fault inside.
fn decide_null(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(decide_null),
        Value::Object(fields) => {
            let null = json!({"type": "null"});
            if let Some(Value::Array(either)) = fields.get("anyOf")
                && let [one, other] = &either[..]
                && *other == null
            {
                let one = one.clone();
                fields.remove("anyOf");
                fields.insert("if".to_owned(), null);
                fields.insert("else".to_owned(), one);
            }
            fields.values_mut().for_each(decide_null);
        }
        _ => {}
    }
}

/// Where the first fault of a part is.
fn place(name: &str, schema: &Validator, value: &Value) -> Option<String> {
    let error = schema.validate(value).err()?;
    let within = innermost(&error).instance_path.as_str();
    let slash = if name.is_empty() { "" } else { "/" };
    Some(printable(&format!("{slash}{name}{within}")))
}

/// Where a part may be one of several, the fault of the alternative that it came closest to.
fn innermost<'a>(error: &'a ValidationError<'a>) -> &'a ValidationError<'a> {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) =
        &error.kind
    else {
        return error;
    };
    let depth = |error: &ValidationError<'_>| error.instance_path.as_str().len();
    context
        .iter()
        .filter_map(|faults| faults.first())
        .map(|fault| innermost(fault))
        .max_by_key(|fault| depth(fault))
        .filter(|fault| depth(fault) > depth(error))
        .unwrap_or(error)
}

/// A place may hold a stranger's name for a part: nothing of it that could be more than a name.
fn printable(place: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '~' | '.');
    place
        .chars()
        .take(LONGEST)
        .map(|c| if plain(c) { c } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_full_of_faults_takes_no_time() {
        let schema = Schema::new().expect("a schema");
        let began = std::time::Instant::now();
        for (before, item, after) in [
            (
                r#"{"evidence":{"complete":true,"traces":[],"sightings":["#,
                "{}",
                "]}}",
            ),
            (
                r#"{"evidence":{"complete":true,"sightings":[],"traces":["#,
                r#"{"events":[{}]}"#,
                "]}}",
            ),
            (r#"{"surroundings":{"notices":["#, r#"{"kind":1}"#, "]}}"),
            (
                r#"{"surroundings":{"notices":[{"at":1,"notice":{"#,
                r#""kind":1"#,
                "}}]}}",
            ),
            (r#"{"findings":["#, "[]", "]}"),
            ("[", "{}", "]"),
        ] {
            let items = vec![item; 500_000 / (item.len() + 1)].join(",");
            let fault = schema.check(format!("{before}{items}{after}").as_bytes());
            assert!(matches!(fault, Err(Fault::At(_))), "{fault:?}");
        }
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }

    #[test]
    fn a_place_is_short_and_plain() {
        assert_eq!(printable("/methods/0/word"), "/methods/0/word");
        assert_eq!(printable("/<b>\u{202e}\n"), "/?b???");
        assert_eq!(printable(&"/x".repeat(500)).len(), LONGEST);
    }
}
